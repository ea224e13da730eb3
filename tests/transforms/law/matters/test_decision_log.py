"""What a person is told to look at: grants that came too early, numbers that meet nothing; and stays of execution."""

from datetime import date

import pytest

from tests.transforms.law.matters.decision_examples import LISTING_NO, PENALTY_NO, repair_step, step
from tests.transforms.law.matters.law_state_examples import ahead, day, legal
from tests.transforms.law.publicity.penalty_examples import penalty

DONE = {"published_on": day("2025-10-09"), "performed_on": day("2025-10-20"), "harm_removed_on": day("2025-10-21")}


def _steps(as_of, steps, **values):
    rows = legal(as_of, decision=steps, penalty=[penalty(**(DONE | values))]).steps
    return {row["decision_no"]: row for row in rows.rows(named=True)}


def _handled(on):
    """An application, accepted and granted on one day."""
    return [
        repair_step("apply", on, "申1号"),
        repair_step("accept", on, "受1号"),
        repair_step("repair", on, "准1号"),
    ]


@pytest.mark.parametrize(
    ("on", "notes"),
    [(date(2026, 10, 8), ["granted_early"]), (date(2026, 10, 9), ["granted_early"]), (date(2026, 10, 10), [])],
)
def test_a_grant_before_the_shortest_publicity_is_over_is_flagged(on, notes):
    """第107号第八条第三款: published 2025-10-09, to be asked for from 2026-10-10."""
    assert _steps(date(2026, 12, 1), _handled(on))["准1号"]["notes"] == notes


def test_a_grant_of_what_is_never_repairable_is_flagged():
    """第107号第八条第五款."""
    steps = _steps(date(2026, 12, 1), _handled(date(2026, 11, 2)), penalty_kinds=["revoke_licence"])
    assert steps["准1号"]["notes"] == ["granted_never"]


def test_a_grant_without_application_is_flagged_and_holds():
    steps = _steps(date(2026, 12, 1), [repair_step("repair", date(2026, 11, 2), "准1号")])
    assert (steps["准1号"]["is_refused"], steps["准1号"]["notes"]) == (False, ["unapplied"])


@pytest.mark.parametrize(("on", "is_early"), [(date(2026, 11, 2), True), (date(2026, 11, 3), False)])
def test_a_removal_within_a_year_of_publicity_is_flagged(on, is_early):
    """第107号第十三条第一款: published 2025-11-02."""
    listing = [
        step("notify_listing", date(2025, 10, 13), "告1号", PENALTY_NO),
        step("list", date(2025, 10, 20), LISTING_NO, PENALTY_NO, situation="fake_drugs"),
        step("publish_listing", date(2025, 11, 2), "公1号", LISTING_NO),
        step("apply", on, "申1号", LISTING_NO),
        step("accept", on, "受1号", LISTING_NO),
        step("remove", on, "移1号", LISTING_NO),
    ]
    assert _steps(date(2026, 12, 1), listing)["移1号"]["notes"] == (["granted_early"] if is_early else [])


@pytest.mark.parametrize(("target", "notes"), [(PENALTY_NO, []), ("查无此号", ["target_unknown"])])
@pytest.mark.parametrize("kind", ["apply", "object", "stay"])
def test_a_step_whose_number_meets_nothing_is_reported(kind, target, notes):
    matter = {"apply": "penalty"}.get(kind)
    steps = [step(kind, date(2026, 3, 2), "登1号", target, matter=matter)]
    assert _steps(date(2026, 3, 2), steps)["登1号"]["notes"] == notes


def test_a_persons_listing_for_the_firms_penalty_is_not_said_to_meet_none():
    person = {"enterprise_id": None, "party_name": "张三", "situation": "fake_drugs"}
    steps = [
        step("notify_listing", date(2025, 10, 13), "告1号", PENALTY_NO, **person),
        step("list", date(2025, 10, 21), LISTING_NO, "告1号", **person),
    ]
    found = _steps(date(2026, 3, 2), steps)
    assert (found["告1号"]["notes"], found[LISTING_NO]["notes"]) == ([], [])


