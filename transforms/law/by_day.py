"""A dated value of the law by the days of a column."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

import polars as pl

from transforms.policy.dated import Dated

Value = TypeVar("Value")


def value_on(dated: Dated[Value] | None, day: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The value in force on `day`; null before the first, once ended, and where there is none."""
    values: Mapping[date, Value | None] = dated.values if dated else {}
    value: pl.Expr = pl.lit(None, dtype=dtype)
    for start, stated in sorted(values.items(), key=lambda one: one[0]):
        value = pl.when(day >= start).then(pl.lit(stated, dtype=dtype)).otherwise(value)
    return value
