"""The day before, the day, the day after: early ends, restarts, and what leaves with a listing."""

from datetime import date, timedelta

import pytest

from tests.transforms.law.matters.decision_examples import LISTING_NO, PENALTY_NO, repair_step, step
from tests.transforms.law.matters.law_state_examples import legal
from tests.transforms.law.publicity.penalty_examples import penalty
from tests.transforms.law.repair.repair_examples import DONE

ONE = timedelta(days=1)
GRANTED, REVOKED, LEFT = date(2026, 10, 16), date(2027, 1, 15), date(2026, 11, 3)
REPAIR = [repair_step("apply", GRANTED, "申1号"), repair_step("repair", GRANTED, "准1号")]


def _state(as_of, steps, **values):
    rows = legal(as_of, decision=steps, penalty=[penalty(**(DONE | values))]).publicity
    return rows.filter(system="gsxt").row(0, named=True)


@pytest.mark.parametrize(("offset", "state"), [(-1, "public"), (0, "repaired"), (1, "repaired")])
def test_a_repair_ends_publicity_on_its_day(offset, state):
    assert _state(GRANTED + offset * ONE, REPAIR)["state"] == state


@pytest.mark.parametrize(("offset", "state"), [(-1, "repaired"), (0, "public"), (1, "public")])
def test_a_revocation_brings_it_back_on_its_day(offset, state):
    steps = [*REPAIR, repair_step("revoke_repair", REVOKED, "撤1号")]
    row = _state(REVOKED + offset * ONE, steps)
    assert row["state"] == state
    assert row["counts_from_on"] == (date(2025, 10, 9) if offset < 0 else REVOKED)


@pytest.mark.parametrize(("offset", "state"), [(-1, "public"), (0, "public"), (1, "ended")])
def test_the_period_begun_anew_ends_after_its_last_day(offset, state):
    steps = [*REPAIR, repair_step("revoke_repair", REVOKED, "撤1号")]
    last = date(2030, 1, 15)
    assert _state(last + offset * ONE, steps)["state"] == state


@pytest.mark.parametrize(("on", "counts_from"), [(-1, "restart"), (0, "none"), (1, "none")])
def test_what_was_over_by_the_day_of_the_grant_begins_no_new_period(on, counts_from):
    """Published 2022-10-10, over on 2025-10-11: a grant on that day repaired nothing that was on display."""
    over = date(2025, 10, 11)
    steps = [repair_step("repair", over + on * ONE, "准1号"), repair_step("revoke_repair", date(2026, 1, 15), "撤1号")]
    row = _state(date(2026, 2, 1), steps, decided_on=date(2022, 9, 27), published_on=date(2022, 10, 10))
    assert (row["counts_from_on"] == date(2026, 1, 15)) == (counts_from == "restart")


@pytest.mark.parametrize(("offset", "state"), [(-1, "public"), (0, "delisted"), (1, "delisted")])
def test_a_penalty_leaves_with_its_listing_on_the_day_of_the_removal(offset, state):
    """第107号第十三条第三款."""
    steps = [
        step("list", date(2025, 10, 20), LISTING_NO, PENALTY_NO, situation="fake_drugs"),
        step("publish_listing", date(2025, 11, 2), "公1号", LISTING_NO),
        step("remove", LEFT, "移1号", LISTING_NO),
    ]
    assert _state(LEFT + offset * ONE, steps)["state"] == state


@pytest.mark.parametrize(("left", "state"), [(date(2025, 12, 24), "public"), (date(2025, 12, 25), "delisted")])
def test_before_the_rule_a_penalty_does_not_leave_with_its_listing(left, state):
    steps = [
        step("list", date(2025, 10, 20), LISTING_NO, PENALTY_NO, situation="fake_drugs"),
        step("remove", left, "移1号", LISTING_NO),
    ]
    assert _state(date(2026, 3, 2), steps)["state"] == state


@pytest.mark.parametrize(("offset", "cause"), [(-1, "repaired"), (0, "repaired"), (1, "period")])
def test_a_repair_up_to_the_first_day_off_display_is_its_cause(offset, cause):
    """Published 2022-10-10, over on 2025-10-11."""
    steps = [repair_step("repair", date(2025, 10, 11) + offset * ONE, "准1号")]
    row = _state(date(2025, 11, 3), steps, decided_on=date(2022, 9, 27), published_on=date(2022, 10, 10))
    assert (row["stop_cause"], row["stop_on"]) == (cause, min(date(2025, 10, 11), date(2025, 10, 11) + offset * ONE))


@pytest.mark.parametrize(("offset", "is_done"), [(-1, False), (0, True), (1, True)])
def test_a_repair_is_carried_out_from_its_own_day_on(offset, is_done):
    row = _state(GRANTED + 3 * ONE, [*REPAIR, repair_step("carry_out", GRANTED + offset * ONE, "停1号")])
    assert (row["taken_down_on"] == GRANTED + offset * ONE) == is_done


@pytest.mark.parametrize(("left", "state"), [(date(2025, 12, 24), "public"), (date(2025, 12, 25), "delisted")])
def test_what_could_never_end_early_leaves_with_its_listing_from_the_day_of_the_new_rules(left, state):
    """A stop order: never early under 第45号第十四条第三款, from one year under 第107号第八条第四款."""
    steps = [
        step("list", date(2025, 10, 20), LISTING_NO, PENALTY_NO, situation="fake_drugs"),
        step("remove", left, "移1号", LISTING_NO),
    ]
    assert _state(date(2026, 3, 2), steps, penalty_kinds=["stop_order"])["state"] == state
