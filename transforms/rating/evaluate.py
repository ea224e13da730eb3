"""Steps one to ten of a rating for any days asked about: the real one asks once, movement on past days."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from transforms.rating.count import judge, next_on
from transforms.rating.direct import judged_triggers, placements, triggers
from transforms.rating.hits import Known, find_hits
from transforms.rating.plan import Plan
from transforms.rating.tier import need_counts, with_need_window, with_tier
from transforms.rating.totals import adjustment_rows, part_sums, with_score


@dataclass(frozen=True)
class Hits:
    """All a scheme finds in the records up to its day, before any question of what counts when."""

    items: pl.LazyFrame
    triggers: pl.LazyFrame
    needs: pl.LazyFrame


@dataclass(frozen=True)
class Evaluation:
    """The answer for each ask, with what it rests on. `tiers` has one row per ask."""

    items: pl.LazyFrame
    adjustments: pl.LazyFrame
    triggers: pl.LazyFrame
    tiers: pl.LazyFrame


def find(known: Known, plan: Plan) -> Hits:
    """The hits of items, direct rules and needs."""
    items = find_hits(known, plan.items, plan.day, plan.act_kinds)
    directs = find_hits(known, plan.directs, plan.day)
    return Hits(items, triggers(directs, plan), find_hits(known, plan.needs, plan.day))


def _asked(hits: pl.LazyFrame, asks: pl.LazyFrame, plan: Plan, is_once: bool) -> pl.LazyFrame:
    """Hits beside each ask of their enterprise that is not before their event."""
    if is_once:
        return hits.with_columns(ask=pl.col("key").cast(pl.Int64), on=pl.lit(plan.day, dtype=pl.Date()))
    return hits.join(asks, on="key").filter(pl.col("event_on") <= pl.col("on"))


def evaluate(hits: Hits, asks: pl.LazyFrame, plan: Plan, is_once: bool) -> Evaluation:
    """Each ask's rows and tier, with item_next_on, lock_next_on, need_next_on: when these may be others.

    asks: ask (unique number), key, on. is_once: every enterprise asks, on the plan's day, and its ask is
    its key; then no join is needed.
    """
    items = judge(_asked(hits.items, asks, plan, is_once), plan)
    sums = items.group_by("ask").agg(*part_sums(plan), next_on(plan).min().alias("item_next_on"))
    scored, made = with_score(asks.join(sums, on="ask", how="left"), plan)
    placed = judged_triggers(_asked(hits.triggers, asks, plan, is_once))
    joined = scored.join(placements(placed), on="ask", how="left")
    if plan.needs:
        standing = with_need_window(_asked(hits.needs, asks, plan, is_once))
        joined = joined.join(need_counts(standing, plan.needs), on="ask", how="left")
    return Evaluation(items, adjustment_rows(scored, made), placed, with_tier(joined, plan))
