"""Movement between tiers: from an adverse event on, up by so many tiers for each full clean year.

The tier of a past day matters only where it is worse, after what was regained since, than the tier that an enterprise
has without movement. For most past days that is impossible: no tier is worse than the one that all burdens up to that
day give together, each without decay and without any bonus. Only the days for which it is possible are evaluated.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from transforms.dates import add_years, day_after, full_years
from transforms.rating.frames import rows_at_places, value_at
from transforms.rating.hits import Hits
from transforms.rating.scheme_plan import SchemePlan
from transforms.rating.tier import evaluate, tier_of_score

_DAYS = 2**24  # more than twice the days a date can be away from 1970
_TIERS = 2**16  # more tiers than a scheme has
_SUMS = pl.col("^(burden|again_.*)$")


def with_movement(tiers: pl.DataFrame, hits: Hits, plan: SchemePlan) -> pl.DataFrame:
    """Worsens index to the tier that movement holds an enterprise to (decided_by: movement).

    Adds clean_year_on, the next day on which a year since the last unclean day is full; null where movement does not
    decide. tiers: one row per key, in their order.
    """
    if plan.tiers_per_clean_year is None:
        return tiers.with_columns(clean_year_on=pl.lit(None, dtype=pl.Date()))
    last, today = pl.col("last_on"), pl.lit(plan.day, dtype=pl.Date())
    clean_year_on = day_after(add_years(last, full_years(last, today) + 1))
    is_held = pl.col("floor") > value_at(pl.col("key"), tiers["index"], pl.Int64())
    held = _tier_floors(hits, tiers, plan).filter(is_held).select("key", "floor", clean_year_on=clean_year_on)
    joined = pl.concat([tiers, rows_at_places(held, "key", len(tiers))], how="horizontal")
    decided_by = pl.when(pl.col("floor").is_not_null()).then(pl.lit("movement")).otherwise("decided_by")
    return joined.with_columns(index=pl.coalesce("floor", "index"), decided_by=decided_by).drop("floor")


def _tier_floors(hits: Hits, tiers: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """key, floor (the index of the tier that movement holds to) and last_on (last unclean day).

    Only of enterprises that it may concern. What the best tier needs is ignored on past days: an enterprise that
    nobody had inspected yet has not fallen.
    """
    queries = _past_queries(hits, tiers, plan)
    if queries.is_empty():  # as for most batches of few enterprises
        return pl.DataFrame(schema={"key": pl.UInt32(), "floor": pl.Int64(), "last_on": pl.Date()})
    reached = evaluate(hits.for_queries(queries), queries, replace(plan, needs=())).tiers
    floor = (pl.col("index") - pl.col("credit")).max()
    return reached.group_by("key").agg(floor=floor, last_on=pl.col("last_on").max())


def _past_queries(hits: Hits, tiers: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """The unclean days that may hold an enterprise to a worse tier: query (row number), key, on, credit, last_on.

    tiers: one row per key, in their order, with index, the tier without movement.
    """
    burdens, worst = _burdens(hits, plan), _worst_index(plan)
    of_all_days = burdens.lazy().group_by("key").agg(_SUMS.sum(), pl.col("tier").max())
    now = value_at(pl.col("key"), tiers["index"], pl.Int64())
    concerned = of_all_days.filter(worst > now).select("key", is_concerned=pl.lit(True)).collect()
    is_concerned = value_at(pl.col("key"), rows_at_places(concerned, "key", len(tiers))["is_concerned"], pl.Boolean())
    days = _with_credit(_unclean_days(burdens.filter(is_concerned), plan), plan)
    may_matter = (worst - pl.col("credit") > now) & (pl.col("on") < plan.day)
    return days.filter(may_matter).select("key", "on", "credit", "last_on").with_row_index("query")


def _burdens(hits: Hits, plan: SchemePlan) -> pl.DataFrame:
    """What weighs on enterprises: key, on, ends_on (last day it weighs), is_unclean, burden, tier, again_N.

    burden: centipoints without decay, 0 where not adverse. tier: where a direct placement places, -1 for hits of
    items. again_N: 1 where the hit is of an item of accumulation N. An item hit of unknown amount weighs nothing; it
    makes its day unclean where its item can be adverse.
    """
    last_on = pl.min_horizontal("window_ends_on", "expires_on")
    is_adverse = (pl.col("raw") * plan.worse > 0).fill_null(False)
    may_be_adverse = [
        item.order for item in plan.items if any(p * plan.worse > 0 for p in item.award.possible_points())
    ]
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


def _worst_index(plan: SchemePlan) -> pl.Expr:
    """The worst tier that summed burdens and placements can give."""
    extra = [
        pl.col(f"again_{rule.order}") // rule.every * rule.points
        for rule in plan.accumulations
        if rule.points * plan.worse > 0
    ]
    start = plan.whole.base + sum(part.start - part.base for part in plan.sections)
    score = pl.sum_horizontal("burden", *extra) + start
    return pl.max_horizontal(tier_of_score(score.clip(plan.whole.lowest, plan.whole.highest), plan), "tier")


def _unclean_days(burdens: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Per unclean day of an enterprise (key, on; in this order) the sum of the burdens that weigh on it."""
    ends = burdens.filter(pl.col("ends_on") < plan.day).with_columns(
        _SUMS * -1, on=day_after(pl.col("ends_on")), is_unclean=False, tier=pl.lit(-1, dtype=pl.Int64)
    )
    changes = pl.concat([burdens, ends]).sort(_key_and("on", _DAYS), multithreaded=False)
    worst_placement = (_key_and("tier", _TIERS) + 1).cum_max() % _TIERS - 1  # within each key, as keys rise
    unclean = pl.col("is_unclean").cum_sum()
    # Sums within each key: of all rows up to here, less those before the first row of the key.
    is_first = pl.col("key") != pl.col("key").shift(1)
    before_key = pl.when(is_first).then(_SUMS.cum_sum() - _SUMS).forward_fill().fill_null(0)
    summed = changes.with_columns(_SUMS.cum_sum() - before_key, tier=worst_placement, unclean=unclean)
    is_last = (pl.col("key") != pl.col("key").shift(-1)) | (pl.col("on") != pl.col("on").shift(-1))
    days = summed.filter(is_last.fill_null(True))
    return days.filter(pl.col("unclean") != pl.col("unclean").shift(1, fill_value=0))


def _key_and(column: str, room: int) -> pl.Expr:
    """Key and another number, less than `room`, as one number that sorts as both do."""
    return pl.col("key").cast(pl.Int64) * room + pl.col(column).to_physical().cast(pl.Int64)


def _with_credit(days: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Adds to unclean days (key, on; in this order) credit, the tiers that full clean years have regained since.

    Also last_on, the last unclean day of the enterprise.
    """
    day, today = pl.col("on"), pl.lit(plan.day, dtype=pl.Date())
    is_last = (pl.col("key") != pl.col("key").shift(-1)).fill_null(True)
    until = pl.when(is_last).then(today).otherwise(day.shift(-1))
    summed = days.with_columns(years=full_years(day, until)).with_columns(years_so_far=pl.col("years").cum_sum())
    # Summed over all keys at once; the value at the last day of each key applies to all its days.
    years_in_all, last_on = (pl.when(is_last).then(name).backward_fill() for name in ("years_so_far", "on"))
    years_since = years_in_all - pl.col("years_so_far") + pl.col("years")
    return summed.with_columns(credit=years_since * (plan.tiers_per_clean_year or 0), last_on=last_on)
