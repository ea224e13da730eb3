"""The publicity of penalties as a table: columns, codes and their Chinese words."""

from __future__ import annotations

from transforms.tables.kinds.common import AUTHORITY, day
from transforms.tables.shape import FLAG, TEXT, TEXTS, Column, Table
from transforms.tables.words import PENALTY_KINDS

STATES = {
    "unpublished": "不予公示",
    "awaiting": "待公示",
    "overdue": "逾期未公示",
    "public": "公示中",
    "to_withdraw": "应撤回",
    "withdrawn": "已撤回",
    "ended": "公示期满",
    "repaired": "修复停止公示",
    "hidden": "破产临时屏蔽",
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
NOTES = {
    "publication_assumed": "公示日期未载明，按最迟应公示日起算",
    "receipt_assumed": "外省接收日期未载明，按最迟推送日起算",
    "term_unstated": "限制期限未载明",
    "low_fine_unclear": "裁量幅度或者金额未载明，不按较低数额罚款",
    "transition": "新旧规定衔接未定，另一口径的停止公示日不同",
    "revoked_on_unstated": "撤销日期未载明",
    "published_unduly": "不应公示而已公示，应予撤下",
    "restored": "修复被撤销，公示期重新计算，不得提前停止公示",
    "repaired_elsewhere": "另一公示系统已准予修复，是否互认未定",
    "link_unstated": "其后另有处罚，是否针对同一违法行为未载明",
    "delisting": "所涉名单已移出，处罚信息是否同时停止公示未定",
}
GAPS = {
    "low_fine": "所在省份较低数额罚款标准未设定",
    "calendar": "工作日历未及该年",
    "link": "检查与处罚的对应关系未载明",
}
TASKS = {
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
        Column("system", TEXT, "公示系统", "publicity system", True),
        Column("system_title", TEXT, "公示系统名称", "what it is called", True),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise; empty for natural persons"),
        Column("party_name", TEXT, "当事人", "party as the record names it"),
        Column("decision_no", TEXT, "决定书文号", "number of the decision", True),
        Column("violation_type", TEXT, "违法行为类型", "type of violation"),
        Column("penalty_kinds", TEXTS, "处罚类别", "kinds of penalty", True, PENALTY_KINDS),
        AUTHORITY,
        day("decided_on", "处罚决定日期", "day of the decision", True),
        Column("state", TEXT, "公示状态", "where it stands on the day asked for", True, STATES),
        Column("is_public", FLAG, "是否应公示", "whether it is to be published at all; empty: not covered"),
        Column("regime", TEXT, "适用规定", "regime that governs on the day asked for"),
        Column("class", TEXT, "分类", "class in that regime"),
        Column("class_title", TEXT, "分类名称", "what the class is called"),
        Column("reason", TEXT, "分类情形", "rules that put it there"),
        Column("basis", TEXT, "公示期依据", "articles of class and period"),
        Column("confidence", TEXT, "公示期可信度", "C read, M from memory, I inferred, GAP not found"),
        day("push_by_on", "推送期限", "last day to push it to the party's province; empty for a party of the same"),
        day("publish_by_on", "公示期限", "last day to publish it, or to report it for publication"),
        Column("publish_basis", TEXT, "公示期限依据", "article of that term"),
        Column("publish_confidence", TEXT, "公示期限可信度", "as confidence"),
        day("published_on", "公示日期", "as the record has it"),
        day("counts_from_on", "公示期起算日", "the event from which the period counts"),
        day("shortest_until_on", "最短公示期至", "last day before an early end may be asked for; empty: never early"),
        day("last_day_on", "公示期末日", "last day of the period, whichever rules end it"),
        day("stop_on", "停止公示日", "first day it is no longer to be seen; empty: no end, or unknown"),
        day("stop_earliest_on", "停止公示日（最早口径）", "under the earliest of the unsettled conventions"),
        day("stop_latest_on", "停止公示日（最迟口径）", "under the latest; empty where the calendar ends before"),
        day("stop_other_transition_on", "停止公示日（另一衔接口径）", "by the other reading of a change of rules"),
        Column("stop_cause", TEXT, "停止公示原因", "what ends it", words=CAUSES_OF_END),
        day("annulled_on", "变更撤销日期", "day it was changed, revoked, found unlawful or void"),
        day("withdraw_by_on", "撤回期限", "last day to take it off then"),
        Column("withdraw_basis", TEXT, "撤回依据", "article of that term"),
        Column("withdraw_confidence", TEXT, "撤回可信度", "as confidence"),
        day("unpublished_on", "已停止公示日期", "as the record has it"),
        day("repaired_on", "准予修复日期", "day of the repair in force in this system"),
        day("restored_on", "撤销修复日期", "day a repair was revoked"),
        day("hidden_on", "临时屏蔽日期", "day of the temporary repair that runs"),
        day("resumed_on", "恢复公示日期", "day a temporary repair was ended"),
        day("taken_down_on", "修复办结日期", "day the repair was carried out, as the register has it"),
        day("take_down_by_on", "修复办结期限", "last day to carry it out"),
        day("repair_push_by_on", "修复推送期限", "last day to push it to the party's province"),
        Column("notes", TEXTS, "提示", "what was assumed or is unsettled", True, NOTES),
        Column("gap", TEXT, "缺少的规定", "what the policy must say before this can be known", words=GAPS),
        Column("province", TEXT, "处罚机关省份", "first two digits of its division code"),
    ),
    ("record_id", "system"),
)
