"""The kinds of record that come in, by name: `KINDS`."""

from __future__ import annotations

from transforms.schemas import vocabularies
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT, TEXT_LIST, Column, Kind

USCC = Column("uscc", TEXT, "统一社会信用代码", "unified social credit code, 18 characters, GB 32100-2015")
PARTY_NAME = Column("party_name", TEXT, "名称", "name of the party as the record gives it")
AUTHORITY = Column("authority", TEXT, "机关", "authority that made the record")
FIELD = Column("field", TEXT, "领域", "drugs, devices or cosmetics", codes=vocabularies.FIELDS)


def date_column(name: str, label: str, doc: str, required: bool = False) -> Column:
    """A column of days."""
    return Column(name, DATE, label, doc, required)


ENTERPRISE = Kind(
    "enterprise",
    "企业登记",
    "The register of supervised enterprises. `enterprise_id` is the USCC, or scheme:number where there is none.",
    (
        USCC,
        Column("name", TEXT, "企业名称", "registered name", True),
        Column("name_key", TEXT, "名称比对键", "name normalised for exact comparison", True),
        Column("former_names", TEXT_LIST, "曾用名", "names it bore before"),
        Column("licence_nos", TEXT_LIST, "许可证号", "licence numbers in its fields"),
        Column("registration_no", TEXT, "注册号", "registration number of the older kind"),
        Column("party_class", TEXT, "主体类别", "organisation or sole trader", codes=vocabularies.PARTY_CLASSES),
        Column("fields", TEXT_LIST, "监管领域", "drugs, devices, cosmetics", codes=vocabularies.FIELDS),
        Column("roles", TEXT_LIST, "环节", "maker, wholesaler, retailer, user", codes=vocabularies.ROLES),
        Column("region_code", TEXT, "行政区划", "administrative division code, GB/T 2260"),
        Column("address", TEXT, "住所", "registered address"),
        date_column("established_on", "成立日期", "day of establishment"),
        Column("state", TEXT, "登记状态", "whether it still exists", codes=vocabularies.ENTERPRISE_STATES),
        date_column("deregistered_on", "注销日期", "day of deregistration"),
    ),
    natural_key=("enterprise_id",),
    event_on="established_on",
    number="uscc",
)

PERSON_BAN = Kind(
    "person_ban",
    "行业禁入",
    "Persons barred from the trade.",
    (
        USCC,
        PARTY_NAME,
        Column("ban_no", TEXT, "决定书文号", "number of the decision", True),
        Column("person_name", TEXT, "姓名", "person barred", True),
        Column("person_hash", TEXT, "证件指纹", "keyed hash of the identity number"),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        date_column("decided_on", "决定日期", "day of the decision", True),
        date_column("starts_on", "起始日期", "first day of the ban"),
        date_column("ends_on", "终止日期", "last day of the ban; empty for life"),
        Column("is_lifelong", BOOLEAN, "是否终身", "for life"),
        Column("basis", TEXT, "依据", "articles applied"),
        AUTHORITY,
        FIELD,
    ),
    natural_key=("ban_no", "person_name"),
    event_on="decided_on",
    number="ban_no",
    expires_on="ends_on",
)

INSPECTION = Kind(
    "inspection",
    "监督检查",
    "On-site inspections with their defects by grade.",
    (
        USCC,
        PARTY_NAME,
        Column("inspection_no", TEXT, "检查编号", "number of the inspection", True),
        date_column("inspected_on", "检查日期", "day of the inspection", True),
        AUTHORITY,
        Column("inspection_type", TEXT, "检查类型", "why it was made", codes=vocabularies.INSPECTION_TYPES),
        Column("standard", TEXT, "检查标准", "standard and edition"),
        FIELD,
        Column("critical_count", INTEGER, "严重缺陷数", "critical defects"),
        Column("major_count", INTEGER, "主要缺陷数", "major defects"),
        Column("minor_count", INTEGER, "一般缺陷数", "minor defects"),
        Column("ungraded_count", INTEGER, "未分级缺陷数", "defects without a grade: kept, not counted"),
        Column("conclusion", TEXT, "结论", "the inspectors' conclusion", codes=vocabularies.INSPECTION_CONCLUSIONS),
        Column(
            "score_centipoints", INTEGER, "检查得分", "the sender's own score, in hundredths; never points of a scheme"
        ),
        date_column("rectify_by_on", "整改期限", "last day for rectification"),
        date_column("rectified_on", "整改完成日期", "day rectification was accepted"),
        date_column("published_on", "结果公示日期", "first day its result is public; empty: not known to be"),
    ),
    natural_key=("inspection_no",),
    event_on="inspected_on",
    number="inspection_no",
)

