"""The office's decisions to hold a tier (暂缓): which is in force, and what it overrides.

The latest decision in force overrides every rule but a worse direct placement: a hold keeps a tier while something is
investigated. It takes nobody off the serious-violation list, nor out of any other direct placement; those end by
decisions of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.rating.frames import rows_at_places
from transforms.rating.scheme_plan import SchemePlan
from transforms.schemas.base import TEXT, TEXT_LIST

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
HOLD_NOTES = {
    "open": "没有写明终止日期，何时终止须人工核对",
    "other_tier": "与作出决定前的等级不同：暂缓只能维持原等级",
    "over_direct": "未予执行：列入名单或者其他直接判定期间，暂缓不改变等级",
    "replaced": "已由后一暂缓决定取代",
}


def tier_holds(records: Mapping[str, pl.LazyFrame], plan: SchemePlan) -> pl.LazyFrame:
    """Every decision, past, in force or future, that holds a tier of the scheme.

    enterprise_id, decision_no, decided_on, ends_on (last day; null for no end), held_index (the tier), reason.
    """
    if "decision" not in records:
        return pl.LazyFrame(schema=_HOLDS)
    indexes = {tier: index for index, tier in enumerate(plan.tiers)}
    index = pl.col("tier").replace_strict(indexes, default=None, return_dtype=pl.Int64)
    holds = records["decision"].filter(pl.col("decision_type") == "hold_tier").with_columns(held_index=index)
    return holds.filter(pl.col("held_index").is_not_null()).select(_HOLDS.names())


def holds_in_force(holds: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Per enterprise (key) the latest decision in force on the plan's day: by day of decision, then by number."""
    is_over = (pl.col("ends_on") < plan.day).fill_null(False)
    in_force = holds.filter((pl.col("decided_on") <= plan.day) & ~is_over)
    latest = [
        pl.col(name).sort_by("decided_on", "decision_no", descending=True).first()
        for name in ("decision_no", "ends_on", "held_index", "reason")
    ]
    return in_force.group_by("key").agg(latest)


def with_hold(tiers: pl.DataFrame, in_force: pl.DataFrame) -> pl.DataFrame:
    """Sets index and decided_by of `tiers` to the tier that is held, unless a direct placement is worse.

    Adds decision_no, ends_on and reason of the decision. tiers: one row per key, in their order.
    """
    joined = pl.concat([tiers, rows_at_places(in_force, "key", len(tiers))], how="horizontal")
    is_placed_worse = (pl.col("direct_tier") > pl.col("held_index")).fill_null(False)
    is_held = pl.col("held_index").is_not_null() & ~is_placed_worse
    return joined.with_columns(
        index=pl.when(is_held).then("held_index").otherwise("index"),
        decided_by=pl.when(is_held).then(pl.lit("decision")).otherwise(pl.col("decided_by")),
    )


def with_hold_notes(holding: pl.LazyFrame, ratings: pl.LazyFrame) -> pl.LazyFrame:
    """Adds tier_before and notes (codes of HOLD_NOTES) to `holding`, decisions to hold a tier that are not over.

    ratings: all rows of `ratings` of their enterprises, past ones included. tier_before: the tier on the day before
    the decision; null where the enterprise was not rated then.
    """
    # A decision has a column decided_by of its own: the authority.
    rated = ratings.select(
        "enterprise_id", "valid_from_on", "tier", _rated_by=pl.col("decided_by"), _rated_by_id=pl.col("decided_by_id")
    )
    of_decisions = holding.select("record_id", "enterprise_id", "decided_on").join(rated, on="enterprise_id")
    ordered = of_decisions.sort("record_id", "valid_from_on")
    before = ordered.filter(pl.col("valid_from_on") < pl.col("decided_on")).group_by("record_id")
    since = ordered.filter(pl.col("valid_from_on").max().over("record_id") >= pl.col("decided_on")).group_by(
        "record_id"
    )
    joined = holding.join(before.agg(tier_before=pl.col("tier").last()), on="record_id", how="left")
    joined = joined.join(since.agg(pl.col("_rated_by", "_rated_by_id").last()), on="record_id", how="left")
    conditions = {
        "open": pl.col("ends_on").is_null(),
        "other_tier": pl.col("tier") != pl.col("tier_before"),
        "over_direct": pl.col("_rated_by") == "direct",
        "replaced": (pl.col("_rated_by") == "decision") & (pl.col("_rated_by_id") != pl.col("decision_no")),
    }
    notes = [
        pl.when(is_met).then(pl.lit(code)).otherwise(pl.lit(None, dtype=TEXT)) for code, is_met in conditions.items()
    ]
    return joined.with_columns(notes=pl.concat_list(notes).list.drop_nulls().cast(TEXT_LIST)).drop(
        "_rated_by", "_rated_by_id"
    )
