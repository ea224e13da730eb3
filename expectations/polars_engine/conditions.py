"""Row conditions as expressions, with nulls as in pandas: they equal nothing, so `!=` and NOT IN keep them."""

from __future__ import annotations

import operator
from collections.abc import Callable
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

from .literals import literal, literals
from .plans import UnfitColumn, UnknownColumn

_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS_THAN: operator.lt,
    Operator.LESS_THAN_OR_EQUAL: operator.le,
    Operator.GREATER_THAN: operator.gt,
    Operator.GREATER_THAN_OR_EQUAL: operator.ge,
}


def condition(said: object, schema: pl.Schema) -> pl.Expr | None:
    """The expression that keeps the rows of a row condition; None where there is none.

    Raises UnfitColumn for a condition in the language of another engine, UnknownColumn for a column not there.
    """
    read = deserialize_row_condition(said) if said else None
    return None if read is None else expression(read, schema)


def expression(said: Condition | str, schema: pl.Schema) -> pl.Expr:
    """One condition, or several joined, as an expression without nulls."""
    if isinstance(said, AndCondition | OrCondition):
        join = operator.and_ if isinstance(said, AndCondition) else operator.or_
        return reduce(join, (expression(one, schema) for one in said.conditions))
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
