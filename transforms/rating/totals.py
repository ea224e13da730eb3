"""Sums that are kept within bounds: item caps, sections, the whole score. One mechanism for all.

A part's points are summed, the sum is clipped, and the difference is a row of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from transforms.rating.frames import by_order, looked_up
from transforms.rating.plan import UNBOUNDED, AccumulationRule, Bounds, Plan
from transforms.tables.outputs import ROLES_IN_TRACE

ROLES = tuple(ROLES_IN_TRACE)
# Rows of a trace that no record stands behind; `section` is the part of the score they belong to.
ADJUSTMENT = pl.Schema(
    {
        "ask": pl.UInt32(),
        "role": pl.Int8(),
        "rule": pl.Int16(),
        "section": pl.Int16(),
        "points": pl.Int64(),
        "stops_on": pl.Date(),
    }
)


@cache
def role_number(role: str) -> pl.Expr:
    """A role of a trace row as the small number it is known by within a rating."""
    return pl.lit(ROLES.index(role), dtype=pl.Int8)


def item_sums(judged: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Of the hits that count, per ask and item (rule): points, count, stops_on; and the item's section."""
    counted = judged.lazy().filter(pl.col("reason").is_null())
    count = pl.len().cast(pl.Int64).alias("count")
    summed = counted.group_by("ask", "rule").agg(pl.col("points").sum(), pl.col("stops_on").min(), count)
    sections = by_order((item.order, item.section) for item in plan.items)
    return summed.with_columns(section=looked_up(pl.col("rule"), sections, pl.Int16())).collect()


def _rows(frame: pl.LazyFrame, role: str, rule: pl.Expr, section: pl.Expr) -> pl.LazyFrame:
    """Sums that are adjustments, as rows; those of nothing are none."""
    rows = frame.filter(pl.col("points") != 0).with_columns(role=role_number(role), rule=rule, section=section)
    return rows.select(pl.col(name).cast(dtype) for name, dtype in ADJUSTMENT.items())


def _accumulated(items: pl.DataFrame, rule: AccumulationRule) -> pl.LazyFrame:
    of = items.lazy().filter(pl.col("rule").is_in(rule.of))
    counts = of.group_by("ask").agg(pl.col("count").sum(), pl.col("stops_on").min())
    extra = counts.with_columns(points=pl.col("count") // rule.every * rule.points)
    return _rows(extra, "accumulation", pl.lit(rule.order), pl.lit(rule.section))


def _caps(plan: Plan) -> list[Bounds]:
    """What the items with a cap may give, as bounds."""
    caps = [(item, item.cap) for item in plan.items if item.cap is not None]
    sides = [(cap, UNBOUNDED) if cap < 0 else (-UNBOUNDED, cap) for _, cap in caps]
    return [
        Bounds(item.order, item.id, item.title, 0, lowest, highest, item.cap_source)
        for (item, _), (lowest, highest) in zip(caps, sides, strict=True)
    ]


def _beyond(sums: pl.LazyFrame, bounds: Sequence[Bounds]) -> pl.LazyFrame:
    """Sums of the parts that have bounds (by number `rule`) to the points that bring them back within."""
    lowest = by_order((part.order, part.lowest - part.base) for part in bounds)
    highest = by_order((part.order, part.highest - part.base) for part in bounds)
    points, within = pl.col("points"), [looked_up(pl.col("rule"), ends, pl.Int64()) for ends in (lowest, highest)]
    bounded = sums.filter(pl.col("rule").is_in([part.order for part in bounds]))
    return bounded.with_columns(points=points.clip(*within) - points)


def _summed(frames: Sequence[pl.DataFrame], by: Sequence[str]) -> pl.DataFrame:
    """Points and first stop of several frames together."""
    told = pl.concat([frame.lazy().select(*by, "points", "stops_on") for frame in frames])
    return told.group_by(by).agg(pl.col("points").sum(), pl.col("stops_on").min()).collect()


def _idle(asks: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """No points for each part that begins beyond its bounds: it is brought back even where nothing counts."""
    parts: list[int | None] = [part.order for part in plan.sections if part.start != part.base]
    parts += [None] if plan.whole.start != plan.whole.base else []
    sections = pl.DataFrame({"section": parts}, schema={"section": pl.Int16()})
    none = sections.with_columns(points=pl.lit(0, dtype=pl.Int64), stops_on=pl.lit(None, dtype=pl.Date()))
    return asks.select("ask").join(none, how="cross")


@dataclass(frozen=True)
class Totals:
    """Per ask that has rows its score; and the adjustments made on the way to it."""

    scores: pl.DataFrame
    adjustments: pl.DataFrame


def totals(items: pl.DataFrame, asks: pl.DataFrame, plan: Plan) -> Totals:
    """From `item_sums` to the scores of `asks`: accumulations, then what is beyond each bound, inner bounds first."""
    own = pl.col("rule"), pl.col("section")
    made = [pl.LazyFrame(schema=ADJUSTMENT), *(_accumulated(items, rule) for rule in plan.accumulations)]
    if caps := _caps(plan):
        made.append(_rows(_beyond(items.lazy(), caps), "cap", *own))
    rows = [pl.concat(made).collect()]
    parts = _summed([items, *rows, _idle(asks, plan)], ["ask", "section"]).with_columns(rule="section")
    if plan.sections:
        rows.append(_rows(_beyond(parts.lazy(), plan.sections), "section_limit", *own).collect())
    whole = _summed([parts, *rows[1:]], ["ask"]).with_columns(rule=pl.lit(0, dtype=pl.Int16), section=None)
    if plan.whole.is_bounded:
        rows.append(_rows(_beyond(whole.lazy(), [plan.whole]), "score_limit", *own).collect())
    points = pl.col("points").clip(plan.whole.lowest - plan.whole.base, plan.whole.highest - plan.whole.base)
    return Totals(whole.select("ask", score=points + plan.whole.base), pl.concat(rows))
