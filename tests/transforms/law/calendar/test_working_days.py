"""Working days, the calendar's own file, and the two unsettled conventions."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.law.law_oracle import is_working, months_after, working_days_after
from tests.transforms.law.publicity.penalty_examples import CALENDAR, calendar, text
from transforms.dates import end_of_duration
from transforms.law.calendar.working_days import (
    CalendarGap,
    Convention,
    add_working_days,
    effect_day,
    last_day,
    working_day_before,
)
from transforms.law.calendar.working_days import working_days_after as product_after
from transforms.policy_model import PolicyProblems
from transforms.policy_model.document import Duration
from transforms.policy_model.law import load_calendar_law

DAYS = st.dates(date(2024, 1, 1), date(2026, 10, 31))
NO_YEARS = "years: []"


def _notice(year, rest="[]", work="[]"):
    added = f"years: [{{year: {year}, rest: {rest}, work: {work}, basis: 通知, confidence: C}}]"
    return text("calendar").replace(NO_YEARS, added)


@pytest.mark.parametrize(
    ("event", "n", "last"),
    [
        (date(2025, 9, 25), 20, date(2025, 10, 29)),  # over National Day, two make-up weekend days
        (date(2026, 2, 13), 20, date(2026, 3, 19)),  # over Spring Festival
        (date(2024, 2, 8), 20, date(2024, 3, 13)),
        (date(2025, 6, 27), 20, date(2025, 7, 25)),
        (date(2025, 9, 26), 3, date(2025, 9, 30)),  # Sunday 28 September is worked
        (date(2025, 9, 30), 1, date(2025, 10, 9)),
        (date(2025, 10, 8), 1, date(2025, 10, 9)),
        (date(2025, 10, 9), 1, date(2025, 10, 10)),
        (date(2025, 10, 10), 1, date(2025, 10, 11)),  # a Saturday that is worked
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # a Sunday that is worked
    ],
)
def test_working_days_count_from_the_day_after(event, n, last):
    assert product_after(event, n, CALENDAR) == last


def test_the_librarys_working_days_are_those_of_the_notices():
    day, known = date(2024, 1, 1), set(CALENDAR.working_days)
    while day <= date(2026, 12, 31):
        assert (day in known) == is_working(day), day
        day += timedelta(days=1)


@given(DAYS, st.integers(1, 30))
def test_working_days_agree_with_the_oracle(day, n):
    assert product_after(day, n, CALENDAR) == working_days_after(day, n)


@given(st.dates(date(2016, 1, 1), date(2040, 12, 31)), st.integers(1, 60))
def test_months_agree_with_the_oracle(day, months):
    assert pl.select(end_of_duration(pl.lit(day), Duration(months=months))).item() == months_after(day, months)


@pytest.mark.parametrize(
    ("event", "months", "last"),
    [
        (date(2021, 11, 30), 3, date(2022, 2, 28)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),
        (date(2023, 11, 29), 3, date(2024, 2, 29)),
        (date(2025, 8, 31), 1, date(2025, 9, 30)),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_months_last(event, months, last):
    assert pl.select(end_of_duration(pl.lit(event), Duration(months=months))).item() == last


@pytest.mark.parametrize(
    ("convention", "first_off"),
    [
        (Convention("corresponding", "stay"), date(2025, 10, 4)),
        (Convention("next", "stay"), date(2025, 10, 5)),
        (Convention("corresponding", "roll"), date(2025, 10, 9)),
        (Convention("next", "roll"), date(2025, 10, 10)),
    ],
)
def test_both_conventions_for_a_period_that_ends_in_the_long_holiday(convention, first_off):
    end = pl.lit(date(2025, 10, 4))
    assert pl.select(effect_day(last_day(end, convention, CALENDAR), convention)).item() == first_off


def test_a_period_that_ends_on_a_working_day_does_not_roll():
    end = pl.lit(date(2025, 10, 9))
    assert pl.select(last_day(end, Convention("next", "roll"), CALENDAR)).item() == date(2025, 10, 9)


def test_conventions_come_from_the_file():
    assert CALENDAR.convention == Convention("next", "stay")
    changed = text("calendar").replace("2016-04-01: next", "2016-04-01: corresponding, 2026-02-01: next")
    assert calendar(changed, date(2026, 1, 31)).convention.first_day == "corresponding"
    assert calendar(changed, date(2026, 2, 1)).convention.first_day == "next"


def test_an_unknown_year_is_an_error_that_names_the_file_and_only_for_what_needs_it():
    assert product_after(date(2026, 12, 30), 1, CALENDAR) == date(2026, 12, 31)
    with pytest.raises(CalendarGap, match=r"knows 2004-01-01 to 2026-12-31; add .* policy/law/calendar.yaml"):
        product_after(date(2026, 12, 30), 2, CALENDAR)
    with pytest.raises(CalendarGap):
        product_after(date(2003, 12, 31), 1, CALENDAR)
    assert product_after(date(2004, 1, 1), 1, CALENDAR) == date(2004, 1, 2)  # the first day that is known


def test_a_column_is_empty_only_where_the_calendar_does_not_reach():
    days = pl.DataFrame({"day": [date(2026, 12, 30), None, date(2026, 12, 31)]})
    later = days.select(add_working_days(pl.col("day"), pl.lit(1), CALENDAR)).to_series()
    assert later.to_list() == [date(2026, 12, 31), None, None]


def test_the_file_adds_a_year_and_the_days_it_names():
    longer = calendar(_notice(2027, rest="[2027-01-01]", work="[2027-01-03]"))
    assert product_after(date(2026, 12, 31), 1, longer) == date(2027, 1, 3)
    assert product_after(date(2026, 12, 31), 2, longer) == date(2027, 1, 4)
    assert longer.last_on == date(2027, 12, 31)


def test_the_file_changes_days_of_a_known_year():
    changed = calendar(_notice(2025, rest="[2025-09-03]", work="[2025-09-06]"))
    assert product_after(date(2025, 9, 2), 1, changed) == date(2025, 9, 4)
    assert product_after(date(2025, 9, 5), 1, changed) == date(2025, 9, 6)


def test_a_year_after_a_hole_is_not_known():
    assert calendar(_notice(2028)).last_on == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("rest", "told"), [("[2028-01-01]", "2028-01-01 is no day of 2027"), ("[2027-01-01, 2027-01-01]", "is given twice")]
)
def test_mistakes_in_the_file_are_reported(rest, told):
    with pytest.raises(PolicyProblems, match=told):
        load_calendar_law(_notice(2027, rest=rest), "calendar.yaml")


@given(day=DAYS, n=st.integers(1, 90))
def test_a_working_day_before_is_counted_back_day_by_day(day, n):
    at, left = day, n
    while left:
        at -= timedelta(days=1)
        left -= is_working(at)
    assert pl.select(working_day_before(pl.lit(day), pl.lit(n), CALENDAR)).item() == at


@pytest.mark.parametrize(
    ("day", "n"),
    [(CALENDAR.last_on + timedelta(days=1), 1), (CALENDAR.first_on, 1), (None, 1), (CALENDAR.last_on, None)],
)
def test_before_or_beyond_the_calendar_no_working_day_is_counted_back(day, n):
    found = working_day_before(pl.lit(day, dtype=pl.Date()), pl.lit(n, dtype=pl.Int64()), CALENDAR)
    assert pl.select(found).item() is None
