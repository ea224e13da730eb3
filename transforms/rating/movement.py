"""Movement between tiers: from an adverse event on, up by so many tiers for each full clean year.

The tier of a past day matters only where it is worse, after what was regained since, than the one an enterprise
has without movement. Most past days cannot be: no tier is worse than the one that all burdens up to that day give
together, each whole and without any bonus. Only the days that may matter are evaluated.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from transforms.dates import day_after
from transforms.policy_model.scheme_loader import award_points
from transforms.rating.frames import add_years, full_years, rows_at_places, side_by_side, sort_rows, value_at
from transforms.rating.hits import Hits
from transforms.rating.scheme_plan import SchemePlan
from transforms.rating.tier import evaluate, tier_of_score

_DAYS = 2**24  # more than twice the days a date can be away from 1970
_TIERS = 2**16  # more tiers than a scheme has


def _key_and(column: str, room: int) -> pl.Expr:
    """Key and another number in one that is unique, and in their order."""
    return pl.col("key").cast(pl.Int64) * room + pl.col(column).to_physical().cast(pl.Int64)


def burdens(hits: Hits, plan: SchemePlan) -> pl.DataFrame:
    """What stands up to the plan's day: key, on, ends_on (last day it weighs), is_unclean, burden, tier, again_N.

    burden: centipoints without decay where adverse; tier: where it places, -1 for others; again_N: of accumulation N.
    A hit of unknown size weighs nothing, and its day is no clean one where its item can be adverse.
    """
    last_on = pl.min_horizontal("window_ends_on", "expires_on")
    is_adverse = (pl.col("raw") * plan.worse > 0).fill_null(False)
    may_be_adverse = [item.order for item in plan.items if any(p * plan.worse > 0 for p in award_points(item.award))]
    is_unknown_burden = pl.col("raw").is_null() & pl.col("rule").is_in(may_be_adverse)
    again = {f"again_{rule.order}": pl.col("rule").is_in(rule.of).cast(pl.Int64) for rule in plan.accumulations}
    of_items = {
        "is_unclean": is_adverse | is_unknown_burden,
        "burden": pl.when(is_adverse).then("raw").otherwise(0),
        "tier": pl.lit(-1, dtype=pl.Int64),
        **again,
    }
    none = dict.fromkeys(("burden", *again), pl.lit(0, dtype=pl.Int64))
    of_triggers = {"is_unclean": pl.lit(True), "tier": pl.col("tier"), **none}
    frames = [
        frame.lazy()
        .filter(pl.col("withdrawn_by").is_null())
        .select("key", on="event_on", ends_on=last_on, **{name: columns[name] for name in of_items})
        for frame, columns in ((hits.items, of_items), (hits.triggers, of_triggers))
    ]
    return pl.concat(frames).collect().rechunk()


_FLOOR = pl.Schema({"key": pl.UInt32(), "floor": pl.Int64(), "last_on": pl.Date()})
_SUMS = pl.col("^(burden|again_.*)$")


def worst_index(plan: SchemePlan) -> pl.Expr:
    """The worst tier that the burdens and placements of `burdens`, summed up, can give."""
    more = [
        pl.col(f"again_{rule.order}") // rule.every * rule.points
        for rule in plan.accumulations
        if rule.points * plan.worse > 0
    ]
    start = plan.whole.base + sum(part.start - part.base for part in plan.sections)
    score = pl.sum_horizontal("burden", *more) + start
    return pl.max_horizontal(tier_of_score(score.clip(plan.whole.lowest, plan.whole.highest), plan), "tier")


def _so_far(value: pl.Expr) -> pl.Expr:
    """Running sum within each key, where the rows of a key stand together: summed over all keys, then told apart."""
    is_first = pl.col("key") != pl.col("key").shift(1)
    summed = value.cum_sum()
    return summed - pl.when(is_first).then(summed - value).forward_fill().fill_null(0)


def _days(rows: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Per unclean day of an enterprise the burdens that weigh on it, in the order of key and day."""
    ends = rows.filter(pl.col("ends_on") < plan.day).with_columns(
        _SUMS * -1, on=day_after(pl.col("ends_on")), is_unclean=False, tier=pl.lit(-1, dtype=pl.Int64)
    )
    changes = sort_rows(pl.concat([rows, ends]), _key_and("on", _DAYS))
    placed = (_key_and("tier", _TIERS) + 1).cum_max() % _TIERS - 1  # keys rise
    unclean = pl.col("is_unclean").cum_sum()
    summed = changes.with_columns(_so_far(_SUMS), tier=placed, unclean=unclean)
    is_last = (pl.col("key") != pl.col("key").shift(-1)) | (pl.col("on") != pl.col("on").shift(-1))
    days = summed.filter(is_last.fill_null(True))
    return days.filter(pl.col("unclean") != pl.col("unclean").shift(1, fill_value=0))


