"""Workbooks (XLSX): the cells of their sheets as the text a person would see in them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

import polars as pl

from flows.intake.reading.archive import Archive, damaged, examined
from flows.intake.reading.careful import ragged
from flows.intake.reading.headings import Header, heading_key, located, not_a_header, title_note, unnamed
from flows.intake.reading.kinds import refuse_other_packages
from flows.intake.reading.merged import Range, merged_note, spread_headings, spread_rows
from flows.intake.reading.repeated import refuse_repeated_text
from flows.intake.reading.shapes import (
    NOTHING_EXPECTED,
    ROW_NO,
    Book,
    BrokenRow,
    Expected,
    Layout,
    Sheet,
    TurnedAway,
)
from flows.intake.reading.sheet_xml import Marks, marks_of, sheet_parts
from reports.render.quarantine_workbook import CORRECTION_SHEET

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Cell = int | float | str | bool | date | datetime | time | timedelta
_FIRST_INEXACT = 1e15  # a spreadsheet keeps 15 digits of a number
_ROWS_AT_ONCE = 50_000
_ROWS_BELOW = 12  # rows below the one where the headings should be, among which they are looked for
_LEAST_ALIKE = 2 / 3  # of the headings of two sheets that are read as one table


@dataclass(frozen=True)
class _Found:
    """A sheet with the headings of the source."""

    name: str
    sheet: CalamineSheet
    header: Header

    @property
    def merged(self) -> list[Range]:
        """Merged cells that reach below the header."""
        return [one for one in self.sheet.merged_cell_ranges or () if one[1][0] >= self.header.row_no]


def read_workbook(data: bytes, layout: Layout, expected: Expected = NOTHING_EXPECTED) -> Book:
    """The sheets of an XLSX file that are to be read. Raises TurnedAway where it cannot be read."""
    from python_calamine import CalamineError, load_workbook

    archive = examined(data)
    refuse_other_packages(archive.names)
    refuse_repeated_text(data, archive)
    try:
        book = load_workbook(io.BytesIO(data))
        found, notes = _chosen(book, layout, expected)
        marks = _Marked(data, archive)
        sheets = tuple(_read(one, marks.of(one.name), expected) for one in found)
    except (CalamineError, ExpatError, KeyError):
        raise damaged() from None
    return Book(sheets, notes)


def _chosen(book: CalamineWorkbook, layout: Layout, expected: Expected) -> tuple[list[_Found], tuple[str, ...]]:
    """The sheets to be read, and what is to be said of the others. Raises TurnedAway where there is none."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    every = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    names = [sheet.name for sheet in every]
    if CORRECTION_SHEET in names:  # a workbook of ours come back, whatever the source's own files look like
        return [_found(book, CORRECTION_SHEET, 1, expected)], ()
    if layout.sheet is not None:
        named = [name for name in names if heading_key(name) == heading_key(layout.sheet)]
        if not named:
            there = "、".join(names)
            raise TurnedAway(
                "missing_sheet", f"工作簿中没有工作表“{layout.sheet}”，只有：{there}。请将数据所在的工作表改为此名。"
            )
        return [_found(book, named[0], layout.header_row, expected)], ()
    visible = [sheet.name for sheet in every if sheet.visible == SheetVisibleEnum.Visible] or names
    if not visible:
        raise TurnedAway("missing_sheet", "工作簿中没有工作表。请重新导出后报送。")
    hidden = [name for name in names if name not in visible]
    if not expected.accepted:
        notes = (f"工作簿有 {len(names)} 张工作表，只读取了“{visible[0]}”。",) if len(names) > 1 else ()
        return [_found(book, visible[0], layout.header_row, expected)], notes
    return _alike(book, visible, hidden, layout, expected)


def _alike(
    book: CalamineWorkbook, visible: Sequence[str], hidden: Sequence[str], layout: Layout, expected: Expected
) -> tuple[list[_Found], tuple[str, ...]]:
    """The sheet with most headings of the source, and every other of the same headings that has rows."""
    tried = {name: _try(book, name, layout.header_row, expected) for name in visible}
    with_header = [one for one in tried.values() if one is not None]
    if not with_header:
        return [_found(book, visible[0], layout.header_row, expected)], ()  # which raises
    first = max(with_header, key=lambda one: len(one.header.read))
    read = [one for one in with_header if one is first or (_is_alike(one, first, expected) and _rows_below(one))]
    notes = []
    if len(read) > 1:
        notes.append(f"工作簿中 {len(read)} 张列名相同的工作表已一并读取：{'、'.join(one.name for one in read)}。")
    for name, one in tried.items():
        rows = _rows_below(one) if one else 0
        if one is not None and one not in read and rows:
            missing = "、".join(sorted(first.header.read - one.header.read)[:5])
            lacks = f"，缺少 {missing} 等列" if missing else ""
            notes.append(f"工作表“{name}”的列名与“{first.name}”不同{lacks}，其 {rows} 行未读取。")
        elif one is None and _height(book.get_sheet_by_name(name)):
            notes.append(f"工作表“{name}”没有来源规定的列名，视为说明，未读取。")
    for name in hidden:
        one = _try(book, name, layout.header_row, expected)
        if one is not None and (rows := _rows_below(one)):
            notes.append(f"隐藏的工作表“{name}”有 {rows} 行，未读取；如属报送内容，请取消隐藏后重新报送。")
    return read, tuple(notes)


