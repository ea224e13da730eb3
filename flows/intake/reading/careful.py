"""Reading separated text record by record: slow, and right where quotes are not closed or stand in odd places.

The rule is RFC 4180, strictly: a cell that begins with a quote ends at a lone quote before a delimiter or the end of
a row. Where a row breaks it, that row's first line is broken and reading goes on with the next line, so that an
unclosed quote costs one row and not all that follow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from flows.intake.reading.shapes import BrokenRow
from flows.intake.reading.wording import shortened

_END = re.compile(r"\r\n|\r|\n")
_LINES_LOOKED_AT = 100


@dataclass(frozen=True)
class Grammar:
    """How the cells of a row are told apart."""

    delimiter: str
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

    rows: list[Sequence[str]] = field(default_factory=list)
    row_nos: list[int] = field(default_factory=list)
    broken: list[BrokenRow] = field(default_factory=list)


def read_carefully(text: str, grammar: Grammar, width: int, row_no: int) -> CarefulRows:
    """The rows of `text`, the first of which is row `row_no`; blank lines are counted and passed over."""
    found = CarefulRows()
    at = 0
    while at < len(text):
        end = _take(text, at, grammar, width, row_no, found)
        row_no += 1
        line_end = _END.match(text, end)
        at = line_end.end() if line_end else end
    return found


def _take(text: str, at: int, grammar: Grammar, width: int, row_no: int, found: CarefulRows) -> int:
    """Reads one record into `found`; gives where it ends."""
    record = grammar.record(text, at)
    if record is None:
        end = _line_end(text, at)
        found.broken.append(unclosed(row_no, text[at:end], is_last=end == len(text)))
        return end
    cells, end = record
    if len(cells) != width and any(cells):
        cells = fitted(cells, width)
    if len(cells) == width:
        found.rows.append(cells)
        found.row_nos.append(row_no)
    elif any(cells):
        if _swallowed(text[at:end], grammar, width):
            end = _line_end(text, at)
            found.broken.append(unclosed(row_no, text[at:end], is_last=False))
        else:
            found.broken.append(ragged(row_no, text[at:end], cells, width, is_last=end == len(text)))
    return end


def _line_end(text: str, at: int) -> int:
    found = _END.search(text, at)
    return found.start() if found else len(text)


def _swallowed(record: str, grammar: Grammar, width: int) -> bool:
    """Whether a record of several lines holds lines that are whole rows by themselves."""
    lines = _END.split(record, _LINES_LOOKED_AT)[1:]
    return any(len(grammar.cells(line) or ()) == width for line in lines)


def fitted(cells: list[str], width: int) -> list[str]:
    """`cells` without the empty ones that stand beyond the last heading."""
    return cells[:width] if len(cells) > width and not any(cells[width:]) else cells


def ragged(row_no: int, text: str, cells: Sequence[str], width: int, is_last: bool) -> BrokenRow:
    """A row with more or fewer cells than there are headings."""
    expected = f"应有 {width} 个单元格，与列名一致；单元格内有分隔符时，该单元格须用英文双引号括起"
    if len(cells) < width and is_last:
        detail = f"最后一行只有 {len(cells)} 个单元格，列名有 {width} 个，文件可能不完整（传输或导出中断）"
        return BrokenRow(row_no, "cut_off", shortened(text), detail, "请重新导出并报送完整文件", cells=tuple(cells))
    detail = f"该行有 {len(cells)} 个单元格，列名有 {width} 个"
    code = "too_few_cells" if len(cells) < width else "too_many_cells"
    return BrokenRow(row_no, code, shortened(text), detail, expected, cells=tuple(cells))


def unclosed(row_no: int, text: str, is_last: bool) -> BrokenRow:
    """A row with a quote that is opened and not rightly closed."""
    if is_last:
        detail = "最后一行的引号没有结束，文件可能不完整（传输或导出中断）"
        return BrokenRow(row_no, "cut_off", shortened(text), detail, "请重新导出并报送完整文件")
    return BrokenRow(
        row_no,
        "unclosed_quote",
        shortened(text),
        "该行的英文双引号没有正确结束；自下一行起按行继续读取",
        "以双引号开头的单元格应以双引号结束，其中的双引号写两次",
    )
