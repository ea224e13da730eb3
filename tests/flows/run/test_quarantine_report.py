"""Quarantined rows, run by run through the real gate: named, balanced, sent back, and tried again."""

import json
from datetime import date, timedelta

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner

from flows.cli.app import cli
from flows.ingest import FileArchive
from flows.ingest.previous_runs import open_quarantine
from flows.run.run import RunSteps
from tests.flows.ingest.inboxes import FIRM, OTHER_FIRM, firm, penalty, put
from tests.flows.run.run_helpers import run_day, setup_at

DAY = date(2026, 3, 1)
REAL = RunSteps()
STRANGER = {
    "行政处罚决定书文号": "（京）药监罚〔2025〕2号",
    "统一社会信用代码": OTHER_FIRM,
    "行政相对人名称": "粤城药业有限公司",
    "数据来源单位": "粤城分局",
}
UNDATED = {"行政处罚决定书文号": "（京）药监罚〔2025〕3号", "处罚决定日期": "不详", "数据来源单位": "京城分局"}


def waiting_rows(office) -> pl.DataFrame:
    return open_quarantine(office.store.scan("quarantine"), office.store.scan("quarantine_outcomes")).collect()


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """An office after three runs: quarantined rows and a rejected file; the register and a correction; nothing new."""
    office = setup_at(tmp_path_factory.mktemp("walked"))
    inbox = office.settings.inbox
    put(inbox, "企业登记.csv", [firm()])
    put(inbox, "双公示.csv", [penalty(数据来源单位="京城分局"), penalty(**STRANGER), penalty(**UNDATED)])
    put(inbox, "来历不明.csv", [penalty(), penalty()])
    first = run_day(office, DAY, REAL)
    for path in inbox.iterdir():
        path.unlink()
    put(inbox, "企业登记.csv", [firm(OTHER_FIRM, "粤城药业有限公司")])
    book = openpyxl.load_workbook(first.report.parent / "quarantine" / "penalty-京城分局.xlsx")
    sheet = book["待更正"]
    (column,) = [cell.column for cell in sheet[1] if cell.value == "处罚决定日期"]
    sheet.cell(2, column).value = "2025-07-01"
    book.save(inbox / "penalty-京城分局.xlsx")
    second = run_day(office, DAY + timedelta(days=1), REAL)
    third = run_day(office, DAY + timedelta(days=2), REAL)
    return office, [first, second, third]


def test_every_run_passes_the_gate(walked):
    _, runs = walked
    assert [(one.state, one.message if one.state != "passed" else "") for one in runs] == [("passed", "")] * 3


def test_a_rejected_file_is_named_and_its_rows_are_in_the_balance(walked):
    _, (first, *_) = walked
    assert "来历不明.csv" in first.message
    assert first.facts["files"]["turned_away"][0]["file_name"] == "来历不明.csv"
    numbers = first.facts["numbers"]
    parts = ("接受行数", "重复行数", "被取代行数", "隔离行数", "不计行数")
    assert numbers["读取行数"] == 6 == sum(numbers[part] for part in parts)
    assert numbers["隔离行数"] == 4
    assert "来历不明.csv" in (first.report).read_text(encoding="utf-8")


def test_what_waited_is_accepted_without_its_sender(walked):
    office, (_, second, third) = walked
    assert waiting_rows(office).is_empty()
    outcomes = office.store.scan("quarantine_outcomes").collect()
    assert sorted(outcomes["outcome"]) == ["accepted", "corrected"]
    penalties = office.store.scan("penalty").collect()
    assert sorted(penalties["decision_no"].str.tail(2)) == ["1号", "2号", "3号"]
    assert set(penalties["enterprise_id"]) == {FIRM, OTHER_FIRM}
    numbers = second.facts["numbers"]
    assert (numbers["读取行数"], numbers["接受行数"], numbers["隔离行数"]) == (3, 3, 0)
    assert third.facts["numbers"]["读取行数"] == 0


