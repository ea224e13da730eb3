"""From hits to tiers on any days: score, cut points, what the best tier needs, direct placement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from transforms.dates import day_after
from transforms.rating.frames import rows_at_places, side_by_side
from transforms.rating.hits import Hits, decisive_placements, with_trigger_reason
from transforms.rating.scheme_plan import NeedRule, SchemePlan
from transforms.rating.totals import count_hits, next_item_changes, sum_items, total_scores


@dataclass(frozen=True)
class Evaluation:
    """The answer for each ask, with what it rests on. `tiers` has one row per ask."""

    items: pl.DataFrame
    adjustments: pl.DataFrame
    triggers: pl.DataFrame
    tiers: pl.DataFrame


def evaluate(asked: Hits, asks: pl.DataFrame, plan: SchemePlan) -> Evaluation:
    """Each ask's rows and tier, with item_next_on, decay_next_on, lock_next_on, need_next_on: when these
    may be others.

    asked: hits of items and triggers with ask and on. asks: ask, key, on; `ask` is the place of the row. Needs are
    asked on the plan's day alone, where it is the key.
    """
    items = count_hits(asked.items, plan)
    placed = with_trigger_reason(asked.triggers)
    found = total_scores(sum_items(items, plan), asks, plan)
    told = [found.scores, next_item_changes(items, plan), decisive_placements(placed)]
    if plan.needs:
        told.append(count_needs(asked.needs, plan))
    joined = side_by_side(asks, *(rows_at_places(rows, "ask", len(asks)) for rows in told))
    scored = joined.lazy().with_columns(pl.col("score").fill_null(plan.whole.base))
    return Evaluation(items, found.adjustments, placed, with_tier(scored, plan).collect())


_INDEX = pl.Int64()


def tier_of_score(score: pl.Expr, plan: SchemePlan) -> pl.Expr:
    """The tier of a score: half-open intervals, lower bound included."""
    steps = sorted((cut, index) for index, cut in enumerate(plan.cuts) if cut is not None)
    lowest = plan.worst if plan.worse < 0 else 0
    tier = pl.lit(lowest, dtype=_INDEX)
    for cut, index in steps:
        tier = pl.when(score >= cut).then(pl.lit(index, dtype=_INDEX)).otherwise(tier)
    return tier


def _is_failing(need: NeedRule) -> pl.Expr:
    count = pl.col(f"need_{need.order}").fill_null(0)
    return count < need.at_least if need.at_least is not None else count > (need.at_most or 0)


def count_needs(hits: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Per enterprise the number of records that stand for each need on the plan's day.

    Columns ask, need_N, and need_next_on, the first day one leaves its window.
    """
    last_on = pl.min_horizontal("window_ends_on", "expires_on")
    is_standing = pl.col("withdrawn_by").is_null() & (last_on.is_null() | (last_on >= plan.day))
    standing = hits.lazy().filter(is_standing).select("key", "rule", last_on=last_on)
    counts = [(pl.col("rule") == need.order).sum().cast(pl.Int64).alias(f"need_{need.order}") for need in plan.needs]
    counted = standing.group_by("key").agg(*counts, need_next_on=day_after(pl.col("last_on").min()))
    return counted.rename({"key": "ask"}).collect()


def _failing_need(needs: Sequence[NeedRule]) -> pl.Expr:
    """The first need, by place in the file, that is not met; null where all are."""
    none = pl.lit(None, dtype=pl.Int16)
    return pl.coalesce(none, *(pl.when(_is_failing(need)).then(pl.lit(need.order, dtype=pl.Int16)) for need in needs))


def _decider(steps: Sequence[tuple[str, pl.Expr]]) -> pl.Expr:
    """The last of the steps that decided, cut points where none did."""
    decided = pl.lit("cut_point")
    for name, is_deciding in steps:
        decided = pl.when(is_deciding).then(pl.lit(name)).otherwise(decided)
    return decided


def with_tier(scored: pl.LazyFrame, plan: SchemePlan) -> pl.LazyFrame:
    """Adds score_index, failing_need (order), index (after needs and placement), decided_by.

    scored: ask, score, the columns of `count_needs` where there are needs, and of `placements`.
    """
    frame = scored.with_columns(
        score_index=tier_of_score(pl.col("score"), plan), failing_need=_failing_need(plan.needs)
    )
    if not plan.needs:
        frame = frame.with_columns(need_next_on=pl.lit(None, dtype=pl.Date()))
    is_lacking = (pl.col("score_index") == 0) & pl.col("failing_need").is_not_null()
    after_needs = pl.when(is_lacking).then(pl.lit(min(1, plan.worst), dtype=_INDEX)).otherwise(pl.col("score_index"))
    is_placed = (pl.col("direct_tier") > after_needs).fill_null(False)
    index = pl.when(is_placed).then(pl.col("direct_tier")).otherwise(after_needs)
    decided_by = _decider([("minimum_data", is_lacking), ("direct", is_placed)])
    return frame.with_columns(index=index, decided_by=decided_by)
