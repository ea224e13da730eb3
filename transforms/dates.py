"""Calendar arithmetic on columns of days, for ratings and for the law alike."""

from __future__ import annotations

import polars as pl

from transforms.policy_model.scheme import Duration


def end_of_duration(day: pl.Expr, span: Duration) -> pl.Expr:
    """Last day of `span` counted from `day`: 2024-02-29 and three years give 2027-02-28."""
    if span.days is not None:
        return day.dt.offset_by(f"{span.days}d")
    months = span.months if span.months is not None else 12 * (span.years or 0)
    return day.dt.offset_by(f"{months}mo")  # Polars clips to the month's last day


def day_after(day: pl.Expr) -> pl.Expr:
    """The next day; null stays null."""
    return (day.cast(pl.Int32) + 1).cast(pl.Date)
