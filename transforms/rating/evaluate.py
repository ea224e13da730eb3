"""Steps one to ten of a rating for any days asked about: the real one asks once, movement on past days."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from transforms.rating.count import first_next_on, judge
from transforms.rating.direct import judged_triggers, placements
from transforms.rating.frames import at_places, beside
from transforms.rating.hits import Hits
from transforms.rating.plan import Plan
from transforms.rating.tier import need_counts, with_tier
from transforms.rating.totals import item_sums, totals


@dataclass(frozen=True)
class Evaluation:
    """The answer for each ask, with what it rests on. `tiers` has one row per ask."""

    items: pl.DataFrame
    adjustments: pl.DataFrame
    triggers: pl.DataFrame
    tiers: pl.DataFrame


def evaluate(asked: Hits, asks: pl.DataFrame, plan: Plan) -> Evaluation:
    """Each ask's rows and tier, with item_next_on, decay_next_on, lock_next_on, need_next_on: when these
    may be others.

    asked: hits of items and triggers with ask and on. asks: ask, key, on; `ask` is the place of the row. Needs are
    asked on the plan's day alone, where it is the key.
    """
    items = judge(asked.items, plan)
    placed = judged_triggers(asked.triggers)
    found = totals(item_sums(items, plan), asks, plan)
    told = [found.scores, first_next_on(items, plan), placements(placed)]
    if plan.needs:
        told.append(need_counts(asked.needs, plan))
    joined = beside(asks, *(at_places(rows, "ask", len(asks)) for rows in told))
    scored = joined.lazy().with_columns(pl.col("score").fill_null(plan.whole.base))
    return Evaluation(items, found.adjustments, placed, with_tier(scored, plan).collect())
