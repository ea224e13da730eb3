"""Calendar arithmetic against the worked days of the law and against plain Python."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.dates import add_years, end_of_duration, end_of_window, first_day_in_window, full_years
from transforms.policy_model.document import Duration
from transforms.policy_model.scheme import Window


def _value(expr: pl.Expr) -> object:
    return pl.select(expr).item()


@pytest.mark.parametrize(
    ("day", "span", "end"),
    [
        (date(2021, 11, 30), {"months": 3}, date(2022, 2, 28)),
        (date(2023, 11, 30), {"months": 3}, date(2024, 2, 29)),
        (date(2024, 2, 29), {"years": 3}, date(2027, 2, 28)),
        (date(2024, 2, 29), {"years": 4}, date(2028, 2, 29)),
        (date(2023, 2, 28), {"years": 1}, date(2024, 2, 28)),
        (date(2025, 1, 31), {"months": 1}, date(2025, 2, 28)),
        (date(2025, 3, 10), {"months": 12}, date(2026, 3, 10)),
        (date(2024, 12, 31), {"days": 60}, date(2025, 3, 1)),
    ],
)
def test_spans_end_on_the_corresponding_day_or_the_months_last(day: date, span: dict[str, int], end: date) -> None:
    assert _value(end_of_duration(pl.lit(day), Duration(**span))) == end


@settings(max_examples=100, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 130))
def test_months_agree_with_plain_arithmetic(day: date, months: int) -> None:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]

    assert _value(end_of_duration(pl.lit(day), Duration(months=months))) == date(year, month + 1, min(day.day, last))


@pytest.mark.parametrize(
    ("window", "end"),
    [
        ({"calendar_years": 1}, date(2024, 12, 31)),
        ({"calendar_years": 3}, date(2026, 12, 31)),
        ({"rolling": {"years": 1}}, date(2025, 2, 28)),
        ({"unlimited": True, "until_expiry": True}, None),
    ],
)
def test_windows_end(window: dict[str, object], end: date | None) -> None:
    assert _value(end_of_window(pl.lit(date(2024, 2, 29)), Window.model_validate(window))) == end


_LENGTHS = [
    {"rolling": {"years": 2}},
    {"rolling": {"months": 1}},
    {"rolling": {"months": 18}},
    {"rolling": {"days": 30}},
    {"calendar_years": 1},
    {"calendar_years": 3},
]


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(_LENGTHS), st.dates(date(1990, 1, 1), date(2090, 1, 1)) | st.just(date(2024, 2, 29)))
def test_a_window_covers_a_day_from_this_day_on_and_not_from_the_day_before(
    length: dict[str, object], day: date
) -> None:
    window = Window.model_validate(length)
    first = first_day_in_window(window, day)

    assert first is not None
    ends = [_value(end_of_window(pl.lit(first + timedelta(days=shift)), window)) for shift in (-1, 0, 1)]
    assert [isinstance(end, date) and end >= day for end in ends] == [False, True, True]


def test_a_window_without_end_covers_a_day_from_ever() -> None:
    assert first_day_in_window(Window(unlimited=True), date(2025, 3, 10)) is None


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2024, 3, 10), date(2024, 3, 10), 0),
        (date(2024, 3, 10), date(2025, 3, 9), 0),
        (date(2024, 3, 10), date(2025, 3, 10), 0),
        (date(2024, 3, 10), date(2025, 3, 11), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 0),
        (date(2024, 2, 29), date(2025, 3, 1), 1),
        (date(2020, 2, 29), date(2024, 2, 29), 3),
        (date(2020, 2, 29), date(2024, 3, 1), 4),
        (date(2023, 12, 31), date(2024, 1, 1), 0),
    ],
)
def test_a_year_is_full_from_the_day_after_the_corresponding_day(start: date, end: date, years: int) -> None:
    assert _value(full_years(pl.lit(start), pl.lit(end))) == years


@settings(max_examples=100, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(0, 4000))
def test_full_years_are_the_most_that_are_over(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    years = _value(full_years(pl.lit(start), pl.lit(end)))

    assert isinstance(years, int)
    assert years == 0 or _value(add_years(pl.lit(start), pl.lit(years))) < end
    assert _value(add_years(pl.lit(start), pl.lit(years + 1))) >= end
