"""One file of an inbox becomes a `RawFile`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path

from flows.intake.reading import limits
from flows.intake.reading.cells import checked
from flows.intake.reading.discovery import hash_of
from flows.intake.reading.kinds import ZIP, refuse_other_kinds
from flows.intake.reading.separated import read_separated
from flows.intake.reading.shapes import Layout, RawFile, Sheet, TurnedAway
from flows.intake.reading.workbook import read_workbook

_BLANK = re.compile(rb"(?:\xef\xbb\xbf)?\s*+\Z")


def read_file(path: Path, inbox: Path, layout: Layout, expected_headings: Collection[str] = ()) -> RawFile:
    """Reads the file at `path` below `inbox`. Bad files and bad rows are values; only a vanished file raises OSError.

    Where `expected_headings` are given, a header row with none of them is taken for no header.
    """
    name = path.relative_to(inbox).as_posix()
    size = path.stat().st_size
    if size > limits.MAX_FILE_BYTES:
        finding = TurnedAway("file_too_large", f"文件有 {size} 字节，最多 {limits.MAX_FILE_BYTES} 字节。请拆分后报送。")
        return RawFile(hash_of(path), name, None, size, finding=finding.finding)
    data = path.read_bytes()
    file_id = hashlib.sha256(data).hexdigest()
    try:
        sheet = _sheet(data, path.suffix, layout, expected_headings)
    except TurnedAway as turned:
        return RawFile(file_id, name, None, len(data), finding=turned.finding)
    headings, frame, broken = checked(sheet)
    return RawFile(file_id, name, sheet.encoding, len(data), headings, frame, broken, notes=sheet.notes)


def _sheet(data: bytes, suffix: str, layout: Layout, expected: Collection[str]) -> Sheet:
    if _BLANK.match(data):
        raise TurnedAway("empty_file", "文件是空的，没有任何内容。请重新导出后报送。")
    refuse_other_kinds(data, suffix)
    if data.startswith(ZIP):
        return read_workbook(data, layout, expected)
    return read_separated(data, layout, expected)
