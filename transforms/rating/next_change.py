"""The first day on which a rating may change without new records, and why.

Most of the enterprises for which such a day is near keep their tier: a small deduction ends, the score stays within its
tier. `tier_stability` finds them from bounds of the score, without rating a day to come.
"""

from __future__ import annotations

import polars as pl

from transforms.dates import day_after
from transforms.rating.compiled_scheme import SchemePlan, reason_code
from transforms.rating.hits import Facts, rows_at_places, value_at
from transforms.rating.tier import Evaluation, tier_of_score
from transforms.rating.totals import role_code
from transforms.schemas.run_tables import CAUSES

STABILITY = pl.Schema(
    {
        "enterprise_id": pl.String(),
        "is_stable": pl.Boolean(),
        "next_other_on": pl.Date(),
        "next_other_why": pl.String(),
    }
)
_CAUSES = tuple(CAUSES)
_CODES = {cause: code for code, cause in enumerate(_CAUSES)}
_SLOTS = 16  # more than there are causes


def with_next_change(tiers: pl.DataFrame, holds: pl.DataFrame, facts: Facts, plan: SchemePlan) -> pl.DataFrame:
    """Adds next_change_on and next_change_why (a cause); null where nothing lies ahead.

    Also next_other_on and next_other_why, the same without the end and the decay of item hits. tiers: one row per key,
    in their order. holds: every decision that holds a tier.
    """
    recorded = [_candidates(holds, "decided_on", "decision", plan)]
    for frame in facts.values():
        for column, cause in {"event_on": "new_record", "revoked_on": "revocation", "released_on": "repair"}.items():
            if column in frame.columns:
                recorded.append(_candidates(frame, column, cause, plan))
    first_recorded = pl.concat(recorded).group_by("key").agg(pl.col("next").min()).collect()
    other_days = [
        packed(pl.col("need_next_on"), "aged_out"),
        packed(pl.col("lock_next_on"), "lock_ended"),
        packed(pl.col("clean_year_on"), "movement"),
        packed(day_after(pl.col("ends_on")), "decision"),
        packed(pl.lit(plan.scheme_changes_on, dtype=pl.Date()), "policy"),
    ]
    item_days = [packed(pl.col("item_next_on"), "aged_out"), packed(pl.col("decay_next_on"), "decayed")]
    return (
        pl.concat([tiers, rows_at_places(first_recorded, "key", len(tiers))], how="horizontal")
        .lazy()
        .with_columns(other=pl.min_horizontal("next", *other_days))
        .with_columns(next=pl.min_horizontal("other", *item_days))
        .with_columns(*unpacked("next", "next_change"), *unpacked("other", "next_other"))
        .collect()
    )


def _candidates(frame: pl.DataFrame, column: str, cause: str, plan: SchemePlan) -> pl.LazyFrame:
    """The days of `column` after the plan's day, packed with their cause: key, next."""
    return frame.lazy().filter(pl.col(column) > plan.day).select("key", next=packed(pl.col(column), cause))


def packed(day: pl.Expr, cause: str | pl.Expr) -> pl.Expr:
    """Day and cause as one number: the least is the earliest day, and of one day the weightiest cause.

    cause: one for all rows, or a column of causes.
    """
    code = _CODES[cause] if isinstance(cause, str) else cause.replace_strict(_CODES, return_dtype=pl.Int64)
    return day.to_physical().cast(pl.Int64) * _SLOTS + code


def unpacked(packed: str, name: str) -> tuple[pl.Expr, pl.Expr]:
    """The day and the cause in the column `packed`, as NAME_on and NAME_why; see `packed`."""
    day = (pl.col(packed) // _SLOTS).cast(pl.Int32).cast(pl.Date)
    return day.alias(f"{name}_on"), value_at(pl.col(packed) % _SLOTS, _CAUSES, pl.String()).alias(f"{name}_why")


def tier_stability(evaluation: Evaluation, tiers: pl.DataFrame, keys: pl.DataFrame, plan: SchemePlan) -> pl.LazyFrame:
    """STABILITY of every enterprise, not yet collected.

    is_stable: the end and the decay of item hits, in whatever order they come, leave the tier as it is. next_other_on,
    next_other_why: the first day of any other change. tiers: `with_next_change`.
    """
    # How far the score can fall (down) or rise (up): later a hit gives anything from nothing to its raw points.
    # Caps and limits only reduce that. is_unbounded: a lighter hit of an act may come to count when the heavier one
    # ends, and complete an accumulation.
    is_counted, raw, points = pl.col("reason").is_null(), pl.col("raw"), pl.col("points")
    is_lighter = (pl.col("reason") == reason_code("lighter_in_act")).fill_null(False)
    of_items = (
        evaluation.items.lazy()
        .filter(is_counted | is_lighter)
        .select(
            "key",
            down=pl.when(is_counted).then(points - raw.clip(upper_bound=0)).otherwise(0).clip(lower_bound=0),
            up=pl.when(is_counted).then(raw.clip(lower_bound=0) - points).otherwise(0).clip(lower_bound=0),
            is_unbounded=is_lighter,
        )
    )
    of_accumulations = (
        evaluation.adjustments.lazy()
        .filter(pl.col("role") == role_code("accumulation"))
        .select(
            pl.col("query").alias("key"),
            down=points.clip(lower_bound=0),
            up=(-points).clip(lower_bound=0),
            is_unbounded=pl.lit(False),
        )
    )
    movements = pl.concat([of_items, of_accumulations])
    summed = movements.group_by("key").agg(pl.col("down", "up").sum(), pl.col("is_unbounded").any())
    lowest = pl.col("score") - pl.col("down").fill_null(0)
    highest = pl.col("score") + pl.col("up").fill_null(0)
    is_within = tier_of_score(lowest, plan) == tier_of_score(highest, plan)
    return (
        tiers.lazy()
        .join(summed, on="key", how="left", maintain_order="left")
        .select(
            value_at(pl.col("key"), keys["enterprise_id"], pl.String()).alias("enterprise_id"),
            "next_other_on",
            "next_other_why",
            is_stable=is_within & ~pl.col("is_unbounded").fill_null(False),
        )
        .select(STABILITY.names())
    )