SAMPLING = Kind(
    "sampling",
    "监督抽检",
    "Samples taken in supervision and what the laboratory found.",
    (
        USCC,
        PARTY_NAME,
        Column("sample_no", TEXT, "抽样编号", "number of the sample", True),
        Column("product", TEXT, "产品名称", "product"),
        Column("specification", TEXT, "规格", "strength or pack size"),
        Column("holder_name", TEXT, "标示上市许可持有人", "marketing authorisation holder on the label"),
        Column("maker_name", TEXT, "标示生产企业", "maker on the label, or the medical institution that made it"),
        Column("batch_no", TEXT, "批号", "batch"),
        date_column("sampled_on", "抽样日期", "day the sample was taken"),
        date_column("reported_on", "报告日期", "day of the laboratory's report", True),
        Column("result", TEXT, "检验结论", "qualified or not", True, vocabularies.SAMPLING_RESULTS),
        date_column("notified_on", "结果送达日期", "day the party received the result"),
        date_column("retest_asked_on", "申请复验日期", "day a retest was asked for"),
        date_column("found_wrong_on", "确认公告不当日期", "day the announced result was found wrong"),
        date_column("corrected_on", "更正公告日期", "day it was corrected where it had been announced"),
        Column("failing_items", TEXT_LIST, "不合格项目", "items that failed"),
        Column("laboratory", TEXT, "检验机构", "laboratory"),
        Column("basis", TEXT, "检验依据", "standard applied"),
        FIELD,
        date_column("published_on", "结果公示日期", "first day its result is public; empty: not known to be"),
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
        USCC,
        PARTY_NAME,
        Column("signal_no", TEXT, "信号编号", "number of the signal", True),
        Column("signal_type", TEXT, "信号类型", "where it comes from", True, vocabularies.SIGNAL_TYPES),
        date_column("occurred_on", "发生日期", "day it was received or happened", True),
        Column("level", TEXT, "程度", "how grave it is", codes=vocabularies.SIGNAL_LEVELS),
        Column("is_verified", BOOLEAN, "是否查实", "found true on inquiry"),
        FIELD,
        Column("summary", TEXT, "摘要", "summary"),
        AUTHORITY,
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
        USCC,
        PARTY_NAME,
        Column("order_no", TEXT, "整改通知书文号", "number of the order", True),
        Column("inspection_no", TEXT, "检查编号", "inspection it follows from"),
        date_column("ordered_on", "责令日期", "day of the order", True),
        date_column("due_on", "整改期限", "last day for rectification"),
        date_column("completed_on", "完成日期", "day it was accepted as done"),
        Column("state", TEXT, "整改状态", "open, completed, overdue", True, vocabularies.RECTIFICATION_STATES),
        AUTHORITY,
        FIELD,
    ),
    natural_key=("order_no",),
    event_on="ordered_on",
    number="order_no",
)