def _is_alike(one: _Found, first: _Found, expected: Expected) -> bool:
    here, there = one.header.read, first.header.read
    has_required = all(here & names for names in expected.required)
    return has_required and len(here & there) >= _LEAST_ALIKE * len(here | there)


def _rows_below(one: _Found) -> int:
    return max(_height(one.sheet) - one.header.row_no, 0)


def _height(sheet: CalamineSheet) -> int:
    return sheet.end[0] + 1 if sheet.end else 0


def _try(book: CalamineWorkbook, name: str, header_row: int, expected: Expected) -> _Found | None:
    sheet = book.get_sheet_by_name(name)
    header = located(_first_rows(sheet, header_row), header_row, expected)
    return _Found(name, sheet, header) if header else None


def _found(book: CalamineWorkbook, name: str, header_row: int, expected: Expected) -> _Found:
    """The sheet `name`. Raises TurnedAway where it has no header."""
    found = _try(book, name, header_row, expected)
    if found is not None:
        return found
    rows = _first_rows(book.get_sheet_by_name(name), header_row)
    if len(rows) < header_row:
        raise TurnedAway("no_header", f"工作表“{name}”没有第 {header_row} 行，该行应为列名。请补上列名行。")
    raise not_a_header([cell.strip() for cell in rows[header_row - 1]], header_row, expected)


def _first_rows(sheet: CalamineSheet, header_row: int) -> list[list[str]]:
    rows = [[text_of(cell) for cell in row] for row in islice(sheet.iter_rows(), header_row + _ROWS_BELOW)]
    return spread_headings(rows, sheet.merged_cell_ranges or ())


class _Marked:
    """Finds the cells of a sheet that were not computed; only where the archive has such."""

    def __init__(self, data: bytes, archive: Archive) -> None:
        self._data, self._archive = data, archive
        self._parts: Mapping[str, str] | None = None

    def of(self, name: str) -> Marks:
        """The cells of the sheet `name` that have no value of their own."""
        if not any(used.formulas or used.errors for used in self._archive.sheets.values()):
            return Marks()
        if self._parts is None:
            members = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
            self._parts = sheet_parts(*(self._archive.pieces(self._data, member) for member in members))
        part = self._parts[name]
        used = self._archive.sheets.get(part)
        if used is not None and not (used.formulas or used.errors):
            return Marks()
        return marks_of(self._archive.pieces(self._data, part))


def _read(found: _Found, marks: Marks, expected: Expected) -> Sheet:
    """A sheet as text."""
    header = found.header
    rows = islice(found.sheet.iter_rows(), header.row_no, None)
    frames = [
        pl.DataFrame(schema={**{str(place): pl.String for place in range(len(header.headings))}, ROW_NO: pl.Int64})
    ]
    broken: list[BrokenRow] = []
    first_row = header.row_no + 1
    # Merged cells may reach over any number of rows; without them no more rows than these stand in memory as objects.
    while piece := list(rows if found.merged else islice(rows, _ROWS_AT_ONCE)):
        frame, faults = _told_apart(piece, first_row, found, marks, expected)
        frames.append(frame)
        broken += faults
        first_row += len(piece)
    notes = (*title_note(header), *merged_note(found.merged, header, header.row_no, expected.units), *_remarks(marks))
    return Sheet(
        "xlsx",
        header.headings,
        pl.concat(frames),
        tuple(broken),
        notes,
        name=found.name,
        header=header.cells,
        other_units=header.other_units,
    )


def _remarks(marks: Marks) -> Iterator[str]:
    if marks.formulas:
        yield f"有 {marks.formulas} 个公式单元格，读取的是保存时的计算结果。"
    if marks.not_computed:
        yield f"有 {marks.not_computed} 个公式单元格没有计算结果，不当作空白，按无法识别处理。请打开并重新保存后报送。"
    if marks.errors:
        yield f"有 {marks.errors} 个公式出错的单元格（如 #N/A），不当作空白，按无法识别处理。"


def _told_apart(
    rows: Sequence[Sequence[Cell]], first_row: int, found: _Found, marks: Marks, expected: Expected
) -> tuple[pl.DataFrame, list[BrokenRow]]:
    """The rows as text. Broken are those with content beyond the last column, with a number that lost digits, or with
    a merged cell that may belong to several.
    """
    header, headings, width = found.header, found.header.headings, len(found.header.headings)
    faults = {place: fault for place, row in enumerate(rows) if (fault := _fault(first_row + place, row, headings))}
    texts = [[cell if type(cell) is str else text_of(cell) for cell in row] for row in rows]
    for row_no, marked in marks.texts.items():
        if 0 <= row_no - first_row < len(texts):
            row = texts[row_no - first_row]
            for column, text in marked.items():
                row += [""] * (column - len(row))
                row[column - 1] = text
    if found.merged:
        unclear = spread_rows(texts, found.merged, header, first_row - 1, frozenset(expected.units))
        for place, (heading, detail) in unclear.items():
            asked = "每行每列各自填写：请取消合并单元格，把内容填入所属的每一行"
            text = "、".join(filter(None, texts[place]))
            fault = BrokenRow(first_row + place, "merged_cells", text, detail, asked, heading, tuple(texts[place]))
            faults.setdefault(place, fault)
    kept = [place for place in range(len(texts)) if place not in faults]
    columns = {str(at): [texts[place][at] if at < len(texts[place]) else "" for place in kept] for at in range(width)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    numbers = pl.Series(ROW_NO, [first_row + place for place in kept], pl.Int64)
    return frame.with_columns(numbers), [faults[place] for place in sorted(faults)]


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
