"""The parameters of repair, and what a policy author is told."""

from datetime import date

import polars as pl
import pytest

from tests.transforms.law.matters.decision_examples import LISTING_NO, PENALTY_NO, repair_step, step
from tests.transforms.law.publicity.penalty_examples import penalty, text
from tests.transforms.law.repair.repair_examples import asked, one, records, repair_law, shown, states
from transforms.policy_model import PolicyProblems
from transforms.policy_model.law import RepairLaw, load_law_file, load_repair_law, load_spot_check_law
from transforms.schemas.law import REPAIR

GRANTED, REVOKED, LEFT = date(2026, 10, 16), date(2027, 1, 15), date(2026, 11, 2)


def _worded(system, old, new):
    wording = text(f"repair_{system}")
    assert old in wording
    return repair_law(**{system: wording.replace(old, new, 1)})


def test_whether_the_other_systems_repair_counts_is_a_parameter():
    both = _worded("gsxt", "{2021-09-01: [gsxt]}", "{2021-09-01: [gsxt], 2026-10-17: [gsxt, credit_china]}")
    steps = [repair_step("repair", GRANTED, system="credit_china")]
    assert shown(GRANTED, steps=steps, by=both)["state"] == "public"  # granted the day before the rule
    steps = [repair_step("repair", date(2026, 10, 17), system="credit_china")]
    row = shown(date(2026, 10, 17), steps=steps, by=both)
    assert (row["state"], row["repaired_on"]) == ("repaired", date(2026, 10, 17))


def test_whether_a_revocation_restarts_the_period_is_a_parameter():
    never = _worded(
        "gsxt",
        "revocation_restarts:\n  values: {2021-09-01: true}",
        "revocation_restarts:\n  values: {2021-09-01: false}",
    )
    steps = [repair_step("repair", GRANTED), repair_step("revoke_repair", REVOKED)]
    default, other = shown(REVOKED, steps=steps), shown(REVOKED, steps=steps, by=never)
    assert (default["counts_from_on"], default["stop_on"]) == (REVOKED, date(2030, 1, 16))
    assert (other["counts_from_on"], other["stop_on"]) == (date(2025, 10, 9), date(2028, 10, 10))
    assert (default["state"], other["state"]) == ("public", "public")


@pytest.mark.parametrize(
    ("rule", "kinds", "stop_on"),
    [
        ("unless_never_early", ["fine"], LEFT),
        ("unless_never_early", ["revoke_licence"], date(2028, 10, 10)),
        ("all", ["revoke_licence"], LEFT),
        ("none", ["fine"], date(2028, 10, 10)),
    ],
)
def test_which_penalties_leave_with_a_listing_is_a_parameter(rule, kinds, stop_on):
    by = _worded("gsxt", "2025-12-25: unless_never_early", f"2025-12-25: {rule}")
    listing = step("list", date(2025, 10, 9), LISTING_NO, PENALTY_NO, situation="fake_drugs")
    steps = [listing, step("remove", LEFT, "移1号", LISTING_NO)]
    row = shown(LEFT, steps=steps, by=by, penalty_kinds=kinds)
    assert row["stop_on"] == stop_on
    assert row["state"] == ("delisted" if stop_on == LEFT else "public")


def test_a_revoked_listing_takes_no_penalty_with_it():
    listing = step("list", date(2025, 10, 9), LISTING_NO, PENALTY_NO, situation="fake_drugs")
    steps = [listing, step("revoke_listing", LEFT, "撤列1号", LISTING_NO)]
    assert shown(LEFT, steps=steps)["state"] == "public"


def test_the_rules_of_the_penaltys_day_are_a_parameter():
    by = _worded(
        "gsxt", "transition:\n  values: {2021-09-01: display}", "transition:\n  values: {2021-09-01: decision}"
    )
    default, other = (one(date(2026, 12, 1), by=law) for law in (repair_law(), by))
    assert (default["verdict"], default["regime"]) == ("eligible", "总局令第107号")
    assert (other["verdict"], other["regime"]) == ("unknown", "总局令第45号、国市监信规〔2021〕3号")
    assert states(other)["off_abnormal_list"] == "unstated"


def test_the_evidence_for_a_commitment_must_be_of_its_own_time():
    known = [
        {
            "commitment_no": "诺1号",
            "commitment_type": "repair",
            "made_on": date(2025, 9, 24),
            "state": "open",
            "is_open": True,
        }
    ]
    rows = asked(records([penalty()], commitments=known), date(2026, 12, 1)).filter(system="credit_china")
    assert states(rows.row(0, named=True))["commitment"] == "unstated"


