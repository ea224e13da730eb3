"""Values out of a suite, brought to the type of the column that they are compared with.

Suites are kept as JSON, from where days and instants come back as text.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import polars as pl

from .plans import UnfitColumn


def literal(value: object, name: str, dtype: pl.DataType) -> pl.Expr:
    """`value` as a literal that compares with column `name`; raises UnfitColumn where it cannot."""
    read = _read(value, dtype)
    if read is None:
        raise UnfitColumn(f'"{name}" is {dtype}: {value!r} ({type(value).__name__}) does not compare with it')
    return pl.lit(read, dtype if dtype.is_temporal() else None)


def literals(values: Iterable[object], dtype: pl.DataType) -> pl.Series:
    """Those of `values` that a column of this type can hold; the others could never be met there."""
    kept = [read for read in (_read(value, dtype) for value in values) if read is not None]
    if not dtype.is_integer():
        return pl.Series(kept, dtype=dtype)
    whole = [int(one) for one in kept if one == int(one) and -(2**63) <= one < 2**63]
    return pl.Series(whole, dtype=pl.Int64).cast(dtype, strict=False).drop_nulls()


def _read(value: object, dtype: pl.DataType) -> Any:  # noqa: ANN401
    """The value as this type's Python value; None where the type cannot hold it."""
    if dtype.is_temporal():
        return _instant(value, dtype)
    if dtype == pl.Boolean:
        return value if isinstance(value, bool) else None
    if dtype.is_numeric():
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return value if isinstance(value, str) else None
    return None


def _instant(value: object, dtype: pl.DataType) -> date | datetime | None:
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
