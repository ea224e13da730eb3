"""Who may be sent to inspect: by qualification and declared conflicts; the day before, the day, the day after."""

import polars as pl
import pytest

from tests.transforms.law.matters.law_state_examples import day
from transforms.inspectors import INSPECTOR_CHOICE, inspector_choice
from transforms.schemas import TABLES

QUALIFIED = {"inspector_no": "检1", "person_name": "赵甲", "office": "某局", "field": "drug", "level": "senior"}
QUALIFIED |= {"qualified_on": day("2024-03-01"), "valid_until_on": day("2027-02-28")}
CONFLICT = {"inspector_no": "检1", "enterprise_id": "e1", "declaration_no": "申1", "relation": "kin"}
CONFLICT |= {"declared_on": day("2026-03-02"), "ends_on": day("2026-03-31")}


def frame(kind, rows):
    made = [{"record_id": f"{kind}{n}"} | row for n, row in enumerate(rows)]
    return pl.DataFrame(made, schema=TABLES[kind].schema).lazy()


def chosen(as_of, *people, conflicts=(), field="drug", firm=None):
    found = inspector_choice(
        frame("inspector", people), frame("inspector_conflict", conflicts), field, day(as_of), firm
    ).collect()
    assert found.schema == INSPECTOR_CHOICE.schema
    assert (found["is_eligible"] == found["reason"].is_null()).all()
    return {row["inspector_no"]: row["reason"] for row in found.to_dicts()}


@pytest.mark.parametrize(
    ("as_of", "more", "reason"),
    [
        ("2024-02-29", {}, "资格自2024-03-01起"),
        ("2024-03-01", {}, None),
        ("2027-02-28", {}, None),
        ("2027-03-01", {}, "资格有效期至2027-02-28，已届满"),
        ("2027-03-01", {"valid_until_on": None}, None),
        ("2026-03-01", {"ended_on": day("2026-03-02")}, None),
        ("2026-03-02", {"ended_on": day("2026-03-02")}, "资格已于2026-03-02终止"),
        ("2026-03-02", {"field": "device"}, "没有药品领域的检查员资格"),
    ],
)
def test_a_qualification_holds_from_its_first_day_to_its_last(as_of, more, reason):
    assert chosen(as_of, QUALIFIED | more) == {"检1": reason}


@pytest.mark.parametrize(
    ("as_of", "firm", "more", "is_kept_away"),
    [
        ("2026-03-01", "e1", {}, False),
        ("2026-03-02", "e1", {}, True),
        ("2026-03-31", "e1", {}, True),
        ("2026-04-01", "e1", {}, False),
        ("2026-04-01", "e1", {"ends_on": None}, True),
        ("2026-03-01", "e1", {"starts_on": day("2026-02-01")}, True),
        ("2026-03-02", "e1", {"starts_on": day("2026-03-03")}, False),
        ("2026-03-02", "e2", {}, False),
        ("2026-03-02", None, {}, False),
        ("2026-03-02", "e1", {"inspector_no": "检2"}, False),
    ],
)
def test_a_declared_conflict_keeps_an_inspector_from_its_enterprise_alone_and_in_its_term(
    as_of, firm, more, is_kept_away
):
    (reason,) = chosen(as_of, QUALIFIED, conflicts=[CONFLICT | more], firm=firm).values()
    assert (reason is not None) == is_kept_away
    assert not reason or reason.startswith("利益冲突：近亲属在该企业任职（申1，自")


def test_an_inspector_is_one_row_whatever_the_fields_and_every_reason_is_said():
    other = QUALIFIED | {"field": "device", "level": "junior"}
    second = other | {"inspector_no": "检2", "person_name": "钱乙"}
    found = chosen("2026-03-02", other, QUALIFIED, second, conflicts=[CONFLICT | {"inspector_no": "检2"}], firm="e1")
    assert list(found) == ["检1", "检2"]
    assert found["检1"] is None
    assert found["检2"].startswith("没有药品领域的检查员资格；利益冲突：")
