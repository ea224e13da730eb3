"""Numbers over a whole column, and numbers about the frame itself."""

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
    def _(asked: MetricRequest) -> Plan:
        column = _numbers(asked) if is_numeric else pl.col(asked.column())
        return AggregatePlan((aggregate(column),), lambda value: value)


def _numbers(asked: MetricRequest) -> pl.Expr:
    name = asked.column()
    dtype = asked.schema[name]
    if not (dtype.is_numeric() or dtype == pl.Boolean):
        raise UnfitColumn(f'{asked.metric} needs numbers: "{name}" is {dtype}')
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
def _most_common(asked: MetricRequest) -> Plan:
    return AggregatePlan((pl.col(asked.column()).drop_nulls().mode().sort().implode(),), list)


@metric("column.non_null_proportion")
def _filled(asked: MetricRequest) -> Plan:
    return AggregatePlan((pl.col(asked.column()).count(), pl.len()), _share)


@metric("column.unique_proportion")
def _distinct_share(asked: MetricRequest) -> Plan:
    column = pl.col(asked.column())
    return AggregatePlan((_distinct_count(column), column.count()), _share)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0


@metric("column.quantile_values")
def _quantiles(asked: MetricRequest) -> Plan:
    method: _Method = asked.values.get("allow_relative_error") or "nearest"
    if method not in get_args(_Method):
        raise UnfitColumn(f"allow_relative_error is {method!r}, expected one of {', '.join(get_args(_Method))}")
    column = _numbers(asked)
    parts = [_nearest(column, q) if method == "nearest" else column.quantile(q, method) for q in _levels(asked)]
    return AggregatePlan(tuple(parts), lambda *found: list(found))


def _levels(asked: MetricRequest) -> list[float]:
    return [float(level) for level in asked.values["quantiles"]]


def _nearest(column: pl.Expr, level: float) -> pl.Expr:
    """The value whose place is nearest; of two as near, the one at the even place, as NumPy has it."""
    values = column.drop_nulls().sort()
    place = ((values.len().cast(pl.Float64) - 1) * level).round(mode="half_to_even").cast(pl.Int64)
    return values.gather(place.clip(lower_bound=0), null_on_oob=True).first()


def _set(asked: MetricRequest) -> pl.Series:
    return literals(asked.values.get("value_set") or [], asked.schema[asked.column()]).unique(maintain_order=True)


def _strangers(asked: MetricRequest) -> pl.Expr:
    """The distinct values that stand in the column and not in the set, in order."""
    column = pl.col(asked.column())
    # Filtered before it is made distinct: that comes in any order, and in another one when asked twice.
    return column.filter(column.is_not_null() & ~column.is_in(_set(asked).implode())).unique().sort()


@metric("column.distinct_values.not_in_set.count")
def _stranger_count(asked: MetricRequest) -> Plan:
    return AggregatePlan((_strangers(asked).len(),), int)


@metric("column.distinct_values.not_in_set")
def _stranger_values(asked: MetricRequest) -> Plan:
    limit = asked.values.get("limit") or _MOST_DISTINCT
    return AggregatePlan((_strangers(asked).head(limit).implode(),), list)


def _missing(asked: MetricRequest, finish: Callable[[list[Any]], Any]) -> Plan:
    """What stands in the set and not in the column; a value the column cannot hold is missing from it."""
    wanted = list(dict.fromkeys(asked.values.get("value_set") or []))
    dtype, column = asked.schema[asked.column()], pl.col(asked.column())
    held = [literals([value], dtype) for value in wanted]
    parts = [(column == one[0]).any() if len(one) else pl.lit(False) for one in held]

    def absent(*is_there: bool) -> object:
        return finish([value for value, there in zip(wanted, is_there, strict=True) if not there])

    return AggregatePlan(tuple(parts), absent) if parts else KnownPlan(finish([]))


@metric("column.distinct_values.missing_from_column.count")
def _missing_count(asked: MetricRequest) -> Plan:
    return _missing(asked, len)


@metric("column.distinct_values.missing_from_column")
def _missing_values(asked: MetricRequest) -> Plan:
    limit = asked.values.get("limit") or _MOST_DISTINCT
    return _missing(asked, lambda values: values[:limit])


@metric("table.row_count")
def _row_count(_: MetricRequest) -> Plan:
    return AggregatePlan((pl.len(),), int)


@metric("table.columns")
def _columns(asked: MetricRequest) -> Plan:
    return KnownPlan(list(asked.schema))


@metric("table.column_count")
def _column_count(asked: MetricRequest) -> Plan:
    return KnownPlan(len(asked.schema))


@metric("table.column_types")
def _column_types(asked: MetricRequest) -> Plan:
    return KnownPlan([{"name": name, "type": dtype} for name, dtype in asked.schema.items()])
