"""What of the hits counts on the day that is asked about, how much, and why the rest does not."""

from __future__ import annotations

import polars as pl

from transforms.rating.frames import by_order, looked_up
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


def _with_points(hits: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Adds `points`: the raw points after decay on the day `on`; the latest step that has begun tells."""
    percent = pl.lit(None, dtype=pl.Int64)
    for n in range(plan.decay_steps):
        steps = ((item.order, item.decay[n : n + 1]) for item in plan.items)
        percents = by_order((order, step[0].percent if step else None) for order, step in steps)
        has_begun = pl.col("on") >= pl.col(f"decay_{n}_on")
        percent = pl.when(has_begun).then(looked_up(pl.col("rule"), percents, pl.Int64())).otherwise(percent)
    raw, decayed = pl.col("raw"), percent_of(pl.col("raw"), pl.col("percent"), plan.rounding)
    points = pl.when(pl.col("percent").is_null()).then(raw).otherwise(decayed)
    return hits.with_columns(percent=percent).with_columns(points=points).drop("percent")


def next_on(plan: Plan) -> pl.Expr:
    """First day after `on` on which a judged hit may count otherwise, or be told not to count for another reason."""
    starts = [pl.col(f"decay_{n}_on") for n in range(plan.decay_steps)]
    ahead = (pl.when(start > pl.col("on")).then(start) for start in starts)
    is_standing = pl.col("reason").is_null() | (pl.col("reason") == reason_code("lighter_in_act"))
    # A record past its window is told to be past its term once that is over too: the trace changes.
    term_over_on = day_after(pl.col("expires_on"))
    is_ahead = (pl.col("reason") == reason_code("aged_out")) & (term_over_on > pl.col("on"))
    return pl.when(is_standing).then(pl.min_horizontal("stops_on", *ahead)).when(is_ahead).then(term_over_on)


def _reason() -> pl.Expr:
    """The first thing that stands against a hit on the day `on`; null for none."""
    return (
        pl.when(pl.col("withdrawn_by").is_not_null())
        .then("withdrawn_by")
        .when(pl.col("on") > pl.col("expires_on"))
        .then(reason_code("expired"))
        .when(pl.col("on") > pl.col("window_ends_on"))
        .then(reason_code("aged_out"))
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
    judged = _with_points(hits, plan).with_columns(reason=_reason(), stops_on=_stops_on())
    lighter = _lighter(judged, plan)
    if len(lighter):
        is_lighter = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(lighter.implode())
        judged = judged.with_columns(reason=pl.when(is_lighter).then(reason_code("lighter_in_act")).otherwise("reason"))
    return judged.with_columns(points=pl.when(pl.col("reason").is_null()).then("points").otherwise(0))
