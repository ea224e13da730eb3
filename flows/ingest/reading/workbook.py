"""Workbooks (XLSX, XLS, ODS): the cells of their sheets as the text a person sees in them."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Protocol
from xml.parsers.expat import ExpatError

import polars as pl

from flows.ingest.reading.headings import Header, find_header, heading_key, not_a_header, title_note, unnamed_heading
from flows.ingest.reading.raw_file import (
    OLE_MAGIC,
    ROW_NO,
    BrokenRow,
    ExpectedHeadings,
    FileLayout,
    FileRejected,
    RawBook,
    RawSheet,
    encrypted_file,
    ragged_row,
    refuse_other_packages,
)
from flows.ingest.reading.workbook_inspection import (
    CellMarks,
    MergedRange,
    Package,
    cell_marks,
    damaged_workbook,
    examine_ods,
    examine_package,
    examine_xls,
    refuse_repeated_text,
    sheet_parts,
)
from reports.correction_workbook import CORRECTION_SHEET

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

CellValue = int | float | str | bool | date | datetime | time | timedelta

_FIRST_INEXACT = 1e15  # a spreadsheet keeps 15 digits of a number
_ROWS_AT_ONCE = 50_000
_ROWS_BELOW = 12  # rows below the expected header row, among which the headings are searched
_LEAST_ALIKE = 2 / 3  # of the headings of two sheets that are read as one table


class _Details(Protocol):
    """What the bytes of a workbook say and its reader does not."""

    encoding: str

    def marks(self, name: str, place: int) -> CellMarks:
        """The cells without a value of the sheet `name`, which is the one at `place` (from 0)."""

    def merged(self, name: str, sheet: CalamineSheet) -> Collection[MergedRange]:
        """The merged cells of a sheet."""


class _XlsxDetails:
    encoding = "xlsx"

    def __init__(self, package: Package) -> None:
        refuse_repeated_text(package)
        self._package = package
        self._parts: Mapping[str, str] | None = None

    def marks(self, name: str, place: int) -> CellMarks:
        used = self._package.sheets
        if not any(one.formulas or one.errors for one in used.values()):
            return CellMarks()
        if self._parts is None:
            self._parts = sheet_parts(self._package)
        part = self._parts[name]
        if part in used and not (used[part].formulas or used[part].errors):
            return CellMarks()
        return cell_marks(self._package.pieces(part))

    def merged(self, name: str, sheet: CalamineSheet) -> Collection[MergedRange]:
        return sheet.merged_cell_ranges or ()


class _XlsDetails:
    encoding = "xls"

    def __init__(self, data: bytes) -> None:
        self._marks = examine_xls(data)

    def marks(self, name: str, place: int) -> CellMarks:
        return self._marks[place]

    def merged(self, name: str, sheet: CalamineSheet) -> Collection[MergedRange]:
        return sheet.merged_cell_ranges or ()


class _OdsDetails:
    encoding = "ods"

    def __init__(self, package: Package) -> None:
        self._sheets = examine_ods(package)

    def marks(self, name: str, place: int) -> CellMarks:
        return self._sheets[name].marks

    def merged(self, name: str, sheet: CalamineSheet) -> Collection[MergedRange]:
        return self._sheets[name].merged


@dataclass(frozen=True)
class _FoundSheet:
    """A sheet with the headings of the source. merged: its merged cells that reach below the header."""

    name: str
    sheet: CalamineSheet
    header: Header
    merged: tuple[MergedRange, ...]

    @property
    def rows_below(self) -> int:
        """Rows below the header."""
        return max(_height(self.sheet) - self.header.row_no, 0)


def read_workbook(data: bytes, layout: FileLayout, expected: ExpectedHeadings) -> RawBook:
    """The sheets of a workbook that are to be read. Raises FileRejected where it cannot be read."""
    from python_calamine import CalamineError, PasswordError, load_workbook

    try:
        details: _Details
        if data.startswith(OLE_MAGIC):
            details = _XlsDetails(data)
        else:
            package = examine_package(data)
            if "xl/workbook.xml" in package.names:
                details = _XlsxDetails(package)
            elif package.is_ods:
                details = _OdsDetails(package)
            else:
                refuse_other_packages(package.names)
        workbook = _Workbook(load_workbook(io.BytesIO(data)), details, layout, expected)
        found, notes = workbook.choose_sheets()
        places = {name: place for place, name in enumerate(workbook.book.sheet_names)}
        sheets = tuple(
            _read_sheet(one, details.encoding, details.marks(one.name, places[one.name]), expected) for one in found
        )
    except PasswordError:
        raise encrypted_file() from None
    except (CalamineError, ExpatError, KeyError, IndexError):
        raise damaged_workbook() from None
    return RawBook(sheets, notes)


@dataclass(frozen=True)
class _Workbook:
    """An opened workbook, and what its source says of it."""

    book: CalamineWorkbook
    details: _Details
    layout: FileLayout
    expected: ExpectedHeadings

    def choose_sheets(self) -> tuple[list[_FoundSheet], tuple[str, ...]]:
        """The sheets to be read, and remarks on the others. Raises FileRejected where there is none."""
        from python_calamine import SheetTypeEnum, SheetVisibleEnum

        worksheets = [sheet for sheet in self.book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        names = [sheet.name for sheet in worksheets]
        if CORRECTION_SHEET in names:  # a correction workbook sent back, whatever the source's own files look like
            return [self.sheet(CORRECTION_SHEET, 1)], ()
        if self.layout.sheet is not None:
            named = [name for name in names if heading_key(name) == heading_key(self.layout.sheet)]
            if not named:
                message = f"工作簿中没有工作表“{self.layout.sheet}”，只有：{'、'.join(names)}。"
                raise FileRejected("missing_sheet", f"{message}请将数据所在的工作表改为此名。")
            return [self.sheet(named[0], self.layout.header_row)], ()
        visible = [sheet.name for sheet in worksheets if sheet.visible == SheetVisibleEnum.Visible] or names
        if not visible:
            raise FileRejected("missing_sheet", "工作簿中没有工作表。请重新导出后报送。")
        if not self.expected.accepted:
            notes = (f"工作簿有 {len(names)} 张工作表，只读取了“{visible[0]}”。",) if len(names) > 1 else ()
            return [self.sheet(visible[0], self.layout.header_row)], notes
        return self._sheets_alike(visible, [name for name in names if name not in visible])

    def _sheets_alike(self, visible: Sequence[str], hidden: Sequence[str]) -> tuple[list[_FoundSheet], tuple[str, ...]]:
        """The sheet with most headings of the source, and every other with the same headings that has rows."""
        tried = {name: self._try_sheet(name, self.layout.header_row) for name in visible}
        with_header = [one for one in tried.values() if one is not None]
        if not with_header:
            return [self.sheet(visible[0], self.layout.header_row)], ()  # which raises
        first = max(with_header, key=lambda one: len(one.header.read))
        read = [one for one in with_header if one is first or (self._is_alike(one, first) and one.rows_below)]
        notes = []
        if len(read) > 1:
            notes.append(f"工作簿中 {len(read)} 张列名相同的工作表已一并读取：{'、'.join(one.name for one in read)}。")
        for name, one in tried.items():
            if one is not None and one not in read and one.rows_below:
                missing = "、".join(sorted(first.header.read - one.header.read)[:5])
                lacks = f"，缺少 {missing} 等列" if missing else ""
                notes.append(f"工作表“{name}”的列名与“{first.name}”不同{lacks}，其 {one.rows_below} 行未读取。")
            elif one is None and _height(self.book.get_sheet_by_name(name)):
                notes.append(f"工作表“{name}”没有来源规定的列名，视为说明，未读取。")
        for name in hidden:
            one = self._try_sheet(name, self.layout.header_row)
            if one is not None and one.rows_below:
                notes.append(
                    f"隐藏的工作表“{name}”有 {one.rows_below} 行，未读取；如属报送内容，请取消隐藏后重新报送。"
                )
        return read, tuple(notes)

    def _is_alike(self, one: _FoundSheet, first: _FoundSheet) -> bool:
        own, others = one.header.read, first.header.read
        has_required = all(own & names for names in self.expected.required)
        return has_required and len(own & others) >= _LEAST_ALIKE * len(own | others)

    def sheet(self, name: str, header_row: int) -> _FoundSheet:
        """The sheet `name`. Raises FileRejected where it has no header."""
        found = self._try_sheet(name, header_row)
        if found is not None:
            return found
        rows = self._first_rows(name, self.book.get_sheet_by_name(name), header_row)
        if len(rows) < header_row:
            raise FileRejected("no_header", f"工作表“{name}”没有第 {header_row} 行，该行应为列名。请补上列名行。")
        raise not_a_header([cell.strip() for cell in rows[header_row - 1]], header_row, self.expected)

    def _try_sheet(self, name: str, header_row: int) -> _FoundSheet | None:
        sheet = self.book.get_sheet_by_name(name)
        header = find_header(self._first_rows(name, sheet, header_row), header_row, self.expected)
        if header is None:
            return None
        merged = tuple(one for one in self.details.merged(name, sheet) if one[1][0] >= header.row_no)
        return _FoundSheet(name, sheet, header, merged)

    def _first_rows(self, name: str, sheet: CalamineSheet, header_row: int) -> list[list[str]]:
        """The first rows, with what is merged downwards repeated in each row."""
        rows = [[cell_text(cell) for cell in row] for row in islice(sheet.iter_rows(), header_row + _ROWS_BELOW)]
        for (top, left), (bottom, _) in self.details.merged(name, sheet):
            if top < len(rows) and left < len(rows[top]):
                for row in rows[top + 1 : bottom + 1]:
                    if left < len(row):
                        row[left] = row[left] or rows[top][left]
        return rows


def _height(sheet: CalamineSheet) -> int:
    return sheet.end[0] + 1 if sheet.end else 0


def _read_sheet(found: _FoundSheet, encoding: str, marks: CellMarks, expected: ExpectedHeadings) -> RawSheet:
    header, merged = found.header, found.merged
    rows = islice(found.sheet.iter_rows(), header.row_no, None)
    frames = [
        pl.DataFrame(schema={**{str(place): pl.String for place in range(len(header.headings))}, ROW_NO: pl.Int64})
    ]
    broken: list[BrokenRow] = []
    first_row = header.row_no + 1
    # Merged cells may reach over any number of rows; without them only some rows are in memory as objects.
    while piece := list(rows if merged else islice(rows, _ROWS_AT_ONCE)):
        frame, faults = _split_rows(piece, first_row, found, marks, expected)
        frames.append(frame)
        broken += faults
        first_row += len(piece)
    notes = [*title_note(header), *_merged_note(merged, header, expected.units)]
    if marks.formulas:
        notes.append(f"有 {marks.formulas} 个公式单元格，读取的是保存时的计算结果。")
    if marks.not_computed:
        notes.append(
            f"有 {marks.not_computed} 个公式单元格没有计算结果，不当作空白，按无法识别处理。请打开并重新保存后报送。"
        )
    if marks.errors:
        notes.append(f"有 {marks.errors} 个公式出错的单元格（如 #N/A），不当作空白，按无法识别处理。")
    return RawSheet(
        encoding,
        header.headings,
        pl.concat(frames),
        tuple(broken),
        tuple(notes),
        name=found.name,
        header=header.cells,
        other_units=header.other_units,
    )


def _split_rows(
    rows: Sequence[Sequence[CellValue]],
    first_row: int,
    found: _FoundSheet,
    marks: CellMarks,
    expected: ExpectedHeadings,
) -> tuple[pl.DataFrame, list[BrokenRow]]:
    """The rows as text, and the broken ones: those with content beyond the last column, with a number that lost digits,
    or with a merged cell that may belong to several."""
    header, headings, width = found.header, found.header.headings, len(found.header.headings)
    faults = {place: fault for place, row in enumerate(rows) if (fault := _row_fault(first_row + place, row, headings))}
    texts = [[cell if type(cell) is str else cell_text(cell) for cell in row] for row in rows]
    for row_no, marked in marks.texts.items():
        if 0 <= row_no - first_row < len(texts):
            row = texts[row_no - first_row]
            for column, text in marked.items():
                row += [""] * (column - len(row))
                row[column - 1] = text
    if found.merged:
        unclear = _spread_merged_cells(texts, found.merged, header, first_row - 1, frozenset(expected.units))
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


def _row_fault(row_no: int, row: Sequence[CellValue], headings: Sequence[str]) -> BrokenRow | None:
    width = len(headings)
    if len(row) > width and any(cell != "" for cell in row[width:]):
        cells = [cell_text(cell) for cell in row]
        while not cells[-1]:
            cells.pop()
        return ragged_row(row_no, "、".join(cells), cells, width, is_last=False)
    for place, cell in enumerate(row, 1):
        if isinstance(cell, float) and abs(cell) >= _FIRST_INEXACT:
            # A code of more than 15 digits stored as a number: its last digits are lost.
            column = headings[place - 1] or unnamed_heading(place)
            detail = f"“{column}”列的 {cell_text(cell)} 是数字格式，超过 15 位，末尾的数字已经丢失"
            expected = "证件号码、信用代码等应为文本格式：先把该列设为“文本”，再重新填写"
            cells = [cell_text(value) for value in row]
            return BrokenRow(row_no, "lost_digits", cell_text(cell), detail, expected, column, tuple(cells))
    return None


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


def _merged_note(ranges: Collection[MergedRange], header: Header, amounts: Collection[str]) -> tuple[str, ...]:
    """A remark on merged cells whose text is read in several rows of a column; empty where there are none.

    A name or code that was merged over the rows of several firms fits one of them, and the others are quarantined.
    """
    columns = sorted({left for (top, left), (bottom, _) in ranges if bottom > top >= header.row_no})
    read = [header.headings[left] for left in columns if left < len(header.headings)]
    shown = "”“".join(heading for heading in read if heading in header.read and heading not in amounts)
    return (
        (f"“{shown}”列有合并单元格，已按合并的内容逐行读取；各行内容不同的，请取消合并后重新报送。",) if shown else ()
    )


def _spread_merged_cells(
    rows: Sequence[list[str]], ranges: Collection[MergedRange], header: Header, first_row: int, amounts: Collection[str]
) -> dict[int, tuple[str, str]]:
    """Writes the text of merged cells into all their rows; gives the rows (place in `rows`) for which that is unclear,
    each with the heading at fault and a sentence.

    rows: below the header, the first being row `first_row` (from 0) of the sheet. A row without content of its own, as
    where every cell of two rows is merged, is no row. An amount over several rows may be that of each or of all, and a
    cell over several columns that are read may belong to any: such rows are broken.
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
