"""Calendar arithmetic on columns of days.

The day of the event does not count; a span of months or years ends on the corresponding day, or on the
month's last day where there is none, and that day belongs to the span.
"""

from __future__ import annotations

import polars as pl

from transforms.policy.scheme import Span, Window

_NEVER = pl.lit(None, dtype=pl.Date())


def end_of_span(day: pl.Expr, span: Span) -> pl.Expr:
    """Last day of `span` counted from `day`: 2024-02-29 and three years give 2027-02-28."""
    if span.days is not None:
        return day.dt.offset_by(f"{span.days}d")
    months = span.months if span.months is not None else 12 * (span.years or 0)
    return day.dt.offset_by(f"{months}mo")  # Polars clips to the month's last day


def end_of_window(day: pl.Expr, window: Window) -> pl.Expr:
    """Last day on which a record of `day` counts; null for ever. A record's own term is no part of it."""
    if window.rolling is not None:
        return end_of_span(day, window.rolling)
    if window.calendar_years is not None:
        return pl.date(day.dt.year() + (window.calendar_years - 1), 12, 31)
    return _NEVER


def day_after(day: pl.Expr) -> pl.Expr:
    """The next day; null stays null."""
    return day.dt.offset_by("1d")


def years_later(day: pl.Expr, years: pl.Expr) -> pl.Expr:
    """The day that many whole years later, by the rule of `end_of_span`, the number varying by row."""
    year = day.dt.year().cast(pl.Int64) + years
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    is_leap_day = (day.dt.month() == 2) & (day.dt.day() == 29)
    return pl.date(year, day.dt.month(), day.dt.day() - (is_leap_day & ~is_leap).cast(pl.Int8))


def full_years(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Whole years that are over before `end`: the largest k whose span from `start` ends before it.

    Needs start < end, or start == end, which gives 0.
    """
    years = (end.dt.year() - start.dt.year()).cast(pl.Int64)
    is_over = years_later(start, years) < end
    return pl.max_horizontal(years - (~is_over).cast(pl.Int64), pl.lit(0, dtype=pl.Int64))