def test_a_broken_commitment_is_no_commitment():
    kept = {"commitment_no": "诺1号", "commitment_type": "repair", "made_on": date(2026, 9, 1), "is_open": True}
    for state, found in (("open", "met"), ("fulfilled", "met"), ("partly", "unstated"), ("unfulfilled", "unstated")):
        rows = asked(records([penalty()], commitments=[kept | {"state": state}]), date(2026, 12, 1))
        assert states(rows.filter(system="credit_china").row(0, named=True))["commitment"] == found, state


@pytest.mark.parametrize(
    ("number", "on", "state"),
    [
        (PENALTY_NO, date(2029, 5, 4), "unmet"),
        (PENALTY_NO, date(2029, 5, 5), "met"),
        ("他1号", date(2029, 5, 4), "met"),
    ],
)
def test_where_the_bar_is_on_the_record_it_is_on_that_record_alone(number, on, state):
    steps = [
        repair_step("repair", date(2026, 5, 1), system="credit_china"),
        repair_step("revoke_repair", date(2026, 5, 4), system="credit_china"),
    ]
    assert states(one(on, "credit_china", steps=steps, decision_no=number))["not_barred"] == state


def test_natural_persons_of_one_name_and_firms_are_kept_apart():
    person = {"enterprise_id": None, "party_class": "person", "violation_type": "甲"}
    rows = [
        penalty(**person, party_name="张三"),
        penalty(**person, party_name="李四", decision_no="2号", decided_on=date(2026, 3, 3)),
        penalty(**person, party_name="张三", decision_no="3号", decided_on=date(2026, 3, 4)),
    ]
    found = asked(records(rows), date(2026, 12, 1)).filter(pl.col("record_id") == "r0", system="gsxt")
    (row,) = found.rows(named=True)
    again = next(one for one in row["conditions"] if one["condition"] == "not_again")
    assert (again["state"], again["evidence"]) == ("unmet", "3号（甲）")


def test_a_party_without_a_name_is_nobody_elses_again():
    nobody = {"enterprise_id": None, "party_name": None, "party_class": "person", "violation_type": "甲"}
    rows = [penalty(**nobody), penalty(**nobody, decision_no="2号", decided_on=date(2026, 3, 3))]
    row = asked(records(rows), date(2026, 12, 1)).filter(pl.col("record_id") == "r0", system="gsxt").row(0, named=True)
    assert states(row)["not_again"] == "unstated"


@pytest.mark.parametrize(("decided_on", "verdict"), [(date(2021, 8, 31), "unknown"), (date(2021, 9, 1), "not_yet")])
def test_what_the_law_of_publicity_does_not_cover_yet_is_unknown(decided_on, verdict):
    done = dict.fromkeys(("published_on", "performed_on", "harm_removed_on"), date(2021, 9, 6))
    row = one(date(2021, 10, 1), decided_on=decided_on, **done)
    assert (row["verdict"], row["is_eligible"]) == (verdict, False)


def test_without_penalties_there_is_nothing_and_the_columns_are_the_tables():
    rows = asked(records([]), date(2026, 12, 1))
    assert rows.schema == REPAIR.schema
    assert rows.height == 0


@pytest.mark.parametrize(
    ("system", "old", "new", "told"),
    [
        ("gsxt", "test: wait", "test: waits", "unknown word 'waits'"),
        ("gsxt", "test: performed", "test: no_heavier", "'no_heavier' cannot be asked of a penalty"),
        ("gsxt", "{test: no_heavier", "{test: not_again", "'not_again' cannot be asked of a listing"),
        ("gsxt", "test: harm_removed", "test: performed", "'performed' is given twice"),
        (
            "gsxt",
            "recognises:\n  values: {2021-09-01",
            "recognises:\n  values: {2021-09-02",
            "has no value on 2021-09-01",
        ),
        (
            "gsxt",
            "decision_type IN ('revoke_repair'",
            "decision_type IN ('revoke_repairs'",
            "did you mean 'revoke_repair'",
        ),
        ("credit_china", "  - from: 2023-05-01", "  - from: 2026-05-01", "regimes stand in the order"),
    ],
)
def test_mistakes_in_a_repair_file_are_reported(system, old, new, told):
    assert old in text(f"repair_{system}")
    with pytest.raises(PolicyProblems, match=told):
        load_repair_law(text(f"repair_{system}").replace(old, new, 1), f"repair_{system}.yaml")


def test_mistakes_in_the_spot_checks_are_reported():
    with pytest.raises(PolicyProblems, match="did you mean 'unqualified'"):
        load_spot_check_law(text("spot_checks").replace("'unqualified'", "'unqualifid'"), "spot_checks.yaml")


def test_the_files_are_laws_of_their_own_word():
    assert isinstance(load_law_file(text("repair_gsxt"), "repair_gsxt.yaml"), RepairLaw)
