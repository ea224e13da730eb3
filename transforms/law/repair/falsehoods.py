"""Decisions that find falsehood in a repair: public themselves, and three years without an application."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.calendar import EARLIEST, LATEST, Calendar, Convention, effect_day, last_day
from transforms.law.register import Register
from transforms.policy.law_repair import Repair
from transforms.spans import end_of_span
from transforms.tables.kinds.common import AUTHORITY, day
from transforms.tables.shape import DAY, TEXT, Column, Table
from transforms.tables.words import DECISION_TYPES, MATTERS, SYSTEMS

STATES = {"public": "公示中", "ended": "公示期满"}
_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on")

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
        Column("state", TEXT, "公示状态", "whether it is public on the day", True, STATES),
        day("last_day_on", "公示期末日", "last day of its publicity, never ended early"),
        day("stop_on", "停止公示日", "first day it is no longer to be seen"),
        day("stop_earliest_on", "停止公示日（最早口径）", "under the earliest of the unsettled conventions"),
        day("stop_latest_on", "停止公示日（最迟口径）", "under the latest; empty where the calendar ends before"),
        Column("basis", TEXT, "依据", "article", True),
        Column("confidence", TEXT, "可信度", "C read, M from memory, I inferred, GAP not found", True),
    ),
    ("record_id", "system"),
)


def falsehoods(
    register: Register, decisions: pl.LazyFrame, laws: tuple[Repair, ...], calendar: Calendar, as_of: date
) -> pl.LazyFrame:
    """A row per decision of the register, taken and not refused, that the law of its system makes public for falsehood.

    decisions: current versions of those records. Columns of FALSEHOOD, sorted by its key.
    """
    steps = register.followed.steps.filter(~pl.col("is_refused")).select("record_id", "system", "matter")
    said = decisions.drop("system", "matter")
    found = [_of_system(steps.join(said, on="record_id"), law, calendar, as_of) for law in laws]
    return pl.concat([FALSEHOOD.empty().lazy(), *found]).sort(FALSEHOOD.key)


def _of_system(rows: pl.LazyFrame, law: Repair, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    ways = dict(zip(_STOPS, (calendar.convention, EARLIEST, LATEST), strict=True))
    stops = {name: effect_day(_last_day(law, calendar, way), way) for name, way in ways.items()}
    is_over = pl.col("stop_on") <= as_of
    return (
        rows.filter(pl.col("system") == law.system, pl.sql_expr(law.falsehood_when).fill_null(False))
        .with_columns(last_day_on=_last_day(law, calendar, calendar.convention), **stops)
        .filter(pl.col("last_day_on").is_not_null())
        .with_columns(
            state=pl.when(is_over).then(pl.lit("ended")).otherwise(pl.lit("public")),
            basis=pl.lit(law.falsehood_shown.basis),
            confidence=pl.lit(law.falsehood_shown.confidence),
        )
        .select(list(FALSEHOOD.schema))
    )


def _last_day(law: Repair, calendar: Calendar, convention: Convention) -> pl.Expr:
    decided = pl.col("decided_on")
    end = pl.lit(None, dtype=DAY)
    for start, span in sorted(law.falsehood_shown.values.items(), key=lambda one: one[0]):
        own = pl.lit(None, dtype=DAY) if span is None else end_of_span(decided, span)
        end = pl.when(decided >= start).then(own).otherwise(end)
    return last_day(end, convention, calendar)
