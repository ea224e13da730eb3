"""Workbooks: the cells of their sheets as the text a person sees in them."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

import polars as pl

from flows.ingest.reading.delimited import ragged_row
from flows.ingest.reading.file_kinds import refuse_other_packages
from flows.ingest.reading.headings import Header, find_header, heading_key, not_a_header, title_note, unnamed_heading
from flows.ingest.reading.raw_file import (
    NO_EXPECTED_HEADINGS,
    ROW_NO,
    BrokenRow,
    ExpectedHeadings,
    FileLayout,
    FileRejected,
    RawBook,
    RawSheet,
)
from flows.ingest.reading.workbook_package import (
    CellMarks,
    Package,
    cell_marks,
    damaged_workbook,
    examine_package,
    refuse_repeated_text,
    sheet_parts,
)
from reports.correction_workbook import CORRECTION_SHEET

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

CellValue = int | float | str | bool | date | datetime | time | timedelta

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
    def merged(self) -> list[MergedRange]:
        """Merged cells that reach below the header."""
        return [one for one in self.sheet.merged_cell_ranges or () if one[1][0] >= self.header.row_no]


def read_workbook(data: bytes, layout: FileLayout, expected: ExpectedHeadings = NO_EXPECTED_HEADINGS) -> RawBook:
    """The sheets of an XLSX file that are to be read. Raises TurnedAway where it cannot be read."""
    from python_calamine import CalamineError, load_workbook

    archive = examine_package(data)
    refuse_other_packages(archive.names)
    refuse_repeated_text(data, archive)
    try:
        book = load_workbook(io.BytesIO(data))
        found, notes = _chosen(book, layout, expected)
        marks = _Marked(data, archive)
        sheets = tuple(_read(one, marks.of(one.name), expected) for one in found)
    except (CalamineError, ExpatError, KeyError):
        raise damaged_workbook() from None
    return RawBook(sheets, notes)


def _chosen(
    book: CalamineWorkbook, layout: FileLayout, expected: ExpectedHeadings
) -> tuple[list[_Found], tuple[str, ...]]:
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
            raise FileRejected(
                "missing_sheet", f"工作簿中没有工作表“{layout.sheet}”，只有：{there}。请将数据所在的工作表改为此名。"
            )
        return [_found(book, named[0], layout.header_row, expected)], ()
    visible = [sheet.name for sheet in every if sheet.visible == SheetVisibleEnum.Visible] or names
    if not visible:
        raise FileRejected("missing_sheet", "工作簿中没有工作表。请重新导出后报送。")
    hidden = [name for name in names if name not in visible]
    if not expected.accepted:
        notes = (f"工作簿有 {len(names)} 张工作表，只读取了“{visible[0]}”。",) if len(names) > 1 else ()
        return [_found(book, visible[0], layout.header_row, expected)], notes
    return _alike(book, visible, hidden, layout, expected)


def _alike(
    book: CalamineWorkbook,
    visible: Sequence[str],
    hidden: Sequence[str],
    layout: FileLayout,
    expected: ExpectedHeadings,
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


def _is_alike(one: _Found, first: _Found, expected: ExpectedHeadings) -> bool:
    here, there = one.header.read, first.header.read
    has_required = all(here & names for names in expected.required)
    return has_required and len(here & there) >= _LEAST_ALIKE * len(here | there)


def _rows_below(one: _Found) -> int:
    return max(_height(one.sheet) - one.header.row_no, 0)


def _height(sheet: CalamineSheet) -> int:
    return sheet.end[0] + 1 if sheet.end else 0


def _try(book: CalamineWorkbook, name: str, header_row: int, expected: ExpectedHeadings) -> _Found | None:
    sheet = book.get_sheet_by_name(name)
    header = find_header(_first_rows(sheet, header_row), header_row, expected)
    return _Found(name, sheet, header) if header else None


def _found(book: CalamineWorkbook, name: str, header_row: int, expected: ExpectedHeadings) -> _Found:
    """The sheet `name`. Raises TurnedAway where it has no header."""
    found = _try(book, name, header_row, expected)
    if found is not None:
        return found
    rows = _first_rows(book.get_sheet_by_name(name), header_row)
    if len(rows) < header_row:
        raise FileRejected("no_header", f"工作表“{name}”没有第 {header_row} 行，该行应为列名。请补上列名行。")
    raise not_a_header([cell.strip() for cell in rows[header_row - 1]], header_row, expected)


def _first_rows(sheet: CalamineSheet, header_row: int) -> list[list[str]]:
    rows = [[cell_text(cell) for cell in row] for row in islice(sheet.iter_rows(), header_row + _ROWS_BELOW)]
    return spread_merged_headings(rows, sheet.merged_cell_ranges or ())


class _Marked:
    """Finds the cells of a sheet that were not computed; only where the archive has such."""

    def __init__(self, data: bytes, archive: Package) -> None:
        self._data, self._archive = data, archive
        self._parts: Mapping[str, str] | None = None

    def of(self, name: str) -> CellMarks:
        """The cells of the sheet `name` that have no value of their own."""
        if not any(used.formulas or used.errors for used in self._archive.sheets.values()):
            return CellMarks()
        if self._parts is None:
            members = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
            self._parts = sheet_parts(*(self._archive.pieces(self._data, member) for member in members))
        part = self._parts[name]
        used = self._archive.sheets.get(part)
        if used is not None and not (used.formulas or used.errors):
            return CellMarks()
        return cell_marks(self._archive.pieces(self._data, part))


def _read(found: _Found, marks: CellMarks, expected: ExpectedHeadings) -> RawSheet:
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
    return RawSheet(
        "xlsx",
        header.headings,
        pl.concat(frames),
        tuple(broken),
        notes,
        name=found.name,
        header=header.cells,
        other_units=header.other_units,
    )


def _remarks(marks: CellMarks) -> Iterator[str]:
    if marks.formulas:
        yield f"有 {marks.formulas} 个公式单元格，读取的是保存时的计算结果。"
    if marks.not_computed:
        yield f"有 {marks.not_computed} 个公式单元格没有计算结果，不当作空白，按无法识别处理。请打开并重新保存后报送。"
    if marks.errors:
        yield f"有 {marks.errors} 个公式出错的单元格（如 #N/A），不当作空白，按无法识别处理。"


def _told_apart(
    rows: Sequence[Sequence[CellValue]], first_row: int, found: _Found, marks: CellMarks, expected: ExpectedHeadings
) -> tuple[pl.DataFrame, list[BrokenRow]]:
    """The rows as text. Broken are those with content beyond the last column, with a number that lost digits, or with
    a merged cell that may belong to several.
    """
    header, headings, width = found.header, found.header.headings, len(found.header.headings)
    faults = {place: fault for place, row in enumerate(rows) if (fault := _fault(first_row + place, row, headings))}
    texts = [[cell if type(cell) is str else cell_text(cell) for cell in row] for row in rows]
    for row_no, marked in marks.texts.items():
        if 0 <= row_no - first_row < len(texts):
            row = texts[row_no - first_row]
            for column, text in marked.items():
                row += [""] * (column - len(row))
                row[column - 1] = text
    if found.merged:
        unclear = spread_merged_rows(texts, found.merged, header, first_row - 1, frozenset(expected.units))
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


def _fault(row_no: int, row: Sequence[CellValue], headings: Sequence[str]) -> BrokenRow | None:
    width = len(headings)
    if len(row) > width and any(cell != "" for cell in row[width:]):
        cells = [cell_text(cell) for cell in row]
        while not cells[-1]:
            cells.pop()
        return ragged_row(row_no, "、".join(cells), cells, width, is_last=False)
    for place, cell in enumerate(row, 1):
        if isinstance(cell, float) and abs(cell) >= _FIRST_INEXACT:
            return _lost_digits(row_no, row, headings[place - 1] or unnamed_heading(place), cell)
    return None


def _lost_digits(row_no: int, row: Sequence[CellValue], column: str, cell: float) -> BrokenRow:
    """A code of more than 15 digits kept as a number: its last digits are gone and cannot be known."""
    detail = f"“{column}”列的 {cell_text(cell)} 是数字格式，超过 15 位，末尾的数字已经丢失"
    expected = "证件号码、信用代码等应为文本格式：先把该列设为“文本”，再重新填写"
    cells = tuple(cell_text(value) for value in row)
    return BrokenRow(row_no, "lost_digits", cell_text(cell), detail, expected, column, cells)


def cell_text(cell: CellValue) -> str:
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


MergedRange = tuple[tuple[int, int], tuple[int, int]]  # first row and column, last row and column, from 0


def spread_merged_headings(rows: Sequence[Sequence[str]], ranges: Collection[MergedRange]) -> list[list[str]]:
    """The first rows of a sheet, what is merged downwards standing in each of its rows."""
    spread = [list(row) for row in rows]
    for (top, left), (bottom, _) in ranges:
        if top < len(spread) and left < len(spread[top]):
            for row in range(top + 1, min(bottom + 1, len(spread))):
                if left < len(spread[row]):
                    spread[row][left] = spread[row][left] or spread[top][left]
    return spread


def merged_note(
    ranges: Collection[MergedRange], header: Header, first_row: int, amounts: Collection[str]
) -> tuple[str, ...]:
    """The note about cells that `spread_merged_rows` writes into several rows of a column; empty where there is none.

    A name or code that was merged over the rows of several firms fits one of them, and the others go back.
    """
    columns = sorted({left for (top, left), (bottom, _) in ranges if bottom > top >= first_row})
    read = [header.headings[left] for left in columns if left < len(header.headings)]
    told = "”“".join(heading for heading in read if heading in header.read and heading not in amounts)
    return (f"“{told}”列有合并单元格，已按合并的内容逐行读取；各行内容不同的，请取消合并后重新报送。",) if told else ()


def spread_merged_rows(
    rows: Sequence[list[str]], ranges: Collection[MergedRange], header: Header, first_row: int, amounts: Collection[str]
) -> dict[int, tuple[str, str]]:
    """Write the text of merged cells into all their rows; gives the rows (place in `rows`) of which that is unclear,
    each with the heading at fault and a sentence.

    rows: the rows below the header, the first being row `first_row` (from 0) of the sheet. A row with nothing of its
    own, as where every cell of two rows is merged, is no row. An amount over several rows may be that of each or of
    all, and a cell over several columns that are read may belong to any: such rows go back.
    """
    below = [one for one in ranges if one[1][0] >= first_row and one[0][0] >= first_row]
    covered: dict[int, set[int]] = {}
    for (top, left), (bottom, right) in below:
        for row in range(top, min(bottom, first_row + len(rows) - 1) + 1):
            covered.setdefault(row, set()).update(range(left, right + 1) if row > top else range(left + 1, right + 1))
    has_own = {
        row: any(text for place, text in enumerate(rows[row - first_row]) if place not in covered[row])
        for row in covered
    }
    unclear: dict[int, tuple[str, str]] = {}
    for (top, left), (bottom, right) in below:
        if top - first_row >= len(rows) or left >= len(rows[top - first_row]):
            continue
        text = rows[top - first_row][left]
        own = [row for row in range(top, min(bottom, first_row + len(rows) - 1) + 1) if has_own.get(row, True)]
        if not text or not own:
            continue
        heading = header.headings[left] if left < len(header.headings) else ""
        read = [name for name in header.headings[left : right + 1] if name in header.read]
        if len(read) > 1:
            detail = f"“{'”“'.join(read)}”各列是合并单元格，无法判断内容属于哪一列"
            unclear |= {row - first_row: (heading, detail) for row in own}
        elif len(own) > 1 and heading in amounts:
            detail = f"“{heading}”列第 {top + 1} 至 {bottom + 1} 行是合并单元格，无法判断是每行的金额还是各行的合计"
            unclear |= {row - first_row: (heading, detail) for row in own}
        else:
            for row in own:
                if row > top:
                    rows[row - first_row][left] = text
    return unclear
