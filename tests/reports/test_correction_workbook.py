"""What goes back to the sending office: its own rows, what is wrong with them, and nothing a spreadsheet would run."""

import io
import json
from datetime import UTC, datetime

import openpyxl
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from flows.ingest.reading.raw_file import FileLayout
from flows.ingest.reading.read import read_file
from reports.correction_workbook import (
    CORRECTION_SHEET,
    EXPLANATION_SHEET,
    RAW_ROW_HEADING,
    REMARK_HEADINGS,
    correction_workbook,
)
from transforms.schemas import TABLES

CELLS = {"名称": "=cmd|'/C calc'!A0", "统一社会信用代码": "091450100MA5KXXXX0X", "罚款金额": "-1.50", "备注": None}
PROBLEM = {
    "file_id": "f1",
    "file_name": "penalty/甲.csv",
    "source": "penalty",
    "kind": "penalty",
    "row_no": 3,
    "column": "罚款金额",
    "value": "-1.50",
    "code": "negative",
    "reason": "罚款金额为负数",
    "expected": "应为 0 或以上的数",
    "suggestions": [],
    "row_text": json.dumps(CELLS, ensure_ascii=False),
    "received_at": datetime(2026, 3, 1, tzinfo=UTC),
}


def problems(*changes):
    return pl.DataFrame([PROBLEM | change for change in changes], schema=TABLES["quarantine"].schema)


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def texts(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def read_back(content, tmp_path):
    path = tmp_path / "更正.xlsx"
    path.write_bytes(content)
    return read_file(path, tmp_path, FileLayout(sheet="任意", header_row=5))


SEVERAL = problems(
    {},
    {
        "column": "名称",
        "code": "unknown_party",
        "reason": "找不到该企业",
        "expected": "登记名称",
        "suggestions": ["甲", "乙"],
    },
    {"row_no": 9, "row_text": json.dumps(CELLS | {"名称": "@丙"}, ensure_ascii=False)},
    {
        "row_no": 11,
        "kind": None,
        "column": "",
        "code": "unclosed_quote",
        "row_text": json.dumps({RAW_ROW_HEADING: '"丁,1'}),
    },
)


def test_original_cells_under_original_headings_then_what_is_wrong():
    sheet = texts(opened(correction_workbook(SEVERAL, "行政处罚"))[CORRECTION_SHEET])
    assert sheet[0] == [*CELLS, *REMARK_HEADINGS]
    remarks = ["penalty/甲.csv", "3", "名称、罚款金额"]
    reasons = ["1. 找不到该企业\n2. 罚款金额为负数", "1. 登记名称\n2. 应为 0 或以上的数", "甲、乙", None]
    assert sheet[1] == [*CELLS.values(), *remarks, *reasons, "f1-3"]
    assert (sheet[2][0], sheet[2][4:6]) == ("@丙", ["penalty/甲.csv", "9"])
    assert (sheet[3][0], sheet[3][-2]) == (None, '"丁,1')


def test_counts_by_reason():
    sheet = texts(opened(correction_workbook(SEVERAL, "行政处罚"))[EXPLANATION_SHEET])
    assert sheet[0][0] == "行政处罚：待更正说明"
    assert sheet[1][0] == "共 3 行未能接收，4 处问题。"
    counts = sheet[[row[0] for row in sheet].index("行数") + 1 :]
    assert [row[:3] for row in counts] == [
        ["2", "2", "罚款金额为负数"],
        ["1", "1", "罚款金额为负数"],
        ["1", "1", "找不到该企业"],
    ]
    assert counts[0][3] == "应为 0 或以上的数"


def test_no_cell_is_a_formula_and_every_cell_is_text():
    for sheet in opened(correction_workbook(SEVERAL, "=1+1")):
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type in {"s", "n"}
            assert cell.data_type == "s" or cell.value is None
            assert cell.hyperlink is None


def test_what_is_typed_in_stays_text():
    sheet = opened(correction_workbook(SEVERAL, "行政处罚"))[CORRECTION_SHEET]
    columns = [column for column in sheet.column_dimensions.values() if column.max <= len(CELLS)]
    assert {column.number_format for column in columns} == {"@"}
    assert sum(column.max - column.min + 1 for column in columns) == len(CELLS)
    assert sheet.freeze_panes == "A2"


def test_the_same_rows_give_the_same_bytes_in_any_order():
    assert correction_workbook(SEVERAL, "行政处罚") == correction_workbook(SEVERAL.reverse(), "行政处罚")


def test_the_corrected_sheet_is_read_again_by_any_source(tmp_path):
    raw = read_back(correction_workbook(SEVERAL, "行政处罚"), tmp_path)
    assert raw.finding is None
    assert raw.headings == (*CELLS, *REMARK_HEADINGS)
    assert raw.frame.select(list(CELLS)).row(0) == tuple(CELLS.values())


def test_a_row_with_cells_too_many_comes_back_without_the_column_it_never_had(tmp_path):
    row = {"名称": "甲", "日期": "1", "（第3列无列名）": "x"}
    content = correction_workbook(problems({"row_text": json.dumps(row)}), "行政处罚")
    book = opened(content)
    book[CORRECTION_SHEET]["C2"] = None
    corrected = io.BytesIO()
    book.save(corrected)
    raw = read_back(corrected.getvalue(), tmp_path)
    assert raw.headings == ("名称", "日期", *REMARK_HEADINGS)


def test_headings_of_several_files_keep_their_order():
    rows = [{"a": "1", "b": "2"}, {"a": "1", "x": "3", "b": "2"}, {"a": "1", "b": "2", "z": "4"}]
    content = correction_workbook(
        problems(*({"row_no": place, "row_text": json.dumps(row)} for place, row in enumerate(rows, 2))), "多种"
    )
    sheet = texts(opened(content)[CORRECTION_SHEET])
    assert [row[:4] for row in sheet] == [
        ["a", "x", "b", "z"],
        ["1", None, "2", None],
        ["1", "3", "2", None],
        ["1", None, "2", "4"],
    ]


def test_no_rows_at_all(tmp_path):
    content = correction_workbook(problems(), "行政处罚")
    assert texts(opened(content)[CORRECTION_SHEET]) == [list(REMARK_HEADINGS)]
    assert read_back(content, tmp_path).read_count == 0


ANY_CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20)


