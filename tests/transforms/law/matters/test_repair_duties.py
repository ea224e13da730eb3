"""What a granted repair asks to be done: carried out, pushed to another province; the day before, the day, after."""

from datetime import date

import pytest

from tests.transforms.law.matters.decision_examples import repair_step
from tests.transforms.law.publicity.penalty_examples import CALENDAR, NO_PUSHES, penalty, publicity_on
from tests.transforms.law.repair.repair_examples import DONE, LAW, log_on, records
from transforms.law.matters.deadlines import publicity_duties

GRANTED = [repair_step("repair", date(2026, 9, 30), "准1号")]  # before the holidays of October
TAKE_DOWN, PUSH = ("take_down", date(2026, 10, 10)), ("push_repair", date(2026, 10, 10))


def _asked(asked, as_of, steps=GRANTED, firm=None, **values):
    known = records([penalty(**DONE | values)], firm)
    found = publicity_on(known.penalties, known.enterprises, LAW, CALENDAR, as_of, log=log_on(steps, as_of, known))
    rows = publicity_duties(found, asked, as_of, NO_PUSHES).filter(system="gsxt")
    return rows.select("task", "by_on").rows()


@pytest.mark.parametrize(
    ("asked", "as_of", "expected"),
    [
        ("due", date(2026, 10, 9), []),
        ("due", date(2026, 10, 10), [TAKE_DOWN]),
        ("due", date(2026, 10, 11), []),
        ("overdue", date(2026, 10, 10), []),
        ("overdue", date(2026, 10, 11), [TAKE_DOWN]),
    ],
)
def test_to_be_taken_down_within_three_working_days(asked, as_of, expected):
    assert _asked(asked, as_of) == expected


def test_what_the_register_or_the_record_says_to_be_done_is_not_asked_for():
    carried = [*GRANTED, repair_step("carry_out", date(2026, 10, 9), "结1号")]
    assert _asked("due", date(2026, 10, 10), carried) == []
    assert _asked("overdue", date(2026, 10, 12), unpublished_on=date(2026, 10, 9)) == []


def test_that_it_was_off_display_before_the_revocation_says_nothing_of_the_time_after():
    again = [*GRANTED, repair_step("revoke_repair", date(2026, 12, 1), "撤1号")]
    known = records([penalty(**DONE, unpublished_on=date(2026, 10, 9))])
    day = date(2026, 12, 1)
    found = publicity_on(known.penalties, known.enterprises, LAW, CALENDAR, day, log=log_on(again, day, known))
    (row,) = found.filter(system="gsxt").rows(named=True)
    assert (row["state"], row["unpublished_on"]) == ("public", None)


def test_another_provinces_party_is_pushed_on_the_last_day_too():
    firm = {"region_code": "450100"}
    assert sorted(_asked("due", date(2026, 10, 10), firm=firm)) == [PUSH, TAKE_DOWN]
    assert _asked("due", date(2026, 10, 9), firm=firm) == []
