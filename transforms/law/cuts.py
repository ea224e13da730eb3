"""What ends the publicity of a penalty before its time."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.by_day import first_day_true, value_on
from transforms.law.classes import FOR_EVER
from transforms.law.ends import outcome_column
from transforms.policy.law_publicity import Publicity
from transforms.policy.law_repair import Repair
from transforms.spans import day_after
from transforms.tables.shape import DAY, TEXT

_NO_DAY, _NO_TEXT = pl.lit(None, dtype=DAY), pl.lit(None, dtype=TEXT)
_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on")


def cut_short(frame: pl.LazyFrame, system: Publicity, law: Repair | None, as_of: date) -> pl.LazyFrame:
    """`frame` with the ends that an annulment, a repair, the end of a listing or a deregistration brings.

    Adds cut_cause (empty where the period itself ends it), delisted_on, deregistration_on, and is_gone: a party that
    the register has as deregistered without a day is gone, nobody knows since when, where that ends publicity.
    """
    causes = {
        "annulled": pl.col("annulled_on"),
        "repaired": pl.col("repaired_on"),
        "delisted": pl.col("delisted_on"),
        "deregistered": pl.col("deregistration_on"),
    }
    cut = pl.min_horizontal(*causes.values())
    is_cut = (cut <= pl.coalesce("stop_on", pl.lit(FOR_EVER))).fill_null(False)
    why = pl.coalesce(*(pl.when(is_cut & (day == cut)).then(pl.lit(cause)) for cause, day in causes.items()), _NO_TEXT)
    latest = pl.col("stop_latest_on")
    gone = first_day_true(system.deregistration_ends, pl.col("deregistered_on"))
    is_ended_by_it = as_of >= min(system.deregistration_ends.values) and bool(system.deregistration_ends.on(as_of))
    return frame.with_columns(
        deregistration_on=pl.when(~pl.col("is_person")).then(gone),
        is_gone=~pl.col("is_person") & pl.col("is_gone_undated") & pl.lit(is_ended_by_it),
        delisted_on=_delisting_day(system, law),
    ).with_columns(
        *(pl.min_horizontal(stop, cut).alias(stop) for stop in _STOPS if stop != "stop_latest_on"),
        # Where the calendar does not reach, the latest day is unknown, unless the publicity is cut short before.
        stop_latest_on=pl.when(is_cut).then(pl.min_horizontal(latest, cut)).otherwise(latest),
        cut_cause=why,
    )


def _delisting_day(system: Publicity, law: Repair | None) -> pl.Expr:
    """The day on which the end of the listing that rests on the penalty takes it off display too; null for none.

    A penalty that may never end early, by the regime of that day, keeps its own period; a restriction its term.
    """
    left = pl.col("left_on")
    if law is None:
        return _NO_DAY
    early, term = (_governing(system, name) for name in ("early_on", "term_end_on"))
    with_term = pl.max_horizontal(left, day_after(pl.when(term < FOR_EVER).then(term)))
    kept = pl.when((early < FOR_EVER) & pl.col("restarted_on").is_null()).then(with_term)
    rule = value_on(law.listing_removal_ends, left, TEXT)
    return pl.when(rule == "all").then(left).when(rule == "unless_never_early").then(kept)


def _governing(system: Publicity, name: str) -> pl.Expr:
    """That field of the outcome under the regime in force when the listing was over."""
    value = _NO_DAY
    for position, regime in enumerate(system.regimes):
        field = pl.col(outcome_column(position)).struct.field(name)
        value = pl.when(pl.col("left_on") >= regime.from_).then(field).otherwise(value)
    return value
