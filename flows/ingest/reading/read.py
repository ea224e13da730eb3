"""One file of an inbox becomes a `RawFile`: its kind, its tables, and the checks on every table."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.ingest.reading import limits
from flows.ingest.reading.delimited import read_delimited
from flows.ingest.reading.discovery import sha256_of_file
from flows.ingest.reading.encoding import replace_gbk_twins_in_frame
from flows.ingest.reading.headings import CONTROL, DROPPED, unnamed_heading
from flows.ingest.reading.raw_file import (
    BROKEN_SCHEMA,
    NO_EXPECTED_HEADINGS,
    OLE_MAGIC,
    ROW_NO,
    SHEET_HEADING,
    SHEET_STEP,
    WORKBOOK_SUFFIXES,
    ZIP_MAGIC,
    BrokenRow,
    ExpectedHeadings,
    FileLayout,
    FileRejected,
    RawBook,
    RawFile,
    RawSheet,
    not_a_workbook,
    printable,
    refuse_other_kinds,
    shortened,
)
from flows.ingest.reading.workbook import read_workbook
from reports.correction_workbook import RAW_ROW_HEADING
from transforms.person_numbers import mask_text

_BLANK_FILE = re.compile(rb"(?:\xef\xbb\xbf)?\s*+\Z")
_PRIVATE_SHOWN = 10

_TOTAL = re.compile(
    r"(?:本页|本月|本年|累计)?(?:合计|总计|小计|共计|总数|合计数|subtotal|total|grandtotal)[:：]?", re.IGNORECASE
)
_NUMBER = re.compile(r"[-+¥￥]?[0-9][0-9,]*(?:\.[0-9]*)?(?:%|元|万元|家|条|件|户|次|个)?")
_NOTE = re.compile(
    r"[(（*※\[【]*(?:注|备注|说明|填表|填报|制表|审核|审批|复核|负责人|单位负责人|分管|经办|联系|电话|报送|上报|报表|打印|导出"
    r"|统计|数据来源|资料来源|来源[:：]|以上|本表|此表|以下空白|填写说明|盖章|单位[(（]盖章|日期[:：]|时间[:：]|共[0-9]+|第[0-9]+页)"
)
_NUMBERED_NOTE = re.compile(r"[(（]?[0-9一二三四五六七八九十]{1,2}[)）]?[、.．:：]\D|[※*]")
_LEAST_COLUMNS_FOR_FOOTERS = 3  # a table of fewer columns has rows with a single cell
_FOOTER_ROWS_SEARCHED = 60
_ROWS_LISTED = 20


@dataclass(frozen=True)
class CheckedTable:
    """A table after its checks: headings, good rows, broken rows (BROKEN_SCHEMA), and Chinese remarks."""

    headings: tuple[str, ...]
    frame: pl.DataFrame
    broken: pl.DataFrame
    notes: tuple[str, ...]


def read_file(
    path: Path, inbox: Path, layout: FileLayout, expected: ExpectedHeadings = NO_EXPECTED_HEADINGS
) -> RawFile:
    """The file at `path` below `inbox`. Bad files and bad rows are values; only a vanished file raises OSError.

    Where `expected` has headings, a table with none of them is not read.
    """
    name = file_name_of(path, inbox)
    size = path.stat().st_size
    if size > limits.MAX_FILE_BYTES:
        message = f"文件有 {size} 字节，最多 {limits.MAX_FILE_BYTES} 字节。请拆分后报送。"
        return RawFile(sha256_of_file(path), name, None, size, finding=FileRejected("file_too_large", message).finding)
    data = path.read_bytes()
    file_id = hashlib.sha256(data).hexdigest()
    try:
        book = _read_book(data, path.suffix, layout, expected)
        table = _joined_tables([(sheet.name, check_sheet(sheet, expected)) for sheet in book.sheets])
    except FileRejected as rejected:
        return RawFile(file_id, name, None, len(data), finding=rejected.finding)
    notes = (*book.notes, *table.notes)
    return RawFile(
        file_id, name, book.sheets[0].encoding, len(data), table.headings, table.frame, table.broken, notes=notes
    )


def file_name_of(path: Path, inbox: Path) -> str:
    """The name under which a file is stored: its path below the inbox, with natural persons' numbers masked."""
    return mask_text(path.relative_to(inbox).as_posix())


