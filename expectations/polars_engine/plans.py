"""Plans that answer a metric: Polars expressions made from the request and the schema, without a look at the data."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any

import polars as pl
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    Condition,
    NullityCondition,
    Operator,
    OrCondition,
    deserialize_row_condition,
)

ROW_INDEX = "__place_of_row__"


class UnknownColumn(LookupError):
    """A column is asked for that the frame does not have."""


class UnfitColumn(TypeError):
    """A column's type, or an argument, does not fit what is asked of it."""


@dataclass(frozen=True)
class MetricRequest:
    """One metric as it is asked for: its domain (columns, row condition), its values (arguments), the schema."""

    metric: str
    domain: Mapping[str, Any]
    values: Mapping[str, Any]
    schema: pl.Schema

    def column(self, key: str = "column") -> str:
        """The name of the domain's column; raises UnknownColumn where the frame lacks it."""
        return self.known(self.domain[key])

    def columns(self) -> list[str]:
        """The columns of the domain, whichever keys name them."""
        if "column_list" in self.domain:
            return [self.known(name) for name in self.domain["column_list"]]
        keys = ("column_A", "column_B") if "column_A" in self.domain else ("column",)
        return [self.column(key) for key in keys]

    def known(self, name: str) -> str:
        """`name`, if the frame has such a column; raises UnknownColumn otherwise."""
        if name not in self.schema:
            raise UnknownColumn(f'there is no column "{name}"; the frame has: {", ".join(self.schema)}')
        return name


@dataclass(frozen=True)
class MapRule:
    """Which rows are looked at (None: all), and which of them meet what is expected. No nulls in either.

    Either `meets` answers row by row, or `unique` names the columns whose values together stand once.
    """

    looked_at: pl.Expr | None
    meets: pl.Expr | None = None
    unique: tuple[str, ...] = ()

    def within(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows looked at."""
        return rows if self.looked_at is None else rows.filter(self.looked_at)

    def size(self) -> pl.Expr:
        """How many rows are looked at."""
        return pl.len().cast(pl.Int64) if self.looked_at is None else self.looked_at.sum().cast(pl.Int64)

    def broken(self) -> pl.Expr:
        """Whether a row breaks a rule that answers row by row."""
        if self.meets is None:
            raise ValueError("whether a value stands twice no row says alone")
        return ~self.meets if self.looked_at is None else self.looked_at & ~self.meets


def constant(column: str, answer: bool) -> pl.Expr:
    """One answer for every row; a literal would be one answer in all."""
    is_null = pl.col(column).is_null()
    return is_null.is_not_null() if answer else is_null.is_null()


@dataclass(frozen=True)
class KnownPlan:
    """An answer that the schema alone gives."""

    value: Any


@dataclass(frozen=True)
class AggregatePlan:
    """An answer computed from one row of aggregates."""

    parts: tuple[pl.Expr, ...]
    finish: Callable[..., Any]


@dataclass(frozen=True)
class CountPlan:
    """How many rows break a rule."""

    rule: MapRule


@dataclass(frozen=True)
class SamplePlan:
    """Rows that break a rule, in the order of the frame: at most `limit` of them, each with its place from 0."""

    rule: MapRule
    columns: tuple[str, ...]
    limit: int | None
    shape: Callable[[list[dict[str, Any]]], Any]


Plan = KnownPlan | AggregatePlan | CountPlan | SamplePlan

Planner = Callable[[MetricRequest], Plan]


def literal(value: object, name: str, dtype: pl.DataType) -> pl.Expr:
    """`value` as a literal that compares with column `name`; raises UnfitColumn where it cannot."""
    read = _read(value, dtype)
    if read is None:
        raise UnfitColumn(f'"{name}" is {dtype}: {value!r} ({type(value).__name__}) does not compare with it')
    return pl.lit(read, dtype if dtype.is_temporal() else None)


def literals(values: Iterable[object], dtype: pl.DataType) -> pl.Series:
    """Those of `values` that a column of this type can hold; the others could never be met there."""
    kept = [read for read in (_read(value, dtype) for value in values) if read is not None]
    if not dtype.is_integer():
        return pl.Series(kept, dtype=dtype)
    whole = [int(one) for one in kept if one == int(one) and -(2**63) <= one < 2**63]
    return pl.Series(whole, dtype=pl.Int64).cast(dtype, strict=False).drop_nulls()


def _read(value: object, dtype: pl.DataType) -> Any:  # noqa: ANN401
    """The value as this type's Python value; None where the type cannot hold it."""
    if dtype.is_temporal():
        return _instant(value, dtype)
    if dtype == pl.Boolean:
        return value if isinstance(value, bool) else None
    if dtype.is_numeric():
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return value if isinstance(value, str) else None
    return None


def _instant(value: object, dtype: pl.DataType) -> date | datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if dtype == pl.Date:
        return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None
    if not isinstance(value, date):
        return None
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001


_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS_THAN: operator.lt,
    Operator.LESS_THAN_OR_EQUAL: operator.le,
    Operator.GREATER_THAN: operator.gt,
    Operator.GREATER_THAN_OR_EQUAL: operator.ge,
}


def row_filter(said: object, schema: pl.Schema) -> pl.Expr | None:
    """The expression that keeps the rows of a row condition; None where there is none.

    Raises UnfitColumn for a condition in the language of another engine, UnknownColumn for a column not there.
    """
    read = deserialize_row_condition(said) if said else None
    return None if read is None else condition_expression(read, schema)


def condition_expression(said: Condition | str, schema: pl.Schema) -> pl.Expr:
    """One condition, or several joined, as an expression without nulls."""
    if isinstance(said, AndCondition | OrCondition):
        join = operator.and_ if isinstance(said, AndCondition) else operator.or_
        return reduce(join, (condition_expression(one, schema) for one in said.conditions))
    if isinstance(said, NullityCondition):
        column = _column(said.column.name, schema)
        return column.is_null() if said.is_null else column.is_not_null()
    if isinstance(said, ComparisonCondition):
        return _comparison(said, schema)
    raise UnfitColumn(f"a row condition is made of Column(...) comparisons, not of text for another engine: {said!r}")


def _comparison(said: ComparisonCondition, schema: pl.Schema) -> pl.Expr:
    name, wanted = said.column.name, said.parameter
    column, dtype = _column(name, schema), schema[name]
    if said.operator in (Operator.IN, Operator.NOT_IN):
        is_in = column.is_in(literals(wanted, dtype).implode()).fill_null(False)
        return is_in if said.operator == Operator.IN else ~is_in
    compared: pl.Expr = _COMPARED[said.operator](column, literal(wanted, name, dtype))
    return compared.fill_null(said.operator == Operator.NOT_EQUAL)


def _column(name: str, schema: pl.Schema) -> pl.Expr:
    if name not in schema:
        raise UnknownColumn(f'a row condition asks for "{name}"; the frame has: {", ".join(schema)}')
    return pl.col(name)
