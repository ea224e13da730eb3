"""Calendar arithmetic on columns of days, for ratings and for the law alike."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from transforms.policy_model.document import Duration
from transforms.policy_model.scheme import Window

_LEAP_DAY = 2 * 32 + 29  # month * 32 + day


def day_after(day: pl.Expr) -> pl.Expr:
    """The next day; null stays null."""
    return (day.cast(pl.Int32) + 1).cast(pl.Date)


def end_of_duration(day: pl.Expr, duration: Duration) -> pl.Expr:
    """Last day of `duration` counted from `day`: 2024-02-29 and three years give 2027-02-28."""
    if duration.days is not None:
        return day.dt.offset_by(f"{duration.days}d")
    months = duration.months if duration.months is not None else 12 * (duration.years or 0)
    return day.dt.offset_by(f"{months}mo")  # Polars clips to the month's last day


def add_years(day: pl.Expr, years: pl.Expr) -> pl.Expr:
    """As `end_of_duration`, for a number of years that differs by row."""
    year = day.dt.year().cast(pl.Int64) + years
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    is_leap_day = (day.dt.month() == 2) & (day.dt.day() == 29)
    return pl.date(year, day.dt.month(), day.dt.day() - (is_leap_day & ~is_leap).cast(pl.Int8))


def full_years(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """The most whole years counted from `start` that are over before `end`. Requires start <= end."""
    start_day, end_day = (one.dt.month().cast(pl.Int64) * 32 + one.dt.day() for one in (start, end))
    is_clipped = (start_day == _LEAP_DAY) & ~end.dt.is_leap_year()
    is_over = pl.when(is_clipped).then(_LEAP_DAY - 1).otherwise(start_day) < end_day
    years = (end.dt.year() - start.dt.year()).cast(pl.Int64)
    return pl.max_horizontal(years - (~is_over).cast(pl.Int64), pl.lit(0, dtype=pl.Int64))


def end_of_window(day: pl.Expr, window: Window) -> pl.Expr:
    """Last day on which a record of `day` is within the window; null where it always is.

    The record's own term (`until_expiry`) is not considered.
    """
    if window.rolling is not None:
        return end_of_duration(day, window.rolling)
    if window.calendar_years is not None:
        return pl.date(day.dt.year() + (window.calendar_years - 1), 12, 31)
    return pl.lit(None, dtype=pl.Date())


def first_day_in_window(window: Window, day: date) -> date | None:
    """The earliest day of a record whose window still includes `day`; None where every earlier day does."""
    if window.unlimited:
        return None
    duration = window.rolling or Duration(years=window.calendar_years)
    back = (duration.days or 0) + 31 * (duration.months or 0) + 366 * (duration.years or 0)
    days = pl.select(on=pl.date_range(day - timedelta(days=back), day))
    first: date = days.filter(end_of_window(pl.col("on"), window) >= day).item(0, "on")
    return first
