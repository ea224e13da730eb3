"""The serious-violation list as tables: entries, and those who may be listed."""

from __future__ import annotations

from transforms.tables.kinds.common import AUTHORITY, FIELD, day
from transforms.tables.shape import COUNT, FLAG, TEXT, TEXTS, Column, Table
from transforms.tables.words import LISTING_STATES, PENALTY_KINDS, SITUATIONS

NOTES = {
    "unnotified": "列入前没有登记告知，须由人工核对",
    "hearing_open": "列入时告知的陈述、申辩、听证期限尚未届满，须由人工核对（总局令第44号第十三条第一款）",
    "unapplied": "移出前没有登记申请和受理，须由人工核对",
    "publication_assumed": "公布日期未登记，按最迟应公布日起算",
    "transition": "新旧规定衔接未定，另一口径的移出日不同",
    "ground_unknown": "所依据的处罚决定没有记录，不能核对其效力",
    "ground_changed": "所依据的处罚决定已变更，须由人工核对是否仍应列入",
    "annulled_on_unstated": "所依据的处罚被撤销的日期未载明",
    "term_unstated": "限制期限未载明",
    "consent": "县级、设区的市级机关列入的，须核对是否报经上一级同意（总局令第44号第二十二条）",
    "deregistered_on_unstated": "企业注销日期未载明",
    "restarted": "撤销移出后恢复列入，期限重新计算",
    "stayed_rating": "停止执行期间信用等级是否随之变化没有规定，未予变化，须由人工确认",
}
CANDIDATE_NOTES = {
    "late": "作出处罚决定时未同时决定是否列入，须由人工判断能否补作决定",
    "discretion_unstated": "裁量幅度未载明，罚款是否从重须由人工核对",
    "changed": "处罚决定已变更，须核对变更后的内容",
}
BAN_NOTES = {
    "start_assumed": "起始日期未载明，自决定之日起",
    "period_filled": "期限未载明，按条文最长期限填写，须核对决定书",
    "period_unstated": "期限未载明，条文也不能确定，须核对决定书",
    "period_outside": "期限与条文规定不符，须核对决定书",
    "article_unknown": "依据的条文不在禁业条文表中",
    "if_grave": "以决定书认定情节严重为前提，须核对决定书",
    "annulled": "处罚决定已被撤销",
}
WHO = {"enterprise": "企业", "representative": "法定代表人、负责人"}
PARTIES = {"person": "个人", "firm": "单位"}
BAN_KINDS = {"person_ban": "行业禁入", "penalty": "行政处罚", "application_bar": "处罚附带的申请、试验限制"}
BARRED_FROM = {
    "trade": "从事生产经营活动",
    "testing": "从事检验工作",
    "applications": "提出相应的许可、备案申请",
    "trials": "开展临床试验",
}
GAPS = {"calendar": "国务院办公厅该年部分节假日安排的通知尚未录入工作日历"}