def _read_book(data: bytes, suffix: str, layout: FileLayout, expected: ExpectedHeadings) -> RawBook:
    """The tables of a file by its kind. Raises FileRejected."""
    if _BLANK_FILE.match(data):
        raise FileRejected("empty_file", "文件是空的，没有任何内容。请重新导出后报送。")
    refuse_other_kinds(data)
    if data.startswith((ZIP_MAGIC, OLE_MAGIC)):
        return read_workbook(data, layout, expected)
    if suffix.lower() not in WORKBOOK_SUFFIXES:
        return RawBook((read_delimited(data, layout, expected),))
    if not expected.accepted:
        raise not_a_workbook(suffix)
    try:
        sheet = read_delimited(data, layout, expected)
    except FileRejected as rejected:
        raise not_a_workbook(suffix, rejected.finding.message) from None
    return RawBook((sheet,), (f"文件名以 {suffix} 结尾，内容却是文本，已按文本读取。",))


def _joined_tables(tables: Sequence[tuple[str, CheckedTable]]) -> CheckedTable:
    """The tables of a workbook's sheets as one; where there are several, each row names its sheet."""
    if len(tables) == 1:
        return tables[0][1]
    frames, broken, notes = [], [], []
    for place, (name, table) in enumerate(tables):
        row_no = pl.col(ROW_NO) + place * SHEET_STEP
        sheet = pl.lit(name).alias(SHEET_HEADING)
        frames.append(table.frame.with_columns(sheet, row_no).select(pl.exclude(ROW_NO), ROW_NO))
        texts = [
            json.dumps({SHEET_HEADING: name, **json.loads(text)}, ensure_ascii=False)
            for text in table.broken["row_text"]
        ]
        broken.append(table.broken.with_columns(row_no, row_text=pl.Series(texts, dtype=pl.String())))
        notes += [f"工作表“{name}”：{note}" for note in table.notes]
        if place:
            notes.append(f"工作表“{name}”的行号前加 {place * SHEET_STEP}（{place * SHEET_STEP + 2} 即该表第 2 行）。")
    frame = pl.concat(frames, how="diagonal").select(pl.exclude(ROW_NO), ROW_NO)
    return CheckedTable(tuple(frame.columns[:-1]), frame, pl.concat(broken), tuple(notes))


