"""Through the ingest: files in odd forms bring their records, and what cannot be read is named and stops nothing."""

import io
import os

import polars as pl
import pytest
import xlsxwriter

from tests.flows.ingest.inboxes import FIRM, SHOP, firm, ingested, penalty, put

NAMES = list(penalty())


def sheet_of(book, name, *rows, headings=NAMES):
    sheet = book.add_worksheet(name)
    for place, row in enumerate((headings, *rows)):
        sheet.write_row(place, 0, list(row))
    return sheet


def saved(inbox, name, write):
    """A workbook below the inbox, as `write` makes it."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        write(book)
    (inbox / name).write_bytes(buffer.getvalue())


def row(**more):
    return list(penalty(**more).values())


def notes_of(result, name):
    return result.files.filter(pl.col("file_name") == name)["notes"][0].to_list()


def test_both_sheets_of_a_workbook_bring_their_records(tmp_path):
    put(tmp_path, "企业登记.csv", [firm()])

    def write(book):
        sheet_of(book, "一月", row())
        sheet_of(book, "二月", row(行政处罚决定书文号="（京）药监罚〔2025〕2号"), row(处罚决定日期="?"))

    saved(tmp_path, "双公示.xlsx", write)
    result = ingested(tmp_path)
    assert result.records["penalty"].height == 2
    away = result.quarantine.select("row_no", "code").rows()
    assert away == [(10_000_003, "bad_date")]
    assert '"工作表":"二月"' in result.quarantine["row_text"][0]
    assert "已一并读取：一月、二月" in notes_of(result, "双公示.xlsx")[0]


@pytest.mark.parametrize(
    ("heading", "amount"),
    [("罚款金额（元）", "5000"), ("罚款金额（万元）", "#N/A"), ("罚款金额（万元）", None), ("罚款金额（千元）", "5")],
)
def test_an_amount_that_cannot_be_read_is_unknown_and_noted(tmp_path, heading, amount):
    put(tmp_path, "企业登记.csv", [firm()])
    headings = [heading if name == "罚款金额（万元）" else name for name in NAMES]
    place = headings.index(heading)

    def write(book):
        sheet = sheet_of(book, "一", row(), headings=headings)
        if amount is None:
            sheet.write_formula(1, place, "=Z1*2", None, "")
        elif amount.startswith("#"):
            sheet.write_formula(1, place, "=NA()", None, amount)
        else:
            sheet.write(1, place, amount)

    saved(tmp_path, "双公示.xlsx", write)
    result = ingested(tmp_path)
    assert result.records["penalty"]["fine_fen"].to_list() == [None]
    assert notes_of(result, "双公示.xlsx")


@pytest.mark.parametrize(
    "heading", ["行政处罚决定书文号", "行政相对人名称", "统一社会信用代码", "处罚决定日期", "处罚类别"]
)
@pytest.mark.parametrize("text", ["#N/A", "#公式无结果"])
def test_what_a_formula_did_not_give_is_no_name_number_or_day(tmp_path, heading, text):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, "双公示.csv", [penalty(**{heading: text})])
    result = ingested(tmp_path)
    assert result.records["penalty"].is_empty()
    assert heading in result.quarantine["column"].to_list()


def test_rows_that_share_a_merged_amount_go_back_naming_the_merge(tmp_path):
    put(tmp_path, "企业登记.csv", [firm(), firm(SHOP, "北京某某药店")])

    def write(book):
        other = row(行政相对人名称="北京某某药店", 统一社会信用代码=SHOP, 行政处罚决定书文号="（京）药监罚〔2025〕2号")
        sheet = sheet_of(book, "一", row(), other)
        sheet.merge_range(1, NAMES.index("罚款金额（万元）"), 2, NAMES.index("罚款金额（万元）"), "50")

    saved(tmp_path, "双公示.xlsx", write)
    result = ingested(tmp_path)
    assert result.records["penalty"].is_empty()
    assert result.quarantine["code"].to_list() == ["merged_cells"] * 2
    assert all("合并单元格" in reason for reason in result.quarantine["reason"])


def test_everything_that_lies_in_an_inbox_is_named(tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "企业登记.csv", [firm()])
    put(inbox, "双公示.csv", [penalty()])
    put(inbox, "双公示夹.csv/双公示.csv", [penalty(行政处罚决定书文号="（京）药监罚〔2025〕3号")])
    os.mkfifo(inbox / "双公示-管道.csv")
    (tmp_path / "outside.csv").write_text("a\n")
    (inbox / "双公示-外.csv").symlink_to(tmp_path / "outside.csv")
    (inbox / os.fsdecode("处罚.csv".encode("gbk"))).write_text("a\n")
    result = ingested(inbox)
    assert result.records["penalty"].height == 2
    findings = dict(result.files.drop_nulls("finding").select("file_name", "finding").rows())
    assert set(findings) == {"双公示夹.csv", "双公示-管道.csv", "双公示-外.csv", "处罚.csv"}
    assert "命名管道" in findings["双公示-管道.csv"]
    assert "UTF-8" in findings["处罚.csv"]


def test_a_workbook_that_breaks_its_reader_stops_nothing(tmp_path):
    put(tmp_path, "企业登记.csv", [firm()])
    put(tmp_path, "双公示.csv", [penalty()])

    def write(book):
        sheet = sheet_of(book, "一", row())
        sheet.write_number(1, NAMES.index("处罚决定日期"), -1e300, book.add_format({"num_format": "yyyy-mm-dd"}))

    saved(tmp_path, "双公示-坏.xlsx", write)
    result = ingested(tmp_path)
    assert result.records["penalty"].height == 1
    (finding,) = result.files["finding"].drop_nulls()
    assert "读取该文件的程序中止" in finding


def test_a_firm_is_found_by_either_form_of_a_character_of_gbk(tmp_path):
    put(tmp_path, "企业登记.csv", [firm(name="北京\u9fb4堂药业有限公司")])
    put(tmp_path, "双公示.csv", [penalty(行政相对人名称="北京\ue81e堂药业有限公司", 统一社会信用代码="")])
    assert ingested(tmp_path).records["penalty"]["enterprise_id"].to_list() == [FIRM]
