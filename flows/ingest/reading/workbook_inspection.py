"""Workbooks examined before they are parsed: sizes, used ranges, merged cells, cells in error or without a value.

The ZIP package of XLSX and ODS, the content of ODS, and the records of older workbooks (XLS).
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

from flows.ingest.reading import limits
from flows.ingest.reading.raw_file import FileRejected, encrypted_file, unsupported_kind

NOT_COMPUTED = "#公式无结果"
ERROR_VALUE = "#公式出错"  # of a cell that is in error and does not say which
MergedRange = tuple[tuple[int, int], tuple[int, int]]  # first row and column, last row and column, from 0

# A cell that only has a format has no content: there is nothing between its tags, or it is one tag.
_FILLED_CELL = re.compile(rb"\sr=[\"']([A-Za-z]{1,9})([0-9]{1,12})[\"'](?:[^<>]*[^<>/])?>\s*<[^/]")
_CELL_REFERENCE = re.compile(rb"\sr=[\"'][A-Za-z]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_ROW_NUMBER = re.compile(rb"\sr=[\"'][0-9]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>]")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")

_SHARED_TEXTS = "xl/sharedStrings.xml"
_SHARED_TEXT = re.compile(rb"<(?:\w+:)?si[\s>]")
_SHARED_TEXT_USE = re.compile(rb"\st=[\"']s[\"'][^<]*>\s*<(?:\w+:)?v>\s*([0-9]+)")
_TAG_BYTES = 64  # more than a searched tag has, which may be split between two pieces

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_REFERENCE = re.compile(r"([A-Za-z]{1,8})([0-9]{1,10})")
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


_MANIFEST = "META-INF/manifest.xml"
_CELLS = ("table:table-cell", "table:covered-table-cell")
_VALUES = ("office:value", "office:date-value", "office:time-value", "office:boolean-value")
_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|(?:Err|错误)[:：][0-9]{3}")


_STREAMS = ("workbook", "book")
_END_OF_CHAIN, _FIRST_SPECIAL = 0xFFFFFFFE, 0xFFFFFFFA
_HEADER_BYTES, _ENTRY_BYTES = 512, 128

_BOF, _EOF, _BOUNDSHEET, _FILEPASS, _SST, _CONTINUE = 0x809, 0x0A, 0x85, 0x2F, 0xFC, 0x3C
_LABELSST, _MULRK, _BOOLERR = 0xFD, 0xBD, 0x205
_FORMULAS = frozenset((0x06, 0x206, 0x406))
_SINGLE_VALUES = frozenset((0x203, 0x27E, _LABELSST, 0x204, 0xD6))  # NUMBER, RK, LABELSST, LABEL, RSTRING
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_CALCULATE_ON_LOAD = 0x0002
_NO_RESULTS = (bytes(8), b"\x03\x00\x00\x00\x00\x00\xff\xff")  # zero, and an empty text


@dataclass
class UsedRange:
    """The range of a sheet that has content, and what in it is not plain content."""

    rows: int = 0
    columns: int = 0
    filled: int = 0
    formulas: int = 0
    errors: int = 0
    cells: int = 0
    _row_elements: int = 0
    _has_implied: bool = False

    @property
    def area(self) -> int:
        """Cells of the rectangle that holds everything."""
        return max(self.rows, self._row_elements if self._has_implied else 0) * self.columns

    def add_xml(self, xml: bytes) -> None:
        """Adds a part of an XLSX sheet, cut before a row."""
        filled = _FILLED_CELL.findall(xml)
        if filled:
            self.rows = max(self.rows, *(int(row) for row in {row for _, row in filled}))
            columns = (column_number(letters.decode()) for letters in {letters for letters, _ in filled})
            self.columns = max(self.columns, *columns)
        cells, rows = _count(xml, b"c", _CELL), _count(xml, b"row", _ROW)
        # The usual spelling is counted first, which is much faster.
        implied = cells - xml.count(b'<c r="') and cells - len(_CELL_REFERENCE.findall(xml))
        if implied > 0:  # cells without a reference follow each other
            self.columns = max(self.columns, *(len(_CELL.findall(part)) for part in _ROW.split(xml)))
        has_rows_without = xml.count(b'<row r="') < rows and rows > len(_ROW_NUMBER.findall(xml))
        self._has_implied |= implied > 0 or has_rows_without
        self.cells += cells
        self.filled += len(filled) + max(implied, 0)
        self._row_elements += rows
        self.formulas += _count(xml, b"f", _FORMULA)
        self.errors += xml.count(b't="e"') + xml.count(b"t='e'")

    def refuse_vast(self) -> None:
        """Raises FileRejected where the rectangle is too large, or nearly empty."""
        if self.area > limits.MAX_SHEET_CELLS:
            why = f"最多 {limits.MAX_SHEET_CELLS} 个单元格"
        elif self.area > max(limits.MIN_SPARSE_CELLS, limits.MAX_SPARSENESS * self.filled):
            why = f"其中只有 {self.filled} 个单元格有内容，多半有个别单元格远在数据区以外"
        else:
            return
        raise FileRejected(
            "sheet_too_large",
            f"工作表的使用范围有 {self.rows} 行 × {self.columns} 列，{why}。请删去数据区以外的内容，或拆分后报送。",
        )


@dataclass
class CellMarks:
    """Texts for the cells of a sheet that have no value, by row and column from 1; and how many there are of which."""

    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    formulas: int = 0
    errors: int = 0
    not_computed: int = 0

    def put(self, row: int, column: int, text: str) -> None:
        """The cell's text is `text`."""
        self.texts.setdefault(row, {})[column] = text

    def put_error(self, row: int, column: int, text: str) -> None:
        """The cell is in error."""
        self.errors += 1
        self.put(row, column, text)


