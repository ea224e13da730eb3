"""`yaoxin quarantine`: quarantined rows, rejected files, and workbooks for the offices that sent them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
import polars as pl

from flows.cli.errors import UserError
from flows.cli.options import DateParam, common_options, json_option, open_store, print_json, settings_from_flags
from flows.cli.terminal import table_lines
from flows.store.ledger import Run
from flows.store.store import Store
from flows.wording import prefers_chinese
from reports.grid import GridField, grid_fields, grid_from_frame, grid_from_rows
from reports.office_tables import KIND_LABELS, UNCLASSIFIED_LABEL
from transforms.schemas import TABLES

if TYPE_CHECKING:
    import polars as pl

    from flows.settings import Settings


@click.command(short_help="Rows and files that were turned away.")
@click.option("--source", metavar="S", help="Rows and files of this source only.")
@click.option("--since", type=DateParam(), metavar="DATE", help="What was received on that day or later.")
@click.option("--all", "are_all", is_flag=True, help="Also rows that were accepted or corrected since.")
@click.option("--output", type=Path, metavar="DIR", help="Write a workbook per sending office and source into DIR.")
@json_option
@common_options
def quarantine(
    source: str | None, since: date | None, are_all: bool, output: Path | None, is_json: bool, **flags: object
) -> None:
    """Rows that were turned away and wait, counted by source, field and fault; files that were turned away whole; and
    what was noticed of files (sheets or columns not read, formulas without a value).

    A workbook holds each row as received, the cell at fault marked with the reason and what is expected, in Chinese:
    the office that sent it corrects it there and sends it back.

    \b
    Examples:
      yaoxin quarantine
      yaoxin quarantine --source penalty --output to-send-back
      yaoxin quarantine --since 2026-03-01 --json | jq '.total'
    """
    from flows.cli.options import run_as_of

    pass
    pass

    settings = settings_from_flags(**flags)
    opened = open_store(settings)
    night = run_as_of(opened, None)
    start = start_of_day(since, settings.timezone)
    rows = quarantined_rows(opened, night, source, start, are_all)
    told = noted_files(opened, night, source, start)
    books = _workbooks(rows, settings, output) if output else []
    found, total = count_faults(rows), count_rows(rows)
    if is_json:
        files = told.with_columns(told["received_at"].dt.to_string("iso:strict")).to_dicts()
        print_json({"total": total, "counts": found.to_dicts(), "files": files, "workbooks": books})
    else:
        click.echo("\n".join(quarantine_text(found, total, told, books)))


def _workbooks(rows: pl.DataFrame, settings: Settings, folder: Path) -> list[Path]:
    from flows.correction_workbooks import write_correction_workbooks
    from flows.policy_folder import read_sources

    folder.mkdir(parents=True, exist_ok=True)
    return list(write_correction_workbooks(rows, read_sources(settings.policy_dir), folder).values())


_KEY = TABLES["quarantine"].key


def quarantined_rows(
    store: Store, run: Run, source: str | None, since: datetime | None, are_all: bool = False
) -> pl.DataFrame:
    """Rows of the table `quarantine` that wait still, or all, sorted by source and place.

    Raises Mistake for a source that sent nothing.
    """
    from flows.ingest.history import open_quarantine

    rows = store.scan("quarantine", run)
    if not are_all:
        rows = open_quarantine(rows, store.scan("quarantine_outcomes", run))
    if source is not None:
        _require(store, run, source)
        rows = rows.filter(pl.col("source") == source)
    return rows.filter(_received(since)).sort("source", "file_name", "row_no", *_KEY).collect()


def noted_files(store: Store, run: Run, source: str | None, since: datetime | None) -> pl.DataFrame:
    """The last reading of every file that is turned away whole or of which something was noticed."""
    files = store.scan("files", run).with_columns(pl.col("attempt_no").fill_null(1))
    last = files.sort("attempt_no").unique("file_id", keep="last")
    if source is not None:
        last = last.filter(pl.col("source") == source)
    told = last.filter(pl.col("finding").is_not_null() | (pl.col("notes").list.len() > 0), _received(since))
    columns = ("file_name", "source", "read_count", "finding", "notes", "received_at", "file_id")
    return told.select(columns).sort("file_name", "received_at", "file_id").collect()


def _received(since: datetime | None) -> pl.Expr:
    return pl.lit(True) if since is None else pl.col("received_at") >= since


def start_of_day(day: date | None, timezone: str) -> datetime | None:
    """The first instant (UTC) of a day at the office."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).astimezone(UTC) if day else None


