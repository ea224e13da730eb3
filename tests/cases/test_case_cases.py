"""Every case of cases.yaml holds: one test each, named by its sentence."""

from pathlib import Path

import pytest

from tests.transforms.law.matters.law_state_examples import ahead
from transforms.policy_model.document import read_document

FILE = Path(__file__).with_name("cases.yaml")
CASES = read_document(FILE.read_text("utf-8"), FILE.name).value["cases"]
USUAL = {
    "case": {"case_no": "案1号", "authority": "某局"},
    "case_transfer": {"transfer_no": "移1号", "authority": "某局", "direction": "to_police"},
    "complaint": {"complaint_no": "TJ1", "complaint_type": "complaint"},
}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_case(case):
    (kind,) = USUAL.keys() & case.keys()
    rows = ahead(case["as_of"], **{kind: [USUAL[kind] | case[kind]]})
    assert dict(rows.select("what", "on").iter_rows()) == case["expect"]
    assert rows.height == len(case["expect"])
    assert set(rows["matter"]) <= {kind}
    for name, column in (("confidence", "confidence"), ("overdue", "is_overdue"), ("who", "who")):
        if name in case:
            assert rows[column].to_list() == [case[name]]
