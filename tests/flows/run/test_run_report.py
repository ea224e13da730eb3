"""What a run leaves in its folder: the report, pages of those whose tier changed, and nothing staged."""

from dataclasses import replace
from datetime import timedelta

import openpyxl
import polars as pl

from flows.cli.due import find_due
from flows.legal_state import law_state_of_run
from flows.policy_folder import scheme_facts
from flows.run.context import read_scheme_facts
from flows.store.store import outlook_of
from reports.enterprise_page import enterprise_page_name
from tests.flows.run.run_helpers import SECOND, copy_setup, run_day
from transforms.law.matters.deadlines import deadlines
from transforms.law.stored_state import stored_state
from transforms.schemas import LAW_TABLES


def test_the_ledger_says_for_which_day_and_by_which_policy(second_run):
    office, result = second_run
    run = office.store.last("nightly")
    assert (run.run_id, run.as_of, run.state) == (result.run_id, SECOND, "passed")
    assert (run.scheme, run.policy_hash) == ("reference", office.policy.policy_hash_on(SECOND))
    assert run.facts["numbers"]["已评价企业"] == office.store.scan("enterprise").collect()["enterprise_id"].n_unique()


def test_the_run_keeps_the_titles_it_rated_by(second_run):
    office, result = second_run
    kept = read_scheme_facts(office.store.run_folder(result.run_id))
    assert replace(kept, sources={}) == scheme_facts(office.policy, SECOND)
    assert kept.sources["penalty"] == "双公示行政处罚"


def test_the_ingest_of_the_report_is_that_of_the_run_alone(second_run, first_run):
    office, result = second_run
    files = office.store.scan("files").collect()
    before = first_run.store.scan("files").collect()
    assert result.facts["numbers"]["来件"] == files.height - before.height > 0
    new = files.filter(~pl.col("file_id").is_in(before["file_id"].implode()))
    assert result.facts["numbers"]["读取行数"] == new["read_count"].sum() > 0


def test_there_is_a_page_for_each_changed_enterprise_and_for_no_other(second_run):
    office, result = second_run
    changed = office.store.scan("changes").filter(pl.col("as_of") == SECOND).collect()["enterprise_id"]
    assert 0 < changed.len() < 100
    pages = {path.name for path in (result.report.parent / "enterprises").iterdir()}
    assert pages == {enterprise_page_name(key) for key in changed}
    report = result.report.read_text(encoding="utf-8")
    assert all(f"enterprises/{page}" in report for page in pages)


def test_the_report_and_the_pages_say_what_the_law_asks_and_brings(second_run):
    office, result = second_run
    report = result.report.read_text(encoding="utf-8")
    legal = law_state_of_run(office.settings, office.store, office.store.last("nightly"))
    due = deadlines(legal, until=SECOND.replace(day=31), with_repair=False).collect()
    assert due.filter("is_overdue").height == result.facts["numbers"]["逾期事项"]
    assert due.filter(on=SECOND, is_overdue=False).height == result.facts["numbers"]["今日到期"]
    assert all(f"{title}　" in report for title in ("已逾期", "今日到期", "今后十个工作日", "名单变化", "列入候选"))
    listed = legal.decision_log.listings
    assert listed.filter(state="standing").height > 0
    proposed = replace(legal, as_of=SECOND).candidates
    assert proposed.height > 0
    assert all(number in report for number in proposed["decision_no"])


def test_pages_say_what_may_be_repaired_of_those_who_have_anything(second_run):
    office, result = second_run
    legal = law_state_of_run(office.settings, office.store, office.store.last("nightly"))
    repair = legal.repair.drop_nulls("enterprise_id")
    counted = dict(repair.group_by("enterprise_id").len().iter_rows())
    assert counted
    for key in office.store.scan("changes").filter(pl.col("as_of") == SECOND).collect()["enterprise_id"]:
        page = (result.report.parent / "enterprises" / enterprise_page_name(key)).read_text(encoding="utf-8")
        assert ("公示与信用修复" in page) == (key in counted)


def test_the_word_that_is_kept_of_every_enterprise_is_that_of_the_day(second_run):
    """Kept by two runs, of which the second looked at some enterprises only; worked out at once beside it."""
    office, _ = second_run
    run = office.store.last("nightly")
    live = stored_state(law_state_of_run(office.settings, office.store, run))
    heads = office.store.scan("law", run)
    newest = heads.filter(pl.col("valid_from_on") == pl.col("valid_from_on").max().over("enterprise_id"))
    stands = newest.filter(pl.col("record_count") > 0)
    for name, wanted in live.items():
        rows = office.store.scan(name, run).join(stands, on=["enterprise_id", "valid_from_on"], how="semi")
        key = [column for column in LAW_TABLES[name].key if column != "valid_from_on"]
        assert rows.drop("valid_from_on").sort(key).collect().equals(wanted.sort(key)), name
    assert newest.collect()["valid_from_on"].n_unique() > 1


def test_what_falls_due_is_answered_from_what_is_stored_as_it_would_be_computed(second_run):
    """For the office, natural persons and matters of nobody included, and for enterprises."""
    office, _ = second_run
    run, until = office.store.last("nightly"), SECOND + timedelta(days=30)
    live = law_state_of_run(office.settings, office.store, run)
    wanted = deadlines(live, until, outlook_of(office.store, run)).collect(engine="in-memory")
    assert wanted["enterprise_id"].null_count() > 0
    found = find_due(office.settings, office.store, run, SECOND, until)
    assert found.rows.equals(wanted)
    every = deadlines(live, None, outlook_of(office.store, run)).collect(engine="in-memory")
    for key in wanted["enterprise_id"].drop_nulls().unique().sort()[:3]:
        rows = find_due(office.settings, office.store, run, SECOND, None, key).rows
        assert rows.equals(every.filter(enterprise_id=key))


def test_quarantined_rows_come_back_as_one_workbook_a_source(second_run):
    _, result = second_run
    books = sorted((result.report.parent / "quarantine").glob("*.xlsx"))
    assert books
    assert all(openpyxl.load_workbook(book).worksheets[0].max_row > 1 for book in books)


def test_what_was_staged_is_gone_once_it_is_in_the_store(second_run):
    office, result = second_run
    folder = office.store.run_folder(result.run_id)
    assert sorted(path.name for path in folder.iterdir()) == ["gate", "log.jsonl", "report", "scheme.json"]


def test_pages_are_written_for_the_changes_that_the_report_shows_in_full(before_second, tmp_path, monkeypatch):
    monkeypatch.setattr("reports.office_report.MAX_DETAILS_ON_PAGE", 1)
    office = copy_setup(before_second, tmp_path / "home")
    result = run_day(office, SECOND)
    changes = office.store.scan("changes").filter(pl.col("as_of") == SECOND).collect()
    is_down = changes["index_after"] > changes["index_before"]
    assert max(is_down.sum(), (~is_down).sum()) > 1
    pages = list((result.report.parent / "enterprises").iterdir())
    assert len(pages) == min(1, is_down.sum()) + min(1, (~is_down).sum())