def count_rows(rows: pl.DataFrame) -> int:
    """How many rows: one with several faults is one row."""
    return rows.select("file_id", "row_no").n_unique()


def count_faults(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns source, kind, column, code, reason (an example), row_count; the most frequent of a source first."""
    keys = ("source", "kind", "column", "code")
    grouped = (
        rows.with_columns(pl.col("column").fill_null(""))
        .group_by(keys)
        .agg(
            pl.col("reason").sort().first(), pl.struct("file_id", "row_no").n_unique().cast(pl.Int64).alias("row_count")
        )
    )
    return grouped.sort(["source", "row_count", *keys[1:]], descending=[False, True, False, False, False])


def _require(store: Store, run: Run, source: str) -> None:
    some = [store.scan(table, run).select("source") for table in ("files", "accounts")]
    known = pl.concat(some).drop_nulls().unique().sort("source").collect()["source"].to_list()
    if source not in known:
        raise UserError(
            f"--source {source}: no file of that source has come in; sources so far: {', '.join(known) or 'none'}."
        )


_CHANGES, _QUARANTINE, _FILES = TABLES["changes"], TABLES["quarantine"], TABLES["files"]

_RUNS = (
    GridField("run_id", "RUN", "id"),
    GridField("state", "STATE"),
    GridField("as_of", "AS OF", "day"),
    GridField("started_at", "STARTED (Beijing)", "instant"),
    GridField("seconds", "SECONDS", "count"),
    GridField("scheme", "SCHEME"),
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
    fields = grid_fields(_CHANGES, *names, *scores, "cause", "causes")
    title = f"等级变化：{since} 至 {night.as_of}，共 {rows.height} 户次"
    grid = grid_from_frame("changes", title, rows, fields, "没有等级变化")
    return [title, *table_lines(grid)]


def quarantine_text(counts: pl.DataFrame, total: int, told: pl.DataFrame, books: Sequence[Path]) -> list[str]:
    """Rows turned away by source, field and fault, files turned away whole, what was noticed of files, in Chinese."""
    fields = (*grid_fields(_QUARANTINE, "source", "kind", "column"), GridField("row_count", "行数", "count"))
    worded = counts.with_columns(pl.col("kind").replace(KIND_LABELS | UNCLASSIFIED_LABEL))
    grid = grid_from_frame("quarantine", "隔离", worded, (*fields, *grid_fields(_QUARANTINE, "reason")), "没有隔离的行")
    lines = [f"隔离：共 {total} 行", *table_lines(grid)]
    away = told.filter(pl.col("finding").is_not_null())
    if not away.is_empty():
        names = grid_fields(_FILES, "file_name", "read_count", "finding")
        lines += ["", f"整件退回：{away.height} 件", *table_lines(grid_from_frame("files", "整件退回", away, names))]
    noted = told.filter(pl.col("notes").list.len() > 0)
    if not noted.is_empty():
        names = grid_fields(_FILES, "file_name", "notes")
        lines += ["", f"读取时的提示：{noted.height} 件", *table_lines(grid_from_frame("notes", "提示", noted, names))]
    return lines + [f"已写出 {book}" for book in books]


def runs_text(runs: Sequence[Run], annulled: Collection[int] = ()) -> list[str]:
    """Runs, for the operator. annulled: by number those that were gone back behind."""
    chinese = prefers_chinese()
    said = _STATES if chinese else {}
    states = [said.get(run.state, run.state) for run in runs]
    gone = "，已作废" if chinese else ", annulled"
    states = [f"{state}{gone}" if run.run_no in annulled else state for run, state in zip(runs, states, strict=True)]
    rows = [
        (run.run_id, state, run.as_of, run.started_at, (run.finished_at - run.started_at).seconds, run.scheme)
        for run, state in zip(runs, states, strict=True)
    ]
    fields = [replace(each, label=_LABELS[each.name]) for each in _RUNS] if chinese else _RUNS
    return table_lines(grid_from_rows("runs", "Runs", fields, rows, "还没有运行记录" if chinese else "No run yet."))