def test_a_step_on_another_step_meets_it():
    listing = step("list", date(2025, 10, 20), LISTING_NO, PENALTY_NO, situation="fake_drugs")
    objection = step("object", date(2025, 11, 3), "异1号", LISTING_NO, matter=None)
    assert _steps(date(2026, 3, 2), [listing, objection])["异1号"]["notes"] == []


@pytest.mark.parametrize(
    ("as_of", "gsxt", "credit_china"),
    [
        ("2026-03-01", "public", "public"),
        ("2026-03-02", "stayed", "public"),
        ("2026-03-31", "stayed", "public"),
        ("2026-04-01", "stayed", "stayed"),
        ("2026-05-05", "stayed", "stayed"),
        ("2026-05-06", "public", "public"),
    ],
)
def test_a_stay_of_execution_takes_a_penalty_off_display_while_it_lasts(as_of, gsxt, credit_china):
    """第36号第十九条第一款: on 信用中国 from 2026-04-01."""
    steps = [
        step("stay", date(2026, 3, 2), "行停1号", PENALTY_NO, matter=None),
        step("end_stay", date(2026, 5, 6), "行恢1号", PENALTY_NO, matter=None),
    ]
    rows = legal(day(as_of), decision=steps, penalty=[penalty(**DONE)]).publicity
    states = dict(rows.select("system", "state").iter_rows())
    assert states == {"gsxt": gsxt, "credit_china": credit_china}
    assert rows["stop_on"].to_list() == [date(2028, 9, 26), date(2028, 10, 10)]  # the period runs on


@pytest.mark.parametrize(("as_of", "state"), [("2026-03-01", "standing"), ("2026-03-02", "stayed")])
def test_a_listing_that_is_stayed_does_not_stand_while_it_lasts(as_of, state):
    steps = [
        step("list", date(2025, 10, 20), LISTING_NO, PENALTY_NO, situation="fake_drugs"),
        step("publish_listing", date(2025, 11, 2), "公1号", LISTING_NO),
        step("stay", date(2026, 3, 2), "行停1号", LISTING_NO, matter=None),
    ]
    (row,) = legal(day(as_of), decision=steps, penalty=[penalty(**DONE)]).decision_log.listings.rows(named=True)
    assert (row["state"], row["left_on"], row["stop_on"]) == (state, None, date(2028, 11, 3))
    assert ("stayed_rating" in row["notes"]) == (state == "stayed")


@pytest.mark.parametrize(("as_of", "count"), [("2028-10-20", 1), ("2028-10-21", 0)])
def test_on_credit_china_a_listing_ends_by_the_clock_of_its_document(as_of, count):
    """第36号第七条、第十二条: three years from the decision of 2025-10-20, not from its publication."""
    steps = [
        step("list", date(2025, 10, 20), LISTING_NO, PENALTY_NO, situation="fake_drugs"),
        step("publish_listing", date(2025, 11, 2), "公1号", LISTING_NO),
    ]
    known = {"decision": steps, "penalty": [penalty(**DONE)]}
    (row,) = legal(day(as_of), **known).decision_log.listings.rows(named=True)
    assert (row["credit_china_last_day_on"], row["credit_china_stop_on"]) == (date(2028, 10, 20), date(2028, 10, 21))
    assert (row["stop_on"], row["credit_china_confidence"]) == (date(2028, 11, 3), "C")
    told = ahead(day(as_of), **known).filter(matter="listing", system="credit_china", what="publicity_ends")
    assert told["on"].to_list() == [date(2028, 10, 21)] * count


def test_both_readings_of_when_a_removal_may_be_asked_for_over_the_change_of_rules():
    """第44号第十六条 counts from the listing, 第107号第十三条 from the publication; neither says what holds over."""
    steps = [
        step("list", date(2025, 6, 2), LISTING_NO, PENALTY_NO, situation="fake_drugs"),
        step("publish_listing", date(2025, 6, 20), "公1号", LISTING_NO),
    ]
    ground = penalty(**(DONE | {"decided_on": date(2025, 6, 2)}))
    rows = legal(day("2026-01-05"), decision=steps, penalty=[ground]).repair
    row = next(one for one in rows.rows(named=True) if one["matter"] == "listing" and one["system"] == "gsxt")
    assert (row["earliest_on"], row["earliest_other_transition_on"]) == (date(2026, 6, 21), date(2026, 6, 3))
