"""From hits to scores: which hits count on a day and how much, then accumulations, caps and limits.

A query is an enterprise on a day. Sums are kept within bounds by rows of their own: the points of a part (an item, a
section, the score) are summed, the sum is clipped, and the difference is an adjustment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from transforms.dates import day_after
from transforms.rating.compiled_scheme import UNBOUNDED, Bounds, Rounding, SchemePlan, place_among, reason_code
from transforms.rating.hits import rows_at_places, value_at, values_by_order
from transforms.schemas.run_tables import ROLES_IN_TRACE

ROLES = tuple(ROLES_IN_TRACE)
# `section` is the section whose sum an adjustment is part of; null for the score.
_ADJUSTMENT = pl.Schema(
    {
        "query": pl.UInt32(),
        "role": pl.Int8(),
        "rule": pl.Int16(),
        "section": pl.Int16(),
        "points": pl.Int64(),
        "stops_on": pl.Date(),
    }
)


role_code = partial(place_among, ROLES)  # of a role of a trace row


# --- which hits count ---------------------------------------------------------------------------------------


def count_hits(hits: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Hits of items with query and on: adds reason (code; null where the hit counts), stops_on, and points.

    points: centipoints, 0 where not counted. stops_on: the first day the hit no longer counts, be it past its window,
    its own term, or a withdrawal known beforehand.
    """
    points = pl.coalesce(_decayed_points(hits, plan), "raw")
    window_over_on = day_after(pl.min_horizontal("window_ends_on", "expires_on"))
    stops_on = pl.min_horizontal(window_over_on, "withdrawn_on")
    unprovided = [item.order for item in plan.items if item.award.unprovided]
    reason = (
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
    counted = hits.with_columns(points=points, reason=reason, stops_on=stops_on)
    lighter = _lighter_in_act(counted, plan)
    if len(lighter):
        is_lighter = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(lighter.implode())
        lighter_too = pl.when(is_lighter).then(reason_code("lighter_in_act")).otherwise("reason")
        counted = counted.with_columns(reason=lighter_too)
    return counted.with_columns(points=pl.when(pl.col("reason").is_null()).then("points").otherwise(0))


def _decayed_points(hits: pl.DataFrame, plan: SchemePlan) -> pl.Series:
    """Points of the hits whose decay has begun by the day `on`, by the latest step that has begun; null for others.

    Computed apart, as few hits decay.
    """
    starts = [f"decay_{n}_on" for n in range(plan.decay_steps)]
    narrow = hits.select("rule", "raw", "on", *starts).with_row_index("place")
    begun = narrow.filter(pl.any_horizontal(pl.lit(False), *(pl.col("on") >= pl.col(start) for start in starts)))
    percent = pl.lit(None, dtype=pl.Int64)
    for n, start in enumerate(starts):
        steps = ((item.order, item.decay[n : n + 1]) for item in plan.items)
        percents = values_by_order((order, step[0].percent if step else None) for order, step in steps)
        of_step = value_at(pl.col("rule"), percents, pl.Int64())
        percent = pl.when(pl.col("on") >= pl.col(start)).then(of_step).otherwise(percent)
    points = begun.select("place", points=percent_of(pl.col("raw"), percent, plan.rounding))
    return rows_at_places(points, "place", len(hits))["points"]


def percent_of(points: pl.Expr, percent: pl.Expr, rounding: Rounding) -> pl.Expr:
    """That percentage of centipoints, in integers; halves by `rounding` (half_up: away from zero)."""
    scaled = points.abs() * percent
    full, rest = scaled // 100, scaled % 100
    is_up = {
        "half_up": rest >= 50,
        "half_even": (rest > 50) | ((rest == 50) & (full % 2 == 1)),
        "towards_zero": pl.lit(False),
    }[rounding]
    return points.sign() * (full + is_up.cast(pl.Int64))


def _lighter_in_act(hits: pl.DataFrame, plan: SchemePlan) -> pl.Series:
    """The row numbers of adverse hits that would count but for a heavier one on the same act.

    Of equals the item earlier in the policy file counts, then the smaller record_id.
    """
    is_contested = pl.col("act").is_not_null() & pl.col("reason").is_null() & (pl.col("raw") * plan.worse > 0)
    narrow = hits.select("query", "act", "reason", "raw", "points", "rule", "record_id").with_row_index("place")
    contested = narrow.filter(is_contested).filter(pl.struct("query", "act").is_duplicated())
    heaviest_first = contested.sort("query", "act", pl.col("points") * -plan.worse, "rule", "record_id")
    return heaviest_first.filter(~pl.struct("query", "act").is_first_distinct())["place"]


def next_item_changes(counted: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Per query the first day after `on` on which one of its hits ends (item_next_on) or decays (decay_next_on)."""
    # A hit of unknown amount, or without points in the scheme, stays in the trace until its window is over.
    is_without_points = (pl.col("reason") == reason_code("unknown_amount")) | (
        pl.col("reason") == reason_code("not_provided")
    )
    is_open = pl.col("reason").is_null() | (pl.col("reason") == reason_code("lighter_in_act")) | is_without_points
    # A hit past its window changes its reason in the trace once its own term is over too.
    term_over_on = day_after(pl.col("expires_on"))
    is_term_ahead = (pl.col("reason") == reason_code("aged_out")) & (term_over_on > pl.col("on"))
    ends_on = pl.when(is_term_ahead).then(term_over_on).otherwise("stops_on")
    decay_starts = [pl.col(f"decay_{n}_on") for n in range(plan.decay_steps)]
    starts_ahead = [pl.when(start > pl.col("on")).then(start) for start in decay_starts]
    first_decay = pl.min_horizontal(pl.lit(None, dtype=pl.Date()), *starts_ahead)
    decays_on = pl.when(is_open & ~is_without_points.fill_null(False)).then(first_decay)
    days = counted.lazy().filter(is_open | is_term_ahead).select("query", item_next_on=ends_on, decay_next_on=decays_on)
    return days.group_by("query").agg(pl.col("item_next_on", "decay_next_on").min()).collect()


# --- sums within bounds -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Totals:
    """scores: query, score (centipoints), of queries that have hits or adjustments.

    adjustments: query, role (code), rule, section, points, stops_on; rows of the trace without a record.
    """

    scores: pl.DataFrame
    adjustments: pl.DataFrame


def total_scores(counted: pl.DataFrame, queries: pl.DataFrame, plan: SchemePlan) -> Totals:
    """The scores of `queries` from `count_hits`: accumulations, then what exceeds each bound, inner bounds first."""
    # Of the hits that count, per query and item (rule): points, stops_on, count, and the item's section.
    sums = counted.lazy().filter(pl.col("reason").is_null()).group_by("query", "rule")
    summed = sums.agg(pl.col("points").sum(), pl.col("stops_on").min(), pl.len().cast(pl.Int64).alias("count"))
    sections = values_by_order((item.order, item.section) for item in plan.items)
    items = summed.with_columns(section=value_at(pl.col("rule"), sections, pl.Int16())).collect()
    own = (pl.col("rule"), pl.col("section"))
    of_items = [pl.LazyFrame(schema=_ADJUSTMENT)]
    for rule in plan.accumulations:
        of_rule = items.lazy().filter(pl.col("rule").is_in(rule.of)).group_by("query")
        counts = of_rule.agg(pl.col("count").sum(), pl.col("stops_on").min())
        extra = counts.with_columns(points=pl.col("count") // rule.every * rule.points)
        of_items.append(_adjustments(extra, "accumulation", pl.lit(rule.order), pl.lit(rule.section)))
    if caps := _caps(plan):
        of_items.append(_adjustments(_beyond(items.lazy(), caps), "cap", *own))
    adjustments = [pl.concat(of_items).collect()]
    parts = _summed([items, *adjustments, _parts_out_of_bounds(queries, plan)], ["query", "section"])
    parts = parts.with_columns(rule="section")
    if plan.sections:
        beyond = _beyond(parts.lazy(), plan.sections)
        adjustments.append(_adjustments(beyond, "section_limit", *own).collect())
    totals = _summed([parts, *adjustments[1:]], ["query"]).with_columns(rule=pl.lit(0, dtype=pl.Int16), section=None)
    if plan.score.is_bounded:
        beyond = _beyond(totals.lazy(), [plan.score])
        adjustments.append(_adjustments(beyond, "score_limit", *own).collect())
    points = pl.col("points").clip(plan.score.lowest - plan.score.base, plan.score.highest - plan.score.base)
    return Totals(totals.select("query", score=points + plan.score.base), pl.concat(adjustments))


def _adjustments(sums: pl.LazyFrame, role: str, rule: pl.Expr, section: pl.Expr) -> pl.LazyFrame:
    """Sums (query, points, stops_on) as adjustments of a role, without those of no points."""
    rows = sums.filter(pl.col("points") != 0).with_columns(role=role_code(role), rule=rule, section=section)
    return rows.select(pl.col(name).cast(dtype) for name, dtype in _ADJUSTMENT.items())


def _caps(plan: SchemePlan) -> list[Bounds]:
    """The caps of items as bounds: a cap limits the side it lies on."""
    return [
        Bounds(
            order=item.order,
            id=item.id,
            title=item.title,
            base=0,
            lowest=item.cap if item.cap < 0 else -UNBOUNDED,
            highest=UNBOUNDED if item.cap < 0 else item.cap,
            citation=item.cap_citation,
        )
        for item in plan.items
        if item.cap is not None
    ]


def _beyond(sums: pl.LazyFrame, bounds: Sequence[Bounds]) -> pl.LazyFrame:
    """The sums of parts that have bounds (by order, in `rule`), with the points that bring them back within."""
    lowest = values_by_order((part.order, part.lowest - part.base) for part in bounds)
    highest = values_by_order((part.order, part.highest - part.base) for part in bounds)
    limits = [value_at(pl.col("rule"), ends, pl.Int64()) for ends in (lowest, highest)]
    bounded = sums.filter(pl.col("rule").is_in([part.order for part in bounds]))
    return bounded.with_columns(points=pl.col("points").clip(*limits) - pl.col("points"))


def _summed(frames: Sequence[pl.DataFrame], by: Sequence[str]) -> pl.DataFrame:
    """Points and first stops_on of several frames together."""
    rows = pl.concat([frame.lazy().select(*by, "points", "stops_on") for frame in frames])
    return rows.group_by(by).agg(pl.col("points").sum(), pl.col("stops_on").min()).collect()


def _parts_out_of_bounds(queries: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """A row of no points per query and part whose base is out of its bounds, so that it is adjusted without any hit."""
    parts: list[int | None] = [part.order for part in plan.sections if part.start != part.base]
    if plan.score.start != plan.score.base:
        parts.append(None)
    sections = pl.DataFrame({"section": parts}, schema={"section": pl.Int16()})
    nothing = sections.with_columns(points=pl.lit(0, dtype=pl.Int64), stops_on=pl.lit(None, dtype=pl.Date()))
    return queries.select("query").join(nothing, how="cross")
