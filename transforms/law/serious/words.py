"""The serious-violation list as tables: entries, and those who may be listed."""

from __future__ import annotations

from transforms.tables.kinds.common import day
from transforms.tables.shape import FLAG, TEXT, TEXTS, Column, Table
from transforms.tables.words import LISTING_STATES, SITUATIONS

NOTES = {
    "unnotified": "列入前没有登记告知，须由人工核对",
    "unapplied": "移出前没有登记申请和受理，须由人工核对",
    "publication_assumed": "公布日期未登记，按最迟应公布日起算",
    "transition": "新旧规定衔接未定，另一口径的移出日不同",
    "ground_unknown": "所依据的处罚决定没有记录，不能核对其效力",
    "ground_changed": "所依据的处罚决定已变更，须由人工核对是否仍应列入",
    "annulled_on_unstated": "所依据的处罚被撤销的日期未载明",
    "term_unstated": "限制期限未载明",
    "restarted": "撤销移出后恢复列入，期限重新计算",
}
GAPS = {"calendar": "工作日历未及该年"}

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
