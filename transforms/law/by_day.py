"""A dated value of the law by the days of a column."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

import polars as pl

from transforms.policy.dated import Dated
from transforms.tables.shape import DAY

Value = TypeVar("Value")


def value_on(dated: Dated[Value] | None, day: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The value in force on `day`; null before the first, once ended, and where there is none."""
    values: Mapping[date, Value | None] = dated.values if dated else {}
    value: pl.Expr = pl.lit(None, dtype=dtype)
    for start, stated in sorted(values.items(), key=lambda one: one[0]):
        value = pl.when(day >= start).then(pl.lit(stated, dtype=dtype)).otherwise(value)
    return value


def met_on(dated: Dated[str], day: pl.Expr) -> pl.Expr:
    """Whether the SQL condition in force on `day` is met; false where there is none, or it cannot be told."""
    met: pl.Expr = pl.lit(False)
    for start, when in sorted(dated.values.items(), key=lambda one: one[0]):
        test = pl.sql_expr(when).fill_null(False) if when else pl.lit(False)
        met = pl.when(day >= start).then(test).otherwise(met)
    return met


def first_day_true(dated: Dated[bool], day: pl.Expr) -> pl.Expr:
    """The first day from `day` on, that day included, on which the value is true; null where there is none."""
    rules = sorted(dated.values.items(), key=lambda one: one[0])
    found: pl.Expr = pl.lit(None, dtype=DAY)
    for (start, is_true), follower in reversed(list(zip(rules, [*rules[1:], None], strict=True))):
        if is_true:
            candidate = pl.when(day.is_not_null()).then(pl.max_horizontal(day, pl.lit(start)))
            is_before = pl.lit(True) if follower is None else candidate < follower[0]
            found = pl.when(candidate.is_not_null() & is_before).then(candidate).otherwise(found)
    return found
