"""What every sheet of cells is checked for, whatever kind of file it came from; all of it column by column."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import polars as pl

from flows.intake.reading import limits
from flows.intake.reading.headings import CONTROL
from flows.intake.reading.shapes import BROKEN_SCHEMA, RAW_ROW, ROW_NO, BrokenRow, Sheet
from flows.intake.reading.wording import shortened, shown


def checked(sheet: Sheet) -> tuple[tuple[str, ...], pl.DataFrame, pl.DataFrame]:
    """Headings, good rows and broken rows (BROKEN_SCHEMA) of a sheet; empty cells become null, blank rows go."""
    names = [str(place) for place in range(len(sheet.headings))]
    frame = sheet.frame.rename(dict(zip(names, sheet.headings, strict=True)))
    frame = frame.with_columns(pl.col(pl.String).replace("", None))
    frame = _without_blank_rows(frame, sheet.headings)
    found = [*_repeated_headers(frame, sheet.headings), *_oversize(frame), *_with_control(frame)]
    faults = {fault.row_no: fault for fault in reversed(found)}
    if faults:
        frame = frame.filter(~pl.col(ROW_NO).is_in(list(faults)))
    frame = _without_unnamed_columns(frame, sheet.headings)
    broken = sorted((*sheet.broken, *faults.values()), key=lambda row: row.row_no)
    return tuple(frame.columns[:-1]), frame, _broken_frame(broken, sheet.headings)


def _without_blank_rows(frame: pl.DataFrame, headings: Sequence[str]) -> pl.DataFrame:
    first, *others = (pl.col(heading).str.strip_chars().fill_null("") == "" for heading in headings)
    candidates = frame.filter(first)
    if not candidates.height:
        return frame
    blank = candidates.filter(pl.all_horizontal(others))[ROW_NO] if others else candidates[ROW_NO]
    return frame.filter(~pl.col(ROW_NO).is_in(blank.implode())) if blank.len() else frame


def _without_unnamed_columns(frame: pl.DataFrame, headings: Sequence[str]) -> pl.DataFrame:
    unnamed = [heading for heading in headings if heading.startswith("（第") and heading.endswith("列无列名）")]
    return frame.drop(heading for heading in unnamed if frame[heading].is_null().all())


def _repeated_headers(frame: pl.DataFrame, headings: Sequence[str]) -> Iterator[BrokenRow]:
    candidates = frame.filter(pl.col(headings[0]).str.strip_chars() == headings[0])
    for row in candidates.iter_rows():
        if [(cell or "").strip() for cell in row[: len(headings)]] == _named(headings):
            cells = _cells(row)
            yield BrokenRow(
                row[-1], "repeated_header", shown("、".join(cells)), "该行是重复的列名行", "请删去该行", cells=cells
            )


def _named(headings: Sequence[str]) -> list[str]:
    return ["" if h.startswith("（第") and h.endswith("列无列名）") else h for h in headings]


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
    values = [(r.row_no, r.code, r.column, r.text, r.detail, r.expected, _row_text(r, headings)) for r in rows]
    return pl.DataFrame(values, schema=BROKEN_SCHEMA, orient="row")


def _row_text(row: BrokenRow, headings: Sequence[str]) -> str:
    if row.cells is None:
        return json.dumps({RAW_ROW: shortened(row.text, limits.MAX_ROW_TEXT_CHARS)}, ensure_ascii=False)
    beyond = (f"（第{place}列无列名）" for place in range(len(headings) + 1, len(row.cells) + 1))
    cells = dict(zip((*headings, *beyond), row.cells, strict=False))
    texts = {heading: shortened(cell, limits.MAX_ROW_TEXT_CHARS) for heading, cell in cells.items() if cell}
    return json.dumps(texts, ensure_ascii=False)
