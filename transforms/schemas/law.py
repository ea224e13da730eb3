"""The tables of the law, with their codes in Chinese: publicity, matters, the list, repair, deadlines, stored state.

Most are computed for a day and not stored. LAW_TABLES are stored, as changes under valid_from_on: LAW_HEAD and the
tables of LAW_DETAILS.
"""

from __future__ import annotations

import polars as pl

from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT, TEXT_LIST, Column, Table
from transforms.schemas.record_kinds import AUTHORITY, FIELD, LICENCE, date_column
from transforms.schemas.vocabularies import (
    CASE_DUTIES,
    CASE_KINDS,
    DECISION_TYPES,
    LISTING_STATES,
    MATTERS,
    PENALTY_KINDS,
    POSITIONS,
    PUBLICITY_SYSTEMS,
    SITUATIONS,
)

PUBLICITY_STATES = {
    "unpublished": "不予公示",
    "awaiting": "待公示",
    "overdue": "逾期未公示",
    "public": "公示中",
    "to_withdraw": "应撤回",
    "withdrawn": "已撤回",
    "annulled": "公示前已变更或者撤销",
    "ended": "公示期满",
    "repaired": "修复停止公示",
    "hidden": "破产临时屏蔽",
    "stayed": "停止执行，暂停公示",
    "delisted": "随移出名单停止公示",
    "deregistered": "注销停止公示",
    "taken_off": "已提前停止公示",
    "unknown": "不能确定",
    "uncovered": "规定施行前",
}

CAUSES_OF_END = {
    "period": "公示期满",
    "regime": "新规定施行",
    "annulled": "处罚被变更或者撤销",
    "repaired": "准予信用修复",
    "delisted": "移出严重违法失信名单",
    "deregistered": "当事人注销",
    "followed": "所涉处罚或者名单停止公示",
}

PUBLICITY_NOTES = {
    "publication_assumed": "公示日期未载明，按最迟应公示日起算",
    "not_begun": "没有公示日期，公示期尚未起算",
    "receipt_assumed": "外省接收日期未载明，按最迟推送日起算",
    "term_unstated": "限制期限未载明",
    "low_fine_unclear": "裁量幅度或者金额未载明，不按较低数额罚款",
    "transition": "新旧规定衔接未定，另一口径的停止公示日不同",
    "revoked_on_unstated": "撤销日期未载明",
    "published_unduly": "不应公示而已公示，应予撤下",
    "restored": "修复被撤销，公示期重新计算，不得提前停止公示",
    "repaired_elsewhere": "另一公示系统已准予修复，是否互认未定",
    "link_unstated": "其后另有处罚，是否针对同一违法行为未载明",
    "deregistration_unsettled": "当事人已注销，该系统是否停止公示没有规定，须由人工确认",
    "deregistered_on_unstated": "当事人注销日期未载明",
    "delisting": "所涉名单已移出，处罚信息是否同时停止公示未定",
}

PUBLICITY_GAPS = {
    "low_fine": "所在省份较低数额罚款标准未设定",
    "calendar": "国务院办公厅该年部分节假日安排的通知尚未录入工作日历",
    "link": "检查与处罚的对应关系未载明",
}

PUBLICITY_TASKS = {
    "push": "推送外省",
    "publish": "公示",
    "withdraw": "撤回",
    "end": "停止公示",
    "take_down": "修复后停止公示",
    "push_repair": "推送修复信息至外省",
}

CONFIDENCES = ("C", "M", "I", "GAP")  # from settled to unsettled

