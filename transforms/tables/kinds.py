"""The kinds of record that come in. Section 7 of the record formats and GB 32100-2015 name the fields."""

from __future__ import annotations

from transforms.tables import words
from transforms.tables.shape import COUNT, DAY, FLAG, TEXT, TEXTS, Column, Kind

_USCC = Column("uscc", TEXT, "统一社会信用代码", "unified social credit code, 18 characters, GB 32100-2015")
_NAME = Column("party_name", TEXT, "名称", "name of the party as the record gives it")
_AUTHORITY = Column("authority", TEXT, "机关", "authority that made the record")
_FIELD = Column("field", TEXT, "领域", "drugs, devices or cosmetics", words=words.FIELDS)


def _day(name: str, label: str, doc: str, required: bool = False) -> Column:
    return Column(name, DAY, label, doc, required)


ENTERPRISE = Kind(
    "enterprise",
    "企业登记",
    "The register of supervised enterprises. `enterprise_id` is the USCC, or scheme:number where there is none.",
    (
        _USCC,
        Column("name", TEXT, "企业名称", "registered name", True),
        Column("name_key", TEXT, "名称比对键", "name normalised for exact comparison", True),
        Column("former_names", TEXTS, "曾用名", "names it bore before"),
        Column("licence_nos", TEXTS, "许可证号", "licence numbers in its fields"),
        Column("registration_no", TEXT, "注册号", "registration number of the older kind"),
        Column("party_class", TEXT, "主体类别", "organisation or sole trader", words=words.PARTY_CLASSES),
        Column("fields", TEXTS, "监管领域", "drugs, devices, cosmetics", words=words.FIELDS),
        Column("roles", TEXTS, "环节", "maker, wholesaler, retailer, user", words=words.ROLES),
        Column("region_code", TEXT, "行政区划", "administrative division code, GB/T 2260"),
        Column("address", TEXT, "住所", "registered address"),
        _day("established_on", "成立日期", "day of establishment"),
        Column("state", TEXT, "登记状态", "whether it still exists", words=words.ENTERPRISE_STATES),
        _day("deregistered_on", "注销日期", "day of deregistration"),
    ),
    natural_key=("enterprise_id",),
    event_on="established_on",
    number="uscc",
    names_party=False,
)

INSPECTION = Kind(
    "inspection",
    "监督检查",
    "On-site inspections with their defects by grade.",
    (
        _USCC,
        _NAME,
        Column("inspection_no", TEXT, "检查编号", "number of the inspection", True),
        _day("inspected_on", "检查日期", "day of the inspection", True),
        _AUTHORITY,
        Column("inspection_type", TEXT, "检查类型", "why it was made", words=words.INSPECTION_TYPES),
        Column("standard", TEXT, "检查标准", "standard and edition"),
        _FIELD,
        Column("critical_count", COUNT, "严重缺陷数", "critical defects"),
        Column("major_count", COUNT, "主要缺陷数", "major defects"),
        Column("minor_count", COUNT, "一般缺陷数", "minor defects"),
        Column("ungraded_count", COUNT, "未分级缺陷数", "defects without a grade: kept, not counted"),
        Column("conclusion", TEXT, "结论", "the inspectors' conclusion", words=words.CONCLUSIONS),
        _day("rectify_by_on", "整改期限", "last day for rectification"),
        _day("rectified_on", "整改完成日期", "day rectification was accepted"),
    ),
    natural_key=("inspection_no",),
    event_on="inspected_on",
    number="inspection_no",
)

