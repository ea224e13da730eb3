"""Delimited text (CSV): in one pass by Arrow, and record by record where its quotes are in doubt."""

from __future__ import annotations

import re
import threading
import weakref
from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import polars as pl

from flows.ingest.reading import limits
from flows.ingest.reading.encoding import decode_text, encoding_doubt
from flows.ingest.reading.headings import Header, find_header, named_width, not_a_header, title_note
from flows.ingest.reading.raw_file import (
    NO_EXPECTED_HEADINGS,
    ROW_NO,
    SEND_WHOLE_FILE,
    BrokenRow,
    ExpectedHeadings,
    FileLayout,
    FileRejected,
    RawSheet,
    ragged_row,
    shortened,
)

_HEADER_CHARS = 4 * limits.MAX_COLUMNS * limits.MAX_SHOWN_CHARS
_ROWS_BELOW = 12  # rows below the expected header row, among which the headings are searched
_DELIMITERS = {",": "逗号", ";": "分号", "\t": "制表符", "|": "竖线", "^": "^ 符号", "~": "~ 符号"}
_FEW_WITNESSES = 2  # Chinese headings that confirm a doubtful encoding
_RELEASE_SECONDS = 5  # it takes milliseconds

_LINE_END = re.compile(r"\r\n|\r|\n")
_LINE_ENDS = re.compile(r"[\r\n]+")
_LONG_RUN = 256  # blank lines
_BLANK_RUN = re.compile(rb"[\r\n]{%d,}" % _LONG_RUN)
_BLANK_MARK = "\x00空行"
_BLANK_ROW = re.compile(rf"{_BLANK_MARK}([0-9]+)$")
_LINES_SEARCHED = 100  # of a record of several lines
_ROWS_AT_ONCE = 50_000  # kept as Python texts, which take ten times as much memory as a frame

_CUT_QUOTE = "最后一行的引号没有结束，文件可能不完整（传输或导出中断）"
_UNCLOSED_QUOTE = "该行的英文双引号没有正确结束；自下一行起按行继续读取"
_CLOSED_QUOTE = "以双引号开头的单元格应以双引号结束，其中的双引号写两次"

_QUOTE, _SPACE, _DELETE = ord('"'), ord(" "), 0x7F
_PLAIN_CONTROLS = [ord(mark) for mark in "\t\n\r"]


def read_delimited(data: bytes, layout: FileLayout, expected: ExpectedHeadings = NO_EXPECTED_HEADINGS) -> RawSheet:
    """The rows of a CSV file. Raises FileRejected where it is none."""
    text = decode_text(data, layout.encoding)
    delimiter, header, start = _header(text.data, layout, expected)
    if text.is_doubtful and sum(not heading.isascii() for heading in header.read) < _FEW_WITNESSES:
        raise encoding_doubt(text)
    grammar = Grammar(delimiter, len(header.headings), named_width(header.headings))
    first_row = header.row_no + 1
    found = _in_one_pass(text.data, start, grammar, first_row)
    if found is None:
        rows = read_record_by_record(text.data[start:].decode(), grammar, first_row)
        found = rows.frame(), tuple(rows.broken)
    frame, broken = found
    if text.is_cut:  # within a character of the last row, which is broken even if it has all its cells
        *cells, row_no = frame.row(-1) if frame.height else (0,)
        if row_no >= max((row.row_no for row in broken), default=1):
            texts = tuple(cell or "" for cell in cells)
            detail = "文件在最后一行的一个字符中间中断，文件可能不完整（传输或导出中断）"
            last = BrokenRow(row_no, "cut_off", "、".join(texts), detail, SEND_WHOLE_FILE, cells=texts)
            frame, broken = frame.head(-1), (*broken, last)
    notes = list(title_note(header))
    if delimiter != layout.delimiter:
        notes.append(f"单元格以{_DELIMITERS.get(delimiter, delimiter)}分隔，已照此读取。")
    declared = layout.encoding
    if declared and text.encoding.startswith("utf-") and not declared.lower().startswith("utf"):
        notes.append(f"来源文件写明编码为 {declared}，文件带有 {text.encoding.upper()} 标记，已按标记读取。")
    return RawSheet(
        text.encoding,
        header.headings,
        frame,
        broken,
        tuple(notes),
        is_clean=not _has_control(text.data),
        header=header.cells,
        other_units=header.other_units,
    )


