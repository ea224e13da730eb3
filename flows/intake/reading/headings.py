"""The header row: what makes a row of cells the headings of a file."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from flows.intake.reading import limits
from flows.intake.reading.shapes import ROW_NO, TurnedAway
from flows.intake.reading.wording import shown

# Control characters but tab and line ends, and the two code points that are no characters.
CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x{9F}\x{FFFE}\x{FFFF}]"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")

_UNNAMED = re.compile(r"（第[0-9]+列无列名）")  # comes back in a corrected workbook


def headings_of(cells: Sequence[str], row_no: int, expected: Collection[str] = ()) -> tuple[str, ...]:
    """The headings in `cells`, outer blanks stripped, "" where a column has none.

    Raises TurnedAway where the cells cannot be headings, or where `expected` headings are given and none is there.
    """
    headings = tuple("" if _UNNAMED.fullmatch(cell.strip()) else cell.strip() for cell in cells)
    width = named_width(headings)
    if not width:
        raise TurnedAway("no_header", f"第 {row_no} 行是空行，应为列名。请在第 {row_no} 行写明各列列名。")
    if width > limits.MAX_COLUMNS:
        raise _too_many_columns(width)
    _refuse_control(headings, row_no)
    _refuse_repeats(headings)
    if expected and not set(expected) & set(headings):
        raise _not_a_header(headings, row_no, expected)
    return headings if len(headings) <= limits.MAX_COLUMNS else headings[:width]


def named_width(headings: Sequence[str]) -> int:
    """How many columns there are up to the last one with a heading."""
    return max((place for place, heading in enumerate(headings, 1) if heading), default=0)


def unnamed(place: int) -> str:
    """What the column at `place` (from 1) is called where it has no heading."""
    return f"（第{place}列无列名）"


def _too_many_columns(count: int) -> TurnedAway:
    return TurnedAway(
        "too_many_columns",
        f"文件有 {count} 列，最多可读 {limits.MAX_COLUMNS} 列。请检查分隔符是否正确，只保留规定的列后重新报送。",
    )


def _refuse_control(cells: Sequence[str], row_no: int) -> None:
    for place, cell in enumerate(cells, 1):
        if found := _CONTROL.search(cell):
            code = f"U+{ord(found[0]):04X}"
            raise TurnedAway(
                "control_in_header",
                f"第 {row_no} 行第 {place} 列的列名含有控制字符 {code}，这不像文本文件。请确认文件类型后重新导出。",
            )


def _refuse_repeats(headings: Sequence[str]) -> None:
    first: dict[str, int] = {ROW_NO: 0}
    for place, heading in enumerate(headings, 1):
        if heading == ROW_NO:
            raise TurnedAway("reserved_heading", f"第 {place} 列的列名 {ROW_NO} 为系统保留。请改用其他列名。")
        if heading and heading in first:
            raise TurnedAway(
                "duplicate_heading",
                f"第 {first[heading]} 列和第 {place} 列的列名都是“{shown(heading)}”，无法判断以哪一列为准。"
                "请删去或改名其中一列后重新报送。",
            )
        first[heading] = place


def _not_a_header(headings: Sequence[str], row_no: int, expected: Collection[str]) -> TurnedAway:
    return TurnedAway(
        "no_header",
        f"第 {row_no} 行不是列名行：其内容为“{shown('、'.join(headings))}”，"
        f"应含有的列名如“{'、'.join(sorted(expected)[:5])}”。请在第 {row_no} 行补上列名后重新报送。",
    )
