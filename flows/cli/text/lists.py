"""Changes, quarantine and runs as tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from flows.cli.text.columns import table
from flows.store import Run
from flows.wording import is_chinese
from reports.grid import Field, fields_of, grid_from, grid_of
from reports.views.changes import KIND_WORDS
from reports.views.night_tables import NO_KIND
from transforms.tables import TABLES

_CHANGES, _QUARANTINE, _FILES = TABLES["changes"], TABLES["quarantine"], TABLES["files"]
_RUNS = (
    Field("run_id", "RUN", "id"),
    Field("state", "STATE"),
    Field("as_of", "AS OF", "day"),
    Field("started_at", "STARTED (Beijing)", "instant"),
    Field("seconds", "SECONDS", "count"),
    Field("scheme", "SCHEME"),
)

_LABELS = {
    "run_id": "批次",
    "state": "状态",
    "as_of": "评价日",
    "started_at": "开始（北京）",
    "seconds": "秒",
    "scheme": "评价标准",
}
_STATES = {"passed": "通过", "refused": "未通过", "failed": "失败"}


def changes_text(rows: pl.DataFrame, since: date, night: Run) -> list[str]:
    """Tier changes, in Chinese."""
    names = ("as_of", "enterprise_id", "name", "tier_before", "tier_after")
    scores = ("score_before_centipoints", "score_after_centipoints")
    fields = fields_of(_CHANGES, *names, *scores, "cause", "causes")
    title = f"等级变化：{since} 至 {night.as_of}，共 {rows.height} 户次"
    grid = grid_of("changes", title, rows, fields, "没有等级变化")
    return [title, *table(grid)]


def quarantine_text(counts: pl.DataFrame, total: int, told: pl.DataFrame, books: Sequence[Path]) -> list[str]:
    """Rows turned away by source, field and fault, files turned away whole, what was noticed of files, in Chinese."""
    fields = (*fields_of(_QUARANTINE, "source", "kind", "column"), Field("row_count", "行数", "count"))
    worded = counts.with_columns(pl.col("kind").replace(KIND_WORDS | NO_KIND))
    grid = grid_of("quarantine", "隔离", worded, (*fields, *fields_of(_QUARANTINE, "reason")), "没有隔离的行")
    lines = [f"隔离：共 {total} 行", *table(grid)]
    away = told.filter(pl.col("finding").is_not_null())
    if not away.is_empty():
        names = fields_of(_FILES, "file_name", "read_count", "finding")
        lines += ["", f"整件退回：{away.height} 件", *table(grid_of("files", "整件退回", away, names))]
    noted = told.filter(pl.col("notes").list.len() > 0)
    if not noted.is_empty():
        names = fields_of(_FILES, "file_name", "notes")
        lines += ["", f"读取时的提示：{noted.height} 件", *table(grid_of("notes", "提示", noted, names))]
    return lines + [f"已写出 {book}" for book in books]


def runs_text(runs: Sequence[Run], annulled: Collection[int] = ()) -> list[str]:
    """Runs, for the operator. annulled: by number those that were gone back behind."""
    chinese = is_chinese()
    said = _STATES if chinese else {}
    states = [said.get(run.state, run.state) for run in runs]
    gone = "，已作废" if chinese else ", annulled"
    states = [f"{state}{gone}" if run.run_no in annulled else state for run, state in zip(runs, states, strict=True)]
    rows = [
        (run.run_id, state, run.as_of, run.started_at, (run.finished_at - run.started_at).seconds, run.scheme)
        for run, state in zip(runs, states, strict=True)
    ]
    fields = [replace(each, label=_LABELS[each.name]) for each in _RUNS] if chinese else _RUNS
    return table(grid_from("runs", "Runs", fields, rows, "还没有运行记录" if chinese else "No run yet."))