# The published columns are those of enterprises; which natural persons a list may name is left to other law.
OF_PERSON = (
    "当事人是自然人（相关责任人员），不在公开名单上：总局令第44号第十一条第二款要求另有法律、行政法规或者政策文件规定，"
    "公开名单的栏目只列企业；是否公布未定，须由人工判断（待查）"
)
LISTING = Table(
    "listings",
    "严重违法失信名单",
    "Every listing with where it stands on a day, and when and why it is over. Computed, not stored.",
    (
        Column("record_id", TEXT, "记录标识", "the decision to list", True),
        Column("matter_id", TEXT, "事项标识", "its matter in the register of decisions", True),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise", True),
        Column("name", TEXT, "企业名称", "registered name", True),
        Column("uscc", TEXT, "统一社会信用代码", "of the register, else of the decision"),
        Column("decision_no", TEXT, "决定书文号", "number of the decision to list", True),
        Column("target", TEXT, "处罚决定文号", "number of the penalty or case it rests on"),
        Column("situation", TEXT, "列入情形", "situation of the listing", words=SITUATIONS),
        Column("situation_basis", TEXT, "列入依据", "its article"),
        Column("reason", TEXT, "列入原因", "as the decision has it"),
        Column("listed_by", TEXT, "作出决定机关（列入）", "who listed"),
        day("listed_on", "列入日期", "day of the decision", True),
        Column("state", TEXT, "名单状态", "where it stands on the day asked for", True, LISTING_STATES),
        Column("procedure_state", TEXT, "办理状态", "state in procedure.yaml", True),
        Column("procedure_title", TEXT, "办理状态名称", "what it is called", True),
        day("since_on", "办理状态起始日", "day of the step that led there", True),
        day("push_by_on", "推送期限", "last day to push it to the party's province; empty for a party of the same"),
        day("publish_by_on", "公布期限", "last day to publish it"),
        day("published_on", "公布日期", "as the register has it"),
        day("counts_from_on", "期限起算日", "the event from which the stay counts"),
        Column("regime", TEXT, "适用规定", "regime that governs on the day asked for"),
        Column("basis", TEXT, "期限依据", "article of the stay"),
        Column("confidence", TEXT, "期限可信度", "C read, M from memory, I inferred, GAP not found"),
        day("term_on", "限制期限末日", "last day of a restriction of trade or occupation; empty: none, or for life"),
        Column("is_lifelong", FLAG, "是否终身限制", "the restriction is for life", True),
        day("last_day_on", "在列末日", "last day of the stay, whichever rules end it"),
        day("stop_on", "移出日", "first day it is no longer on the list; empty: no end, or unknown"),
        day("stop_earliest_on", "移出日（最早口径）", "under the earliest of the unsettled conventions"),
        day("stop_latest_on", "移出日（最迟口径）", "under the latest; empty where the calendar ends before"),
        day("stop_other_transition_on", "移出日（另一衔接口径）", "by the other reading of a change of rules"),
        day("stayed_on", "停止执行日期", "day of the stay of execution in force"),
        day("credit_china_last_day_on", "信用中国公示期末日", "last day there, by the clock of the decision"),
        day("credit_china_stop_on", "信用中国停止公示日", "first day it is no longer there; empty: no end, or unknown"),
        Column("credit_china_basis", TEXT, "信用中国公示期依据", "article of that period"),
        Column("credit_china_confidence", TEXT, "信用中国公示期可信度", "as confidence"),
        day("left_on", "已移出日", "first day off the list, once it is off; empty: on it"),
        day("annulled_on", "处罚撤销日期", "day the penalty it rests on was annulled"),
        day("revoke_by_on", "撤销列入期限", "last day to revoke it and take it down then"),
        Column("revoke_basis", TEXT, "撤销列入依据", "article of that term"),
        Column("revoke_confidence", TEXT, "撤销列入可信度", "as confidence"),
        day("restored_on", "恢复列入日期", "day its removal was revoked"),
        day("barred_until_on", "不得申请至", "last day on which no application is possible"),
        Column("is_final", FLAG, "不得提前移出", "no early removal is possible any more", True),
        Column("proposed_by", TEXT, "提出人", "who proposed it"),
        Column("decided_by", TEXT, "决定人", "who decided it"),
        Column("notes", TEXTS, "提示", "what was assumed or is unsettled", True, NOTES),
        Column("gap", TEXT, "缺少的规定", "what the policy must say before this can be known", words=GAPS),
    ),
    ("record_id",),
)