def _header(data: bytes, layout: FileLayout, expected: ExpectedHeadings) -> tuple[str, Header, int]:
    """The delimiter, the header, and the byte after it: by the delimiter that gives most headings."""
    head = data[:_HEADER_CHARS].decode(errors="ignore")
    others = [mark for mark in _DELIMITERS if mark != layout.delimiter and mark in head] if expected.accepted else []
    best: tuple[str, Header, int] | None = None
    for delimiter in (layout.delimiter, *others):
        rows, ends = _first_rows(head, Grammar(delimiter), layout.header_row + _ROWS_BELOW)
        if delimiter == layout.delimiter:
            own = rows
            header = find_header(rows, layout.header_row, expected)
        else:
            try:
                header = find_header(rows, layout.header_row, expected)
            except FileRejected:
                continue  # under a delimiter that was only tried
        if header is not None and (best is None or len(header.read) > len(best[1].read)):
            best = delimiter, header, len(head[: ends[header.row_no - 1]].encode())
    if best is not None:
        return best
    if len(own) < layout.header_row or not any(own[layout.header_row - 1]):
        raise FileRejected("no_header", f"文件中没有可读的第 {layout.header_row} 行，该行应为列名。请补上列名行。")
    raise not_a_header([cell.strip() for cell in own[layout.header_row - 1]], layout.header_row, expected)


def _first_rows(head: str, grammar: Grammar, count: int) -> tuple[list[list[str]], list[int]]:
    """The first rows of a text and where each ends, its line end included; a row with an open quote is one line."""
    rows: list[list[str]] = []
    ends: list[int] = []
    at = 0
    while at < len(head) and len(rows) < count:
        record = grammar.record(head, at)
        if record is None:
            end = _line_end(head, at)
            record = [head[at:end]], end
        cells, at = record
        at += 2 if head.startswith("\r\n", at) else 1
        rows.append(cells)
        ends.append(at)
    return rows, ends


def _in_one_pass(
    data: bytes, start: int, grammar: Grammar, first_row: int
) -> tuple[pl.DataFrame, tuple[BrokenRow, ...]] | None:
    """The rows as Arrow reads them; None where a misplaced quote may have made it join or change rows."""
    has_quotes = data.find(b'"', start) >= 0
    if has_quotes and _has_misplaced_quotes(data, grammar.delimiter):
        return None
    parsed = _arrow(_without_blank_runs(data, start, grammar), grammar, first_row)
    if parsed is None or (has_quotes and parsed.invalid.has_multiline):
        return None
    invalid = parsed.invalid
    ends_open = not data.endswith((b"\n", b"\r"))
    last = parsed.height + invalid.count if ends_open else 0
    rescued = RecordRows(grammar)
    for number, text in invalid.rows:
        cells = grammar.cells(text) or []
        row_no = number + first_row - 1
        if not rescued.take(row_no, cells):
            rescued.refuse(ragged_row(row_no, text, cells, grammar.width, is_last=number == last))
    frame = parsed.frame.with_columns((invalid.numbers_of(parsed.frame[ROW_NO]) + (first_row - 1)).alias(ROW_NO))
    good = rescued.frame()
    return (pl.concat([frame, good]).sort(ROW_NO) if good.height else frame), tuple(rescued.broken)


def _without_blank_runs(data: bytes, start: int, grammar: Grammar) -> memoryview:
    """`data` from `start` on, with long runs of blank lines replaced by a row that says how many they are.

    Such a run costs Arrow a cell for each line and column; within a quoted cell it is text and stays. The row has a
    cell too many, so that Arrow reports its number as that of a skipped row.
    """
    body = memoryview(data)[start:]
    if not any(end * _LONG_RUN in data for end in (b"\n", b"\r\n", b"\r")):
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


