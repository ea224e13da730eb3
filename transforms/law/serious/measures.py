"""What a listing brings with it while it stands (44号令 Art. 15, 企业信息公示暂行条例 Art. 18, 19)."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.serious.standing import STANDING
from transforms.policy.law_measures import Measure, Measures
from transforms.spans import end_of_span
from transforms.tables.law.listing import MEASURE
from transforms.tables.shape import COUNT, DAY


def measures(listings: pl.LazyFrame, law: Measures, as_of: date) -> pl.LazyFrame:
    """The measures in force on `as_of`, a row per entry and measure in the columns of MEASURE, sorted by its key.

    listings: LISTING on that day. A measure of the enterprise holds while the entry stands, from the day of the listing
    or of its restoration, or from the first day the law has it; one with a period of its own (`lasts`) to its end,
    even once the entry has left the list, unless that lost its ground.
    """
    rows = [_rows(listings, one, position, as_of) for position, one in enumerate(law.measures, 1)]
    return pl.concat(rows).select(list(MEASURE.schema)).sort(MEASURE.key)


def _rows(listings: pl.LazyFrame, one: Measure, position: int, as_of: date) -> pl.LazyFrame:
    begun = pl.coalesce("restored_on", "listed_on") if one.lasts is None else pl.col("listed_on")
    until = pl.col("last_day_on") if one.lasts is None else end_of_span(pl.col("listed_on"), one.lasts)
    starts = [start for start, value in one.in_force.values.items() if value and start <= as_of]
    is_law = bool(starts) and bool(one.in_force.on(as_of))
    return listings.filter(pl.lit(is_law), _holds(one), pl.lit(as_of) <= until.fill_null(pl.lit(date.max))).select(
        "record_id",
        "enterprise_id",
        "name",
        "uscc",
        "decision_no",
        position=pl.lit(position, dtype=COUNT),
        measure=pl.lit(one.id),
        title=pl.lit(one.title),
        who=pl.lit(one.who),
        from_on=pl.max_horizontal(begun, pl.lit(max(starts, default=as_of), dtype=DAY)),
        until_on=until,
        basis=pl.lit(one.in_force.basis),
        confidence=pl.lit(one.in_force.confidence),
    )


def _holds(one: Measure) -> pl.Expr:
    """Whether the entry stands; for a period of its own, whether the listing was not undone."""
    is_meant = pl.lit(True) if one.situation is None else (pl.col("situation") == one.situation).fill_null(False)
    is_undone = pl.col("state").is_in(["revoked", "annulled"])
    return is_meant & (~is_undone if one.lasts is not None else pl.col("state") == STANDING)
