"""The office report: its numbers, its order, and what it says when there is too much or nothing."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from html import escape

import openpyxl
import polars as pl
import pytest

from reports import office_tables
from reports.office_report import (
    OfficeFrames,
    OfficeView,
    headline,
    office_html,
    office_view,
    office_xlsx,
    write_office_report,
)
from reports.office_tables import Migration, migration_of
from tests.reports import samples
from transforms.schemas import TABLES
from transforms.schemas.run_tables import OUTLOOK_DAYS


@pytest.fixture(scope="module")
def view() -> OfficeView:
    return office_view(samples.office_frames(), samples.context(), samples.SCHEME)


def _empty() -> OfficeFrames:
    named = {
        name: TABLES[name].empty() for name in ("changes", "change_trace", "outlook", "accounts", "files", "quarantine")
    }
    ratings, names = TABLES["ratings"].empty(), pl.DataFrame(schema={"enterprise_id": pl.String, "name": pl.String})
    unknown_amounts = TABLES["trace"].empty()
    return OfficeFrames(
        previous_ratings=ratings, current_ratings=ratings, enterprises=names, unknown_amounts=unknown_amounts, **named
    )


def test_the_figures_are_the_sums_of_the_tables(view: OfficeView):
    assert {figure.label: figure.value for figure in view.figures} == {
        "来件": 2,
        "读取行数": 1530,
        "接受行数": 1470,
        "重复行数": 30,
        "被取代行数": 12,
        "隔离行数": 12,
        "不计行数": 6,
        "已评价企业": 120,
        "等级下调": 8,
        "等级上调": 6,
        "金额不明": 2,
    }


def test_records_of_unknown_amount_are_listed_with_their_enterprise(view: OfficeView):
    names = [field.name for field in view.unknown_amounts.fields]
    rows = [dict(zip(names, row, strict=True)) for row in view.unknown_amounts.texts()]
    assert {row["record_no"] for row in rows} == {"川药监罚〔2026〕1号", "川药监罚〔2026〕3号"}
    assert all(row["name"] for row in rows)
    assert {row["reason"] for row in rows} == {"未计分（金额不明）"}
    assert "金额不明、未计分的记录" in office_html(view)
    assert "金额不明、未计分的记录" not in office_html(office_view(_empty(), samples.context(), samples.SCHEME))


def test_downgrades_come_first_the_worst_first(view: OfficeView):
    order = [(not change.is_downgrade, -change.index_after) for change in view.changes]
    assert order == sorted(order)
    assert [change.tier_after for change in view.downgrades][:4] == ["D"] * 4


def test_each_change_carries_its_own_evidence(view: OfficeView):
    number = next(at for at, field in enumerate(view.changes[0].evidence.fields) if field.name == "record_no")
    for change in view.changes:
        expected = f"川药监罚〔2026〕{int(change.enterprise_id[-8:])}号"
        assert {row[number] for row in change.evidence.rows} == {expected}
    assert len(view.evidence) == sum(len(change.evidence) for change in view.changes)


def test_a_change_without_trace_difference_says_so():
    frames = samples.office_frames()
    view = office_view(replace(frames, change_trace=TABLES["change_trace"].empty()), samples.context(), samples.SCHEME)
    assert "计分明细无差异" in office_html(view)


def test_migration_counts_everyone_once(view: OfficeView):
    migration = view.migration
    assert sum(migration.before) == 119
    assert sum(migration.after) == 120
    assert migration.first_rated == 1
    moved = sum(n for i, row in enumerate(migration.counts) for j, n in enumerate(row) if i != j)
    assert moved == len(view.changes)


def test_a_tier_of_the_previous_scheme_is_still_counted():
    before = pl.LazyFrame({"enterprise_id": ["a", "b"], "tier": ["E", "A"]})
    after = pl.LazyFrame({"enterprise_id": ["a"], "tier": ["B"]})
    migration = migration_of(before, after, samples.SCHEME)
    assert migration.tiers == ("A", "B", "C", "D", "E")
    assert migration.counts[4][1] == 1
    assert migration.leavers == (1, 0, 0, 0, 0)


@pytest.mark.parametrize(("days", "is_shown"), [(0, False), (1, True), (29, True), (30, True), (31, False)])
def test_changes_of_the_next_thirty_days_are_shown(days: int, is_shown: bool):
    rows = samples.frame("outlook", [samples.outlook(0, "A", "B", days)])
    view = office_view(replace(samples.office_frames(0), outlook=rows), samples.context(), samples.SCHEME)
    assert bool(view.due.rows) is is_shown
    assert OUTLOOK_DAYS == 30


def test_who_only_may_change_is_not_shown():
    on = samples.AS_OF + timedelta(days=1)
    ratings = samples.frame("ratings", [samples.rating(0, "A", 1, next_change_on=on)])
    frames = replace(samples.office_frames(0), current_ratings=ratings, outlook=TABLES["outlook"].empty())
    view = office_view(frames, samples.context(), samples.SCHEME)
    assert view.due.rows == ()
    assert "今后 30 天如无新记录，预计没有企业的等级变化" in headline(view)


def test_changes_to_come_say_their_direction_those_for_the_worse_first():
    rows = [
        samples.outlook(0, "B", "A", 1),
        samples.outlook(1, "A", "C", 9, cause="decision"),
        samples.outlook(2, "B", "A", 1),
    ]
    view = office_view(
        replace(samples.office_frames(0), outlook=samples.frame("outlook", rows)), samples.context(), samples.SCHEME
    )
    names = [field.name for field in view.due.fields]
    shown = [dict(zip(names, row, strict=True)) for row in view.due.texts()]
    assert [(row["direction"], row["tier_before"], row["tier_after"]) for row in shown] == [
        ("下调", "A 守信", "C 失信"),
        ("上调", "B 基本守信", "A 守信"),
        ("上调", "B 基本守信", "A 守信"),
    ]
    assert "预计等级下调 1 家、上调 2 家" in headline(view)
    days = [row[1:] for row in view.due_days.texts()]
    assert days == [["上调", "记录期满", "2"], ["下调", "信用办决定开始或者届满", "1"]]


@pytest.mark.parametrize(("count", "left_out"), [(1, 0), (2, 0), (3, 1)])
def test_changes_to_come_are_all_counted_and_listed_so_far(monkeypatch, count: int, left_out: int):
    monkeypatch.setattr("reports.office_tables.MAX_DUE_ROWS", 2)
    rows = samples.frame("outlook", [samples.outlook(n, "A", "B") for n in range(count)])
    view = office_view(replace(samples.office_frames(0), outlook=rows), samples.context(), samples.SCHEME)
    assert (view.due.total, view.due.left_out) == (count, left_out)
    html = office_html(view)
    assert f"企业名单（{count} 家，下调在前）" in html
    assert (f"另有 1 项见 yaoxin due --as-of {samples.AS_OF}" in html) == bool(left_out)
    assert f"等级{'变化' if left_out else '下调'} {count} 家" in headline(view)


def test_the_migration_has_every_number_and_word_and_a_shade_where_somebody_moved(view: OfficeView):
    words = ("A 守信", "B 基本守信", "C 失信 & <其他>")
    counts = ((90, 3, 0), (1, 20, 2), (0, 0, 4))
    moved = Migration(("A", "B", "C"), words, counts, (1, 0, 0), (0, 0, 0))
    html = office_html(replace(view, migration=moved))
    table = html[html.index('<table id="t-migration">') :].split("</table>")[0]
    numbers = [int(text) for text in re.findall(r"<td[^>]*>(\d+)</td>", table)]
    assert numbers == [*(90, 3, 0, 0), *(1, 20, 2, 0), *(0, 0, 4, 0), *(1, 0, 0, 0)]
    for word in words:
        assert f"现 {escape(word)}" in table
        assert f">{escape(word)}</th>" in table
    colours = [[shade[:9] for shade in row] for row in moved.shades]
    assert colours == [["rgba(138,", "rgba(179,", ""], ["rgba(45,1", "rgba(138,", "rgba(179,"], ["", "", "rgba(138,"]]
    assert table.count("rgba(") == 6


def test_a_migration_of_no_enterprise_has_no_shade():
    none = Migration(("A", "B"), ("A", "B"), ((0, 0), (0, 0)), (0, 0), (0, 0))
    assert none.shades == (("", ""), ("", ""))


def test_quarantine_is_counted_by_source_and_reason(view: OfficeView):
    names = [field.name for field in view.quarantine.fields]
    rows = [dict(zip(names, row, strict=True)) for row in view.quarantine.rows]
    assert [(row["source"], row["column"], row["count"]) for row in rows[:3]] == [
        ("inspection_file", "CF_JDRQ", 2),
        ("penalty_file", "CF_JDRQ", 4),
        ("penalty_file", "CF_XDR_SHXYM", 3),
    ]
    twice = [samples.quarantined(0) | {"code": code} for code in ("bad_uscc", "bad_uscc2")]
    assert sum(int(str(row["count"])) for row in rows) == 9
    frames = replace(samples.office_frames(), quarantine=samples.frame("quarantine", [*twice, twice[0]]))
    again = office_view(frames, samples.context(), samples.SCHEME).quarantine
    assert [row[names.index("count")] for row in again.rows[:-1]] == [1, 1]
    assert [row["workbook"] for row in rows[:3] if row["source"] == "penalty_file"] == [
        "quarantine/penalty_file-市局.xlsx"
    ] * 2
    assert all(row["place"].endswith("行") for row in rows[:3])


def test_a_file_rejected_whole_is_in_the_table_of_quarantine(view: OfficeView):
    names = [field.name for field in view.quarantine.fields]
    shown = dict(zip(names, view.quarantine.rows[-1], strict=True))
    assert (shown["kind"], shown["place"], shown["reason"], shown["count"]) == (
        *("整件退回", "bad/空.csv", "文件为空：没有任何内容"),
        0,
    )
    rejected = samples.file("意见.xlsx", "没有表头") | {"quarantined_count": 5}
    frames = replace(samples.office_frames(), files=samples.frame("files", [rejected]))
    wrong = office_view(frames, samples.context(), samples.SCHEME)
    assert sum(int(str(row[names.index("count")])) for row in wrong.quarantine.rows) == 9 + 5
    assert "整件退回" in office_html(wrong)


def test_an_account_that_does_not_close_is_said(view: OfficeView):
    assert view.is_account_closed
    assert "收件账平" in office_html(view)
    open_account = samples.account("penalty", 220) | {"accepted_count": 1}
    frames = replace(samples.office_frames(), accounts=samples.frame("accounts", [open_account]))
    wrong = office_view(frames, samples.context(), samples.SCHEME)
    assert not wrong.is_account_closed
    assert "收件账不平" in office_html(wrong)


def test_a_run_without_records_has_a_complete_report():
    html = office_html(office_view(_empty(), samples.context(warnings=()), samples.SCHEME))
    for said in ("本次运行没有企业的等级发生变化", "本次运行没有来件", "质量检查全部通过"):
        assert said in html


@pytest.mark.parametrize(("changed", "shown", "more"), [(1, 1, 0), (2, 2, 0), (3, 2, 1)])
def test_too_many_changes_are_cut_with_a_sentence(changed: int, shown: int, more: int):
    view = office_view(samples.office_frames(changed), samples.context(), samples.SCHEME)
    html = office_html(view, details=2)
    assert len(view.downgrades) == changed
    assert html.count('<details class="change">') == shown
    assert ("家未在本页列出" in html) is (more > 0)
    assert (f"另有 {more} 家未在本页列出" in html) is (more > 0)


def test_the_workbook_has_every_row_of_every_table(view: OfficeView):
    book = openpyxl.load_workbook(io.BytesIO(office_xlsx(view)))
    assert book.sheetnames == [grid.title for grid in view.grids]
    assert "示例标准" in book["等级变化"]["A2"].value
    assert book["等级变化"].max_row == 5 + len(view.changes)  # title, two notices, a blank, the heading
    for sheet in book:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_names_are_escaped_and_no_identity_number_is_shown(view: OfficeView):
    html = office_html(view)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html
    assert "<img" not in html
    assert "{{ 7*7 }}" in html
    assert not re.search("[\u202a-\u202e]", html)


def test_nothing_is_loaded_from_elsewhere(view: OfficeView):
    html = office_html(view)
    assert not re.search(
        r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", html.replace('xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    )
    assert "@import" not in html
    assert "url(http" not in html


def test_the_notice_is_on_illustrative_reports_only(view: OfficeView):
    assert "示例标准" in office_html(view)
    real = replace(view, scheme=replace(view.scheme, is_illustrative=False))
    assert "示例标准" not in office_html(real)
    assert "示例标准" not in openpyxl.load_workbook(io.BytesIO(office_xlsx(real)))["等级变化"]["A2"].value


def test_the_same_run_gives_the_same_bytes_whatever_the_order_of_rows(view: OfficeView, tmp_path):
    frames = samples.office_frames()
    given = {name: frame for name, frame in vars(frames).items() if frame is not None}
    shuffled = OfficeFrames(**{name: frame.lazy().collect().reverse() for name, frame in given.items()})
    again = office_view(shuffled, samples.context(), samples.SCHEME)
    one, other = write_office_report(view, tmp_path / "a"), write_office_report(again, tmp_path / "b")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_each_entry_of_a_list_has_its_own_state():
    row = {"decision_no": "鄂罚1号", "why": "公示期满"}
    answer = {"title": "名单", "state": "waiting", "message": "待签名", "latest": "v1"}
    grid = office_tables.list_state_grid([answer | {"withdrawn": [row], "beyond": [row | {"decision_no": "鄂罚2号"}]}])
    assert [(line[3], line[1]) for line in grid.rows] == [
        ("", "waiting"),
        ("鄂罚1号", "withdrawn"),
        ("鄂罚2号", "waiting"),
    ]
