"""What falsehood costs a party beyond the matter it was found in (第107号第二十三条第二款)."""

from datetime import date

import polars as pl
import pytest

from tests.transforms.law.matters.decision_examples import LISTING_NO, PENALTY_NO, repair_step, replayed, step

FALSE_ON, LAST_ON, AFTER_ON = date(2026, 1, 10), date(2029, 1, 10), date(2029, 1, 11)
OTHER_NO = "鄂药监罚〔2025〕9号"


def _revoked(**more):
    """A repair that was granted and revoked for falsehood."""
    granted = {"decision_no": "准1号", "target": PENALTY_NO}
    return [
        repair_step("apply", date(2025, 12, 26), "申1号", **more),
        repair_step("accept", date(2025, 12, 29), "受1号", **more),
        repair_step("repair", date(2026, 1, 5), granted["decision_no"], **more),
        repair_step("revoke_repair", FALSE_ON, "撤1号", **more),
    ]


def _refusals(steps):
    rows = replayed(steps)[1].filter("is_refused").sort("on", "decision_no")
    return rows["decision_no"].to_list(), rows["refusal"].to_list()


@pytest.mark.parametrize("kind", ["apply", "repair", "temporary_repair"])
@pytest.mark.parametrize(("on", "is_refused"), [(LAST_ON, True), (AFTER_ON, False)])
def test_another_penalty_of_the_party_cannot_be_repaired_for_three_years(kind, on, is_refused):
    steps = [*_revoked(), repair_step(kind, on, "他1号") | {"target": OTHER_NO}]
    numbers, why = _refusals(steps)
    assert numbers == (["他1号"] if is_refused else [])
    assert all("三年内不得申请信用修复" in text and "2029-01-10" in text for text in why)


@pytest.mark.parametrize(("on", "count"), [(LAST_ON, 2), (AFTER_ON, 0)])
def test_nor_can_a_listing_of_the_party_be_removed_early(on, count):
    listing = [
        step("notify_listing", date(2025, 12, 1), "告1号", OTHER_NO),
        step("list", date(2025, 12, 20), LISTING_NO, OTHER_NO, situation="fake_drugs"),
        step("publish_listing", date(2025, 12, 22), "公1号", LISTING_NO),
    ]
    asked = [step("apply", on, "移申1号", LISTING_NO), step("remove", on, "移1号", LISTING_NO)]
    assert len(_refusals([*listing, *_revoked(), *asked])[0]) == count


@pytest.mark.parametrize("situation", ["falsehood", "public_interest"])
def test_a_refusal_for_falsehood_bars_and_another_does_not(situation):
    steps = [
        repair_step("apply", date(2026, 1, 4), "申1号"),
        repair_step("refuse_repair", FALSE_ON, "拒1号", situation=situation),
        repair_step("repair", date(2026, 6, 1), "他1号") | {"target": OTHER_NO},
    ]
    assert _refusals(steps)[0] == (["他1号"] if situation == "falsehood" else [])


def test_a_falsehood_found_before_the_rule_bars_nobody_else():
    steps = [*_revoked(), repair_step("repair", date(2026, 6, 1), "他1号") | {"target": OTHER_NO}]
    earlier = [one | {"decided_on": one["decided_on"].replace(year=2024)} for one in steps[:-1]]
    assert _refusals([*earlier, steps[-1]])[0] == []


def test_the_other_system_has_its_own_bar_on_the_record_alone():
    """第36号第二十五条：原失信信息3年内不得申请."""
    elsewhere = {"system": "credit_china"}
    steps = [one | {"decided_on": one["decided_on"].replace(month=5)} for one in _revoked(**elsewhere)]
    steps = [one | {"decided_on": one["decided_on"].replace(year=2026)} for one in steps]
    steps = [one | {"decided_on": date(2026, 5, 4 + n)} for n, one in enumerate(steps)]
    again = repair_step("apply", date(2027, 5, 4), "再1号", **elsewhere)
    other = repair_step("apply", date(2027, 5, 4), "他1号", **elsewhere) | {"target": OTHER_NO}
    own = repair_step("apply", date(2027, 5, 4), "国1号") | {"target": OTHER_NO}
    assert _refusals([*steps, again, other, own])[0] == ["再1号"]


def test_a_namesake_is_not_barred_and_the_same_person_is():
    """Natural persons are told apart by their number; a name alone bars its own matter and no other."""
    person = {"enterprise_id": None, "party_name": "赵甲乙"}
    other = {"target": OTHER_NO}
    for known, count in (({}, 0), ({"person_hash": "h1"}, 1)):
        steps = [one | person | known for one in _revoked()]
        asked = repair_step("apply", date(2027, 5, 4), "他1号") | person | known | other
        assert len(_refusals([*steps, asked])[0]) == count
    namesake = repair_step("apply", date(2027, 5, 4), "他1号") | person | {"person_hash": "h2"} | other
    assert _refusals([*[one | person | {"person_hash": "h1"} for one in _revoked()], namesake])[0] == []


def test_a_step_that_takes_effect_later_does_so_from_that_day_on():
    later = {"effective_on": date(2026, 1, 20)}
    steps = [*_revoked()[:2], repair_step("repair", date(2026, 1, 5), "准1号", **later)]
    before = replayed(steps, date(2026, 1, 19))[0].row(0, named=True)
    after = replayed(steps, date(2026, 1, 20))[0].row(0, named=True)
    assert (before["state"], before["released_on"]) == ("accepted", None)
    assert (after["state"], after["since_on"], after["released_on"]) == (
        "granted",
        date(2026, 1, 5),
        date(2026, 1, 20),
    )


def test_a_stay_begins_and_ends_with_its_orders():
    stay = step("stay", date(2026, 3, 2), "行停1号", PENALTY_NO, matter=None)
    end = step("end_stay", date(2026, 4, 1), "行恢1号", PENALTY_NO, matter=None)
    for steps, state in (([stay], "stayed"), ([stay, end], "resumed")):
        (row,) = replayed(steps)[0].filter(pl.col("matter") == "stay").rows(named=True)
        assert row["state"] == state
    assert _refusals([end])[0] == ["行恢1号"]
