"""One document number, written in many ways, is one document; and every day, in whatever form, is that day."""

from datetime import date

import polars as pl
import pytest

from tests.flows.ingest.inboxes import (
    FIRM,
    firm,
    history_after,
    ingest_penalties,
    ingested,
    penalty,
    put,
    quarantined_cells,
)
from transforms.records.text import document_key, document_number, without_leading_zeros

NUMBER = "京药监罚〔2026〕7号"
SPELLINGS = (
    *(
        f"京药监罚{left}2026{right}7号"
        for left, right in zip("[(（【［〈<{｛『「〖﹝《〘⦗⁅⸨❬⟪", "])）】］〉>}｝』」〗﹞》〙⦘⁆⸩❭⟫", strict=True)
    ),
    *(
        NUMBER[:3] + hidden + NUMBER[3:]
        for hidden in "\u200b\u200d\ufeff\u00ad\u2060\u202c\ufe0f\u034f\u3164\u2800\ue5e5"
    ),
    "京药监罚〔2026〕7号\u200b",
    "\ufeff京药监罚〔2026〕7号",
    "京药监罚〔2026〕第7号",
    "京药监罚〔2026〕7號",
    "京药监罚 〔2026〕 7 号",
    "京药监罚〔２０２６〕７号",
    "京药监罚〔2026年〕7号",
    "京药监罚2026年第7号",
    "京药监罚〔二〇二六〕7号",
    "京药监罚（二零二六年）第7号",
    "京药监罚二○二六年第7号",
    "京藥監罰〔2026〕7號",
    "京药监罚〔2026〕7",
    "京药监罚〔2026〕7号。",
    "京药监罚〔2026〕7；",
    "京药监罚〔2026〕-7号",
    "京药监罚〔2026〕—7号",
    "京药监罚2026-7号",
)
WITH_ZEROS = (
    "京药监罚〔2026〕007号",
    "京药监罚〔2026〕007",
    "京药监罚2026-007",
    "京药监罚[2026]第007號",
    "京药监罚2026年第007号",
    "京药监罚〔2026〕\u200b007号",
)


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_of_a_number_has_one_key_and_is_shown_in_one_way(text):
    asked = pl.select(key=document_key(pl.lit(text)), shown=document_number(pl.lit(text)))
    assert asked.row(0) == (NUMBER, NUMBER)


@pytest.mark.parametrize("text", WITH_ZEROS)
def test_zeros_in_front_are_shown_as_the_document_has_them_and_compared_without(text):
    asked = pl.select(key=document_key(pl.lit(text)), shown=document_number(pl.lit(text)))
    assert asked.row(0) == (NUMBER, "京药监罚〔2026〕007号")
    assert pl.select(without_leading_zeros(document_number(pl.lit(text)))).item() == NUMBER


def test_two_reports_that_write_zeros_otherwise_are_one_report(tmp_path):
    put(tmp_path, "企业登记.csv", [firm()])
    numbers = ["京药监罚〔2026〕007号", "京药监罚〔2026〕7号"]
    put(tmp_path, "双公示1.csv", [penalty(行政处罚决定书文号=number) for number in numbers])
    put(tmp_path, "双公示2.csv", [penalty(行政处罚决定书文号=numbers[1])])
    taken_in = ingested(tmp_path)
    assert taken_in.quarantine.is_empty()
    (row,) = taken_in.records["penalty"].rows(named=True)
    assert (row["decision_no"], row["decision_key"]) == (numbers[0], NUMBER)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NUMBER, "京药监罚〔2026〕70号"),
        (NUMBER, "京药监罚〔2025〕7号"),
        (NUMBER, "京药监罚〔2026〕7-1号"),
        ("J-001", "J-1"),
        ("京药监罚〔2026〕7-1", NUMBER),
        ("京药监罚〔2026〕7甲号", NUMBER),
        ("京药监罚〔2026〕7号之一", NUMBER),
        ("京药监强〔2026〕7号", NUMBER),
        ("J〔2026〕7", "J〔2026〕7号"),
        ("0012", "12"),
        ("示〔2026〕0号", "示〔2026〕号"),
    ],
)
def test_different_numbers_stay_different(one, other):
    assert pl.select(document_key(pl.lit(one)) != document_key(pl.lit(other))).item()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("(京)药监罚[2025]1號", "（京）药监罚〔2025〕1号"),
        ("GSP(零售)2025-01", "GSP（零售）2025-01"),
        ("j\u200b-7", "j-7"),
        ("list/2026-03-10", "list/2026-03-10"),
    ],
)
def test_brackets_without_a_year_are_shown_round(written, shown):
    assert pl.select(document_number(pl.lit(written))).item() == shown


