"""Credit repair, in Chinese: a verdict for each penalty and listing with its conditions, then the applications."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from flows.cli.answers.repair import Repairs
from flows.cli.text.columns import table
from reports.grid import CONFIDENCES, Field, fields_of, grid_from, grid_of
from transforms.law.repair.verdict import TOO_LATE
from transforms.tables.law.repair import APPLICATION, CONDITION_STATES, FALSEHOOD, REPAIR

_SHOWN = ("matter", "decision_no", "decided_on", "system_title", "state_title", "verdict", "earliest_on")
_NOTES = ("why", "regime", "earliest_soonest_on", "earliest_latest_on", "stop_on", "confidence", "notes")
_CONDITION = (
    Field("state", "结论", "words", CONDITION_STATES),
    Field("title", "条件"),
    Field("earliest_on", "自", "day"),
    Field("evidence", "记录"),
    Field("basis", "依据"),
    Field("confidence", "可信度", "words", CONFIDENCES),
)
_APPLIED = ("matter", "target", "system", "state_title", "since_on", "awaited_title", "by_on")
_APPLIED_NOTES = (
    *("listing_no", "applied_on", "last_title", "last_on", "last_no", "who", "is_extended", "reason", "released_on"),
    *("restored_on", "barred_until_on", "basis", "confidence", "notes"),
)
_FALSE = ("decision_type", "decision_no", "decided_on", "system", "state", "last_day_on", "stop_on")
_FALSE_NOTES = ("target", "reason", "stop_earliest_on", "stop_latest_on", "basis", "confidence")
_SETTLED = ("never", "unneeded")
NOTE = (
    "以上按现有记录推算，未载明的和可信度不是“已核对”的须由人工确认；是否准予由人决定。"
    "可能危害国家安全、社会公共利益的，不予修复（总局令第107号第十八条）。"
)


def repair_text(found: Repairs, name: str) -> list[str]:
    """Lines; `name` is the enterprise's."""
    title = f"{name} 信用修复：{found.as_of}"
    lines = [title]
    for row in found.rows.iter_slices(1):
        lines += _row(title, row)
    if found.rows.is_empty():
        lines.append("  没有行政处罚，也没有列入严重违法失信名单")
    return [*lines, "", *_applications(found.applications), *_falsehoods(found.falsehoods), NOTE]


def _row(title: str, row: pl.DataFrame) -> Iterator[str]:
    """A penalty or listing in a system; conditions only where they decide."""
    told = _told(row)
    yield from table(grid_of("repair", title, told, fields_of(REPAIR, *_SHOWN, *_NOTES)), _SHOWN, _NOTES)
    if row["verdict"].item() in _SETTLED and row["why"].item() != TOO_LATE:
        yield f"        依据：{row['basis'].item() or ''}".rstrip("：")
        return
    conditions = row["conditions"].to_list()[0] or []
    values = [[one[field.name] for field in _CONDITION] for one in conditions]
    yield from (f"      {line}" for line in table(grid_from("conditions", "条件", _CONDITION, values)))


def _told(row: pl.DataFrame) -> pl.DataFrame:
    """Without other readings that are the same day."""
    others = ("earliest_soonest_on", "earliest_latest_on")
    return row.with_columns(pl.when(pl.col(day) != pl.col("earliest_on")).then(day).alias(day) for day in others)


def _applications(rows: pl.DataFrame) -> list[str]:
    told = rows.with_columns(pl.when("is_extended").then("is_extended").alias("is_extended"))
    fields = fields_of(APPLICATION, *_APPLIED, *_APPLIED_NOTES)
    grid = grid_of("applications", "办理情况", told, fields, "没有信用修复申请")
    return ["办理情况：", *table(grid, _APPLIED, _APPLIED_NOTES)]


def _falsehoods(rows: pl.DataFrame) -> list[str]:
    if rows.is_empty():
        return []
    fields = fields_of(FALSEHOOD, *_FALSE, *_FALSE_NOTES)
    return [
        "因弄虚作假作出的决定（自身公示）：",
        *table(grid_of("falsehoods", "决定", rows, fields), _FALSE, _FALSE_NOTES),
    ]
