"""A run's way to write: nothing of it is seen before `commit("passed")`, and then all of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from flows.store.buckets import BUCKETED, as_copies, in_buckets
from flows.store.layout import rows_by_bucket
from flows.store.ledger import Ledger, Run, State
from flows.store.place import Place
from flows.store.tables import DeltaFile, shaped
from transforms.tables import TABLES


class Writing:
    """Made by `Store.begin`, which holds the lock meanwhile.

    run_id: flow, as_of and a number, such as nightly-2026-03-01-1. folder: for what the run reports; kept
    whatever becomes of the run. buckets: how many a table gets that is written for the first time.
    """

    def __init__(self, place: Place, ledger: Ledger, head: Run, now: Callable[[], datetime]) -> None:
        self._place, self._ledger, self._now = place, ledger, now
        former = ledger.runs()
        runs = place.local / "runs"
        self.run_id = _next_id(head, {run.run_id for run in former}, runs)
        self._head = replace(head, run_no=len(former) + 1, run_id=self.run_id)
        self._versions = dict(next((run.versions for run in reversed(former) if run.state == "passed"), {}))
        self._written: set[str] = set()
        self.buckets = 1  # of tables that are new
        self.run: Run | None = None
        self.folder: Path = runs / self.run_id
        self.folder.mkdir(parents=True)
        self.undone = tuple(name for name in TABLES if self._undo(name))

    def append(self, table: str, frame: pl.DataFrame | pl.LazyFrame, are_copies: bool = False) -> None:
        """Add rows. TypeError where columns or types are not exactly the table's.

        are_copies: the rows are copies for readers of single buckets, of records that moved between enterprises.
        """
        data, file = shaped(TABLES[table], frame), self._file(table)
        if not data.is_empty() or not file.exists():
            file.append(self._placed(table, data, are_copies), self.run_id)
        self._written.add(table)

    def replace(self, table: str, frame: pl.DataFrame | pl.LazyFrame, column: str, value: str | int | date) -> None:
        """Put `frame` in the place of the rows where `column` is `value`; twice is the same as once.

        Raises ValueError where a row of `frame` has another value.
        """
        data = shaped(TABLES[table], frame)
        if not data.filter(pl.col(column).ne_missing(pl.lit(value))).is_empty():
            raise ValueError(f"frame for table {table}: every row must have {column} = {value}")
        self._file(table).delete(column, value, self.run_id)
        self.append(table, data)

    def lay_out(self, table: str, count: int) -> None:
        """Lay `table` out in so many buckets, a bucket at a time; every row stays."""
        parts = rows_by_bucket(self.scan(table), TABLES[table], count)
        self._file(table).lay_out(parts, self.run_id)
        self._written.add(table)

    def _placed(self, table: str, data: pl.DataFrame, are_copies: bool) -> pl.DataFrame:
        """The rows with the partition they belong in, by the layout that the table has."""
        if table not in BUCKETED:
            return data
        version = self._versions.get(table)
        count = self.buckets if version is None else self._file(table).buckets(version)
        if count is None:
            return data.clear() if are_copies else data
        return as_copies(data, count) if are_copies else in_buckets(data, count)

    def scan(self, table: str) -> pl.LazyFrame:
        """The rows of `table` with what this run has written so far."""
        file = self._file(table)
        if table in self._written:
            return file.scan(None)
        version = self._versions.get(table)
        return TABLES[table].empty().lazy() if version is None else file.scan(version)

    def commit(self, state: State, facts: Mapping[str, Any]) -> Run:
        """Write the ledger row. `passed` shows what was written; any other state leaves readers where they were."""
        if self.run is not None:
            raise RuntimeError(f"run {self.run_id} was committed already, as {self.run.state}")
        versions = dict(self._versions)
        if state == "passed":
            versions |= {name: self._file(name).version() for name in sorted(self._written)}
        run = replace(self._head, state=state, finished_at=self._now(), versions=versions, facts=dict(facts))
        self._ledger.append(run)
        self.run = run
        return run

    def fail(self, fault: BaseException) -> None:
        """Record a run that broke off. Its own trouble stays silent: the fault that led here matters more."""
        with suppress(Exception):
            # An interruption may come between the ledger's row and the next line of `commit`.
            if self.run_id not in {run.run_id for run in self._ledger.runs()}:
                self.commit("failed", {"fault": type(fault).__name__, "message": str(fault)[:500]})

    def close(self) -> None:
        """Take away the run's folder where nothing was recorded or put into it."""
        if self.run is None:
            with suppress(OSError):
                self.folder.rmdir()

    def _undo(self, name: str) -> bool:
        file = self._file(name)
        return file.exists() and file.restore(self._versions.get(name, 0), self.run_id)

    def _file(self, name: str) -> DeltaFile:
        return DeltaFile(self._place, TABLES[name])


def _next_id(head: Run, taken: set[str], runs: Path) -> str:
    """The next free number: a killed run has left no row in the ledger, but a folder."""
    stem = f"{head.flow}-{head.as_of.isoformat()}-"
    names = taken | {path.name for path in runs.glob(stem + "*")}
    numbers = [int(tail) for name in names if re.fullmatch(r"\d+", tail := name.removeprefix(stem))]
    return f"{stem}{max(numbers, default=0) + 1}"