@given(st.lists(ANY_CELL, min_size=1, max_size=4))
def test_any_cell_comes_back_as_it_went(tmp_path_factory, cells):
    row = {f"列{place}": cell for place, cell in enumerate(cells)}
    content = correction_workbook(problems({"row_text": json.dumps(row)}), "任意")
    raw = read_back(content, tmp_path_factory.mktemp("back"))
    assert raw.frame.select(list(row)).row(0) == tuple(cell or None for cell in cells)


def test_a_cell_at_fault_is_marked_and_says_why_beside_it():
    sheet = opened(correction_workbook(SEVERAL, "行政处罚"))[CORRECTION_SHEET]
    columns = {cell.value: cell.column for cell in sheet[1]}
    cell = sheet.cell(2, columns["罚款金额"])
    assert cell.fill.fgColor.rgb == "FFFFC7CE"
    assert "罚款金额为负数" in cell.comment.text
    assert "应为：应为 0 或以上的数" in cell.comment.text
    assert "相近名称：甲、乙" in sheet.cell(2, columns["名称"]).comment.text
    sound = sheet.cell(2, columns["统一社会信用代码"])
    assert (sound.comment, sound.fill.fill_type) == (None, None)
    assert sheet.freeze_panes == "A2"


def test_a_column_with_a_vocabulary_offers_its_words():
    book = opened(correction_workbook(SEVERAL, "行政处罚", {"备注": ["有", "无"], "没有这一列": ["甲"]}))
    sheet = book[CORRECTION_SHEET]
    (offer,) = sheet.data_validations.dataValidation
    assert (offer.type, str(offer.sqref), offer.formula1) == ("list", "D2:D4", "选项!$A$2:$A$3")
    lists = book["选项"]
    assert lists.sheet_state == "hidden"
    assert [cell.value for cell in lists["A"]] == ["备注", "有", "无"]


def test_the_words_offered_are_read_by_the_source_they_are_offered_for(tmp_path):
    """Every word of every drop-down of every shipped source, under every heading."""
    from flows.correction_workbooks import cell_choices
    from tests.flows.ingest.inboxes import COMMON, SOURCES
    from transforms.records.mapping import MappingContext, map_rows

    terms = MappingContext(COMMON, datetime(2026, 3, 1, 2, tzinfo=UTC), b"key")
    for source in SOURCES:
        for heading, words in cell_choices(source).items():
            raw = pl.DataFrame({heading: list(words), "row_no": range(2, len(words) + 2)})
            for record in source.records:
                if any(heading in cell.from_ for cell in record.columns.values()):
                    problems = map_rows(raw, source, record, terms).problems
                    refused = problems.filter(pl.col("column") == heading, pl.col("code") == "unknown_word")
                    assert refused.is_empty(), (source.source, heading, refused["value"].to_list())
