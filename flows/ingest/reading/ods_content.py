"""The content of an OpenDocument workbook (ODS), examined before it is parsed: ranges, merged cells, cells in error.

Rows and cells say how often they are repeated, so that a few bytes may become a sheet full of text; and the reader
gives neither merged cells nor errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flows.ingest.reading import limits
from flows.ingest.reading.file_kinds import encrypted_file
from flows.ingest.reading.workbook_package import (
    ERROR_VALUE,
    LAST_COLUMN,
    LAST_ROW,
    NOT_COMPUTED,
    CellMarks,
    MergedRange,
    Package,
    UsedRange,
    archive_bomb,
    parse_pieces,
    xml_parser,
)

_MANIFEST = "META-INF/manifest.xml"
_CELLS = ("table:table-cell", "table:covered-table-cell")
_VALUES = ("office:value", "office:date-value", "office:time-value", "office:boolean-value")
_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|(?:Err|错误)[:：][0-9]{3}")


@dataclass
class SheetDetails:
    """What a sheet's cells say beside their values: marks of cells without one, and merged cells (from 0)."""

    used: UsedRange = field(default_factory=UsedRange)
    marks: CellMarks = field(default_factory=CellMarks)
    merged: list[MergedRange] = field(default_factory=list)


def examine_ods(package: Package) -> dict[str, SheetDetails]:
    """The details of each sheet by its name.

    Raises ExpatError where the XML is damaged, KeyError where the package has no content, FileRejected where it is
    encrypted or would fill the memory.
    """
    if _MANIFEST in package.names and any(b"encryption-data" in piece for piece in package.pieces(_MANIFEST)):
        raise encrypted_file()
    reader = _ContentReader()
    parse_pieces(reader.parser, package.pieces("content.xml"))
    return reader.sheets


class _ContentReader:
    """Follows the rows and cells of all sheets as the XML is parsed."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetDetails] = {}
        self.parser = xml_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self._sheet = SheetDetails()
        self._row = self._row_repeats = self._column = 0
        self._filled = self._width = 0  # of the row
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._blanks = 0
        self._text_bytes = self._cells = self._marked = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _CELLS:
            self._cell, self._text, self._blanks = attributes, [], 0
        elif name == "text:s" and self._cell is not None:
            self._blanks += _count(attributes, "text:c")
        elif name == "table:table-row":
            self._row_repeats = _count(attributes, "table:number-rows-repeated")
            self._column = self._filled = self._width = 0
        elif name == "table:table":
            self._sheet = self.sheets.setdefault(attributes.get("table:name", ""), SheetDetails())
            self._row = 0

    def _characters(self, text: str) -> None:
        if self._cell is not None:
            self._text.append(text)

    def _end(self, name: str) -> None:
        if name in _CELLS and self._cell is not None:
            self._close_cell(self._cell)
            self._cell = None
        elif name == "table:table-row":
            self._close_row()

    def _close_cell(self, cell: dict[str, str]) -> None:
        repeats = _count(cell, "table:number-columns-repeated")
        text = "".join(self._text).strip()
        is_text = cell.get("office:value-type") == "string"
        if is_text or "table:formula" in cell or any(name in cell for name in _VALUES):
            self._width = self._column + repeats
            self._filled += repeats
            length = max(len(text), len(cell.get("office:string-value", ""))) + self._blanks
            self._text_bytes += length * repeats * self._row_repeats
            if self._text_bytes > limits.MAX_UNPACKED_BYTES:
                raise archive_bomb(f"单元格内的文字展开后超过 {limits.MAX_UNPACKED_BYTES >> 20} MB")
        self._close_formula(cell, text, repeats)
        rows = _count(cell, "table:number-rows-spanned")
        columns = _count(cell, "table:number-columns-spanned")
        if rows > 1 or columns > 1:
            last = (self._row + min(rows, LAST_ROW) - 1, self._column + min(columns, LAST_COLUMN) - 1)
            self._sheet.merged.append(((self._row, self._column), last))
        self._column += repeats

    def _close_formula(self, cell: dict[str, str], text: str, repeats: int) -> None:
        is_error = cell.get("calcext:value-type") == "error"
        if "table:formula" not in cell and not is_error:
            return
        marks, times = self._sheet.marks, repeats * self._row_repeats
        marks.formulas += times
        has_value = "office:value-type" in cell or any(name in cell for name in _VALUES)
        if is_error or _ERROR.fullmatch(text):
            mark = text or ERROR_VALUE
            marks.errors += times
        elif not has_value and not text:
            mark = NOT_COMPUTED
            marks.not_computed += times
        else:
            return
        self._marked += times
        if self._marked > limits.MAX_MARKED_CELLS:
            raise archive_bomb(f"有超过 {limits.MAX_MARKED_CELLS} 个出错的单元格")
        for row in range(self._row, self._row + self._row_repeats):
            for column in range(self._column, self._column + repeats):
                marks.put(row + 1, column + 1, mark)

    def _close_row(self) -> None:
        used = self._sheet.used
        if self._width:
            self._cells += self._width  # the reader unpacks each row before it repeats it
            used.rows = self._row + self._row_repeats
            used.columns = max(used.columns, self._width)
            used.filled += self._filled * self._row_repeats
            used.refuse_vast()
            # All sheets are unpacked at once.
            if max(self._cells, sum(sheet.used.area for sheet in self.sheets.values())) > limits.MAX_SHEET_CELLS:
                raise archive_bomb(f"展开后超过 {limits.MAX_SHEET_CELLS} 个单元格")
        self._row += self._row_repeats


def _count(attributes: dict[str, str], name: str) -> int:
    """How often or how far an attribute says; 1 where it is missing or no number."""
    given = attributes.get(name, "1")
    if not (given.isascii() and given.isdecimal()):
        return 1
    return int(given) if len(given) < 12 else 10**12
