"""Grids to XLSX, CSV and JSON: typed, inert, the same bytes for the same grid."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest

from reports.exports import csv_bytes, grid_content, json_bytes, neutralised, xlsx_bytes
from reports.grid import Grid, GridField, ValueForm, grid_from_rows
from tests.reports.samples import HOSTILE

FORMS: tuple[ValueForm, ...] = (
    "text",
    "id",
    "words",
    "texts",
    "day",
    "instant",
    "count",
    "points",
    "delta",
    "yuan",
    "share",
    "flag",
)
FIELDS = tuple(GridField(form, f"栏{form}", form, {"a": "甲"}) for form in FORMS)
ROW = (
    "文",
    "号1",
    "a",
    ["a", "b"],
    date(2026, 3, 1),
    datetime(2026, 2, 28, 18, 30, tzinfo=UTC),
    7,
    -1250,
    500,
    630_069,
    1234,
    True,
)
GRID = grid_from_rows("g", "表/一", FIELDS, [ROW, (None,) * len(FORMS)])
NAMES = grid_from_rows("names", "名称", [GridField("name", "企业名称")], [(name,) for name in HOSTILE])


def _read(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_cells_are_typed():
    sheet = _read(xlsx_bytes([GRID], "题", ("告示",))).worksheets[0]
    assert (sheet["A1"].value, sheet["A2"].value, sheet["A4"].value) == ("题 · 表/一", "告示", "栏text")
    days = [date(2026, 3, 1), datetime(2026, 3, 1, 2, 30)]  # noqa: DTZ001 (a sheet has no zones)
    cells = [cell.value for cell in sheet[5]]
    assert [cells[4].date(), cells[5]] == days
    assert cells[:4] + cells[6:] == ["文", "号1", "甲", "甲；b", 7, -12.5, 5, 6300.69, 0.1234, "是"]
    assert {cell.value for cell in sheet[6]} == {None}


def test_dates_and_points_have_formats_and_the_heading_is_frozen():
    sheet = _read(xlsx_bytes([GRID], "题", ("告示",))).worksheets[0]
    assert sheet.title == "表 一"
    formats = {name: sheet[5][FORMS.index(name)].number_format for name in ("day", "points", "delta", "share", "yuan")}
    assert formats == {
        "day": "yyyy-mm-dd",
        "points": "0.00",
        "delta": "+0.00;-0.00;0.00",
        "share": "0.00%",
        "yuan": "#,##0.00",
    }
    assert sheet.freeze_panes == "B5"
    assert sheet.auto_filter.ref == "A4:L6"
    assert sheet.column_dimensions["A"].width > 20


def test_no_cell_is_a_formula_or_a_link():
    content = xlsx_bytes([NAMES], "=1+1", ("@告示",))
    sheet = _read(content).worksheets[0]
    assert [sheet.cell(row, 1).value for row in range(5, 5 + len(HOSTILE))] == [row[0] for row in NAMES.rows]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        texts = [parts.read(name) for name in parts.namelist()]
    assert not any(b"<f>" in text or b"<hyperlink" in text for text in texts)


def test_a_long_grid_goes_on_in_further_sheets():
    grid = grid_from_rows("n", "数", [GridField("n", "数", "count")], [(n,) for n in range(5)])
    book = _read(xlsx_bytes([grid], "题", row_limit=2))
    assert book.sheetnames == ["数", "数 (2)", "数 (3)"]
    assert [sheet.cell(row, 1).value for sheet in book for row in (4, 5)] == [0, 1, 2, 3, 4, None]


def test_an_empty_grid_says_so():
    sheet = _read(xlsx_bytes([Grid("e", "空", (GridField("a", "甲"),), (), "没有")], "题")).worksheets[0]
    assert sheet["A4"].value == "没有"


def test_a_text_longer_than_a_cell_says_that_it_was_cut():
    grid = grid_from_rows("l", "长", [GridField("a", "甲")], [("字" * 40_000,)])
    text = _read(xlsx_bytes([grid], "题")).worksheets[0]["A4"].value
    assert len(text) <= 32_767
    assert text.endswith("已截断）")


def test_csv_has_a_mark_crlf_and_exact_numbers():
    content = csv_bytes(GRID)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 3
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[1][4:] == ["2026-03-01", "2026-03-01 02:30:00", "7", "-12.50", "+5.00", "6300.69", "12.34%", "是"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", " =1", "＝1", "\t=1", "\r"])
def test_what_could_be_a_formula_is_neutral_in_csv(text: str):
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["甲=乙", "", "a-b", "（+）"])
def test_other_texts_stay_in_csv(text: str):
    assert neutralised(text) == text


def test_csv_names_are_neutral_and_notices_come_last():
    rows = list(csv.reader(io.StringIO(csv_bytes(NAMES, ("示例",)).decode("utf-8-sig"), newline="")))
    assert rows[0] == ["企业名称"]
    assert rows[-1] == ["# 示例"]
    assert not any(row[0].startswith(("=", "+", "-", "@")) for row in rows)


def test_json_keeps_codes_fen_and_centipoints():
    content = json.loads(json_bytes(grid_content(GRID)))
    row = content["rows"][0]
    assert (row["words"], row["texts"], row["yuan"], row["points"]) == ("a", ["a", "b"], 630_069, -1250)
    assert (row["day"], row["instant"], row["flag"]) == ("2026-03-01", "2026-02-28T18:30:00Z", True)
    assert {"fen", "centipoints"} <= {field.get("unit") for field in content["fields"]}


def test_json_is_sorted_and_chinese():
    assert json_bytes({"b": "名", "a": date(2026, 3, 1)}) == '{\n "a": "2026-03-01",\n "b": "名"\n}\n'.encode()
    with pytest.raises(TypeError, match="set has no place in a published file"):
        json_bytes({"a": {1}})


def test_the_same_grid_gives_the_same_bytes():
    assert xlsx_bytes([GRID, NAMES], "题") == xlsx_bytes([GRID, NAMES], "题")
    assert csv_bytes(GRID) == csv_bytes(GRID)
