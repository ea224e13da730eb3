"""Rows in quarantine: which, how many of what fault, and the workbooks to send back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from flows.cli.faults import Mistake
from flows.store import Run, Store
from transforms.tables import TABLES

_KEY = TABLES["quarantine"].key


def rows_of(store: Store, run: Run, source: str | None, since: date | None, timezone: str) -> pl.DataFrame:
    """Rows of the table `quarantine`, sorted by source and place. Raises Mistake for a source that sent nothing."""
    rows = store.scan("quarantine", run)
    if source is not None:
        _require(store, run, source)
        rows = rows.filter(pl.col("source") == source)
    if since is not None:
        start = datetime(since.year, since.month, since.day, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
        rows = rows.filter(pl.col("received_at") >= start)
    return rows.sort("source", "file_name", "row_no", *_KEY).collect()


def counts(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns source, kind, code, reason (an example), row_count; the most frequent of a source first."""
    grouped = rows.group_by("source", "kind", "code").agg(
        pl.col("reason").sort().first(), pl.len().cast(pl.Int64).alias("row_count")
    )
    return grouped.sort(["source", "row_count", "kind", "code"], descending=[False, True, False, False])


def write_workbooks(rows: pl.DataFrame, folder: Path) -> list[Path]:
    """One workbook per source in `folder`, which is made."""
    from reports.render.quarantine_workbook import quarantine_workbook

    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for (source,), part in sorted(rows.partition_by("source", as_dict=True).items()):
        file = folder / f"{source}.xlsx"
        file.write_bytes(quarantine_workbook(part, str(source)))
        files.append(file)
    return files


def _require(store: Store, run: Run, source: str) -> None:
    known = store.scan("accounts", run).select(pl.col("source").unique().sort()).collect()["source"].to_list()
    if source not in known:
        raise Mistake(
            f"--source {source}: no file of that source has come in; sources so far: {', '.join(known) or 'none'}."
        )
