"""Every case of repair.yaml holds: one test each, named by its sentence."""

from pathlib import Path

import polars as pl
import pytest

from tests.transforms.law.matters.decision_examples import LISTING_NO, repair_step, step
from tests.transforms.law.publicity.penalty_examples import CALENDAR, of_system, penalty, publicity_on
from tests.transforms.law.repair.repair_examples import DONE, LAW, asked, decisions, log_on, records
from transforms.law.matters.external_lists import ListCoverage
from transforms.law.repair.applications import applications
from transforms.policy_model.document import read_document

pytestmark = pytest.mark.long
FILE = Path(__file__).with_name("repair.yaml")
CASES = read_document(FILE.read_text("utf-8"), FILE.name).value["cases"]


def _steps(case):
    for one in case.get("register", ()):
        target = {"target": one["target"]} if "target" in one else {}
        more = {name: value for name, value in one.items() if name not in ("step", "on", "target")}
        yield repair_step(one["step"], one["on"], f"{one['step']}{one['on']}", **more) | target


def _listing_steps(listed):
    """The listing, its publication, and what became of it."""
    on, target = listed["on"], listed.get("target")
    yield step("list", on, LISTING_NO, target, situation="fake_drugs")
    if published_on := listed.get("published_on", on):
        yield step("publish_listing", published_on, "公1号", LISTING_NO)
    later = (("removed_on", "remove"), ("restored_on", "restore_listing"))
    yield from (step(kind, listed[day], kind, LISTING_NO) for day, kind in later if day in listed)
    if "refused_on" in listed:
        yield step("apply", listed["refused_on"], "申1号", LISTING_NO)
        yield step("refuse_removal", listed["refused_on"], "拒1号", LISTING_NO, situation=listed["situation"])


def _known(case):
    others = [{"decision_no": f"{n}号"} | one for n, one in enumerate(case.get("others", ()))]
    many = [penalty(**({"violation_type": "甲"} | DONE | one)) for one in (case.get("penalty", {}), *others)]
    entry = {"entry_no": "第1号", "authority": "某局", "list_type": "abnormal"}
    entries = [entry | one for one in case.get("entries", ())]
    return records(many, case.get("enterprise"), case.get("commitments", ()), case.get("rectifications", ()), entries)


def _row(frame, case):
    record = {"penalty": "r0", "listing": "d0"}[case.get("matter", "penalty")]
    is_asked = (pl.col("system") == case.get("system", "gsxt")) & (pl.col("record_id") == record)
    return frame.row(by_predicate=is_asked, named=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case):
    known, as_of, law = _known(case), case["as_of"], of_system(case.get("system", "gsxt"), LAW)
    steps = [*(_listing_steps(case["listed"]) if "listed" in case else ()), *_steps(case)]
    if "expect" in case:
        whole = [ListCoverage("abnormal", entry_count=20, **case["whole"])] if "whole" in case else []
        row = _row(asked(known, as_of, steps, by=law, coverage=tuple(whole)), case)
        parts = {name: {one["condition"]: one[key] for one in row["conditions"]} for name, key in _PARTS.items()}
        for name, expected in case["expect"].items():
            found = {key: parts[name][key] for key in expected} if name in parts else row[name]
            assert found == expected, name
    if "publicity" in case:
        log = log_on(steps, as_of, known)
        row = _row(publicity_on(known.penalties, known.enterprises, law, CALENDAR, as_of, log=log), case)
        assert {name: row[name] for name in case["publicity"]} == case["publicity"]
    if "terms" in case:
        found = log_on(steps, as_of, known).terms.rows(named=True)
        assert [{name: row[name] for name in one} for one, row in zip(case["terms"], found, strict=True)] == case[
            "terms"
        ]
    if "applications" in case:
        rows = applications(log_on(steps, as_of, known), decisions(steps)).collect().rows(named=True)
        found = [{name: row[name] for name in one} for one, row in zip(case["applications"], rows, strict=True)]
        assert found == case["applications"]


_PARTS = {"conditions": "state", "evidence": "evidence"}


def test_every_case_expects_something_and_no_sentence_is_given_twice():
    assert all({"expect", "publicity", "applications", "terms"} & set(case) for case in CASES)
    assert len({case["name"] for case in CASES}) == len(CASES)
