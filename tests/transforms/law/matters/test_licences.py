"""Licences among the deadlines, and the file that says when they are renewed."""

from dataclasses import replace

import pytest

from tests.transforms.law.matters.law_state_examples import WHOLE, ahead, day, legal
from tests.transforms.law.publicity.penalty_examples import text
from transforms.law.matters.deadlines import deadlines
from transforms.policy_model import PolicyProblems
from transforms.policy_model.law import load_law_file, load_licence_law
from transforms.schemas.vocabularies import LICENCE_TYPES

LICENCE = {"licence_no": "闽DA1号", "licence_type": "drug_trade", "authority": "某局", "party_name": "旧名药房"}
LICENCE |= {"issued_on": day("2021-06-01"), "valid_until_on": day("2026-08-31")}


def test_who_must_do_what_and_for_which_licence():
    renew, ends = ahead(day("2026-03-01"), licence=[LICENCE]).to_dicts()
    assert (renew["what"], renew["who"], renew["matter"]) == ("renew_licence", "party", "licence")
    assert (renew["decision_no"], renew["is_overdue"], renew["is_automatic"]) == ("闽DA1号", False, False)
    assert "第84号" in renew["basis"]
    assert (ends["what"], ends["who"], ends["is_automatic"], ends["note"]) == (
        "licence_ends",
        None,
        True,
        "药品经营许可证",
    )
    assert {row["party_name"] for row in (renew, ends)} != {"旧名药房"}, "the registered name"


def test_two_licences_of_one_enterprise_fall_due_each_by_its_own_rule():
    other = LICENCE | {"licence_no": "闽械1号", "licence_type": "device_trade"}
    rows = ahead(day("2026-03-01"), licence=[LICENCE, other]).filter(what="renew_licence")
    assert rows.select("decision_no", "on").rows() == [("闽DA1号", day("2026-06-30")), ("闽械1号", day("2026-07-20"))]


def test_a_licence_that_a_renamed_office_reports_again_falls_due_once():
    renewed = {"authority": "新局", "issued_on": day("2026-06-01"), "valid_until_on": day("2031-05-31")}
    rows = ahead(day("2026-07-01"), licence=[LICENCE, LICENCE | renewed])
    assert rows.filter(what="licence_ends")["on"].to_list() == [day("2031-06-01")]
    struck_off = LICENCE | {"authority": "新局", "cancelled_on": day("2026-03-01")}
    assert ahead(day("2026-07-01"), licence=[LICENCE, struck_off]).is_empty(), "whoever reports the end of that issue"
    other = LICENCE | renewed | {"enterprise_id": "e2"}
    assert ahead(day("2026-07-01"), licence=[LICENCE, other]).filter(what="licence_ends").height == 2


def test_without_the_law_nothing_is_said():
    state = legal(day("2026-03-01"), by=replace(WHOLE, licences=None), licence=[LICENCE])
    assert deadlines(state).collect().is_empty()


def test_every_type_with_a_term_has_a_rule():
    law = load_licence_law(text("licences"), "licences.yaml")
    filings = {name for name in LICENCE_TYPES if name.endswith("_filing")}
    assert {name for rule in law.renewals for name in rule.types} == set(LICENCE_TYPES) - filings


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("types: [drug_trade]", "types: [drug_trad]", "no type of licence 'drug_trad'"),
        ("types: [drug_making]", "types: [drug_making, drug_trade]", "'drug_trade' is given twice"),
        ("{working_days: 90}", "{working_days: 0}", "greater than 0"),
    ],
)
def test_mistakes_in_the_file_are_named(old, new, said):
    assert old in text("licences")
    with pytest.raises(PolicyProblems, match=said):
        load_law_file(text("licences").replace(old, new, 1), "licences.yaml")
