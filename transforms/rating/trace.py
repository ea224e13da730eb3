"""The trace as it is stored: every hit and adjustment of a rating, named, in a total order."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from transforms.rating.evaluate import Evaluation
from transforms.rating.plan import REASONS, Bounds, Plan, Source
from transforms.rating.totals import ROLES, by_order, looked_up
from transforms.tables.outputs import ROLES_IN_TRACE, TRACE

_COLUMNS = [name for name in TRACE.schema if name != "valid_from_on"]
_NAMED = ("item_id", "title", "section", "record_kind", "basis", "confidence")
_Name = tuple[str, int, str, str, str | None, str | None, Source]


def _names_of_items(plan: Plan) -> Iterator[_Name]:
    for item in plan.items:
        section = None if item.section is None else plan.sections[item.section].id
        yield "item", item.order, item.id, item.title, section, item.kind, item.source
        yield "cap", item.order, item.id, item.title, section, None, item.cap_source


def _names_of_bounds(role: str, parts: tuple[Bounds, ...]) -> Iterator[_Name]:
    for part in parts:
        section = part.id if role == "section_limit" else None
        yield role, part.order, part.id, part.title or ROLES_IN_TRACE[role], section, None, part.source


def _names(plan: Plan) -> Iterator[_Name]:
    yield from _names_of_items(plan)
    for rule in plan.accumulations:
        section = None if rule.section is None else plan.sections[rule.section].id
        yield "accumulation", rule.order, rule.id, rule.title, section, None, rule.source
    yield from _names_of_bounds("section_limit", plan.sections)
    yield from _names_of_bounds("score_limit", (plan.whole,))
    for direct in plan.directs:
        yield "direct", direct.order, direct.id, direct.title, None, direct.kind, direct.source


def _named(plan: Plan) -> dict[str, pl.Expr]:
    """What each rule of the scheme is called, with its basis, found by its role and its order."""
    names = {(role, order): (*said, source.basis, source.confidence) for role, order, *said, source in _names(plan)}
    width = max(order for _, order in names) + 1
    places = {ROLES.index(role) * width + order: said for (role, order), said in names.items()}
    place = pl.col("role").cast(pl.Int32) * width + pl.col("rule")
    return {
        name: looked_up(place, by_order((at, said[number]) for at, said in places.items()), pl.String())
        for number, name in enumerate(_NAMED)
    }


def _rows_of_records(frame: pl.DataFrame, role: str) -> pl.LazyFrame:
    return frame.lazy().select(
        "key",
        pl.lit(ROLES.index(role), dtype=pl.Int8).alias("role"),
        "rule",
        "record_id",
        "record_no",
        "event_on",
        pl.col("used" if role == "item" else "no_value").alias("used"),
        "raw",
        "points",
        "reason",
        "stops_on",
    )


def _rows_of_adjustments(frame: pl.DataFrame) -> pl.LazyFrame:
    none = {"record_id": pl.String(), "record_no": pl.String(), "event_on": pl.Date()}
    return frame.lazy().select(
        pl.col("ask").cast(pl.UInt32).alias("key"),
        "role",
        "rule",
        *(pl.lit(None, dtype=dtype).alias(name) for name, dtype in none.items()),
        pl.lit("").alias("used"),
        pl.col("points").alias("raw"),
        "points",
        pl.lit(None, dtype=pl.Int8).alias("reason"),
        "stops_on",
    )


def _position() -> pl.Expr:
    """1, 2, 3 within each key, where keys stand together."""
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    is_first = pl.col("key") != pl.col("key").shift(1, fill_value=2**32 - 1)
    return place - pl.when(is_first).then(place).forward_fill() + 1


def trace_of(evaluation: Evaluation, keys: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The rows of TABLES["trace"] but valid_from_on, sorted by enterprise_id and position.

    Position goes by role, place in the policy file, event_on, record_id.
    """
    triggers = evaluation.triggers.with_columns(raw=pl.lit(0, dtype=pl.Int64), no_value=pl.lit(""))
    rows = pl.concat(
        [
            _rows_of_records(evaluation.items, "item"),
            _rows_of_adjustments(evaluation.adjustments),
            _rows_of_records(triggers, "direct"),
        ]
    )
    # Where event and record are null, as for adjustments, what stands before them is unique.
    ordered = rows.collect().sort("key", "role", "rule", "event_on", "record_id")
    named = ordered.lazy().select(
        looked_up(pl.col("key"), keys["enterprise_id"], pl.String()).alias("enterprise_id"),
        _position().alias("position"),
        looked_up(pl.col("role"), ROLES, pl.String()).alias("role"),
        *(value.alias(name) for name, value in _named(plan).items()),
        "record_id",
        "record_no",
        "event_on",
        pl.col("used").alias("value_used"),
        pl.col("raw").alias("raw_centipoints"),
        pl.col("points").alias("points_centipoints"),
        pl.col("reason").is_null().alias("is_counted"),
        looked_up(pl.col("reason"), REASONS, pl.String()).alias("reason"),
        pl.col("stops_on").alias("stops_counting_on"),
    )
    return named.select(_COLUMNS).collect()
