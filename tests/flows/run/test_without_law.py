"""A register of another country: no law of lists and publicity, days long past, a score of its own, "not rated"."""

import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from flows.legal_state import NoLaw, law_state_of_run
from flows.publishing.contents import penalty_list
from flows.run.run import RunSteps
from flows.store.store import current_records
from tests.flows.ingest.inboxes import put
from tests.flows.run.run_helpers import ZONE, content, differing_tables, run_day, setup_at
from tests.realdata import REPOSITORY
from transforms.law.matters.deadlines import deadlines
from transforms.law.policy_gaps import OPTIONAL_LAW_FILES
from transforms.policy_model import PolicyProblems

SCHEME = """
scheme: foreign
title: 外地评价
illustrative: true
mode: deduct
base: {values: {2001-01-01: 100}, basis: 约定, confidence: I}
window: {values: {2001-01-01: {rolling: {years: 2}}}, basis: 约定, confidence: I}
rounding: {values: {2001-01-01: half_up}, basis: 约定, confidence: I}
tiers: {values: {2001-01-01: [{tier: A, title: 好, from: 90}, {tier: B, title: 差}]}, basis: 约定, confidence: I}
items:
  - id: low_score
    title: 得分低
    kind: inspection
    when: score_centipoints < 6000
    award: {values: {2001-01-01: {fixed: -20}}, basis: 约定, confidence: I}
"""
SOURCE = """
source: foreign
title: 外地检查
office: City
files: ["*inspections*"]
basis: 约定
confidence: I
inputs:
  number: {from: [ID], required: true}
records:
  - kind: enterprise
    identify: {scheme: city, number: number, name: name}
    fold: {by: [number], take: {name: last, name_key: last}}
    columns:
      name: {from: [Name]}
      state: {constant: active}
  - kind: inspection
    identify: {scheme: city, number: number, name_must_match: false}
    columns:
      party_name: {from: [Name]}
      inspection_no: {from: [No]}
      inspected_on: {from: [Date]}
      score_centipoints: {from: [Score], unit: 分}
      conclusion: {from: [Result], words: {Pass: compliant, Fail: non_compliant, Exempt: not_rated}}
"""
DAY = date(2003, 5, 1)


