"""The trace as it is stored: every hit and adjustment of a rating, named, in a total order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from transforms.rating.frames import side_by_side, sort_rows, value_at, values_by_order
from transforms.rating.scheme_plan import REASONS, Bounds, Citation, SchemePlan
from transforms.rating.tier import Evaluation
from transforms.rating.totals import ROLES, role_code
from transforms.schemas.run_tables import ROLES_IN_TRACE, TRACE

_COLUMNS = [name for name in TRACE.schema if name != "valid_from_on"]
_NAMED = ("role", "item_id", "title", "section", "record_kind", "basis", "confidence")
_NUMBERED = 10  # records that an accumulation names; it counts all
_DAYS = 2**24  # more than twice the days a date can be away from 1970
_Name = tuple[str, int, str, str, str | None, str | None, Citation]


def _names_of_items(plan: SchemePlan) -> Iterator[_Name]:
    for item in plan.items:
        section = None if item.section is None else plan.sections[item.section].id
        yield "item", item.order, item.id, item.title, section, item.kind, item.source
        yield "cap", item.order, item.id, item.title, section, None, item.cap_source


def _names_of_bounds(role: str, parts: tuple[Bounds, ...]) -> Iterator[_Name]:
    for part in parts:
        section = part.id if role == "section_limit" else None
        yield role, part.order, part.id, part.title or ROLES_IN_TRACE[role], section, None, part.source


def _names(plan: SchemePlan) -> Iterator[_Name]:
    yield from _names_of_items(plan)
    for rule in plan.accumulations:
        section = None if rule.section is None else plan.sections[rule.section].id
        yield "accumulation", rule.order, rule.id, rule.title, section, None, rule.source
    yield from _names_of_bounds("section_limit", plan.sections)
    yield from _names_of_bounds("score_limit", (plan.whole,))
    for direct in plan.directs:
        yield "direct", direct.order, direct.id, direct.title, None, direct.kind, direct.source


@dataclass(frozen=True)
class _Names:
    """What each rule of the scheme is called, with its basis, at the place that its role and its order give."""

    width: int
    said: pl.DataFrame

    @classmethod
    def of(cls, plan: SchemePlan) -> _Names:
        """The names of a plan; places go by role, then by order."""
        names = [(role, order, (role, *said, one.basis, one.confidence)) for role, order, *said, one in _names(plan)]
        width = max(order for _, order, _ in names) + 1
        places = {ROLES.index(role) * width + order: said for role, order, said in names}
        columns = {name: values_by_order((at, said[n]) for at, said in places.items()) for n, name in enumerate(_NAMED)}
        return cls(width, pl.DataFrame(columns, schema=dict.fromkeys(_NAMED, pl.String())))

    def place(self, role: pl.Expr) -> pl.Expr:
        """The place of a row, from its role and the order of its rule."""
        return (role.cast(pl.UInt32) * self.width + pl.col("rule")).cast(pl.UInt32).alias("place")


def _rows_of_records(frame: pl.DataFrame, role: str, names: _Names) -> pl.LazyFrame:
    is_item = role == "item"
    return frame.lazy().select(
        "key",
        names.place(role_code(role)),
        "record_id",
        "record_no",
        "event_on",
        pl.col("used") if is_item else pl.lit("").alias("used"),
        pl.col("raw").fill_null(0) if is_item else pl.lit(0, dtype=pl.Int64).alias("raw"),
        pl.col("points") if is_item else pl.lit(0, dtype=pl.Int64).alias("points"),
        "reason",
        "stops_on",
    )


def _accumulated(items: pl.DataFrame, plan: SchemePlan) -> pl.LazyFrame:
    """ask, role, rule, told: of each accumulation how many records it counts, and their numbers."""
    asked = sorted({item for rule in plan.accumulations for item in rule.of})
    counted = items.lazy().filter(pl.col("reason").is_null(), pl.col("rule").is_in(asked)).sort("event_on", "record_id")
    named = pl.col("record_no").head(_NUMBERED).str.join("、")
    more = pl.when(pl.len() > _NUMBERED).then(pl.lit("等")).otherwise(pl.lit(""))
    parts = [
        counted.filter(pl.col("rule").is_in(rule.of))
        .group_by(ask="key", maintain_order=True)
        .agg(told=pl.format("{}条：{}{}", pl.len(), named, more))
        .with_columns(rule=pl.lit(rule.order, pl.Int16()), role=role_code("accumulation"))
        for rule in plan.accumulations
    ]
    nothing = pl.LazyFrame(schema={"ask": pl.UInt32(), "told": pl.String(), "rule": pl.Int16(), "role": pl.Int8()})
    return pl.concat([nothing, *(part.select(nothing.collect_schema().names()) for part in parts)])


def _rows_of_adjustments(evaluation: Evaluation, plan: SchemePlan, names: _Names) -> pl.LazyFrame:
    none = {"record_id": pl.String(), "record_no": pl.String(), "event_on": pl.Date()}
    frame = evaluation.adjustments.lazy().with_columns(used=pl.lit(""))
    if plan.accumulations:
        told = _accumulated(evaluation.items, plan)
        frame = frame.join(told, on=["ask", "role", "rule"], how="left").with_columns(used=pl.col("told").fill_null(""))
    return frame.select(
        pl.col("ask").alias("key"),
        names.place(pl.col("role")),
        *(pl.lit(None, dtype=dtype).alias(name) for name, dtype in none.items()),
        "used",
        pl.col("points").alias("raw"),
        "points",
        pl.lit(None, dtype=pl.Int8).alias("reason"),
        "stops_on",
    )


def _in_order(rows: pl.DataFrame, names: _Names) -> pl.DataFrame:
    """By enterprise, role, place in the policy file, event and record.

    Where event and record are null, as for adjustments, what stands before them is unique.
    """
    first = pl.col("key").cast(pl.Int64) * len(names.said) + pl.col("place")
    day = pl.col("event_on").cast(pl.Int32).fill_null(0)
    return sort_rows(rows, first * _DAYS + day, "record_id")  # one number is put in order faster than three


def _position() -> pl.Expr:
    """1, 2, 3 within each key, where keys stand together."""
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    is_first = pl.col("key") != pl.col("key").shift(1, fill_value=2**32 - 1)
    return place - pl.when(is_first).then(place).forward_fill() + 1


def build_trace(evaluation: Evaluation, keys: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """The rows of TABLES["trace"] but valid_from_on, sorted by enterprise_id and position.

    Position goes by role, place in the policy file, event_on, record_id.
    """
    names = _Names.of(plan)
    rows = pl.concat(
        [
            _rows_of_records(evaluation.items, "item", names),
            _rows_of_adjustments(evaluation, plan, names),
            _rows_of_records(evaluation.triggers, "direct", names),
        ]
    )
    ordered = _in_order(rows.collect(), names)
    named = (
        side_by_side(ordered, names.said[ordered["place"]])
        .lazy()
        .select(
            value_at(pl.col("key"), keys["enterprise_id"], pl.String()).alias("enterprise_id"),
            _position().alias("position"),
            *_NAMED,
            "record_id",
            "record_no",
            "event_on",
            pl.col("used").alias("value_used"),
            pl.col("raw").alias("raw_centipoints"),
            pl.col("points").alias("points_centipoints"),
            pl.col("reason").is_null().alias("is_counted"),
            value_at(pl.col("reason"), REASONS, pl.String()).alias("reason"),
            pl.col("stops_on").alias("stops_counting_on"),
        )
    )
    return named.select(_COLUMNS).collect()
