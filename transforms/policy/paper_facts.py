"""The papers of the office by code, and what may stand in their texts."""

from __future__ import annotations

from transforms.tables.kinds.common import day
from transforms.tables.shape import FLAG, TEXT, TEXTS, Column, Kind
from transforms.tables.words import DISCRETION, FIELDS, MATTERS, SITUATIONS

PAPERS = {
    "listing_notice": "列入告知书",
    "listing_decision": "列入决定书",
    "removal_decision": "移出决定书",
    "repair_notice": "信用修复告知书",
    "repair_grant": "准予信用修复决定书",
    "repair_refusal": "不予信用修复决定书",
    "repair_revocation": "撤销准予信用修复决定书",
}
REMOVALS = {"early": "提前移出", "ended": "列入期满", "deregistered": "注销", "annulled": "所依据的处罚被撤销"}
DISPLAYS = {
    "awaiting": "待公示",
    "overdue": "逾期未公示",
    "public": "公示中",
    "restored": "撤销修复，恢复公示",
    "off": "不在公示",
}
REFUSALS = {
    "conditions": "不符合条件",
    "falsehood": "隐瞒、弄虚作假",
    "public_interest": "可能危害国家安全、社会公共利益",
}


def _text(name: str, label: str, doc: str) -> Column:
    return Column(name, TEXT, label, doc)


# Labels are what stands in a blank: 〔待填：当事人名称〕.
FACTS = Kind(
    "paper",
    "执法文书",
    "What is known of a matter when a paper is written. What is not known becomes a blank.",
    (
        Column("matter", TEXT, "事项", "what the paper is about", words=MATTERS),
        day("paper_on", "文书日期", "day of the decision, or for a draft the day asked for"),
        _text("year", "年份", "of that day, for the paper's number"),
        _text("authority", "机关名称", "authority that makes the paper"),
        _text("party", "当事人名称", "registered name, else as the record has it"),
        Column("is_person", FLAG, "是否自然人", "the party is a natural person"),
        _text("uscc", "统一社会信用代码", "of the party"),
        _text("address", "住所（经营场所）", "registered address of an organisation"),
        _text("penalty_no", "行政处罚决定书文号", "number of the penalty"),
        day("penalty_on", "行政处罚决定日期", "day of the penalty"),
        _text("penalty_by", "作出行政处罚的机关", "authority that punished"),
        _text("violation_type", "违法行为类型", "as the penalty has it"),
        _text("violation", "违法事实", "as the penalty has it"),
        _text("penalty_basis", "行政处罚依据", "as the penalty has it"),
        _text("penalty_kinds", "行政处罚种类", "all of them, joined"),
        _text("penalty_content", "行政处罚内容", "as the penalty has it"),
        Column("discretion", TEXT, "裁量幅度", "grade of discretion of the penalty", words=DISCRETION),
        Column("field", TEXT, "领域", "field of the penalty", words=FIELDS),
        day("performed_on", "义务履行完毕日期", "as the penalty has it"),
        day("harm_removed_on", "危害后果消除日期", "as the penalty has it"),
        Column("situation", TEXT, "列入情形", "situation of the listing", words=SITUATIONS),
        _text("situation_basis", "列入情形条款", "its article"),
        Column("is_heavier", FLAG, "是否较重行政处罚", "the penalty is a heavier one by what its record says"),
        Column("needs_consent", FLAG, "是否须报经上一级同意", "by the name of the authority that punished"),
        Column("factors", TEXTS, "各项因素的认定及证据", "what is to be weighed, with what the records say"),
        Column("measures", TEXTS, "管理措施", "what a listing brings with it, with the articles"),
        _text("notice_no", "列入告知书文号", "number of the notice"),
        day("notified_on", "列入告知日期", "day of the notice"),
        day("heard_on", "听证（陈述申辩）日期", "day the party was heard"),
        _text("listing_no", "列入决定书文号", "number of the listing"),
        day("listed_on", "列入日期", "day of the listing"),
        _text("listing_by", "作出列入决定的机关", "authority that listed"),
        _text("listing_reason", "列入事由", "reason as the register has it"),
        day("listing_published_on", "列入公示日期", "day the listing was made public"),
        day("early_from_on", "可以申请提前移出之日", "first day an early removal may be asked for"),
        day("ends_on", "列入期满之日", "last day on the list"),
        Column("removal", TEXT, "移出原因", "why it leaves the list", words=REMOVALS),
        _text("system_title", "公示系统", "publicity system the paper is about"),
        Column("is_public", FLAG, "是否公示", "the penalty is to be published"),
        Column("is_open_to_repair", FLAG, "是否可以申请修复", "an early end of publicity may be asked for some day"),
        _text("class_title", "失信信息分类", "class of the penalty"),
        _text("class_reason", "分类情形", "rules that put it there"),
        _text("class_basis", "分类依据", "their articles"),
        day("publish_by_on", "最迟公示日期", "last day to publish the penalty"),
        day("published_on", "公示日期", "day it was published; assumed where it is not known yet"),
        Column("display", TEXT, "公示情况", "where the penalty's publicity stands", words=DISPLAYS),
        _text("display_state", "公示状态", "that in the words of the publicity table"),
        day("restored_on", "撤销修复日期", "day its repair was revoked, and its publicity began anew"),
        day("apply_from_on", "可以申请信用修复之日", "first day repair may be asked for"),
        day("last_day_on", "公示期满之日", "last day of the longest publicity"),
        day("applied_on", "申请日期", "day repair was applied for"),
        day("accepted_on", "受理日期", "day the application was accepted"),
        Column("refusal", TEXT, "不予修复的情形", "ground of a refusal", words=REFUSALS),
        Column("unmet", TEXTS, "不符合的条件", "each unmet condition, with the day it could be met"),
        _text("grant_no", "准予信用修复（移出）决定书文号", "number of the decision that is revoked"),
        day("granted_on", "准予信用修复（移出）日期", "its day"),
        _text("reason", "理由", "reason as the register has it"),
    ),
    natural_key=(),
    event_on="paper_on",
    number="penalty_no",
)
