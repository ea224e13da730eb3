"""The row-by-row expectations of Great Expectations (column, column pair, multicolumn) as Polars expressions."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from itertools import combinations
from typing import Any

import polars as pl

from .plans import MapRule, MetricRequest, UnfitColumn, constant, literal, literals
from .registry import map_metric

Compare = Callable[[pl.Expr, pl.Expr], pl.Expr]


def value_rule(asked: MetricRequest, meets: pl.Expr, otherwise: bool = False) -> MapRule:
    """A rule over the values that are there; `otherwise` is the answer where `meets` has none."""
    return MapRule(pl.col(asked.column()).is_not_null(), meets.fill_null(otherwise))


def as_text(asked: MetricRequest) -> pl.Expr:
    """The column as text; raises UnfitColumn where its values have no one form as text."""
    name = asked.column()
    dtype = asked.schema[name]
    if not (isinstance(dtype, pl.String | pl.Categorical | pl.Enum) or dtype.is_integer() or dtype == pl.Null):
        raise UnfitColumn(f'{asked.metric.removesuffix(".unexpected_count")}: "{name}" is {dtype}, not text')
    return pl.col(name).cast(pl.String)


def _between(asked: MetricRequest, values: pl.Expr, dtype: pl.DataType) -> MapRule:
    said, name = asked.values, asked.column()
    low, high = said.get("min_value"), said.get("max_value")
    if low is None and high is None:
        raise UnfitColumn("min_value and max_value cannot both be None")
    if low is not None and high is not None and low > high:
        raise UnfitColumn(f"min_value {low!r} is greater than max_value {high!r}")
    meets = constant(name, True)
    if low is not None:
        compare = operator.gt if said.get("strict_min") else operator.ge
        meets = meets & compare(values, literal(low, name, dtype))
    if high is not None:
        compare = operator.lt if said.get("strict_max") else operator.le
        meets = meets & compare(values, literal(high, name, dtype))
    return value_rule(asked, meets)


@map_metric("column_values.nonnull")
def _nonnull(asked: MetricRequest) -> MapRule:
    return MapRule(None, pl.col(asked.column()).is_not_null())


@map_metric("column_values.null")
def _null(asked: MetricRequest) -> MapRule:
    return MapRule(None, pl.col(asked.column()).is_null())


@map_metric("column_values.unique")
def _unique_columns(asked: MetricRequest) -> MapRule:
    name = asked.column()
    return MapRule(pl.col(name).is_not_null(), unique=(name,))


@map_metric("column_values.between")
def _values_between(asked: MetricRequest) -> MapRule:
    return _between(asked, pl.col(asked.column()), asked.schema[asked.column()])


def _is_in(asked: MetricRequest) -> pl.Expr:
    name = asked.column()
    return pl.col(name).is_in(literals(asked.values["value_set"], asked.schema[name]).implode())


@map_metric("column_values.in_set")
def _in_set(asked: MetricRequest) -> MapRule:
    return value_rule(asked, constant(asked.column(), True) if asked.values.get("value_set") is None else _is_in(asked))


@map_metric("column_values.not_in_set")
def _not_in_set(asked: MetricRequest) -> MapRule:
    return value_rule(
        asked, constant(asked.column(), True) if asked.values.get("value_set") is None else ~_is_in(asked)
    )


@map_metric("column_values.value_length.between")
def _length_between(asked: MetricRequest) -> MapRule:
    return _between(asked, as_text(asked).str.len_chars().cast(pl.Int64), pl.Int64())


@map_metric("column_values.value_length.equals")
def _length_equals(asked: MetricRequest) -> MapRule:
    return value_rule(asked, as_text(asked).str.len_chars() == asked.values["value"])


@map_metric("column_values.match_regex")
def _match_regex(asked: MetricRequest) -> MapRule:
    return value_rule(asked, as_text(asked).str.contains(asked.values["regex"]))


@map_metric("column_values.not_match_regex")
def _not_match_regex(asked: MetricRequest) -> MapRule:
    return value_rule(asked, ~as_text(asked).str.contains(asked.values["regex"]))


def _matches(asked: MetricRequest) -> list[pl.Expr]:
    return [as_text(asked).str.contains(regex) for regex in asked.values["regex_list"]]


@map_metric("column_values.match_regex_list")
def _match_regex_list(asked: MetricRequest) -> MapRule:
    match_on: Any = asked.values.get("match_on") or "any"
    if match_on not in ("any", "all"):
        raise UnfitColumn(f"match_on is {match_on!r}, expected any or all")
    join = pl.any_horizontal if match_on == "any" else pl.all_horizontal
    return value_rule(asked, join(_matches(asked)))


@map_metric("column_values.not_match_regex_list")
def _not_match_regex_list(asked: MetricRequest) -> MapRule:
    return value_rule(asked, ~pl.any_horizontal(_matches(asked)))


def _in_order(asked: MetricRequest, loose: Compare, strict: Compare) -> MapRule:
    column = pl.col(asked.column())
    compare = strict if asked.values.get("strictly") else loose
    # Gaps are passed over; the first value has none before it.
    return value_rule(asked, compare(column, column.forward_fill().shift(1)), otherwise=True)


@map_metric("column_values.increasing")
def _increasing(asked: MetricRequest) -> MapRule:
    return _in_order(asked, operator.ge, operator.gt)


@map_metric("column_values.decreasing")
def _decreasing(asked: MetricRequest) -> MapRule:
    return _in_order(asked, operator.le, operator.lt)


@map_metric("column_values.z_score.under_threshold")
def _z_score(asked: MetricRequest) -> MapRule:
    name, threshold = asked.column(), asked.values["threshold"]
    if not asked.schema[name].is_numeric():
        raise UnfitColumn(f'z scores need numbers: "{name}" is {asked.schema[name]}')
    column = pl.col(name).cast(pl.Float64)
    spread = column.std()
    score = pl.when(spread > 0).then((column - column.mean()) / spread)
    is_double_sided = asked.values.get("double_sided", True)
    meets = score.abs() < abs(threshold) if is_double_sided else score < threshold
    return value_rule(asked, meets, otherwise=True)


_ALL_MISSING = ("both_values_are_missing", "all_values_are_missing")

_ANY_MISSING = ("either_value_is_missing", "any_value_is_missing")

_NEVER = ("neither", "never")


def judged_rows(asked: MetricRequest) -> pl.Expr | None:
    """Which rows are judged (None: all), by `ignore_row_if`; raises UnfitColumn for a word it does not know."""
    said = asked.domain.get("ignore_row_if")
    there = [pl.col(name).is_not_null() for name in asked.columns()]
    if said in _ALL_MISSING:
        return pl.any_horizontal(there)
    if said in _ANY_MISSING:
        return pl.all_horizontal(there)
    if said in _NEVER:
        return None
    raise UnfitColumn(f"ignore_row_if is {said!r}, expected one of {', '.join(_ALL_MISSING + _ANY_MISSING + _NEVER)}")


def row_rule(asked: MetricRequest, meets: pl.Expr) -> MapRule:
    """A rule over the rows that are judged; no answer is a breach."""
    return MapRule(judged_rows(asked), meets.fill_null(False))


@map_metric("column_pair_values.equal", "column_pair")
def _equal(asked: MetricRequest) -> MapRule:
    first, second = map(pl.col, asked.columns())
    return row_rule(asked, first == second)


@map_metric("column_pair_values.a_greater_than_b", "column_pair")
def _greater(asked: MetricRequest) -> MapRule:
    first, second = map(pl.col, asked.columns())
    return row_rule(asked, first >= second if asked.values.get("or_equal") else first > second)


@map_metric("column_pair_values.in_set", "column_pair")
def _pair_in_set(asked: MetricRequest) -> MapRule:
    pairs = asked.values.get("value_pairs_set")
    if pairs is None:
        return row_rule(asked, constant(asked.columns()[0], True))
    is_one = [_is_pair(asked, tuple(pair)) for pair in pairs]
    return row_rule(asked, pl.any_horizontal(is_one) if is_one else constant(asked.columns()[0], False))


def _is_pair(asked: MetricRequest, pair: tuple[object, ...]) -> pl.Expr:
    return reduce(operator.and_, (_is(asked, *one) for one in zip(asked.columns(), pair, strict=True)))


def _is(asked: MetricRequest, name: str, value: object) -> pl.Expr:
    """Whether the column holds the value; nothing is equal to nothing here."""
    if value is None:
        return pl.col(name).is_null()
    held = literals([value], asked.schema[name])
    return (pl.col(name) == held[0]).fill_null(False) if len(held) else constant(name, False)


@map_metric("compound_columns.unique", "multicolumn")
def _unique_records(asked: MetricRequest) -> MapRule:
    return MapRule(judged_rows(asked), unique=tuple(asked.columns()))


@map_metric("multicolumn_sum.equal", "multicolumn")
def _sum_equal(asked: MetricRequest) -> MapRule:
    total = reduce(operator.add, map(pl.col, asked.columns()))
    return row_rule(asked, total == asked.values["sum_total"])


@map_metric("multicolumn_values.equal", "multicolumn")
def _all_equal(asked: MetricRequest) -> MapRule:
    first, *others = map(pl.col, asked.columns())
    return row_rule(asked, pl.all_horizontal([other.eq_missing(first) for other in others]))


@map_metric("select_column_values.unique.within_record", "multicolumn")
def _unique_within(asked: MetricRequest) -> MapRule:
    pairs = combinations(map(pl.col, asked.columns()), 2)
    return row_rule(asked, pl.all_horizontal([one.ne_missing(other) for one, other in pairs]))
