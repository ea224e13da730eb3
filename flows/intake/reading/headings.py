"""The header row: what makes a row of cells the headings of a file."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from flows.intake.reading import limits
from flows.intake.reading.shapes import ROW_NO, TurnedAway
from flows.intake.reading.wording import shown

CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\u009F]"
_CONTROL = re.compile(CONTROL)


def headings_of(cells: Sequence[str], row_no: int, expected: Collection[str] = ()) -> tuple[str, ...]:
    """The headings in `cells`, outer blanks stripped; raises TurnedAway where they cannot be headings.

    A column without a heading is called by its place: it is dropped later where it is empty throughout.
    """
    stripped = [cell.strip() for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    if not stripped:
        raise TurnedAway("no_header", f"第 {row_no} 行是空行，应为列名。请在第 {row_no} 行写明各列列名。")
    if len(stripped) > limits.MAX_COLUMNS:
        raise too_many_columns(len(stripped))
    _refuse_control(stripped, row_no)
    headings = tuple(cell or f"（第{place}列无列名）" for place, cell in enumerate(stripped, 1))
    _refuse_repeats(headings)
    if expected and not set(expected) & set(headings):
        raise _not_a_header(headings, row_no, expected)
    return headings


def too_many_columns(count: int) -> TurnedAway:
    """The finding for a file wider than any exchange file."""
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
        if heading in first:
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
