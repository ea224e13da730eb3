"""Workbooks of older programs (XLS) and of OpenDocument (ODS): read as XLSX is, under the same guards."""

import io
import struct
import zipfile

import pytest

from flows.ingest.reading import limits
from flows.ingest.reading.isolation import read_isolated
from flows.ingest.reading.raw_file import ExpectedHeadings, FileLayout
from tests.realdata import REPOSITORY

WORKBOOKS = REPOSITORY / "tests" / "fixtures" / "workbooks"  # as xlwt and odfpy write them
HEADINGS = ("决定书文号", "行政相对人名称", "处罚决定日期", "罚款金额（万元）", "备注")
EXPECTED = ExpectedHeadings(HEADINGS, units={"罚款金额（万元）": "万元"})
FIRST = ("京药监罚〔2025〕1号", "京城药业有限公司", "2025-06-27", "0.63", "按期缴纳")
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def rows_of(raw):
    return {row[-1]: row[:-1] for row in raw.frame.rows()}


def ods(rows: str, *, sheet: str = '<table:table table:name="甲">{}</table:table>', **members: str) -> bytes:
    """An OpenDocument workbook with the given rows."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} xmlns:calcext="urn:org:documentfoundation:calcext">'
        f"<office:body><office:spreadsheet>{sheet.format(rows)}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        for name, text in {"META-INF/manifest.xml": manifest, **members}.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def cell(text: str, **attributes: object) -> str:
    given = "".join(f' {name.replace("_", ":", 1).replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<table:table-cell office:value-type="string"{given}><text:p>{text}</text:p></table:table-cell>'


def row(*cells: str, repeated: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def test_an_xls_workbook_is_read_with_its_dates_numbers_merged_cells_and_errors(read):
    raw = read((WORKBOOKS / "penalties.xls").read_bytes(), "双公示.xls", expected=EXPECTED)
    assert (raw.encoding, raw.finding, raw.headings) == ("xls", None, HEADINGS)
    assert rows_of(raw) == {
        2: FIRST,
        3: ("京药监罚〔2025〕2号", "粤城药业有限公司", "2025-07-01", "12", None),
        4: ("京药监罚〔2025〕3号", None, "2025-07-02", "#N/A", None),
        5: ("京药监罚〔2025〕4号", "沪城药业有限公司", "2025-07-03", "#公式无结果", None),
        6: ("京药监罚〔2025〕5号", "沪城药业有限公司", "2025-07-04", "5", None),
    }
    assert [note[:10] for note in raw.notes] == [
        "工作表“说明”没有来",
        "“行政相对人名称”列",
        "有 1 个公式单元格",
        "有 1 个公式单元格",
        "有 1 个公式出错的",
    ]


def test_an_ods_workbook_is_read_with_its_dates_numbers_and_merged_cells(read):
    raw = read((WORKBOOKS / "penalties.ods").read_bytes(), "双公示.ods", expected=EXPECTED)
    assert (raw.encoding, raw.finding, raw.headings) == ("ods", None, HEADINGS)
    assert rows_of(raw) == {
        2: FIRST,
        3: ("京药监罚〔2025〕2号", "粤城药业有限公司", "2025-07-01", "12", None),
        4: ("京药监罚〔2025〕4号", "沪城药业有限公司", "2025-07-03", "3", None),
        5: ("京药监罚〔2025〕5号", "沪城药业有限公司", "2025-07-04", "5", None),
    }
    assert [note[:10] for note in raw.notes] == ["“行政相对人名称”列"]


@pytest.mark.parametrize(("name", "encoding"), [("penalties.xls", "xls"), ("penalties.ods", "ods")])
def test_the_kind_is_known_by_the_bytes_whatever_the_name_says(read, name, encoding):
    raw = read((WORKBOOKS / name).read_bytes(), "双公示.csv", expected=EXPECTED)
    assert raw.encoding == encoding
    assert rows_of(raw)[2] == FIRST


def test_ods_cells_in_error_and_formulas_without_a_result_are_no_blanks(read):
    error = cell("#DIV/0!", table_formula="of:=1/0", office_string_value="", calcext_value_type="error")
    plain_error = cell("#N/A", table_formula="of:=NA()")
    nothing = '<table:table-cell table:formula="of:=A2"/>'
    empty = cell("", table_formula="of:=A1", office_string_value="")
    raw = read(ods(row(*map(cell, "甲乙丙丁")) + row(error, plain_error, nothing, empty) + row(cell("末"))), "a.ods")
    assert rows_of(raw) == {2: ("#DIV/0!", "#N/A", "#公式无结果", None), 3: ("末", None, None, None)}
    assert [note[:8] for note in raw.notes] == ["有 4 个公式单", "有 1 个公式单", "有 2 个公式出"]


def test_repeated_ods_rows_and_cells_are_read_and_those_at_the_end_cost_nothing(read):
    end = '<table:table-cell table:number-columns-repeated="16384"/>'
    twice = cell("乙", table_number_columns_repeated=2)
    rows = row(*map(cell, "甲乙丙")) + row(cell("1"), twice, repeated=3) + row(end, repeated=1_048_000)
    raw = read(ods(rows), "a.ods")
    assert rows_of(raw) == dict.fromkeys((2, 3, 4), ("1", "乙", "乙"))


def test_a_hidden_ods_sheet_is_not_read(read):
    hidden = (
        '<table:table table:name="甲" table:style-name="h">{}</table:table>'
        '<table:table table:name="乙"><table:table-row><table:table-cell office:value-type="string">'
        "<text:p>名称</text:p></table:table-cell></table:table-row></table:table>"
    )
    raw = read(ods(row(cell("名称")) + row(cell("一")), sheet=hidden), "a.ods", expected=["名称"])
    assert rows_of(raw) == {2: ("一",)}


BOMBS = {
    "a text repeated over a sheet": row(cell("长" * 30_000, table_number_columns_repeated=1_000), repeated=1_000),
    "a run of blanks": row(cell('<text:s text:c="4000000000"/>')),
    "rows without end": row(cell("1", table_number_columns_repeated=1_000), repeated=1_000_000),
    "a number that is too long to count": row(cell("1"), repeated=10**12),
    "empty texts": row(cell("", table_number_columns_repeated=16_384)) * 3_000,
}


@pytest.mark.parametrize("what", BOMBS)
def test_an_ods_workbook_that_would_fill_the_memory_is_rejected_before_it_is_parsed(read, what):
    content = ods(row(cell("甲")) + BOMBS[what])
    assert len(content) < 100_000
    raw = read(content, "a.ods")
    assert raw.finding.code in ("archive_bomb", "sheet_too_large")


def test_the_guard_against_zip_bombs_holds_for_ods(read, monkeypatch):
    monkeypatch.setattr(limits, "MIN_RATIO_BYTES", 1_000)
    monkeypatch.setattr(limits, "MAX_UNPACKED_RATIO", 5)
    assert read(ods(row(cell("甲")) + row(cell(" " * 100_000))), "a.ods").finding.code == "archive_bomb"


def test_a_far_ods_cell_is_named(read):
    far = '<table:table-cell table:number-columns-repeated="16000"/>' + cell("远")
    gap = row("<table:table-cell/>", repeated=1_000_000)
    raw = read(ods(row(cell("甲")) + gap + f"<table:table-row>{far}</table:table-row>"), "a.ods")
    assert raw.finding.code == "sheet_too_large"


def test_a_far_xls_cell_is_named(read):
    raw = read((WORKBOOKS / "far_cell.xls").read_bytes(), "a.xls")
    assert raw.finding.code == "sheet_too_large"
    assert "65536 行 × 256 列" in raw.finding.message


def test_encrypted_workbooks_are_named(read):
    manifest = "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    assert read(ods(row(cell("甲")), **{"META-INF/manifest.xml": manifest}), "a.ods").finding.code == "encrypted"
    book = bytearray((WORKBOOKS / "penalties.xls").read_bytes())
    at = book.index(struct.pack("<HH", 0x42, 2))  # the record of the code page gives way to one of a password
    book[at : at + 2] = struct.pack("<H", 0x2F)
    assert read(bytes(book), "a.xls").finding.code == "encrypted"


def test_damaged_workbooks_are_named(read, tmp_path):
    data = (WORKBOOKS / "penalties.xls").read_bytes()
    assert read(data[:8] + bytes(600), "a.xls").finding.code == "damaged_workbook"
    path = tmp_path / "a.xls"
    for end in range(600, len(data), 617):
        path.write_bytes(data[:end])
        finding = read_isolated(path, tmp_path, FileLayout(), EXPECTED).finding
        assert finding is not None
        assert finding.code in ("damaged_workbook", "reader_stopped")
    broken = ods(row(cell("甲")) + "<table:table-row>")
    assert read(broken, "a.ods").finding.code == "damaged_workbook"


def test_a_document_type_declaration_is_refused(read):
    with zipfile.ZipFile(io.BytesIO(ods(row(cell("甲"))))) as archive:
        content = archive.read("content.xml").decode()
    declared = content.replace("?>", '?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>', 1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", ODS_TYPE)
        archive.writestr("content.xml", declared)
    assert "DOCTYPE" in read(buffer.getvalue(), "a.ods").finding.message


def test_a_chain_of_sectors_that_runs_in_a_circle_ends(read):
    book = bytearray((WORKBOOKS / "penalties.xls").read_bytes())
    (fat_sector,) = struct.unpack_from("<I", book, 76)
    place = (fat_sector + 1) << 9
    for sector in range(len(book) // 512 - 1):
        struct.pack_into("<I", book, place + 4 * sector, sector)  # every sector follows itself
    assert read(bytes(book), "a.xls").finding.code == "damaged_workbook"
