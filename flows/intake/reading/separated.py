"""Separated text (CSV): read in one pass by Arrow, and record by record only where its quotes are in doubt."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from flows.intake.reading import limits
from flows.intake.reading.careful import (
    CarefulRows,
    Grammar,
    cut_row,
    line_end,
    ragged,
    read_carefully,
    too_many_broken,
)
from flows.intake.reading.encoding import Text, doubt, to_utf8
from flows.intake.reading.headings import Header, located, named_width, not_a_header, title_note
from flows.intake.reading.scan import has_control, has_odd_quotes
from flows.intake.reading.shapes import NOTHING_EXPECTED, ROW_NO, BrokenRow, Expected, Layout, Sheet, TurnedAway

_HEADER_CHARS = 4 * limits.MAX_COLUMNS * limits.MAX_SHOWN_CHARS
_ROWS_BELOW = 12  # rows below the one where the headings should be, among which they are looked for
_DELIMITERS = {",": "逗号", ";": "分号", "\t": "制表符", "|": "竖线", "^": "^ 符号", "~": "~ 符号"}
_FEW_WITNESSES = 2
_LONG_RUN = 256  # blank lines
_BLANK_RUN = re.compile(rb"[\r\n]{%d,}" % _LONG_RUN)
_BLANK_MARK = "\x00空行"
_BLANK_ROW = re.compile(rf"{_BLANK_MARK}([0-9]+)$")


def read_separated(data: bytes, layout: Layout, expected: Expected = NOTHING_EXPECTED) -> Sheet:
    """The rows of a CSV file. Raises TurnedAway where it is none."""
    text = to_utf8(data, layout.encoding)
    delimiter, header, start = _header(text.data, layout, expected)
    if text.is_doubtful and sum(not heading.isascii() for heading in header.read) < _FEW_WITNESSES:
        raise doubt(text)
    grammar = Grammar(delimiter, len(header.headings), named_width(header.headings))
    first_row = header.row_no + 1
    found = _in_one_pass(text.data, start, grammar, first_row)
    if found is None:
        rows = read_carefully(text.data[start:].decode(), grammar, first_row)
        found = rows.frame(), tuple(rows.broken)
    frame, broken = _without_cut_row(*found) if text.is_cut else found
    notes = (*title_note(header), *_delimiter_note(delimiter, layout), *_encoding_note(text, layout))
    return Sheet(
        text.encoding,
        header.headings,
        frame,
        broken,
        notes,
        is_clean=not has_control(text.data),
        header=header.cells,
        other_units=header.other_units,
    )


def _delimiter_note(delimiter: str, layout: Layout) -> Iterator[str]:
    if delimiter != layout.delimiter:
        yield f"单元格以{_DELIMITERS.get(delimiter, delimiter)}分隔，已照此读取。"


def _encoding_note(text: Text, layout: Layout) -> Iterator[str]:
    if layout.encoding and text.encoding.startswith("utf-") and not layout.encoding.lower().startswith("utf"):
        yield f"来源文件写明编码为 {layout.encoding}，文件带有 {text.encoding.upper()} 标记，已按标记读取。"


def _without_cut_row(frame: pl.DataFrame, broken: tuple[BrokenRow, ...]) -> tuple[pl.DataFrame, tuple[BrokenRow, ...]]:
    """Where a file ends within a character, its last row is broken even if it has all its cells."""
    *cells, row_no = frame.row(-1) if frame.height else (0,)
    if row_no < max((row.row_no for row in broken), default=1):
        return frame, broken
    return frame.head(-1), (*broken, cut_row(row_no, cells))


def _header(data: bytes, layout: Layout, expected: Expected) -> tuple[str, Header, int]:
    """What separates the cells, the header, and the byte after it: by the delimiter that gives most headings."""
    head = data[:_HEADER_CHARS].decode(errors="ignore")
    others = [mark for mark in _DELIMITERS if mark != layout.delimiter and mark in head] if expected.accepted else []
    best: tuple[str, Header, int] | None = None
    for delimiter in (layout.delimiter, *others):
        rows, ends = _first_rows(head, Grammar(delimiter), layout.header_row + _ROWS_BELOW)
        if delimiter == layout.delimiter:
            own = rows
            header = located(rows, layout.header_row, expected)
        else:
            try:
                header = located(rows, layout.header_row, expected)
            except TurnedAway:
                continue  # under a delimiter that was only tried
        if header is not None and (best is None or len(header.read) > len(best[1].read)):
            best = delimiter, header, len(head[: ends[header.row_no - 1]].encode())
    if best is not None:
        return best
    if len(own) < layout.header_row or not any(own[layout.header_row - 1]):
        raise TurnedAway("no_header", f"文件中没有可读的第 {layout.header_row} 行，该行应为列名。请补上列名行。")
    raise not_a_header([cell.strip() for cell in own[layout.header_row - 1]], layout.header_row, expected)


def _first_rows(head: str, grammar: Grammar, count: int) -> tuple[list[list[str]], list[int]]:
    """The first rows of a text and where each ends, its line end included; a row with an open quote is one line."""
    rows: list[list[str]] = []
    ends: list[int] = []
    at = 0
    while at < len(head) and len(rows) < count:
        record = grammar.record(head, at)
        if record is None:
            end = line_end(head, at)
            record = [head[at:end]], end
        cells, at = record
        at += 2 if head.startswith("\r\n", at) else 1
        rows.append(cells)
        ends.append(at)
    return rows, ends


def _in_one_pass(
    data: bytes, start: int, grammar: Grammar, first_row: int
) -> tuple[pl.DataFrame, tuple[BrokenRow, ...]] | None:
    """The rows as Arrow reads them, or None where an oddly placed quote may have made it join or change rows."""
    has_quotes = data.find(b'"', start) >= 0
    if has_quotes and has_odd_quotes(data, grammar.delimiter):
        return None
    parsed = _arrow(_without_blank_runs(data, start, grammar), grammar, first_row)
    if parsed is None or (has_quotes and parsed.invalid.has_multiline):
        return None
    invalid = parsed.invalid
    ends_open = not data.endswith((b"\n", b"\r"))
    last = parsed.height + invalid.count if ends_open else 0
    rescued = CarefulRows(grammar)
    for number, text in invalid.rows:
        cells = grammar.cells(text) or []
        row_no = number + first_row - 1
        if not rescued.take(row_no, cells):
            rescued.refuse(ragged(row_no, text, cells, grammar.width, is_last=number == last))
    frame = parsed.frame.with_columns((invalid.numbers_of(parsed.frame[ROW_NO]) + (first_row - 1)).alias(ROW_NO))
    good = rescued.frame()
    return (pl.concat([frame, good]).sort(ROW_NO) if good.height else frame), tuple(rescued.broken)


def _without_blank_runs(data: bytes, start: int, grammar: Grammar) -> memoryview:
    """`data` from `start` on, long runs of blank lines replaced by a row that says how many they are.

    Such a run costs Arrow a cell for each line and column; within a quoted cell it is text and stays. The row has a
    cell too many, so that Arrow tells its number as it does of every row it skips.
    """
    body = memoryview(data)[start:]
    if not _has_blank_run(data):
        return body
    pieces: list[bytes | memoryview] = []
    at, quotes = 0, 0
    for run in _BLANK_RUN.finditer(body):
        quotes += body[at : run.start()].tobytes().count(b'"')
        ends = run[0]
        count = ends.count(b"\n") + ends.count(b"\r") - ends.count(b"\r\n")
        pieces.append(body[at : run.start()])
        if quotes % 2:
            pieces.append(ends)
        else:  # the first line end closes the row before, where there is one
            is_after_row = run.start() > 0
            marker = f"{grammar.delimiter * grammar.width}{_BLANK_MARK}{count - is_after_row}\n".encode()
            pieces += [b"\n" * is_after_row, marker]
        at = run.end()
    return memoryview(b"".join((*pieces, body[at:])))


def _has_blank_run(data: bytes) -> bool:
    return any(end * _LONG_RUN in data for end in (b"\n", b"\r\n", b"\r"))


@dataclass
class _Invalid:
    """Rows that Arrow skips because they have other cells than there are headings. `rows`: number (from 1) and text.

    With more broken rows than are kept (`is_hopeless`) the file goes back whole, and memory stays bounded.
    """

    grammar: Grammar
    first_row: int
    rows: list[tuple[int, str]] = field(default_factory=list)
    has_multiline: bool = False
    count: int = 0
    _more: int = 0  # blank lines that stand for one row each and were given to Arrow as one together
    _hopeless: int = 0
    _starts: array[int] = field(default_factory=lambda: array("q"))  # runs of skipped rows: first number, length
    _lengths: array[int] = field(default_factory=lambda: array("q"))

    def note(self, number: int, text: str) -> None:
        """Take in the row that Arrow calls `number`."""
        number += self._more
        blank = _BLANK_ROW.search(text)
        length = int(blank[1]) if blank else 1
        self.count += length
        if self._starts and self._starts[-1] + self._lengths[-1] == number:
            self._lengths[-1] += length
        else:
            self._starts.append(number)
            self._lengths.append(length)
        if blank:
            self._more += length - 1
            return
        self.has_multiline |= "\n" in text or "\r" in text
        self._hopeless += not self._may_fit(text)
        self.rows.append((number, text if len(text) <= limits.BLOCK_BYTES else text.rstrip(self.grammar.delimiter)))

    def _may_fit(self, text: str) -> bool:
        """Whether a row has the right cells but for empty ones at its end."""
        if '"' in text:
            return True  # its delimiters say nothing; rows with quotes are not told apart here
        cells = text.rstrip(self.grammar.delimiter).count(self.grammar.delimiter) + 1
        return cells <= self.grammar.width and text.count(self.grammar.delimiter) + 1 >= self.grammar.named

    @property
    def is_hopeless(self) -> bool:
        """Whether more rows are broken than are kept."""
        return self._hopeless > limits.MAX_BROKEN_ROWS

    def refuse_hopeless(self) -> None:
        """Raises TurnedAway where more rows are broken than are kept."""
        if self.is_hopeless:
            number, text = next(row for row in self.rows if not self._may_fit(row[1]))
            first_cells = self.grammar.cells(text) or [text]
            raise too_many_broken(
                ragged(number + self.first_row - 1, text, first_cells, self.grammar.width, is_last=False)
            )

    def numbers_of(self, places: pl.Series) -> pl.Series:
        """The numbers of good rows that stand at `places` (from 0) among the good ones."""
        if not self._starts:
            return places + 1
        runs = pl.DataFrame({"start": pl.Series(self._starts), "length": pl.Series(self._lengths)})
        runs = runs.with_columns(before=pl.col("length").cum_sum())
        # How many good rows stand before each run; of as many as stand before a row it says how many were skipped.
        good = runs["start"] - 1 - (runs["before"] - runs["length"])
        skipped = pl.concat([pl.Series([0], dtype=pl.Int64), runs["before"]])
        return places + 1 + skipped.gather(good.search_sorted(places, side="right"))


@dataclass(frozen=True)
class _Parsed:
    """What Arrow read: rows that are not blank (row_no: place among all good ones, from 0), and of how many."""

    frame: pl.DataFrame
    height: int
    invalid: _Invalid


def _arrow(body: memoryview, grammar: Grammar, first_row: int) -> _Parsed | None:
    """The rows by Arrow, block by block so that blank ones take no memory; None for a row longer than a block."""
    import pyarrow as pa
    from pyarrow import csv

    invalid = _Invalid(grammar, first_row)

    def note(row: csv.InvalidRow) -> str:
        invalid.note(row.number, row.text)
        return "error" if invalid.is_hopeless else "skip"

    names = [str(place) for place in range(grammar.width)]
    frames = [pl.DataFrame(schema={**dict.fromkeys(names, pl.String), ROW_NO: pl.Int64})]
    if not body:
        return _Parsed(frames[0], 0, invalid)
    block = min(limits.BLOCK_BYTES, max(limits.BLOCK_CELLS // grammar.width, limits.MIN_BLOCK_BYTES))
    height = 0
    try:
        reader = csv.open_csv(
            pa.BufferReader(pa.py_buffer(body)),
            # One thread, because Arrow numbers the rows it skips only then.
            read_options=csv.ReadOptions(use_threads=False, block_size=block, column_names=names),
            parse_options=csv.ParseOptions(
                delimiter=grammar.delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
            ),
            convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False),
        )
        for batch in reader:
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            numbered = frame.with_columns(pl.int_range(height, height + pl.len(), dtype=pl.Int64).alias(ROW_NO))
            height += frame.height
            frames.append(numbered.filter(pl.any_horizontal(pl.col(names).str.len_bytes() > 0)))
    except pa.ArrowInvalid:
        invalid.refuse_hopeless()
        return None
    return _Parsed(pl.concat(frames), height, invalid)
