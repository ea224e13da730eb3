"""Decisions that find falsehood in a repair: public themselves, and three years without an application."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.calendar import EARLIEST, LATEST, Calendar, Convention, effect_day, last_day
from transforms.law.register import Register
from transforms.policy.law_repair import Repair
from transforms.spans import end_of_span
from transforms.tables.law.repair import FALSEHOOD
from transforms.tables.shape import DAY

_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on")


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
