"""What every sheet of cells is checked for, whatever kind of file it came from; all of it column by column."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from flows.intake.reading import limits
from flows.intake.reading.footers import without_footers
from flows.intake.reading.gbk_twins import frame_with_twins
from flows.intake.reading.headings import CONTROL, DROPPED, unnamed
from flows.intake.reading.shapes import BROKEN_SCHEMA, NOTHING_EXPECTED, ROW_NO, BrokenRow, Expected, Sheet
from flows.intake.reading.wording import shortened, shown
from reports.render.quarantine_workbook import RAW_ROW

_PRIVATE_SHOWN = 10


@dataclass(frozen=True)
class Table:
    """A sheet after checking: headings, good rows, broken rows (BROKEN_SCHEMA), and what is to be said of it."""

    headings: tuple[str, ...]
    frame: pl.DataFrame
    broken: pl.DataFrame
    notes: tuple[str, ...]


def checked(sheet: Sheet, expected: Expected = NOTHING_EXPECTED) -> Table:
    """The rows of a sheet, empty cells null, without blank rows and, where headings are known, totals and notes."""
    headings = tuple(heading or unnamed(place) for place, heading in enumerate(sheet.headings, 1))
    frame = sheet.frame.rename({str(place): heading for place, heading in enumerate(headings)})
    frame = frame.with_columns(pl.when(pl.col(pl.String).str.len_bytes() > 0).then(pl.col(pl.String)))
    frame = _without_blank_rows(frame, headings)
    in_sheet = list(sheet.broken)
    footers: tuple[str, ...] = ()
    if expected.accepted:
        frame, in_sheet, footers = without_footers(frame, in_sheet)
    found = [*_repeated_headers(frame, sheet.header or sheet.headings), *_oversize(frame)]
    if not sheet.is_clean:
        found += _with_control(frame)
    faults = {fault.row_no: fault for fault in reversed(found)}
    if faults:
        frame = frame.filter(~pl.col(ROW_NO).is_in(list(faults)))
    nameless = [heading for heading, name in zip(headings, sheet.headings, strict=True) if not name]
    frame = frame.drop(heading for heading in nameless if frame[heading].is_null().all())
    frame = frame.drop(heading for heading in frame.columns if heading.startswith(DROPPED))
    frame, private = frame_with_twins(frame)
    frame, units = _with_other_units(frame, sheet, headings)
    broken = sorted((*in_sheet, *faults.values()), key=lambda row: row.row_no)
    notes = (*sheet.notes, *footers, *units, *_private_note(private))
    return Table(tuple(frame.columns[:-1]), frame, _broken_frame(broken, headings), notes)


def _with_other_units(
    frame: pl.DataFrame, sheet: Sheet, headings: Sequence[str]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Amounts in another unit than the source reads get their unit written beside them, so that none is taken for
    what it is not: no cell of the column is a number any more.
    """
    notes = []
    for place, unit in sorted(sheet.other_units.items()):
        heading, told = headings[place], unit or "单位不明"
        if heading in frame.columns:
            text = pl.col(heading)
            marked = pl.when(text.str.contains("[0-9０-９]")).then(pl.format(f"{{}}（{told}）", text)).otherwise(text)
            frame = frame.with_columns(marked)
            notes.append(
                f"“{sheet.header[place] if place < len(sheet.header) else heading}”列的单位是{told}，与来源规定的"
                f"“{heading}”不同；不作换算，该列金额按无法识别处理。请按规定的单位改正后重新报送。"
            )
    return frame, tuple(notes)


def _private_note(private: Sequence[str]) -> Iterator[str]:
    if private:
        codes = "、".join(f"U+{ord(char):04X}" for char in private[:_PRIVATE_SHOWN])
        more = "等" if len(private) > _PRIVATE_SHOWN else ""
        yield f"文件含有自造字（{codes}{more}），其他系统无法识别，含有这些字的名称可能与登记对不上。请改用标准字。"


