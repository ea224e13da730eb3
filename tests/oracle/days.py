"""Calendar arithmetic of the oracle, on single days with the standard library alone."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Any

DAY = timedelta(days=1)
FOR_EVER = date.max


def months_later(day: date, months: int) -> date:
    """The corresponding day so many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def end_of_span(day: date, span: dict[str, int]) -> date:
    """The last day of a span after `day`; the day of the event itself does not count."""
    if "days" in span:
        return day + span["days"] * DAY
    return months_later(day, span["months"] if "months" in span else 12 * span["years"])


def end_of_window(day: date, window: dict[str, Any]) -> date:
    """The last day on which an event of `day` counts, whatever the record's own term; FOR_EVER without end."""
    if "rolling" in window:
        return end_of_span(day, window["rolling"])
    if "calendar_years" in window:
        return date(day.year + window["calendar_years"] - 1, 12, 31)
    return FOR_EVER


def full_years(first: date, last: date) -> int:
    """How many whole years lie between two days: a year is full from the day after the corresponding day."""
    years = 0
    while end_of_span(first, {"years": years + 1}) < last:
        years += 1
    return years


def after(day: date) -> date | None:
    """The day after a last day; None where there is no last day."""
    return None if day == FOR_EVER else day + DAY