PUBLICITY = Table(
    "publicity",
    "行政处罚公示",
    "A penalty in a publicity system: published or not and why, by when, until when. Computed for a day, not stored.",
    (
        Column("record_id", TEXT, "记录标识", "the penalty", True),
        Column("system", TEXT, "公示系统代码", "publicity system", True),
        Column("system_title", TEXT, "公示系统", "what it is called", True),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise; empty for natural persons"),
        Column("party_name", TEXT, "当事人", "party as the record names it"),
        Column("decision_no", TEXT, "决定书文号", "number of the decision", True),
        Column("violation_type", TEXT, "违法行为类型", "type of violation"),
        Column("penalty_kinds", TEXT_LIST, "处罚类别", "kinds of penalty", True, PENALTY_KINDS),
        AUTHORITY,
        date_column("decided_on", "处罚决定日期", "day of the decision", True),
        Column("state", TEXT, "公示状态", "status on the day", True, PUBLICITY_STATES),
        Column("is_public", BOOLEAN, "是否应公示", "whether it is to be published at all; empty: not covered"),
        Column("regime", TEXT, "适用规定", "regime that governs on the day asked for"),
        Column("class", TEXT, "分类代码", "class in that regime"),
        Column("class_title", TEXT, "分类", "what the class is called"),
        Column("reason", TEXT, "分类情形", "rules that put it there"),
        Column("basis", TEXT, "公示期依据", "articles of class and period"),
        Column("confidence", TEXT, "公示期可信度", "C read, M from memory, I inferred, GAP not found"),
        date_column(
            "push_by_on", "推送期限", "last day to push it to the party's province; empty for a party of the same"
        ),
        date_column("publish_by_on", "公示期限", "last day to publish it, or to report it for publication"),
        Column("publish_basis", TEXT, "公示期限依据", "article of that term"),
        Column("publish_confidence", TEXT, "公示期限可信度", "as confidence"),
        date_column("published_on", "公示日期", "as the record has it"),
        date_column("counts_from_on", "公示期起算日", "the event from which the period counts"),
        date_column(
            "shortest_until_on", "最短公示期至", "last day before an early end may be asked for; empty: never early"
        ),
        date_column("last_day_on", "公示期末日", "last day of the period, whichever rules end it"),
        date_column("stop_on", "停止公示日", "first day it is no longer to be seen; empty: no end, or unknown"),
        date_column("stop_earliest_on", "停止公示日（最早口径）", "under the earliest of the unsettled conventions"),
        date_column(
            "stop_latest_on", "停止公示日（最迟口径）", "under the latest; empty where the calendar ends before"
        ),
        date_column(
            "stop_other_transition_on", "停止公示日（另一衔接口径）", "by the other reading of a change of rules"
        ),
        Column("stop_cause", TEXT, "停止公示原因", "what ends it", codes=CAUSES_OF_END),
        date_column("annulled_on", "变更撤销日期", "day it was changed, revoked, found unlawful or void"),
        date_column("withdraw_by_on", "撤回期限", "last day to take it off then"),
        Column("withdraw_basis", TEXT, "撤回依据", "article of that term"),
        Column("withdraw_confidence", TEXT, "撤回可信度", "as confidence"),
        date_column("unpublished_on", "已停止公示日期", "as the record has it"),
        date_column("repaired_on", "准予修复日期", "day of the repair in force in this system"),
        date_column("restored_on", "撤销修复日期", "day a repair was revoked"),
        date_column("hidden_on", "临时屏蔽日期", "day of the temporary repair that runs"),
        date_column("resumed_on", "恢复公示日期", "day a temporary repair was ended"),
        date_column("stayed_on", "停止执行日期", "day of the stay of execution in force that takes it off display"),
        date_column("taken_down_on", "修复办结日期", "day the repair was carried out, as the log has it"),
        date_column("take_down_by_on", "修复办结期限", "last day to carry it out"),
        date_column("repair_push_by_on", "修复推送期限", "last day to push it to the party's province"),
        Column("notes", TEXT_LIST, "提示", "what was assumed or is unsettled", True, PUBLICITY_NOTES),
        Column("gap", TEXT, "缺少的规定", "what the policy must define before this can be known", codes=PUBLICITY_GAPS),
        Column("province", TEXT, "处罚机关省份", "first two digits of its division code"),
    ),
    ("record_id", "system"),
)

MATTER_NOTES = {
    "unnotified": "列入前没有登记告知，须由人工核对",
    "hearing_open": "列入时告知的陈述、申辩、听证期限尚未届满，须由人工核对（总局令第44号第十三条第一款）",
    "unapplied": "没有登记申请和受理，须由人工核对",
}

STEP_NOTES = {
    **MATTER_NOTES,
    "target_unknown": "对象文号没有对应的处罚、列入或者办理记录，须核对文号",
    "granted_early": "准予时最短公示期尚未届满，须由人工核对",
    "granted_never": "准予的是不得提前停止公示的信息，须由人工核对",
}

RELEASE_KINDS = {"removed": "提前移出", "revoked": "撤销列入", "repaired": "信用修复"}

RESPONSIBLE = {
    "office": "本机关",
    "party": "当事人",
    "site": "公示系统（信用中国网站）",
    "police": "公安机关",
    "lister": "列入机关",
}

_MATTER = Column("matter", TEXT, "事项", "listing, repair of a penalty, or objection", True, MATTERS)

_SYSTEM = Column("system", TEXT, "公示系统", "publicity system", True, PUBLICITY_SYSTEMS)

_ENTERPRISE = Column("enterprise_id", TEXT, "企业标识", "the enterprise; empty for natural persons")

MATTER_TABLE = Table(
    "matters",
    "办理事项",
    "Listings and repairs as the decision log leaves them on a day. Computed, not stored.",
    (
        Column("matter_id", TEXT, "事项标识", "the record of its first step", True),
        _MATTER,
        _SYSTEM,
        _ENTERPRISE,
        Column("party_name", TEXT, "当事人", "party as the first step names it"),
        Column("target", TEXT, "对象文号", "number it concerns: of the penalty, the case"),
        Column("target_key", TEXT, "对象比对键", "that number with brackets and blanks normalised"),
        Column("listing_no", TEXT, "列入决定文号", "number of the listing, once there is one"),
        Column("listing_id", TEXT, "列入决定记录", "record of the listing"),
        Column("situation", TEXT, "列入情形", "situation the listing names", codes=SITUATIONS),
        Column("state", TEXT, "状态代码", "state of the procedure", True),
        Column("state_title", TEXT, "状态", "what it is called", True),
        Column("rest_state", TEXT, "基础状态", "the state it is in, an application left aside", True),
        date_column("since_on", "状态起始日", "day of the step that led there", True),
        date_column("opened_on", "开始日期", "day of the first step", True),
        date_column("listed_on", "列入日期", "day of the listing"),
        date_column("published_on", "公布日期", "day it was published, as the log has it"),
        date_column("applied_on", "申请日期", "day of the application under way"),
        Column("release", TEXT, "解除方式", "what is in force: a removal, a revocation, a repair", codes=RELEASE_KINDS),
        date_column("released_on", "解除日期", "first day of the removal, repair or revocation in force"),
        date_column("restored_on", "恢复日期", "day a removal or repair was last revoked"),
        date_column("barred_until_on", "不得申请至", "last day on which no application is possible"),
        Column("is_final", BOOLEAN, "不得提前停止公示", "no removal or repair is possible any more", True),
        Column("notes", TEXT_LIST, "提示", "what was taken for granted", True, MATTER_NOTES),
    ),
    ("matter_id",),
)

