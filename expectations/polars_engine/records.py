"""Rules over several columns of a row."""

from __future__ import annotations

import operator
from functools import reduce
from itertools import combinations

import polars as pl

from .literals import literals
from .plans import Asked, Rule, UnfitColumn, constant
from .registry import rule

_ALL_MISSING = ("both_values_are_missing", "all_values_are_missing")
_ANY_MISSING = ("either_value_is_missing", "any_value_is_missing")
_NEVER = ("neither", "never")


def looked_at(asked: Asked) -> pl.Expr | None:
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


def over(asked: Asked, meets: pl.Expr) -> Rule:
    """A rule over the rows that are judged; no answer is a breach."""
    return Rule(looked_at(asked), meets.fill_null(False))


@rule("column_pair_values.equal", "column_pair")
def _equal(asked: Asked) -> Rule:
    first, second = map(pl.col, asked.columns())
    return over(asked, first == second)


@rule("column_pair_values.a_greater_than_b", "column_pair")
def _greater(asked: Asked) -> Rule:
    first, second = map(pl.col, asked.columns())
    return over(asked, first >= second if asked.values.get("or_equal") else first > second)


@rule("column_pair_values.in_set", "column_pair")
def _pair_in_set(asked: Asked) -> Rule:
    pairs = asked.values.get("value_pairs_set")
    if pairs is None:
        return over(asked, constant(asked.columns()[0], True))
    is_one = [_is_pair(asked, tuple(pair)) for pair in pairs]
    return over(asked, pl.any_horizontal(is_one) if is_one else constant(asked.columns()[0], False))


def _is_pair(asked: Asked, pair: tuple[object, ...]) -> pl.Expr:
    return reduce(operator.and_, (_is(asked, *one) for one in zip(asked.columns(), pair, strict=True)))


def _is(asked: Asked, name: str, value: object) -> pl.Expr:
    """Whether the column holds the value; nothing is equal to nothing here."""
    if value is None:
        return pl.col(name).is_null()
    held = literals([value], asked.schema[name])
    return (pl.col(name) == held[0]).fill_null(False) if len(held) else constant(name, False)


@rule("compound_columns.unique", "multicolumn")
def _unique(asked: Asked) -> Rule:
    return Rule(looked_at(asked), unique=tuple(asked.columns()))


@rule("multicolumn_sum.equal", "multicolumn")
def _sum_equal(asked: Asked) -> Rule:
    total = reduce(operator.add, map(pl.col, asked.columns()))
    return over(asked, total == asked.values["sum_total"])


@rule("multicolumn_values.equal", "multicolumn")
def _all_equal(asked: Asked) -> Rule:
    first, *others = map(pl.col, asked.columns())
    return over(asked, pl.all_horizontal([other.eq_missing(first) for other in others]))


@rule("select_column_values.unique.within_record", "multicolumn")
def _unique_within(asked: Asked) -> Rule:
    pairs = combinations(map(pl.col, asked.columns()), 2)
    return over(asked, pl.all_horizontal([one.ne_missing(other) for one, other in pairs]))
