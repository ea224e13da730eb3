"""The first day after the rating's on which it may be another without anything new arriving, and why."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from transforms.rating.facts import Facts
from transforms.rating.frames import at_places, beside, looked_up
from transforms.rating.plan import Plan
from transforms.spans import day_after
from transforms.tables.outputs import CAUSES

_CAUSES = tuple(CAUSES)
_SLOTS = 16  # causes a packed day has room for


def _packed(day: pl.Expr, cause: str) -> pl.Expr:
    """Day and cause in one number, so that the least is the earliest, of equal days the weightiest cause."""
    return day.to_physical().cast(pl.Int64) * _SLOTS + _CAUSES.index(cause)


def _candidate(frame: pl.DataFrame, column: str, cause: str, plan: Plan) -> pl.LazyFrame:
    return frame.lazy().filter(pl.col(column) > plan.day).select("key", next=_packed(pl.col(column), cause))


def _of_records(facts: Facts, plan: Plan) -> Iterator[pl.LazyFrame]:
    """Events, revocations and releases that are recorded and lie ahead, of every kind the scheme reads."""
    for frame in facts.values():
        for column, cause in {"event_on": "new_record", "revoked_on": "revocation", "released_on": "repair"}.items():
            if column in frame.columns:
                yield _candidate(frame, column, cause, plan)


_OF_ITEMS = {"item_next_on": "aged_out", "decay_next_on": "decayed"}


def _foreseen(plan: Plan) -> list[pl.Expr]:
    """Ends of what the best tier needs, of locks and decisions, and clean years, that stand beside a tier."""
    days = {
        "need_next_on": "aged_out",
        "lock_next_on": "lock_ended",
        "clean_year_on": "movement",
    }
    packed = [_packed(pl.col(column), cause) for column, cause in days.items()]
    packed.append(_packed(day_after(pl.col("ends_on")), "decision"))
    return [*packed, _packed(pl.lit(plan.changes_on, dtype=pl.Date()), "policy")]


def with_next_change(tiers: pl.DataFrame, every_hold: pl.DataFrame, facts: Facts, plan: Plan) -> pl.DataFrame:
    """Adds next_change_on and next_change_why (null where nothing lies ahead).

    Also other_next_on and other_next_why, the same without what only takes points of items away.
    """
    of_holds = _candidate(every_hold, "decided_on", "decision", plan)
    recorded = pl.concat([*_of_records(facts, plan), of_holds]).group_by("key").agg(pl.col("next").min())
    return (
        beside(tiers, at_places(recorded.collect(), "key", len(tiers)))
        .lazy()
        .with_columns(other=pl.min_horizontal(pl.col("next"), *_foreseen(plan)))
        .with_columns(next=pl.min_horizontal("other", *(_packed(pl.col(day), why) for day, why in _OF_ITEMS.items())))
        .with_columns(*_unpacked("next", "next_change"), *_unpacked("other", "other_next"))
        .collect()
    )


def _unpacked(packed: str, name: str) -> tuple[pl.Expr, pl.Expr]:
    day = (pl.col(packed) // _SLOTS).cast(pl.Int32).cast(pl.Date)
    return day.alias(f"{name}_on"), looked_up(pl.col(packed) % _SLOTS, _CAUSES, pl.String()).alias(f"{name}_why")
