"""Every case of licences.yaml holds: one test each, named by its sentence."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.transforms.law.matters.law_state_examples import ahead
from transforms.policy_model.document import read_document

FILE = Path(__file__).with_name("licences.yaml")
CASES = read_document(FILE.read_text("utf-8"), FILE.name).value["cases"]
LICENCE = {"licence_no": "桂DA7710001", "licence_type": "drug_trade", "authority": "某局"}
LICENCE |= {"issued_on": date(2021, 6, 1), "valid_until_on": date(2026, 8, 31)}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_case(case):
    rows = {row["what"]: row for row in ahead(case["as_of"], licence=[LICENCE | case.get("licence", {})]).to_dicts()}
    renew, ends = rows.pop("renew_licence", None), rows.pop("licence_ends", None)
    assert rows == {}
    opens = re.search(r"自(\S+)起可以申请", renew["note"]) if renew else None
    missing = re.search(r"关于(\d{4}年)部分节假日安排的通知尚未录入", ends["note"]) if ends else None
    found = {
        "renew": renew and renew["on"],
        "opens": opens and date.fromisoformat(opens.group(1)),
        "ends": ends and ends["on"],
        "confidence": renew and renew["confidence"],
        "missing": missing and missing.group(1),
    }
    expected = {"missing": None} | case["expect"]
    assert {name: found[name] for name in expected} == expected
