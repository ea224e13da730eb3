"""Where applications stand, what is awaited by when; decisions on falsehood, public themselves."""

from datetime import date

import pytest

from tests.transforms.law.matters.decision_examples import LISTING_NO, PENALTY_NO, repair_step, step
from tests.transforms.law.publicity.penalty_examples import CALENDAR, penalty
from tests.transforms.law.repair.repair_examples import DONE, LAW, decisions, log_on, records
from transforms.law.repair.applications import applications, falsehoods
from transforms.schemas.law import APPLICATION, FALSEHOOD

APPLIED, ACCEPTED = (
    repair_step("apply", date(2026, 10, 12), "申1号"),
    repair_step("accept", date(2026, 10, 13), "受1号"),
)
REFUSED = repair_step("refuse_repair", date(2026, 10, 16), "拒1号", reason="尚未履行")
LISTED = step("list", date(2025, 10, 9), LISTING_NO, PENALTY_NO, situation="fake_drugs")


def _applications(steps, as_of):
    known = records([penalty(**DONE)])
    return applications(log_on(steps, as_of, known), decisions(steps)).collect()


@pytest.mark.parametrize(
    ("steps", "as_of", "state", "awaited", "by_on", "is_extended"),
    [
        ([APPLIED], date(2026, 10, 12), "applied", "accept", date(2026, 10, 14), False),
        ([APPLIED, ACCEPTED], date(2026, 10, 13), "accepted", "repair", date(2026, 10, 22), False),
        (
            [APPLIED, ACCEPTED, repair_step("extend", date(2026, 10, 20), "延1号")],
            date(2026, 10, 20),
            "accepted",
            "repair",
            date(2026, 11, 5),
            True,
        ),
        ([APPLIED, ACCEPTED, REFUSED], date(2026, 10, 16), "refused", None, None, None),
    ],
)
def test_each_application_with_its_state_and_term(steps, as_of, state, awaited, *, by_on, is_extended):
    (row,) = _applications(steps, as_of).rows(named=True)
    assert (row["state"], row["awaited"], row["by_on"], row["is_extended"]) == (state, awaited, by_on, is_extended)


def test_a_refusal_says_why_and_a_grant_has_no_reason_to_give():
    (row,) = _applications([APPLIED, ACCEPTED, REFUSED], date(2026, 10, 16)).rows(named=True)
    assert (row["last_title"], row["last_no"], row["reason"]) == ("不予修复", "拒1号", "尚未履行")
    granted = repair_step("repair", date(2026, 10, 16), "准1号", reason="符合条件")
    (row,) = _applications([APPLIED, ACCEPTED, granted], date(2026, 10, 16)).rows(named=True)
    assert (row["last_title"], row["reason"]) == ("准予修复", None)


def test_of_one_days_steps_the_last_taken_is_the_last():
    on = date(2026, 10, 12)
    (row,) = _applications([repair_step("accept", on, "甲"), repair_step("apply", on, "乙")], on).rows(named=True)
    assert (row["state"], row["last_no"]) == ("accepted", "甲")


def test_an_impossible_step_changes_nothing():
    steps = [APPLIED, repair_step("revoke_repair", date(2026, 10, 13), "撤1号")]
    (row,) = _applications(steps, date(2026, 10, 13)).rows(named=True)
    assert (row["state"], row["last_no"]) == ("applied", "申1号")


def test_a_listing_belongs_here_once_its_removal_was_asked_for():
    assert _applications([LISTED], date(2026, 12, 1)).height == 0
    asked = step("apply", date(2026, 11, 2), "申2号", LISTING_NO)
    rows = _applications([LISTED, asked], date(2026, 12, 1))
    assert rows.schema == APPLICATION.schema
    awaited = rows.select("matter", "listing_no", "awaited").rows()
    assert awaited == [("listing", LISTING_NO, "accept"), ("listing", LISTING_NO, "publish_listing")]


FALSE = repair_step("refuse_repair", date(2026, 10, 16), "拒1号", situation="falsehood")
GRANTED = repair_step("repair", date(2026, 10, 16), "准1号")


def _falsehoods(steps, as_of):
    known = records([penalty(**DONE)])
    found = falsehoods(log_on(steps, as_of, known), decisions(steps), LAW.repairs, CALENDAR, as_of)
    return found.collect()


@pytest.mark.parametrize(
    ("steps", "as_of", "expected"),
    [
        ([APPLIED, REFUSED], date(2026, 12, 1), []),
        ([APPLIED, FALSE], date(2026, 10, 16), [("拒1号", "public", date(2029, 10, 16))]),
        ([APPLIED, FALSE], date(2029, 10, 16), [("拒1号", "public", date(2029, 10, 16))]),
        ([APPLIED, FALSE], date(2029, 10, 17), [("拒1号", "ended", date(2029, 10, 16))]),
        (
            [GRANTED, repair_step("revoke_repair", date(2027, 1, 15), "撤1号")],
            date(2027, 1, 15),
            [("撤1号", "public", date(2030, 1, 15))],
        ),
        ([repair_step("revoke_repair", date(2027, 1, 15), "撤1号")], date(2027, 1, 15), []),  # impossible
        (
            [repair_step("apply", date(2025, 12, 22)), FALSE | {"decided_on": date(2025, 12, 24)}],
            date(2026, 1, 5),
            [],
        ),
        (
            [repair_step("apply", date(2025, 12, 22)), FALSE | {"decided_on": date(2025, 12, 25)}],
            date(2026, 1, 5),
            [("拒1号", "public", date(2028, 12, 25))],
        ),
    ],
)
def test_a_decision_on_falsehood_is_public_for_three_years(steps, as_of, expected):
    rows = _falsehoods(steps, as_of)
    assert rows.schema == FALSEHOOD.schema
    assert rows.select("decision_no", "state", "last_day_on").rows() == expected


def test_the_restored_listing_is_one_too():
    left = [
        step("remove", date(2026, 11, 2), "移1号", LISTING_NO),
        step("restore_listing", date(2027, 1, 15), "恢1号", LISTING_NO),
    ]
    (row,) = _falsehoods([LISTED, *left], date(2027, 1, 15)).rows(named=True)
    assert (row["matter"], row["decision_no"], row["basis"]) == ("listing", "恢1号", "总局令第107号第二十三条第二款")