STEP_TABLE = Table(
    "steps",
    "办理环节",
    "Every step of the log, taken or refused, and what is to be looked at of it.",
    (
        Column("record_id", TEXT, "记录标识", "the decision", True),
        Column("matter_id", TEXT, "事项标识", "the matter it belongs to", True),
        _MATTER,
        _SYSTEM,
        _ENTERPRISE,
        Column("step", TEXT, "环节代码", "the step", True, DECISION_TYPES),
        Column("step_title", TEXT, "环节", "what it is called", True),
        date_column("on", "日期", "day of the step", True),
        Column("decision_no", TEXT, "文号", "its number", True),
        Column("target", TEXT, "对象文号", "number it names"),
        Column("from_state", TEXT, "原状态", "state before", True),
        Column("to_state", TEXT, "新状态", "state after; the same where it was refused", True),
        Column("is_refused", BOOLEAN, "是否不予认可", "impossible: it changes nothing", True),
        Column("refusal", TEXT, "不予认可的原因", "why"),
        Column("notes", TEXT_LIST, "须核对", "what a person must check though the step was taken", True, STEP_NOTES),
        Column("basis", TEXT, "依据", "article of the step, or of what bars it"),
        Column("proposed_by", TEXT, "提出人", "who proposed it"),
        Column("decided_by", TEXT, "决定人", "who decided it"),
    ),
    ("record_id", "matter_id"),
)

TERM_TABLE = Table(
    "terms",
    "办理期限",
    "What is awaited in a matter, and until when.",
    (
        Column("matter_id", TEXT, "事项标识", "the matter", True),
        _MATTER,
        _SYSTEM,
        _ENTERPRISE,
        Column("awaited", TEXT, "待办环节代码", "first of the steps that would do", True, DECISION_TYPES),
        Column("awaited_title", TEXT, "待办环节", "all of them in words", True),
        Column("who", TEXT, "由谁办理", "whose turn it is", True, RESPONSIBLE),
        date_column("from_on", "起算日", "the day it counts from, itself not counted", True),
        date_column("by_on", "期限", "last day; empty where the calendar ends before"),
        Column("is_extended", BOOLEAN, "是否延长", "an extension is counted in", True),
        Column("basis", TEXT, "依据", "article", True),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found", True),
    ),
    ("matter_id", "awaited"),
)