PENALTY = Kind(
    "penalty",
    "行政处罚",
    "Administrative penalties as the national exchange file of 2018 has them (发改办财金〔2018〕424号).",
    (
        USCC,
        PARTY_NAME,
        Column(
            "party_class", TEXT, "相对人类别", "organisation, sole trader, person", codes=vocabularies.PARTY_CLASSES
        ),
        Column("person_hash", TEXT, "证件指纹", "keyed hash of a natural person's identity number"),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        Column("decision_no", TEXT, "决定书文号", "number of the decision, in one spelling", True),
        Column("decision_key", TEXT, "文号比对键", "the number as it is compared (GB/T 9704-2012)", True),
        Column("act_no", TEXT, "违法行为编号", "which act is punished; the decision if the source does not state it"),
        Column("violation_type", TEXT, "违法行为类型", "type of violation"),
        Column("facts", TEXT, "违法事实", "what was done"),
        Column("basis", TEXT, "处罚依据", "articles applied"),
        Column("penalty_kinds", TEXT_LIST, "处罚类别", "kinds of penalty", True, vocabularies.PENALTY_KINDS),
        Column("content", TEXT, "处罚内容", "the penalty in words"),
        Column("fine_fen", INTEGER, "罚款金额（分）", "fine, fen"),
        Column("confiscated_fen", INTEGER, "没收金额（分）", "confiscated, fen"),
        Column("licence_affected", TEXT, "暂扣或吊销证照", "licence suspended or revoked"),
        date_column("decided_on", "处罚决定日期", "day of the decision", True),
        date_column("valid_until_on", "处罚有效期", "last day of the penalty's term; 2099-12-31: without an end"),
        date_column("publicity_until_on", "公示截止期", "last day of publicity as the source states it"),
        date_column(
            "published_on", "公示日期", "first day in the national publicity system; empty: not known to be there"
        ),
        date_column("unpublished_on", "停止公示日期", "first day no longer in the national publicity system"),
        date_column(
            "performed_on", "义务履行完毕日期", "day every duty of the decision was performed; empty: not stated"
        ),
        date_column(
            "harm_removed_on", "危害后果消除日期", "day harm and bad effects were found removed; empty: not stated"
        ),
        AUTHORITY,
        Column("authority_code", TEXT, "处罚机关代码", "USCC of the authority"),
        Column("discretion", TEXT, "裁量幅度", "grade of discretion", codes=vocabularies.DISCRETION),
        Column("procedure", TEXT, "处罚程序", "ordinary or summary", codes=vocabularies.PROCEDURES),
        FIELD,
        Column("state", TEXT, "状态", "in force, changed, revoked", codes=vocabularies.PENALTY_STATES),
        date_column("revoked_on", "撤销日期", "first day on which it no longer counts"),
        Column("remark", TEXT, "备注", "remark"),
    ),
    natural_key=("decision_key", "party_key"),
    event_on="decided_on",
    number="decision_no",
    revoked_on="revoked_on",
    annulled_states=vocabularies.ANNULLED_PENALTY_STATES,
    is_releasable=True,
    act="act_no",
)

COMMITMENT = Kind(
    "commitment",
    "信用承诺",
    "Credit commitments and whether they were kept.",
    (
        USCC,
        PARTY_NAME,
        Column("commitment_no", TEXT, "承诺编码", "code of the commitment", True),
        Column("party_class", TEXT, "主体类别", "category of the promisor", codes=vocabularies.PARTY_CLASSES),
        Column("commitment_type", TEXT, "承诺类型", "type of commitment", codes=vocabularies.COMMITMENT_TYPES),
        Column("matter", TEXT, "承诺事由", "matter"),
        Column("content", TEXT, "承诺内容", "content"),
        Column("liability", TEXT, "违诺责任", "liability accepted"),
        date_column("made_on", "作出承诺日期", "day it was made", True),
        date_column("valid_until_on", "承诺有效期", "last day of its term"),
        Column("state", TEXT, "履行状态", "kept, partly, not", True, vocabularies.COMMITMENT_STATES),
        Column("unperformed", TEXT, "未履行内容", "what was not performed"),
        Column("liability_enforced", TEXT, "违诺责任追究", "liability enforced"),
        date_column("state_on", "履行状态确认日期", "day the state was fixed"),
        Column("fixing_unit", TEXT, "确认单位", "unit that fixed the state"),
        Column("accepting_unit", TEXT, "受理单位", "unit that accepted the commitment"),
        Column("is_open", BOOLEAN, "是否公开", "may be made public"),
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
        USCC,
        PARTY_NAME,
        Column("honour_no", TEXT, "表彰文号", "number of the award", True),
        Column("title", TEXT, "荣誉名称", "title"),
        Column("level", TEXT, "级别", "who gave it", codes=vocabularies.HONOUR_LEVELS),
        date_column("awarded_on", "授予日期", "day it was given", True),
        date_column("valid_until_on", "有效期至", "last day it holds"),
        AUTHORITY,
    ),
    natural_key=("honour_no", "party_key"),
    event_on="awarded_on",
    number="honour_no",
    expires_on="valid_until_on",
)

