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
from flows.store.durability import StoreDamaged
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

    def __init__(self, place: Place, head: Run, now: Callable[[], datetime]) -> None:
        self._place, self._now = place, now
        self._ledger = Ledger(place, is_held=True)
        former = self._ledger.runs()
        if head.back_to is None:
            base = next(iter(self._ledger.standing()[-1:]), None)
            self._see_no_run_lost(base)
        else:
            base = next(run for run in former if run.run_no == head.back_to)
        runs = place.local / "runs"
        self.run_id, self.folder = _new_folder(head, {run.run_id for run in former}, runs)
        number = former[-1].run_no + 1 if former else 1
        self._head = replace(head, run_no=number, run_id=self.run_id)
        self._versions = dict(base.versions) if base else {}
        self._written: set[str] = set()
        self._files: dict[str, DeltaFile] = {}
        self.buckets = 1  # of tables that are new
        self.run: Run | None = None
        self.undone = self._take_back(base)

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
            for name in self._written:
                self._file(name).sync(self._versions.get(name))
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

    def _see_no_run_lost(self, base: Run | None) -> None:
        if lost := self._ledger.lost():
            last = f"it ends with {base.run_id}" if base else "no run that passed is left in it"
            raise StoreDamaged(f"the ledger has lost run {lost}, which was committed; {last}")

    def _take_back(self, base: Run | None) -> tuple[str, ...]:
        """Let every table have the content that `base` left; the tables where another was found.

        Raises StoreDamaged, naming every table, where `base` is not whole.
        """
        undone, damages = [], []
        for name in TABLES:
            try:
                if self._file(name).take_back(self._versions.get(name), self.run_id):
                    undone.append(name)
            except StoreDamaged as damage:
                damages.append(damage.what)
        if damages and base:
            raise StoreDamaged(f"what run {base.run_id} committed is not whole ({'; '.join(damages)})")
        if damages:
            raise StoreDamaged("; ".join(damages))
        return tuple(undone)

    def _file(self, name: str) -> DeltaFile:
        if name not in self._files:
            self._files[name] = DeltaFile(self._place, TABLES[name])
        return self._files[name]


def _new_folder(head: Run, taken: set[str], runs: Path) -> tuple[str, Path]:
    """The next free number and its folder: a killed run has left no row in the ledger, but a folder."""
    stem = f"{head.flow}-{head.as_of.isoformat()}-"
    names = taken | {path.name for path in runs.glob(stem + "*")}
    numbers = [int(tail) for name in names if re.fullmatch(r"\d+", tail := name.removeprefix(stem))]
    run_id = f"{stem}{max(numbers, default=0) + 1}"
    folder = runs / run_id
    folder.mkdir(parents=True)
    return run_id, folder
