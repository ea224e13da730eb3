"""From hits to tiers on any days: score, cut points, what the best tier needs, direct placement.

A query is an enterprise on a day. The rating itself queries each enterprise once, on its own day; the movement rule
queries past days.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from transforms.dates import day_after
from transforms.rating.frames import rows_at_places
from transforms.rating.hits import Hits
from transforms.rating.scheme_plan import SchemePlan, reason_code
from transforms.rating.totals import count_hits, next_item_changes, total_scores


@dataclass(frozen=True)
class Evaluation:
    """items, triggers: the hits of the queries, with reason (code; null where the hit counts or the placement holds).

    adjustments: as in `Totals`. tiers: see `evaluate`.
    """

    items: pl.DataFrame
    adjustments: pl.DataFrame
    triggers: pl.DataFrame
    tiers: pl.DataFrame


def evaluate(hits: Hits, queries: pl.DataFrame, plan: SchemePlan) -> Evaluation:
    """The tier of each query.

    hits: items and triggers with query and on. queries: query (the row's number), key, on. Needs are those of the
    plan's day, where query is key.

    `tiers` has one row per query, in their order: query, key, on, score (centipoints); score_index (the tier by cut
    points), failing_need (order; null where all are met), index (the tier after needs and direct placement),
    decided_by; direct_tier, direct_until, direct_rule of the placement that decides; and the first days after `on`
    that may change it: item_next_on, decay_next_on, lock_next_on, need_next_on.
    """
    items = count_hits(hits.items, plan)
    triggers = _with_reason(hits.triggers)
    totals = total_scores(items, queries, plan)
    parts = [totals.scores, next_item_changes(items, plan), _decisive_placements(triggers)]
    if plan.needs:
        parts.append(_need_counts(hits.needs, plan))
    tiers = pl.concat([queries, *(rows_at_places(part, "query", len(queries)) for part in parts)], how="horizontal")
    scored = tiers.lazy().with_columns(pl.col("score").fill_null(plan.whole.base))
    return Evaluation(items, totals.adjustments, triggers, _with_tier(scored, plan).collect())


def tier_of_score(score: pl.Expr, plan: SchemePlan) -> pl.Expr:
    """The index of the tier of a score: half-open intervals, lower bound included."""
    cuts = sorted((cut, index) for index, cut in enumerate(plan.cuts) if cut is not None)
    tier = pl.lit(plan.worst if plan.worse < 0 else 0, dtype=pl.Int64())
    for cut, index in cuts:
        tier = pl.when(score >= cut).then(pl.lit(index, dtype=pl.Int64())).otherwise(tier)
    return tier


def _with_reason(triggers: pl.DataFrame) -> pl.DataFrame:
    """Triggers with query and on, and the reason why a placement does not hold; null while it does."""
    reason = (
        pl.when(pl.col("withdrawn_by").is_not_null())
        .then("withdrawn_by")
        .when(pl.col("on") > pl.col("holds_until"))
        .then(reason_code("aged_out"))
    )
    return triggers.with_columns(reason=reason)


def _decisive_placements(triggers: pl.DataFrame) -> pl.DataFrame:
    """Per query the placement that decides: the worst tier, then the longest lock, then the first in the policy file.

    query, direct_tier, direct_until (null for no end), direct_rule (order), and lock_next_on, the first day on which
    any of the placements in force no longer holds.
    """
    weight = ["tier", "holds_until", "rule"]  # a lock without end sorts before any other
    in_force = triggers.lazy().filter(pl.col("reason").is_null())
    ordered = in_force.sort("query", *weight, descending=[False, True, True, False], nulls_last=False)
    first = [pl.col(name).first() for name in weight]
    names = {"tier": "direct_tier", "holds_until": "direct_until", "rule": "direct_rule"}
    return ordered.group_by("query").agg(*first, lock_next_on=pl.col("stops_on").min()).rename(names).collect()


def _need_counts(hits: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Per query (the key) need_N, the number of records within need N on the plan's day.

    Also need_next_on, the first day on which one of them leaves its window.
    """
    last_on = pl.min_horizontal("window_ends_on", "expires_on")
    is_counted = pl.col("withdrawn_by").is_null() & (last_on.is_null() | (last_on >= plan.day))
    counted = hits.lazy().filter(is_counted).select("rule", query="key", last_on=last_on)
    counts = [(pl.col("rule") == need.order).sum().cast(pl.Int64).alias(f"need_{need.order}") for need in plan.needs]
    return counted.group_by("query").agg(*counts, need_next_on=day_after(pl.col("last_on").min())).collect()


def _with_tier(scored: pl.LazyFrame, plan: SchemePlan) -> pl.LazyFrame:
    """Adds score_index, failing_need, index and decided_by; need_next_on too where the scheme has no needs.

    scored: score, the columns of `_need_counts` where there are needs, and those of `_decisive_placements`.
    """
    failing = []
    for need in plan.needs:
        count = pl.col(f"need_{need.order}").fill_null(0)
        is_failing = count < need.at_least if need.at_least is not None else count > (need.at_most or 0)
        failing.append(pl.when(is_failing).then(pl.lit(need.order, dtype=pl.Int16)))
    first_failing = pl.coalesce(pl.lit(None, dtype=pl.Int16), *failing)
    frame = scored.with_columns(score_index=tier_of_score(pl.col("score"), plan), failing_need=first_failing)
    if not plan.needs:
        frame = frame.with_columns(need_next_on=pl.lit(None, dtype=pl.Date()))
    is_lacking = (pl.col("score_index") == 0) & pl.col("failing_need").is_not_null()
    second_best = pl.lit(min(1, plan.worst), dtype=pl.Int64())
    after_needs = pl.when(is_lacking).then(second_best).otherwise(pl.col("score_index"))
    is_placed = (pl.col("direct_tier") > after_needs).fill_null(False)
    index = pl.when(is_placed).then(pl.col("direct_tier")).otherwise(after_needs)
    decided_by = pl.when(is_placed).then(pl.lit("direct")).when(is_lacking).then(pl.lit("minimum_data"))
    return frame.with_columns(index=index, decided_by=decided_by.otherwise(pl.lit("cut_point")))
