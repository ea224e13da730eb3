"""`yaoxin quarantine`: quarantined rows, rejected files, and workbooks for the offices that sent them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import polars as pl

from flows.cli.errors import UserError
from flows.cli.options import (
    FOLDER,
    DateParam,
    common_options,
    completing,
    force_option,
    json_option,
    open_store,
    policy_files,
    print_json,
    refuse_existing,
    run_as_of,
    settings_from_flags,
)
from flows.cli.terminal import table_lines
from flows.settings import did_you_mean
from flows.store.ledger import Run
from flows.store.store import Store
from reports.grid import GridField, grid_fields, grid_from_frame
from reports.office_tables import KIND_LABELS, UNCLASSIFIED_LABEL
from transforms.schemas import TABLES

_QUARANTINE, _FILES = TABLES["quarantine"], TABLES["files"]


@click.command()
@click.option("--source", metavar="S", shell_complete=completing(policy_files("sources")), help="Of this source only.")
@click.option("--since", type=DateParam(), metavar="DATE", help="What was received on that day or later.")
@click.option("--all", "is_all", is_flag=True, help="Also rows that were accepted or corrected since.")
@click.option("--output", type=FOLDER, metavar="DIR", help="Write a workbook per sending office and source into DIR.")
@force_option
@json_option
@common_options
def quarantine(  # noqa: PLR0913, PLR0917 (one per flag)
    source: str | None,
    since: date | None,
    is_all: bool,
    output: Path | None,
    is_forced: bool,
    is_json: bool,
    **flags: object,
) -> None:
    """Quarantined rows that wait to be corrected, counted by source, field and fault; files that were rejected whole;
    and what was noticed of files (sheets or columns not read, formulas without a value).

    A workbook holds each row as received, the cell at fault marked with the reason and what is expected, in Chinese:
    the office that sent it corrects it there and sends it back.

    \b
    Examples:
      yaoxin quarantine
      yaoxin quarantine --source penalty --output to-send-back
      yaoxin quarantine --since 2026-03-01 --json | jq '.total'
    """
    settings = settings_from_flags(**flags)
    store = open_store(settings)
    run = run_as_of(store, None)
    start = None
    if since is not None:
        start = datetime(since.year, since.month, since.day, tzinfo=ZoneInfo(settings.timezone)).astimezone(UTC)
    rows = quarantined_rows(store, run, source, start, is_all)
    files = noted_files(store, run, source, start)
    workbooks: list[Path] = []
    if output:
        from flows.correction_workbooks import correction_workbooks, write_correction_workbooks
        from flows.policy_folder import read_sources

        made = correction_workbooks(rows, read_sources(settings.policy_dir))
        refuse_existing((output / name for name, _ in made.values()), is_forced=is_forced)
        workbooks = list(write_correction_workbooks(made, output).values())
    counts = count_faults(rows)
    total = rows.select("file_id", "row_no").n_unique()  # a row with several faults is one row
    if is_json:
        documents = files.with_columns(files["received_at"].dt.to_string("iso:strict")).to_dicts()
        print_json({"total": total, "counts": counts.to_dicts(), "files": documents, "workbooks": workbooks})
    else:
        click.echo("\n".join(quarantine_text(counts, total, files, workbooks)))


def quarantined_rows(
    store: Store, run: Run, source: str | None = None, since: datetime | None = None, is_all: bool = False
) -> pl.DataFrame:
    """Rows of the table `quarantine` that still wait, or all, sorted by source and place.

    Raises UserError for a source that sent nothing.
    """
    from flows.ingest.previous_runs import open_quarantine

    rows = store.scan("quarantine", run)
    if not is_all:
        rows = open_quarantine(rows, store.scan("quarantine_outcomes", run))
    if source is not None:
        senders = [store.scan(table, run).select("source") for table in ("files", "accounts")]
        known = pl.concat(senders).drop_nulls().unique().sort("source").collect()["source"].to_list()
        if source not in known:
            nearest = did_you_mean(source, known) or "."
            raise UserError(
                f"--source {source}: no file of that source has come in; "
                f"sources so far: {', '.join(known) or 'none'}{nearest}"
            )
        rows = rows.filter(pl.col("source") == source)
    return rows.filter(_received_from(since)).sort("source", "file_name", "row_no", *_QUARANTINE.key).collect()


def noted_files(store: Store, run: Run, source: str | None, since: datetime | None) -> pl.DataFrame:
    """The last reading of every file that was rejected (`finding`) or of which something was noticed (`notes`)."""
    files = store.scan("files", run).with_columns(pl.col("attempt_no").fill_null(1))
    last = files.sort("attempt_no").unique("file_id", keep="last")
    if source is not None:
        last = last.filter(pl.col("source") == source)
    noted = last.filter(pl.col("finding").is_not_null() | (pl.col("notes").list.len() > 0), _received_from(since))
    columns = ("file_name", "source", "read_count", "finding", "notes", "received_at", "file_id")
    return noted.select(columns).sort("file_name", "received_at", "file_id").collect()


def _received_from(since: datetime | None) -> pl.Expr:
    return pl.lit(True) if since is None else pl.col("received_at") >= since


def count_faults(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns source, kind, column, code, reason (an example), row_count; the most frequent of a source first."""
    keys = ("source", "kind", "column", "code")
    row_count = pl.struct("file_id", "row_no").n_unique().cast(pl.Int64).alias("row_count")
    grouped = rows.with_columns(pl.col("column").fill_null("")).group_by(keys)
    counts = grouped.agg(pl.col("reason").sort().first(), row_count)
    return counts.sort(["source", "row_count", *keys[1:]], descending=[False, True, False, False, False])


def quarantine_text(counts: pl.DataFrame, total: int, files: pl.DataFrame, workbooks: Sequence[Path]) -> list[str]:
    """Lines in Chinese: rows by source, field and fault; rejected files; what was noticed of files; workbooks."""
    fields = (
        *grid_fields(_QUARANTINE, "source", "kind", "column"),
        GridField("row_count", "行数", "count"),
        *grid_fields(_QUARANTINE, "reason"),
    )
    labelled = counts.with_columns(pl.col("kind").replace(KIND_LABELS | UNCLASSIFIED_LABEL))
    lines = [
        f"隔离：共 {total} 行",
        *table_lines(grid_from_frame("quarantine", "隔离", labelled, fields, "没有隔离的行")),
    ]
    rejected = files.filter(pl.col("finding").is_not_null())
    if rejected.height:
        grid = grid_from_frame("files", "整件退回", rejected, grid_fields(_FILES, "file_name", "read_count", "finding"))
        lines += ["", f"整件退回：{rejected.height} 件", *table_lines(grid)]
    noted = files.filter(pl.col("notes").list.len() > 0)
    if noted.height:
        grid = grid_from_frame("notes", "提示", noted, grid_fields(_FILES, "file_name", "notes"))
        lines += ["", f"读取时的提示：{noted.height} 件", *table_lines(grid)]
    return lines + [f"已写出 {workbook}" for workbook in workbooks]
