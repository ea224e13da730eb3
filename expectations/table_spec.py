"""What the gate is told of a table. The caller builds these specs; the gate knows no table itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

# "parts": a list of structs, of which the gate only checks whether it is filled.
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
    """A frame has other columns or types than its table: an error of the program, not of the data."""


@dataclass(frozen=True)
class GateLimits:
    """Bounds set by policy, all inclusive; percentages are whole numbers.

    earliest_on, latest_on: dates outside give a warning. minimum_percent: fewer rows than this share of
    `previous_count` are critical; maximum_percent: more give a warning. quarantine_notice_percent: a file with a larger
    share of quarantined rows gives a warning. quarantine_refusal_percent: a kind of record with a larger share is
    critical, once `quarantine_least_rows` rows were read. amount_most_fen: larger sums of money give a warning.
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
    """A column: name, kind, Chinese label, whether it must be filled, and its closed vocabulary, if any."""

    name: str
    kind: ColumnKind
    label: str
    is_required: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableSpec:
    """A table: its columns, its unique key, the columns that name a row in findings, and its limits."""

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
        """Raise WrongShape, with all differences, unless `schema` has these columns and types (in any order)."""
        kinds = {column.name: column.kind for column in self.columns}
        problems = [
            f"{name} is missing ({_DTYPES.get(kind, kind)})" for name, kind in kinds.items() if name not in schema
        ]
        problems += [f"{name} is not a column of this table" for name in schema if name not in kinds]
        for name, kind in kinds.items():
            if name not in schema:
                continue
            dtype = schema[name]
            if kind == "parts":
                if not (isinstance(dtype, pl.List) and dtype.inner == pl.Struct):
                    problems.append(f"{name} is {dtype}, expected a list of records")
            elif dtype != _DTYPES[kind]:
                problems.append(f"{name} is {dtype}, expected {_DTYPES[kind]}")
        if problems:
            raise WrongShape(f"the frame for {self.name} has another shape: " + "; ".join(problems))
