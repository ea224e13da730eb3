"""Every case of spot_checks.yaml holds: one test each, named by its sentence."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.transforms.law.matters.decision_examples import LISTING_NO, PENALTY_NO, repair_step, step
from tests.transforms.law.publicity.penalty_examples import CALENDAR, penalty, publicity_on, text
from tests.transforms.law.repair.repair_examples import LAW, log_on, records
from transforms.law.publicity.spot_checks import SpotCheckRecords, spot_check_publicity
from transforms.policy_model.document import read_document
from transforms.policy_model.law import load_spot_check_law
from transforms.schemas import TABLES
from transforms.schemas.law import PUBLICITY

FILE = Path(__file__).with_name("spot_checks.yaml")
CASES = read_document(FILE.read_text("utf-8"), FILE.name).value["cases"]
SPOT_LAW = load_spot_check_law(text("spot_checks"), "spot_checks.yaml")
_COMMON = {"record_id": "c0", "enterprise_id": "e1", "party_name": "甲厂", "published_on": date(2026, 1, 30)}
_DAY = date(2026, 1, 5)
CHECK = {"inspection_no": "检1号", "inspected_on": _DAY, "inspection_type": "random", "conclusion": "non_compliant"}
SAMPLE = {"sample_no": "检1号", "sampled_on": _DAY, "reported_on": _DAY, "result": "unqualified"}


def _frame(kind, rows):
    return pl.DataFrame(rows, schema=TABLES[kind].schema).lazy()


def found(case, inspections=None):
    """Rows of the case on its day."""
    checks = inspections or ([] if "sample" in case else [_COMMON | CHECK | case.get("check", {})])
    samples = [_COMMON | SAMPLE | case["sample"]] if "sample" in case else []
    known = records([penalty(**{"act_no": "检1号"} | one) for one in case.get("penalties", ())], case.get("enterprise"))
    steps = [repair_step(one["step"], one["on"]) for one in case.get("register", ())]
    if "listed" in case:
        steps = [step("list", case["listed"]["on"], LISTING_NO, PENALTY_NO, situation="fake_drugs")]
        steps += [step("publish_listing", case["listed"]["published_on"], "公1号", LISTING_NO)]
    log = log_on(steps, case["as_of"], known)
    shown = publicity_on(known.penalties, known.enterprises, LAW, CALENDAR, case["as_of"], log=log)
    frames = (_frame("inspection", checks), _frame("sampling", samples), known.penalties, known.enterprises)
    return spot_check_publicity(
        SpotCheckRecords(*frames, shown, log.listings), SPOT_LAW, CALENDAR, case["as_of"]
    ).collect()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case):
    (row,) = found(case).rows(named=True)
    assert {name: row[name] for name in case["expect"]} == case["expect"]


@pytest.mark.parametrize(
    "check",
    [
        {"published_on": None},
        {"published_on": date(2026, 2, 1)},
        {"conclusion": "compliant"},
        {"inspection_type": "gmp"},
    ],
)
def test_what_is_not_public_not_bad_or_no_spot_check_is_none_of_it(check):
    rows = found({"as_of": date(2026, 1, 31), "check": check})
    assert rows.height == 0
    assert rows.schema == PUBLICITY.schema


def test_a_penalty_that_is_tied_to_one_check_is_not_held_against_another():
    other = _COMMON | CHECK | {"record_id": "c1", "inspection_no": "检2号", "inspected_on": date(2026, 1, 6)}
    case = {
        "as_of": date(2026, 5, 1),
        "penalties": [{"decided_on": date(2026, 2, 9), "published_on": date(2026, 3, 2)}],
    }
    assert found(case, [_COMMON | CHECK, other])["state"].to_list() == ["public", "ended"]


def test_no_sentence_is_given_twice():
    assert len({case["name"] for case in CASES}) == len(CASES)