@pytest.fixture
def foreign(tmp_path):
    policy = tmp_path / "policy"
    for folder, name, text in (("schemes", "foreign", SCHEME), ("sources", "foreign", SOURCE)):
        (policy / folder).mkdir(parents=True)
        (policy / folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    shutil.copy(REPOSITORY / "policy" / "sources" / "_common.yaml", policy / "sources")
    shutil.copy(REPOSITORY / "policy" / "gate.yaml", policy)
    rows = [("7", "F1", "58.5", "Fail"), ("7", "F2", "99.25", "Pass"), ("8", "F3", "", "Exempt")]
    cells = [
        {"ID": i, "Name": f"Cafe {i}", "No": no, "Date": "2003-04-02", "Score": s, "Result": r} for i, no, s, r in rows
    ]
    put(tmp_path / "inbox", "inspections.csv", cells)
    return setup_at(tmp_path, policy_dir=policy, scheme="foreign", law="none")


def test_a_register_without_law_is_rated_on_a_day_long_past_through_the_real_gate(foreign):
    done = run_day(foreign, DAY, RunSteps(), datetime(2003, 5, 2, 2, tzinfo=ZONE))
    assert done.state == "passed"
    ratings = foreign.store.scan("ratings").collect().sort("enterprise_id")
    assert ratings.select("enterprise_id", "tier").rows() == [("city:7", "B"), ("city:8", "A")]
    kept = foreign.store.scan("inspection").collect().sort("inspection_no")
    assert kept.select("score_centipoints", "conclusion").rows() == [
        (5850, "non_compliant"), (9925, "compliant"), (None, "not_rated")]  # fmt: skip
    with pytest.raises(NoLaw, match="law = none"):
        law_state_of_run(foreign.settings, foreign.store, foreign.store.last("nightly"))


def test_a_policy_folder_without_law_is_refused_unless_the_settings_say_so(foreign):
    office = replace(foreign, settings=replace(foreign.settings, law="policy"))
    with pytest.raises(PolicyProblems, match=r"calendar.yaml.*law = none"):
        run_day(office, DAY, known_at=datetime(2003, 5, 2, 2, tzinfo=ZONE))


def test_a_second_source_fills_what_is_unknown_on_a_later_run_and_a_full_run_again_is_the_same(foreign):
    second = SOURCE.replace("source: foreign", "source: second").replace("*inspections*", "second*")
    record = second.index("  - kind: enterprise"), second.index("  - kind: inspection")
    second = second[: record[0]] + second[record[1] :].replace("kind: inspection", "kind: inspection\n    fills: true")
    (foreign.settings.policy_dir / "sources" / "second.yaml").write_text(second, encoding="utf-8")
    others = [{"ID": str(9 + i), "Name": f"Cafe {9 + i}", "No": f"G{i}", "Date": "2003-04-02"} for i in range(4)]
    put(foreign.settings.inbox, "inspections-2.csv", others)
    told = [("8", "F3", "40", ""), ("7", "F1", "99", "Pass"), ("7", "F2", "", "")]
    cells = [
        {"ID": i, "Name": f"Cafe {i}", "No": no, "Date": "2003-04-02", "Score": s, "Result": r} for i, no, s, r in told
    ]

    def run_on(office, day):
        done = run_day(office, day, RunSteps(), datetime(2003, 5, day.day + 1, 2, tzinfo=ZONE))
        assert done.state == "passed"

    run_on(foreign, DAY)
    before = foreign.store.last("nightly")
    put(foreign.settings.inbox, "second.csv", cells)
    run_on(foreign, DAY + timedelta(days=2))
    run = foreign.store.last("nightly")
    columns = ("inspection_no", "score_centipoints", "conclusion")
    now = current_records(foreign.store, "inspection", run).select(columns).collect().sort("inspection_no")
    assert now.rows()[:3] == [
        ("F1", 5850, "non_compliant"), ("F2", 9925, "compliant"), ("F3", 4000, "not_rated")]  # fmt: skip
    assert (
        current_records(foreign.store, "inspection", before)
        .filter(inspection_no="F3")
        .collect()["score_centipoints"][0]
        is None
    )
    (changed,) = foreign.store.scan("changes").filter(pl.col("as_of") > DAY).collect().to_dicts()
    assert (changed["enterprise_id"], changed["cause"]) == ("city:8", "correction")
    assert run.facts["scope"]["mode"] == "incremental"
    kept = content(foreign.store)
    run_on(replace(foreign, settings=replace(foreign.settings, full=True)), DAY + timedelta(days=2))
    assert differing_tables(kept, content(foreign.store)) == []


def test_a_law_of_what_is_needed_alone_leaves_the_rest_unanswered_and_says_so(foreign):
    law = foreign.settings.policy_dir / "law"
    law.mkdir()
    for name in ("calendar", "serious_list", "procedure"):
        shutil.copy(REPOSITORY / "policy" / "law" / f"{name}.yaml", law)
    office = replace(foreign, settings=replace(foreign.settings, law="policy"))
    done = run_day(office, date(2026, 3, 10), RunSteps(), datetime(2026, 3, 11, 2, tzinfo=ZONE))
    assert done.state == "passed"
    page = done.report.read_text(encoding="utf-8")
    assert [name for name in OPTIONAL_LAW_FILES if f"law/{name}.yaml" not in page] == []
    run = office.store.last("nightly")
    legal = law_state_of_run(office.settings, office.store, run)
    for told in (legal.publicity, legal.spot_checks, legal.bans, legal.repair, deadlines(legal).collect()):
        assert told.is_empty()
    with pytest.raises(PolicyProblems, match=r"publicity_gsxt\.yaml"):
        penalty_list(office.settings, office.store, run)
