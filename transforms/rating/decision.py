"""The office's decisions to hold a tier: the latest in force goes before every rule."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.rating.frames import at_places, beside
from transforms.rating.plan import Plan

_HOLDS = pl.Schema(
    {
        "enterprise_id": pl.String(),
        "decision_no": pl.String(),
        "decided_on": pl.Date(),
        "ends_on": pl.Date(),
        "held_index": pl.Int64(),
        "reason": pl.String(),
    }
)


def holds(records: Mapping[str, pl.LazyFrame], plan: Plan) -> pl.LazyFrame:
    """Every decision that holds a tier of the scheme, past, present and future; yet by enterprise_id."""
    if "decision" not in records:
        return pl.LazyFrame(schema=_HOLDS)
    indexes = {tier: index for index, tier in enumerate(plan.tiers)}
    index = pl.col("tier").replace_strict(indexes, default=None, return_dtype=pl.Int64)
    of_office = records["decision"].filter(pl.col("decision_type") == "hold_tier").with_columns(held_index=index)
    return of_office.filter(pl.col("held_index").is_not_null()).select(_HOLDS.names())


def hold_in_force(every: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Per enterprise the latest decision in force on the day, by day of decision, then by number."""
    is_over = (pl.col("ends_on") < plan.day).fill_null(False)
    in_force = every.filter((pl.col("decided_on") <= plan.day) & ~is_over)
    latest = [
        pl.col(name).sort_by("decided_on", "decision_no", descending=True).first()
        for name in ("decision_no", "ends_on", "held_index", "reason")
    ]
    return in_force.group_by("key").agg(latest)


def with_decision(tiers: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    """Sets index of `tiers`, one row per key in their order, to the tier that is held.

    Adds decision_no, ends_on and reason of the decision.
    """
    joined = beside(tiers, at_places(current, "key", len(tiers)))
    is_held = pl.col("held_index").is_not_null()
    return joined.with_columns(
        index=pl.coalesce("held_index", "index"),
        decided_by=pl.when(is_held).then(pl.lit("decision")).otherwise(pl.col("decided_by")),
    )
