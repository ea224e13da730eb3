"""Working days, and the unsettled conventions by which periods of months or years end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

import polars as pl

from transforms.dates import day_after
from transforms.policy_model.dated_values import PolicyGap
from transforms.policy_model.law_calendar import CalendarLaw, CalendarYear
from transforms.schemas.base import DATE

CALENDAR_FILE = "policy/law/calendar.yaml"
_FIRST_WEEKEND_DAY = 5
_DAY = timedelta(days=1)


class CalendarGap(PolicyGap):
    """A working day was asked for in a year the calendar does not know; the message names the file to extend."""


class Convention(NamedTuple):
    """How the end of a period of months or years is read; see CalendarLaw."""

    first_day: Literal["next", "corresponding"]
    rollover: Literal["stay", "roll"]


EARLIEST = Convention("corresponding", "stay")
LATEST = Convention("next", "roll")


@dataclass(frozen=True)
class Calendar:
    """working_days: every working day from `first_on` to `last_on`, the days that are known, in order."""

    working_days: pl.Series
    first_on: date
    last_on: date
    convention: Convention


def calendar_of(law: CalendarLaw, day: date) -> Calendar:
    """The library's years with those of `law`, as far as they follow one another; conventions as in force on `day`."""
    from chinese_calendar import holidays, workdays  # noqa: PLC0415 (its tables are slow to load, and seldom needed)

    def is_usual(day: date) -> bool:  # its own is_workday looks for the ends of its tables at every call
        return day in workdays or (day.weekday() < _FIRST_WEEKEND_DAY and day not in holidays)

    added, in_library = {one.year: one for one in law.years}, {holiday.year for holiday in holidays}
    years = _joined(in_library | set(added))
    known: list[date] = []
    for year in years:
        known += _working_days(year, added.get(year), is_usual)
    convention = Convention(law.first_day.on(day) or "next", law.rollover.on(day) or "stay")
    days = pl.Series("working_day", known, dtype=DATE)
    return Calendar(days, date(years[0], 1, 1), date(years[-1], 12, 31), convention)


def _joined(years: set[int]) -> range:
    """Years that follow one another from the first: past a hole no working day can be counted."""
    end = min(years)
    while end in years:
        end += 1
    return range(min(years), end)


def _working_days(year: int, notice: CalendarYear | None, is_usual: Callable[[date], bool]) -> Iterable[date]:
    rest = frozenset(notice.rest) if notice else frozenset()
    work = frozenset(notice.work) if notice else frozenset()
    day = date(year, 1, 1)
    while day.year == year:
        if day in work or (is_usual(day) and day not in rest):
            yield day
        day += _DAY


def working_days_after(day: date, n: int, calendar: Calendar) -> date:
    """The n-th working day after `day`, which does not count. Raises CalendarGap for what the calendar cannot know."""
    found = pl.select(add_working_days(pl.lit(day, dtype=DATE), pl.lit(n), calendar)).item()
    if not isinstance(found, date):
        raise CalendarGap(
            f"{n} working days after {day}: the calendar of working days knows {calendar.first_on} to "
            f"{calendar.last_on}; add the next year's notice under 'years' in {CALENDAR_FILE}"
        )
    return found


def missing_notice(calendar: Calendar) -> str:
    """Which notice of the State Council a day beyond the calendar waits for, in Chinese."""
    year = calendar.last_on.year + 1
    return f"国务院办公厅关于{year}年部分节假日安排的通知尚未录入工作日历，期限暂不能计算，录入后自动计算"


def add_working_days(day: pl.Expr, n: pl.Expr, calendar: Calendar) -> pl.Expr:
    """The n-th working day after `day`; null where either is null or the calendar does not reach."""
    passed = pl.lit(calendar.working_days).search_sorted(day, side="right").cast(pl.Int64)
    return _pick(passed + n - 1, day.is_not_null() & (day >= calendar.first_on), calendar)


def working_day_on_or_after(day: pl.Expr, calendar: Calendar) -> pl.Expr:
    """`day` where it is a working day, else the next one; null where the calendar does not reach."""
    before = pl.lit(calendar.working_days).search_sorted(day, side="left").cast(pl.Int64)
    return _pick(before, day.is_not_null() & (day >= calendar.first_on), calendar)


def _pick(position: pl.Expr, is_asked: pl.Expr, calendar: Calendar) -> pl.Expr:
    is_known = is_asked & (position < len(calendar.working_days))
    return pl.lit(calendar.working_days).gather(pl.when(is_known).then(position))


def last_day(end: pl.Expr, convention: Convention, calendar: Calendar) -> pl.Expr:
    """The last day of a period that ends on the corresponding day `end`; null where the calendar does not reach."""
    return working_day_on_or_after(end, calendar) if convention.rollover == "roll" else end


def effect_day(last_on: pl.Expr, convention: Convention) -> pl.Expr:
    """The first day on which the end of a period with that last day takes effect."""
    return last_on if convention.first_day == "corresponding" else day_after(last_on)
