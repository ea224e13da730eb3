"""What falls due (到期事项) as a table: columns, codes and their Chinese words."""

from __future__ import annotations

from transforms.tables.kinds.common import day
from transforms.tables.law.procedure import PARTIES
from transforms.tables.law.publicity import TASKS
from transforms.tables.shape import FLAG, TEXT, Column, Table
from transforms.tables.words import DECISION_TYPES, MATTERS, SYSTEMS

BY_ITSELF = {
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
    "tier_may_change": "信用等级预计变化",
}
REPAIRS = ("wait_over", "repair_possible", "repair_closes", "wait_on_list_over", "removal_possible")
TO_BE_DONE = {
    **TASKS,
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
    "ask_retest": "申请复验（对检验结果有异议的）",
    "correct_result": "更正公告不当的抽检结果",
}
WHATS = {**TO_BE_DONE, **BY_ITSELF}
SUBJECTS = {
    **MATTERS,
    "spot_check": "抽查检查结果",
    "ban": "行业禁入",
    "rectification": "责令整改",
    "rating": "信用等级",
}

COMING = Table(
    "coming",
    "到期事项",
    "What happens by itself, and what someone must do by when. Computed for a day, not stored.",
    (
        day("on", "日期", "by itself: the first day on which it is so; a duty: its last day; empty: not stated"),
        Column("is_overdue", FLAG, "是否逾期", "a duty whose last day is over, or not stated", True),
        Column("is_automatic", FLAG, "是否自行发生", "nobody need do anything for it to be so", True),
        Column("what", TEXT, "到期事项", "what happens, or is to be done", True, WHATS),
        Column("who", TEXT, "由谁办理", "whose duty it is; empty for what happens by itself", words=PARTIES),
        Column("matter", TEXT, "类别", "what it is about", True, SUBJECTS),
        Column("system", TEXT, "公示系统", "publicity system, where there is one", words=SYSTEMS),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise; empty for natural persons"),
        Column("party_name", TEXT, "当事人", "party as the record names it"),
        Column("decision_no", TEXT, "文号", "number of the decision it follows from"),
        Column("record_id", TEXT, "记录标识", "penalty, matter of the register, ban, order, or enterprise", True),
        Column("basis", TEXT, "依据", "article"),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found"),
        Column("note", TEXT, "提示", "the cause, and the other day where the law leaves it unsettled"),
    ),
    ("what", "record_id", "system"),
)
