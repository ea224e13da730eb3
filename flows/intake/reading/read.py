"""One file of an inbox becomes a `RawFile`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from flows.intake.reading import limits
from flows.intake.reading.cells import Table, checked
from flows.intake.reading.discovery import hash_of
from flows.intake.reading.kinds import SPREADSHEETS, ZIP, not_a_workbook, refuse_other_kinds
from flows.intake.reading.separated import read_separated
from flows.intake.reading.shapes import (
    NOTHING_EXPECTED,
    ROW_NO,
    SHEET_HEADING,
    SHEET_STEP,
    Book,
    Expected,
    Layout,
    RawFile,
    TurnedAway,
)
from flows.intake.reading.workbook import read_workbook
from transforms.person_numbers import masked

_BLANK = re.compile(rb"(?:\xef\xbb\xbf)?\s*+\Z")


def read_file(path: Path, inbox: Path, layout: Layout, expected: Expected = NOTHING_EXPECTED) -> RawFile:
    """Reads the file at `path` below `inbox`. Bad files and bad rows are values; only a vanished file raises OSError.

    Where `expected` names headings, a table with none of them is taken for none. The file is known by its path with
    persons' numbers masked.
    """
    name = masked(path.relative_to(inbox).as_posix())
    size = path.stat().st_size
    if size > limits.MAX_FILE_BYTES:
        finding = TurnedAway("file_too_large", f"文件有 {size} 字节，最多 {limits.MAX_FILE_BYTES} 字节。请拆分后报送。")
        return RawFile(hash_of(path), name, None, size, finding=finding.finding)
    data = path.read_bytes()
    file_id = hashlib.sha256(data).hexdigest()
    try:
        book = _read(data, path.suffix, layout, expected)
        table = _joined([(sheet.name, checked(sheet, expected)) for sheet in book.sheets])
    except TurnedAway as turned:
        return RawFile(file_id, name, None, len(data), finding=turned.finding)
    notes = (*book.notes, *table.notes)
    return RawFile(
        file_id, name, book.sheets[0].encoding, len(data), table.headings, table.frame, table.broken, notes=notes
    )


def _read(data: bytes, suffix: str, layout: Layout, expected: Expected) -> Book:
    if _BLANK.match(data):
        raise TurnedAway("empty_file", "文件是空的，没有任何内容。请重新导出后报送。")
    refuse_other_kinds(data)
    if data.startswith(ZIP):
        return read_workbook(data, layout, expected)
    if suffix.lower() not in SPREADSHEETS:
        return Book((read_separated(data, layout, expected),))
    if not expected.accepted:
        raise not_a_workbook(suffix)
    try:
        sheet = read_separated(data, layout, expected)
    except TurnedAway as turned:
        raise not_a_workbook(suffix, turned.finding.message) from None
    return Book((sheet,), (f"文件名以 {suffix} 结尾，内容却是文本，已按文本读取。",))


def _joined(tables: Sequence[tuple[str, Table]]) -> Table:
    """The tables of a workbook's sheets as one; the rows of each say where they are from where there are several."""
    if len(tables) == 1:
        return tables[0][1]
    frames, broken, notes = [], [], []
    for place, (name, table) in enumerate(tables):
        step = pl.col(ROW_NO) + place * SHEET_STEP
        frames.append(
            table.frame.with_columns(pl.lit(name).alias(SHEET_HEADING), step).select(pl.exclude(ROW_NO), ROW_NO)
        )
        broken.append(table.broken.with_columns(step, row_text=_with_sheet(table.broken["row_text"], name)))
        notes += [f"工作表“{name}”：{note}" for note in table.notes]
        if place:
            notes.append(f"工作表“{name}”的行号前加 {place * SHEET_STEP}（{place * SHEET_STEP + 2} 即该表第 2 行）。")
    whole = pl.concat(frames, how="diagonal").select(pl.exclude(ROW_NO), ROW_NO)
    return Table(tuple(whole.columns[:-1]), whole, pl.concat(broken), tuple(notes))


def _with_sheet(row_texts: pl.Series, name: str) -> pl.Series:
    cells = [json.dumps({SHEET_HEADING: name, **json.loads(text)}, ensure_ascii=False) for text in row_texts]
    return pl.Series(cells, dtype=pl.String)
