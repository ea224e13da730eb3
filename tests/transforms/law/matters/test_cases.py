"""Terms of cases among the deadlines, the value of goods of a penalty, figures of cases, and mistakes in the file."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.law.law_oracle import working_days_after
from tests.transforms.law.matters.law_state_examples import CASES, WHOLE, ahead, day, legal
from tests.transforms.law.publicity.penalty_examples import text
from transforms.law.matters.cases import case_figures, goods_values
from transforms.law.matters.deadlines import deadlines
from transforms.policy_model import PolicyProblems
from transforms.policy_model.law import load_law_file
from transforms.schemas import TABLES

FIRST, LAST = day("2026-01-01"), day("2026-06-30")


def _frame(kind, rows):
    made = [{"record_id": f"{kind}{n}", "enterprise_id": "e1", **row} for n, row in enumerate(rows)]
    return pl.DataFrame(made, schema=TABLES[kind].schema).lazy()


@given(found=st.dates(day("2025-01-01"), day("2026-06-01")), is_extended=st.booleans())
def test_the_term_to_file_is_counted_day_by_day(found, is_extended):
    case = {"case_no": "1", "found_on": found, "check_extended_on": found if is_extended else None}
    (row,) = ahead(found, case=[case]).to_dicts()
    assert row["on"] == working_days_after(found, 30 if is_extended else 15)


def test_a_term_that_ends_beyond_the_calendar_says_what_is_missing():
    (row,) = ahead(day("2026-12-30"), case=[{"case_no": "1", "found_on": day("2026-12-30")}]).to_dicts()
    assert (row["on"], row["is_overdue"]) == (None, False)
    assert "2027年" in row["note"]


def test_without_the_law_nothing_is_said():
    state = legal(FIRST, by=replace(WHOLE, cases=None), case=[{"case_no": "1", "found_on": FIRST}])
    assert deadlines(state).collect().is_empty()


def _goods(*cases, decision_no="京罚〔2026〕1号"):
    rows = goods_values(_frame("penalty", [{"decision_no": decision_no}]), _frame("case", cases)).collect()
    return rows["goods_evidence"].to_list()


def _of(*numbers, fen=100_050, **more):
    return {"case_no": "案1号", "decision_nos": list(numbers), "goods_value_fen": fen} | more


def test_the_value_of_goods_comes_from_the_case_that_lists_the_penalty_in_any_spelling():
    assert _goods(_of("京罚[2026]第1号")) == ["案件案1号：货值金额1000.50元"]
    assert _goods(_of("京罚〔2026〕1号", fen=0)) == ["案件案1号：货值金额0.00元"]


def test_of_a_case_with_several_penalties_the_value_is_that_of_the_whole():
    assert _goods(_of("京罚〔2026〕1号", "京罚〔2026〕2号")) == [
        "案件案1号：货值金额1000.50元（全案，作出处罚决定2份）"
    ]


def test_cases_of_one_penalty_that_disagree_are_shown_and_not_added_up():
    (said,) = _goods(_of("京罚〔2026〕1号"), _of("京罚〔2026〕1号", fen=200_000, case_no="案2号"))
    assert said == "案件案1号：货值金额1000.50元；案件案2号：货值金额2000.00元；各案不一致，须核对"
    (said,) = _goods(_of("京罚〔2026〕1号"), _of("京罚〔2026〕1号", case_no="案2号"))
    assert "不一致" not in said


@pytest.mark.parametrize(
    "case",
    [
        _of("京罚〔2026〕2号"),
        _of("京罚〔2026〕1号", fen=None),
        _of("京罚〔2026〕1号", enterprise_id="e2"),
        _of("京罚〔2026〕1号", enterprise_id=None),
    ],
)
def test_what_no_case_of_the_enterprise_states_is_unknown(case):
    assert _goods(case) == []


def _figures(*cases):
    rows = case_figures(_frame("case", cases), CASES, FIRST, LAST)
    return {row["figure"]: (row["met_count"], row["of_count"], row["untold_count"]) for row in rows.to_dicts()}


def test_closed_of_those_filed_in_the_period_and_major_ones_apart():
    filed = [
        {"filed_on": FIRST, "closed_on": LAST, "is_major": True},
        {"filed_on": LAST, "closed_on": day("2026-07-01"), "is_major": True},
        {"filed_on": LAST, "is_major": False},
        {"filed_on": LAST, "closed_on": LAST},
        {"filed_on": day("2025-12-31"), "closed_on": LAST, "is_major": True},
        {"filed_on": day("2026-07-01"), "closed_on": day("2026-07-01"), "is_major": True},
        {"closed_on": LAST, "is_major": True},
    ]
    found = _figures(*filed)
    assert (found["closure"], found["major_closure"]) == ((2, 4, 0), (1, 2, 1))


def test_reviewed_of_the_decisions_that_need_it_and_what_is_not_told_is_not_counted():
    decided = {"outcome": "penalty", "concluded_on": day("2026-03-02")}
    before, after = day("2026-03-02"), day("2026-03-03")
    cases = [
        decided | {"is_legal_review_due": True, "legally_reviewed_on": before},
        decided | {"is_legal_review_due": True, "legally_reviewed_on": after},
        decided | {"is_legal_review_due": True},
        decided | {"heard_on": before, "legally_reviewed_on": before},
        decided | {"is_legal_review_due": False, "legally_reviewed_on": before},
        decided,
        decided | {"outcome": "no_penalty", "is_legal_review_due": True},
        decided | {"concluded_on": day("2025-12-31"), "is_legal_review_due": True},
    ]
    assert _figures(*cases)["legal_review"] == (2, 4, 1)


def test_a_period_without_cases_counts_nothing():
    assert set(_figures().values()) == {(0, 0, 0)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("duty: decide_filing", "duty: decide_filling", "no duty 'decide_filling'"),
        ("kind: case_transfer", "kind: penalty", "'penalty' has no terms"),
        ("from: found_on", "from: is_major", "no such column 'is_major'"),
        ("excluded_days: excluded_days", "excluded_days: goods", "no such column 'goods'"),
        ("extended_when: extended_on IS NOT NULL", "extended_when: postponed IS NOT NULL", "no column 'postponed'"),
        ("    extended_when: check_extended_on IS NOT NULL\n", "", "extension and extended_when come together"),
    ],
)
def test_mistakes_in_the_file_are_named(old, new, said):
    assert old in text("cases")
    with pytest.raises(PolicyProblems, match=said):
        load_law_file(text("cases").replace(old, new, 1), "cases.yaml")
