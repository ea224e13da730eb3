"""Sums that are kept within bounds: item caps, sections, the whole score. One mechanism for all.

A group's points are summed, the sum is clipped, and the difference is a row of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from transforms.rating.plan import UNBOUNDED, AccumulationRule, Bounds, ItemRule, Plan
from transforms.tables.outputs import ROLES_IN_TRACE

ROLES = tuple(ROLES_IN_TRACE)
ROWS = pl.Schema(
    {
        "ask": pl.Int64(),
        "role": pl.Int8(),
        "rule": pl.Int16(),
        "section": pl.Int16(),
        "points": pl.Int64(),
        "count": pl.Int64(),
        "stops_on": pl.Date(),
    }
)


def role_code(role: str) -> pl.Expr:
    """A trace role as the small number it is known by within a rating."""
    return pl.lit(ROLES.index(role), dtype=pl.Int8)


def _mapped(orders: Mapping[int, int | None]) -> pl.Expr:
    """Rule orders to what belongs to them; null for others."""
    known = {order: value for order, value in orders.items() if value is not None}
    if not known:
        return pl.lit(None, dtype=pl.Int16)
    return pl.col("rule").replace_strict(known, default=None, return_dtype=pl.Int16)


def item_sums(judged: pl.LazyFrame, items: Sequence[ItemRule]) -> pl.LazyFrame:
    """Per ask and item: points and number of the counted hits, and the first day one of them stops."""
    counted = judged.filter(pl.col("reason").is_null())
    sums = counted.group_by("ask", "rule").agg(
        pl.col("points").sum(), pl.len().cast(pl.Int64).alias("count"), pl.col("stops_on").min()
    )
    return _as_rows(sums, "item", _mapped({item.order: item.section for item in items}))


def _as_rows(sums: pl.LazyFrame, role: str, section: pl.Expr) -> pl.LazyFrame:
    return sums.with_columns(role_code(role).alias("role"), section.cast(pl.Int16).alias("section")).select(
        pl.col(name).cast(dtype) for name, dtype in ROWS.items()
    )


def _accumulated(sums: pl.LazyFrame, rule: AccumulationRule) -> pl.LazyFrame:
    counts = (
        sums.filter(pl.col("rule").is_in(rule.of)).group_by("ask").agg(pl.col("count").sum(), pl.col("stops_on").min())
    )
    points = (pl.col("count") // rule.every) * rule.points
    rows = counts.filter(pl.col("count") >= rule.every).with_columns(points=points, rule=pl.lit(rule.order))
    return _as_rows(rows, "accumulation", pl.lit(rule.section, dtype=pl.Int16))


def accumulations(sums: pl.LazyFrame, plan: Plan) -> list[pl.LazyFrame]:
    """The extra points of each accumulation, one row per ask where there are any."""
    return [_accumulated(sums, rule) for rule in plan.accumulations]


def _bounds_table(parts: Sequence[Bounds]) -> pl.LazyFrame:
    columns = {
        "rule": [part.order for part in parts],
        "base": [part.base for part in parts],
        "lowest": [part.lowest for part in parts],
        "highest": [part.highest for part in parts],
    }
    return pl.LazyFrame(columns, schema_overrides={"rule": pl.Int16})


def clipped(rows: pl.LazyFrame, parts: Sequence[Bounds], role: str, asks: pl.LazyFrame) -> pl.LazyFrame:
    """The adjustment rows that bring base + sum of each part within its bounds.

    rows: ask, rule (the part's order), points, stops_on. Parts whose base alone is out of bounds are
    corrected for every one of `asks`, the others only where there are rows.
    """
    nothing = {"points": pl.lit(0, dtype=pl.Int64), "stops_on": pl.lit(None, dtype=pl.Date())}
    outside = [part.order for part in parts if part.is_base_outside]
    empty = [
        asks.select("ask", rule=pl.lit(order, dtype=pl.Int16)).select("ask", "rule", **nothing) for order in outside
    ]
    sums = (
        pl.concat([rows.select("ask", "rule", *nothing), *empty])
        .group_by("ask", "rule")
        .agg(pl.col("points").sum(), pl.col("stops_on").min())
    )
    total = pl.col("base") + pl.col("points")
    difference = total.clip("lowest", "highest") - total
    adjusted = sums.join(_bounds_table(parts), on="rule").with_columns(points=difference).filter(pl.col("points") != 0)
    return adjusted.with_columns(role_code(role).alias("role"), count=pl.lit(0, dtype=pl.Int64))


def _cap(item: ItemRule, cap: int) -> Bounds:
    lowest, highest = (cap, UNBOUNDED) if cap < 0 else (-UNBOUNDED, cap)
    return Bounds(item.order, item.id, item.title, 0, lowest, highest, item.cap_source)


def caps(sums: pl.LazyFrame, plan: Plan, asks: pl.LazyFrame) -> list[pl.LazyFrame]:
    """What items give beyond their cap, taken back."""
    parts = [_cap(item, item.cap) for item in plan.items if item.cap is not None]
    if not parts:
        return []
    section = _mapped({item.order: item.section for item in plan.items})
    return [clipped(sums, parts, "cap", asks).with_columns(section=section).select(ROWS.names())]


def section_limits(rows: pl.LazyFrame, plan: Plan, asks: pl.LazyFrame) -> list[pl.LazyFrame]:
    """What sections give beyond their bounds, taken back."""
    if not plan.sections:
        return []
    by_section = rows.filter(pl.col("section").is_not_null()).with_columns(rule=pl.col("section"))
    adjusted = clipped(by_section, plan.sections, "section_limit", asks)
    return [adjusted.with_columns(section=pl.col("rule")).select(ROWS.names())]


def score_limits(rows: pl.LazyFrame, plan: Plan, asks: pl.LazyFrame) -> list[pl.LazyFrame]:
    """What the whole gives beyond its bounds, taken back."""
    if plan.whole.lowest == -UNBOUNDED and plan.whole.highest == UNBOUNDED:
        return []
    as_whole = rows.with_columns(rule=pl.lit(plan.whole.order, dtype=pl.Int16))
    adjusted = clipped(as_whole, [plan.whole], "score_limit", asks)
    return [adjusted.with_columns(section=pl.lit(None, dtype=pl.Int16)).select(ROWS.names())]


def adjustments(sums: pl.LazyFrame, plan: Plan, asks: pl.LazyFrame) -> pl.LazyFrame:
    """Every row beside the items' own: accumulations, caps, section limits, score limit, as ROWS."""
    made = [*accumulations(sums, plan), *caps(sums, plan, asks)]
    made += section_limits(pl.concat([sums, *made]), plan, asks)
    made += score_limits(pl.concat([sums, *made]), plan, asks)
    return pl.concat([pl.LazyFrame(schema=ROWS), *made])


def scores(sums: pl.LazyFrame, adjusted: pl.LazyFrame, plan: Plan, asks: pl.LazyFrame) -> pl.LazyFrame:
    """Every ask with its score in centipoints: base + sum of all rows."""
    rows = [frame.select("ask", "points") for frame in (sums, adjusted)]
    totals = pl.concat(rows).group_by("ask").agg(pl.col("points").sum())
    score = plan.whole.base + pl.col("points").fill_null(0)
    return asks.join(totals, on="ask", how="left").with_columns(score=score).drop("points")
