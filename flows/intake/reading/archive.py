"""Looks into a workbook's ZIP archive before it is parsed, so that a small file cannot fill the memory.

What the archive says of its own sizes is not believed: every member is unpacked, piece by piece, and measured.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from flows.intake.reading import limits
from flows.intake.reading.kinds import encrypted
from flows.intake.reading.shapes import TurnedAway

# A cell that only has a format is no content: nothing stands between its tags, or it is one tag.
_FILLED = re.compile(rb"\sr=[\"']([A-Za-z]{1,9})([0-9]{1,12})[\"'](?:[^<>]*[^<>/])?>\s*<[^/]")
_REFERENCE = re.compile(rb"\sr=[\"'][A-Za-z]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_ROW_NUMBER = re.compile(rb"\sr=[\"'][0-9]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>]")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


@dataclass
class Used:
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

    def see(self, xml: bytes) -> None:
        """Takes in a part of a sheet, cut before a row."""
        filled = _FILLED.findall(xml)
        if filled:
            self.rows = max(self.rows, *(int(row) for row in {row for _, row in filled}))
            self.columns = max(self.columns, *(_place(letters) for letters in {letters for letters, _ in filled}))
        cells, rows = _count(xml, b"c", _CELL), _count(xml, b"row", _ROW)
        # The usual spelling is counted first, at the speed of memory.
        implied = cells - xml.count(b'<c r="') and cells - len(_REFERENCE.findall(xml))
        if implied > 0:  # cells without a reference stand where they stand
            self.columns = max(self.columns, *(len(_CELL.findall(part)) for part in _ROW.split(xml)))
        has_rows_without = xml.count(b'<row r="') < rows and rows > len(_ROW_NUMBER.findall(xml))
        self._has_implied |= implied > 0 or has_rows_without
        self.cells += cells
        self.filled += len(filled) + max(implied, 0)
        self._row_elements += rows
        self.formulas += _count(xml, b"f", _FORMULA)
        self.errors += xml.count(b't="e"') + xml.count(b"t='e'")


@dataclass(frozen=True)
class Archive:
    """The members of an archive by name, and the used range of each sheet among them."""

    members: dict[str, zipfile.ZipInfo]
    sheets: dict[str, Used]

    @property
    def names(self) -> frozenset[str]:
        """Names of all members."""
        return frozenset(self.members)

    def pieces(self, data: bytes, name: str) -> Iterator[bytes]:
        """The member `name` unpacked, piece by piece."""
        return _pieces(data, self.members[name])


def examined(data: bytes) -> Archive:
    """Measures an archive; raises TurnedAway where it is damaged, encrypted or a bomb."""
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
        if len(members) > limits.MAX_ARCHIVE_MEMBERS:
            raise bomb(f"含有 {len(members)} 个成员")
        sheets, total = {}, 0
        for member in members:
            used, size = _measured(data, member, limits.MAX_UNPACKED_BYTES - total)
            total += size
            if used is not None:
                sheets[member.filename] = used
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, NotImplementedError):
        raise damaged() from None
    return Archive({member.filename: member for member in members}, sheets)


def damaged() -> TurnedAway:
    """The finding for an archive or workbook that cannot be opened."""
    message = "工作簿已损坏或不完整（可能没有传完），无法打开。请用表格软件打开，另存为 xlsx 后重新报送。"
    return TurnedAway("damaged_workbook", message)


def _count(xml: bytes, tag: bytes, pattern: re.Pattern[bytes]) -> int:
    """How many elements `tag` begin in `xml`; the pattern, which knows prefixes, is asked only where there are some."""
    if b":" + tag in xml:
        return len(pattern.findall(xml))
    return sum(xml.count(b"<" + tag + end) for end in (b" ", b">", b"/"))


def _measured(data: bytes, member: zipfile.ZipInfo, allowed: int) -> tuple[Used | None, int]:
    used = Used() if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml") else None
    size, rest = 0, b""
    for piece in _pieces(data, member):
        size += len(piece)
        if size > allowed:
            raise bomb(f"解压后超过 {limits.MAX_UNPACKED_BYTES >> 20} MB")
        if size > max(limits.MIN_RATIO_BYTES, limits.MAX_UNPACKED_RATIO * member.compress_size):
            raise bomb(f"成员 {member.filename} 解压后超过原大小的 {limits.MAX_UNPACKED_RATIO} 倍")
        if used is not None:
            rest = _seen(used, rest + piece)
    if used is not None:
        used.see(rest)
        _refuse_vast(used)
    return used, size


def _seen(used: Used, xml: bytes) -> bytes:
    """Takes in the whole rows of `xml`; gives the row that is not at its end yet."""
    cut = max(xml.rfind(b"<row"), xml.rfind(b":row"), 0)
    if len(xml) - cut > limits.MIN_RATIO_BYTES:
        raise bomb("有一行过长")
    used.see(xml[: max(cut - 1, 0)])
    return xml[max(cut - 1, 0) :]


def _pieces(data: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    if member.flag_bits & 1:
        raise encrypted()
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


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters.upper():
        place = place * 26 + letter - 64
    return place


def _refuse_vast(used: Used) -> None:
    if used.area > limits.MAX_SHEET_CELLS:
        raise _vast(used, f"最多 {limits.MAX_SHEET_CELLS} 个单元格")
    if used.area > max(limits.MIN_SPARSE_CELLS, limits.MAX_SPARSENESS * used.filled):
        raise _vast(used, f"其中只有 {used.filled} 个单元格有内容，多半有个别单元格远在数据区以外")


def _vast(used: Used, why: str) -> TurnedAway:
    return TurnedAway(
        "sheet_too_large",
        f"工作表的使用范围有 {used.rows} 行 × {used.columns} 列，{why}。请删去数据区以外的内容，或拆分后报送。",
    )


def bomb(why: str) -> TurnedAway:
    """The finding for an archive made to fill the memory."""
    return TurnedAway(
        "archive_bomb", f"压缩包内容异常（{why}），为安全起见不予解压。请用表格软件另存为 xlsx 后重新报送。"
    )
