"""yaoxin repair: an enterprise's verdicts with conditions and articles, its applications; for people and programs."""

from datetime import date

import pytest

from flows.store.store import Store
from tests.flows.cli.office import BAD, GOOD, NAMES, build, known, records

AS_OF = date(2026, 10, 20)
NO = "鄂药监罚〔2025〕1号"
PENALTY = {
    "record_id": "penalty:own",
    "enterprise_id": BAD,
    "party_name": NAMES[BAD],
    "party_class": "organisation",
    "decision_no": NO,
    "decision_key": NO,
    "violation_type": "购进渠道",
    "penalty_kinds": ["fine"],
    "fine_fen": 20_000_000,
    "field": "drug",
    "authority_code": "114200000000000000",
    "state": "in_force",
    "decided_on": date(2025, 9, 25),
    "published_on": date(2025, 10, 9),
    "performed_on": date(2025, 10, 20),
}
PERSONS = PENALTY | {
    "record_id": "penalty:person",
    "enterprise_id": None,
    "party_class": "person",
    "party_name": "张某某",
    "decision_no": "鄂药监罚〔2025〕2号",
    "decision_key": "鄂药监罚〔2025〕2号",
}
APPLIED = {
    "record_id": "decision:applied",
    "enterprise_id": BAD,
    "party_name": NAMES[BAD],
    "decision_no": "申1号",
    "decision_type": "apply",
    "matter": "penalty",
    "target": NO,
    "decided_on": date(2026, 10, 16),
    "proposed_by": "甲",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    root = tmp_path_factory.mktemp("repair") / "store"
    build(root)
    with Store(root).begin("nightly", AS_OF, known(AS_OF), "wuhan-2017", "hash") as writing:
        writing.append("penalty", records("penalty", PENALTY, PERSONS))
        writing.append("decision", records("decision", APPLIED))
        writing.commit("passed", {})
    return root


@pytest.fixture
def repair(desk, yaoxin, monkeypatch):
    def run(*arguments):
        monkeypatch.setenv("YAOXIN_STORE", str(desk))
        return yaoxin("repair", *arguments)

    return run


def test_verdicts_conditions_and_applications_are_reported(repair):
    result = repair(BAD)
    assert result.exit_code == 0, result.stderr
    for told in (
        "须由人工判断",
        "最短公示期届满",
        "总局令第107号第十一条第二项",
        "未载明",
        "已申请修复，待受理",
        "2026-10-20",
        "第十八条",
    ):
        assert told in result.stdout, told


def test_the_document_has_the_tables_columns(repair):
    document = repair(BAD, "--json").document
    assert (document["as_of"], document["missing"]) == ("2026-10-20", [])
    own = [row for row in document["repair"] if row["decision_no"] == NO]
    assert [row["system"] for row in own] == ["credit_china", "gsxt"]
    row = own[1]
    assert (row["verdict"], row["earliest_on"], row["is_eligible"]) == ("unknown", "2026-10-10", False)
    assert {one["condition"]: one["state"] for one in row["conditions"]}["harm_removed"] == "unstated"
    (asked,) = document["applications"]
    assert (asked["state"], asked["awaited"], asked["by_on"]) == ("applied", "accept", "2026-10-20")


def test_an_enterprise_without_penalties_has_nothing_to_repair(repair):
    result = repair(GOOD)
    assert result.exit_code == 0
    assert "没有行政处罚，也没有列入严重违法失信名单" in result.stdout
    assert "没有信用修复申请" in result.stdout


def test_a_penalty_is_found_by_its_number_however_the_brackets_are_written(repair):
    document = repair("鄂药监罚(2025)1号", "--json").document
    assert [(row["decision_no"], row["system"]) for row in document["repair"]] == [(NO, "credit_china"), (NO, "gsxt")]
    assert [row["target"] for row in document["applications"]] == [NO]


def test_a_natural_persons_penalty_is_found_by_its_number_with_that_persons_records_alone(repair):
    result = repair(PERSONS["decision_no"], "--json")
    rows = {row["system"]: row for row in result.document["repair"]}
    assert rows["credit_china"]["verdict"] == "unneeded"
    states = {one["condition"]: one["state"] for one in rows["gsxt"]["conditions"]}
    assert (rows["gsxt"]["verdict"], states["not_again"]) == ("unknown", "met")
    assert result.document["applications"] == []
    assert PERSONS["decision_no"] in repair(PERSONS["decision_no"]).stdout


def test_whom_nobody_knows_is_reported_in_chinese(repair):
    result = repair("没有这家")
    assert result.exit_code == 2
    assert "没有查到" in result.stderr
