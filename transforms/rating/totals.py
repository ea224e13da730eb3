"""From hits to scores: which hits count on a day and how much, then accumulations, caps and limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from transforms.dates import day_after
from transforms.rating.frames import rows_at_places, value_at, values_by_order
from transforms.rating.scheme_plan import UNBOUNDED, AccumulationRule, Bounds, Rounding, SchemePlan, reason_code
from transforms.schemas.run_tables import ROLES_IN_TRACE


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


def _decayed(hits: pl.DataFrame, plan: SchemePlan) -> pl.Series:
    """Points of the hits whose decay has begun on the day `on`; the latest step that has begun tells. Null for others.

    Few have: they are computed apart.
    """
    starts = [f"decay_{n}_on" for n in range(plan.decay_steps)]
    narrow = hits.select("rule", "raw", "on", *starts).with_row_index("place")
    begun = narrow.filter(pl.any_horizontal(pl.lit(False), *(pl.col("on") >= pl.col(start) for start in starts)))
    percent = pl.lit(None, dtype=pl.Int64)
    for n, start in enumerate(starts):
        steps = ((item.order, item.decay[n : n + 1]) for item in plan.items)
        percents = values_by_order((order, step[0].percent if step else None) for order, step in steps)
        latest = value_at(pl.col("rule"), percents, pl.Int64())
        percent = pl.when(pl.col("on") >= pl.col(start)).then(latest).otherwise(percent)
    points = begun.select("place", points=percent_of(pl.col("raw"), percent, plan.rounding))
    return rows_at_places(points, "place", len(hits))["points"]


def next_item_changes(judged: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
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


def _reason(plan: SchemePlan) -> pl.Expr:
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


def _lighter(hits: pl.DataFrame, plan: SchemePlan) -> pl.Series:
    """The places of hits that would count but for a heavier one on the same act.

    Ties go to the item that stands first in the file, then to the smaller record_id. Hits that are no
    burden take no part.
    """
    is_contested = pl.col("act").is_not_null() & pl.col("reason").is_null() & (pl.col("raw") * plan.worse > 0)
    narrow = hits.select("ask", "act", "reason", "raw", "points", "rule", "record_id").with_row_index("place")
    contested = narrow.filter(is_contested).filter(pl.struct("ask", "act").is_duplicated())
    first = contested.sort("ask", "act", pl.col("points") * -plan.worse, "rule", "record_id")
    return first.filter(~pl.struct("ask", "act").is_first_distinct())["place"]


def count_hits(hits: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
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
def role_code(role: str) -> pl.Expr:
    """A role of a trace row as the small number it is known by within a rating."""
    return pl.lit(ROLES.index(role), dtype=pl.Int8)


def sum_items(judged: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Of the hits that count, per ask and item (rule): points, count, stops_on; and the item's section."""
    counted = judged.lazy().filter(pl.col("reason").is_null())
    count = pl.len().cast(pl.Int64).alias("count")
    summed = counted.group_by("ask", "rule").agg(pl.col("points").sum(), pl.col("stops_on").min(), count)
    sections = values_by_order((item.order, item.section) for item in plan.items)
    return summed.with_columns(section=value_at(pl.col("rule"), sections, pl.Int16())).collect()


def _rows(frame: pl.LazyFrame, role: str, rule: pl.Expr, section: pl.Expr) -> pl.LazyFrame:
    """Sums that are adjustments, as rows; those of nothing are none."""
    rows = frame.filter(pl.col("points") != 0).with_columns(role=role_code(role), rule=rule, section=section)
    return rows.select(pl.col(name).cast(dtype) for name, dtype in ADJUSTMENT.items())


def _accumulated(items: pl.DataFrame, rule: AccumulationRule) -> pl.LazyFrame:
    of = items.lazy().filter(pl.col("rule").is_in(rule.of))
    counts = of.group_by("ask").agg(pl.col("count").sum(), pl.col("stops_on").min())
    extra = counts.with_columns(points=pl.col("count") // rule.every * rule.points)
    return _rows(extra, "accumulation", pl.lit(rule.order), pl.lit(rule.section))


def _caps(plan: SchemePlan) -> list[Bounds]:
    """What the items with a cap may give, as bounds."""
    caps = [(item, item.cap) for item in plan.items if item.cap is not None]
    sides = [(cap, UNBOUNDED) if cap < 0 else (-UNBOUNDED, cap) for _, cap in caps]
    return [
        Bounds(item.order, item.id, item.title, 0, lowest, highest, item.cap_source)
        for (item, _), (lowest, highest) in zip(caps, sides, strict=True)
    ]


def _beyond(sums: pl.LazyFrame, bounds: Sequence[Bounds]) -> pl.LazyFrame:
    """Sums of the parts that have bounds (by number `rule`) to the points that bring them back within."""
    lowest = values_by_order((part.order, part.lowest - part.base) for part in bounds)
    highest = values_by_order((part.order, part.highest - part.base) for part in bounds)
    points, within = pl.col("points"), [value_at(pl.col("rule"), ends, pl.Int64()) for ends in (lowest, highest)]
    bounded = sums.filter(pl.col("rule").is_in([part.order for part in bounds]))
    return bounded.with_columns(points=points.clip(*within) - points)


def _summed(frames: Sequence[pl.DataFrame], by: Sequence[str]) -> pl.DataFrame:
    """Points and first stop of several frames together."""
    told = pl.concat([frame.lazy().select(*by, "points", "stops_on") for frame in frames])
    return told.group_by(by).agg(pl.col("points").sum(), pl.col("stops_on").min()).collect()


def _idle(asks: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
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


def total_scores(items: pl.DataFrame, asks: pl.DataFrame, plan: SchemePlan) -> Totals:
    """From `sum_items` to the scores of `asks`: accumulations, then what is beyond each bound, inner bounds first."""
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
