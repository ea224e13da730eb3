"""Direct placement: which records place an enterprise in a tier without counting, and until when."""

from __future__ import annotations

import polars as pl

from transforms.policy.scheme import Span
from transforms.rating.frames import by_order, looked_up
from transforms.rating.plan import DirectRule, Plan, reason_code
from transforms.spans import day_after, end_of_span


def _repeated(hits: pl.LazyFrame, rule: DirectRule, within: Span) -> pl.LazyFrame:
    """The hits with at least so many not withdrawn, themselves included, in the span that ends with them."""
    standing = hits.filter(pl.col("withdrawn_by").is_null())
    others = standing.select("key", other_id="record_id", other_on="event_on")
    is_within = (pl.col("other_on") <= pl.col("event_on")) & (
        end_of_span(pl.col("other_on"), within) >= pl.col("event_on")
    )
    is_other = pl.col("other_id") != pl.col("record_id")
    counts = (
        hits.join(others, on="key")
        .filter(is_within & is_other)
        .group_by("key", "record_id")
        .agg(others=pl.len().cast(pl.Int64))
    )
    enough = counts.filter(pl.col("others") + 1 >= rule.at_least)
    return hits.join(enough, on=["key", "record_id"], how="semi")


def triggers(hits: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Of the hits of direct rules those that place: the record, or enough of them within the rule's span.

    Adds tier (index), holds_until (last day; null for ever) and stops_on (the day after, or of withdrawal: the first).
    """
    is_alone = pl.col("rule").is_in([rule.order for rule in plan.directs if rule.within is None])
    frames = [hits.lazy().filter(is_alone)]
    for rule in plan.directs:
        if rule.within is not None:
            frames.append(_repeated(hits.lazy().filter(pl.col("rule") == rule.order), rule, rule.within))
    tiers = by_order((rule.order, rule.tier) for rule in plan.directs)
    holds_until = pl.min_horizontal("window_ends_on", "expires_on")
    stops_on = pl.min_horizontal(day_after(holds_until), "withdrawn_on")
    tier = looked_up(pl.col("rule"), tiers, pl.Int64())
    return pl.concat(frames).with_columns(tier=tier, holds_until=holds_until, stops_on=stops_on).collect()


def judged_triggers(asked: pl.DataFrame) -> pl.DataFrame:
    """Triggers with `ask` and `on`, with the reason a placement does not hold; null while it does."""
    reason = (
        pl.when(pl.col("withdrawn_by").is_not_null())
        .then("withdrawn_by")
        .when(pl.col("on") > pl.col("holds_until"))
        .then(reason_code("aged_out"))
    )
    return asked.with_columns(reason=reason)


def placements(judged: pl.DataFrame) -> pl.DataFrame:
    """Per ask the placement that holds and weighs most: worst tier, then the longest lock, then file order.

    Columns ask, direct_tier, direct_until (null for ever), direct_rule (order), and lock_next_on, the first day
    any of those that hold does no longer.
    """
    weight = ["tier", "holds_until", "rule"]  # no end sorts before any end
    holding = judged.lazy().filter(pl.col("reason").is_null())
    in_order = holding.sort("ask", *weight, descending=[False, True, True, False], nulls_last=False)
    first = [pl.col(name).first() for name in weight]
    named = {"tier": "direct_tier", "holds_until": "direct_until", "rule": "direct_rule"}
    return in_order.group_by("ask").agg(*first, lock_next_on=pl.col("stops_on").min()).rename(named).collect()