LICENCE = Kind(
    "licence",
    "许可证",
    "Licences and filings to make or trade. Whether one holds on a day follows from its days.",
    (
        USCC,
        PARTY_NAME,
        Column("licence_no", TEXT, "许可证编号", "number of the licence or filing", True),
        Column("licence_type", TEXT, "许可证类别", "what it allows", True, vocabularies.LICENCE_TYPES),
        Column("scope", TEXT, "许可范围", "what may be made or traded under it"),
        date_column("issued_on", "发证日期", "day it was issued, or last renewed", True),
        date_column("valid_until_on", "有效期至", "last day it holds; empty: a filing, without a term"),
        date_column("changed_on", "变更日期", "day it was last changed"),
        date_column("suspended_on", "暂停日期", "first day on which it is suspended or trade under it is stopped"),
        date_column("resumed_on", "恢复日期", "first day on which it holds again"),
        date_column("revoked_on", "吊销日期", "day it was revoked as a penalty"),
        date_column("cancelled_on", "注销日期", "day it was struck off"),
        Column(
            "is_by_commitment",
            BOOLEAN,
            "是否告知承诺",
            "granted on a promise to meet the conditions",
        ),
        Column("authority", TEXT, "发证机关", "office that issued it", True),
    ),
    natural_key=("licence_type", "licence_no", "authority"),
    event_on="issued_on",
    number="licence_no",
    expires_on="valid_until_on",
)

POST = Kind(
    "post",
    "任职",
    "Posts that persons hold in enterprises. One of a person is one record: a later report says what became of it.",
    (
        USCC,
        PARTY_NAME,
        Column("position", TEXT, "职务", "the post", True, vocabularies.POSITIONS),
        Column("post_title", TEXT, "岗位", "what the enterprise calls it"),
        Column("person_name", TEXT, "姓名", "person in the post", True),
        Column(
            "person_hash", TEXT, "证件指纹", "keyed hash of the identity number; empty: the person is known by name"
        ),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        date_column("starts_on", "任职日期", "first day in the post; empty: not stated"),
        date_column("ends_on", "离任日期", "last day in the post; empty: still in it, as far as is known"),
        AUTHORITY,
    ),
    natural_key=("party_key", "position", "person_name", "person_hash"),
    event_on="starts_on",
    number="person_name",
    expires_on="ends_on",
)

EXTERNAL_LISTING = Kind(
    "external_listing",
    "外部名单",
    "Entries on lists that others keep. An entry ends on the day of removal that a record states, and only so: a later "
    "list without the party ends nothing.",
    (
        USCC,
        PARTY_NAME,
        Column("entry_no", TEXT, "列入决定文号", "number of the entry, or of the decision to list", True),
        Column("list_type", TEXT, "名单类别", "which list", True, vocabularies.EXTERNAL_LISTS),
        Column("authority", TEXT, "列入机关", "body that listed", True),
        date_column("listed_on", "列入日期", "first day on the list", True),
        Column("ground", TEXT, "列入情形", "ground of an abnormal-list entry", codes=vocabularies.ABNORMAL_GROUNDS),
        Column("reason", TEXT, "列入原因", "reason in words"),
        Column("system", TEXT, "公示系统", "publicity system that shows it", codes=vocabularies.PUBLICITY_SYSTEMS),
        date_column("applied_on", "申请移出日期", "day its repair or removal was applied for"),
        date_column("accepted_on", "受理日期", "day the application was accepted"),
        date_column("verified_on", "核实日期", "day the facts were verified"),
        date_column("refused_on", "不予受理（移出）日期", "day the application was refused"),
        Column("repair_no", TEXT, "准予修复决定文号", "number of the decision to repair or remove"),
        date_column("repaired_on", "准予修复日期", "day of that decision"),
        date_column("repair_received_on", "收到修复决定日期", "day the decision was received here"),
        date_column("taken_down_on", "协助停止公示日期", "day its publicity was ended here"),
        date_column("left_on", "移出日期", "first day off the list; empty: no removal is known"),
    ),
    natural_key=("list_type", "entry_no", "authority", "party_key"),
    event_on="listed_on",
    number="entry_no",
    revoked_on="left_on",
)

