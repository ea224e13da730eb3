"""What of the hits counts on the day that is asked about, how much, and why the rest does not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import polars as pl

from transforms.rating.plan import ItemRule, Plan, Rounding, reason_code
from transforms.spans import day_after, end_of_span


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


def _percent(items: Sequence[ItemRule]) -> pl.Expr:
    """The percent of the latest decay step that has passed on the day `on`; 100 before the first."""

    def with_step(so_far: pl.Expr, step: tuple[int, pl.Expr, int]) -> pl.Expr:
        order, end, percent = step
        is_over = (pl.col("rule") == order) & (pl.col("on") > end)
        return pl.when(is_over).then(pl.lit(percent, dtype=pl.Int64)).otherwise(so_far)

    steps = [
        (item.order, end_of_span(pl.col("event_on"), step.after), step.percent) for item in items for step in item.decay
    ]
    return reduce(with_step, steps, pl.lit(100, dtype=pl.Int64))


def with_decay(hits: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    """Adds `points`: the raw points after decay on the day `on`."""
    decaying = [item for item in plan.items if item.decay]
    if not decaying:
        return hits.with_columns(points=pl.col("raw"))
    return hits.with_columns(points=percent_of(pl.col("raw"), _percent(decaying), plan.rounding))


def next_decay_on(plan: Plan) -> pl.Expr:
    """First day after `on` on which less of a hit counts; null for never."""
    days = [pl.lit(None, dtype=pl.Date())]
    for item in plan.items:
        for step in item.decay:
            starts_on = day_after(end_of_span(pl.col("event_on"), step.after))
            is_ahead = (pl.col("rule") == item.order) & (starts_on > pl.col("on"))
            days.append(pl.when(is_ahead).then(starts_on))
    return pl.min_horizontal(days)


def with_reason(hits: pl.LazyFrame) -> pl.LazyFrame:
    """Adds `reason` (code, null where nothing stands against it) and `stops_on`, the first day not counted."""
    on = pl.col("on")
    reason = (
        pl.when(pl.col("withdrawn_by").is_not_null())
        .then("withdrawn_by")
        .when(on > pl.col("expires_on"))
        .then(reason_code("expired"))
        .when(on > pl.col("window_ends_on"))
        .then(reason_code("aged_out"))
    )
    over_on = day_after(pl.min_horizontal("window_ends_on", "expires_on"))
    # A withdrawal that is known beforehand ends it as well, should it come first.
    return hits.with_columns(reason=reason, stops_on=pl.min_horizontal(over_on, "withdrawn_on"))


def with_heaviest(hits: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    """Of the hits on one act that would count, leaves the heaviest and marks the others.

    Ties go to the item that stands first in the file, then to the smaller record_id. Hits that are no
    burden take no part.
    """
    if not plan.act_kinds:
        return hits
    is_contested = pl.col("act").is_not_null() & pl.col("reason").is_null() & (pl.col("raw") * plan.worse > 0)
    contested = hits.filter(is_contested).with_columns(is_heaviest=True, lightness=pl.col("points") * -plan.worse)
    for column in ("lightness", "rule", "record_id"):
        least = pl.when("is_heaviest").then(pl.col(column)).min().over("ask", "kind", "act")
        contested = contested.with_columns(is_heaviest=pl.col("is_heaviest") & (pl.col(column) == least))
    reason = pl.when(~pl.col("is_heaviest")).then(reason_code("lighter_in_act"))
    settled = contested.with_columns(reason=reason).drop("is_heaviest", "lightness")
    return pl.concat([hits.filter(~is_contested), settled])


def judge(hits: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    """Hits with `ask` and `on` to the same with reason, is_counted, stops_on, and points, 0 where not counted."""
    judged = with_heaviest(with_reason(with_decay(hits, plan)), plan)
    is_counted = pl.col("reason").is_null()
    return judged.with_columns(is_counted=is_counted, points=pl.when(is_counted).then(pl.col("points")).otherwise(0))


def next_on(plan: Plan) -> pl.Expr:
    """First day after `on` on which a judged hit may count otherwise, or be told not to count for another reason."""
    is_standing = pl.col("is_counted") | (pl.col("reason") == reason_code("lighter_in_act"))
    ends_on = pl.min_horizontal(pl.col("stops_on"), next_decay_on(plan))
    # A record past its window is told to be past its term once that is over too: the trace changes.
    term_over_on = day_after(pl.col("expires_on"))
    is_ahead = (pl.col("reason") == reason_code("aged_out")) & (term_over_on > pl.col("on"))
    return pl.when(is_standing).then(ends_on).when(is_ahead).then(term_over_on)