LISTING_NOTES = {
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

FINDINGS = {
    "barred_post": "被禁业、被限制任职的人员任职",
    "same_name": "任职人员与被禁业人员同名",
    "licensed_while_listed": "列入严重违法失信名单期间获得许可",
    "licensed_on_promise": "列入严重违法失信名单期间以告知承诺获得许可",
    "licensed_while_barred": "不予受理、限制期限内获得许可",
    "licensed_with_barred_person": "任用被禁业人员期间获得许可",
}

FINDING_SUBJECTS = {"post": "任职", "licence": "许可证"}

FINDING_STATES = {"open": "存在", "ahead": "将会发生", "over": "已经结束"}

FINDING_NOTES = {
    **BAN_NOTES,
    "start_unstated": "任职日期未载明，按禁业起始日列出",
    "field_unknown": "禁业的领域或者企业的监管领域未载明，须核对是否同一领域",
    "name_only": "同名，须核实：没有双方的证件号码，或者两个号码不同，不能认定是否同一人",
    "lookup_unrecorded": "没有登记批准前的信用查询",
}

MEASURE_SUBJECTS = {"enterprise": "企业", "representative": "法定代表人、负责人"}

BANNED_PARTIES = {"person": "个人", "firm": "单位"}

BAN_KINDS = {"person_ban": "行业禁入", "penalty": "行政处罚", "application_bar": "处罚附带的申请、试验限制"}

# What stands against a post or an approval.
FINDING_GROUNDS = {**BAN_KINDS, "listing": "列入严重违法失信名单"}

BARRED_FROM = {
    "trade": "从事生产经营活动",
    "testing": "从事检验工作",
    "applications": "提出相应的许可、备案申请",
    "trials": "开展临床试验",
}

LISTING_GAPS = {"calendar": "国务院办公厅该年部分节假日安排的通知尚未录入工作日历"}

# The published columns are those of enterprises; which natural persons a list may name is left to other law.
PERSON_LISTING_NOTE = (
    "当事人是自然人（相关责任人员），不在公开名单上：总局令第44号第十一条第二款要求另有法律、行政法规或者政策文件规定，"
    "公开名单的栏目只列企业；是否公布未定，须由人工判断（待查）"
)

LISTING = Table(
    "listings",
    "严重违法失信名单",
    "Every listing with its status on a day, and when and why it ends. Computed, not stored.",
    (
        Column("record_id", TEXT, "记录标识", "the decision to list", True),
        Column("matter_id", TEXT, "事项标识", "its matter in the decision log", True),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise", True),
        Column("name", TEXT, "企业名称", "registered name", True),
        Column("uscc", TEXT, "统一社会信用代码", "of the register, else of the decision"),
        Column("decision_no", TEXT, "决定书文号", "number of the decision to list", True),
        Column("target", TEXT, "处罚决定文号", "number of the penalty or case it rests on"),
        Column("situation", TEXT, "列入情形", "situation of the listing", codes=SITUATIONS),
        Column("situation_basis", TEXT, "列入依据", "its article"),
        Column("reason", TEXT, "列入原因", "as the decision has it"),
        Column("listed_by", TEXT, "作出决定机关（列入）", "who listed"),
        date_column("listed_on", "列入日期", "day of the decision", True),
        Column("state", TEXT, "名单状态", "status on the day", True, LISTING_STATES),
        Column("procedure_state", TEXT, "办理状态代码", "state in procedure.yaml", True),
        Column("procedure_title", TEXT, "办理状态", "what it is called", True),
        date_column("since_on", "办理状态起始日", "day of the step that led there", True),
        date_column(
            "push_by_on", "推送期限", "last day to push it to the party's province; empty for a party of the same"
        ),
        date_column("publish_by_on", "公布期限", "last day to publish it"),
        date_column("published_on", "公布日期", "as the log has it"),
        date_column("counts_from_on", "期限起算日", "the event from which the stay counts"),
        Column("regime", TEXT, "适用规定", "regime that governs on the day asked for"),
        Column("basis", TEXT, "期限依据", "article of the stay"),
        Column("confidence", TEXT, "期限可信度", "C read, M from memory, I inferred, GAP not found"),
        date_column(
            "term_on", "限制期限末日", "last day of a restriction of trade or occupation; empty: none, or for life"
        ),
        Column("is_lifelong", BOOLEAN, "是否终身限制", "the restriction is for life", True),
        date_column("last_day_on", "在列末日", "last day of the stay, whichever rules end it"),
        date_column("stop_on", "移出日", "first day it is no longer on the list; empty: no end, or unknown"),
        date_column("stop_earliest_on", "移出日（最早口径）", "under the earliest of the unsettled conventions"),
        date_column("stop_latest_on", "移出日（最迟口径）", "under the latest; empty where the calendar ends before"),
        date_column("stop_other_transition_on", "移出日（另一衔接口径）", "by the other reading of a change of rules"),
        date_column("stayed_on", "停止执行日期", "day of the stay of execution in force"),
        date_column("credit_china_last_day_on", "信用中国公示期末日", "last day there, by the clock of the decision"),
        date_column(
            "credit_china_stop_on", "信用中国停止公示日", "first day it is no longer there; empty: no end, or unknown"
        ),
        Column("credit_china_basis", TEXT, "信用中国公示期依据", "article of that period"),
        Column("credit_china_confidence", TEXT, "信用中国公示期可信度", "as confidence"),
        date_column("left_on", "已移出日", "first day off the list, once it is off; empty: on it"),
        date_column("annulled_on", "处罚撤销日期", "day the penalty it rests on was annulled"),
        date_column("revoke_by_on", "撤销列入期限", "last day to revoke it and take it down then"),
        Column("revoke_basis", TEXT, "撤销列入依据", "article of that term"),
        Column("revoke_confidence", TEXT, "撤销列入可信度", "as confidence"),
        date_column("restored_on", "恢复列入日期", "day its removal was revoked"),
        date_column("barred_until_on", "不得申请至", "last day on which no application is possible"),
        Column("is_final", BOOLEAN, "不得提前移出", "no early removal is possible any more", True),
        Column("proposed_by", TEXT, "提出人", "who proposed it"),
        Column("decided_by", TEXT, "决定人", "who decided it"),
        Column("notes", TEXT_LIST, "提示", "what was assumed or is unsettled", True, LISTING_NOTES),
        Column("gap", TEXT, "缺少的规定", "what the policy must define before this can be known", codes=LISTING_GAPS),
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
        Column("penalty_kinds", TEXT_LIST, "处罚类别", "kinds of penalty", True, PENALTY_KINDS),
        AUTHORITY,
        date_column("decided_on", "处罚决定日期", "day of the penalty", True),
        Column(
            "situation", TEXT, "可能的列入情形", "first situation whose condition the penalty meets", True, SITUATIONS
        ),
        Column("situation_basis", TEXT, "情形依据", "its article", True),
        Column("situation_confidence", TEXT, "情形可信度", "how sure the condition is", True),
        Column("other_situations", TEXT_LIST, "其他可能情形", "others it meets", True, SITUATIONS),
        Column("is_heavier", BOOLEAN, "是否较重行政处罚", "a heavier penalty, by its record", True),
        Column("heavier_basis", TEXT, "较重处罚依据", "article"),
        Column("notes", TEXT_LIST, "提示", "what a person must check first", True, CANDIDATE_NOTES),
    ),
    ("record_id",),
)

CHECKLIST = Table(
    "checklist",
    "列入因素核对表",
    "What is to be weighed for a candidate: the records' evidence, and blanks for a person.",
    (
        Column("record_id", TEXT, "记录标识", "the penalty", True),
        Column("position", INTEGER, "序号", "place in the list", True),
        Column("factor", TEXT, "因素代码", "what is weighed", True),
        Column("title", TEXT, "因素", "what it is called", True),
        Column("question", TEXT, "核对内容", "what to look for", True),
        Column("evidence", TEXT, "记录中的证据", "what the records state; empty: nothing"),
        Column("is_blank", BOOLEAN, "须人工填写", "the records cannot answer it", True),
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
        Column("position", INTEGER, "序号", "place in the law", True),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise", True),
        Column("name", TEXT, "企业名称", "registered name", True),
        Column("uscc", TEXT, "统一社会信用代码", "of the register, else of the decision"),
        Column("decision_no", TEXT, "列入决定文号", "number of the decision to list", True),
        Column("measure", TEXT, "措施代码", "id in measures.yaml", True),
        Column("title", TEXT, "措施", "what it is", True),
        Column("who", TEXT, "对象", "whom it concerns", True, MEASURE_SUBJECTS),
        date_column("from_on", "起始日", "first day", True),
        date_column("until_on", "末日", "last day; empty: no end, or unknown"),
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
        Column("party", TEXT, "对象", "person or firm", True, BANNED_PARTIES),
        Column("barred", TEXT, "禁止事项", "from what", True, BARRED_FROM),
        Column("name", TEXT, "姓名或者名称", "who is barred"),
        Column("masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        Column("enterprise_id", TEXT, "企业标识", "the firm, or the enterprise acted for"),
        Column("employer", TEXT, "所在单位", "the enterprise a person acted for, as the record names it"),
        Column("ban_no", TEXT, "决定书文号", "number of the decision", True),
        date_column("decided_on", "决定日期", "day of the decision", True),
        date_column("starts_on", "起始日期", "first day", True),
        date_column("ends_on", "终止日期", "last day; empty for life, or if nothing states it"),
        Column("is_lifelong", BOOLEAN, "是否终身", "for life", True),
        Column("is_in_force", BOOLEAN, "是否有效", "on the day asked for", True),
        Column("basis", TEXT, "依据", "articles the record names"),
        Column("article", TEXT, "核对条文", "first of them that bans.yaml knows"),
        Column("article_confidence", TEXT, "条文可信度", "C read, M from memory, I inferred, GAP not found"),
        AUTHORITY,
        FIELD,
        Column("notes", TEXT_LIST, "提示", "what was filled in or does not fit", True, BAN_NOTES),
    ),
    ("record_kind", "record_id"),
)

PERSON_BAR = Table(
    "person_bars",
    "个人禁业和任职限制",
    "Who may not be in the trade, or in which posts, of all enterprises. Computed for a day, not stored.",
    (
        Column("record_kind", TEXT, "记录种类", "ban of a person, penalty, or listing", True, FINDING_GROUNDS),
        Column("record_id", TEXT, "记录标识", "the record", True),
        Column("person_hash", TEXT, "证件指纹", "keyed hash of the identity number"),
        Column("person_name", TEXT, "姓名", "who is barred"),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise it followed from"),
        Column("bar_no", TEXT, "决定书文号", "number of the decision", True),
        date_column("starts_on", "起始日期", "first day", True),
        date_column("ends_on", "终止日期", "last day; empty for life, or if nothing states it"),
        Column("is_lifelong", BOOLEAN, "是否终身", "for life", True),
        Column("positions", TEXT_LIST, "限制的职务", "posts it bars from; empty: every post", True, POSITIONS),
        Column(
            "is_elsewhere", BOOLEAN, "是否限于其他企业", "it does not concern the enterprise it followed from", True
        ),
        Column("field", TEXT, "领域", "field of the trade barred; empty: any, or not stated"),
        Column("basis", TEXT, "依据", "articles the record names"),
        Column("article", TEXT, "核对条文", "first of them that the policy knows"),
        Column("confidence", TEXT, "条文可信度", "C read, M from memory, I inferred, GAP not found", True),
        Column("notes", TEXT_LIST, "提示", "what was filled in or does not fit", True, BAN_NOTES),
    ),
    ("record_kind", "record_id", "person_hash"),
)

_OF_LICENCE = (
    *("issued_on", "valid_until_on", "changed_on", "suspended_on", "resumed_on", "revoked_on", "cancelled_on"),
    *("is_by_commitment", "scope", "authority"),
)

LICENCE_STATES = {
    "in_force": "有效",
    "suspended": "暂停中",
    "ahead": "尚未生效",
    "expired": "有效期已届满",
    "revoked": "已吊销",
    "cancelled": "已注销",
}

LICENCE_ON_DAY = Table(
    "licences_on_day",
    "许可证",
    "The licences of an enterprise on a day, one row each. Computed, not stored.",
    (
        Column("record_id", TEXT, "记录标识", "the newest record of it", True),
        LICENCE.column("licence_no"),
        LICENCE.column("licence_type"),
        Column("state", TEXT, "许可证状态", "on the day; revoked, where it was also struck off", True, LICENCE_STATES),
        *(LICENCE.column(name) for name in _OF_LICENCE),
        Column("other_authorities", TEXT_LIST, "其他报送机关", "offices that report it too: renamed, or a city's own"),
        Column("has_lookup", BOOLEAN, "批准前查询", "whether a look-up of the enterprise before it is recorded", True),
    ),
    ("record_id",),
)

FINDING = Table(
    "findings",
    "须核查的情形",
    "What several records show together and a person must check. Computed for a day, not stored.",
    (
        Column("finding", TEXT, "情形", "what is found", True, FINDINGS),
        Column("state", TEXT, "情形状态", "whether it is so on the day", True, FINDING_STATES),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise", True),
        Column("record_kind", TEXT, "记录种类", "post or licence", True, FINDING_SUBJECTS),
        Column("record_id", TEXT, "记录标识", "the post, or the licence", True),
        Column("record_no", TEXT, "许可证编号", "number of the licence"),
        Column("post", TEXT, "职务", "the post of the person", codes=POSITIONS),
        Column("person_name", TEXT, "姓名", "the person in the post"),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        Column("bar_kind", TEXT, "依据种类", "what stands against it", True, FINDING_GROUNDS),
        Column("bar_id", TEXT, "依据的记录", "its record", True),
        Column("bar_no", TEXT, "依据的文号", "its number", True),
        date_column("since_on", "情形起始日", "first day of it; of an approval, its day", True),
        date_column("until_on", "情形末日", "last day of it, of an approval the licence's; empty: no end is known"),
        Column("basis", TEXT, "依据", "articles", True),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found", True),
        Column("notes", TEXT_LIST, "提示", "what a person must check", True, FINDING_NOTES),
    ),
    ("enterprise_id", "finding", "record_id", "bar_id"),
)

VERDICTS = {
    "eligible": "可以申请",
    "not_yet": "尚不可申请",
    "never": "不得修复",
    "unneeded": "无须修复",
    "unknown": "须由人工判断",
}

CONDITION_STATES = {"met": "符合", "unmet": "不符合", "unstated": "未载明"}

CONDITION = {
    "condition": TEXT,
    "title": TEXT,
    "state": TEXT,
    "earliest_on": DATE,
    "evidence": TEXT,
    "basis": TEXT,
    "confidence": TEXT,
}

CONDITIONS = pl.List(pl.Struct(CONDITION))

REPAIR_NOTES = {
    **LISTING_NOTES,
    **PUBLICITY_NOTES,
    **{code: STEP_NOTES[code] for code in ("granted_early", "granted_never")},
}

REPAIR = Table(
    "repair",
    "信用修复",
    "Whether a penalty's or a listing's early end may be asked for, by system. Computed for a day, not stored.",
    (
        Column("record_id", TEXT, "记录标识", "the penalty, or the listing decision", True),
        Column("system", TEXT, "公示系统代码", "publicity system", True, PUBLICITY_SYSTEMS),
        Column("system_title", TEXT, "公示系统", "what it is called", True),
        Column("matter", TEXT, "事项", "penalty or listing", True, MATTERS),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise; empty for natural persons"),
        Column("party_name", TEXT, "当事人", "party as the record names it"),
        Column("decision_no", TEXT, "文号", "number of the penalty or the listing", True),
        date_column("decided_on", "决定日期", "day of that decision", True),
        Column("state", TEXT, "状态代码", "status on the day, as in PUBLICITY or LISTING", True),
        Column("state_title", TEXT, "状态", "that in words", True),
        Column("regime", TEXT, "适用规定", "what an application on the day asked for is judged by"),
        Column("class_title", TEXT, "分类", "class of the penalty"),
        Column("is_eligible", BOOLEAN, "是否可以申请", "whether the records meet every condition", True),
        Column("verdict", TEXT, "结论", "what can be said", True, VERDICTS),
        Column(
            "conditions", CONDITIONS, "条件", "each condition: whether it is met, from when, by which article", True
        ),
        date_column("earliest_on", "最早可申请日", "first day on which no condition is unmet, if nothing new arrives"),
        date_column(
            "earliest_soonest_on", "最早可申请日（最早口径）", "under the earliest of the unsettled conventions"
        ),
        date_column(
            "earliest_latest_on", "最早可申请日（最迟口径）", "under the latest; empty where the calendar ends before"
        ),
        date_column(
            "earliest_other_transition_on", "最早可申请日（另一衔接口径）", "by the other reading of a change of rules"
        ),
        date_column(
            "stop_on", "停止公示日", "first day it is no longer to be seen without a repair; empty: no end, or unknown"
        ),
        Column("why", TEXT, "原因", "why never, or why nothing need be asked for"),
        Column("basis", TEXT, "依据", "articles"),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found"),
        Column("notes", TEXT_LIST, "提示", "what was assumed or is unsettled", True, REPAIR_NOTES),
    ),
    ("record_id", "system"),
)

FALSEHOOD_STATES = {"public": "公示中", "ended": "公示期满"}

FALSEHOOD = Table(
    "falsehoods",
    "信用修复弄虚作假",
    "Decisions that find falsehood in a repair, public for their own period. Computed for a day, not stored.",
    (
        Column("record_id", TEXT, "记录标识", "the decision", True),
        Column("system", TEXT, "公示系统", "publicity system", True, PUBLICITY_SYSTEMS),
        Column("matter", TEXT, "事项", "repair of a penalty, or a listing", True, MATTERS),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise; empty for natural persons"),
        Column("party_name", TEXT, "当事人", "party as the decision names it"),
        Column("decision_no", TEXT, "决定文号", "its number", True),
        Column("decision_type", TEXT, "决定类型", "what was decided", True, DECISION_TYPES),
        Column("target", TEXT, "对象文号", "number it concerns"),
        Column("reason", TEXT, "理由", "as the decision has it"),
        AUTHORITY,
        date_column("decided_on", "决定日期", "day of the decision", True),
        Column("state", TEXT, "公示状态", "whether it is public on the day", True, FALSEHOOD_STATES),
        date_column("last_day_on", "公示期末日", "last day of its publicity, never ended early"),
        date_column("stop_on", "停止公示日", "first day it is no longer to be seen"),
        date_column("stop_earliest_on", "停止公示日（最早口径）", "under the earliest of the unsettled conventions"),
        date_column(
            "stop_latest_on", "停止公示日（最迟口径）", "under the latest; empty where the calendar ends before"
        ),
        Column("basis", TEXT, "依据", "article", True),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found", True),
    ),
    ("record_id", "system"),
)

_OF_MATTER = (
    *("matter_id", "matter", "system", "enterprise_id", "party_name", "target", "listing_no", "state", "state_title"),
    *("since_on", "opened_on", "applied_on", "released_on", "restored_on", "barred_until_on"),
)

APPLICATION_TERM_COLUMNS = ("awaited", "awaited_title", "who", "by_on", "is_extended", "basis", "confidence")

APPLICATION = Table(
    "applications",
    "信用修复办理",
    "Applications for repair or early removal, a row for each thing awaited. Computed for a day, not stored.",
    (
        *(MATTER_TABLE.column(name) for name in _OF_MATTER),
        *(
            Column(c.name, c.dtype, c.label, c.doc, codes=c.codes)
            for c in map(TERM_TABLE.column, APPLICATION_TERM_COLUMNS)
        ),
        Column("last_title", TEXT, "最近环节", "the last step taken", True),
        date_column("last_on", "最近环节日期", "its day", True),
        Column("last_no", TEXT, "最近环节文号", "its number", True),
        Column("reason", TEXT, "不予或者撤销的理由", "reason of the last step, where it refuses or revokes"),
        MATTER_TABLE.column("notes"),
    ),
    ("matter_id", "awaited"),
)

AUTOMATIC_EVENTS = {
    "publicity_ends": "停止公示",
    "wait_over": "最短公示期届满",
    "repair_possible": "可以申请信用修复",
    "repair_closes": "新规定施行，尚不可申请修复",
    "listing_ends": "期满移出名单",
    "wait_on_list_over": "在列满最短期限",
    "removal_possible": "可以申请提前移出",
    "term_ends": "处罚限制期限届满",
    "ban_ends": "禁业期限届满",
    "bar_ends": "不予受理、不得开展试验的期限届满",
    "licence_ends": "许可证有效期届满",
    "tier_may_change": "信用等级预计变化",
}

REPAIR_EVENTS = ("wait_over", "repair_possible", "repair_closes", "wait_on_list_over", "removal_possible")

DUTIES = {
    **PUBLICITY_TASKS,
    **DECISION_TYPES,
    "hear": "陈述申辩或者要求听证",
    "accept": "受理、告知补正或者不予受理",
    "remove": "决定是否准予提前移出",
    "repair": "决定是否准予修复",
    "objection": "核查异议并提供处理结果",
    "temporary_repair": "决定是否临时修复",
    "carry_out": "停止公示（执行决定）",
    "push_listing": "推送外省（列入）",
    "rectify": "完成整改",
    "renew_licence": "申请许可证延续",
    "end_barred_post": "核查并责令解除被禁业人员的任职",
    "accept_delisting": "受理移出经营异常名录的申请",
    "decide_delisting": "决定是否移出经营异常名录",
    "assist_take_down": "协助停止公示（其他部门准予修复）",
    "check_push": "核对推送记录（对象文号不在本库）",
    "ask_retest": "申请复验（对检验结果有异议的）",
    "correct_result": "更正公告不当的抽检结果",
    **CASE_DUTIES,
}

CASE_FIGURES = {
    "closure": "结案率（期间内立案的，截至期末已结案）",
    "major_closure": "其中重大案件结案率",
    "legal_review": "法制审核率（期间内作出处罚、应当法制审核的，决定前已审核）",
}

DEADLINE_KINDS = {**DUTIES, **AUTOMATIC_EVENTS}

DEADLINE_SUBJECTS = {
    **MATTERS,
    "spot_check": "抽查检查结果",
    "ban": "行业禁入",
    "rectification": "责令整改",
    "licence": "许可证",
    "post": "任职",
    "external_listing": "外部名单",
    "push": "推送",
    **CASE_KINDS,
    "rating": "信用等级",
}

DEADLINE = Table(
    "coming",
    "到期事项",
    "What happens by itself, and what someone must do by when. Computed for a day, not stored.",
    (
        date_column("on", "日期", "by itself: the day it happens; a duty: its last day; empty: not stated"),
        Column("is_overdue", BOOLEAN, "是否逾期", "a duty whose last day is over, or not stated", True),
        Column("is_automatic", BOOLEAN, "是否自行发生", "nobody has to do anything for it to happen", True),
        Column("what", TEXT, "到期事项", "what happens, or is to be done", True, DEADLINE_KINDS),
        Column("who", TEXT, "由谁办理", "whose duty it is; empty for what happens by itself", codes=RESPONSIBLE),
        Column("matter", TEXT, "类别", "what it is about", True, DEADLINE_SUBJECTS),
        Column("system", TEXT, "公示系统", "publicity system, where there is one", codes=PUBLICITY_SYSTEMS),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise; empty for natural persons"),
        Column("party_name", TEXT, "当事人", "party as the record names it"),
        Column("decision_no", TEXT, "文号", "number of the decision it follows from"),
        Column(
            "record_id",
            TEXT,
            "记录标识",
            "penalty, matter of the log, ban, order, licence, post, entry elsewhere, push, or enterprise",
            True,
        ),
        Column("basis", TEXT, "依据", "article"),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found"),
        Column("note", TEXT, "提示", "the cause, and the other day where the law leaves it unsettled"),
    ),
    ("what", "record_id", "system"),
)

CASE_FIGURE = Table(
    "case_figures",
    "案件指标",
    "Counts of cases in a period. Computed for the office report, not stored.",
    (
        Column("figure", TEXT, "指标", "which", True, CASE_FIGURES),
        date_column("from_on", "期间起", "first day of the period", True),
        date_column("until_on", "期间止", "its last day", True),
        Column("met_count", INTEGER, "符合", "cases or decisions that meet it", True),
        Column("of_count", INTEGER, "应计", "of so many", True),
        Column("untold_count", INTEGER, "未载明", "not counted, because the records do not tell", True),
    ),
    ("figure",),
)

_STATE_OF = Column("enterprise_id", TEXT, "企业标识", "the enterprise", True)

_FROM = Column("valid_from_on", DATE, "起始日", "the as_of of the run from which this holds", True)

_POSITION = Column("position", INTEGER, "序号", "1, 2, 3 within the enterprise", True)

LAW_HEAD = Table(
    "law",
    "法定状态",
    "The enterprises with a legal state, since when it holds, and the next day on which it may change.",
    (
        _STATE_OF,
        _FROM,
        Column("record_count", INTEGER, "记录数", "records from which a legal state follows; 0: none any more", True),
        Column(
            "gaps",
            TEXT_LIST,
            "缺少的规定",
            "of each penalty whose publicity is not determined, why",
            True,
            PUBLICITY_GAPS,
        ),
        Column(
            "next_on", DATE, "下一变化日", "first day on which the state may change if no record arrives; empty: never"
        ),
    ),
    ("enterprise_id", "valid_from_on"),
)


def _stored(name: str, computed: Table) -> Table:
    own = tuple(column for column in computed.columns if column.name != "enterprise_id")
    doc = computed.doc.split(" Computed")[0] + " As the run computed it, in the order of the table."
    columns = (_STATE_OF, _FROM, _POSITION, *own)
    return Table(name, computed.label, doc, columns, ("enterprise_id", "valid_from_on", "position"))


LAW_DETAILS = {
    "law_listings": LISTING,
    "law_repair": REPAIR,
    "law_coming": DEADLINE,
    "law_candidates": CANDIDATE,
    "law_applications": APPLICATION,
    "law_findings": FINDING,
}

LAW_TABLES = {LAW_HEAD.name: LAW_HEAD, **{name: _stored(name, computed) for name, computed in LAW_DETAILS.items()}}


def detail_rows(name: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Stored rows of one enterprise in the table `name` of LAW_DETAILS, with columns and order of the computed one."""
    return rows.sort("position").select(list(LAW_DETAILS[name].schema))
