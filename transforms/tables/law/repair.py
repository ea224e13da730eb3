"""Who may have what repaired, as a table: columns, codes and their Chinese words."""

from __future__ import annotations

import polars as pl

from transforms.tables.kinds.common import AUTHORITY, day
from transforms.tables.law.listing import NOTES as LISTING_NOTES
from transforms.tables.law.procedure import MATTER_TABLE, STEP_NOTES, TERM_TABLE
from transforms.tables.law.publicity import NOTES as PUBLICITY_NOTES
from transforms.tables.shape import DAY, FLAG, TEXT, TEXTS, Column, Table
from transforms.tables.words import DECISION_TYPES, MATTERS, SYSTEMS

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
    "earliest_on": DAY,
    "evidence": TEXT,
    "basis": TEXT,
    "confidence": TEXT,
}
CONDITIONS = pl.List(pl.Struct(CONDITION))
NOTES = {**LISTING_NOTES, **PUBLICITY_NOTES, **{code: STEP_NOTES[code] for code in ("granted_early", "granted_never")}}

REPAIR = Table(
    "repair",
    "信用修复",
    "Whether a penalty's or a listing's early end may be asked for, by system. Computed for a day, not stored.",
    (
        Column("record_id", TEXT, "记录标识", "the penalty, or the listing decision", True),
        Column("system", TEXT, "公示系统", "publicity system", True, SYSTEMS),
        Column("system_title", TEXT, "公示系统名称", "what it is called", True),
        Column("matter", TEXT, "事项", "penalty or listing", True, MATTERS),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise; empty for natural persons"),
        Column("party_name", TEXT, "当事人", "party as the record names it"),
        Column("decision_no", TEXT, "文号", "number of the penalty or the listing", True),
        day("decided_on", "决定日期", "day of that decision", True),
        Column("state", TEXT, "状态代码", "where it stands on the day asked for, as in PUBLICITY or LISTING", True),
        Column("state_title", TEXT, "状态", "that in words", True),
        Column("regime", TEXT, "适用规定", "what an application on the day asked for is judged by"),
        Column("class_title", TEXT, "分类名称", "class of the penalty"),
        Column("is_eligible", FLAG, "是否可以申请", "every condition is met by what the records say", True),
        Column("verdict", TEXT, "结论", "what can be said", True, VERDICTS),
        Column(
            "conditions", CONDITIONS, "条件", "each condition: whether it is met, from when, by which article", True
        ),
        day("earliest_on", "最早可申请日", "first day on which no condition is unmet, if nothing new arrives"),
        day("earliest_soonest_on", "最早可申请日（最早口径）", "under the earliest of the unsettled conventions"),
        day("earliest_latest_on", "最早可申请日（最迟口径）", "under the latest; empty where the calendar ends before"),
        day(
            "earliest_other_transition_on", "最早可申请日（另一衔接口径）", "by the other reading of a change of rules"
        ),
        day(
            "stop_on", "停止公示日", "first day it is no longer to be seen without a repair; empty: no end, or unknown"
        ),
        Column("why", TEXT, "原因", "why never, or why nothing need be asked for"),
        Column("basis", TEXT, "依据", "articles"),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found"),
        Column("notes", TEXTS, "提示", "what was assumed or is unsettled", True, NOTES),
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
        Column("system", TEXT, "公示系统", "publicity system", True, SYSTEMS),
        Column("matter", TEXT, "事项", "repair of a penalty, or a listing", True, MATTERS),
        Column("enterprise_id", TEXT, "企业标识", "the enterprise; empty for natural persons"),
        Column("party_name", TEXT, "当事人", "party as the decision names it"),
        Column("decision_no", TEXT, "决定文号", "its number", True),
        Column("decision_type", TEXT, "决定类型", "what was decided", True, DECISION_TYPES),
        Column("target", TEXT, "对象文号", "number it concerns"),
        Column("reason", TEXT, "理由", "as the decision has it"),
        AUTHORITY,
        day("decided_on", "决定日期", "day of the decision", True),
        Column("state", TEXT, "公示状态", "whether it is public on the day", True, FALSEHOOD_STATES),
        day("last_day_on", "公示期末日", "last day of its publicity, never ended early"),
        day("stop_on", "停止公示日", "first day it is no longer to be seen"),
        day("stop_earliest_on", "停止公示日（最早口径）", "under the earliest of the unsettled conventions"),
        day("stop_latest_on", "停止公示日（最迟口径）", "under the latest; empty where the calendar ends before"),
        Column("basis", TEXT, "依据", "article", True),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found", True),
    ),
    ("record_id", "system"),
)

_OF_MATTER = (
    *("matter_id", "matter", "system", "enterprise_id", "party_name", "target", "listing_no", "state", "state_title"),
    *("since_on", "opened_on", "applied_on", "released_on", "restored_on", "barred_until_on"),
)
OF_TERM = ("awaited", "awaited_title", "who", "by_on", "is_extended", "basis", "confidence")
APPLICATION = Table(
    "applications",
    "信用修复办理",
    "Applications for repair or early removal, a row for each thing awaited. Computed for a day, not stored.",
    (
        *(MATTER_TABLE.column(name) for name in _OF_MATTER),
        *(Column(c.name, c.dtype, c.label, c.doc, words=c.words) for c in map(TERM_TABLE.column, OF_TERM)),
        Column("last_title", TEXT, "最近环节", "the last step taken", True),
        day("last_on", "最近环节日期", "its day", True),
        Column("last_no", TEXT, "最近环节文号", "its number", True),
        Column("reason", TEXT, "不予或者撤销的理由", "reason of the last step, where it refuses or revokes"),
        MATTER_TABLE.column("notes"),
    ),
    ("matter_id", "awaited"),
)