CANDIDATE = Table(
    "candidates",
    "列入严重违法失信名单候选",
    "Penalties that may lead to a listing, for a person to judge. Never an entry by itself. Computed, not stored.",
    (
        Column("record_id", TEXT, "记录标识", "the penalty", True),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise", True),
        Column("name", TEXT, "企业名称", "registered name", True),
        Column("uscc", TEXT, "统一社会信用代码", "of the register, else of the penalty"),
        Column("decision_no", TEXT, "处罚决定文号", "number of the penalty", True),
        Column("violation_type", TEXT, "违法行为类型", "type of violation"),
        Column("penalty_kinds", TEXTS, "处罚类别", "kinds of penalty", True, PENALTY_KINDS),
        AUTHORITY,
        day("decided_on", "处罚决定日期", "day of the penalty", True),
        Column(
            "situation", TEXT, "可能的列入情形", "first situation whose condition the penalty meets", True, SITUATIONS
        ),
        Column("situation_basis", TEXT, "情形依据", "its article", True),
        Column("situation_confidence", TEXT, "情形可信度", "how sure the condition is", True),
        Column("other_situations", TEXTS, "其他可能情形", "others it meets", True, SITUATIONS),
        Column("is_heavier", FLAG, "是否较重行政处罚", "a heavier penalty, by its record", True),
        Column("heavier_basis", TEXT, "较重处罚依据", "article"),
        Column("notes", TEXTS, "提示", "what a person must check first", True, CANDIDATE_NOTES),
    ),
    ("record_id",),
)
CHECKLIST = Table(
    "checklist",
    "列入因素核对表",
    "What is to be weighed for a candidate: the records' evidence, and blanks for a person.",
    (
        Column("record_id", TEXT, "记录标识", "the penalty", True),
        Column("position", COUNT, "序号", "place in the list", True),
        Column("factor", TEXT, "因素", "what is weighed", True),
        Column("title", TEXT, "因素名称", "what it is called", True),
        Column("question", TEXT, "核对内容", "what to look for", True),
        Column("evidence", TEXT, "记录中的证据", "what the records say; empty: nothing"),
        Column("is_blank", FLAG, "须人工填写", "the records cannot answer it", True),
        Column("basis", TEXT, "依据", "article", True),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found", True),
    ),
    ("record_id", "position"),
)
MEASURE = Table(
    "measures",
    "管理措施",
    "What listings bring with them on a day. Computed, not stored.",
    (
        Column("record_id", TEXT, "记录标识", "the decision to list", True),
        Column("position", COUNT, "序号", "place in the law", True),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise", True),
        Column("name", TEXT, "企业名称", "registered name", True),
        Column("uscc", TEXT, "统一社会信用代码", "of the register, else of the decision"),
        Column("decision_no", TEXT, "列入决定文号", "number of the decision to list", True),
        Column("measure", TEXT, "措施代码", "id in measures.yaml", True),
        Column("title", TEXT, "措施", "what it is", True),
        Column("who", TEXT, "对象", "whom it concerns", True, WHO),
        day("from_on", "起始日", "first day", True),
        day("until_on", "末日", "last day; empty: no end, or unknown"),
        Column("basis", TEXT, "依据", "article", True),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found", True),
    ),
    ("record_id", "position"),
)
BAN = Table(
    "bans",
    "行业禁入",
    "Persons and firms barred from the trade. Computed, not stored.",
    (
        Column("record_kind", TEXT, "记录种类", "ban of a person, or penalty", True, BAN_KINDS),
        Column("record_id", TEXT, "记录标识", "the record", True),
        Column("party", TEXT, "对象", "person or firm", True, PARTIES),
        Column("barred", TEXT, "禁止事项", "from what", True, BARRED_FROM),
        Column("name", TEXT, "姓名或者名称", "who is barred"),
        Column("masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        Column("enterprise_id", TEXT, "企业标识", "the firm, or the enterprise acted for"),
        Column("employer", TEXT, "所在单位", "the enterprise a person acted for, as the record names it"),
        Column("ban_no", TEXT, "决定书文号", "number of the decision", True),
        day("decided_on", "决定日期", "day of the decision", True),
        day("starts_on", "起始日期", "first day", True),
        day("ends_on", "终止日期", "last day; empty for life, or where nothing tells"),
        Column("is_lifelong", FLAG, "是否终身", "for life", True),
        Column("is_in_force", FLAG, "是否有效", "on the day asked for", True),
        Column("basis", TEXT, "依据", "articles the record names"),
        Column("article", TEXT, "核对条文", "first of them that bans.yaml knows"),
        Column("article_confidence", TEXT, "条文可信度", "C read, M from memory, I inferred, GAP not found"),
        AUTHORITY,
        FIELD,
        Column("notes", TEXTS, "提示", "what was filled in or does not fit", True, BAN_NOTES),
    ),
    ("record_kind", "record_id"),
)
