"""Rows of a table that are no data: totals, and the notes and signatures below it. They are told, never read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

import polars as pl

from flows.intake.reading.shapes import ROW_NO, BrokenRow

_TOTAL = re.compile(
    r"(?:本页|本月|本年|累计)?(?:合计|总计|小计|共计|总数|合计数|subtotal|total|grandtotal)[:：]?", re.IGNORECASE
)
_NUMBER = re.compile(r"[-+¥￥]?[0-9][0-9,]*(?:\.[0-9]*)?(?:%|元|万元|家|条|件|户|次|个)?")
_NOTE = re.compile(
    r"[(（*※\[【]*(?:注|备注|说明|填表|填报|制表|审核|审批|复核|负责人|单位负责人|分管|经办|联系|电话|报送|上报|报表|打印|导出"
    r"|统计|数据来源|资料来源|来源[:：]|以上|本表|此表|以下空白|填写说明|盖章|单位[(（]盖章|日期[:：]|时间[:：]|共[0-9]+|第[0-9]+页)"
)
_NUMBERED_NOTE = re.compile(r"[(（]?[0-9一二三四五六七八九十]{1,2}[)）]?[、.．:：]\D|[※*]")
_LEAST_COLUMNS = 3  # a table of fewer columns has rows with a single cell
_ROWS_LOOKED_AT = 60


def without_footers(
    frame: pl.DataFrame, broken: Sequence[BrokenRow]
) -> tuple[pl.DataFrame, list[BrokenRow], tuple[str, ...]]:
    """`frame` (texts, and row_no last) and `broken` without totals and notes, and what is to be said of them.

    A row of totals begins with 合计 or the like and else holds numbers alone; notes are rows below the last row of
    data, every cell of which begins as notes do. Whatever else stands there stays a row.
    """
    if len(frame.columns) - 1 < _LEAST_COLUMNS:
        return frame, list(broken), ()
    totals = sorted({*_totals(frame), *(row.row_no for row in broken if _is_total(row.cells or (row.text,)))})
    notes = sorted(_notes(frame, broken, frozenset(totals)))
    away = {*totals, *notes}
    if not away:
        return frame, list(broken), ()
    said = (
        *([f"第 {_listed(totals)} 行是合计行，未作为数据读取。"] if totals else []),
        *([f"第 {_listed(notes)} 行是表下的说明或签署，未作为数据读取。"] if notes else []),
    )
    kept = frame.filter(~pl.col(ROW_NO).is_in(list(away)))
    return kept, [row for row in broken if row.row_no not in away], said


def _totals(frame: pl.DataFrame) -> Iterator[int]:
    first = pl.coalesce(pl.all().exclude(ROW_NO)).str.replace_all(r"\s", "")
    for *cells, row_no in frame.filter(first.str.contains(f"(?i)^(?:{_TOTAL.pattern})$")).iter_rows():
        if _is_total(cells):
            yield row_no


def _is_total(cells: Sequence[str | None]) -> bool:
    first, *others = list(_filled(cells)) or [""]
    return bool(_TOTAL.fullmatch(first)) and all(_NUMBER.fullmatch(text) or _TOTAL.fullmatch(text) for text in others)


def _notes(frame: pl.DataFrame, broken: Sequence[BrokenRow], totals: frozenset[int]) -> list[int]:
    """Rows of notes, from the last row of the table upwards."""
    rows: dict[int, Sequence[str | None]] = {
        row_no: cells for *cells, row_no in frame.tail(_ROWS_LOOKED_AT).iter_rows()
    }
    rows |= {row.row_no: row.cells or (row.text,) for row in broken[-_ROWS_LOOKED_AT:]}
    found: list[int] = []
    unsure: list[int] = []  # 1. … 2. … below a row that says 说明
    for row_no in sorted(rows, reverse=True)[:_ROWS_LOOKED_AT]:
        texts = list(dict.fromkeys(_filled(rows[row_no])))
        if row_no in totals:
            continue
        if all(_NOTE.match(text) for text in texts):
            found += [*unsure, row_no]
            unsure = []
        elif len(texts) == 1 and _NUMBERED_NOTE.match(texts[0]):
            unsure.append(row_no)
        else:
            break
    return found


def _filled(cells: Sequence[str | None]) -> Iterator[str]:
    for cell in cells:
        text = "".join(unicodedata.normalize("NFKC", cell or "").split())
        if text:
            yield text


def _listed(row_nos: Sequence[int]) -> str:
    return "、".join(map(str, row_nos[:20])) + ("等" if len(row_nos) > 20 else "")
