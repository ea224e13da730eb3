"""Lists of what is due, overdue and ending; and what such a list cannot tell."""

from datetime import date

import pytest

from tests.transforms.law.publicity.penalty_examples import CALENDAR, GUANGXI, NO_PUSHES, calendar, found, penalty, text
from transforms.law.matters.deadlines import publicity_duties, undetermined_duties


def _asked(asked, as_of, *penalties, firm=None):
    rows = publicity_duties(found(list(penalties), as_of, firm), asked, as_of, NO_PUSHES)
    return [(row["system"], row["task"], row["by_on"]) for row in rows.iter_rows(named=True)]


@pytest.mark.parametrize(
    ("as_of", "due"),
    [
        (date(2025, 10, 28), []),
        (date(2025, 10, 29), [("gsxt", "publish", date(2025, 10, 29))]),
        (date(2025, 10, 30), []),
        (date(2025, 10, 11), [("credit_china", "publish", date(2025, 10, 11))]),
    ],
)
def test_due_on_the_day_itself(as_of, due):
    assert _asked("due", as_of, penalty()) == due


def test_another_provinces_party_is_due_to_be_pushed_then_published():
    far = {"region_code": "450100"}
    one = penalty(decided_on=date(2025, 6, 27))
    assert _asked("due", date(2025, 7, 11), one, firm=far) == [("gsxt", "push", date(2025, 7, 11))]
    assert _asked("due", date(2025, 7, 25), one, firm=far) == [("gsxt", "publish", date(2025, 7, 25))]


def test_a_push_is_asked_for_up_to_its_last_day_and_not_once_it_is_published():
    far, one = {"region_code": "450100"}, penalty(decided_on=date(2025, 6, 27))
    assert _asked("overdue", date(2025, 7, 12), one, firm=far) == []
    assert _asked("due", date(2025, 7, 11), one | {"published_on": date(2025, 7, 10)}, firm=far) == []


@pytest.mark.parametrize(
    ("as_of", "count"), [(date(2025, 10, 29), 0), (date(2025, 10, 30), 1), (date(2028, 10, 30), 1)]
)
def test_overdue_from_the_day_after_for_as_long_as_nobody_publishes_it(as_of, count):
    assert len(_asked("overdue", as_of, penalty())) == count


def test_what_is_published_is_not_due():
    done = penalty(published_on=date(2025, 10, 28))
    assert _asked("due", date(2025, 10, 29), done) == []
    assert _asked("overdue", date(2025, 10, 30), done) == []


ANNULLED = penalty(
    decided_on=date(2025, 8, 1), published_on=date(2025, 8, 20), state="revoked", revoked_on=date(2025, 9, 26)
)
WITHDRAW = [("gsxt", "withdraw", date(2025, 9, 30))]


@pytest.mark.parametrize(
    ("asked", "as_of", "found_duties"),
    [
        ("due", date(2025, 9, 29), []),
        ("due", date(2025, 9, 30), WITHDRAW),
        ("due", date(2025, 10, 1), []),
        ("overdue", date(2025, 9, 30), []),
        ("overdue", date(2025, 10, 1), WITHDRAW),
    ],
)
def test_withdrawal(asked, as_of, found_duties):
    assert _asked(asked, as_of, ANNULLED) == found_duties
    assert _asked(asked, as_of, ANNULLED | {"unpublished_on": date(2025, 9, 29)}) == []


def test_a_withdrawal_without_a_day_is_overdue_at_once():
    assert _asked("overdue", date(2025, 9, 26), ANNULLED | {"revoked_on": None}) == [("gsxt", "withdraw", None)]


@pytest.mark.parametrize(
    ("as_of", "count"),
    [(date(2028, 9, 30), 0), (date(2028, 10, 1), 1), (date(2028, 10, 29), 1), (date(2028, 10, 30), 0)],
)
def test_ending_this_month_from_today_on(as_of, count):
    one = penalty(published_on=date(2025, 10, 29), penalty_kinds=["fine", "confiscation_goods"])
    assert len([row for row in _asked("ending", as_of, one) if row[0] == "gsxt"]) == count


def test_ending_because_new_rules_begin():
    shown = penalty(field="other", decided_on=date(2024, 5, 6), published_on=date(2024, 5, 20))
    assert _asked("ending", date(2025, 12, 1), shown) == [("gsxt", "end", date(2025, 12, 24))]
    assert _asked("ending", date(2025, 12, 25), shown) == []


def test_not_ending_where_new_rules_will_show_it_longer():
    shown = penalty(fine_fen=9_000_000, decided_on=date(2025, 9, 12), published_on=date(2025, 9, 30))
    assert _asked("ending", date(2025, 12, 1), shown) == []


def test_ending_on_the_last_of_february_in_a_leap_year():
    one = penalty(
        penalty_kinds=["criticism"], fine_fen=None, decided_on=date(2023, 11, 1), published_on=date(2023, 11, 30)
    )
    assert _asked("ending", date(2024, 2, 29), one) == [("gsxt", "end", date(2024, 2, 29))]
    assert _asked("ending", date(2024, 3, 1), one) == []


def _unanswered(asked, as_of, *penalties, days=CALENDAR):
    rows = found(list(penalties), as_of, days=days)
    return undetermined_duties(rows, asked, as_of, days.last_on).height


def test_a_missing_threshold_concerns_the_lists_it_may_change():
    unset = penalty(authority_code=GUANGXI)
    assert _unanswered("due", date(2025, 10, 29), unset) == 0  # its day is known
    assert _unanswered("overdue", date(2025, 10, 29), unset) == 0
    assert _unanswered("overdue", date(2025, 10, 30), unset) == 1
    assert _unanswered("ending", date(2025, 10, 29), unset) == 1


def test_a_missing_year_concerns_only_days_beyond_the_calendar():
    late = penalty(decided_on=date(2026, 12, 15))
    for asked in ("due", "overdue", "ending"):
        assert _unanswered(asked, date(2026, 12, 31), late) == 0
    assert _unanswered("due", date(2027, 1, 4), late) == 1
    assert _unanswered("overdue", date(2027, 1, 4), late) == 1


def test_ends_that_roll_are_unanswered_only_in_months_beyond_the_calendar():
    days = calendar(text("calendar").replace("2016-04-01: stay", "2016-04-01: roll"))
    one = penalty(published_on=date(2025, 10, 29))
    assert _unanswered("ending", date(2026, 12, 1), one, days=days) == 0
    assert _unanswered("ending", date(2027, 1, 1), one, days=days) == 2
