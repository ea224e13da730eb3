"""The records of an older workbook (XLS), examined before it is parsed: used ranges, and cells without a value.

A workbook of this kind is a compound file (MS-CFB) with a stream of records (MS-XLS, BIFF5 and BIFF8). Its reader says
nothing of cells in error, and would allocate the rectangle up to the farthest cell.
"""

from __future__ import annotations

import struct
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from flows.ingest.reading import limits
from flows.ingest.reading.file_kinds import encrypted_file, unsupported_kind
from flows.ingest.reading.workbook_package import (
    ERROR_VALUE,
    NOT_COMPUTED,
    CellMarks,
    UsedRange,
    archive_bomb,
    damaged_workbook,
)

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
    entries = {name: (start, size) for name, start, size in _entries(directory)}
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


def _entries(directory: bytes) -> Iterator[tuple[str, int, int]]:
    """Name (lower case), first sector and size of each stream."""
    for at in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        if kind in (2, 5) and 2 <= length <= 64:
            name = directory[at : at + length - 2].decode("utf-16-le", "replace")
            yield name.lower(), *struct.unpack_from("<II", directory, at + 116)


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
