"""Operations on eager frames that several steps of a rating share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import cast

import polars as pl

from transforms.dates import end_of_duration
from transforms.policy_model.scheme import Duration, Window


def value_at(number: pl.Expr, values: Sequence[object] | pl.Series, dtype: pl.DataType) -> pl.Expr:
    """The value at the place in the list that a number gives; null for null."""
    return pl.lit(pl.Series(values, dtype=dtype)).gather(number)


def values_by_order(parts: Iterable[tuple[int, object]]) -> list[object]:
    """Values in a list at their orders; None where there is none."""
    found = dict(parts)
    return [found.get(order) for order in range(max(found, default=0) + 1)]


def rows_at_places(rows: pl.DataFrame, place: str, count: int) -> pl.DataFrame:
    """The rows at the places that their column `place` gives, of `count` places; null where none has the place.

    No two have the same. Without a join: where numbers are places there is nothing to look for.
    """
    none = pl.Series([None], dtype=pl.UInt32()).new_from_index(0, count)
    found = none.scatter(rows[place], pl.int_range(len(rows), dtype=pl.UInt32(), eager=True))
    return rows.drop(place).select(pl.all().gather(found))


def side_by_side(rows: pl.DataFrame, *others: pl.DataFrame) -> pl.DataFrame:
    """Rows that stand in the same order, side by side."""
    return pl.concat([rows, *others], how="horizontal")


def sort_rows(rows: pl.DataFrame, *by: pl.Expr | str) -> pl.DataFrame:
    """The rows sorted. An order is found and followed in half the time where they lie in one piece.

    To share the work of finding it among processors costs more than it saves.
    """
    in_one = rows.rechunk()
    return in_one[in_one.select(pl.arg_sort_by(*by, multithreaded=False)).to_series()]


_LEAP_DAY = 2 * 32 + 29

_NEVER = pl.lit(None, dtype=pl.Date())


def end_of_window(day: pl.Expr, window: Window) -> pl.Expr:
    """Last day on which a record of `day` counts; null for ever. A record's own term is no part of it."""
    if window.rolling is not None:
        return end_of_duration(day, window.rolling)
    if window.calendar_years is not None:
        return pl.date(day.dt.year() + (window.calendar_years - 1), 12, 31)
    return _NEVER


def window_ends(hits: pl.DataFrame, windows: Mapping[int, Window | None]) -> pl.Series:
    """Last day on which each hit (event_on, rule) counts, by the windows of rules; null for ever, and for no window.

    Many hits fall on few days: what a window gives is computed for each day there is, and looked up.
    """
    days, place = _days_of(hits["event_on"])
    kinds = [window for window in dict.fromkeys(windows.values()) if window is not None]
    ends = days.to_frame("day").with_columns(
        end_of_window(pl.col("day"), kind).alias(str(n)) for n, kind in enumerate(kinds)
    )
    table = pl.concat([pl.Series(dtype=pl.Date()), *(ends[str(n)] for n in range(len(kinds)))])
    starts = values_by_order((order, window and kinds.index(window) * len(days)) for order, window in windows.items())
    start = value_at(pl.col("rule"), starts, pl.Int32())
    return hits.select(value_at(start + place, table, pl.Date())).to_series()


def _days_of(column: pl.Series) -> tuple[pl.Series, pl.Expr]:
    """Days, and the place among them of each in the column: the calendar between, unless that is longer."""
    first, last = cast("tuple[date | None, date | None]", (column.min(), column.max()))
    if first is None or last is None or (last - first).days > len(column):
        return column, pl.int_range(pl.len(), dtype=pl.Int32())
    since = (first - date(1970, 1, 1)).days
    return pl.date_range(first, last, eager=True), pl.col(column.name).cast(pl.Int32()) - since


def first_day_in_window(window: Window, day: date) -> date | None:
    """The earliest day whose window covers `day`; None for ever."""
    if window.unlimited:
        return None
    span = window.rolling or Duration(years=window.calendar_years)
    back = (span.days or 0) + 31 * (span.months or 0) + 366 * (span.years or 0)
    days = pl.select(on=pl.date_range(day - timedelta(days=back), day))
    first: date = days.filter(end_of_window(pl.col("on"), window) >= day).item(0, "on")
    return first


def add_years(day: pl.Expr, years: pl.Expr) -> pl.Expr:
    """The day that many whole years later, by the rule of `end_of_span`, the number varying by row."""
    year = day.dt.year().cast(pl.Int64) + years
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    is_leap_day = (day.dt.month() == 2) & (day.dt.day() == 29)
    return pl.date(year, day.dt.month(), day.dt.day() - (is_leap_day & ~is_leap).cast(pl.Int8))


def full_years(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Whole years that are over before `end`: the largest k whose span from `start` ends before it.

    Needs start < end, or start == end, which gives 0.
    """
    day, last = (one.dt.month().cast(pl.Int64) * 32 + one.dt.day() for one in (start, end))
    is_over = pl.when((day == _LEAP_DAY) & ~end.dt.is_leap_year()).then(_LEAP_DAY - 1).otherwise(day) < last
    years = (end.dt.year() - start.dt.year()).cast(pl.Int64)
    return pl.max_horizontal(years - (~is_over).cast(pl.Int64), pl.lit(0, dtype=pl.Int64))