PENALTY = Kind(
    "penalty",
    "行政处罚",
    "Administrative penalties as the national exchange file of 2018 has them (发改办财金〔2018〕424号).",
    (
        _USCC,
        _NAME,
        Column("party_class", TEXT, "相对人类别", "organisation, sole trader, person", words=words.PARTY_CLASSES),
        Column("person_hash", TEXT, "证件指纹", "keyed hash of a natural person's identity number"),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        Column("decision_no", TEXT, "决定书文号", "number of the decision as written", True),
        Column("decision_key", TEXT, "文号比对键", "number with brackets and spaces normalised", True),
        Column("act_no", TEXT, "违法行为编号", "which act is punished; the decision where the source does not say"),
        Column("violation_type", TEXT, "违法行为类型", "type of violation"),
        Column("facts", TEXT, "违法事实", "what was done"),
        Column("basis", TEXT, "处罚依据", "articles applied"),
        Column("penalty_kinds", TEXTS, "处罚类别", "kinds of penalty", True, words.PENALTY_KINDS),
        Column("content", TEXT, "处罚内容", "the penalty in words"),
        Column("fine_fen", COUNT, "罚款金额（分）", "fine, fen"),
        Column("confiscated_fen", COUNT, "没收金额（分）", "confiscated, fen"),
        Column("licence_affected", TEXT, "暂扣或吊销证照", "licence suspended or revoked"),
        _day("decided_on", "处罚决定日期", "day of the decision", True),
        _day("valid_until_on", "处罚有效期", "last day of the penalty's term"),
        _day("publicity_until_on", "公示截止期", "last day of publicity as the source states it"),
        _AUTHORITY,
        Column("authority_code", TEXT, "处罚机关代码", "USCC of the authority"),
        Column("discretion", TEXT, "裁量幅度", "grade of discretion", words=words.DISCRETION),
        Column("procedure", TEXT, "处罚程序", "ordinary or summary", words=words.PROCEDURES),
        _FIELD,
        Column("state", TEXT, "状态", "in force, changed, revoked", words=words.PENALTY_STATES),
        _day("revoked_on", "撤销日期", "first day on which it no longer counts"),
        Column("remark", TEXT, "备注", "remark"),
    ),
    natural_key=("decision_key", "party_key"),
    event_on="decided_on",
    number="decision_no",
    revoked_on="revoked_on",
    act="act_no",
)

SAMPLING = Kind(
    "sampling",
    "监督抽检",
    "Samples taken in supervision and what the laboratory found.",
    (
        _USCC,
        _NAME,
        Column("sample_no", TEXT, "抽样编号", "number of the sample", True),
        Column("product", TEXT, "产品名称", "product"),
        Column("maker_name", TEXT, "标示生产企业", "maker on the label"),
        Column("batch_no", TEXT, "批号", "batch"),
        _day("sampled_on", "抽样日期", "day the sample was taken"),
        _day("reported_on", "报告日期", "day of the laboratory's report", True),
        Column("result", TEXT, "检验结论", "qualified or not", True, words.SAMPLING_RESULTS),
        Column("failing_items", TEXTS, "不合格项目", "items that failed"),
        Column("laboratory", TEXT, "检验机构", "laboratory"),
        Column("basis", TEXT, "检验依据", "standard applied"),
        _FIELD,
    ),
    natural_key=("sample_no",),
    event_on="reported_on",
    number="sample_no",
)

SIGNAL = Kind(
    "signal",
    "监测信号",
    "Complaints, adverse reactions, public opinion, recalls.",
    (
        _USCC,
        _NAME,
        Column("signal_no", TEXT, "信号编号", "number of the signal", True),
        Column("signal_type", TEXT, "信号类型", "where it comes from", True, words.SIGNAL_TYPES),
        _day("occurred_on", "发生日期", "day it was received or happened", True),
        Column("level", TEXT, "程度", "how grave it is", words=words.SIGNAL_LEVELS),
        Column("is_verified", FLAG, "是否查实", "found true on inquiry"),
        _FIELD,
        Column("summary", TEXT, "摘要", "what it says"),
        _AUTHORITY,
    ),
    natural_key=("signal_no",),
    event_on="occurred_on",
    number="signal_no",
)

RECTIFICATION = Kind(
    "rectification",
    "责令整改",
    "Orders to rectify and whether they were obeyed in time.",
    (
        _USCC,
        _NAME,
        Column("order_no", TEXT, "整改通知书文号", "number of the order", True),
        Column("inspection_no", TEXT, "检查编号", "inspection it follows from"),
        _day("ordered_on", "责令日期", "day of the order", True),
        _day("due_on", "整改期限", "last day for rectification"),
        _day("completed_on", "完成日期", "day it was accepted as done"),
        Column("state", TEXT, "整改状态", "open, completed, overdue", True, words.RECTIFICATION_STATES),
        _AUTHORITY,
        _FIELD,
    ),
    natural_key=("order_no",),
    event_on="ordered_on",
    number="order_no",
)

