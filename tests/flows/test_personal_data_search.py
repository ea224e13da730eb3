"""A store and its files are searched for numbers of natural persons; a sound one has none."""

import json

import polars as pl
import pytest
from click.testing import CliRunner

from flows.cli.app import cli
from flows.personal_data_search import search_personal_data
from tests.flows.run.run_helpers import KEY, copy_setup

IDENTITY = "11010519491231002X"


@pytest.fixture
def check(office):
    """Runs the command on the office."""
    settings = office.settings
    environment = {"YAOXIN_STORE": settings.store, "YAOXIN_INBOX": str(settings.inbox), "YAOXIN_IDENTITY_KEY": KEY}
    return lambda *words: CliRunner().invoke(cli, ["privacy", "check", *words], env=environment)


def test_the_store_of_a_region_with_persons_in_it_has_no_number(check):
    found = check()
    assert found.exit_code == 0, found.output
    assert "没有发现自然人证件号码" in found.output


def test_what_other_hands_wrote_is_found_and_shown_masked(office, check):
    store = office.store
    last = store.last()
    row = store.scan("penalty").head(1).collect()
    forged = row.with_columns(remark=pl.lit(f"身份证{IDENTITY}"), version_no=pl.lit(9, dtype=pl.Int64))
    with store.begin("nightly", last.as_of, last.known_at) as writing:
        writing.append("penalty", forged)
        writing.commit("passed", {})
    report = next(office.store.location.local.glob("runs/*/report/office.html"))
    report.write_text(f"<p>{IDENTITY}</p>", encoding="utf-8")
    found = check("--json")
    assert found.exit_code == 1
    assert IDENTITY not in found.output
    places = {(one["place"].split("/")[-1], one["column"]): one for one in json.loads(found.stdout)["findings"]}
    assert set(places) == {("penalty", "remark"), ("office.html", "")}
    assert "110*************2X" in places["penalty", "remark"]["example"]


def test_a_workbook_is_searched_and_what_cannot_be_is_named(office, tmp_path):
    import openpyxl

    made = copy_setup(office, tmp_path / "other")
    folder = made.settings.publications / "penalties"
    folder.mkdir(parents=True)
    book = openpyxl.Workbook()
    book.active.append([f"张三{IDENTITY}"])
    book.save(folder / "list.xlsx")
    (folder / "list.pdf").write_bytes(b"%PDF")
    found = search_personal_data(made.settings, made.store)
    assert [one.place for one in found.findings] == [str(folder / "list.xlsx")]
    assert str(folder / "list.pdf") in found.unread
