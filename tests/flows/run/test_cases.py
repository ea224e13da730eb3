"""The way of a case: from a file through the gate to the store, to what falls due, and to the office report."""

from datetime import timedelta

from flows.cli.due import find_due
from flows.store.store import current_records
from tests.flows.ingest.inboxes import put
from tests.flows.run.run_helpers import SECOND, run_day

THIRD = SECOND + timedelta(days=1)
CLUE, CASE = "示案〔2026〕X1号", "示案〔2026〕A1号"


def _row(firm, number, **more):
    party = (
        {"统一社会信用代码": firm["uscc"], "当事人": firm["name"], "当事人类别": ""} if firm else {"当事人类别": "不明"}
    )
    return {"案件编号": number, "办案机关": "某局", "发现线索日期": "2026-02-24", **party, **more}


def _due(office, enterprise_id=None):
    run = office.store.last("nightly")
    rows = find_due(office.settings, office.store, run, run.as_of, None, enterprise_id).rows.to_dicts()
    return {row["decision_no"]: row["what"] for row in rows if row["matter"] == "case"}


def _page(office):
    run = office.store.last("nightly")
    return (office.store.run_folder(run.run_id) / "report" / "office.html").read_text("utf-8")


def test_a_clue_without_a_party_falls_due_and_goes_to_the_enterprise_once_it_is_named(office):
    run = office.store.last("nightly")
    firms = current_records(office.store, "enterprise", run).filter(state="active").sort("enterprise_id").collect()
    firm = firms.row(0, named=True)
    filed = {"立案日期": "2026-03-04", "货值金额（元）": "1234.50"}
    put(office.settings.inbox, "案件台账_1.csv", [_row(None, CLUE), _row(firm, CASE, **filed)])
    assert run_day(office, SECOND).state == "passed"
    assert _due(office)[CLUE] == "decide_filing"
    assert _due(office, firm["enterprise_id"]) == {CASE: "decide_case"}
    assert "案件办理指标" in _page(office)
    assert CLUE in _page(office)

    put(office.settings.inbox, "案件台账_2.csv", [_row(firm, CLUE, 立案日期="2026-03-06")])
    assert run_day(office, THIRD).state == "passed"
    run = office.store.last("nightly")
    (case,) = current_records(office.store, "case", run).filter(case_no=CLUE).collect().to_dicts()
    assert case["enterprise_id"] == firm["enterprise_id"]
    assert _due(office, firm["enterprise_id"]) == {CASE: "decide_case", CLUE: "decide_case"}
    assert CLUE not in _page(office), "the ninety days end later than the days the report looks ahead"