def test_a_workbook_goes_to_each_office_that_sent_rows(walked):
    _, (first, *_) = walked
    folder = first.report.parent / "quarantine"
    assert sorted(path.name for path in folder.iterdir()) == ["penalty-京城分局.xlsx", "penalty-粤城分局.xlsx"]


def test_the_bytes_of_every_file_are_kept(walked):
    office, _ = walked
    archive = FileArchive(office.store.location.local / "archive")
    assert all(archive.has(file_id) for file_id in office.store.scan("files").collect()["file_id"])
    assert not list(office.store.location.local.glob("runs/*/stage"))


def test_a_refused_run_says_the_register_first_and_still_writes_its_workbooks(tmp_path):
    office = setup_at(tmp_path)
    put(office.settings.inbox, "企业登记.csv", [{"名号": "京城药业有限公司", "代码": FIRM}])
    rows = [penalty(行政处罚决定书文号=f"（京）药监罚〔2025〕{number}号") for number in range(300)]
    put(office.settings.inbox, "双公示.csv", rows)
    refused = run_day(office, DAY, REAL)
    assert refused.state == "refused"
    first = refused.message.splitlines()[0]
    assert "企业登记.csv" in first
    assert "列名" in first
    assert "双公示.csv" in refused.message
    (book,) = (office.store.run_folder(refused.run_id) / "quarantine").iterdir()
    assert openpyxl.load_workbook(book)["待更正"].max_row == 301
    assert not (office.store.run_folder(refused.run_id) / "stage" / "inbox").exists()
    assert not list(office.store.location.local.glob("archive/*/*.zst"))


def test_a_file_that_vanishes_between_two_tries_leaves_nothing(tmp_path):
    """The first try stages its rows and fails; the second finds the file gone."""
    office = setup_at(tmp_path)
    put(office.settings.inbox, "企业登记.csv", [firm()])
    path = put(office.settings.inbox, "双公示.csv", [penalty()])

    def tried_again(store, settings, context):
        REAL.ingest(store, settings, context)
        path.unlink()
        return REAL.ingest(store, settings, context)

    result = run_day(office, DAY, RunSteps(ingest=tried_again))
    assert result.state == "passed"
    assert office.store.scan("penalty").collect().is_empty()
    assert office.store.scan("files").collect()["file_name"].to_list() == ["企业登记.csv"]
    assert len(list(office.store.location.local.glob("archive/*/*.zst"))) == 1


def asked(office, monkeypatch, *arguments):
    """What a command answers with --json on this store."""
    monkeypatch.setenv("YAOXIN_STORE", office.settings.store)
    result = CliRunner().invoke(cli, [*arguments, "--json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_commands_name_files_and_count_rows_by_field(walked, monkeypatch):
    office, _ = walked
    told = asked(office, monkeypatch, "quarantine")
    assert (told["total"], told["counts"]) == (0, [])
    (away,) = [file for file in told["files"] if file["finding"]]
    assert (away["file_name"], away["read_count"]) == ("来历不明.csv", 2)
    every = asked(office, monkeypatch, "quarantine", "--all")
    assert every["total"] == 2
    counted = {(one["column"], one["code"]): one["row_count"] for one in every["counts"]}
    assert counted == {("处罚决定日期", "bad_date"): 1, ("统一社会信用代码", "unknown_code"): 1}


def test_what_was_noticed_of_a_file_reaches_people(tmp_path, monkeypatch):
    office = setup_at(tmp_path)
    put(office.settings.inbox, "企业登记.csv", [firm()])
    put(office.settings.inbox, "双公示.csv", [penalty(经办人手机="无", 未列明的列="甲")])
    result = run_day(office, DAY)
    (run,) = [one for one in asked(office, monkeypatch, "runs")["runs"] if one["flow"] == "nightly"]
    (noted,) = run["facts"]["files"]["noted"]
    assert noted["file_name"] == "双公示.csv"
    assert "未列明的列" in noted["notes"][0]
    assert "未列明的列" in result.report.read_text(encoding="utf-8")
    (file,) = asked(office, monkeypatch, "quarantine")["files"]
    assert "未列明的列" in file["notes"][0]
