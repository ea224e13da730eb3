"""The ZIP package of a workbook, examined before it is parsed: sizes, used ranges, cells without a value.

What the archive says of its own sizes is not trusted: every member is unpacked, piece by piece, and measured, so that
a small file cannot fill the memory. Of an XLSX workbook the XML is searched for cells that its reader leaves empty: a
cell that could not be computed is not blank, and gets a text that no column of numbers, days or codes accepts.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

from flows.ingest.reading import limits
from flows.ingest.reading.file_kinds import encrypted_file
from flows.ingest.reading.raw_file import FileRejected

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
        if used is not None:  # whole rows are added; the last one may not be complete yet
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
    """Raises FileRejected where the cells of an XLSX workbook would hold more text than the memory is meant for.

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
    """Parse a whole member. Raises ExpatError where the XML is damaged."""
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