def with_credit(days: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Adds to the unclean days of enterprises (key, on; in this order) `credit` and `last_on`.

    credit: the tiers that full clean years have regained since; last_on: the last unclean day of the enterprise.
    """
    day, today = pl.col("on"), pl.lit(plan.day, dtype=pl.Date())
    is_last = (pl.col("key") != pl.col("key").shift(-1)).fill_null(True)
    until = pl.when(is_last).then(today).otherwise(day.shift(-1))
    summed = days.with_columns(years=full_years(day, until)).with_columns(until_now=pl.col("years").cum_sum())
    # Over all keys at once; what stands at the last day of each belongs to all its days.
    in_all, last_on = (pl.when(is_last).then(name).backward_fill() for name in ("until_now", "on"))
    credit = (in_all - pl.col("until_now") + pl.col("years")) * (plan.tiers_per_clean_year or 0)
    return summed.with_columns(credit=credit, last_on=last_on)


def past_queries(hits: Hits, tiers: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """The unclean days that may hold an enterprise to a worse tier: ask (place of the row), key, on, credit, last_on.

    tiers: one row per key in their order, with index, the tier without movement.
    """
    rows, worst = burdens(hits, plan), worst_index(plan)
    ever = rows.lazy().group_by("key").agg(_SUMS.sum(), pl.col("tier").max())
    now = value_at(pl.col("key"), tiers["index"], pl.Int64())
    concerned = ever.filter(worst > now).select("key", is_concerned=pl.lit(True)).collect()
    is_concerned = value_at(pl.col("key"), rows_at_places(concerned, "key", len(tiers))["is_concerned"], pl.Boolean())
    days = with_credit(_days(rows.filter(is_concerned), plan), plan)
    may_matter = (worst - pl.col("credit") > now) & (pl.col("on") < plan.day)
    return days.filter(may_matter).select("key", "on", "credit", "last_on").with_row_index("ask")


def tier_floors(hits: Hits, tiers: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Per enterprise the tier that movement holds it to, and its last unclean day: key, floor (index), last_on.

    Enterprises it cannot concern are left out. What the best tier needs is left out of past days: an enterprise
    nobody had inspected yet has not fallen.
    """
    asks = past_queries(hits, tiers, plan)
    if asks.is_empty():  # as for most batches of few enterprises
        return pl.DataFrame(schema=_FLOOR)
    reached = evaluate(hits.beside(asks), asks, replace(plan, needs=())).tiers
    floor = (pl.col("index") - pl.col("credit")).max()
    return reached.group_by("key").agg(floor=floor, last_on=pl.col("last_on").max())


def with_movement(tiers: pl.DataFrame, hits: Hits, plan: SchemePlan) -> pl.DataFrame:
    """Worsens index to the tier that movement holds to; adds clean_year_on, null where it does not decide.

    tiers: one row per key in their order. clean_year_on: the next day on which a year since the last unclean day is
    full.
    """
    if plan.tiers_per_clean_year is None:
        return tiers.with_columns(clean_year_on=pl.lit(None, dtype=pl.Date()))
    last, today = pl.col("last_on"), pl.lit(plan.day, dtype=pl.Date())
    next_on = day_after(add_years(last, full_years(last, today) + 1))
    is_held = pl.col("floor") > value_at(pl.col("key"), tiers["index"], pl.Int64())
    held = tier_floors(hits, tiers, plan).filter(is_held).select("key", "floor", clean_year_on=next_on)
    joined = side_by_side(tiers, rows_at_places(held, "key", len(tiers)))
    decided_by = pl.when(pl.col("floor").is_not_null()).then(pl.lit("movement")).otherwise("decided_by")
    return joined.with_columns(index=pl.coalesce("floor", "index"), decided_by=decided_by).drop("floor")
