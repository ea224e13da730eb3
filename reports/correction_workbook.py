"""The correction workbook: quarantined rows as they came and what is wrong with them, for the sending office.

The first sheet has the original headings and cells, so that the source that quarantined the rows reads the corrected
sheet as it is. A cell at fault is coloured and has a note with the reason and what is expected; the same is repeated on
the right, under headings that every source ignores. Where a column has a vocabulary, its terms are a drop-down list.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

CORRECTION_SHEET = "待更正"
EXPLANATION_SHEET = "说明"
CHOICES_SHEET = "选项"
RAW_ROW_HEADING = "原始行"  # key of row_text where the row could not be split into cells
ROW_ID_HEADING = "隔离编号"
REMARK_HEADINGS = ("原文件", "行号", "问题列", "原因", "应为", "相近名称", RAW_ROW_HEADING, ROW_ID_HEADING)
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 (a fixed stamp: the workbook's bytes must not depend on when it was made)
_ROW_LIMIT = 1_048_575
_CELL_LIMIT = 32_767
_WIDTHS = (26, 8, 18, 48, 42, 30, 48, 24)
_NOTE_WIDTH, _NOTE_LINE = 320, 18  # pixels
Style = Any  # xlsxwriter ships no types
Worksheet = Any
_KEY = ["file_name", "file_id", "row_no", "kind", "column", "code"]
_HOW_TO = (
    "一、请在“待更正”工作表中更正左侧各列的内容，有问题的单元格以红底标出，批注中写明原因和要求。列名请勿改动；"
    "右侧灰底各列（原文件、行号、问题列、原因、应为、相近名称、原始行、隔离编号）请保留，读取时不作为内容。",
    "二、“相近名称”供人工核对，系统不会据此自动认定。",
    "三、“原始行”有内容的行无法分清单元格，请对照原文把内容填入左侧各列。",
    "四、有下拉选项的列请从选项中选取。",
    "五、无需报送的行请整行删除。更正后保存为 xlsx，放回原报送途径即可；其余已接收的行不必重报。",
)


def correction_row_id(file_id: pl.Expr, row_no: pl.Expr) -> pl.Expr:
    """The identifier of a quarantined row in the workbook, by which its correction is recognised."""
    return pl.concat_str([file_id.str.head(16), row_no.cast(pl.String)], separator="-")


def correction_workbook(rows: pl.DataFrame, title: str, choices: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """An XLSX workbook of quarantine rows (columns of the table `quarantine`) of the source called `title`.

    choices: by heading the terms offered under it. Every cell is text and none a formula; equal rows give equal bytes.
    """
    import xlsxwriter

    problems = rows.sort(_KEY, nulls_last=False)
    with_id = problems.with_columns(correction_row_id(pl.col("file_id"), pl.col("row_no")).alias("row_id"))
    by_place: dict[tuple[str, int], _Row] = {}
    for problem in with_id.iter_rows(named=True):
        place = (problem["file_id"], problem["row_no"])
        if place not in by_place:
            cells = {heading: text or "" for heading, text in json.loads(problem["row_text"]).items()}
            by_place[place] = _Row(problem["file_name"], problem["row_no"], problem["row_id"], cells)
        by_place[place].add(problem)
    found = list(by_place.values())
    listed = found[:_ROW_LIMIT]
    headings = _headings(listed)
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": f"{title} {CORRECTION_SHEET}", "created": _CREATED})
        base = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top", "num_format": "@"}
        heading = {**base, "bold": True, "bottom": 1, "text_wrap": True}
        styles = {
            "cell": book.add_format(base),
            "fault": book.add_format({**base, "bg_color": "#FFC7CE", "border": 1, "border_color": "#9C0006"}),
            "remark": book.add_format({**base, "text_wrap": True, "bg_color": "#F2F2F2"}),
            "heading": book.add_format({**heading, "bg_color": "#DCE6F1"}),
            "remark_heading": book.add_format({**heading, "bg_color": "#D9D9D9"}),
            "title": book.add_format({**base, "font_size": 13, "bold": True}),
            "line": book.add_format({**base, "text_wrap": True}),
        }
        corrections = book.add_worksheet(CORRECTION_SHEET)
        _write_corrections(corrections, headings, listed, styles)
        _write_explanation(book.add_worksheet(EXPLANATION_SHEET), problems, len(found), title, styles)
        offered = {heading: terms for heading, terms in (choices or {}).items() if heading in headings and terms}
        if offered:
            _write_choices(corrections, book.add_worksheet(CHOICES_SHEET), headings, offered, len(listed))
    return buffer.getvalue()


@dataclass
class _Row:
    """A quarantined row with all its problems."""

    file_name: str
    row_no: int
    row_id: str
    cells: dict[str, str]
    notes: dict[str, list[str]] = field(default_factory=dict)  # by heading the problems of the cell under it
    columns: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)

    def add(self, problem: Mapping[str, Any]) -> None:
        """Add a problem of the same row; repeated texts once."""
        _add(self.columns, problem["column"])
        _add(self.reasons, problem["reason"])
        _add(self.expected, problem["expected"])
        for name in problem["suggestions"] or ():
            _add(self.suggestions, name)
        near = "、".join(problem["suggestions"] or ())
        parts = (problem["reason"], f"应为：{problem['expected']}", f"相近名称：{near}" if near else "")
        _add(self.notes.setdefault(problem["column"] or "", []), "\n".join(filter(None, parts)))

    def remarks(self) -> tuple[str, ...]:
        """The cells under REMARK_HEADINGS."""
        lists = (
            "、".join(self.columns),
            _numbered(self.reasons),
            _numbered(self.expected),
            "、".join(self.suggestions),
        )
        return (self.file_name, str(self.row_no), *lists, self.cells.get(RAW_ROW_HEADING, ""), self.row_id)


def _headings(rows: Iterable[_Row]) -> list[str]:
    """Every heading once, in the order of the files: a new heading comes after its left neighbour."""
    headings: list[str] = []
    known: set[str] = set(REMARK_HEADINGS)
    for cells in {tuple(row.cells): None for row in rows}:
        at = 0
        for heading in cells:
            if heading not in known:
                known.add(heading)
                headings.insert(at, heading)
            at = headings.index(heading) + 1 if heading in headings else at
    return headings


def _add(texts: list[str], text: str | None) -> None:
    if text and text not in texts:
        texts.append(text)


def _numbered(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else "\n".join(f"{place}. {text}" for place, text in enumerate(texts, 1))


def _write_corrections(
    sheet: Worksheet, headings: Sequence[str], rows: Sequence[_Row], styles: Mapping[str, Style]
) -> None:
    beside = len(headings)
    for column, heading in enumerate(headings):
        # The format of the column is text, so that what is typed keeps its leading zeros and 18 digits.
        sheet.set_column(column, column, min(max(14, 2 * len(heading) + 2), 40), styles["cell"])
        sheet.write_string(0, column, heading, styles["heading"])
    for column, (heading, width) in enumerate(zip(REMARK_HEADINGS, _WIDTHS, strict=True), beside):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, styles["remark_heading"])
    for line, row in enumerate(rows, 1):
        cells = [row.cells.get(heading, "") for heading in headings]
        _write(sheet, line, 0, cells, styles["cell"])
        for heading in (heading for heading in row.notes if heading in headings):
            column = headings.index(heading)
            _write(sheet, line, column, [row.cells.get(heading, "")], styles["fault"])
            note = "\n".join(row.notes[heading])
            height = _NOTE_LINE * (2 + note.count("\n") + len(note) // 20)
            sheet.write_comment(line, column, note, {"author": "药信", "width": _NOTE_WIDTH, "height": height})
        _write(sheet, line, beside, row.remarks(), styles["remark"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), beside + len(REMARK_HEADINGS) - 1)


def _write_choices(
    sheet: Worksheet, lists: Worksheet, headings: Sequence[str], choices: Mapping[str, Sequence[str]], count: int
) -> None:
    """The terms of a vocabulary as a drop-down list. Others stay possible: a source may accept more."""
    from xlsxwriter.utility import xl_range_abs

    for place, (heading, terms) in enumerate(choices.items()):
        lists.write_column(0, place, [heading, *terms])
        source = f"={CHOICES_SHEET}!{xl_range_abs(1, place, len(terms), place)}"
        column = headings.index(heading)
        sheet.data_validation(
            1,
            column,
            count,
            column,
            {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True},
        )
    lists.hide()


def _write(sheet: Worksheet, line: int, first: int, texts: Sequence[str], style: Style) -> None:
    for column, text in enumerate(texts, first):
        if text:
            sheet.write_string(line, column, text[:_CELL_LIMIT], style)
        else:
            sheet.write_blank(line, column, None, style)


def _write_explanation(
    sheet: Worksheet, problems: pl.DataFrame, count: int, title: str, styles: Mapping[str, Style]
) -> None:
    lines = [f"共 {count} 行未能接收，{problems.height} 处问题。", *_HOW_TO]
    if count > _ROW_LIMIT:
        lines.append(f"“待更正”只列出前 {_ROW_LIMIT} 行，其余 {count - _ROW_LIMIT} 行请在更正后再次索取。")
    sheet.set_column(0, 1, 10)
    sheet.set_column(2, 3, 60)
    sheet.write_string(0, 0, f"{title}：{CORRECTION_SHEET}说明", styles["title"])
    for place, text in enumerate(lines, 1):
        sheet.merge_range(place, 0, place, 3, "", styles["line"])
        sheet.write_string(place, 0, text, styles["line"])
    heading = len(lines) + 2
    _write(sheet, heading, 0, ("行数", "处数", "原因（举例）", "应为（举例）"), styles["heading"])
    # Per code of problem: rows, places, and the first reason and expectation as examples; the commonest first.
    counts = (
        problems.group_by("code", maintain_order=True)
        .agg(
            pl.struct("file_id", "row_no").n_unique().alias("rows"),
            pl.len().alias("places"),
            pl.col("reason").first(),
            pl.col("expected").first(),
        )
        .sort(["rows", "code"], descending=[True, False])
        .drop("code")
    )
    for place, counted in enumerate(counts.iter_rows(), heading + 1):
        _write(sheet, place, 0, [str(value) for value in counted], styles["line"])