@dataclass(frozen=True)
class Package:
    """A ZIP package: its bytes, its members by name, and the used range of each XLSX sheet among them."""

    data: bytes
    members: dict[str, zipfile.ZipInfo]
    sheets: dict[str, UsedRange]

    @property
    def names(self) -> frozenset[str]:
        """Names of all members."""
        return frozenset(self.members)

    @property
    def is_ods(self) -> bool:
        """Whether it is an OpenDocument spreadsheet."""
        return "mimetype" in self.members and next(self.pieces("mimetype"), b"").strip() == _ODS_TYPE

    def pieces(self, name: str) -> Iterator[bytes]:
        """The member `name` unpacked, piece by piece."""
        return _unpacked(self.data, self.members[name])


def examine_package(data: bytes) -> Package:
    """Measures a package. Raises FileRejected where it is damaged, encrypted, or made to fill the memory."""
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
        if len(members) > limits.MAX_ARCHIVE_MEMBERS:
            raise archive_bomb(f"含有 {len(members)} 个成员")
        sheets, total = {}, 0
        for member in members:
            used, size = _measured(data, member, limits.MAX_UNPACKED_BYTES - total)
            total += size
            if used is not None:
                sheets[member.filename] = used
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, NotImplementedError):
        raise damaged_workbook() from None
    return Package(data, {member.filename: member for member in members}, sheets)


def _measured(data: bytes, member: zipfile.ZipInfo, allowed: int) -> tuple[UsedRange | None, int]:
    """The used range of a member that is an XLSX sheet, and the unpacked size."""
    used = UsedRange() if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml") else None
    size, rest = 0, b""
    for piece in _unpacked(data, member):
        size += len(piece)
        if size > allowed:
            raise archive_bomb(f"解压后超过 {limits.MAX_UNPACKED_BYTES >> 20} MB")
        if size > max(limits.MIN_RATIO_BYTES, limits.MAX_UNPACKED_RATIO * member.compress_size):
            raise archive_bomb(f"成员 {member.filename} 解压后超过原大小的 {limits.MAX_UNPACKED_RATIO} 倍")
        if used is not None:  # complete rows are added; the last one may not be complete yet
            xml = rest + piece
            cut = max(xml.rfind(b"<row"), xml.rfind(b":row"), 0)
            if len(xml) - cut > limits.MIN_RATIO_BYTES:
                raise archive_bomb("有一行过长")
            used.add_xml(xml[: max(cut - 1, 0)])
            rest = xml[max(cut - 1, 0) :]
    if used is not None:
        used.add_xml(rest)
        used.refuse_vast()
    return used, size


