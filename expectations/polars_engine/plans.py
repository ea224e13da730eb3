"""Plans that answer a metric: Polars expressions made from the request and the schema, without a look at the data.

A planner turns a `MetricRequest` into a plan; the engine carries out all plans of a suite together. Values and
row conditions of a suite are translated to the types of the frame here.
"""

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

ROW_INDEX = "__row_index__"


class UnknownColumn(LookupError):
    """A metric or a row condition names a column that the frame does not have."""


class UnfitColumn(TypeError):
    """The type of a column, or an argument, does not fit the metric."""


@dataclass(frozen=True)
class MetricRequest:
    """One metric as Great Expectations requests it.

    domain: columns and row condition; arguments: the other arguments of the metric; schema: of the frame.
    """

    metric: str
    domain: Mapping[str, Any]
    arguments: Mapping[str, Any]
    schema: pl.Schema

    def column(self, key: str = "column") -> str:
        """The column of the domain under `key`. Raises UnknownColumn."""
        return self.existing(self.domain[key])

    def columns(self) -> list[str]:
        """All columns of the domain: of a single column, a pair or a list. Raises UnknownColumn."""
        if "column_list" in self.domain:
            return [self.existing(name) for name in self.domain["column_list"]]
        keys = ("column_A", "column_B") if "column_A" in self.domain else ("column",)
        return [self.column(key) for key in keys]

    def existing(self, name: str) -> str:
        """`name`, if the frame has such a column. Raises UnknownColumn."""
        if name not in self.schema:
            raise UnknownColumn(f'there is no column "{name}"; the frame has: {", ".join(self.schema)}')
        return name


@dataclass(frozen=True)
class MapRule:
    """A rule that every row must meet.

    applies_to: boolean expression of the rows that are checked, None for all. Either `meets` is a boolean expression
    that holds for valid rows, or `unique` names columns whose combined values must not repeat. Neither expression may
    be null.
    """

    applies_to: pl.Expr | None
    meets: pl.Expr | None = None
    unique: tuple[str, ...] = ()

    def checked(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows that are checked."""
        return rows if self.applies_to is None else rows.filter(self.applies_to)

    def checked_count(self) -> pl.Expr:
        """The number of rows that are checked, as an aggregate."""
        return pl.len().cast(pl.Int64) if self.applies_to is None else self.applies_to.sum().cast(pl.Int64)

    def is_broken(self) -> pl.Expr:
        """Whether a row breaks the rule. Raises ValueError for a rule of uniqueness, which no row decides alone."""
        if self.meets is None:
            raise ValueError("uniqueness cannot be decided row by row")
        return ~self.meets if self.applies_to is None else self.applies_to & ~self.meets


@dataclass(frozen=True)
class KnownPlan:
    """A value that follows from the schema alone."""

    value: Any


@dataclass(frozen=True)
class AggregatePlan:
    """A value computed by `finish` from the results of one or more aggregate expressions."""

    parts: tuple[pl.Expr, ...]
    finish: Callable[..., Any]


@dataclass(frozen=True)
class CountPlan:
    """The number of rows that break a rule."""

    rule: MapRule


@dataclass(frozen=True)
class SamplePlan:
    """Rows that break a rule, in the order of the frame: at most `limit` (None: all), with ROW_INDEX from 0.

    `shape` turns them into the value of the metric.
    """

    rule: MapRule
    columns: tuple[str, ...]
    limit: int | None
    shape: Callable[[list[dict[str, Any]]], Any]


Plan = KnownPlan | AggregatePlan | CountPlan | SamplePlan
Planner = Callable[[MetricRequest], Plan]


def constant(column: str, value: bool) -> pl.Expr:
    """`value` for every row; `pl.lit` would give a single value when it is aggregated alone."""
    is_null = pl.col(column).is_null()
    return is_null.is_not_null() if value else is_null.is_null()


def literal(value: object, name: str, dtype: pl.DataType) -> pl.Expr:
    """`value` as a literal that compares with column `name`. Raises UnfitColumn where it cannot."""
    converted = _converted(value, dtype)
    if converted is None:
        raise UnfitColumn(f'"{name}" is {dtype}: {value!r} ({type(value).__name__}) does not compare with it')
    return pl.lit(converted, dtype if dtype.is_temporal() else None)


def literals(values: Iterable[object], dtype: pl.DataType) -> pl.Series:
    """Those of `values` that a column of this type can hold; the others could never be found in it."""
    kept = [converted for value in values if (converted := _converted(value, dtype)) is not None]
    if not dtype.is_integer():
        return pl.Series(kept, dtype=dtype)
    integers = [int(one) for one in kept if one == int(one) and -(2**63) <= one < 2**63]
    return pl.Series(integers, dtype=pl.Int64).cast(dtype, strict=False).drop_nulls()


def _converted(value: object, dtype: pl.DataType) -> Any:  # noqa: ANN401
    """The value as the Python type of `dtype`; None where the type cannot hold it.

    Suites are stored as JSON, from which dates and times come back as text.
    """
    if dtype.is_temporal():
        return _as_date_or_datetime(value, dtype)
    if dtype == pl.Boolean:
        return value if isinstance(value, bool) else None
    if dtype.is_numeric():
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return value if isinstance(value, str) else None
    return None


def _as_date_or_datetime(value: object, dtype: pl.DataType) -> date | datetime | None:
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


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS_THAN: operator.lt,
    Operator.LESS_THAN_OR_EQUAL: operator.le,
    Operator.GREATER_THAN: operator.gt,
    Operator.GREATER_THAN_OR_EQUAL: operator.ge,
}


def row_filter(row_condition: object, schema: pl.Schema) -> pl.Expr | None:
    """The expression that keeps the rows of a row condition as the library stores it; None where there is none.

    Raises UnfitColumn for a condition in the language of another engine, UnknownColumn for a missing column.
    """
    parsed = deserialize_row_condition(row_condition) if row_condition else None
    return None if parsed is None else condition_expression(parsed, schema)


def condition_expression(condition: Condition | str, schema: pl.Schema) -> pl.Expr:
    """A row condition as an expression without nulls.

    Nulls are treated as in pandas: they equal nothing, so `!=` and NOT IN keep them.
    """
    match condition:
        case AndCondition() | OrCondition():
            join = operator.and_ if isinstance(condition, AndCondition) else operator.or_
            return reduce(join, (condition_expression(part, schema) for part in condition.conditions))
        case NullityCondition():
            column = _existing_column(condition.column.name, schema)
            return column.is_null() if condition.is_null else column.is_not_null()
        case ComparisonCondition():
            name, value = condition.column.name, condition.parameter
            column, dtype = _existing_column(name, schema), schema[name]
            if condition.operator in (Operator.IN, Operator.NOT_IN):
                is_in = column.is_in(literals(value, dtype).implode()).fill_null(False)
                return is_in if condition.operator == Operator.IN else ~is_in
            compared: pl.Expr = _COMPARISONS[condition.operator](column, literal(value, name, dtype))
            return compared.fill_null(condition.operator == Operator.NOT_EQUAL)
    raise UnfitColumn(
        f"a row condition is made of Column(...) comparisons, not of text for another engine: {condition!r}"
    )


def _existing_column(name: str, schema: pl.Schema) -> pl.Expr:
    if name not in schema:
        raise UnknownColumn(f'a row condition asks for "{name}"; the frame has: {", ".join(schema)}')
    return pl.col(name)
