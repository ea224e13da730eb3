"""`yaoxin quarantine`: counts, workbooks, sources, and where they are after a refused first run."""

from datetime import UTC, datetime

import openpyxl
import pytest
from click.testing import CliRunner

from flows.cli.app import cli
from flows.store.store import Store
from tests.flows.publishing.town import AS_OF


def test_quarantine_is_counted_by_source_and_fault(yaoxin):
    result = yaoxin("quarantine", "--json")
    assert result.document["total"] == 2
    (count,) = result.document["counts"]
    assert (count["source"], count["code"], count["row_count"]) == ("penalty", "negative", 2)
    assert "金额为负数" in yaoxin("quarantine", "--source", "penalty").stdout


# Received at 18:00 UTC on 2 June: the 3rd of June at the office.
@pytest.mark.parametrize(("since", "total"), [("2025-06-02", 2), ("2025-06-03", 2), ("2025-06-04", 0)])
def test_quarantine_since_a_day_of_the_office(yaoxin, since, total):
    assert yaoxin("quarantine", "--since", since, "--json").document["total"] == total


def test_quarantine_workbooks_for_the_sending_offices(yaoxin, tmp_path):
    result = yaoxin("quarantine", "--output", "back", "--json")
    assert result.document["workbooks"] == ["back/penalty.xlsx"]
    book = openpyxl.load_workbook(tmp_path / "back" / "penalty.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any("金额为负数" in cell for cell in cells)


def test_quarantine_of_an_unknown_source_names_those_there_are(yaoxin):
    result = yaoxin("quarantine", "--source", "penalties")
    assert result.exit_code == 2
    assert "已有来源：penalty" in result.stderr


AT = datetime(2026, 3, 1, 18, tzinfo=UTC)


def ran(store, state):
    with store.begin("nightly", AS_OF, AT) as writing:
        writing.commit(state, {})
    return writing.run_id


def test_after_a_refused_first_run_quarantine_says_where_the_workbooks_lie(tmp_path):
    store = Store(tmp_path / "store")
    run_id = ran(store, "refused")
    result = CliRunner().invoke(cli, ["quarantine", "--store", str(tmp_path / "store")], env={"LANG": "zh_CN.UTF-8"})
    assert result.exit_code == 2
    assert str(store.run_folder(run_id)) in result.output
    assert "请先运行 yaoxin nightly" not in result.output
