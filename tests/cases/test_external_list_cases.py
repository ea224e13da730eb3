"""Every case of external_lists.yaml holds: one test each, named by its sentence."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.transforms.law.matters.law_state_examples import ahead
from tests.transforms.law.publicity.penalty_examples import FIRM, penalty
from transforms.policy_model.document import read_document

FILE = Path(__file__).with_name("external_lists.yaml")
CASES = read_document(FILE.read_text("utf-8"), FILE.name).value["cases"]
ENTRY = {"entry_no": "第1号", "list_type": "abnormal", "authority": "某区市场监督管理局", "listed_on": date(2025, 3, 3)}
PUSH = {"push_no": "推1号", "subject_no": penalty()["decision_no"], "addressee": "某省某局"}
ASKED = {"push", "publish", "check_push", "accept_delisting", "decide_delisting", "assist_take_down"}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_case(case):
    firm = FIRM | ({"region_code": "110101"} if case.get("from_elsewhere") else {})
    records = {
        "enterprise": [firm],
        "external_listing": [ENTRY | case["entry"]] if "entry" in case else [],
        "penalty": [penalty(**case["penalty"])] if "penalty" in case else [],
        "push": [PUSH | case["push"]] if "push" in case else [],
    }
    rows = ahead(case["as_of"], **records).filter(pl.col("what").is_in(ASKED))
    if "penalty" in case:  # the other duties about the penalty are of other cases
        what, system = ("publish", "credit_china") if case.get("system") else ("push", "gsxt")
        rows = rows.filter(what=what, system=system)
    expected = dict(case["expect"])
    if expected.pop("nothing", False):
        assert rows.is_empty()
        return
    (row,) = rows.to_dicts()
    note = expected.pop("note", "")
    assert {name: row[name] for name in expected} == expected
    assert row["note"] is None if note is None else note in (row["note"] or "")