def test_a_decision_reported_in_another_spelling_is_the_same_decision(tmp_path):
    put(tmp_path / "1", "企业登记.csv", [firm()])
    put(tmp_path / "1", "双公示.csv", [penalty(行政处罚决定书文号="京药监罚【2026】7号")])
    first = ingested(tmp_path / "1")
    put(tmp_path / "2", "双公示.csv", [penalty(行政处罚决定书文号="京药监罚〔2026〕第07號\u200b")])
    again = ingested(tmp_path / "2", history_after(first))
    account = again.accounts.filter(pl.col("kind") == "penalty")
    assert account.select("accepted_count", "duplicate_count").row(0) == (0, 1)
    assert first.records["penalty"].select("decision_no", "decision_key").row(0) == (NUMBER, NUMBER)


@pytest.mark.parametrize(
    "code", [f"{FIRM}\u200b", f"\ufeff{FIRM}", FIRM[:8] + "\u00ad" + FIRM[8:], f"'{FIRM}", f'="{FIRM}"', FIRM.lower()]
)
def test_a_code_is_read_without_what_nobody_sees(tmp_path, code):
    result = ingest_penalties(tmp_path, penalty(统一社会信用代码=code, 行政相对人名称="京城药业\u200b有限公司"))
    assert result.records["penalty"].select("uscc", "party_name").row(0) == (FIRM, "京城药业有限公司")


def test_a_quarantined_value_shows_what_nobody_sees(tmp_path):
    result = ingest_penalties(tmp_path, penalty() | {"当前状态": "有\u200b笑"}, penalty(监管领域="药\ufeff械"))
    values = result.quarantine.filter(pl.col("kind") == "penalty").sort("row_no")["value"].to_list()
    assert values == ["有[U+200B]笑", "药[U+FEFF]械"]


DAYS = (
    "2026/2/11 0:00",
    "2026-02-11 00:00:00.0",
    "2026-02-11 23:59:59.999999",
    "2026-02-11T00:00:00+08:00",
    "2026-02-10T16:00:00Z",
    "2026-02-10T11:00:00-05:00",
    "2026-02-11 08:30:00 +0800",
    "20260211000000",
    "20260211T083000",
    "2026年 2月 11日",
    "2026年2月11号",
    "2026年2月11日8时30分",
    "2026-02-11 上午8:30",
    "2026/2/11 12:00:00 AM",
    "2026.2.11",
    "２０２６－０２－１１",
    "2026\u201302\u201311",
    "2026-02-11\u200b",
    "'2026-02-11",
    "二〇二六年二月十一日",
    "2026-02-11 24:00",
    "46064",  # as a spreadsheet counts days
    "46064.5",
    "2026-02-11（周三）",
    "2026年2月11日 星期三",
    "2026年2月11日（星期三）上午9:00",
    "2026/2/11 周三 10:00",
    "二〇二六年二月十一日（礼拜三）",
    "2026年2月11日上午",
    "2026-02-11 早上",
    "2026-02-11(Wed)",
)
NO_DAYS = (
    "2026年2月",
    "02/11/2026",
    "26-02-11",
    "4606",
    "460640",
    "2026-02-11 25:00",
    "2026-02-30 10:00",
    "2026年周三",
)


def test_a_day_with_a_time_is_that_day_by_the_clock_of_the_office(tmp_path):
    rows = [penalty(处罚决定日期=text, 行政处罚决定书文号=f"{n}号") for n, text in enumerate(DAYS)]
    read = dict(ingest_penalties(tmp_path, *rows).records["penalty"].select("decision_no", "decided_on").iter_rows())
    assert {text: read.get(f"{n}号") for n, text in enumerate(DAYS)} == dict.fromkeys(DAYS, date(2026, 2, 11))


def test_what_is_no_day_for_sure_is_quarantined(tmp_path):
    rows = [penalty(处罚决定日期=text, 行政处罚决定书文号=f"{n}号") for n, text in enumerate(NO_DAYS)]
    found = quarantined_cells(ingest_penalties(tmp_path, *rows))
    assert [row for row, _, _ in found] == list(range(2, len(NO_DAYS) + 2))
    assert {code for _, _, code in found} == {"bad_date", "implausible_date"}
