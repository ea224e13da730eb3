"""The law's part of the office report and of an enterprise's page."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import polars as pl
import pytest

from reports.legal_tables import EnterpriseLegalFrames, enterprise_legal_state
from reports.office_report import (
    HOLD_TABLE,
    OBJECTION_TABLE,
    OfficeLegalFrames,
    headline,
    office_html,
    office_view,
    office_xlsx,
)
from tests.reports import samples
from transforms.schemas.law import APPLICATION, CANDIDATE, DEADLINE, FINDING, LISTING, REPAIR, STEP_TABLE

AS_OF = samples.context().as_of


def rows(table, *given):
    return pl.DataFrame([*given], schema=table.schema)


def deadline(what, on, **more):
    common = {
        "is_overdue": on < AS_OF,
        "is_automatic": False,
        "who": "office",
        "matter": "penalty",
        "party_name": "甲厂",
    }
    return {"what": what, "on": on, "record_id": what, "basis": "总局令第45号第九条", "confidence": "C"} | common | more


LATE = deadline("publish", date(2020, 1, 2), decision_no="罚1号")
TODAY = deadline("withdraw", AS_OF, decision_no="罚2号")
ENDS = deadline(
    "publicity_ends", date(2099, 1, 1), decision_no="罚3号", is_automatic=True, who=None, note="最早口径2098-12-31"
)
LISTED = {"record_id": "d1", "decision_no": "列1号", "name": "乙厂", "listed_on": date(2020, 1, 1), "state": "standing"}


def frames(**more):
    given = {
        "deadlines": rows(DEADLINE, LATE, TODAY, ENDS),
        "list_changes": rows(LISTING, LISTED),
        "candidates": rows(CANDIDATE, {"decision_no": "罚9号", "name": "丙厂", "situation": "fake_drugs"}),
        "refused": rows(STEP_TABLE, {"decision_no": "受1号", "refusal": "该事项现为“在列”"}),
        "applications": rows(APPLICATION, {"target": "罚4号", "by_on": AS_OF, "awaited_title": "受理"}),
    }
    return OfficeLegalFrames(**given | more)


def view(**more):
    context = samples.office_frames()
    return office_view(type(context)(**vars(context) | {"legal": frames(**more)}), samples.context(), samples.SCHEME)


def test_the_report_parts_what_is_late_due_today_and_over_by_the_months_end():
    law = view().legal
    assert [[row[1] for row in grid.rows] for grid in (law.overdue, law.today, law.ending)] == [
        ["publish"],
        ["withdraw"],
        ["publicity_ends"],
    ]
    html = office_html(view())
    order = [
        html.index(f">{title}　1 项<") for title in ("已逾期", "今日到期", "今后十个工作日", "名单变化", "列入候选")
    ]
    assert order == sorted(order)
    assert html.index('id="changes"') < html.index('id="law"') < html.index('id="migration"')
    for text in ("罚1号", "总局令第45号第九条", "自行发生", "最早口径2098-12-31", "受1号", "罚4号", "丙厂"):
        assert text in html, text


def test_the_first_line_and_the_numbers_say_how_many():
    shown = view()
    assert "今日到期 1 项、逾期 1 项" in headline(shown)
    assert {figure.label: figure.value for figure in shown.figures}.items() >= {"今日到期": 1, "逾期事项": 1}.items()


def test_without_the_law_the_report_is_as_before():
    plain = office_view(samples.office_frames(), samples.context(), samples.SCHEME)
    assert plain.legal is None
    assert "逾期" not in headline(plain)
    assert 'id="law"' not in office_html(plain)


def test_what_is_left_out_is_counted():
    assert "另有 6 项见 yaoxin list --candidates" in office_html(view(candidate_count=7))
    assert "另有" not in office_html(view(candidate_count=1)).split('id="list"')[1].split('id="migration"')[0]
    assert "标准未设定，3 件处罚" in office_html(view(missing=["标准未设定，3 件处罚"]))


@pytest.mark.parametrize(("count", "left_out"), [(1, 0), (2, 0), (3, 1)])
def test_a_list_of_what_is_due_says_in_page_and_workbook_how_many_it_leaves_out(monkeypatch, count, left_out):
    monkeypatch.setattr("reports.office_report.MAX_DUE_ROWS", 2)
    late = [LATE | {"record_id": str(n), "decision_no": f"罚{n}号"} for n in range(1, count + 1)]
    shown = view(deadlines=rows(DEADLINE, *late))
    assert (shown.legal.overdue.total, shown.legal.overdue.left_out) == (count, left_out)
    assert f"逾期 {count} 项" in headline(shown)
    html, text = office_html(shown), f"只列出前 2 项，另有 1 项见 yaoxin due --as-of {AS_OF}"
    assert f">已逾期　{count} 项<" in html
    assert (text in html) == bool(left_out)
    assert ("罚3号" in html) is False
    lines = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(office_xlsx(shown)))["已逾期"]["A"]]
    cut = f"本表不全：只列前 2 项，另有 1 项未列出；全部 3 项见 yaoxin due --as-of {AS_OF}。"
    assert (lines[1] == cut) == bool(left_out)


def test_applications_under_way_are_cut_too(monkeypatch):
    monkeypatch.setattr("reports.office_report.MAX_DUE_ROWS", 1)
    asked = [{"target": f"罚{n}号", "by_on": AS_OF, "awaited_title": "受理"} for n in (4, 5)]
    shown = view(applications=rows(APPLICATION, *asked))
    assert (shown.legal.applications.total, shown.legal.applications.left_out) == (2, 1)
    assert f"另有 1 项见 yaoxin due --as-of {AS_OF} --until {AS_OF}" in office_html(shown)
    assert "罚5号" not in office_html(shown)


def test_where_page_and_workbook_both_cut_the_page_names_both():
    law = view().legal.overdue.of(9, "yaoxin due")
    shown = view()
    html = office_html(replace(shown, legal=replace(shown.legal, overdue=law)), rows=0)
    assert "只列出前 0 项，另有 9 项见 yaoxin due；前 1 项也见同名 XLSX 工作簿“已逾期”表。" in html


def test_every_table_has_its_sheet():
    names = openpyxl.load_workbook(io.BytesIO(office_xlsx(view()))).sheetnames
    assert {
        "已逾期",
        "今日到期",
        "今后十个工作日",
        "名单变化",
        "列入候选",
        "不予认可、须核对的环节",
        "办理中的修复和移出",
    } <= set(names)


def test_objections_and_holds_say_whose_what_and_until_when():
    objected = {"target": "罚5号", "party_name": "丁厂", "reason": "处罚已撤销", "state_title": "已推送，待受理"}
    held = {
        "party_name": "戊厂",
        "tier": "B",
        "decision_no": "暂1号",
        "ends_on": date(2026, 6, 30),
        "decided_by": "李四",
    }
    shown = view(objections=rows(OBJECTION_TABLE, objected | {"by_on": AS_OF}), holds=rows(HOLD_TABLE, held))
    html = office_html(shown)
    for text in ("未处理完的异议　1 项", "丁厂", "处罚已撤销", "等级暂缓变动　1 项", "戊厂", "2026-06-30", "李四"):
        assert text in html, text
    names = openpyxl.load_workbook(io.BytesIO(office_xlsx(shown))).sheetnames
    assert {"未处理完的异议", "等级暂缓变动"} <= set(names)


def test_days_past_the_calendar_are_said_to_be_counted_otherwise():
    until = date(2027, 1, 10)
    html = office_html(view(until=until, is_counted=False, deadlines=rows(DEADLINE)))
    assert "工作日历不足，“今后十个工作日”暂按至 2027-01-10 列出" in html
    assert "至 2027-01-10 没有到期的事项" in html


def condition(name, state, earliest_on=None):
    return {"condition": name, "title": name, "state": state, "earliest_on": earliest_on, "basis": f"第{name}条"}


def law_of(*listings, repair=(), due=()):
    return enterprise_legal_state(
        EnterpriseLegalFrames(rows(LISTING, *listings), rows(REPAIR, *repair), rows(DEADLINE, *due), FINDING.empty())
    )


def test_an_enterprise_reads_what_prevents_a_repair_and_its_articles():
    met, unmet = condition("甲", "met"), condition("乙", "unmet", date(2030, 1, 1))
    row = {"record_id": "p", "decision_no": "罚1号", "verdict": "not_yet", "basis": "全部条文"}
    (text,) = law_of(repair=[row | {"conditions": [met, unmet, condition("丙", "unstated")]}]).repair.texts()
    assert "乙（不符合，2030-01-01 起）；丙（未载明）" in text
    assert "第乙条；第丙条" in text
    (never,) = law_of(repair=[row | {"verdict": "never", "why": "不得提前", "conditions": [unmet]}]).repair.texts()
    assert {"不得提前", "全部条文"} <= set(never)


@pytest.mark.parametrize(
    ("listings", "text"),
    [
        ([], "未列入"),
        ([LISTED], "在列（列1号，2020-01-01 列入）"),
        ([LISTED | {"last_day_on": date(2022, 12, 31)}], "在列（列1号，2020-01-01 列入，至 2022-12-31）"),
        ([LISTED | {"state": "ended"}], "不在列（列1号：列入期满）"),
        (
            [LISTED | {"state": "ended"}, LISTED | {"record_id": "d2", "decision_no": "列2号"}],
            "在列（列2号，2020-01-01 列入）",
        ),
    ],
)
def test_whether_it_is_listed_in_a_few_words(listings, text):
    assert law_of(*listings).list_text == text


def test_what_comes_next_is_the_first_legal_day_with_its_article():
    tier = deadline("tier_may_change", date(2019, 1, 1), matter="rating")
    law = law_of(due=[tier, LATE])
    assert law.next is not None
    assert law.next.text == "2020-01-02　公示（已逾期）　罚1号（总局令第45号第九条）"
    assert law_of(due=[tier]).next is None


def test_a_removal_under_way_is_known_by_the_number_of_its_listing():
    asked = [
        {"matter": "listing", "target": "罚4号", "listing_no": "列4号", "by_on": AS_OF, "awaited_title": "受理"},
        {"matter": "penalty", "target": "罚5号", "by_on": AS_OF, "awaited_title": "受理"},
    ]
    shown = view(applications=rows(APPLICATION, *asked)).legal.applications
    at = [field.name for field in shown.fields].index("target")
    assert [row[at] for row in shown.rows] == ["列4号", "罚5号"]
