"""Separated text (CSV): read in one pass by Arrow, and record by record only where its quotes are in doubt."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from flows.intake.reading import limits
from flows.intake.reading.careful import CarefulRows, Grammar, cut_row, ragged, read_carefully
from flows.intake.reading.encoding import to_utf8
from flows.intake.reading.headings import headings_of, named_width
from flows.intake.reading.scan import has_control, has_odd_quotes
from flows.intake.reading.shapes import ROW_NO, BrokenRow, Layout, Sheet, TurnedAway

_HEADER_CHARS = 4 * limits.MAX_COLUMNS * limits.MAX_SHOWN_CHARS


def read_separated(data: bytes, layout: Layout, expected: Collection[str] = ()) -> Sheet:
    """The rows of a CSV file. Raises TurnedAway where it is none."""
    text = to_utf8(data)
    cells, start = _header(text.data, Grammar(layout.delimiter), layout.header_row)
    headings = headings_of(cells, layout.header_row, expected)
    grammar = Grammar(layout.delimiter, len(headings), named_width(headings))
    first_row = layout.header_row + 1
    found = _in_one_pass(text.data, start, grammar, first_row)
    if found is None:
        found = _one_by_one(text.data[start:].decode(), grammar, first_row)
    frame, broken = _without_cut_row(*found) if text.is_cut else found
    return Sheet(text.encoding, headings, frame, broken, is_clean=not has_control(text.data))


def _without_cut_row(frame: pl.DataFrame, broken: tuple[BrokenRow, ...]) -> tuple[pl.DataFrame, tuple[BrokenRow, ...]]:
    """Where a file ends within a character, its last row is broken even if it has all its cells."""
    *cells, row_no = frame.row(-1) if frame.height else (0,)
    if row_no < max((row.row_no for row in broken), default=1):
        return frame, broken
    return frame.head(-1), (*broken, cut_row(row_no, cells))


def _header(data: bytes, grammar: Grammar, header_row: int) -> tuple[list[str], int]:
    """The cells of the header row, and the byte after it."""
    head = data[:_HEADER_CHARS].decode(errors="ignore")
    at, cells = 0, [""]
    for _ in range(header_row):
        record = grammar.record(head, at)
        if at >= len(head) or record is None:
            raise TurnedAway("no_header", f"文件中没有可读的第 {header_row} 行，该行应为列名。请补上列名行。")
        cells, at = record
        at += 2 if head.startswith("\r\n", at) else 1
    return cells, len(head[:at].encode())


def _one_by_one(text: str, grammar: Grammar, first_row: int) -> tuple[pl.DataFrame, tuple[BrokenRow, ...]]:
    rows = read_carefully(text, grammar, first_row)
    return _frame(rows, grammar.width), tuple(rows.broken)


def _frame(rows: CarefulRows, width: int) -> pl.DataFrame:
    schema = {str(place): pl.String for place in range(width)}
    frame = pl.DataFrame(rows.rows, schema=schema, orient="row")
    return frame.with_columns(pl.Series(ROW_NO, rows.row_nos, pl.Int64))


def _in_one_pass(
    data: bytes, start: int, grammar: Grammar, first_row: int
) -> tuple[pl.DataFrame, tuple[BrokenRow, ...]] | None:
    """The rows as Arrow reads them, or None where an oddly placed quote may have made it join or change rows."""
    has_quotes = data.find(b'"', start) >= 0
    if has_quotes and has_odd_quotes(data, grammar.delimiter):
        return None
    parsed = _arrow(data, start, grammar.delimiter, grammar.width)
    if parsed is None:
        return None
    frame, invalid = parsed
    if has_quotes and any(_is_multiline(text) for _, text in invalid):
        return None
    total = frame.height + len(invalid)
    numbers = pl.int_range(1, total + 1, dtype=pl.Int64, eager=True)
    if invalid:
        numbers = numbers.filter(~numbers.is_in([number for number, _ in invalid]))
    frame = frame.with_columns((numbers + (first_row - 1)).alias(ROW_NO))
    ends_open = not data.endswith((b"\n", b"\r"))
    return _with_invalid(frame, invalid, grammar, first_row, total if ends_open else 0)


def _arrow(data: bytes, start: int, delimiter: str, width: int) -> tuple[pl.DataFrame, list[tuple[int, str]]] | None:
    import pyarrow as pa
    from pyarrow import csv

    invalid: list[tuple[int, str]] = []

    def note(row: csv.InvalidRow) -> str:
        invalid.append((row.number, row.text))
        return "skip"

    names = [str(place) for place in range(width)]
    if start >= len(data):
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String)), []
    try:
        table = csv.read_csv(
            pa.py_buffer(memoryview(data)[start:]),
            # One thread, because Arrow numbers the rows it skips only then.
            read_options=csv.ReadOptions(use_threads=False, block_size=limits.BLOCK_BYTES, column_names=names),
            parse_options=csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
            ),
            convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False),
        )
    except pa.ArrowInvalid:  # a row longer than a block: a very long cell
        return None
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame, invalid


def _is_multiline(text: str) -> bool:
    return "\n" in text or "\r" in text


def _with_invalid(
    frame: pl.DataFrame, invalid: list[tuple[int, str]], grammar: Grammar, first_row: int, last: int
) -> tuple[pl.DataFrame, tuple[BrokenRow, ...]]:
    """Puts back the rows that only had empty cells too many; names the others."""
    rescued = CarefulRows()
    for number, text in invalid:
        cells = grammar.cells(text) or []
        row_no = number + first_row - 1
        if not rescued.take(row_no, cells, grammar):
            rescued.broken.append(ragged(row_no, text, cells, grammar.width, is_last=number == last))
    if rescued.rows:
        frame = pl.concat([frame, _frame(rescued, grammar.width)]).sort(ROW_NO)
    return frame, tuple(rescued.broken)
