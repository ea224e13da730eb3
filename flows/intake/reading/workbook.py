"""Workbooks (XLSX): the cells of one sheet as the text a person would see in them."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from flows.intake.reading.headings import headings_of
from flows.intake.reading.shapes import ROW_NO, Layout, Sheet, TurnedAway

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

type_of_cell = int | float | str | bool | date | datetime | time | timedelta


def read_workbook(data: bytes, layout: Layout, expected: Collection[str] = ()) -> Sheet:
    """The rows of one sheet of an XLSX file. Raises TurnedAway where it cannot be read."""
    from python_calamine import CalamineError, load_workbook

    try:
        book = load_workbook(io.BytesIO(data))
        name = _sheet_name(book, layout)
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise TurnedAway("bad_workbook", f"工作簿已损坏，无法打开（{error}）。请用表格软件打开并另存为 xlsx。") from None
    if len(rows) < layout.header_row:
        raise TurnedAway("no_header", f"工作表“{name}”没有第 {layout.header_row} 行，该行应为列名。请补上列名行。")
    headings = headings_of([text_of(c) for c in rows[layout.header_row - 1]], layout.header_row, expected)
    return Sheet("xlsx", headings, _frame(rows[layout.header_row :], len(headings), layout.header_row + 1))


def _sheet_name(book: CalamineWorkbook, layout: Layout) -> str:
    names = book.sheet_names
    if layout.sheet is None:
        return names[0]
    if layout.sheet not in names:
        raise TurnedAway("missing_sheet", f"工作簿中没有工作表“{layout.sheet}”，只有：{'、'.join(names)}。")
    return layout.sheet


def _frame(rows: Sequence[Sequence[type_of_cell]], width: int, first_row: int) -> pl.DataFrame:
    columns = {str(place): [text_of(row[place]) for row in rows] for place in range(width)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return frame.with_columns(pl.int_range(first_row, first_row + pl.len(), dtype=pl.Int64).alias(ROW_NO))


def text_of(cell: type_of_cell) -> str:
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
