"""Every case of publicity.yaml holds: one test each, named by its sentence."""

from datetime import date
from pathlib import Path

import pytest

from tests.transforms.law.publicity.penalty_examples import LAW, found, of_system, penalty
from transforms.policy_model.document import read_document

FILE = Path(__file__).with_name("publicity.yaml")
CASES = read_document(FILE.read_text("utf-8"), FILE.name).value["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case):
    law = of_system(case.get("system", "gsxt"), LAW)
    rows = found([penalty(**case["penalty"])], case.get("as_of", date(2026, 6, 30)), case.get("enterprise"), law)
    row = rows.row(0, named=True)
    assert {name: row[name] for name in case["expect"]} == case["expect"]


def test_no_sentence_is_given_twice():
    assert len({case["name"] for case in CASES}) == len(CASES)
