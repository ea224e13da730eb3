"""The publicity of penalties, in Chinese: one enterprise's, the duties of a day, or all in numbers."""

from __future__ import annotations

import polars as pl

from flows.cli.answers.penalties import Penalties
from flows.cli.text.columns import table
from reports.grid import Field, Grid, fields_of, grid_of
from transforms.tables.law.publicity import PUBLICITY, STATES, TASKS

_TITLES = {"due": "今日到期", "overdue": "已逾期", "ending": "本月公示期满"}
_EMPTY = {"due": "今日没有到期的事项", "overdue": "没有逾期的事项", "ending": "本月没有公示期满的处罚"}
_SHOWN = ("decision_no", "decided_on", "system_title", "state", "class_title")
_TERMS = ("publish_by_on", "counts_from_on", "shortest_until_on", "last_day_on", "stop_on")
_NOTES = (
    "reason",
    "basis",
    "confidence",
    "push_by_on",
    "publish_basis",
    "stop_earliest_on",
    "stop_latest_on",
    "stop_other_transition_on",
    "stop_cause",
    "withdraw_by_on",
    "withdraw_basis",
    "repaired_on",
    "take_down_by_on",
    "taken_down_on",
    "repair_push_by_on",
    "restored_on",
    "hidden_on",
    "notes",
    "gap",
)
_CHECKED = ("decision_no", "decided_on", "state", "published_on", "last_day_on", "stop_on")
_CHECK_NOTES = ("reason", "basis", "confidence", "stop_earliest_on", "stop_latest_on", "stop_cause", "notes", "gap")
_CHECK_LABELS = {
    "decision_no": "检查（抽样）编号",
    "decided_on": "检查日期",
    "reason": "结论",
    "published_on": "结果公示日期",
}
_DUTY_NOTES = ("party_name", "violation_type", "publish_basis", "basis", "notes")
NOTE = "提示和可信度不是“已核对”的，须由人工确认。"


def penalties_text(found: Penalties, name: str) -> list[str]:
    """Lines for an enterprise's penalties, the duties asked for, or a count of all; `name` is the enterprise's."""
    if found.asked is not None:
        return _duties(found, name)
    return _standing(found, name) if name else _counts(found)


def _standing(found: Penalties, name: str) -> list[str]:
    title = f"{name} 行政处罚公示：{found.as_of}"
    grid = grid_of(
        "penalties", title, _told(found.rows), fields_of(PUBLICITY, *_SHOWN, *_TERMS, *_NOTES), "没有行政处罚"
    )
    return [title, *table(grid, (*_SHOWN, *_TERMS), _NOTES), *_checks(found), NOTE]


def _checks(found: Penalties) -> list[str]:
    if found.checks.is_empty():
        return []
    fields = fields_of(PUBLICITY, *_CHECKED, *_CHECK_NOTES, **_CHECK_LABELS)
    return ["抽查检查结果负面信息：", *table(grid_of("checks", "抽查", found.checks, fields), _CHECKED, _CHECK_NOTES)]


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Without what adds nothing: another date that is the same, the article of a withdrawal nobody has to make."""
    is_other = pl.col("stop_other_transition_on") != pl.col("stop_on")
    is_annulled = pl.col("withdraw_by_on").is_not_null()
    return rows.with_columns(
        pl.when(is_other).then("stop_other_transition_on").alias("stop_other_transition_on"),
        pl.when(is_annulled).then("withdraw_basis").alias("withdraw_basis"),
    )


def _duties(found: Penalties, name: str) -> list[str]:
    asked = found.asked or "due"
    title = f"{_TITLES[asked]}：{found.as_of}，共 {found.rows.height} 项{f'（{name}）' if name else ''}"
    shown = (Field("by_on", "最迟", "day"), Field("task", "事项", "words", TASKS))
    grid = grid_of(asked, title, found.rows, (*shown, *fields_of(PUBLICITY, *_SHOWN, *_DUTY_NOTES)), _EMPTY[asked])
    return [title, *table(grid, ("by_on", "task", *_SHOWN), _DUTY_NOTES), NOTE]


def _counts(found: Penalties) -> list[str]:
    title = f"行政处罚公示：{found.as_of}"
    rows = pl.concat([found.rows, found.checks])
    counted = rows.group_by("system_title", "state").agg(pl.len().cast(pl.Int64).alias("count"))
    order = pl.col("state").replace_strict({state: i for i, state in enumerate(STATES)}, return_dtype=pl.Int64)
    fields = (*fields_of(PUBLICITY, "system_title", "state"), Field("count", "件数", "count"))
    grid: Grid = grid_of("counts", title, counted.sort("system_title", order), fields, "没有行政处罚")
    return [title, *table(grid), NOTE]
