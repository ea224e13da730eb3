"""The row-by-row expectations of Great Expectations (column, column pair, multicolumn) as Polars expressions."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from itertools import combinations

import polars as pl

from .plans import MapRule, MetricRequest, UnfitColumn, constant, literal, literals
from .registry import map_metric

_Compare = Callable[[pl.Expr, pl.Expr], pl.Expr]
_ALL_MISSING = ("both_values_are_missing", "all_values_are_missing")
_ANY_MISSING = ("either_value_is_missing", "any_value_is_missing")
_NEVER = ("neither", "never")

# One column. Missing values are not checked, except by the two expectations about missing values.


def value_rule(request: MetricRequest, meets: pl.Expr, if_null: bool = False) -> MapRule:
    """A rule over the values that are not missing; `if_null` replaces a null of `meets`."""
    return MapRule(pl.col(request.column()).is_not_null(), meets.fill_null(if_null))


def as_text(request: MetricRequest) -> pl.Expr:
    """The column as text. Raises UnfitColumn for types that have no single form as text."""
    name = request.column()
    dtype = request.schema[name]
    if not (isinstance(dtype, pl.String | pl.Categorical | pl.Enum) or dtype.is_integer() or dtype == pl.Null):
        raise UnfitColumn(f'{request.metric.removesuffix(".unexpected_count")}: "{name}" is {dtype}, not text')
    return pl.col(name).cast(pl.String)


@map_metric("column_values.nonnull")
def _nonnull(request: MetricRequest) -> MapRule:
    return MapRule(None, pl.col(request.column()).is_not_null())


@map_metric("column_values.null")
def _null(request: MetricRequest) -> MapRule:
    return MapRule(None, pl.col(request.column()).is_null())


@map_metric("column_values.unique")
def _unique_values(request: MetricRequest) -> MapRule:
    name = request.column()
    return MapRule(pl.col(name).is_not_null(), unique=(name,))


def _between(request: MetricRequest, values: pl.Expr, dtype: pl.DataType) -> MapRule:
    arguments, name = request.arguments, request.column()
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if low is None and high is None:
        raise UnfitColumn("min_value and max_value cannot both be None")
    if low is not None and high is not None and low > high:
        raise UnfitColumn(f"min_value {low!r} is greater than max_value {high!r}")
    meets = constant(name, True)
    if low is not None:
        compare = operator.gt if arguments.get("strict_min") else operator.ge
        meets = meets & compare(values, literal(low, name, dtype))
    if high is not None:
        compare = operator.lt if arguments.get("strict_max") else operator.le
        meets = meets & compare(values, literal(high, name, dtype))
    return value_rule(request, meets)


@map_metric("column_values.between")
def _values_between(request: MetricRequest) -> MapRule:
    return _between(request, pl.col(request.column()), request.schema[request.column()])


@map_metric("column_values.value_length.between")
def _length_between(request: MetricRequest) -> MapRule:
    return _between(request, as_text(request).str.len_chars().cast(pl.Int64), pl.Int64())


@map_metric("column_values.value_length.equals")
def _length_equals(request: MetricRequest) -> MapRule:
    return value_rule(request, as_text(request).str.len_chars() == request.arguments["value"])


def _is_in_set(request: MetricRequest) -> pl.Expr | None:
    """Whether a value is in the set; None where there is no set."""
    name, value_set = request.column(), request.arguments.get("value_set")
    return None if value_set is None else pl.col(name).is_in(literals(value_set, request.schema[name]).implode())


@map_metric("column_values.in_set")
def _in_set(request: MetricRequest) -> MapRule:
    is_in = _is_in_set(request)
    return value_rule(request, constant(request.column(), True) if is_in is None else is_in)


@map_metric("column_values.not_in_set")
def _not_in_set(request: MetricRequest) -> MapRule:
    is_in = _is_in_set(request)
    return value_rule(request, constant(request.column(), True) if is_in is None else ~is_in)


@map_metric("column_values.match_regex")
def _match_regex(request: MetricRequest) -> MapRule:
    return value_rule(request, as_text(request).str.contains(request.arguments["regex"]))


@map_metric("column_values.not_match_regex")
def _not_match_regex(request: MetricRequest) -> MapRule:
    return value_rule(request, ~as_text(request).str.contains(request.arguments["regex"]))


def _matches(request: MetricRequest) -> list[pl.Expr]:
    return [as_text(request).str.contains(regex) for regex in request.arguments["regex_list"]]


@map_metric("column_values.match_regex_list")
def _match_regex_list(request: MetricRequest) -> MapRule:
    match_on = request.arguments.get("match_on") or "any"
    if match_on not in ("any", "all"):
        raise UnfitColumn(f"match_on is {match_on!r}, expected any or all")
    join = pl.any_horizontal if match_on == "any" else pl.all_horizontal
    return value_rule(request, join(_matches(request)))


@map_metric("column_values.not_match_regex_list")
def _not_match_regex_list(request: MetricRequest) -> MapRule:
    return value_rule(request, ~pl.any_horizontal(_matches(request)))


def _in_order(request: MetricRequest, loose: _Compare, strict: _Compare) -> MapRule:
    column = pl.col(request.column())
    compare = strict if request.arguments.get("strictly") else loose
    # Missing values are skipped; the first value has no predecessor.
    return value_rule(request, compare(column, column.forward_fill().shift(1)), if_null=True)


@map_metric("column_values.increasing")
def _increasing(request: MetricRequest) -> MapRule:
    return _in_order(request, operator.ge, operator.gt)


@map_metric("column_values.decreasing")
def _decreasing(request: MetricRequest) -> MapRule:
    return _in_order(request, operator.le, operator.lt)


@map_metric("column_values.z_score.under_threshold")
def _z_score(request: MetricRequest) -> MapRule:
    name, threshold = request.column(), request.arguments["threshold"]
    if not request.schema[name].is_numeric():
        raise UnfitColumn(f'z scores need numbers: "{name}" is {request.schema[name]}')
    column = pl.col(name).cast(pl.Float64)
    deviation = column.std()
    score = pl.when(deviation > 0).then((column - column.mean()) / deviation)
    is_double_sided = request.arguments.get("double_sided", True)
    meets = score.abs() < abs(threshold) if is_double_sided else score < threshold
    return value_rule(request, meets, if_null=True)


# Several columns of a row.


def checked_rows(request: MetricRequest) -> pl.Expr | None:
    """Which rows `ignore_row_if` leaves to be checked (None: all). Raises UnfitColumn for an unknown setting."""
    setting = request.domain.get("ignore_row_if")
    is_filled = [pl.col(name).is_not_null() for name in request.columns()]
    if setting in _ALL_MISSING:
        return pl.any_horizontal(is_filled)
    if setting in _ANY_MISSING:
        return pl.all_horizontal(is_filled)
    if setting in _NEVER:
        return None
    settings = ", ".join(_ALL_MISSING + _ANY_MISSING + _NEVER)
    raise UnfitColumn(f"ignore_row_if is {setting!r}, expected one of {settings}")


def row_rule(request: MetricRequest, meets: pl.Expr) -> MapRule:
    """A rule over the rows that are checked; a null of `meets` breaks it."""
    return MapRule(checked_rows(request), meets.fill_null(False))


@map_metric("column_pair_values.equal", "column_pair")
def _pair_equal(request: MetricRequest) -> MapRule:
    first, second = map(pl.col, request.columns())
    return row_rule(request, first == second)


@map_metric("column_pair_values.a_greater_than_b", "column_pair")
def _pair_greater(request: MetricRequest) -> MapRule:
    first, second = map(pl.col, request.columns())
    return row_rule(request, first >= second if request.arguments.get("or_equal") else first > second)


@map_metric("column_pair_values.in_set", "column_pair")
def _pair_in_set(request: MetricRequest) -> MapRule:
    columns, pairs = request.columns(), request.arguments.get("value_pairs_set")
    if pairs is None:
        return row_rule(request, constant(columns[0], True))
    is_one = [
        reduce(operator.and_, (_equals(request, name, value) for name, value in zip(columns, pair, strict=True)))
        for pair in map(tuple, pairs)
    ]
    return row_rule(request, pl.any_horizontal(is_one) if is_one else constant(columns[0], False))


def _equals(request: MetricRequest, name: str, value: object) -> pl.Expr:
    """Whether the column holds the value; a missing value equals None here."""
    if value is None:
        return pl.col(name).is_null()
    converted = literals([value], request.schema[name])
    return (pl.col(name) == converted[0]).fill_null(False) if len(converted) else constant(name, False)


@map_metric("compound_columns.unique", "multicolumn")
def _unique_rows(request: MetricRequest) -> MapRule:
    return MapRule(checked_rows(request), unique=tuple(request.columns()))


@map_metric("multicolumn_sum.equal", "multicolumn")
def _sum_equal(request: MetricRequest) -> MapRule:
    total = reduce(operator.add, map(pl.col, request.columns()))
    return row_rule(request, total == request.arguments["sum_total"])


@map_metric("multicolumn_values.equal", "multicolumn")
def _all_equal(request: MetricRequest) -> MapRule:
    first, *others = map(pl.col, request.columns())
    return row_rule(request, pl.all_horizontal([other.eq_missing(first) for other in others]))


@map_metric("select_column_values.unique.within_record", "multicolumn")
def _unique_within(request: MetricRequest) -> MapRule:
    pairs = combinations(map(pl.col, request.columns()), 2)
    return row_rule(request, pl.all_horizontal([one.ne_missing(other) for one, other in pairs]))
