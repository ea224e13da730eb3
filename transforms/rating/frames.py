"""Operations on frames that several steps of a rating share.

Within a rating, enterprises and rules are numbered from 0, so that looking something up is taking it from its place in
a list: no join.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl


def value_at(number: pl.Expr, values: Sequence[object] | pl.Series, dtype: pl.DataType) -> pl.Expr:
    """The value at the place that `number` gives; null where the number is null."""
    return pl.lit(pl.Series(values, dtype=dtype)).gather(number)


def values_by_order(parts: Iterable[tuple[int, object]]) -> list[object]:
    """Pairs of (order, value) as a list in which each value is at its order; None where there is none."""
    found = dict(parts)
    return [found.get(order) for order in range(max(found, default=0) + 1)]


def rows_at_places(rows: pl.DataFrame, place: str, count: int) -> pl.DataFrame:
    """`count` rows, with each of `rows` at the place (0-based, unique) that its column `place` gives; else nulls.

    The column `place` is dropped.
    """
    none = pl.Series([None], dtype=pl.UInt32()).new_from_index(0, count)
    found = none.scatter(rows[place], pl.int_range(len(rows), dtype=pl.UInt32(), eager=True))
    return rows.drop(place).select(pl.all().gather(found))