LIST_DELIVERY = Kind(
    "list_delivery",
    "名单交接",
    "Statements that a whole list of others was handed over, as it stood on a day. Whether that proves that a party is "
    "not on the list is said by policy/law/external_lists.yaml.",
    (
        Column("delivery_no", TEXT, "交接编号", "number of the delivery", True),
        Column("list_type", TEXT, "名单类别", "which list", True, vocabularies.EXTERNAL_LISTS),
        Column("authority", TEXT, "提供机关", "body that handed it over", True),
        date_column("stands_on", "名单截止日期", "day on which the list stood so", True),
        Column("entry_count", INTEGER, "名单条数", "entries on it, as the sender counts them", True),
    ),
    natural_key=("list_type", "authority", "delivery_no"),
    event_on="stands_on",
    number="delivery_no",
    names_party=False,
)

PUSH = Kind(
    "push",
    "推送",
    "What was sent to another body, and its receipt. Without a receipt nothing is known to have arrived.",
    (
        USCC,
        PARTY_NAME,
        Column("party_class", TEXT, "主体类别", "person: of a natural person", codes=vocabularies.PARTY_CLASSES),
        Column("push_no", TEXT, "推送编号", "number of the push", True),
        Column("push_type", TEXT, "推送事项", "what was sent", True, vocabularies.PUSH_TYPES),
        Column("subject_no", TEXT, "对象文号", "number of the penalty or listing that it concerns", True),
        Column("addressee", TEXT, "接收单位", "to whom", True),
        date_column("pushed_on", "推送日期", "day it was sent", True),
        Column("receipt_no", TEXT, "回执编号", "number of the receipt"),
        date_column("receipt_on", "回执日期", "day of the receipt; empty: none has come"),
        AUTHORITY,
    ),
    natural_key=("push_no", "push_type", "subject_no", "party_key"),
    event_on="pushed_on",
    number="push_no",
)

INSPECTOR = Kind(
    "inspector",
    "检查员",
    "Inspectors, a record for each field in which one is qualified.",
    (
        Column("inspector_no", TEXT, "检查员编号", "number of the inspector's card", True),
        Column("person_name", TEXT, "姓名", "name", True),
        Column("person_hash", TEXT, "证件指纹", "keyed hash of the identity number"),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        Column("office", TEXT, "所属单位", "office that employs the inspector", True),
        Column("field", TEXT, "领域", "field of the qualification", True, vocabularies.FIELDS),
        Column("level", TEXT, "级别", "level of the qualification", codes=vocabularies.INSPECTOR_LEVELS),
        date_column("qualified_on", "资格起始日期", "first day of the qualification", True),
        date_column("valid_until_on", "资格有效期至", "last day of its term; empty: without a term"),
        date_column("ended_on", "资格终止日期", "first day on which it no longer holds, whatever its term"),
    ),
    natural_key=("inspector_no", "field"),
    event_on="qualified_on",
    number="inspector_no",
    expires_on="valid_until_on",
    names_party=False,
)

INSPECTOR_CONFLICT = Kind(
    "inspector_conflict",
    "利益冲突申报",
    "Conflicts of interest that inspectors have declared, each with one enterprise.",
    (
        USCC,
        PARTY_NAME,
        Column("declaration_no", TEXT, "申报编号", "number of the declaration", True),
        Column("inspector_no", TEXT, "检查员编号", "number of the inspector's card", True),
        Column(
            "relation",
            TEXT,
            "关系",
            "how the inspector stands to the enterprise",
            True,
            vocabularies.CONFLICT_RELATIONS,
        ),
        date_column("declared_on", "申报日期", "day of the declaration", True),
        date_column("starts_on", "回避起始日期", "first day of the conflict; empty: the day of the declaration"),
        date_column("ends_on", "回避终止日期", "last day of the conflict; empty: without an end"),
    ),
    natural_key=("declaration_no",),
    event_on="declared_on",
    number="declaration_no",
    expires_on="ends_on",
    is_internal=True,
)

CASE_PARTY = Column(
    "party_class",
    TEXT,
    "当事人类别",
    "person, unknown: tied to no enterprise",
    codes=vocabularies.CASE_PARTIES,
)