@dataclass(frozen=True)
class Grammar:
    """How a row is split into cells, and how many it has: `width`, of which `named` is the last with a heading."""

    delimiter: str
    width: int = 0
    named: int = 0
    quoted: re.Pattern[str] = field(init=False)
    plain: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        mark = re.escape(self.delimiter)
        # Possessive: a cell of any length takes linear time and no stack.
        object.__setattr__(self, "quoted", re.compile(rf'"((?:[^"]++|"")*+)"(?={mark}|\r|\n|\Z)'))
        object.__setattr__(self, "plain", re.compile(rf"[^{mark}\r\n]*+"))

    def record(self, text: str, at: int) -> tuple[list[str], int] | None:
        """The cells of the record that begins at `at` and where it ends; None where a quote is not closed."""
        cells = []
        while True:
            is_quoted = text.startswith('"', at)
            found = (self.quoted if is_quoted else self.plain).match(text, at)
            if found is None:
                return None
            cells.append(found[1].replace('""', '"') if is_quoted else found[0])
            at = found.end()
            if not text.startswith(self.delimiter, at):
                return cells, at
            at += 1

    def cells(self, line: str) -> list[str] | None:
        """The cells of a text that should be one record; None where it is not."""
        found = self.record(line, 0)
        return found[0] if found and found[1] == len(line) else None


@dataclass
class _Invalid:
    """Rows that Arrow skips because they have more or fewer cells than there are headings.

    rows: number (from 1) and text. With more broken rows than are returned (`is_hopeless`) the file is rejected, so
    that memory is bounded.
    """

    grammar: Grammar
    first_row: int
    rows: list[tuple[int, str]] = field(default_factory=list)
    has_multiline: bool = False
    count: int = 0
    _more: int = 0  # blank lines that were given to Arrow as one row
    _hopeless: int = 0
    _starts: array[int] = field(default_factory=lambda: array("q"))  # runs of skipped rows: first number, length
    _lengths: array[int] = field(default_factory=lambda: array("q"))

    def note(self, number: int, text: str) -> None:
        """Adds the row that has the number `number` for Arrow."""
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
        """Whether a row has the right cells, apart from empty ones at its end."""
        if '"' in text:
            return True  # its delimiters may be within cells
        cells = text.rstrip(self.grammar.delimiter).count(self.grammar.delimiter) + 1
        return cells <= self.grammar.width and text.count(self.grammar.delimiter) + 1 >= self.grammar.named

    @property
    def is_hopeless(self) -> bool:
        """Whether more rows are broken than are returned one by one."""
        return self._hopeless > limits.MAX_BROKEN_ROWS

    def refuse_hopeless(self) -> None:
        """Raises FileRejected where more rows are broken than are returned one by one."""
        if self.is_hopeless:
            number, text = next(row for row in self.rows if not self._may_fit(row[1]))
            first_cells = self.grammar.cells(text) or [text]
            raise _too_many_broken_rows(
                ragged_row(number + self.first_row - 1, text, first_cells, self.grammar.width, is_last=False)
            )

    def numbers_of(self, places: pl.Series) -> pl.Series:
        """The numbers of the good rows with `places` (from 0) among the good ones."""
        if not self._starts:
            return places + 1
        runs = pl.DataFrame({"start": pl.Series(self._starts), "length": pl.Series(self._lengths)})
        runs = runs.with_columns(before=pl.col("length").cum_sum())
        # By the number of good rows before each run follows how many rows were skipped before a good one.
        good = runs["start"] - 1 - (runs["before"] - runs["length"])
        skipped = pl.concat([pl.Series([0], dtype=pl.Int64), runs["before"]])
        return places + 1 + skipped.gather(good.search_sorted(places, side="right"))


@dataclass(frozen=True)
class _Parsed:
    """What Arrow read: rows that are not blank (row_no: place among all good ones, from 0), and how many with these."""

    frame: pl.DataFrame
    height: int
    invalid: _Invalid


