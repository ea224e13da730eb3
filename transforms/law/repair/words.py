"""Who may have what repaired, as a table: columns, codes and their Chinese words."""

from __future__ import annotations

import polars as pl

from transforms.law.serious.words import NOTES as LISTING_NOTES
from transforms.law.words import NOTES as PUBLICITY_NOTES
from transforms.tables.kinds.common import day
from transforms.tables.shape import DAY, FLAG, TEXT, TEXTS, Column, Table
from transforms.tables.words import MATTERS, SYSTEMS

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
NOTES = {**LISTING_NOTES, **PUBLICITY_NOTES}

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
            "stop_on", "停止公示日", "first day it is no longer to be seen without a repair; empty: no end, or unknown"
        ),
        Column("why", TEXT, "原因", "why never, or why nothing need be asked for"),
        Column("basis", TEXT, "依据", "articles"),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found"),
        Column("notes", TEXTS, "提示", "what was assumed or is unsettled", True, NOTES),
    ),
    ("record_id", "system"),
)
