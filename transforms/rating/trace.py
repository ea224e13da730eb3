"""The trace as it is stored: every hit and adjustment of a rating, named, in a total order."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from transforms.rating.evaluate import Evaluation
from transforms.rating.plan import REASONS, Bounds, Plan, Source
from transforms.rating.totals import ROLES
from transforms.tables.outputs import ROLES_IN_TRACE, TRACE

_ROLE = pl.Int8()
_RULE = pl.Int16()
_COLUMNS = [name for name in TRACE.schema if name != "valid_from_on"]
_NAMES = pl.Schema(
    {
        "role_code": _ROLE,
        "rule": _RULE,
        "item_id": pl.String(),
        "title": pl.String(),
        "section": pl.String(),
        "record_kind": pl.String(),
        "basis": pl.String(),
        "confidence": pl.String(),
        "used_column": pl.String(),
    }
)
_Name = tuple[str, int, str, str, str | None, str | None, Source, str | None]


def _names_of_items(plan: Plan) -> Iterator[_Name]:
    for item in plan.items:
        section = None if item.section is None else plan.sections[item.section].id
        yield "item", item.order, item.id, item.title, section, item.kind, item.source, item.award.of
        yield "cap", item.order, item.id, item.title, section, None, item.cap_source, None


def _names_of_bounds(role: str, parts: tuple[Bounds, ...]) -> Iterator[_Name]:
    for part in parts:
        section = part.id if role == "section_limit" else None
        yield role, part.order, part.id, part.title or ROLES_IN_TRACE[role], section, None, part.source, None


def _names(plan: Plan) -> Iterator[_Name]:
    yield from _names_of_items(plan)
    for rule in plan.accumulations:
        section = None if rule.section is None else plan.sections[rule.section].id
        yield "accumulation", rule.order, rule.id, rule.title, section, None, rule.source, None
    yield from _names_of_bounds("section_limit", plan.sections)
    yield from _names_of_bounds("score_limit", (plan.whole,))
    for direct in plan.directs:
        yield "direct", direct.order, direct.id, direct.title, None, direct.kind, direct.source, None


def names_table(plan: Plan) -> pl.LazyFrame:
    """What each rule of the scheme is called, by role and order, with its basis."""
    rows = [
        (ROLES.index(role), order, id_, title, section, kind, source.basis, source.confidence, used)
        for role, order, id_, title, section, kind, source, used in _names(plan)
    ]
    return pl.LazyFrame(rows, schema=_NAMES, orient="row")


def _rows_of_records(frame: pl.LazyFrame, role: str) -> pl.LazyFrame:
    return frame.select(
        "key",
        pl.lit(ROLES.index(role), dtype=_ROLE).alias("role_code"),
        "rule",
        "record_id",
        "record_no",
        "event_on",
        "used",
        "raw",
        "points",
        "reason",
        "stops_on",
    )


def _rows_of_adjustments(frame: pl.LazyFrame) -> pl.LazyFrame:
    none = {"record_id": pl.String(), "record_no": pl.String(), "event_on": pl.Date(), "used": pl.Int64()}
    return frame.select(
        pl.col("ask").cast(pl.UInt32).alias("key"),
        pl.col("role").alias("role_code"),
        "rule",
        *(pl.lit(None, dtype=dtype).alias(name) for name, dtype in none.items()),
        pl.col("points").alias("raw"),
        "points",
        pl.lit(None, dtype=pl.Int8).alias("reason"),
        "stops_on",
    )


def _value_used() -> pl.Expr:
    text = pl.format("{}={}", "used_column", "used")
    return pl.when(pl.col("used_column").is_not_null()).then(text).otherwise(pl.lit(""))


def trace_of(evaluation: Evaluation, keys: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    """The rows of TABLES["trace"] but valid_from_on, sorted by enterprise_id and position.

    Position goes by role, place in the policy file, event_on, record_id.
    """
    rows = pl.concat(
        [
            _rows_of_records(evaluation.items, "item"),
            _rows_of_adjustments(evaluation.adjustments),
            _rows_of_records(evaluation.triggers, "direct"),
        ]
    )
    named = rows.join(names_table(plan), on=["role_code", "rule"], how="left").join(keys, on="key")
    ordered = named.sort("enterprise_id", "role_code", "rule", "event_on", "record_id", nulls_last=True)
    return ordered.select(
        "enterprise_id",
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("enterprise_id").alias("position"),
        pl.col("role_code").replace_strict(dict(enumerate(ROLES)), return_dtype=pl.String).alias("role"),
        "item_id",
        "title",
        "section",
        "record_kind",
        "record_id",
        "record_no",
        "event_on",
        _value_used().alias("value_used"),
        pl.col("raw").alias("raw_centipoints"),
        pl.col("points").alias("points_centipoints"),
        pl.col("reason").is_null().alias("is_counted"),
        pl.col("reason").replace_strict(dict(enumerate(REASONS)), return_dtype=pl.String).alias("reason"),
        pl.col("stops_on").alias("stops_counting_on"),
        "basis",
        "confidence",
    ).select(_COLUMNS)
