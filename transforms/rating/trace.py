"""The trace as it is stored: every hit and adjustment of a rating, named, in a total order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from transforms.rating.compiled_scheme import REASONS, Bounds, Citation, SchemePlan
from transforms.rating.hits import value_at, values_by_order
from transforms.rating.tier import Evaluation
from transforms.rating.totals import ROLES, role_code
from transforms.schemas.run_tables import ROLES_IN_TRACE, TRACE

_COLUMNS = [name for name in TRACE.schema if name != "valid_from_on"]
_NAMED = ("role", "item_id", "title", "section", "record_kind", "basis", "confidence")
_MOST_RECORDS = 10  # that an accumulation names; it counts all
_DAYS = 2**24  # more than twice the days a date can be away from 1970
_Name = tuple[str, int, str, str, str | None, str | None, Citation]  # role, order, id, title, section, kind, citation


def build_trace(evaluation: Evaluation, keys: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """The rows of the table `trace` without valid_from_on, sorted by enterprise_id and position.

    Position goes by role, place in the policy file, event_on, record_id.
    """
    names = _RuleNames.of(plan)
    rows = pl.concat(
        [
            _record_rows(evaluation.items, "item", names),
            _adjustment_rows(evaluation, plan, names),
            _record_rows(evaluation.triggers, "direct", names),
        ]
    )
    # Adjustments have no event and no record; among them key and place are unique.
    day = pl.col("event_on").cast(pl.Int32).fill_null(0)
    key_and_place = pl.col("key").cast(pl.Int64) * len(names.names) + pl.col("place")
    ordered = rows.collect().sort(key_and_place * _DAYS + day, "record_id", multithreaded=False)
    number = pl.int_range(pl.len(), dtype=pl.Int64)
    is_first_of_key = pl.col("key") != pl.col("key").shift(1, fill_value=2**32 - 1)
    position = number - pl.when(is_first_of_key).then(number).forward_fill() + 1
    named = (
        pl.concat([ordered, names.names[ordered["place"]]], how="horizontal")
        .lazy()
        .select(
            value_at(pl.col("key"), keys["enterprise_id"], pl.String()).alias("enterprise_id"),
            position.alias("position"),
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


@dataclass(frozen=True)
class _RuleNames:
    """What each rule of a scheme is called, and its citation, at the place given by its role and order (`place`)."""

    width: int
    names: pl.DataFrame

    @classmethod
    def of(cls, plan: SchemePlan) -> _RuleNames:
        rows = [
            (role, order, (role, *named, citation.basis, citation.confidence))
            for role, order, *named, citation in _names(plan)
        ]
        width = max(order for _, order, _ in rows) + 1
        places = {ROLES.index(role) * width + order: row for role, order, row in rows}
        columns = {name: values_by_order((at, row[n]) for at, row in places.items()) for n, name in enumerate(_NAMED)}
        return cls(width, pl.DataFrame(columns, schema=dict.fromkeys(_NAMED, pl.String())))

    def place(self, role: pl.Expr) -> pl.Expr:
        """The place of a row, from its role (code) and the order of its rule; places go by role, then by order."""
        return (role.cast(pl.UInt32) * self.width + pl.col("rule")).cast(pl.UInt32).alias("place")


def _names(plan: SchemePlan) -> Iterator[_Name]:
    for item in plan.items:
        section = None if item.section is None else plan.sections[item.section].id
        yield "item", item.order, item.id, item.title, section, item.kind, item.citation
        yield "cap", item.order, item.id, item.title, section, None, item.cap_citation
    for rule in plan.accumulations:
        section = None if rule.section is None else plan.sections[rule.section].id
        yield "accumulation", rule.order, rule.id, rule.title, section, None, rule.citation
    for part in plan.sections:
        yield "section_limit", part.order, part.id, _title(part, "section_limit"), part.id, None, part.citation
    score = plan.score
    yield "score_limit", score.order, score.id, _title(score, "score_limit"), None, None, score.citation
    for direct in plan.directs:
        yield "direct", direct.order, direct.id, direct.title, None, direct.kind, direct.citation


def _title(part: Bounds, role: str) -> str:
    return part.title or ROLES_IN_TRACE[role]


def _record_rows(hits: pl.DataFrame, role: str, names: _RuleNames) -> pl.LazyFrame:
    is_item = role == "item"
    return hits.lazy().select(
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


def _adjustment_rows(evaluation: Evaluation, plan: SchemePlan, names: _RuleNames) -> pl.LazyFrame:
    frame = evaluation.adjustments.lazy().with_columns(used=pl.lit(""))
    if plan.accumulations:
        records = _accumulated_records(evaluation.items, plan)
        frame = frame.join(records, on=["query", "role", "rule"], how="left")
        frame = frame.with_columns(used=pl.col("records").fill_null(""))
    return frame.select(
        pl.col("query").alias("key"),
        names.place(pl.col("role")),
        pl.lit(None, dtype=pl.String()).alias("record_id"),
        pl.lit(None, dtype=pl.String()).alias("record_no"),
        pl.lit(None, dtype=pl.Date()).alias("event_on"),
        "used",
        pl.col("points").alias("raw"),
        "points",
        pl.lit(None, dtype=pl.Int8).alias("reason"),
        "stops_on",
    )


def _accumulated_records(items: pl.DataFrame, plan: SchemePlan) -> pl.LazyFrame:
    """query, role, rule, records: of each accumulation how many records it counts, and their numbers."""
    of_accumulations = sorted({item for rule in plan.accumulations for item in rule.of})
    counted = items.lazy().filter(pl.col("reason").is_null(), pl.col("rule").is_in(of_accumulations))
    ordered = counted.sort("event_on", "record_id")
    numbers = pl.col("record_no").head(_MOST_RECORDS).str.join("、")
    more = pl.when(pl.len() > _MOST_RECORDS).then(pl.lit("等")).otherwise(pl.lit(""))
    columns = {"query": pl.UInt32(), "role": pl.Int8(), "rule": pl.Int16(), "records": pl.String()}
    parts = [
        ordered.filter(pl.col("rule").is_in(rule.of))
        .group_by(query="key", maintain_order=True)
        .agg(records=pl.format("{}条：{}{}", pl.len(), numbers, more))
        .with_columns(rule=pl.lit(rule.order, pl.Int16()), role=role_code("accumulation"))
        .select(list(columns))
        for rule in plan.accumulations
    ]
    return pl.concat([pl.LazyFrame(schema=columns), *parts])
