"""Where a penalty stands in a publicity system on a day, and what is to be said about it."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.by_day import first_day_true
from transforms.law.calendar import Calendar
from transforms.law.classes import FOR_EVER
from transforms.law.confidence import weakened
from transforms.policy.law_publicity import Publicity
from transforms.tables.shape import TEXT

_VOID = ("withdrawn", "to_withdraw", "annulled")
# Off display, and not because its period was over.
_CUT = (*_VOID, "repaired", "delisted", "deregistered", "taken_off")
_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on")


def with_state(frame: pl.LazyFrame, system: Publicity, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """`frame` with state, stop_cause, gap, notes and how sure its days are; FOR_EVER becomes an empty day.

    What is off display before its time has no last day of a period any more, what is void no shortest one, and what was
    never on display nothing to be withdrawn by.
    """
    frame = frame.with_columns(gap=_gap(as_of), stayed_on=first_day_true(system.stay_hides, pl.col("stayed_on")))
    frame = frame.with_columns(state=_state(system, calendar, as_of), notes=_notes(as_of))
    ended = pl.when(pl.col("is_cut_by_regime")).then(pl.lit("regime")).otherwise(pl.lit("period"))
    doubts = (
        (pl.col("is_public") & (pl.col("stop_on") != pl.col("stop_other_transition_on")), system.transition.confidence),
        (pl.col("notes").list.contains("publication_assumed"), system.unstated_publication.confidence),
    )
    has_end = pl.col("stop_on") < FOR_EVER
    is_gone = pl.col("is_gone") & (pl.col("state") == "deregistered")
    return frame.with_columns(
        *(pl.when(~is_gone & (pl.col(stop) < FOR_EVER)).then(pl.col(stop)).alias(stop) for stop in _STOPS),
        confidence=weakened(pl.col("confidence"), *doubts),
        last_day_on=pl.when(~pl.col("state").is_in(_CUT)).then("last_day_on"),
        shortest_until_on=pl.when(~pl.col("state").is_in(_VOID)).then("shortest_until_on"),
        withdraw_by_on=pl.when(pl.col("state") != "annulled").then("withdraw_by_on"),
        stop_cause=pl.when(is_gone)
        .then(pl.lit("deregistered"))
        .otherwise(pl.coalesce("cut_cause", pl.when(has_end).then(ended))),
    )


def _gap(as_of: date) -> pl.Expr:
    """What the policy must say before the end can be known; nothing where the publicity is over whatever it says."""
    is_over = (pl.col("stop_on") <= as_of).fill_null(False)
    is_endless = pl.col("stop_on").is_null() & pl.col("counts_from_on").is_not_null()
    no_term = pl.col("publish_by_on").is_null() | (is_endless & pl.col("is_public"))
    missing = pl.when(pl.col("is_missing")).then(pl.lit("low_fine"))
    gap = missing.when(pl.col("is_public") & no_term).then(pl.lit("calendar"))
    return pl.when(~is_over).then(gap.otherwise(pl.lit(None, dtype=TEXT)))


def _state(system: Publicity, calendar: Calendar, as_of: date) -> pl.Expr:
    is_off = pl.col("unpublished_on") <= as_of
    is_down = is_off | (pl.col("taken_down_on") <= as_of) | (_went_by_itself() <= pl.col("annulled_on"))
    is_never_shown = pl.lit(system.published_column is not None) & pl.col("published_on").is_null()
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
        (_is_annulled(as_of) & is_never_shown, "annulled"),
        (_is_annulled(as_of) & (is_down.fill_null(False) | pl.lit(system.withdrawn_column is None)), "withdrawn"),
        (_is_annulled(as_of), "to_withdraw"),
        (pl.col("repaired_on") <= as_of, "repaired"),
        (pl.col("delisted_on") <= as_of, "delisted"),
        (pl.col("is_gone") | (pl.col("deregistration_on") <= as_of), "deregistered"),
        (is_off, "taken_off"),
        (pl.col("hidden_on") <= as_of, "hidden"),
        (pl.col("stayed_on") <= as_of, "stayed"),
        (pl.col("gap") == "low_fine", "unknown"),
        (is_published, "public"),
        (is_in_term, "awaiting"),
        (pl.col("publish_by_on").is_null(), "unknown"),
    ]
    return pl.coalesce(*(pl.when(test).then(pl.lit(state)) for test, state in steps), pl.lit("overdue"))


def _went_by_itself() -> pl.Expr:
    """First day off display that nobody had to bring about."""
    return pl.min_horizontal("delisted_on", "deregistration_on")


def _is_annulled(as_of: date) -> pl.Expr:
    """Annulled by `as_of`; also where the day is not stated."""
    return pl.col("is_annulled") & (pl.col("annulled_on") <= as_of).fill_null(True)


def _notes(as_of: date) -> pl.Expr:
    is_public, stop = pl.col("is_public").fill_null(False), pl.col("stop_on")
    is_unstated, is_firm = pl.col("is_publication_unstated"), ~pl.col("is_person")
    is_deregistered = is_firm & ((pl.col("deregistered_on") <= as_of) | pl.col("is_gone_undated"))
    is_ended_by_it = pl.col("is_gone") | pl.col("deregistration_on").is_not_null()
    tests = {
        "publication_assumed": is_public & is_unstated & pl.col("counts_from_on").is_not_null(),
        "not_begun": is_public & is_unstated & pl.col("counts_from_on").is_null(),
        "receipt_assumed": is_public & pl.col("push_by_on").is_not_null() & pl.col("published_on").is_null(),
        "term_unstated": is_public & pl.col("is_term_unstated"),
        "low_fine_unclear": pl.col("is_unclear"),
        "transition": is_public & (stop != pl.col("stop_other_transition_on")),
        "restored": is_public & pl.col("restarted_on").is_not_null(),
        "repaired_elsewhere": is_public & pl.col("repaired_on").is_null() & (pl.col("repaired_elsewhere_on") <= as_of),
        "delisting": is_public & (pl.col("left_on") <= as_of) & ~(pl.col("natural_stop_on") <= pl.col("left_on")),
        "deregistration_unsettled": is_public & is_deregistered & ~is_ended_by_it,
        "deregistered_on_unstated": is_public & is_firm & pl.col("is_gone_undated"),
        "revoked_on_unstated": pl.col("is_annulled") & pl.col("annulled_on").is_null(),
    }
    is_up = (pl.col("published_on") <= as_of) & ~(pl.col("unpublished_on") <= as_of).fill_null(False)
    tests["published_unduly"] = ~pl.col("is_public") & is_up
    told = [pl.when(test.fill_null(False)).then(pl.lit(code)) for code, test in tests.items()]
    return pl.concat_list(told).list.drop_nulls()
