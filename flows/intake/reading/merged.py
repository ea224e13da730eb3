"""Merged cells: what stands in one is said of all its rows, where that is beyond doubt; else the rows go back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flows.intake.reading.headings import Header

Range = tuple[tuple[int, int], tuple[int, int]]  # first row and column, last row and column, from 0


def spread_headings(rows: Sequence[Sequence[str]], ranges: Collection[Range]) -> list[list[str]]:
    """The first rows of a sheet, what is merged downwards standing in each of its rows."""
    spread = [list(row) for row in rows]
    for (top, left), (bottom, _) in ranges:
        if top < len(spread) and left < len(spread[top]):
            for row in range(top + 1, min(bottom + 1, len(spread))):
                if left < len(spread[row]):
                    spread[row][left] = spread[row][left] or spread[top][left]
    return spread


def merged_note(ranges: Collection[Range], header: Header, first_row: int, amounts: Collection[str]) -> tuple[str, ...]:
    """What people are told of cells that `spread_rows` writes into several rows of a column; empty where there is none.

    A name or code that was merged over the rows of several firms fits one of them, and the others go back.
    """
    columns = sorted({left for (top, left), (bottom, _) in ranges if bottom > top >= first_row})
    read = [header.headings[left] for left in columns if left < len(header.headings)]
    told = "”“".join(heading for heading in read if heading in header.read and heading not in amounts)
    return (f"“{told}”列有合并单元格，已按合并的内容逐行读取；各行内容不同的，请取消合并后重新报送。",) if told else ()


def spread_rows(
    rows: Sequence[list[str]], ranges: Collection[Range], header: Header, first_row: int, amounts: Collection[str]
) -> dict[int, tuple[str, str]]:
    """Write the text of merged cells into all their rows; gives the rows (place in `rows`) of which that is unclear,
    each with the heading at fault and a sentence.

    rows: the rows below the header, the first being row `first_row` (from 0) of the sheet. A row with nothing of its
    own, as where every cell of two rows is merged, is no row. An amount over several rows may be that of each or of
    all, and a cell over several columns that are read may belong to any: such rows go back.
    """
    below = [one for one in ranges if one[1][0] >= first_row and one[0][0] >= first_row]
    covered: dict[int, set[int]] = {}
    for (top, left), (bottom, right) in below:
        for row in range(top, min(bottom, first_row + len(rows) - 1) + 1):
            covered.setdefault(row, set()).update(range(left, right + 1) if row > top else range(left + 1, right + 1))
    has_own = {
        row: any(text for place, text in enumerate(rows[row - first_row]) if place not in covered[row])
        for row in covered
    }
    unclear: dict[int, tuple[str, str]] = {}
    for (top, left), (bottom, right) in below:
        if top - first_row >= len(rows) or left >= len(rows[top - first_row]):
            continue
        text = rows[top - first_row][left]
        own = [row for row in range(top, min(bottom, first_row + len(rows) - 1) + 1) if has_own.get(row, True)]
        if not text or not own:
            continue
        heading = header.headings[left] if left < len(header.headings) else ""
        read = [name for name in header.headings[left : right + 1] if name in header.read]
        if len(read) > 1:
            detail = f"“{'”“'.join(read)}”各列是合并单元格，无法判断内容属于哪一列"
            unclear |= {row - first_row: (heading, detail) for row in own}
        elif len(own) > 1 and heading in amounts:
            detail = f"“{heading}”列第 {top + 1} 至 {bottom + 1} 行是合并单元格，无法判断是每行的金额还是各行的合计"
            unclear |= {row - first_row: (heading, detail) for row in own}
        else:
            for row in own:
                if row > top:
                    rows[row - first_row][left] = text
    return unclear
