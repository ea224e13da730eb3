"""What falls due about samples: a retest by the party, the correction of a result wrongly announced."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.by_day import value_on
from transforms.law.calendar import Calendar, working_days_later
from transforms.law.coming.rows import to_be_done
from transforms.policy.law_spot_checks import SpotChecks
from transforms.tables.shape import COUNT


def of_samplings(samplings: pl.LazyFrame, law: SpotChecks, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """By when a retest may be asked for, told up to that day; by when an announced result must be corrected."""
    own = {"matter": pl.lit("spot_check"), "decision_no": pl.col("sample_no")}
    return pl.concat([_retests(samplings, law, as_of, own), _corrections(samplings, law, calendar, as_of, own)])


def _retests(samplings: pl.LazyFrame, law: SpotChecks, as_of: date, own: dict[str, pl.Expr]) -> pl.LazyFrame:
    received = pl.col("notified_on")
    days = value_on(law.retest_days, received, COUNT)
    by_on = received + pl.duration(days=days)
    is_asked = (pl.col("retest_asked_on") <= as_of).fill_null(False)
    is_open = pl.sql_expr(law.retest_when).fill_null(False) & (received <= as_of) & (by_on >= as_of) & ~is_asked
    said = {"basis": pl.lit(law.retest_days.basis), "confidence": pl.lit(law.retest_days.confidence)}
    rows = samplings.filter(is_open.fill_null(False))
    return to_be_done(rows, pl.lit("ask_retest"), by_on, as_of, who=pl.lit("party"), **own, **said)


def _corrections(
    samplings: pl.LazyFrame, law: SpotChecks, calendar: Calendar, as_of: date, own: dict[str, pl.Expr]
) -> pl.LazyFrame:
    found = pl.col("found_wrong_on")
    days = value_on(law.correct_working_days, found, COUNT)
    is_done = (pl.col("corrected_on") <= as_of).fill_null(False)
    rows = samplings.filter((found <= as_of).fill_null(False) & days.is_not_null() & ~is_done)
    said = {"basis": pl.lit(law.correct_working_days.basis), "confidence": pl.lit(law.correct_working_days.confidence)}
    by_on = working_days_later(found, days, calendar)
    return to_be_done(rows, pl.lit("correct_result"), by_on, as_of, calendar, **own, **said)
