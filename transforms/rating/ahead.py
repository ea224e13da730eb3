"""Whose tier cannot be changed by the passing of records alone, and the first day of anything else.

Most of the enterprises of which something changes soon keep their tier: a small deduction ends, the score stays within
its tier. That is told here from bounds of the score, without rating a day to come.
"""

from __future__ import annotations

import polars as pl

from transforms.rating.evaluate import Evaluation
from transforms.rating.frames import looked_up
from transforms.rating.plan import Plan, reason_code
from transforms.rating.tier import index_of
from transforms.rating.totals import role_number

AHEAD = pl.Schema(
    {
        "enterprise_id": pl.String(),
        "is_steady": pl.Boolean(),
        "other_next_on": pl.Date(),
        "other_next_why": pl.String(),
    }
)


def ahead_of(evaluation: Evaluation, tiers: pl.DataFrame, keys: pl.DataFrame, plan: Plan) -> pl.LazyFrame:
    """AHEAD of every enterprise, worked out when it is asked for.

    is_steady: whether ends and decay of items leave the tier as it is, in whatever order they come. other_next_on: the
    first day of anything else. tiers: one row per key in their order.
    """
    bounds = pl.concat([_of_items(evaluation.items), _of_accumulations(evaluation.adjustments)])
    summed = bounds.group_by("key").agg(pl.col("down", "up").sum(), pl.col("is_open").any())
    score = pl.col("score")
    lowest, highest = score - pl.col("down").fill_null(0), score + pl.col("up").fill_null(0)
    is_within = index_of(lowest, plan) == index_of(highest, plan)
    return (
        tiers.lazy()
        .join(summed, on="key", how="left", maintain_order="left")
        .select(
            looked_up(pl.col("key"), keys["enterprise_id"], pl.String()).alias("enterprise_id"),
            "other_next_on",
            "other_next_why",
            is_steady=is_within & ~pl.col("is_open").fill_null(False),
        )
        .select(AHEAD.names())
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
        .filter(pl.col("role") == role_number("accumulation"))
        .select(
            pl.col("ask").alias("key"),
            down=points.clip(lower_bound=0),
            up=(-points).clip(lower_bound=0),
            is_open=pl.lit(False),
        )
    )
