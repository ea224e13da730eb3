"""Workbooks (XLSX): the cells of one sheet as the text a person would see in them."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from flows.intake.reading.archive import Archive, damaged, examined
from flows.intake.reading.careful import ragged
from flows.intake.reading.headings import headings_of, unnamed
from flows.intake.reading.kinds import refuse_other_packages
from flows.intake.reading.repeated import refuse_repeated_text
from flows.intake.reading.shapes import ROW_NO, BrokenRow, Layout, Sheet, TurnedAway
from reports.render.quarantine_workbook import CORRECTION_SHEET

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

Cell = int | float | str | bool | date | datetime | time | timedelta
_FIRST_INEXACT = 1e15  # a spreadsheet keeps 15 digits of a number


def read_workbook(data: bytes, layout: Layout, expected: Collection[str] = ()) -> Sheet:
    """The rows of one sheet of an XLSX file. Raises TurnedAway where it cannot be read."""
    archive = examined(data)
    refuse_other_packages(archive.names)
    refuse_repeated_text(data, archive)
    name, header_row, notes, rows = _opened(data, layout)
    if len(rows) < header_row:
        raise TurnedAway("no_header", f"工作表“{name}”没有第 {header_row} 行，该行应为列名。请补上列名行。")
    headings = headings_of([text_of(cell) for cell in rows[header_row - 1]], header_row, expected)
    frame, broken = _told_apart(rows[header_row:], headings, header_row + 1)
    return Sheet("xlsx", headings, frame, tuple(broken), (*notes, *_remarks(archive)))


def _opened(data: bytes, layout: Layout) -> tuple[str, int, tuple[str, ...], list[list[Cell]]]:
    """The sheet's name, its header row, what is to be said of the choice, and its rows from the first on."""
    from python_calamine import CalamineError, load_workbook

    try:
        book = load_workbook(io.BytesIO(data))
        name, header_row, notes = _sheet(book, layout)
        return name, header_row, notes, book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError:
        raise damaged() from None


def _sheet(book: CalamineWorkbook, layout: Layout) -> tuple[str, int, tuple[str, ...]]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    names = [sheet.name for sheet in sheets]
    if CORRECTION_SHEET in names:  # a workbook of ours come back, whatever the source's own files look like
        return CORRECTION_SHEET, 1, ()
    if layout.sheet is not None:
        if layout.sheet not in names:
            there = "、".join(names)
            raise TurnedAway(
                "missing_sheet", f"工作簿中没有工作表“{layout.sheet}”，只有：{there}。请将数据所在的工作表改为此名。"
            )
        return layout.sheet, layout.header_row, ()
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible] or names
    if not visible:
        raise TurnedAway("missing_sheet", "工作簿中没有工作表。请重新导出后报送。")
    notes = (f"工作簿有 {len(names)} 张工作表，只读取了“{visible[0]}”。",) if len(names) > 1 else ()
    return visible[0], layout.header_row, notes


def _remarks(archive: Archive) -> Iterator[str]:
    if formulas := sum(used.formulas for used in archive.sheets.values()):
        yield f"工作簿有 {formulas} 个公式单元格，读取的是保存时的计算结果。"
    if errors := sum(used.errors for used in archive.sheets.values()):
        yield f"工作簿有 {errors} 个公式出错的单元格（如 #N/A），按空白读取。"


def _told_apart(
    rows: Sequence[Sequence[Cell]], headings: Sequence[str], first_row: int
) -> tuple[pl.DataFrame, list[BrokenRow]]:
    """The rows as text; those with content beyond the last column, or with a number that lost digits, are broken."""
    width = len(headings)
    broken = [fault for row_no, row in enumerate(rows, first_row) if (fault := _fault(row_no, row, headings))]
    columns = {str(place): [text_of(row[place]) for row in rows] for place in range(width)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    frame = frame.with_columns(pl.int_range(first_row, first_row + pl.len(), dtype=pl.Int64).alias(ROW_NO))
    return frame.filter(~pl.col(ROW_NO).is_in([row.row_no for row in broken])), broken


def _fault(row_no: int, row: Sequence[Cell], headings: Sequence[str]) -> BrokenRow | None:
    width = len(headings)
    if len(row) > width and any(cell != "" for cell in row[width:]):
        cells = [text_of(cell) for cell in row]
        while not cells[-1]:
            cells.pop()
        return ragged(row_no, "、".join(cells), cells, width, is_last=False)
    for place, cell in enumerate(row, 1):
        if isinstance(cell, float) and abs(cell) >= _FIRST_INEXACT:
            return _lost_digits(row_no, row, headings[place - 1] or unnamed(place), cell)
    return None


def _lost_digits(row_no: int, row: Sequence[Cell], column: str, cell: float) -> BrokenRow:
    """A code of more than 15 digits kept as a number: its last digits are gone and cannot be known."""
    detail = f"“{column}”列的 {text_of(cell)} 是数字格式，超过 15 位，末尾的数字已经丢失"
    expected = "证件号码、信用代码等应为文本格式：先把该列设为“文本”，再重新填写"
    cells = tuple(text_of(value) for value in row)
    return BrokenRow(row_no, "lost_digits", text_of(cell), detail, expected, column, cells)


def text_of(cell: Cell) -> str:
    """The text of a cell: dates in ISO, numbers with at most the 15 digits a spreadsheet keeps."""
    match cell:
        case str():
            return cell
        case bool():
            return "TRUE" if cell else "FALSE"
        case int() | float():
            return format(Decimal(format(cell, ".15g")), "f")
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
