"""What of the hits counts on the day that is asked about, how much, and why the rest does not."""

from __future__ import annotations

import polars as pl

from transforms.rating.frames import at_places, by_order, looked_up
from transforms.rating.plan import Plan, Rounding, reason_code
from transforms.spans import day_after


def percent_of(points: pl.Expr, percent: pl.Expr, rounding: Rounding) -> pl.Expr:
    """That percent of whole points, in whole points; halves by `rounding`, half_up away from zero."""
    scaled = points.abs() * percent
    whole, rest = scaled // 100, scaled % 100
    is_up = {
        "half_up": rest >= 50,
        "half_even": (rest > 50) | ((rest == 50) & (whole % 2 == 1)),
        "towards_zero": pl.lit(False),
    }[rounding]
    return points.sign() * (whole + is_up.cast(pl.Int64))


def _decayed(hits: pl.DataFrame, plan: Plan) -> pl.Series:
    """Points of the hits whose decay has begun on the day `on`; the latest step that has begun tells. Null for others.

    Few have: they are computed apart.
    """
    starts = [f"decay_{n}_on" for n in range(plan.decay_steps)]
    narrow = hits.select("rule", "raw", "on", *starts).with_row_index("place")
    begun = narrow.filter(pl.any_horizontal(pl.lit(False), *(pl.col("on") >= pl.col(start) for start in starts)))
    percent = pl.lit(None, dtype=pl.Int64)
    for n, start in enumerate(starts):
        steps = ((item.order, item.decay[n : n + 1]) for item in plan.items)
        percents = by_order((order, step[0].percent if step else None) for order, step in steps)
        latest = looked_up(pl.col("rule"), percents, pl.Int64())
        percent = pl.when(pl.col("on") >= pl.col(start)).then(latest).otherwise(percent)
    points = begun.select("place", points=percent_of(pl.col("raw"), percent, plan.rounding))
    return at_places(points, "place", len(hits))["points"]


def first_next_on(judged: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Per ask the first day after `on` on which one of its hits ends, item_next_on, or decays, decay_next_on.

    The first also where a hit is told not to count for another reason.
    """
    starts = [pl.col(f"decay_{n}_on") for n in range(plan.decay_steps)]
    ahead = [pl.when(start > pl.col("on")).then(start) for start in starts]
    untold = [reason_code("unknown_amount"), reason_code("not_provided")]
    is_unknown = pl.any_horizontal(
        pl.col("reason") == code for code in untold
    )  # until its window is over: then for that reason
    is_standing = pl.col("reason").is_null() | (pl.col("reason") == reason_code("lighter_in_act")) | is_unknown
    # A record past its window is told to be past its term once that is over too: the trace changes.
    term_over_on = day_after(pl.col("expires_on"))
    is_ahead = (pl.col("reason") == reason_code("aged_out")) & (term_over_on > pl.col("on"))
    next_on = pl.when(is_ahead).then(term_over_on).otherwise("stops_on")
    decays = is_standing & ~is_unknown.fill_null(False)
    decay_on = pl.when(decays).then(pl.min_horizontal(pl.lit(None, dtype=pl.Date()), *ahead))
    told = judged.lazy().filter(is_standing | is_ahead).select("ask", item_next_on=next_on, decay_next_on=decay_on)
    return told.group_by("ask").agg(pl.col("item_next_on", "decay_next_on").min()).collect()


def _reason(plan: Plan) -> pl.Expr:
    """The first thing that stands against a hit on the day `on`; null for none."""
    unprovided = [item.order for item in plan.items if item.award.unprovided]
    return (
        pl.when(pl.col("withdrawn_by").is_not_null())
        .then("withdrawn_by")
        .when(pl.col("on") > pl.col("expires_on"))
        .then(reason_code("expired"))
        .when(pl.col("on") > pl.col("window_ends_on"))
        .then(reason_code("aged_out"))
        .when(pl.col("rule").is_in(unprovided))
        .then(reason_code("not_provided"))
        .when(pl.col("raw").is_null())
        .then(reason_code("unknown_amount"))
    )


def _stops_on() -> pl.Expr:
    """The first day not counted. A withdrawal that is known beforehand ends it as well, should it come first."""
    return pl.min_horizontal(day_after(pl.min_horizontal("window_ends_on", "expires_on")), "withdrawn_on")


def _lighter(hits: pl.DataFrame, plan: Plan) -> pl.Series:
    """The places of hits that would count but for a heavier one on the same act.

    Ties go to the item that stands first in the file, then to the smaller record_id. Hits that are no
    burden take no part.
    """
    is_contested = pl.col("act").is_not_null() & pl.col("reason").is_null() & (pl.col("raw") * plan.worse > 0)
    narrow = hits.select("ask", "act", "reason", "raw", "points", "rule", "record_id").with_row_index("place")
    contested = narrow.filter(is_contested).filter(pl.struct("ask", "act").is_duplicated())
    first = contested.sort("ask", "act", pl.col("points") * -plan.worse, "rule", "record_id")
    return first.filter(~pl.struct("ask", "act").is_first_distinct())["place"]


def judge(hits: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Hits with `ask` and `on` to the same with reason, stops_on, and points, 0 where not counted.

    reason is a code, null where the hit counts.
    """
    points = pl.coalesce(_decayed(hits, plan), "raw")
    judged = hits.with_columns(points=points, reason=_reason(plan), stops_on=_stops_on())
    lighter = _lighter(judged, plan)
    if len(lighter):
        is_lighter = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(lighter.implode())
        judged = judged.with_columns(reason=pl.when(is_lighter).then(reason_code("lighter_in_act")).otherwise("reason"))
    return judged.with_columns(points=pl.when(pl.col("reason").is_null()).then("points").otherwise(0))