def _arrow(body: memoryview, grammar: Grammar, first_row: int) -> _Parsed | None:
    """The rows, block by block so that blank ones take no memory; None for a row longer than a block."""
    from pyarrow import ArrowInvalid

    invalid = _Invalid(grammar, first_row)
    is_released = threading.Event()
    parsed = None
    with suppress(ArrowInvalid):
        parsed = _arrow_blocks(body, grammar, invalid, is_released)
    # Arrow's thread lets go of the function below a moment after the last block, and needs the interpreter for it: one
    # that ends just then ends with an abort.
    is_released.wait(_RELEASE_SECONDS)
    if parsed is None:
        invalid.refuse_hopeless()
    return parsed


def _arrow_blocks(body: memoryview, grammar: Grammar, invalid: _Invalid, is_released: threading.Event) -> _Parsed:
    import pyarrow as pa
    from pyarrow import csv

    def note(row: csv.InvalidRow) -> str:
        invalid.note(row.number, row.text)
        return "error" if invalid.is_hopeless else "skip"

    weakref.finalize(note, is_released.set)
    names = [str(place) for place in range(grammar.width)]
    frames = [pl.DataFrame(schema={**dict.fromkeys(names, pl.String), ROW_NO: pl.Int64})]
    if not body:
        return _Parsed(frames[0], 0, invalid)
    block = min(limits.BLOCK_BYTES, max(limits.BLOCK_CELLS // grammar.width, limits.MIN_BLOCK_BYTES))
    height = 0
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
    return _Parsed(pl.concat(frames), height, invalid)


@dataclass
class RecordRows:
    """The rows that are read record by record: good ones in frames, and broken ones."""

    grammar: Grammar
    broken: list[BrokenRow] = field(default_factory=list)
    _frames: list[pl.DataFrame] = field(default_factory=list)
    _rows: list[Sequence[str]] = field(default_factory=list)
    _row_nos: list[int] = field(default_factory=list)
    _broken_chars: int = 0

    def take(self, row_no: int, cells: list[str]) -> bool:
        """Adds a row that has the right cells, or is blank; False for another."""
        if not any(cells):
            return True
        width = self.grammar.width
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        elif self.grammar.named <= len(cells) < width:  # only columns without a heading are missing
            cells = cells + [""] * (width - len(cells))
        if len(cells) != width:
            return False
        self._rows.append(cells)
        self._row_nos.append(row_no)
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._pack()
        return True

    def refuse(self, row: BrokenRow) -> None:
        """Adds a broken row. Raises FileRejected where there are more than a person could correct."""
        text = row.text if len(row.text) <= limits.MAX_CELL_CHARS else shortened(row.text, limits.MAX_CELL_CHARS - 100)
        self.broken.append(replace(row, text=text))
        self._broken_chars += len(text)
        if len(self.broken) > limits.MAX_BROKEN_ROWS or self._broken_chars > limits.MAX_BROKEN_CHARS:
            raise _too_many_broken_rows(self.broken[0])

    def frame(self) -> pl.DataFrame:
        """The good rows."""
        self._pack()
        return pl.concat(self._frames)

    def _pack(self) -> None:
        schema = {str(place): pl.String for place in range(self.grammar.width)}
        frame = pl.DataFrame(self._rows, schema=schema, orient="row")
        self._frames.append(frame.with_columns(pl.Series(ROW_NO, self._row_nos, pl.Int64)))
        self._rows, self._row_nos = [], []


def _too_many_broken_rows(first: BrokenRow) -> FileRejected:
    """For a file most of which cannot be split into cells: the fault is one of the file."""
    return FileRejected(
        "too_many_broken_rows",
        f"无法按列名拆分的行太多，不逐行列出；第一处在第 {first.row_no} 行：{first.detail}。"
        "多半是分隔符、引号或列名有误，请改正后重新报送整个文件。",
    )


def read_record_by_record(text: str, grammar: Grammar, row_no: int) -> RecordRows:
    """The rows of `text`, the first of which is row `row_no`; blank lines are counted and skipped.

    Slow, and right where quotes are not closed or are misplaced. The rule is RFC 4180, strictly: a cell that begins
    with a quote ends at a lone quote before a delimiter or the end of a row. Where a row breaks it, its first line is
    broken and reading goes on with the next line, so that an unclosed quote costs one row and not all that follow.
    Raises FileRejected where too many are broken.
    """
    found = RecordRows(grammar)
    at = 0
    while at < len(text):
        if blank := _LINE_ENDS.match(text, at):
            ends = blank[0]
            row_no += ends.count("\n") + ends.count("\r") - ends.count("\r\n")
            at = blank.end()
            continue
        cells, end = grammar.record(text, at) or (None, at)
        if cells is None or not found.take(row_no, cells):
            lines = _LINE_END.split(text[at:end], _LINES_SEARCHED)
            has_rows_within = any(len(grammar.cells(line) or ()) == grammar.width for line in lines[1:])
            if cells is None or has_rows_within:  # a quote is opened and not properly closed
                end = _line_end(text, at)
                code, detail, expected = "unclosed_quote", _UNCLOSED_QUOTE, _CLOSED_QUOTE
                if end == len(text):
                    code, detail, expected = "cut_off", _CUT_QUOTE, SEND_WHOLE_FILE
                found.refuse(BrokenRow(row_no, code, text[at:end], detail, expected))
            else:
                found.refuse(ragged_row(row_no, text[at:end], cells, grammar.width, is_last=end == len(text)))
        row_no += 1
        line_end = _LINE_END.match(text, end)
        at = line_end.end() if line_end else end
    return found


def _line_end(text: str, at: int) -> int:
    """Where the line that begins at `at` ends, its line end left out."""
    found = _LINE_END.search(text, at)
    return found.start() if found else len(text)


def _has_misplaced_quotes(data: bytes, delimiter: str) -> bool:
    """Whether the quotes of the UTF-8 text break the rule of RFC 4180 anywhere.

    Where they keep it, the first, third, fifth … quote opens a cell or ends a doubled quote, so it follows a border or
    a quote; the second, fourth … closes one or begins a doubled quote, so a border or a quote follows it.
    """
    codes = _codes(data)
    quotes = (codes == _QUOTE).arg_true()
    if quotes.len() % 2:
        return True
    before = codes.shift(1, fill_value=ord("\n")).gather(quotes.gather_every(2))
    after = codes.shift(-1, fill_value=ord("\n")).gather(quotes.gather_every(2, offset=1))
    for neighbours in (before, after):
        is_delimiter, is_quote, is_lf, is_cr = (neighbours == ord(mark) for mark in (delimiter, '"', "\n", "\r"))
        if not (is_delimiter | is_quote | is_lf | is_cr).all():
            return True
    return False


def _has_control(data: bytes) -> bool:
    """Whether the UTF-8 text has a control character other than tab and line ends, or a code that is no character."""
    codes = _codes(data)
    if not codes.filter(codes < _SPACE).is_in(_PLAIN_CONTROLS).all() or (codes == _DELETE).any():
        return True
    # U+0080 to U+009F are C2 80 to C2 9F, U+FFFE and U+FFFF are EF BF BE and EF BF BF.
    has_c1 = codes.gather(_after(codes == 0xC2)) < 0xA0
    if has_c1.any():
        return True
    second = _after(codes == 0xEF)
    third = second.filter(codes.gather(second) == 0xBF) + 1
    return bool((codes.gather(third) >= 0xBE).any())


def _after(is_lead: pl.Series) -> pl.Series:
    """The places after those that are true; in UTF-8 a lead byte is always followed by another."""
    return is_lead.arg_true() + 1


def _codes(data: bytes) -> pl.Series:
    """The bytes as numbers, without a copy."""
    import pyarrow as pa

    array = pa.Array.from_buffers(pa.uint8(), len(data), [None, pa.py_buffer(data)])
    codes = pl.from_arrow(array)
    assert isinstance(codes, pl.Series)
    return codes
