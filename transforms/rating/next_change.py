"""The first day on which a rating may change without new records, and why."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from transforms.dates import day_after
from transforms.rating.facts import Facts
from transforms.rating.frames import rows_at_places, side_by_side, value_at
from transforms.rating.scheme_plan import SchemePlan, reason_code
from transforms.rating.tier import Evaluation, tier_of_score
from transforms.rating.totals import role_code
from transforms.schemas.run_tables import CAUSES

_CAUSES = tuple(CAUSES)

_SLOTS = 16  # causes a packed day has room for


def _packed(day: pl.Expr, cause: str) -> pl.Expr:
    """Day and cause in one number, so that the least is the earliest, of equal days the weightiest cause."""
    return day.to_physical().cast(pl.Int64) * _SLOTS + _CAUSES.index(cause)


def _candidate(frame: pl.DataFrame, column: str, cause: str, plan: SchemePlan) -> pl.LazyFrame:
    return frame.lazy().filter(pl.col(column) > plan.day).select("key", next=_packed(pl.col(column), cause))


def _of_records(facts: Facts, plan: SchemePlan) -> Iterator[pl.LazyFrame]:
    """Events, revocations and releases that are recorded and lie ahead, of every kind the scheme reads."""
    for frame in facts.values():
        for column, cause in {"event_on": "new_record", "revoked_on": "revocation", "released_on": "repair"}.items():
            if column in frame.columns:
                yield _candidate(frame, column, cause, plan)


_OF_ITEMS = {"item_next_on": "aged_out", "decay_next_on": "decayed"}


def _foreseen(plan: SchemePlan) -> list[pl.Expr]:
    """Ends of what the best tier needs, of locks and decisions, and clean years, that stand beside a tier."""
    days = {
        "need_next_on": "aged_out",
        "lock_next_on": "lock_ended",
        "clean_year_on": "movement",
    }
    packed = [_packed(pl.col(column), cause) for column, cause in days.items()]
    packed.append(_packed(day_after(pl.col("ends_on")), "decision"))
    return [*packed, _packed(pl.lit(plan.changes_on, dtype=pl.Date()), "policy")]


def with_next_change(tiers: pl.DataFrame, every_hold: pl.DataFrame, facts: Facts, plan: SchemePlan) -> pl.DataFrame:
    """Adds next_change_on and next_change_why (null where nothing lies ahead).

    Also other_next_on and other_next_why, the same without what only takes points of items away.
    """
    of_holds = _candidate(every_hold, "decided_on", "decision", plan)
    recorded = pl.concat([*_of_records(facts, plan), of_holds]).group_by("key").agg(pl.col("next").min())
    return (
        side_by_side(tiers, rows_at_places(recorded.collect(), "key", len(tiers)))
        .lazy()
        .with_columns(other=pl.min_horizontal(pl.col("next"), *_foreseen(plan)))
        .with_columns(next=pl.min_horizontal("other", *(_packed(pl.col(day), why) for day, why in _OF_ITEMS.items())))
        .with_columns(*_unpacked("next", "next_change"), *_unpacked("other", "other_next"))
        .collect()
    )


def _unpacked(packed: str, name: str) -> tuple[pl.Expr, pl.Expr]:
    day = (pl.col(packed) // _SLOTS).cast(pl.Int32).cast(pl.Date)
    return day.alias(f"{name}_on"), value_at(pl.col(packed) % _SLOTS, _CAUSES, pl.String()).alias(f"{name}_why")


STABILITY = pl.Schema(
    {
        "enterprise_id": pl.String(),
        "is_steady": pl.Boolean(),
        "other_next_on": pl.Date(),
        "other_next_why": pl.String(),
    }
)


def tier_stability(evaluation: Evaluation, tiers: pl.DataFrame, keys: pl.DataFrame, plan: SchemePlan) -> pl.LazyFrame:
    """AHEAD of every enterprise, worked out when it is asked for.

    is_steady: whether ends and decay of items leave the tier as it is, in whatever order they come. other_next_on: the
    first day of anything else. tiers: one row per key in their order.
    """
    bounds = pl.concat([_of_items(evaluation.items), _of_accumulations(evaluation.adjustments)])
    summed = bounds.group_by("key").agg(pl.col("down", "up").sum(), pl.col("is_open").any())
    score = pl.col("score")
    lowest, highest = score - pl.col("down").fill_null(0), score + pl.col("up").fill_null(0)
    is_within = tier_of_score(lowest, plan) == tier_of_score(highest, plan)
    return (
        tiers.lazy()
        .join(summed, on="key", how="left", maintain_order="left")
        .select(
            value_at(pl.col("key"), keys["enterprise_id"], pl.String()).alias("enterprise_id"),
            "other_next_on",
            "other_next_why",
            is_steady=is_within & ~pl.col("is_open").fill_null(False),
        )
        .select(STABILITY.names())
    )


def _of_items(items: pl.DataFrame) -> pl.LazyFrame:
    """How far the score can fall or rise by what a hit gives later: anything between nothing and its whole points.

    Bounds of items, sections and score bring a sum nearer, never further away. is_open: a lighter hit of an act may
    come to count when the heavier ends, and complete an accumulation: no bound is told.
    """
    counted, raw, points = pl.col("reason").is_null(), pl.col("raw"), pl.col("points")
    is_lighter = (pl.col("reason") == reason_code("lighter_in_act")).fill_null(False)
    return (
        items.lazy()
        .filter(counted | is_lighter)
        .select(
            "key",
            down=pl.when(counted).then(points - raw.clip(upper_bound=0)).otherwise(0).clip(lower_bound=0),
            up=pl.when(counted).then(raw.clip(lower_bound=0) - points).otherwise(0).clip(lower_bound=0),
            is_open=is_lighter,
        )
    )


def _of_accumulations(adjustments: pl.DataFrame) -> pl.LazyFrame:
    points = pl.col("points")
    return (
        adjustments.lazy()
        .filter(pl.col("role") == role_code("accumulation"))
        .select(
            pl.col("ask").alias("key"),
            down=points.clip(lower_bound=0),
            up=(-points).clip(lower_bound=0),
            is_open=pl.lit(False),
        )
    )