CASE = Kind(
    "case",
    "案件",
    "Cases from the clue to the closing, with the days that the law of procedure counts by.",
    (
        USCC,
        PARTY_NAME,
        CASE_PARTY,
        Column("case_no", TEXT, "案件编号", "number of the case, the same from the clue on", True),
        Column("authority", TEXT, "办案机关", "office that handles it", True),
        Column("clue_source", TEXT, "案件来源", "where the clue came from", codes=vocabularies.CASE_CLUES),
        FIELD,
        Column("is_major", BOOLEAN, "是否重大案件", "handled as a major case; empty: not stated"),
        date_column("found_on", "发现线索日期", "day the clue was found, or its papers were received", True),
        date_column("check_extended_on", "延长核查日期", "day more time was granted to decide whether to file"),
        Column("check_excluded_days", INTEGER, "核查扣除天数", "days of tests before filing, which do not count"),
        date_column("filed_on", "立案日期", "day it was filed"),
        date_column("not_filed_on", "不予立案日期", "day it was decided not to file it"),
        Column("goods_value_fen", INTEGER, "货值金额（分）", "value of the goods, fen; empty: not known"),
        date_column("extended_on", "批准延期日期", "day the time to decide was first extended"),
        date_column("extended_until_on", "继续延期至", "last day of a further extension, as it was decided"),
        Column("excluded_days", INTEGER, "扣除天数", "days of suspension, hearing, notices, tests, which do not count"),
        date_column("suspended_on", "中止调查日期", "day the inquiry was suspended"),
        date_column("resumed_on", "恢复调查日期", "day it was resumed"),
        Column("is_legal_review_due", BOOLEAN, "应否法制审核", "must be reviewed for legality; empty: not stated"),
        date_column("review_sent_on", "送审日期", "day the reviewers received it"),
        date_column("legally_reviewed_on", "法制审核日期", "day the review for legality was done"),
        date_column("heard_on", "听证日期", "day of the hearing; empty: none is known of"),
        Column("outcome", TEXT, "处理结果", "how it was decided", codes=vocabularies.CASE_OUTCOMES),
        Column(
            "no_penalty_ground", TEXT, "不予处罚理由", "why no penalty follows", codes=vocabularies.NO_PENALTY_GROUNDS
        ),
        date_column("concluded_on", "处理决定日期", "day of that decision"),
        Column("decision_nos", TEXT_LIST, "处罚决定书文号", "numbers of the penalties it led to"),
        date_column("performed_on", "执行完毕日期", "day the penalty was carried out in full"),
        date_column("closed_on", "结案日期", "day it was closed"),
    ),
    natural_key=("case_no", "authority"),
    event_on="found_on",
    number="case_no",
)

CASE_TRANSFER = Kind(
    "case_transfer",
    "涉嫌犯罪案件移送",
    "Cases that are referred to the police as possible crimes, or come back from them.",
    (
        USCC,
        PARTY_NAME,
        CASE_PARTY,
        Column("transfer_no", TEXT, "移送文号", "number of the transfer", True),
        Column("case_no", TEXT, "案件编号", "case it belongs to"),
        Column("authority", TEXT, "办案机关", "office that refers the case, or receives it", True),
        Column("direction", TEXT, "移送方向", "to the police, or from them", True, vocabularies.TRANSFER_DIRECTIONS),
        date_column(
            "proposed_on", "移送报告日期", "day of the report that proposes it; from the police: received", True
        ),
        date_column("approved_on", "批准移送日期", "day the head of the office approved it"),
        date_column("declined_on", "不批准移送日期", "day the head of the office declined it"),
        date_column("transferred_on", "移送日期", "day the police received the case"),
        Column("police", TEXT, "公安机关", "police office"),
        date_column("police_filed_on", "公安立案通知日期", "day the notice arrived that the police filed it"),
        date_column("police_refused_on", "公安不予立案通知日期", "day the notice arrived that they did not"),
        date_column("review_asked_on", "提请复议日期", "day a review of that was asked for"),
        date_column("handed_over_on", "移交涉案物品日期", "day goods and papers were handed over"),
        date_column("returned_on", "退回日期", "day the case came back for an administrative decision"),
    ),
    natural_key=("transfer_no", "authority"),
    event_on="proposed_on",
    number="transfer_no",
)

