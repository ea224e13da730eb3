"""What the gate is told of a table. The caller builds these specs; the gate knows no table itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

# "parts": a list of records, of which the gate knows no more than whether it is there.
ColumnKind = Literal["text", "texts", "count", "flag", "day", "instant", "parts"]
_DTYPES: dict[ColumnKind, pl.DataType] = {
    "text": pl.String(),
    "texts": pl.List(pl.String()),
    "count": pl.Int64(),
    "flag": pl.Boolean(),
    "day": pl.Date(),
    "instant": pl.Datetime("us", "UTC"),
}


class WrongShape(ValueError):
    """A frame lacks columns, has others, or holds other types: a fault of the program, not of the data."""


@dataclass(frozen=True)
class GateLimits:
    """Bounds set by policy, all included; percentages are whole numbers.

    earliest_on, latest_on: dates outside are a warning. minimum_percent: fewer rows than this share of
    `previous_count` refuse; maximum_percent: more warn. quarantine_notice_percent: a file with a larger
    share of quarantined rows warns. quarantine_refusal_percent: a kind of record with a larger share
    refuses, once `quarantine_least_rows` rows were read. amount_most_fen: larger sums of money are a warning.
    """

    earliest_on: date
    latest_on: date
    quarantine_notice_percent: int
    quarantine_refusal_percent: int
    quarantine_least_rows: int
    amount_most_fen: int
    minimum_percent: int | None = None
    maximum_percent: int | None = None


@dataclass(frozen=True)
class ColumnSpec:
    """A column: name, kind, Chinese label, whether it must be filled, and its closed vocabulary."""

    name: str
    kind: ColumnKind
    label: str
    is_required: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableSpec:
    """A table: columns, the key unique in it, the columns by which a row is named, and its limits."""

    name: str
    label: str
    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...]
    named_by: tuple[str, ...]
    limits: GateLimits

    def label_of(self, column: str) -> str:
        """The Chinese label of `column`; empty where the table has no such column."""
        return next((spec.label for spec in self.columns if spec.name == column), "")

    def check(self, schema: pl.Schema) -> None:
        """Raise WrongShape, all differences at once, unless `schema` has these columns and types (in any order)."""
        wanted = {column.name: column.kind for column in self.columns}
        problems = [
            f"{name} is missing ({_DTYPES.get(kind, kind)})" for name, kind in wanted.items() if name not in schema
        ]
        problems += [f"{name} is not a column of this table" for name in schema if name not in wanted]
        problems += [
            f"{name} is {schema[name]}, expected {_said(kind)}"
            for name, kind in wanted.items()
            if name in schema and not _is_of(schema[name], kind)
        ]
        if problems:
            raise WrongShape(f"the frame for {self.name} has another shape: " + "; ".join(problems))


def _is_of(dtype: pl.DataType, kind: ColumnKind) -> bool:
    return isinstance(dtype, pl.List) and dtype.inner == pl.Struct if kind == "parts" else dtype == _DTYPES[kind]


def _said(kind: ColumnKind) -> str:
    return "a list of records" if kind == "parts" else str(_DTYPES[kind])
