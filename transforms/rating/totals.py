"""Sums that are kept within bounds: item caps, sections, the whole score. One mechanism for all.

A part's points are summed, the sum is clipped, and the difference is a row of its own. All parts of an ask
stand beside each other in one row, so a rating goes through its hits once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from transforms.rating.plan import UNBOUNDED, AccumulationRule, Bounds, ItemRule, Plan
from transforms.tables.outputs import ROLES_IN_TRACE

ROLES = tuple(ROLES_IN_TRACE)
ROWS = pl.Schema(
    {"ask": pl.Int64(), "role": pl.Int8(), "rule": pl.Int16(), "points": pl.Int64(), "stops_on": pl.Date()}
)


@dataclass(frozen=True)
class _Row:
    """An adjustment that an ask may have: columns `name` (points, 0 for none) and `name`_stops."""

    role: str
    order: int
    section: int | None

    @property
    def name(self) -> str:
        return f"{self.role}_{self.order}"

    @property
    def points(self) -> pl.Expr:
        return pl.col(self.name)

    @property
    def stops_on(self) -> pl.Expr:
        return pl.when(self.points != 0).then(pl.col(f"{self.name}_stops"))


def role_code(role: str) -> pl.Expr:
    """A trace role as the small number it is known by within a rating."""
    return pl.lit(ROLES.index(role), dtype=pl.Int8)


def _is_of(orders: Iterable[int]) -> pl.Expr:
    return pl.col("is_counted") & pl.col("rule").is_in(list(orders))


def _sums(name: str, is_part: pl.Expr) -> list[pl.Expr]:
    """Points of the counted hits of a part, and the first day one of them stops."""
    points = pl.when(is_part).then(pl.col("points")).otherwise(0).sum()
    stops_on = pl.when(is_part).then(pl.col("stops_on")).min()
    return [points.alias(f"sum_{name}"), stops_on.alias(f"stops_{name}")]


def _count(rule: AccumulationRule) -> list[pl.Expr]:
    is_part = _is_of(rule.of)
    stops_on = pl.when(is_part).then(pl.col("stops_on")).min()
    return [
        is_part.sum().cast(pl.Int64).alias(f"count_{rule.order}"),
        stops_on.alias(f"accumulation_{rule.order}_stops"),
    ]


def part_sums(plan: Plan) -> list[pl.Expr]:
    """What to aggregate of judged hits (rule, points, is_counted, stops_on) per ask."""
    exprs = _sums("whole", pl.col("is_counted"))
    for item in _capped(plan):
        exprs += _sums(f"item_{item.order}", _is_of([item.order]))
    for part in plan.sections:
        of = [item.order for item in plan.items if item.section == part.order]
        exprs += _sums(f"section_{part.order}", _is_of(of))
    for rule in plan.accumulations:
        exprs += _count(rule)
    return exprs


def _capped(plan: Plan) -> list[ItemRule]:
    return [item for item in plan.items if item.cap is not None]


def _beyond(total: pl.Expr, bounds: Bounds) -> pl.Expr:
    """What brings base + total back within the bounds: 0 where it stands there."""
    whole = total + bounds.base
    return whole.clip(bounds.lowest, bounds.highest) - whole


def _with_accumulations(frame: pl.LazyFrame, plan: Plan) -> tuple[pl.LazyFrame, list[_Row]]:
    rows = [_Row("accumulation", rule.order, rule.section) for rule in plan.accumulations]
    extra = [
        ((pl.col(f"count_{rule.order}").fill_null(0) // rule.every) * rule.points).alias(row.name)
        for rule, row in zip(plan.accumulations, rows, strict=True)
    ]
    return frame.with_columns(extra), rows


def _with_caps(frame: pl.LazyFrame, plan: Plan) -> tuple[pl.LazyFrame, list[_Row]]:
    rows, exprs = [], []
    for item in _capped(plan):
        cap = item.cap or 0
        lowest, highest = (cap, UNBOUNDED) if cap < 0 else (-UNBOUNDED, cap)
        bounds = Bounds(item.order, item.id, item.title, 0, lowest, highest, item.cap_source)
        row = _Row("cap", item.order, item.section)
        total = pl.col(f"sum_item_{item.order}").fill_null(0)
        exprs += [_beyond(total, bounds).alias(row.name), _stops(f"stops_item_{item.order}", row)]
        rows.append(row)
    return frame.with_columns(exprs), rows


def _stops(column: str, row: _Row, beside: Iterable[_Row] = ()) -> pl.Expr:
    """The first day a row summarised by an adjustment stops."""
    return pl.min_horizontal(pl.col(column), *(other.stops_on for other in beside)).alias(f"{row.name}_stops")


def _with_limits(
    frame: pl.LazyFrame, limits: Iterable[tuple[_Row, Bounds, str]], made: list[_Row]
) -> tuple[pl.LazyFrame, list[_Row]]:
    """Bounds on sums of hits (column name) and of the adjustments made so far that belong to the part."""
    rows, exprs = [], []
    for row, bounds, name in limits:
        inside = [other for other in made if row.section is None or other.section == row.section]
        total = pl.sum_horizontal(pl.col(f"sum_{name}").fill_null(0), *(other.points for other in inside))
        exprs += [_beyond(total, bounds).alias(row.name), _stops(f"stops_{name}", row, inside)]
        rows.append(row)
    return frame.with_columns(exprs), rows


def with_score(asks: pl.LazyFrame, plan: Plan) -> tuple[pl.LazyFrame, list[_Row]]:
    """Asks with the sums of part_sums (null for none) to the same with score, and the adjustments they may have."""
    frame, made = _with_accumulations(asks, plan)
    frame, caps = _with_caps(frame, plan)
    made += caps
    sections = [
        (_Row("section_limit", part.order, part.order), part, f"section_{part.order}") for part in plan.sections
    ]
    frame, limits = _with_limits(frame, sections, made)
    made += limits
    if plan.whole.is_bounded:
        frame, limits = _with_limits(frame, [(_Row("score_limit", 0, None), plan.whole, "whole")], made)
        made += limits
    score = pl.sum_horizontal(pl.col("sum_whole").fill_null(0), *(row.points for row in made)) + plan.whole.base
    return frame.with_columns(score=score), made


def adjustment_rows(scored: pl.LazyFrame, made: Iterable[_Row]) -> pl.LazyFrame:
    """The adjustments that are not 0, as ROWS."""
    frames = [
        scored.filter(row.points != 0).select(
            "ask",
            role_code(row.role).alias("role"),
            pl.lit(row.order, dtype=pl.Int16).alias("rule"),
            row.points.alias("points"),
            pl.col(f"{row.name}_stops").alias("stops_on"),
        )
        for row in made
    ]
    return pl.concat([pl.LazyFrame(schema=ROWS), *frames])
