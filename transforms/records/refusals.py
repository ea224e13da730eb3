"""Records turned away for how their fields stand together, or for a field that is empty in the end.

Each cell has been read by now; here a record is looked at as a whole, so that what the gate would stop a night for
goes back to its sender instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from transforms.policy.source import Record
from transforms.policy.source_check import DERIVED
from transforms.records.mapping import Mapped
from transforms.records.problems import Check, describe, merged
from transforms.records.text import mask
from transforms.tables import KINDS
from transforms.tables.shape import TEXT
from transforms.tables.words import SIGNED_STEPS


@dataclass(frozen=True)
class _Rule:
    fails: pl.Expr
    field: str
    code: str
    reason: str
    expected: str


def with_refusals(
    mapped: Mapped, record: Record, raw: pl.DataFrame, headings: Mapping[str, str], secrets: frozenset[str]
) -> Mapped:
    """`mapped` (folded) with a problem for each record that a rule of `record` refuses, or that lacks a required field.

    A cell that has a problem already gains none. raw: the file's text by heading, and row_no; headings: field to
    heading; secrets: headings whose text is masked.
    """
    rules = [*_unfilled(record), *_refusals(record), *_signed_steps(record)]
    flags = mapped.frame.select(rule.fails.fill_null(False).alias(str(i)) for i, rule in enumerate(rules))
    found = [mapped.problems]
    for i, rule in enumerate(rules):
        if flags[str(i)].any():
            heading = headings.get(rule.field, "")
            rows = mapped.frame.filter(flags[str(i)]).select("row_no")
            told = mapped.problems.filter(pl.col("column") == heading)
            rows = rows.join(told, on="row_no", how="anti").join(
                cells_of(raw, heading, secrets), on="row_no", how="left"
            )
            value = pl.col("cell")
            found.append(describe(rows, Check(heading, pl.lit(True), rule.code, rule.reason, rule.expected, value)))
    return Mapped(mapped.frame, merged(found))


def _unfilled(record: Record) -> Iterator[_Rule]:
    """Required columns of the kind: a total over no values or a template of empty parts leaves one empty."""
    for column in KINDS[record.kind].columns:
        if column.required:
            field, label = DERIVED.get(column.name, column.name), column.label
            yield _Rule(pl.col(column.name).is_null(), field, "missing", f"缺少{label}", f"填写{label}")


def _refusals(record: Record) -> Iterator[_Rule]:
    for rule in record.refuse_where:
        yield _Rule(pl.sql_expr(rule.when), rule.column, "refused", rule.reason, rule.expected)


def _signed_steps(record: Record) -> Iterator[_Rule]:
    """Steps that people sign, whatever words a source has for them."""
    if any(column.name == "decision_type" for column in KINDS[record.kind].columns):
        for step, (reason, expected) in SIGNED_STEPS.items():
            yield _Rule(pl.col("decision_type") == step, "decision_type", "refused", reason, expected)


def cells_of(raw: pl.DataFrame, heading: str, secrets: frozenset[str]) -> pl.DataFrame:
    """row_no and the text of the cell as it was received."""
    text = pl.col(heading) if heading in raw.columns else pl.lit(None, dtype=TEXT)
    return raw.select("row_no", cell=mask(text) if heading in secrets else text)
