"""Movement between tiers: from an adverse event on, up by so many tiers for each full clean year."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from transforms.rating.evaluate import Hits, evaluate
from transforms.rating.plan import Plan
from transforms.rating.spans import full_years, years_later
from transforms.spans import day_after

_DAYS = 2**24  # more days than a calendar date can be away from 1970


def unclean_days(hits: Hits, plan: Plan) -> pl.LazyFrame:
    """Days with an adverse hit or a placement, not withdrawn, whether or not they still count: key, on."""
    is_standing = pl.col("withdrawn_by").is_null()
    is_adverse = is_standing & (pl.col("raw") * plan.worse > 0)
    adverse = hits.items.filter(is_adverse).select("key", on="event_on")
    placing = hits.triggers.filter(is_standing).select("key", on="event_on")
    return pl.concat([adverse, placing]).unique()


def with_credit(days: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    """Adds `credit`, the tiers regained since that day by full clean years, and `clean_year_on`, when the next is."""
    day, today = pl.col("on"), pl.lit(plan.day, dtype=pl.Date())
    is_followed = pl.col("key") == pl.col("key").shift(-1)
    until = pl.when(is_followed).then(day.shift(-1)).otherwise(today)
    in_order = days.sort("key", "on").with_columns(years=full_years(day, until))
    summed = in_order.with_columns(past_years=pl.col("years").cum_sum())  # over all keys: vectorised, then told apart
    regained = pl.col("past_years").max().over("key") - pl.col("past_years") + pl.col("years")
    last = day.max().over("key")
    next_on = day_after(years_later(last, full_years(last, today) + 1))
    credit = regained * (plan.tiers_per_clean_year or 0)
    return summed.select("key", "on", credit=credit, clean_year_on=next_on)


def past_asks(days: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    """Unclean days from which something may still be left to regain: ask, key, on, credit, clean_year_on."""
    ask = pl.col("key").cast(pl.Int64) * _DAYS + pl.col("on").to_physical().cast(pl.Int64) + _DAYS // 2
    may_matter = (pl.col("credit") < plan.worst) & (pl.col("on") < plan.day)
    return days.filter(may_matter).select(ask.alias("ask"), "key", "on", "credit", "clean_year_on")


def floors(hits: Hits, plan: Plan) -> pl.LazyFrame:
    """Per enterprise the tier that movement holds it to, and the next day a clean year is full.

    Columns key, floor (index), clean_year_on. Enterprises it cannot concern are left out. What the best tier needs
    is left out of past days: an enterprise nobody had inspected yet has not fallen.
    """
    asks = past_asks(with_credit(unclean_days(hits, plan), plan), plan)
    reached = evaluate(hits, asks, replace(plan, needs=()), is_once=False).tiers
    floor = (pl.col("index") - pl.col("credit")).max()
    return reached.group_by("key").agg(floor=floor, clean_year_on=pl.col("clean_year_on").max())


def with_movement(tiers: pl.LazyFrame, hits: Hits, plan: Plan) -> pl.LazyFrame:
    """Worsens index to the tier that movement holds to; adds clean_year_on, null where it does not decide."""
    if plan.tiers_per_clean_year is None:
        return tiers.with_columns(clean_year_on=pl.lit(None, dtype=pl.Date()))
    is_held = (pl.col("floor") > pl.col("index")).fill_null(False)
    joined = tiers.join(floors(hits, plan), on="key", how="left")
    return joined.with_columns(
        index=pl.when(is_held).then(pl.col("floor")).otherwise(pl.col("index")),
        decided_by=pl.when(is_held).then(pl.lit("movement")).otherwise(pl.col("decided_by")),
        clean_year_on=pl.when(is_held).then(pl.col("clean_year_on")),
    ).drop("floor")