COMPLAINT = Kind(
    "complaint",
    "投诉举报",
    "Complaints of consumers and reports of violations, with how they were handled. Nothing of who made them is kept.",
    (
        USCC,
        PARTY_NAME,
        CASE_PARTY,
        Column("complaint_no", TEXT, "登记编号", "number under which it was registered", True),
        Column(
            "complaint_type",
            TEXT,
            "类型",
            "complaint (dispute) or report (violation)",
            True,
            vocabularies.COMPLAINT_TYPES,
        ),
        FIELD,
        Column("subject", TEXT, "问题类别", "what it is about", codes=vocabularies.COMPLAINT_SUBJECTS),
        Column("is_named", BOOLEAN, "是否实名", "the reporter is named, and must be told; empty: not stated"),
        date_column("received_on", "收到日期", "day it was received", True),
        date_column("accepted_on", "受理日期", "day it was accepted"),
        date_column("declined_on", "不予受理日期", "day it was not accepted"),
        date_column("ended_on", "调解结束日期", "day the mediation ended"),
        Column("result", TEXT, "调解结果", "how it ended", codes=vocabularies.COMPLAINT_RESULTS),
        Column("excluded_days", INTEGER, "扣除天数", "days of tests, which do not count"),
        date_column("check_extended_on", "延长核查日期", "day more time was granted to decide whether to file"),
        date_column("decided_on", "立案决定日期", "day it was decided whether to file a case"),
        Column("is_filed", BOOLEAN, "是否立案", "whether a case was filed; empty: not stated"),
        Column("case_no", TEXT, "案件编号", "the case it led to"),
        date_column("told_on", "告知举报人日期", "day the reporter was told of that decision"),
        Column("is_verified", BOOLEAN, "是否查实", "found true on inquiry"),
        Column("signal_no", TEXT, "信号编号", "its number among the signals, where it is reported there too"),
        AUTHORITY,
    ),
    natural_key=("complaint_no",),
    event_on="received_on",
    number="complaint_no",
)

DECISION = Kind(
    "decision",
    "信用办决定",
    "The office's register of its steps: append-only, each by named people with a number and a date.",
    (
        USCC,
        PARTY_NAME,
        Column(
            "party_class",
            TEXT,
            "当事人类别",
            "person: of a natural person, tied to no firm",
            codes=vocabularies.PARTY_CLASSES,
        ),
        Column("person_hash", TEXT, "证件指纹", "keyed hash of a natural person's identity number"),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        Column("decision_no", TEXT, "决定文号", "number of the decision", True),
        Column("decision_type", TEXT, "决定类型", "what was decided", True, vocabularies.DECISION_TYPES),
        Column(
            "matter",
            TEXT,
            "事项",
            "which matter a step belongs to, if its name does not show it",
            codes=vocabularies.MATTERS,
        ),
        Column(
            "system",
            TEXT,
            "公示系统",
            "the publicity system it concerns; empty: gsxt",
            codes=vocabularies.PUBLICITY_SYSTEMS,
        ),
        Column(
            "situation", TEXT, "情形", "situation of the listing, or ground of the step", codes=vocabularies.SITUATIONS
        ),
        Column("target", TEXT, "对象文号", "number of the penalty, case, listing, record or publication it concerns"),
        date_column("decided_on", "决定日期", "day of the step", True),
        date_column("effective_on", "生效日期", "first day of its effect, where that is not the day of the step"),
        date_column("ends_on", "终止日期", "last day of its effect, where it states one"),
        Column("tier", TEXT, "等级", "tier that is held or confirmed"),
        Column("reason", TEXT, "理由", "reason, with articles"),
        AUTHORITY,
        Column("proposed_by", TEXT, "提出人", "who proposed it", True),
        Column("decided_by", TEXT, "决定人", "who decided it: not the proposer; empty: the step decides nothing"),
    ),
    natural_key=("decision_no", "decision_type", "system"),
    event_on="decided_on",
    number="decision_no",
    is_releasable=True,
)

KINDS: dict[str, Kind] = {
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
        LICENCE,
        POST,
        EXTERNAL_LISTING,
        LIST_DELIVERY,
        PUSH,
        INSPECTOR,
        INSPECTOR_CONFLICT,
        CASE,
        CASE_TRANSFER,
        COMPLAINT,
    )
}

LISTING_KIND = DECISION.name  # the kind whose records put an enterprise on the serious-violation list
