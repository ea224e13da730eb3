"""The first day after the rating's on which it may be another without anything new arriving, and why."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from transforms.rating.count import next_decay_on, reason_code
from transforms.rating.evaluate import Evaluation
from transforms.rating.hits import Known
from transforms.rating.plan import Plan
from transforms.rating.spans import day_after
from transforms.tables import KINDS
from transforms.tables.outputs import CAUSES

_CAUSES = tuple(CAUSES)
_SLOTS = 16  # causes a packed day has room for


def _packed(day: pl.Expr, cause: str) -> pl.Expr:
    """Day and cause in one number, so that the least is the earliest, of equal days the weightiest cause."""
    return day.to_physical().cast(pl.Int64) * _SLOTS + _CAUSES.index(cause)


def _candidate(frame: pl.LazyFrame, day: pl.Expr, cause: str, plan: Plan) -> pl.LazyFrame:
    return frame.filter(day > plan.day).select("key", next=_packed(day, cause))


def _of_records(known: Known, plan: Plan) -> Iterator[pl.LazyFrame]:
    """Events and revocations that are recorded and lie ahead, of every kind the scheme reads."""
    for kind in (KINDS[name] for name in plan.kinds if name in known.records):
        days = {kind.event_on: "new_record", kind.revoked_on: "revocation"}
        for column, cause in days.items():
            if column is not None:
                ahead = known.records[kind.name].filter(pl.col(column) > plan.day).select("enterprise_id", day=column)
                yield _candidate(ahead.join(known.keys, on="enterprise_id"), pl.col("day"), cause, plan)


def _of_rows(evaluation: Evaluation, plan: Plan) -> Iterator[pl.LazyFrame]:
    """Ends of windows, terms and locks, and starts of decay."""
    reason, stops_on = pl.col("reason"), pl.col("stops_on")
    items = evaluation.items
    standing = items.filter(reason.is_null() | (reason == reason_code("lighter_in_act")))
    yield _candidate(standing, stops_on, "aged_out", plan)
    if any(item.decay for item in plan.items):
        yield _candidate(standing, next_decay_on(plan), "aged_out", plan)
    # A record past its window is told to be past its term once that is over too: the trace changes.
    term_over_on = day_after(pl.col("expires_on"))
    yield _candidate(items.filter(reason == reason_code("aged_out")), term_over_on, "aged_out", plan)
    yield _candidate(evaluation.triggers.filter(reason.is_null()), stops_on, "lock_ended", plan)
    yield _candidate(evaluation.needs, stops_on, "aged_out", plan)


def _of_decisions(tiers: pl.LazyFrame, every_hold: pl.LazyFrame, plan: Plan) -> Iterator[pl.LazyFrame]:
    yield _candidate(tiers, pl.col("clean_year_on"), "movement", plan)
    yield _candidate(tiers, day_after(pl.col("ends_on")), "decision", plan)
    yield _candidate(every_hold, pl.col("decided_on"), "decision", plan)


def with_next_change(
    tiers: pl.LazyFrame, evaluation: Evaluation, every_hold: pl.LazyFrame, known: Known, plan: Plan
) -> pl.LazyFrame:
    """Adds next_change_on and next_change_why (null where nothing lies ahead)."""
    frames = [
        *_of_records(known, plan),
        *_of_rows(evaluation, plan),
        *_of_decisions(tiers, every_hold, plan),
    ]
    earliest = pl.concat(frames).group_by("key").agg(pl.col("next").min())
    policy = _packed(pl.lit(plan.changes_on, dtype=pl.Date()), "policy")
    packed = pl.min_horizontal(pl.col("next"), policy)
    words = dict(enumerate(_CAUSES))
    return (
        tiers.join(earliest, on="key", how="left")
        .with_columns(next=packed)
        .with_columns(
            next_change_on=(pl.col("next") // _SLOTS).cast(pl.Int32).cast(pl.Date),
            next_change_why=(pl.col("next") % _SLOTS).replace_strict(words, default=None, return_dtype=pl.String),
        )
    )