def _unpacked(data: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    if member.flag_bits & 1:
        raise encrypted_file()
    name_length, extra_length = struct.unpack_from("<HH", data, member.header_offset + 26)
    start = member.header_offset + 30 + name_length + extra_length
    packed = memoryview(data)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise NotImplementedError(f"compression {member.compress_type}")
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = packed
    while not unpacker.eof:
        piece = unpacker.decompress(rest, limits.CHUNK_BYTES)
        rest = unpacker.unconsumed_tail
        if not piece and not rest:  # the archive ends before its stream does
            return
        yield piece


def _count(xml: bytes, tag: bytes, pattern: re.Pattern[bytes]) -> int:
    """How many elements `tag` begin in `xml`; the slower pattern is used only where they have prefixes."""
    if b":" + tag in xml:
        return len(pattern.findall(xml))
    return sum(xml.count(b"<" + tag + end) for end in (b" ", b">", b"/"))


def damaged_workbook() -> FileRejected:
    """For a workbook that cannot be opened."""
    message = "工作簿已损坏或不完整（可能没有传完），无法打开。请用表格软件打开，另存为 xlsx 后重新报送。"
    return FileRejected("damaged_workbook", message)


def archive_bomb(why: str) -> FileRejected:
    """For a file made to fill the memory."""
    message = f"压缩包内容异常（{why}），为安全起见不予解压。请用表格软件另存为 xlsx 后重新报送。"
    return FileRejected("archive_bomb", message)


def refuse_repeated_text(package: Package) -> None:
    """Raises FileRejected where the cells of an XLSX workbook would hold more text than the memory should hold.

    A long text that is stored once and used by a million cells fills the memory too. Cells are examined one by one only
    where the longest text in every cell would be too much.
    """
    if _SHARED_TEXTS not in package.names:
        return
    lengths = _shared_text_lengths(package.pieces(_SHARED_TEXTS))
    cells = sum(used.cells for used in package.sheets.values())
    if max(lengths, default=0) * cells <= limits.MAX_UNPACKED_BYTES:
        return
    total = sum(_used_text_bytes(package.pieces(name), lengths) for name in package.sheets)
    if total > limits.MAX_UNPACKED_BYTES:
        raise archive_bomb(f"单元格内的文字展开后超过 {limits.MAX_UNPACKED_BYTES >> 20} MB")


def _shared_text_lengths(pieces: Iterator[bytes]) -> list[int]:
    """Bytes of each shared text, markup included."""
    starts, base, rest = [], 0, b""
    for piece in pieces:
        xml = rest + piece
        starts += [base + found.start() for found in _SHARED_TEXT.finditer(xml) if found.end() > len(rest)]
        rest = xml[-_TAG_BYTES:]
        base += len(xml) - len(rest)
    return [end - start for start, end in pairwise([*starts, base + len(rest)])]


def _used_text_bytes(pieces: Iterator[bytes], lengths: list[int]) -> int:
    total, rest = 0, b""
    for piece in pieces:
        xml = rest + piece
        found = list(_SHARED_TEXT_USE.finditer(xml))
        total += sum(lengths[place] for use in found[:-1] if (place := int(use[1])) < len(lengths))
        # The last one may not be complete yet: it is examined again with what follows.
        rest = xml[found[-1].start() :] if found else xml[-_TAG_BYTES:]
    return total + sum(
        lengths[place] for use in _SHARED_TEXT_USE.finditer(rest) if (place := int(use[1])) < len(lengths)
    )


def sheet_parts(package: Package) -> Mapping[str, str]:
    """The package's member of each XLSX sheet, by the sheet's name. Raises ExpatError where the XML is damaged."""
    relations = _elements(package.pieces("xl/_rels/workbook.xml.rels"))
    targets = {found["Id"]: found["Target"] for name, found in relations if name == "Relationship"}
    parts = {}
    for name, found in _elements(package.pieces("xl/workbook.xml")):
        if name == "sheet":
            relation = next((value for key, value in found.items() if key.rpartition(":")[2] == "id"), "")
            target = targets.get(relation, "")
            parts[found.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return parts


def _elements(pieces: Iterator[bytes]) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = xml_parser()
    parser.StartElementHandler = lambda name, attributes: found.append((name.rpartition(":")[2], attributes))
    parse_pieces(parser, pieces)
    return found


def xml_parser() -> expat.XMLParserType:
    """A parser that refuses document type declarations, whose entities could expand without bounds."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise FileRejected(
            "damaged_workbook", "工作簿内含有文档类型声明（DOCTYPE），不是表格软件保存的文件，不予读取。"
        )

    parser.StartDoctypeDeclHandler = refuse
    return parser


def parse_pieces(parser: expat.XMLParserType, pieces: Iterator[bytes]) -> None:
    """Parse a member to its end. Raises ExpatError where the XML is damaged."""
    for piece in pieces:
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def cell_marks(sheet: Iterator[bytes]) -> CellMarks:
    """The cells of an XLSX sheet without a value of their own.

    Raises ExpatError where the XML is damaged, FileRejected where a cell is outside of what a sheet can have.
    """
    reader = _CellReader()
    parse_pieces(reader.parser, sheet)
    return reader.marks


class _CellReader:
    """Follows the cells of a sheet as its XML is parsed."""

    def __init__(self) -> None:
        self.marks = CellMarks()
        self.parser = xml_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._row = self._column = 0
        self._type = ""
        self._is_formula = self._is_value = False
        self._value: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                given = attributes.get("r", "")
                self._row = int(given) if given.isdecimal() else self._row + 1
                self._column = 0
            case "c":
                self._move_to(attributes.get("r"))
                self._type = attributes.get("t", "n")
                self._is_formula, self._value = False, []
            case "f":
                self._is_formula = True
            case "v":
                self._is_value = True

    def _move_to(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
            return
        found = _REFERENCE.fullmatch(reference)
        row, column = (int(found[2]), column_number(found[1])) if found else (0, 0)
        if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
            raise FileRejected(
                "bad_reference", f"工作表中有位置不存在的单元格（{reference[:20]}），文件不是表格软件正常保存的。"
            )
        self._row, self._column = row, column

    def _text(self, text: str) -> None:
        if self._is_value:
            self._value.append(text)

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v":
                self._is_value = False
            case "c":
                value, marks = "".join(self._value), self.marks
                marks.formulas += self._is_formula
                if self._type == "e":
                    marks.put_error(self._row, self._column, value.strip() or ERROR_VALUE)
                elif self._is_formula and not value and self._type != "str":  # an empty text is a result
                    marks.not_computed += 1
                    marks.put(self._row, self._column, NOT_COMPUTED)


def column_number(letters: str) -> int:
    """The number (from 1) of a column: A is 1, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


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
            self._blanks += _repeated(attributes, "text:c")
        elif name == "table:table-row":
            self._row_repeats = _repeated(attributes, "table:number-rows-repeated")
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
        repeats = _repeated(cell, "table:number-columns-repeated")
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
        rows = _repeated(cell, "table:number-rows-spanned")
        columns = _repeated(cell, "table:number-columns-spanned")
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


def _repeated(attributes: dict[str, str], name: str) -> int:
    """How often or how far an attribute says; 1 where it is missing or no number."""
    given = attributes.get(name, "1")
    if not (given.isascii() and given.isdecimal()):
        return 1
    return int(given) if len(given) < 12 else 10**12


@dataclass
class _SheetRecords:
    """What the records of one sheet say."""

    used: UsedRange = field(default_factory=UsedRange)
    marks: CellMarks = field(default_factory=CellMarks)
    text_uses: Counter[int] = field(default_factory=Counter)  # cells by the shared text they name

    def add(self, row: int, first: int, last: int) -> None:
        self.used.rows = max(self.used.rows, row + 1)
        self.used.columns = max(self.used.columns, last + 1)
        self.used.filled += last - first + 1


def examine_xls(data: bytes) -> list[CellMarks]:
    """The marks of every sheet of an XLS workbook, in its order.

    Raises FileRejected for a compound file that is no workbook, is damaged or encrypted, or would fill the memory.
    """
    try:
        stream = _workbook_stream(data)
        starts, lengths = _globals(stream)
        sheets = [_sheet(stream, start) for start in starts]
    except (struct.error, IndexError):
        raise damaged_workbook() from None
    uses: Counter[int] = Counter()
    for sheet in sheets:
        sheet.used.refuse_vast()
        uses.update(sheet.text_uses)
    if sum(count * lengths[place] for place, count in uses.items() if place < len(lengths)) > limits.MAX_UNPACKED_BYTES:
        raise archive_bomb(f"单元格内的文字展开后超过 {limits.MAX_UNPACKED_BYTES >> 20} MB")
    return [sheet.marks for sheet in sheets]


def _workbook_stream(data: bytes) -> bytes:
    """The stream of records of the compound file `data`."""
    sector_shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if sector_shift not in (9, 12) or mini_shift != 6:
        raise damaged_workbook()
    directory_start, _, cutoff, mini_start = struct.unpack_from("<IIII", data, 48)
    fat = _allocation_table(data, sector_shift)
    directory = _chained(data, fat, directory_start, sector_shift, _HEADER_BYTES)
    entries: dict[str, tuple[int, int]] = {}  # first sector and size of each stream, by its name in lower case
    for at in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        if kind in (2, 5) and 2 <= length <= 64:
            name = directory[at : at + length - 2].decode("utf-16-le", "replace").lower()
            entries[name] = struct.unpack_from("<II", directory, at + 116)
    if "encryptedpackage" in entries:
        raise encrypted_file()
    if "root entry" not in entries:
        raise damaged_workbook()
    found = next((entries[name] for name in _STREAMS if name in entries), None)
    if found is None:
        raise unsupported_kind("旧版 Office 文件，其中没有工作簿（doc、ppt 等）")
    start, size = found
    if size >= cutoff:
        return _chained(data, fat, start, sector_shift, _HEADER_BYTES)[:size]
    root_start, root_size = entries["root entry"]
    mini_stream = _chained(data, fat, root_start, sector_shift, _HEADER_BYTES)[:root_size]
    mini_fat = array("I", _chained(data, fat, mini_start, sector_shift, _HEADER_BYTES))
    return _chained(mini_stream, mini_fat, start, mini_shift, 0)[:size]


def _allocation_table(data: bytes, shift: int) -> array[int]:
    """The sector that follows each sector."""
    places = list(struct.unpack_from("<109I", data, 76))
    following, count = struct.unpack_from("<II", data, 68)
    per_sector = (1 << shift) // 4
    for _ in range(min(count, len(data) >> shift)):
        if following >= _FIRST_SPECIAL:
            break
        *more, following = struct.unpack_from(f"<{per_sector}I", data, (following + 1) << shift)
        places += more
    table = array("I")
    for place in places[: (len(data) >> shift) + 1]:
        if place < _FIRST_SPECIAL:
            table.frombytes(data[(place + 1) << shift : (place + 2) << shift].ljust(1 << shift, b"\xff"))
    return table


def _chained(data: bytes, table: array[int], start: int, shift: int, header: int) -> bytes:
    """The sectors from `start` on. A chain longer than the file runs in a circle."""
    pieces: list[bytes] = []
    place, offset = start, (1 << shift if header else 0)
    while place < _FIRST_SPECIAL:
        if len(pieces) > (len(data) >> shift) + 1:
            raise damaged_workbook()
        pieces.append(data[(place << shift) + offset : ((place + 1) << shift) + offset])
        place = table[place]
    return b"".join(pieces)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Type, start and length of each record of the substream that begins at `at`, those of charts within left out."""
    depth = 0
    while True:
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind & 0xFF == 0x09 and kind >> 8 in (0, 2, 4, 8):
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth <= 1:
            yield kind, at + 4, length
        at += 4 + length


def _globals(stream: bytes) -> tuple[list[int], list[int]]:
    """Where each sheet begins, and the bytes (UTF-8, at most) of each shared text."""
    starts: list[int] = []
    pieces: list[tuple[int, int]] = []
    is_in_texts = False
    for kind, at, length in _records(stream, 0):
        if kind == _FILEPASS:
            raise encrypted_file()
        if kind == _BOUNDSHEET:
            starts.append(struct.unpack_from("<I", stream, at)[0])
        is_in_texts = kind == _SST or (is_in_texts and kind == _CONTINUE)
        if is_in_texts:
            pieces.append((at, at + length))
    return starts, list(_text_lengths(stream, pieces))


def _text_lengths(stream: bytes, pieces: list[tuple[int, int]]) -> Iterator[int]:
    """Bytes of each shared text. A text may go on in the next piece, which then begins with its flags."""
    rest = iter(pieces)
    at, end = next(rest, (0, 0))
    at += 8  # how many texts there are
    while end:
        if at >= end:
            at, end = next(rest, (0, 0))
            continue
        count, flags = struct.unpack_from("<HB", stream, at)
        yield count * 3
        at += 3
        after = 0  # runs of formats, and what East Asian texts have beside them
        if flags & 8:
            after += 4 * struct.unpack_from("<H", stream, at)[0]
            at += 2
        if flags & 4:
            after += struct.unpack_from("<I", stream, at)[0]
            at += 4
        while end:
            width = 1 + (flags & 1)
            fitting = min(count, (end - at) // width)
            at, count = at + fitting * width, count - fitting
            if not count:
                break
            at, end = next(rest, (0, 0))
            flags, at = stream[at], at + 1
        while after > end - at and end:
            after -= end - at
            at, end = next(rest, (0, 0))
        at += after


def _sheet(stream: bytes, start: int) -> _SheetRecords:
    """The cells of the sheet that begins at `start`."""
    sheet = _SheetRecords()
    marks = sheet.marks
    for kind, at, length in _records(stream, start):
        if kind in _SINGLE_VALUES:
            row, column = struct.unpack_from("<HH", stream, at)
            sheet.add(row, column, column)
            if kind == _LABELSST:
                sheet.text_uses[struct.unpack_from("<I", stream, at + 6)[0]] += 1
        elif kind == _MULRK:
            row, first = struct.unpack_from("<HH", stream, at)
            sheet.add(row, first, struct.unpack_from("<H", stream, at + length - 2)[0])
        elif kind == _BOOLERR:
            row, column, _, value, is_error = struct.unpack_from("<HHHBB", stream, at)
            sheet.add(row, column, column)
            if is_error:
                marks.put_error(row + 1, column + 1, _ERRORS.get(value, ERROR_VALUE))
        elif kind in _FORMULAS:
            row, column, _, result, options = struct.unpack_from("<HHH8sH", stream, at)
            sheet.add(row, column, column)
            marks.formulas += 1
            if result[6:] == b"\xff\xff" and result[0] == 2:
                marks.put_error(row + 1, column + 1, _ERRORS.get(result[2], ERROR_VALUE))
            elif options & _CALCULATE_ON_LOAD and result in _NO_RESULTS:  # by a program that computes nothing
                marks.not_computed += 1
                marks.put(row + 1, column + 1, NOT_COMPUTED)
    return sheet
