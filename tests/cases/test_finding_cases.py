"""Every case of findings.yaml holds: one test each, named by its sentence."""

from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from tests.transforms.law.matters.law_state_examples import legal
from transforms.law.matters.deadlines import deadlines
from transforms.policy_model.document import read_document

FILE = Path(__file__).with_name("findings.yaml")
CASES = read_document(FILE.read_text("utf-8"), FILE.name).value["cases"]
BAN = {"enterprise_id": "甲", "ban_no": "禁1号", "person_name": "张三", "person_hash": "h1", "field": "drug"}
BAN |= {"decided_on": date(2026, 1, 8), "starts_on": date(2026, 1, 10), "ends_on": date(2036, 1, 10)}
BAN |= {"basis": "药品管理法第一百二十四条"}
POST = {"enterprise_id": "乙", "person_name": "张三", "person_hash": "h1", "starts_on": date(2024, 3, 1)}
POST |= {"position": "manager"}
LICENCE = {"enterprise_id": "乙", "licence_no": "闽DA1", "licence_type": "drug_trade", "authority": "某局"}
LICENCE |= {"valid_until_on": date(2031, 1, 31)}


def listed(firm, on, situation, number):
    step = {"enterprise_id": firm, "decision_type": "list", "decision_no": number, "decided_on": on}
    return step | {"situation": situation, "proposed_by": "甲某", "decided_by": "乙某"}


def records_of(case):
    firms = [{"enterprise_id": name, "name": f"{name}药房", "fields": ["drug"]} for name in "甲乙"]
    firms[1] |= case.get("firm", {})
    decisions = []
    if "false_publication" in case:
        decisions.append(listed("甲", case["false_publication"], "false_publication", "列1号"))
    if "listing" in case:
        decisions.append(listed("乙", case["listing"], "fake_drugs", "列2号"))
    if "removed" in case:
        removal = {"decision_type": "remove", "decision_no": "移1号", "target": "列2号", "decided_on": case["removed"]}
        decisions.append(decisions[-1] | removal)
    posts = [POST | case.get("post", {}), *(POST | one for one in case.get("others", ()))]
    if "false_publication" in case:
        posts.append(POST | {"enterprise_id": "甲", "position": "legal_representative"})
    penalty = {"enterprise_id": "乙", "decision_no": "罚1号", "decision_key": "罚1号", "penalty_kinds": ["fine"]}
    penalty |= {"party_class": "organisation", "state": "in_force"}
    return {
        "enterprise": firms,
        "decision": decisions,
        "post": posts,
        "person_ban": [] if case.get("ban", {}) is None else [BAN | case.get("ban", {})],
        "licence": [LICENCE | case["licence"]] if "licence" in case else [],
        "penalty": [penalty | case["penalty"]] if "penalty" in case else [],
    }


# Their own in each case, so that all cases of a day are one region, whose state is computed once.
_OWN = ("enterprise_id", "person_hash", "decision_no", "decision_key", "target", "ban_no", "record_id")


@cache
def state_on(day):
    region = {}
    for number, case in enumerate(CASES):
        if case["as_of"] != day:
            continue
        for kind, rows in records_of(case).items():
            for place, row in enumerate(rows):
                own = {"record_id": f"{kind}{place}"} | row
                own |= {name: f"{own[name]}/{number}" for name in _OWN if own.get(name)}
                region.setdefault(kind, []).append(own)
    state = legal(day, **region)
    return state.findings, deadlines(state).filter(pl.col("what") == "end_barred_post").collect()


@pytest.mark.parametrize(("number", "case"), [pytest.param(*pair, id=pair[1]["name"]) for pair in enumerate(CASES)])
def test_case(number, case):
    findings, duties = (rows.filter(enterprise_id=f"乙/{number}") for rows in state_on(case["as_of"]))
    found = findings.rows(named=True)
    told = [
        {"finding": row["finding"], "state": row["state"], "since": row["since_on"], "until": row["until_on"]}
        | {"confidence": row["confidence"], "notes": row["notes"]}
        for row in found
    ]
    expected = case["expect"]
    assert len(told) == len(expected), told
    assert [{name: row[name] for name in one} for row, one in zip(told, expected, strict=True)] == expected
    since = [one["since_on"] for one in found if one["finding"] == "barred_post" and one["state"] != "over"]
    assert duties["on"].to_list() == since
    assert duties["is_overdue"].to_list() == [day < case["as_of"] for day in since]
