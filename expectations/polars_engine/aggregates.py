"""Metrics of a column as one value, and of the table itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import polars as pl

from .plans import AggregatePlan, KnownPlan, MetricRequest, Plan, UnfitColumn, literals
from .registry import metric

_MOST_DISTINCT = 20  # the library's own bound on the distinct values that it lists
_Method = Literal["linear", "lower", "higher", "midpoint", "nearest"]


def _simple(name: str, aggregate: Callable[[pl.Expr], pl.Expr], *, is_numeric: bool = False) -> None:
    """Register a metric that is one aggregate of the column."""

    @metric(name)
    def _(request: MetricRequest) -> Plan:
        column = _numbers(request) if is_numeric else pl.col(request.column())
        return AggregatePlan((aggregate(column),), lambda value: value)


def _numbers(request: MetricRequest) -> pl.Expr:
    name = request.column()
    dtype = request.schema[name]
    if not (dtype.is_numeric() or dtype == pl.Boolean):
        raise UnfitColumn(f'{request.metric} needs numbers: "{name}" is {dtype}')
    return pl.col(name)


def _distinct_count(column: pl.Expr) -> pl.Expr:
    return column.drop_nulls().n_unique()


_simple("column.max", pl.Expr.max)
_simple("column.min", pl.Expr.min)
_simple("column.mean", pl.Expr.mean, is_numeric=True)
_simple("column.median", pl.Expr.median, is_numeric=True)
_simple("column.sum", pl.Expr.sum, is_numeric=True)
_simple("column.standard_deviation", pl.Expr.std, is_numeric=True)
_simple("column.distinct_values.count", _distinct_count)
_simple("column.non_null_count", pl.Expr.count)


@metric("column.most_common_value")
def _most_common(request: MetricRequest) -> Plan:
    return AggregatePlan((pl.col(request.column()).drop_nulls().mode().sort().implode(),), list)


@metric("column.non_null_proportion")
def _filled_proportion(request: MetricRequest) -> Plan:
    return AggregatePlan((pl.col(request.column()).count(), pl.len()), _proportion)


@metric("column.unique_proportion")
def _distinct_proportion(request: MetricRequest) -> Plan:
    column = pl.col(request.column())
    return AggregatePlan((_distinct_count(column), column.count()), _proportion)


def _proportion(part: int, total: int) -> float:
    return part / total if total else 0


@metric("column.quantile_values")
def _quantiles(request: MetricRequest) -> Plan:
    method: _Method = request.arguments.get("allow_relative_error") or "nearest"
    if method not in get_args(_Method):
        raise UnfitColumn(f"allow_relative_error is {method!r}, expected one of {', '.join(get_args(_Method))}")
    column, levels = _numbers(request), [float(level) for level in request.arguments["quantiles"]]
    parts = [_nearest(column, q) if method == "nearest" else column.quantile(q, method) for q in levels]
    return AggregatePlan(tuple(parts), lambda *values: list(values))


def _nearest(column: pl.Expr, level: float) -> pl.Expr:
    """The value at the nearest rank; between two ranks the even one, as NumPy rounds."""
    values = column.drop_nulls().sort()
    rank = ((values.len().cast(pl.Float64) - 1) * level).round(mode="half_to_even").cast(pl.Int64)
    return values.gather(rank.clip(lower_bound=0), null_on_oob=True).first()


def _values_not_in_set(request: MetricRequest) -> pl.Expr:
    """The distinct values of the column that are not in the set, sorted."""
    name = request.column()
    value_set = literals(request.arguments.get("value_set") or [], request.schema[name]).unique(maintain_order=True)
    column = pl.col(name)
    # Filtered before it is made distinct: `unique` gives any order, and another one when evaluated twice.
    return column.filter(column.is_not_null() & ~column.is_in(value_set.implode())).unique().sort()


@metric("column.distinct_values.not_in_set.count")
def _not_in_set_count(request: MetricRequest) -> Plan:
    return AggregatePlan((_values_not_in_set(request).len(),), int)


@metric("column.distinct_values.not_in_set")
def _not_in_set(request: MetricRequest) -> Plan:
    limit = request.arguments.get("limit") or _MOST_DISTINCT
    return AggregatePlan((_values_not_in_set(request).head(limit).implode(),), list)


def _missing_from_column(request: MetricRequest, finish: Callable[[list[Any]], Any]) -> Plan:
    """The values of the set that the column lacks; a value that its type cannot hold is one of them."""
    value_set = list(dict.fromkeys(request.arguments.get("value_set") or []))
    dtype, column = request.schema[request.column()], pl.col(request.column())
    converted = [literals([value], dtype) for value in value_set]
    parts = [(column == one[0]).any() if len(one) else pl.lit(False) for one in converted]

    def missing(*is_present: bool) -> object:
        return finish([value for value, present in zip(value_set, is_present, strict=True) if not present])

    return AggregatePlan(tuple(parts), missing) if parts else KnownPlan(finish([]))


@metric("column.distinct_values.missing_from_column.count")
def _missing_count(request: MetricRequest) -> Plan:
    return _missing_from_column(request, len)


@metric("column.distinct_values.missing_from_column")
def _missing_values(request: MetricRequest) -> Plan:
    limit = request.arguments.get("limit") or _MOST_DISTINCT
    return _missing_from_column(request, lambda values: values[:limit])


@metric("table.row_count")
def _row_count(_: MetricRequest) -> Plan:
    return AggregatePlan((pl.len(),), int)


@metric("table.columns")
def _columns(request: MetricRequest) -> Plan:
    return KnownPlan(list(request.schema))


@metric("table.column_count")
def _column_count(request: MetricRequest) -> Plan:
    return KnownPlan(len(request.schema))


@metric("table.column_types")
def _column_types(request: MetricRequest) -> Plan:
    return KnownPlan([{"name": name, "type": dtype} for name, dtype in request.schema.items()])
