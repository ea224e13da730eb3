"""What repairs and removals release for a rating, and from when."""

from datetime import date, timedelta

import pytest

from tests.transforms.law.matters.decision_examples import LISTING_NO, repair_step, step
from tests.transforms.law.publicity.penalty_examples import penalty, text
from tests.transforms.law.repair.repair_examples import DONE, LAW, log_on, records, repair_law
from transforms.law.repair.applications import releases

GRANTED = date(2026, 10, 16)
REPAIRED = [repair_step("repair", GRANTED, "准1号")]
LISTED = [step("list", date(2025, 10, 9), LISTING_NO, "鄂药监罚〔2025〕1号", situation="fake_drugs")]
REMOVED = [*LISTED, step("remove", GRANTED, "移1号", LISTING_NO)]
PENALTY, LISTING = ("penalty", "r0", GRANTED), ("decision", "d0", GRANTED)


def _released(steps, as_of, by=LAW, **values):
    known = records([penalty(**DONE | values), penalty(decision_no="2号")])
    found = releases(log_on(steps, as_of, known), known.penalties, by).collect()
    return found.drop_nulls("released_on").drop("stands_until_on").rows()


@pytest.mark.parametrize(
    ("steps", "as_of", "expected"),
    [
        ([], GRANTED, []),
        (REPAIRED, date(2026, 10, 15), []),
        (REPAIRED, GRANTED, [PENALTY]),
        ([repair_step("repair", GRANTED, "准1号", system="credit_china")], GRANTED, [PENALTY]),
        ([*REPAIRED, repair_step("revoke_repair", date(2027, 1, 15), "撤1号")], date(2027, 1, 14), [PENALTY]),
        ([*REPAIRED, repair_step("revoke_repair", date(2027, 1, 15), "撤1号")], date(2027, 1, 15), []),
        ([repair_step("temporary_repair", GRANTED, "临1号")], GRANTED, []),
        (LISTED, date(2029, 1, 1), []),  # ran out
        (REMOVED, date(2026, 10, 15), []),
        (REMOVED, GRANTED, [LISTING]),
        ([*REMOVED, step("restore_listing", date(2027, 1, 15), "恢1号", LISTING_NO)], date(2027, 1, 15), []),
        ([*LISTED, step("revoke_listing", GRANTED, "撤列1号", LISTING_NO)], GRANTED, [LISTING]),
    ],
)
def test_released_from_the_day_of_the_decision_in_force(steps, as_of, expected):
    assert _released(steps, as_of) == expected


def test_of_two_systems_the_first_day_counts():
    later = repair_step("repair", date(2026, 11, 2), "准2号", system="credit_china")
    assert _released([*REPAIRED, later], date(2026, 12, 1)) == [PENALTY]


def test_a_listing_whose_penalty_is_annulled_counts_no_more():
    found = _released(LISTED, date(2026, 12, 1), state="revoked", revoked_on=GRANTED)
    assert found == [LISTING]


def test_the_law_says_whether_a_repair_of_a_system_releases():
    wording = text("repair_gsxt").replace(
        "releases:\n  values: {2021-09-01: true}", "releases:\n  values: {2021-09-01: false}"
    )
    assert wording != text("repair_gsxt")
    assert _released(REPAIRED, GRANTED, repair_law(gsxt=wording)) == []


RESTORED = [*REMOVED, step("restore_listing", date(2027, 1, 15), "恢1号", LISTING_NO)]
PUBLISHED = [*LISTED, step("publish_listing", date(2025, 12, 1), "公1号", LISTING_NO)]
FOR_LIFE = {"penalty_kinds": ["restrict_trade"], "valid_until_on": None, "content": "终身禁止从事药品生产经营活动"}


@pytest.mark.parametrize("values", [{}, FOR_LIFE, {"penalty_kinds": ["restrict_trade"], "valid_until_on": GRANTED}])
@pytest.mark.parametrize(
    ("steps", "as_of"),
    [(LISTED, GRANTED), (LISTED, date(2029, 6, 1)), (PUBLISHED, GRANTED), (RESTORED, date(2027, 2, 1))],
)
def test_a_listing_holds_for_a_rating_as_long_as_the_list_has_it(steps, as_of, values):
    known = records([penalty(**DONE | values)])
    log = log_on(steps, as_of, known)
    ((kind, record, released_on, until),) = releases(log, known.penalties, LAW).collect().rows()
    (listing,) = log.listings.rows(named=True)
    last = (listing["stop_on"] - timedelta(days=1)) if listing["stop_on"] else date.max
    assert (kind, record, released_on, until) == ("decision", "d0", None, last)
    assert (until >= as_of) == (listing["state"] == "standing")
