"""Where a penalty stands in a publicity system on a day, and what is to be said about it."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.calendar import Calendar
from transforms.law.classes import FOR_EVER
from transforms.policy.law_publicity import Publicity
from transforms.tables.shape import TEXT

_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on")


def with_state(frame: pl.LazyFrame, system: Publicity, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """`frame` with state, stop_cause, gap and notes; FOR_EVER becomes an empty day."""
    frame = frame.with_columns(gap=_gap(as_of)).with_columns(state=_state(system, calendar, as_of), notes=_notes(as_of))
    ended = pl.when(pl.col("is_cut_by_regime")).then(pl.lit("regime")).otherwise(pl.lit("period"))
    has_end = pl.col("stop_on") < FOR_EVER
    return frame.with_columns(
        *(pl.when(pl.col(stop) < FOR_EVER).then(pl.col(stop)).alias(stop) for stop in _STOPS),
        stop_cause=pl.coalesce("cut_cause", pl.when(has_end).then(ended)),
    )


def _gap(as_of: date) -> pl.Expr:
    """What the policy must say before the end can be known; nothing where the publicity is over whatever it says."""
    is_over = (pl.col("stop_on") <= as_of).fill_null(False)
    no_term = pl.col("publish_by_on").is_null() | (pl.col("stop_on").is_null() & pl.col("is_public"))
    missing = pl.when(pl.col("is_missing")).then(pl.lit("low_fine"))
    gap = missing.when(pl.col("is_public") & no_term).then(pl.lit("calendar"))
    return pl.when(~is_over).then(gap.otherwise(pl.lit(None, dtype=TEXT)))


def _state(system: Publicity, calendar: Calendar, as_of: date) -> pl.Expr:
    is_off = pl.col("unpublished_on") <= as_of
    is_published = pl.col("published_on") <= as_of
    if system.published_column is None:  # nothing says when: taken as done on its last day
        is_published = pl.col("publish_by_on") < as_of
    # A term beyond the calendar is still to come as long as the calendar knows today.
    is_in_term = (pl.col("publish_by_on") >= as_of).fill_null(as_of <= calendar.last_on)
    is_natural_end = pl.col("natural_stop_on") <= as_of
    steps: list[tuple[pl.Expr, str]] = [
        (pl.col("is_public").is_null(), "uncovered"),
        (~pl.col("is_public"), "unpublished"),
        (is_natural_end, "ended"),
        (_is_annulled(as_of) & (is_off | pl.lit(system.withdrawn_column is None)), "withdrawn"),
        (_is_annulled(as_of), "to_withdraw"),
        (pl.col("repaired_on") <= as_of, "repaired"),
        (pl.col("delisted_on") <= as_of, "delisted"),
        (pl.col("deregistration_on") <= as_of, "deregistered"),
        (is_off, "taken_off"),
        (pl.col("hidden_on") <= as_of, "hidden"),
        (pl.col("gap") == "low_fine", "unknown"),
        (is_published, "public"),
        (is_in_term, "awaiting"),
        (pl.col("publish_by_on").is_null(), "unknown"),
    ]
    return pl.coalesce(*(pl.when(test).then(pl.lit(state)) for test, state in steps), pl.lit("overdue"))


def _is_annulled(as_of: date) -> pl.Expr:
    """Annulled by `as_of`; also where the day is not stated."""
    return pl.col("is_annulled") & (pl.col("annulled_on") <= as_of).fill_null(True)


def _notes(as_of: date) -> pl.Expr:
    is_public, stop = pl.col("is_public").fill_null(False), pl.col("stop_on")
    tests = {
        "publication_assumed": is_public & pl.col("is_publication_assumed"),
        "receipt_assumed": is_public & pl.col("push_by_on").is_not_null() & pl.col("published_on").is_null(),
        "term_unstated": is_public & pl.col("is_term_unstated"),
        "low_fine_unclear": pl.col("is_unclear"),
        "transition": is_public & (stop != pl.col("stop_other_transition_on")),
        "restored": is_public & pl.col("restarted_on").is_not_null(),
        "repaired_elsewhere": is_public & pl.col("repaired_on").is_null() & (pl.col("repaired_elsewhere_on") <= as_of),
        "delisting": is_public & (pl.col("left_on") <= as_of) & ~(pl.col("natural_stop_on") <= pl.col("left_on")),
        "revoked_on_unstated": pl.col("is_annulled") & pl.col("annulled_on").is_null(),
    }
    is_up = (pl.col("published_on") <= as_of) & ~(pl.col("unpublished_on") <= as_of).fill_null(False)
    tests["published_unduly"] = ~pl.col("is_public") & is_up
    told = [pl.when(test.fill_null(False)).then(pl.lit(code)) for code, test in tests.items()]
    return pl.concat_list(told).list.drop_nulls()
