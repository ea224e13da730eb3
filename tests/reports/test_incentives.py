"""Incentives of a tier: when they are granted, withheld and ended."""

from datetime import date, timedelta

import pytest

from reports.incentives import IncentiveFacts, TierIncentives, ended_by, granted_text, incentives_of, still_ended

BEGIN = date(2026, 1, 1)
VISITS = IncentiveFacts(
    "visits",
    "减少检查",
    (("2026-01-01", ("A", "B")), ("2027-01-01", ("A",))),
    "第一条",
    "C",
    (("2026-01-01", ("listing", "lock")), ("2026-07-01", ("listing",))),
    "第二条",
)


def rating(tier, decided_by="cut_point"):
    return {"tier": tier, "decided_by": decided_by}


def change(day, before, after, cause="new_record"):
    order = "ABCD"
    places = {"index_before": order.index(before), "index_after": order.index(after)}
    return {"as_of": day, "tier_before": before, "tier_after": after, "cause": cause, **places}


@pytest.mark.parametrize(
    ("tier", "day", "granted"),
    [
        ("B", BEGIN - timedelta(days=1), False),
        ("B", BEGIN, True),
        ("B", date(2026, 12, 31), True),
        ("B", date(2027, 1, 1), False),
        ("A", date(2027, 1, 1), True),
        ("C", BEGIN, False),
    ],
)
def test_a_tier_brings_what_policy_says_on_the_day(tier, day, granted):
    found = incentives_of([VISITS], rating(tier), day, is_listed=False)
    assert ([granted_text(one) for one in found.granted], found.withheld) == (["减少检查（第一条）"] * granted, ())


@pytest.mark.parametrize(
    ("decided_by", "is_listed", "day", "withheld"),
    [
        ("cut_point", False, BEGIN, []),
        ("cut_point", True, BEGIN, ["listing"]),
        ("direct", False, BEGIN, ["lock"]),
        ("decision", False, date(2026, 6, 30), ["lock"]),
        ("decision", False, date(2026, 7, 1), []),
        ("direct", True, BEGIN, ["listing", "lock"]),
    ],
)
def test_it_is_withheld_while_a_listing_or_a_lock_stands_if_policy_says_so(decided_by, is_listed, day, withheld):
    found = incentives_of([VISITS], rating("A", decided_by), day, is_listed=is_listed)
    assert [one["withheld_while"] for one in found.withheld] == ([withheld] if withheld else [])
    assert len(found.granted) == (0 if withheld else 1)


def test_nobody_who_is_not_rated_has_any():
    assert incentives_of([VISITS], None, BEGIN, is_listed=False) == TierIncentives()


def test_only_a_downgrade_out_of_its_tiers_ends_it():
    assert [one.id for one in ended_by([VISITS], change(BEGIN, "B", "C"))] == ["visits"]
    assert ended_by([VISITS], change(BEGIN, "A", "B")) == []
    assert ended_by([VISITS], change(BEGIN, "C", "B")) == []


def test_an_ended_one_is_shown_with_its_last_day_and_cause_until_a_tier_brings_it_back():
    first, back, again = change(date(2026, 2, 1), "A", "C"), change(date(2026, 3, 1), "C", "A"), date(2026, 4, 1)
    changes = [first, back, change(again, "A", "D", "repair")]
    (one,) = still_ended([VISITS], changes, "D", again)
    assert (one["ended_on"], one["cause"], one["tier_before"], one["tier_after"]) == (again, "repair", "A", "D")
    assert still_ended([VISITS], changes[:2], "A", back["as_of"]) == []
