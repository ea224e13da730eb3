"""Fines of an unknown amount, or far from their text: from the file to report and desk, through the gate."""

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner

from flows.cli.app import cli
from flows.demo.model import credit_code
from flows.run.run import RunSteps
from tests.flows.run.run_helpers import FIRST, KEY, run_day, setup_at

AUTHORITY = "示例省药品监督管理局"
NO_COLUMN, ERROR_CELL, KNOWN, IN_YUAN = (credit_code("91", "350102", n) for n in (1, 2, 3, 4))
HEADINGS = (
    "行政相对人名称",
    "统一社会信用代码",
    "行政处罚决定书文号",
    "处罚类别",
    "处罚内容",
    "处罚决定日期",
    "处罚机关",
)


def penalty(number: int, code: str) -> tuple[str, ...]:
    row = (f"示例{number}号药房有限公司", code, f"示药罚〔2026〕{number}号", "罚款", "罚款五千元")
    return (*row, FIRST.isoformat(), AUTHORITY)


def workbook(path, headings, *rows):
    book = openpyxl.Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The run's result, and what a command says of the office."""
    home = tmp_path_factory.mktemp("amounts")
    inbox = home / "inbox"
    register = [(f"示例{n}号药房有限公司", code) for n, code in enumerate((NO_COLUMN, ERROR_CELL, KNOWN, IN_YUAN), 1)]
    inbox.mkdir()
    pl.DataFrame(register, schema=["企业名称", "统一社会信用代码"], orient="row").write_csv(inbox / "企业登记.csv")
    workbook(inbox / "penalty/a.xlsx", HEADINGS, penalty(1, NO_COLUMN))
    cells = ((ERROR_CELL, "#N/A"), (KNOWN, "0.5"), (IN_YUAN, "5000"))
    rows = [(*penalty(n, code), amount) for n, (code, amount) in enumerate(cells, 2)]
    workbook(inbox / "penalty/b.xlsx", (*HEADINGS, "罚款金额（万元）"), *rows)
    office = setup_at(home)
    result = run_day(office, FIRST, RunSteps())
    assert result.state == "passed", result.message

    def command(*words: str) -> str:
        environment = {"YAOXIN_STORE": str(home / "store"), "YAOXIN_INBOX": str(inbox), "YAOXIN_IDENTITY_KEY": KEY}
        found = CliRunner().invoke(cli, list(words), env=environment)
        assert found.exit_code == 0, found.output
        return found.output

    return result, command


@pytest.mark.parametrize("code", [NO_COLUMN, ERROR_CELL])
def test_a_fine_without_a_readable_sum_is_no_clean_score(told, code):
    _, command = told
    explained = command("explain", code)
    assert "未计分（金额不明）" in explained
    assert "= 1000.00（另有 1 项金额不明，未计分）" in explained
    assert "1 项，未计分" in command("lookup", code)


def test_a_known_fine_counts_and_says_nothing_of_the_kind(told):
    _, command = told
    assert "金额不明" not in command("explain", KNOWN) + command("lookup", KNOWN)


def test_the_report_lists_them_and_the_gate_warns_of_each_kind(told):
    result, _ = told
    page = result.report.read_text(encoding="utf-8")
    assert "金额不明、未计分的记录" in page
    listed = page.split('id="unknown-amounts"')[1].split("</section>")[0]
    assert all(f"示药罚〔2026〕{n}号" in listed for n in (1, 2))
    assert not any(f"示药罚〔2026〕{n}号" in listed for n in (3, 4))
    findings = [finding for finding in result.facts["findings"] if "penalty_amounts" in finding]
    assert len(findings) == 2
    assert any("is_fine_unknown" in finding for finding in findings)
    assert any("stated_fen" in finding for finding in findings)
