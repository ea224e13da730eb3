"""The way of a licence: from a file through the gate to the store, to what falls due, and to its renewal."""

from datetime import date, timedelta

from flows.cli.due import find_due
from flows.store.store import current_records
from tests.flows.ingest.inboxes import put
from tests.flows.run.run_helpers import SECOND, run_day

THIRD = SECOND + timedelta(days=1)
NUMBER, LATE = "闽DA99990001", "闽DA99990002"


def _row(firm, number, until, issued="2021-03-12"):
    return {
        "统一社会信用代码": firm["uscc"],
        "企业名称": firm["name"],
        "许可证编号": number,
        "许可证名称": "药品经营许可证（零售）",
        "经营范围": "中成药；化学药",
        "发证日期": issued,
        "有效期至": until,
        "发证机关": "云岭市场监督管理局",
        "许可证状态": "有效",
    }


def _due(office, firm):
    run = office.store.last("nightly")
    rows = find_due(office.settings, office.store, run, run.as_of, None, firm["enterprise_id"]).rows
    return [row for row in rows.to_dicts() if row["decision_no"] == NUMBER]


def test_a_licence_falls_due_until_its_renewal_arrives(office):
    run = office.store.last("nightly")
    firms = current_records(office.store, "enterprise", run).filter(state="active").sort("enterprise_id").collect()
    firm = firms.row(0, named=True)
    put(office.settings.inbox, "许可证_1.csv", [_row(firm, NUMBER, "2026-05-12"), _row(firm, LATE, "2020-01-01")])
    result = run_day(office, SECOND)
    assert result.state == "passed"
    run = office.store.last("nightly")
    stored = current_records(office.store, "licence", run, firm["enterprise_id"]).filter(licence_no=NUMBER).collect()
    (licence,) = stored.to_dicts()
    assert (licence["licence_type"], licence["valid_until_on"]) == ("drug_trade", date(2026, 5, 12))
    refused = office.store.scan("quarantine", run).filter(kind="licence", file_name="许可证_1.csv").collect()
    assert refused.select("row_no", "reason").rows() == [(3, "有效期至早于发证日期")]
    due = [("renew_licence", date(2026, 3, 12), "party"), ("licence_ends", date(2026, 5, 13), None)]
    assert [(row["what"], row["on"], row["who"]) for row in _due(office, firm)] == due
    assert NUMBER in (office.store.run_folder(run.run_id) / "report" / "office.html").read_text("utf-8")

    put(office.settings.inbox, "许可证_2.csv", [_row(firm, NUMBER, "2031-05-12", "2026-03-09")])
    assert run_day(office, THIRD).state == "passed"
    assert [row["on"] for row in _due(office, firm)] == [date(2031, 3, 12), date(2031, 5, 13)]