def _without_blank_rows(frame: pl.DataFrame, headings: Sequence[str]) -> pl.DataFrame:
    first, *others = (pl.col(heading).str.strip_chars().fill_null("") == "" for heading in headings)
    candidates = frame.filter(first)
    if not candidates.height:
        return frame
    blank = candidates.filter(pl.all_horizontal(others))[ROW_NO] if others else candidates[ROW_NO]
    return frame.filter(~pl.col(ROW_NO).is_in(blank.implode())) if blank.len() else frame


def _repeated_headers(frame: pl.DataFrame, headings: Sequence[str]) -> Iterator[BrokenRow]:
    """Rows equal to the header; `headings` as they stand in the file."""
    if not any(headings):
        return
    first = max(range(len(headings)), key=lambda place: bool(headings[place]))
    for row in frame.filter(pl.nth(first).str.strip_chars() == headings[first]).iter_rows():
        cells = _cells(row)
        if [cell.strip() for cell in cells[: len(headings)]] == list(headings):
            text = shown("、".join(cells))
            yield BrokenRow(row[-1], "repeated_header", text, "该行是重复的列名行", "请删去该行", cells=cells)


def _oversize(frame: pl.DataFrame) -> Iterator[BrokenRow]:
    # A character takes at least a byte, so the cheap test comes first.
    is_long = pl.col(pl.String).str.len_bytes() > limits.MAX_CELL_CHARS
    columns = [column for column, some in frame.select(is_long.any()).row(0, named=True).items() if some]
    for column in columns:
        rows = frame.filter(pl.col(column).str.len_chars() > limits.MAX_CELL_CHARS)
        for row in rows.iter_rows():
            text = row[frame.columns.index(column)]
            detail = f"“{column}”列的单元格有 {len(text)} 个字符"
            expected = f"一个单元格最多 {limits.MAX_CELL_CHARS} 个字符"
            yield BrokenRow(row[-1], "cell_too_long", shortened(text), detail, expected, column, _cells(row))


def _with_control(frame: pl.DataFrame) -> Iterator[BrokenRow]:
    has_control = pl.col(pl.String).str.contains(CONTROL)
    columns = [column for column, some in frame.select(has_control.any()).row(0, named=True).items() if some]
    for column in columns:
        for row in frame.filter(pl.col(column).str.contains(CONTROL)).iter_rows():
            text = shown(row[frame.columns.index(column)])
            detail = f"“{column}”列的单元格含有控制字符：{text}"
            expected = "单元格内只能有可见文字、空格、制表符和换行，请删去控制字符"
            yield BrokenRow(row[-1], "control_character", text, detail, expected, column, _cells(row))


def _cells(row: Sequence[str | int | None]) -> tuple[str, ...]:
    return tuple(str(cell or "") for cell in row[:-1])


def _broken_frame(rows: Sequence[BrokenRow], headings: Sequence[str]) -> pl.DataFrame:
    values = [
        (r.row_no, r.code, r.column, shortened(r.text), r.detail, r.expected, _row_text(r, headings)) for r in rows
    ]
    return pl.DataFrame(values, schema=BROKEN_SCHEMA, orient="row")


def _row_text(row: BrokenRow, headings: Sequence[str]) -> str:
    if row.cells is None:
        return json.dumps({RAW_ROW: _kept(row.text)}, ensure_ascii=False)
    beyond = (unnamed(place) for place in range(len(headings) + 1, len(row.cells) + 1))
    cells = [_kept(cell) for cell in row.cells] + [""] * (len(headings) - len(row.cells))
    told = {name: cell for name, cell in zip((*headings, *beyond), cells, strict=True) if not name.startswith(DROPPED)}
    return json.dumps(told, ensure_ascii=False)


def _kept(cell: str) -> str:
    return cell if len(cell) <= limits.MAX_CELL_CHARS else shortened(cell, limits.MAX_CELL_CHARS - 100)
