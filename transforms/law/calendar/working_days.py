"""Working days, and the two unsettled conventions by which a period of months or years ends.

Working days are those of the library `chinese_calendar`, a table of the State Council's notices, extended by
policy/law/calendar.yaml. Expressions give null for a day beyond the calendar; only `working_days_after` raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

import polars as pl

from transforms.dates import day_after
from transforms.policy_model.document import PolicyGap
from transforms.policy_model.law import CalendarLaw, CalendarYear
from transforms.schemas.base import DATE

CALENDAR_FILE = "policy/law/calendar.yaml"
_FIRST_WEEKEND_DAY = 5
_DAY = timedelta(days=1)


class CalendarGap(PolicyGap):
    """A working day in a year that the calendar does not cover; the message names the file to extend."""


class Convention(NamedTuple):
    """How the end of a period of months or years is read.

    first_day: whether the end takes effect on the day after the last day or on the corresponding day itself.
    rollover: whether a last day that is no working day moves to the next one. See `CalendarLaw`.
    """

    first_day: Literal["next", "corresponding"]
    rollover: Literal["stay", "roll"]


EARLIEST = Convention("corresponding", "stay")
LATEST = Convention("next", "roll")


@dataclass(frozen=True)
class Calendar:
    """Every working day from `first_on` to `last_on`, ascending, and the convention in force."""

    working_days: pl.Series
    first_on: date
    last_on: date
    convention: Convention


def calendar_of(law: CalendarLaw, day: date) -> Calendar:
    """The library's years and those of `law`, up to the first missing year, with the conventions in force on `day`."""
    from chinese_calendar import holidays, workdays  # noqa: PLC0415 (its tables are slow to load and rarely needed)

    def is_usual(day: date) -> bool:  # the library's is_workday computes the range of its tables at every call
        return day in workdays or (day.weekday() < _FIRST_WEEKEND_DAY and day not in holidays)

    notices = {notice.year: notice for notice in law.years}
    years = {holiday.year for holiday in holidays} | set(notices)
    first_year = next_year = min(years)
    days: list[date] = []
    while next_year in years:
        days += _working_days(next_year, notices.get(next_year), is_usual)
        next_year += 1
    convention = Convention(law.first_day.on(day) or "next", law.rollover.on(day) or "stay")
    series = pl.Series("working_day", days, dtype=DATE)
    return Calendar(series, date(first_year, 1, 1), date(next_year - 1, 12, 31), convention)


def _working_days(year: int, notice: CalendarYear | None, is_usual: Callable[[date], bool]) -> Iterable[date]:
    rest = frozenset(notice.rest) if notice else frozenset()
    work = frozenset(notice.work) if notice else frozenset()
    day = date(year, 1, 1)
    while day.year == year:
        if day in work or (is_usual(day) and day not in rest):
            yield day
        day += _DAY


def working_days_after(day: date, n: int, calendar: Calendar) -> date:
    """The n-th working day after `day`, `day` itself not counted. Raises CalendarGap beyond the calendar."""
    found = pl.select(add_working_days(pl.lit(day, dtype=DATE), pl.lit(n), calendar)).item()
    if not isinstance(found, date):
        raise CalendarGap(
            f"{n} working days after {day}: the calendar of working days knows {calendar.first_on} to "
            f"{calendar.last_on}; add the next year's notice under 'years' in {CALENDAR_FILE}"
        )
    return found


def missing_notice(calendar: Calendar) -> str:
    """In Chinese: the State Council notice that has to be added before a day beyond the calendar can be computed."""
    year = calendar.last_on.year + 1
    return f"国务院办公厅关于{year}年部分节假日安排的通知尚未录入工作日历，期限暂不能计算，录入后自动计算"


def add_working_days(day: pl.Expr, n: pl.Expr, calendar: Calendar) -> pl.Expr:
    """The n-th working day after `day`; null where either is null, and beyond the calendar."""
    count_until = pl.lit(calendar.working_days).search_sorted(day, side="right").cast(pl.Int64)
    return _pick(count_until + n - 1, day.is_not_null() & (day >= calendar.first_on), calendar)


def working_day_before(day: pl.Expr, n: pl.Expr, calendar: Calendar) -> pl.Expr:
    """The n-th working day before `day`; null where either is null, and beyond the calendar."""
    count_before = pl.lit(calendar.working_days).search_sorted(day, side="left").cast(pl.Int64)
    return _pick(count_before - n, (day <= calendar.last_on) & (count_before >= n), calendar)


def working_day_on_or_after(day: pl.Expr, calendar: Calendar) -> pl.Expr:
    """`day` where it is a working day, else the next one; null beyond the calendar."""
    count_before = pl.lit(calendar.working_days).search_sorted(day, side="left").cast(pl.Int64)
    return _pick(count_before, day.is_not_null() & (day >= calendar.first_on), calendar)


def _pick(position: pl.Expr, is_valid: pl.Expr, calendar: Calendar) -> pl.Expr:
    is_known = is_valid & (position < len(calendar.working_days))
    return pl.lit(calendar.working_days).gather(pl.when(is_known).then(position))


def last_day(end: pl.Expr, convention: Convention, calendar: Calendar) -> pl.Expr:
    """The last day of a period whose corresponding day is `end`; null beyond the calendar."""
    return working_day_on_or_after(end, calendar) if convention.rollover == "roll" else end


def effect_day(last_on: pl.Expr, convention: Convention) -> pl.Expr:
    """The day on which the end of a period with last day `last_on` takes effect."""
    return last_on if convention.first_day == "corresponding" else day_after(last_on)
