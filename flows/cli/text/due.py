"""What falls due, in Chinese: overdue first, then duties and what happens by itself."""

from __future__ import annotations

import polars as pl

from flows.cli.answers.due import Due
from flows.cli.text.columns import table
from reports.grid import Grid
from reports.views.coming import coming_grid

_SHOWN = ("on", "what", "who", "matter", "party_name", "decision_no")
_ITSELF = "自行发生"
_NOTES = ("system", "basis", "confidence", "note")
NOTE = "日期以现有记录计算，如有新记录会变化。提示和可信度不是“已核对”的，须由人工确认。"


def due_text(found: Due, name: str) -> list[str]:
    """Lines; `name` is the enterprise's, empty for the office."""
    until = f"至 {found.span.until}" if found.span.until else "以后"
    whose = f"{name} " if name else ""
    title = f"{whose}到期事项：{found.span.as_of} {until}，共 {found.rows.height} 项"
    lines = [title]
    for grid in _parts(found.rows):
        lines += ["", f"{grid.title}（{len(grid)} 项）", *table(grid, _columns(grid, name), _NOTES)]
    return [*lines, "", NOTE]


def _columns(grid: Grid, name: str) -> tuple[str, ...]:
    """What is the same in every row is not said again: whose it is, and that it is nobody's duty."""
    left_out = {"party_name"} if name else set()
    return tuple(column for column in _SHOWN if column not in left_out | ({"who"} if grid.title == _ITSELF else set()))


def _parts(rows: pl.DataFrame) -> list[Grid]:
    is_duty, is_late = ~pl.col("is_automatic"), pl.col("is_overdue")
    parts = {"已逾期": is_late, "须办理": is_duty & ~is_late, _ITSELF: ~is_duty}
    return [coming_grid(title, rows.filter(test)) for title, test in parts.items()]
