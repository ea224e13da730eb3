"""Rules over one column. Where nothing stands nothing is judged, except by the two that ask whether anything does."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import polars as pl

from .literals import literal, literals
from .plans import Asked, Rule, UnfitColumn, constant
from .registry import rule

Compare = Callable[[pl.Expr, pl.Expr], pl.Expr]


def over(asked: Asked, meets: pl.Expr, otherwise: bool = False) -> Rule:
    """A rule over the values that are there; `otherwise` is the answer where `meets` has none."""
    return Rule(pl.col(asked.column()).is_not_null(), meets.fill_null(otherwise))


def text_of(asked: Asked) -> pl.Expr:
    """The column as text; raises UnfitColumn where its values have no one form as text."""
    name = asked.column()
    dtype = asked.schema[name]
    if not (isinstance(dtype, pl.String | pl.Categorical | pl.Enum) or dtype.is_integer() or dtype == pl.Null):
        raise UnfitColumn(f'{asked.metric.removesuffix(".unexpected_count")}: "{name}" is {dtype}, not text')
    return pl.col(name).cast(pl.String)


def _between(asked: Asked, values: pl.Expr, dtype: pl.DataType) -> Rule:
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
    return over(asked, meets)


@rule("column_values.nonnull")
def _nonnull(asked: Asked) -> Rule:
    return Rule(None, pl.col(asked.column()).is_not_null())


@rule("column_values.null")
def _null(asked: Asked) -> Rule:
    return Rule(None, pl.col(asked.column()).is_null())


@rule("column_values.unique")
def _unique(asked: Asked) -> Rule:
    name = asked.column()
    return Rule(pl.col(name).is_not_null(), unique=(name,))


@rule("column_values.between")
def _values_between(asked: Asked) -> Rule:
    return _between(asked, pl.col(asked.column()), asked.schema[asked.column()])


def _is_in(asked: Asked) -> pl.Expr:
    name = asked.column()
    return pl.col(name).is_in(literals(asked.values["value_set"], asked.schema[name]).implode())


@rule("column_values.in_set")
def _in_set(asked: Asked) -> Rule:
    return over(asked, constant(asked.column(), True) if asked.values.get("value_set") is None else _is_in(asked))


@rule("column_values.not_in_set")
def _not_in_set(asked: Asked) -> Rule:
    return over(asked, constant(asked.column(), True) if asked.values.get("value_set") is None else ~_is_in(asked))


@rule("column_values.value_length.between")
def _length_between(asked: Asked) -> Rule:
    return _between(asked, text_of(asked).str.len_chars().cast(pl.Int64), pl.Int64())


@rule("column_values.value_length.equals")
def _length_equals(asked: Asked) -> Rule:
    return over(asked, text_of(asked).str.len_chars() == asked.values["value"])


@rule("column_values.match_regex")
def _match_regex(asked: Asked) -> Rule:
    return over(asked, text_of(asked).str.contains(asked.values["regex"]))


@rule("column_values.not_match_regex")
def _not_match_regex(asked: Asked) -> Rule:
    return over(asked, ~text_of(asked).str.contains(asked.values["regex"]))


def _matches(asked: Asked) -> list[pl.Expr]:
    return [text_of(asked).str.contains(regex) for regex in asked.values["regex_list"]]


@rule("column_values.match_regex_list")
def _match_regex_list(asked: Asked) -> Rule:
    match_on: Any = asked.values.get("match_on") or "any"
    if match_on not in ("any", "all"):
        raise UnfitColumn(f"match_on is {match_on!r}, expected any or all")
    join = pl.any_horizontal if match_on == "any" else pl.all_horizontal
    return over(asked, join(_matches(asked)))


@rule("column_values.not_match_regex_list")
def _not_match_regex_list(asked: Asked) -> Rule:
    return over(asked, ~pl.any_horizontal(_matches(asked)))


def _in_order(asked: Asked, loose: Compare, strict: Compare) -> Rule:
    column = pl.col(asked.column())
    compare = strict if asked.values.get("strictly") else loose
    # Gaps are passed over; the first value has none before it.
    return over(asked, compare(column, column.forward_fill().shift(1)), otherwise=True)


@rule("column_values.increasing")
def _increasing(asked: Asked) -> Rule:
    return _in_order(asked, operator.ge, operator.gt)


@rule("column_values.decreasing")
def _decreasing(asked: Asked) -> Rule:
    return _in_order(asked, operator.le, operator.lt)


@rule("column_values.z_score.under_threshold")
def _z_score(asked: Asked) -> Rule:
    name, threshold = asked.column(), asked.values["threshold"]
    if not asked.schema[name].is_numeric():
        raise UnfitColumn(f'z scores need numbers: "{name}" is {asked.schema[name]}')
    column = pl.col(name).cast(pl.Float64)
    spread = column.std()
    score = pl.when(spread > 0).then((column - column.mean()) / spread)
    is_double_sided = asked.values.get("double_sided", True)
    meets = score.abs() < abs(threshold) if is_double_sided else score < threshold
    return over(asked, meets, otherwise=True)
