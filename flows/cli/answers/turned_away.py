"""Rows in quarantine and files turned away whole: which, how many of what fault."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from flows.cli.faults import Mistake
from flows.store import Run, Store
from transforms.tables import TABLES

_KEY = TABLES["quarantine"].key


def rows_of(store: Store, run: Run, source: str | None, since: datetime | None, are_all: bool = False) -> pl.DataFrame:
    """Rows of the table `quarantine` that wait still, or all, sorted by source and place.

    Raises Mistake for a source that sent nothing.
    """
    from flows.intake.known import waiting

    rows = store.scan("quarantine", run)
    if not are_all:
        rows = waiting(rows, store.scan("quarantine_outcomes", run))
    if source is not None:
        _require(store, run, source)
        rows = rows.filter(pl.col("source") == source)
    return rows.filter(_received(since)).sort("source", "file_name", "row_no", *_KEY).collect()


def files_of(store: Store, run: Run, source: str | None, since: datetime | None) -> pl.DataFrame:
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


def start_of(day: date | None, timezone: str) -> datetime | None:
    """The first instant (UTC) of a day at the office."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).astimezone(UTC) if day else None


def row_total(rows: pl.DataFrame) -> int:
    """How many rows: one with several faults is one row."""
    return rows.select("file_id", "row_no").n_unique()


def counts(rows: pl.DataFrame) -> pl.DataFrame:
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
        raise Mistake(
            f"--source {source}: no file of that source has come in; sources so far: {', '.join(known) or 'none'}."
        )
