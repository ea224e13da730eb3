"""Workbooks as they come: the text a person sees, and a clear word for what cannot be opened."""

import io
import struct
import zipfile
from datetime import date, datetime, time

import pytest
import xlsxwriter

from flows.ingest.reading import limits


def rows_of(raw):
    return [row[:-1] for row in raw.frame.rows()]


def faults(raw):
    return dict(raw.broken.select("row_no", "code").rows())


def packed(members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_member(book, name, content):
    """The workbook with one member replaced or added."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    return packed({**members, name: content})


def sheet_xml(rows):
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'


def test_cells_are_read_as_the_text_a_person_sees(read, workbook):
    raw = read(
        workbook(甲=[["名称", "值"], ["甲", 123], ["乙", 0.572790], ["丙", 0.1 + 0.2], ["丁", -1.5], ["戊", 1e-7]])
    )
    assert (raw.encoding, raw.finding, raw.headings) == ("xlsx", None, ("名称", "值"))
    assert raw.frame["值"].to_list() == ["123", "0.57279", "0.3", "-1.5", "0.0000001"]
    assert raw.frame["row_no"].to_list() == [2, 3, 4, 5, 6]


def test_dates_instants_times_and_truths(read, workbook):
    day = date(2024, 1, 2)
    values = [date(2024, 2, 29), datetime.combine(day, time(3, 4, 5)), datetime.combine(day, time()), time(8, 30), True]
    raw = read(workbook(甲=[["值"], *([value] for value in values), [False]]))
    expected = ["2024-02-29", "2024-01-02 03:04:05", "2024-01-02", "08:30:00", "TRUE", "FALSE"]
    assert raw.frame["值"].to_list() == expected


@pytest.mark.parametrize(
    "text", ["=SUM(A1)", "+86", "-1", "@x", "{=A1}", "000123", "91450100MA5KXXXX0X", " 两边 ", "甲\n乙"]
)
def test_text_stays_text(read, workbook, text):
    assert rows_of(read(workbook(甲=[["名称"], [text]]))) == [(text,)]


@pytest.mark.parametrize(
    ("number", "is_good"),
    [(999_999_999_999_999, True), (10**15, False), (-(10**15), False), (450102199001011234, False)],
)
def test_a_code_kept_as_a_number_has_lost_its_last_digits(read, workbook, number, is_good):
    raw = read(workbook(甲=[["名称", "证件号码"], ["甲", number], ["乙", "450102199001011234"]]))
    assert faults(raw) == ({} if is_good else {2: "lost_digits"})
    assert raw.frame["证件号码"].to_list() == [str(number)] * is_good + ["450102199001011234"]
    for detail in raw.broken["detail"]:
        assert "“证件号码”列" in detail
        assert "末尾的数字已经丢失" in detail


def test_the_first_visible_sheet_or_the_named_one(read, workbook):
    book = workbook(封面=[["a"], ["1"]], 数据=[["b"], ["2"]])
    first, named = read(book), read(book, sheet="数据")
    assert (rows_of(first), rows_of(named)) == ([("1",)], [("2",)])
    assert first.notes == ("工作簿有 2 张工作表，只读取了“封面”。",)
    assert named.notes == ()


def test_a_hidden_first_sheet_is_not_the_first(read):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("隐藏").write(0, 0, "x")
        shown = book.add_worksheet("数据")
        shown.write_column(0, 0, ["名称", "甲"])
        shown.activate()
        shown.set_first_sheet()
        book.worksheets()[0].hide()
    assert read(buffer.getvalue()).headings == ("名称",)


def test_a_missing_sheet_is_named_with_those_that_are_there(read, workbook):
    finding = read(workbook(封面=[["a"]], 数据=[["b"]]), sheet="处罚").finding
    assert finding.code == "missing_sheet"
    assert "没有工作表“处罚”，只有：封面、数据" in finding.message


def test_a_corrected_workbook_of_ours_is_read_whatever_the_layout(read, workbook):
    raw = read(workbook(说明=[["x"]], 待更正=[["名称"], ["甲"]]), sheet="Sheet9", header_row=4)
    assert (raw.finding, raw.headings, rows_of(raw)) == (None, ("名称",), [("甲",)])


def test_a_title_above_the_header_and_merged_cells(read):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 1, "行政处罚信息表")
        sheet.write_row(1, 0, ["名称", "日期"])
        sheet.write_row(3, 0, ["甲", "2024"])
        sheet.set_row(3, options={"hidden": True})
    raw = read(buffer.getvalue(), header_row=2)
    assert raw.frame.rows() == [("甲", "2024", 4)]  # hidden rows are rows: what is hidden was sent all the same
    assert "没有第 9 行" in read(buffer.getvalue(), header_row=9).finding.message


def test_cells_beyond_the_last_heading(read, workbook):
    raw = read(workbook(甲=[["名称", "值"], ["甲", "1"], ["乙", "2", None, "合计"]]))
    assert raw.headings == ("名称", "值", "（第4列无列名）")
    assert rows_of(raw) == [("甲", "1", None), ("乙", "2", "合计")]


def test_repeated_header_control_character_and_blank_rows(read, workbook):
    raw = read(workbook(甲=[["名称", "值"], ["甲", "1"], [], ["名称", "值"], ["乙\x01", "2"], ["丙", "3"]]))
    assert faults(raw) == {4: "repeated_header", 5: "control_character"}
    assert raw.frame["row_no"].to_list() == [2, 6]


def test_formulas_are_read_by_their_result_and_noted(read):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["值", "甲"])
        sheet.write_formula(2, 0, "=1+1", None, 2)
        sheet.write_formula(3, 0, "=NA()", None, "#N/A")
        sheet.write_formula(4, 0, "=1+1", None, "")
        sheet.write(5, 0, "乙")
    raw = read(buffer.getvalue())
    assert raw.frame["值"].to_list() == ["甲", "2", "#N/A", "#公式无结果", "乙"]
    assert raw.notes == (
        "有 3 个公式单元格，读取的是保存时的计算结果。",
        "有 1 个公式单元格没有计算结果，不当作空白，按无法识别处理。请打开并重新保存后报送。",
        "有 1 个公式出错的单元格（如 #N/A），不当作空白，按无法识别处理。",
    )


def test_duplicate_headings_and_an_empty_sheet(read, workbook):
    assert read(workbook(甲=[["名称", "名称"]])).finding.code == "duplicate_heading"
    assert read(workbook(甲=[])).finding.code == "no_header"


def test_a_workbook_cut_off_or_damaged(read, workbook):
    book = workbook(甲=[["名称"], ["甲"]])
    for content in (book[: len(book) // 2], b"PK\x03\x04nothing", with_member(book, "xl/workbook.xml", "<workbook>")):
        finding = read(content, "a.xlsx").finding
        assert finding.code == "damaged_workbook"
        assert "工作簿已损坏或不完整" in finding.message


@pytest.mark.parametrize("step", range(0, 7000, 350))
def test_any_damage_is_an_answer_and_no_crash(read, workbook, step):
    book = bytearray(workbook(甲=[["名称", "值"], *([f"第{row}家", row] for row in range(50))]))
    for at in range(step, min(step + 350, len(book)), 35):
        changed = bytearray(book)
        changed[at] ^= 0xFF
        raw = read(bytes(changed), "a.xlsx")
        assert raw.finding is not None or raw.frame.height + raw.broken.height <= 50


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x89PNG\r\n", "图片"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html>", "网页"),
        (packed({"word/document.xml": "x"}), "Word"),
        (packed({"content.xml": "x"}), "OpenDocument"),
        (packed({"xl/workbook.bin": "x"}), "xlsb"),
        (packed({"处罚.csv": "a,b"}), "先解压"),
    ],
)
def test_other_kinds_of_file_are_named_with_what_to_do(read, content, word):
    for name in ("a.xls", "a.csv", "没有扩展名"):
        finding = read(content, name).finding
        assert finding.code == "unsupported_kind"
        assert word in finding.message
        assert "另存为 xlsx" in finding.message


def test_text_under_the_name_of_a_workbook(read):
    finding = read(b"a,b\n1,2\n", "处罚.xlsx").finding
    assert finding.code == "not_a_workbook"
    assert ".xlsx" in finding.message


def test_a_workbook_under_the_name_of_a_text_is_read(read, workbook):
    assert read(workbook(甲=[["a"], ["1"]]), "a.csv").encoding == "xlsx"


def test_encrypted_files(read, workbook):
    ole = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    book = bytearray(workbook(甲=[["a"]]))
    place = book.index(b"PK\x01\x02")
    book[place + 8] |= 1  # the flag of a member behind a password
    for content in (ole, bytes(book)):
        finding = read(content, "a.xlsx").finding
        assert finding.code == "encrypted"
        assert "文件已加密" in finding.message


def test_a_zip_bomb(read, workbook):
    bomb = with_member(workbook(甲=[["a"], ["1"]]), "xl/media/image1.png", bytes(limits.MIN_RATIO_BYTES + 1))
    assert len(bomb) < 200_000
    finding = read(bomb, "a.xlsx").finding
    assert finding.code == "archive_bomb"
    assert "为安全起见不予解压" in finding.message


def test_a_zip_bomb_that_lies_about_its_size(read, workbook):
    bomb = bytearray(with_member(workbook(甲=[["a"], ["1"]]), "xl/media/image1.png", bytes(limits.MIN_RATIO_BYTES + 1)))
    entry = bomb.rindex(b"PK\x01\x02")
    struct.pack_into("<I", bomb, entry + 24, 10)
    assert read(bytes(bomb), "a.xlsx").finding.code == "archive_bomb"


def test_the_total_that_may_be_unpacked(read, workbook, monkeypatch):
    book = workbook(甲=[["a"], ["1"]])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        total = sum(member.file_size for member in archive.infolist())
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", total)
    assert read(book).finding is None
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", total - 1)
    assert read(book).finding.code == "archive_bomb"


def test_too_many_members(read, workbook):
    with zipfile.ZipFile(io.BytesIO(workbook(甲=[["a"]]))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    extra = {f"x{place}": b"" for place in range(limits.MAX_ARCHIVE_MEMBERS - len(members) + 1)}
    assert read(packed(members | extra)).finding.code == "archive_bomb"
    extra.popitem()
    assert read(packed(members | extra)).finding is None


def test_two_cells_at_the_far_corners_do_not_fill_the_memory(read, workbook):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    finding = read(with_member(workbook(甲=[["a"]]), "xl/worksheets/sheet1.xml", sheet_xml(rows))).finding
    assert finding.code == "sheet_too_large"
    assert "1048576 行 × 16384 列" in finding.message


def test_cells_without_references_are_measured_too(read, workbook):
    rows = "<row><c><v>1</v></c></row>" * 3000 + "<row>" + "<c><v>1</v></c>" * 16_000 + "</row>"
    finding = read(with_member(workbook(甲=[["a"]]), "xl/worksheets/sheet1.xml", sheet_xml(rows))).finding
    assert finding.code == "sheet_too_large"


@pytest.mark.parametrize(("allowed", "code"), [(6, None), (5, "sheet_too_large")])
def test_the_bound_of_a_sheet(read, workbook, monkeypatch, allowed, code):
    monkeypatch.setattr(limits, "MAX_SHEET_CELLS", allowed)
    finding = read(workbook(甲=[["a", "b"], ["1", "2"], ["3", "4"]])).finding
    assert (finding.code if finding else None) == code


@pytest.mark.parametrize(("uses", "code"), [(2, None), (700, "archive_bomb")])
def test_one_long_text_in_many_cells(read, workbook, monkeypatch, uses, code):
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 20_000_000)
    finding = read(workbook(甲=[["名称"], *[["长" * 10_000]] * uses, *[["短"]] * 700])).finding
    assert (finding.code if finding else None) == code