def check_sheet(sheet: RawSheet, expected: ExpectedHeadings = NO_EXPECTED_HEADINGS) -> CheckedTable:
    """The rows of a sheet, empty cells null, without blank rows and, where headings are known, totals and notes."""
    headings = tuple(heading or unnamed_heading(place) for place, heading in enumerate(sheet.headings, 1))
    frame = sheet.frame.rename({str(place): heading for place, heading in enumerate(headings)})
    frame = frame.with_columns(pl.when(pl.col(pl.String).str.len_bytes() > 0).then(pl.col(pl.String)))
    first, *others = (pl.col(heading).str.strip_chars().fill_null("") == "" for heading in headings)
    if (blank := frame.filter(first)).height:  # few rows are left to be looked at in full
        blank = blank.filter(pl.all_horizontal(others)) if others else blank
        frame = frame.filter(~pl.col(ROW_NO).is_in(blank[ROW_NO].implode()))
    unsplit, footers = list(sheet.broken), tuple[str, ...]()
    if expected.accepted:
        frame, unsplit, footers = _without_footers(frame, unsplit)
    found = [*_repeated_headers(frame, sheet.header or sheet.headings), *_oversize_cells(frame)]
    if not sheet.is_clean:
        found += _control_characters(frame)
    faults = {fault.row_no: fault for fault in reversed(found)}
    if faults:
        frame = frame.filter(~pl.col(ROW_NO).is_in(list(faults)))
    nameless = [heading for heading, name in zip(headings, sheet.headings, strict=True) if not name]
    frame = frame.drop(heading for heading in nameless if frame[heading].is_null().all())
    frame = frame.drop(heading for heading in frame.columns if heading.startswith(DROPPED))
    frame, private = replace_gbk_twins_in_frame(frame)
    notes = [*sheet.notes, *footers]
    for place, given in sorted(sheet.other_units.items()):
        heading, unit = headings[place], given or "单位不明"
        if heading in frame.columns:
            # The unit is written beside the amount, so that it is not read as a number in the source's unit.
            text = pl.col(heading)
            marked = pl.when(text.str.contains("[0-9０-９]")).then(pl.format(f"{{}}（{unit}）", text)).otherwise(text)
            frame = frame.with_columns(marked)
            notes.append(
                f"“{sheet.header[place] if place < len(sheet.header) else heading}”列的单位是{unit}，与来源规定的"
                f"“{heading}”不同；不作换算，该列金额按无法识别处理。请按规定的单位改正后重新报送。"
            )
    if private:
        codes = "、".join(f"U+{ord(char):04X}" for char in private[:_PRIVATE_SHOWN])
        more = "等" if len(private) > _PRIVATE_SHOWN else ""
        notes.append(
            f"文件含有自造字（{codes}{more}），其他系统无法识别，含有这些字的名称可能与登记对不上。请改用标准字。"
        )
    broken = [
        (row.row_no, row.code, row.column, shortened(row.text), row.detail, row.expected, _row_text(row, headings))
        for row in sorted((*unsplit, *faults.values()), key=lambda row: row.row_no)
    ]
    broken_frame = pl.DataFrame(broken, schema=BROKEN_SCHEMA, orient="row")
    return CheckedTable(tuple(frame.columns[:-1]), frame, broken_frame, tuple(notes))


def _repeated_headers(frame: pl.DataFrame, headings: Sequence[str]) -> Iterator[BrokenRow]:
    """Rows equal to the header; `headings` as they are in the file."""
    if not any(headings):
        return
    first = max(range(len(headings)), key=lambda place: bool(headings[place]))
    for row in frame.filter(pl.nth(first).str.strip_chars() == headings[first]).iter_rows():
        cells = _row_cells(row)
        if [cell.strip() for cell in cells[: len(headings)]] == list(headings):
            text = printable("、".join(cells))
            yield BrokenRow(row[-1], "repeated_header", text, "该行是重复的列名行", "请删去该行", cells=cells)


def _oversize_cells(frame: pl.DataFrame) -> Iterator[BrokenRow]:
    # A character takes at least a byte, so the cheap test comes first.
    is_long = pl.col(pl.String).str.len_bytes() > limits.MAX_CELL_CHARS
    columns = [column for column, some in frame.select(is_long.any()).row(0, named=True).items() if some]
    for column in columns:
        rows = frame.filter(pl.col(column).str.len_chars() > limits.MAX_CELL_CHARS)
        for row in rows.iter_rows():
            text = row[frame.columns.index(column)]
            detail = f"“{column}”列的单元格有 {len(text)} 个字符"
            expected = f"一个单元格最多 {limits.MAX_CELL_CHARS} 个字符"
            yield BrokenRow(row[-1], "cell_too_long", shortened(text), detail, expected, column, _row_cells(row))


def _control_characters(frame: pl.DataFrame) -> Iterator[BrokenRow]:
    has_control = pl.col(pl.String).str.contains(CONTROL)
    columns = [column for column, some in frame.select(has_control.any()).row(0, named=True).items() if some]
    for column in columns:
        for row in frame.filter(pl.col(column).str.contains(CONTROL)).iter_rows():
            text = printable(row[frame.columns.index(column)])
            detail = f"“{column}”列的单元格含有控制字符：{text}"
            expected = "单元格内只能有可见文字、空格、制表符和换行，请删去控制字符"
            yield BrokenRow(row[-1], "control_character", text, detail, expected, column, _row_cells(row))


def _row_cells(row: Sequence[str | int | None]) -> tuple[str, ...]:
    return tuple(str(cell or "") for cell in row[:-1])