COMMITMENT = Kind(
    "commitment",
    "信用承诺",
    "Credit commitments and whether they were kept.",
    (
        _USCC,
        _NAME,
        Column("commitment_no", TEXT, "承诺编码", "code of the commitment", True),
        Column("party_class", TEXT, "主体类别", "category of the promisor", words=words.PARTY_CLASSES),
        Column("commitment_type", TEXT, "承诺类型", "type of commitment", words=words.COMMITMENT_TYPES),
        Column("matter", TEXT, "承诺事由", "matter"),
        Column("content", TEXT, "承诺内容", "content"),
        Column("liability", TEXT, "违诺责任", "liability accepted"),
        _day("made_on", "作出承诺日期", "day it was made", True),
        _day("valid_until_on", "承诺有效期", "last day of its term"),
        Column("state", TEXT, "履行状态", "kept, partly, not", True, words.COMMITMENT_STATES),
        Column("unperformed", TEXT, "未履行内容", "what was not performed"),
        Column("liability_enforced", TEXT, "违诺责任追究", "liability enforced"),
        _day("state_on", "履行状态确认日期", "day the state was fixed"),
        Column("fixing_unit", TEXT, "确认单位", "unit that fixed the state"),
        Column("accepting_unit", TEXT, "受理单位", "unit that accepted the commitment"),
        Column("is_open", FLAG, "是否公开", "may be made public"),
        Column("remark", TEXT, "备注", "remark"),
    ),
    natural_key=("commitment_no",),
    event_on="made_on",
    number="commitment_no",
)

HONOUR = Kind(
    "honour",
    "荣誉表彰",
    "Honours and awards.",
    (
        _USCC,
        _NAME,
        Column("honour_no", TEXT, "表彰文号", "number of the award", True),
        Column("title", TEXT, "荣誉名称", "title"),
        Column("level", TEXT, "级别", "who gave it", words=words.HONOUR_LEVELS),
        _day("awarded_on", "授予日期", "day it was given", True),
        _day("valid_until_on", "有效期至", "last day it holds"),
        _AUTHORITY,
    ),
    natural_key=("honour_no", "party_key"),
    event_on="awarded_on",
    number="honour_no",
    expires_on="valid_until_on",
)

DECISION = Kind(
    "decision",
    "信用办决定",
    "The office's own decisions: append-only, each by named people with a number and a date.",
    (
        _USCC,
        _NAME,
        Column("decision_no", TEXT, "决定文号", "number of the decision", True),
        Column("decision_type", TEXT, "决定类型", "what was decided", True, words.DECISION_TYPES),
        Column("target", TEXT, "对象文号", "document, record or publication it concerns"),
        _day("decided_on", "决定日期", "day of the decision", True),
        _day("ends_on", "终止日期", "last day of its effect, where it states one"),
        Column("tier", TEXT, "等级", "tier that is held or confirmed"),
        Column("reason", TEXT, "理由", "reason, with articles"),
        _AUTHORITY,
        Column("proposed_by", TEXT, "提出人", "who proposed it", True),
        Column("decided_by", TEXT, "决定人", "who decided it: not the proposer", True),
    ),
    natural_key=("decision_no", "decision_type"),
    event_on="decided_on",
    number="decision_no",
)

PERSON_BAN = Kind(
    "person_ban",
    "行业禁入",
    "Persons barred from the trade.",
    (
        _USCC,
        _NAME,
        Column("ban_no", TEXT, "决定书文号", "number of the decision", True),
        Column("person_name", TEXT, "姓名", "person barred", True),
        Column("person_hash", TEXT, "证件指纹", "keyed hash of the identity number"),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        _day("decided_on", "决定日期", "day of the decision", True),
        _day("starts_on", "起始日期", "first day of the ban"),
        _day("ends_on", "终止日期", "last day of the ban; empty for life"),
        Column("is_lifelong", FLAG, "是否终身", "for life"),
        Column("basis", TEXT, "依据", "articles applied"),
        _AUTHORITY,
        _FIELD,
    ),
    natural_key=("ban_no", "person_name"),
    event_on="decided_on",
    number="ban_no",
    expires_on="ends_on",
)

KINDS = {
    kind.name: kind
    for kind in (
        ENTERPRISE,
        INSPECTION,
        PENALTY,
        SAMPLING,
        SIGNAL,
        RECTIFICATION,
        COMMITMENT,
        HONOUR,
        DECISION,
        PERSON_BAN,
    )
}
