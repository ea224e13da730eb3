"""Reading separated text record by record: slow, and right where quotes are not closed or stand in odd places.

The rule is RFC 4180, strictly: a cell that begins with a quote ends at a lone quote before a delimiter or the end of
a row. Where a row breaks it, that row's first line is broken and reading goes on with the next line, so that an
unclosed quote costs one row and not all that follow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from flows.intake.reading import limits
from flows.intake.reading.shapes import ROW_NO, BrokenRow, TurnedAway
from flows.intake.reading.wording import shortened

_END = re.compile(r"\r\n|\r|\n")
_BLANK_LINES = re.compile(r"[\r\n]+")
_LINES_LOOKED_AT = 100
_ROWS_AT_ONCE = 50_000  # kept as Python texts, ten times as large as in a frame
_CELLS_TOLD_APART = 200  # beyond the headings; a longer row is kept as the line it is
_SEND_WHOLE = "请重新导出并报送完整文件"


@dataclass(frozen=True)
class Grammar:
    """How the cells of a row are told apart and how many there are: `width` with, `named` of them with a heading."""

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
class CarefulRows:
    """What careful reading found."""

    grammar: Grammar
    broken: list[BrokenRow] = field(default_factory=list)
    _frames: list[pl.DataFrame] = field(default_factory=list)
    _rows: list[Sequence[str]] = field(default_factory=list)
    _row_nos: list[int] = field(default_factory=list)
    _broken_chars: int = 0

    def take(self, row_no: int, cells: list[str]) -> bool:
        """Takes a row that is blank or has the right cells; False for another."""
        if not any(cells):
            return True
        fitted = _fitted(cells, self.grammar)
        if len(fitted) != self.grammar.width:
            return False
        self._rows.append(fitted)
        self._row_nos.append(row_no)
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._pack()
        return True

    def refuse(self, row: BrokenRow) -> None:
        """Takes a row that is broken. Raises TurnedAway where there are more than a person could go through."""
        text = row.text if len(row.text) <= limits.MAX_CELL_CHARS else shortened(row.text, limits.MAX_CELL_CHARS - 100)
        self.broken.append(replace(row, text=text))
        self._broken_chars += len(text)
        if len(self.broken) > limits.MAX_BROKEN_ROWS or self._broken_chars > limits.MAX_BROKEN_CHARS:
            raise too_many_broken(self.broken[0])

    def frame(self) -> pl.DataFrame:
        """The rows taken."""
        self._pack()
        return pl.concat(self._frames)

    def _pack(self) -> None:
        schema = {str(place): pl.String for place in range(self.grammar.width)}
        frame = pl.DataFrame(self._rows, schema=schema, orient="row")
        self._frames.append(frame.with_columns(pl.Series(ROW_NO, self._row_nos, pl.Int64)))
        self._rows, self._row_nos = [], []


def too_many_broken(first: BrokenRow) -> TurnedAway:
    """The finding for a file most of which cannot be told apart into cells: the fault is one of the file."""
    return TurnedAway(
        "too_many_broken_rows",
        f"无法按列名拆分的行太多，不逐行列出；第一处在第 {first.row_no} 行：{first.detail}。"
        "多半是分隔符、引号或列名有误，请改正后重新报送整个文件。",
    )


def read_carefully(text: str, grammar: Grammar, row_no: int) -> CarefulRows:
    """The rows of `text`, the first of which is row `row_no`; blank lines are counted and passed over.

    Raises TurnedAway where too many are broken.
    """
    found = CarefulRows(grammar)
    at = 0
    while at < len(text):
        if blank := _BLANK_LINES.match(text, at):
            ends = blank[0]
            row_no += ends.count("\n") + ends.count("\r") - ends.count("\r\n")
            at = blank.end()
            continue
        end = _take(text, at, grammar, row_no, found)
        row_no += 1
        found_end = _END.match(text, end)
        at = found_end.end() if found_end else end
    return found


def _take(text: str, at: int, grammar: Grammar, row_no: int, found: CarefulRows) -> int:
    """Reads one record into `found`; gives where it ends."""
    record = grammar.record(text, at)
    if record is not None:
        cells, end = record
        if found.take(row_no, cells):
            return end
        if not _has_swallowed(text[at:end], grammar):
            found.refuse(ragged(row_no, text[at:end], cells, grammar.width, is_last=end == len(text)))
            return end
    end = line_end(text, at)
    found.refuse(_unclosed(row_no, text[at:end], is_last=end == len(text)))
    return end


def line_end(text: str, at: int) -> int:
    """Where the line that begins at `at` ends, its line end left out."""
    found = _END.search(text, at)
    return found.start() if found else len(text)


def _has_swallowed(record: str, grammar: Grammar) -> bool:
    """Whether a record of several lines holds lines that are whole rows by themselves."""
    lines = _END.split(record, _LINES_LOOKED_AT)[1:]
    return any(len(grammar.cells(line) or ()) == grammar.width for line in lines)


def _fitted(cells: list[str], grammar: Grammar) -> list[str]:
    """`cells` without empty ones beyond the last column, and with those that only columns without heading lack."""
    if len(cells) > grammar.width and not any(cells[grammar.width :]):
        return cells[: grammar.width]
    if grammar.named <= len(cells) < grammar.width:
        return cells + [""] * (grammar.width - len(cells))
    return cells


def ragged(row_no: int, text: str, cells: Sequence[str], width: int, is_last: bool) -> BrokenRow:
    """A row with more or fewer cells than there are headings."""
    expected = f"应有 {width} 个单元格，与列名一致；单元格内有分隔符时，该单元格须用英文双引号括起"
    if len(cells) < width and is_last:
        detail = f"最后一行只有 {len(cells)} 个单元格，列名有 {width} 个，文件可能不完整（传输或导出中断）"
        return BrokenRow(row_no, "cut_off", text, detail, _SEND_WHOLE, cells=tuple(cells))
    detail = f"该行有 {len(cells)} 个单元格，列名有 {width} 个"
    told_apart = tuple(cells) if len(cells) <= width + _CELLS_TOLD_APART else None
    code = "too_few_cells" if len(cells) < width else "too_many_cells"
    return BrokenRow(row_no, code, text, detail, expected, cells=told_apart)


def _unclosed(row_no: int, text: str, is_last: bool) -> BrokenRow:
    """A row with a quote that is opened and not rightly closed."""
    if is_last:
        detail = "最后一行的引号没有结束，文件可能不完整（传输或导出中断）"
        return BrokenRow(row_no, "cut_off", text, detail, _SEND_WHOLE)
    return BrokenRow(
        row_no,
        "unclosed_quote",
        text,
        "该行的英文双引号没有正确结束；自下一行起按行继续读取",
        "以双引号开头的单元格应以双引号结束，其中的双引号写两次",
    )


def cut_row(row_no: int, cells: Sequence[str | None]) -> BrokenRow:
    """The last row of a file that ends in the middle of a character."""
    texts = tuple(cell or "" for cell in cells)
    detail = "文件在最后一行的一个字符中间中断，文件可能不完整（传输或导出中断）"
    return BrokenRow(row_no, "cut_off", "、".join(texts), detail, _SEND_WHOLE, cells=texts)
