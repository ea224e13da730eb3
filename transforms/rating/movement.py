"""Movement between tiers: from an adverse event on, up by so many tiers for each full clean year."""

from __future__ import annotations

import polars as pl

from transforms.rating.evaluate import Hits, evaluate
from transforms.rating.plan import Plan
from transforms.rating.spans import day_after, full_years, years_later

_DAYS = 2**24  # more days than a calendar date can be away from 1970


def unclean_days(hits: Hits, plan: Plan) -> pl.LazyFrame:
    """Days with an adverse hit or a placement, unrevoked, whether or not they still count: key, on."""
    is_adverse = ~pl.col("is_revoked") & (pl.col("raw") * plan.worse > 0)
    adverse = hits.items.filter(is_adverse).select("key", on="event_on")
    placing = hits.triggers.filter(~pl.col("is_revoked")).select("key", on="event_on")
    return pl.concat([adverse, placing]).unique()


def with_credit(days: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    """Adds `credit`: the tiers regained since that day by full clean years between unclean days."""
    day = pl.col("on").sort()
    until = day.shift(-1).fill_null(pl.lit(plan.day, dtype=pl.Date()))
    years = full_years(day, until).cum_sum(reverse=True)
    return (
        days.group_by("key")
        .agg(on=day, credit=years * (plan.tiers_per_clean_year or 0))
        .explode("on", "credit")
        .select("key", "on", "credit")
    )


def past_asks(tiers: pl.LazyFrame, days: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    """Unclean days on which a tier may have been reached that is still worse than today's: ask, key, on, credit."""
    may_matter = (plan.worst - pl.col("credit") > pl.col("index")) & (pl.col("on") < plan.day)
    ask = pl.col("key").cast(pl.Int64) * _DAYS + pl.col("on").to_physical().cast(pl.Int64) + _DAYS // 2
    asked = days.join(tiers.select("key", "index"), on="key").filter(may_matter)
    return asked.select(ask.alias("ask"), "key", "on", "credit")


def floors(hits: Hits, tiers: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    """Per enterprise the tier that movement still holds it to, and the next day a clean year is full.

    Columns key, floor (index), clean_year_on. Enterprises it cannot concern are left out.
    """
    days = with_credit(unclean_days(hits, plan), plan)
    asks = past_asks(tiers, days, plan)
    reached = evaluate(hits, asks, plan, is_once=False).tiers
    held = reached.group_by("key").agg(floor=(pl.col("index") - pl.col("credit")).max())
    return held.join(_next_clean_years(days, plan), on="key", how="left")


def _next_clean_years(days: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    last, today = pl.col("on"), pl.lit(plan.day, dtype=pl.Date())
    next_on = day_after(years_later(last, full_years(last, today) + 1))
    return days.group_by("key").agg(pl.col("on").max()).select("key", clean_year_on=next_on)


def with_movement(tiers: pl.LazyFrame, hits: Hits, plan: Plan) -> pl.LazyFrame:
    """Worsens index to the tier that movement holds to; adds clean_year_on, null where it does not decide."""
    if plan.tiers_per_clean_year is None:
        return tiers.with_columns(clean_year_on=pl.lit(None, dtype=pl.Date()))
    is_held = (pl.col("floor") > pl.col("index")).fill_null(False)
    joined = tiers.join(floors(hits, tiers, plan), on="key", how="left")
    return joined.with_columns(
        index=pl.when(is_held).then(pl.col("floor")).otherwise(pl.col("index")),
        decided_by=pl.when(is_held).then(pl.lit("movement")).otherwise(pl.col("decided_by")),
        clean_year_on=pl.when(is_held).then(pl.col("clean_year_on")),
    ).drop("floor")