def _row_text(row: BrokenRow, headings: Sequence[str]) -> str:
    """The row as a JSON object of heading to text."""

    def kept(cell: str) -> str:
        return cell if len(cell) <= limits.MAX_CELL_CHARS else shortened(cell, limits.MAX_CELL_CHARS - 100)

    if row.cells is None:
        return json.dumps({RAW_ROW_HEADING: kept(row.text)}, ensure_ascii=False)
    beyond = (unnamed_heading(place) for place in range(len(headings) + 1, len(row.cells) + 1))
    cells = [kept(cell) for cell in row.cells] + [""] * (len(headings) - len(row.cells))
    texts = {name: cell for name, cell in zip((*headings, *beyond), cells, strict=True) if not name.startswith(DROPPED)}
    return json.dumps(texts, ensure_ascii=False)


def _without_footers(
    frame: pl.DataFrame, broken: Sequence[BrokenRow]
) -> tuple[pl.DataFrame, list[BrokenRow], tuple[str, ...]]:
    """`frame` (texts, and row_no last) and `broken` without totals and notes, and Chinese remarks on these.

    A row of totals begins with 合计 or the like and otherwise has only numbers; notes are rows below the last row of
    data, every cell of which begins as notes do. Anything else remains a row.
    """
    if len(frame.columns) - 1 < _LEAST_COLUMNS_FOR_FOOTERS:
        return frame, list(broken), ()
    first = pl.coalesce(pl.all().exclude(ROW_NO)).str.replace_all(r"\s", "")
    candidates = frame.filter(first.str.contains(f"(?i)^(?:{_TOTAL.pattern})$")).iter_rows()
    in_frame = {row_no for *cells, row_no in candidates if _is_total(cells)}
    totals = sorted({*in_frame, *(row.row_no for row in broken if _is_total(row.cells or (row.text,)))})
    notes = sorted(_note_rows(frame, broken, frozenset(totals)))
    footers = {*totals, *notes}
    if not footers:
        return frame, list(broken), ()
    remarks = []
    for row_nos, what in ((totals, "合计行"), (notes, "表下的说明或签署")):
        if row_nos:
            listed = "、".join(map(str, row_nos[:_ROWS_LISTED])) + ("等" if len(row_nos) > _ROWS_LISTED else "")
            remarks.append(f"第 {listed} 行是{what}，未作为数据读取。")
    kept = frame.filter(~pl.col(ROW_NO).is_in(list(footers)))
    return kept, [row for row in broken if row.row_no not in footers], tuple(remarks)


def _is_total(cells: Sequence[str | None]) -> bool:
    first, *others = list(_compact_texts(cells)) or [""]
    return bool(_TOTAL.fullmatch(first)) and all(_NUMBER.fullmatch(text) or _TOTAL.fullmatch(text) for text in others)


def _note_rows(frame: pl.DataFrame, broken: Sequence[BrokenRow], totals: frozenset[int]) -> list[int]:
    """Rows of notes, from the last row of the table upwards."""
    rows: dict[int, Sequence[str | None]] = {
        row_no: cells for *cells, row_no in frame.tail(_FOOTER_ROWS_SEARCHED).iter_rows()
    }
    rows |= {row.row_no: row.cells or (row.text,) for row in broken[-_FOOTER_ROWS_SEARCHED:]}
    found: list[int] = []
    unsure: list[int] = []  # 1. … 2. … below a row that says 说明
    for row_no in sorted(rows, reverse=True)[:_FOOTER_ROWS_SEARCHED]:
        texts = list(dict.fromkeys(_compact_texts(rows[row_no])))
        if row_no in totals:
            continue
        if all(_NOTE.match(text) for text in texts):
            found += [*unsure, row_no]
            unsure = []
        elif len(texts) == 1 and _NUMBERED_NOTE.match(texts[0]):
            unsure.append(row_no)
        else:
            break
    return found


def _compact_texts(cells: Sequence[str | None]) -> Iterator[str]:
    """The texts of cells that are not empty, in one width and without blanks."""
    for cell in cells:
        text = "".join(unicodedata.normalize("NFKC", cell or "").split())
        if text:
            yield text
