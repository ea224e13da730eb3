"""The store: tables as the last passed run left them, and the way to write a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from flows.store.layout import ALL_BUCKETS, BUCKETED, BucketFilter, as_copies, rows_by_bucket, with_bucket
from flows.store.lease import hold_lease
from flows.store.ledger import Ledger, Run, RunState, is_annulled
from flows.store.location import StoreLocation, store_location
from flows.store.tables import StoreDamaged, StoredTable, conform
from transforms.schemas import TABLES


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class Store:
    """Delta tables under `root`, a folder or `s3://…` (then `storage_options` hold the keys, and
    `state_dir` is the folder of this machine for lock and run folders)."""

    def __init__(
        self,
        root: str | Path,
        storage_options: Mapping[str, str] | None = None,
        state_dir: Path | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.place = store_location(root, storage_options, state_dir)
        self._ledger = Ledger(self.place)
        self._now = now

    def scan(
        self,
        table: str,
        run: Run | None = None,
        enterprise_id: str | None = None,
        part: BucketFilter = ALL_BUCKETS,
        since: Run | None = None,
    ) -> pl.LazyFrame:
        """The rows of `table` as `run` pinned them (None: the last run that passed), of one enterprise or all.

        part: of which buckets. since: only rows of files that were not there when that run had passed: at least those
        written after it. A table the run does not know is empty. The order of rows is not defined. KeyError for an
        unknown table.
        """
        shape = TABLES[table]
        pinned = run or self.last()
        if pinned is None or table not in pinned.versions:
            return shape.empty().lazy()
        before = since.versions.get(table) if since else None
        of = part if enterprise_id is None else replace(part, enterprise_id=enterprise_id)
        frame = StoredTable(self.place, shape).scan(pinned.versions[table], of, before)
        return frame if enterprise_id is None else frame.filter(pl.col("enterprise_id") == enterprise_id)

    def layout(self, run: Run | None = None) -> dict[str, int | None]:
        """Per table of BUCKETED that `run` pinned (None: the last) the number of its buckets; None for one without."""
        pinned = run or self.last()
        versions = {} if pinned is None else pinned.versions
        names = [name for name in BUCKETED if name in versions]
        return {name: StoredTable(self.place, TABLES[name]).buckets(versions[name]) for name in names}

    def last(self, flow: str | None = None, before: date | None = None) -> Run | None:
        """The last run that passed; of `flow` only, and for a day before `before` only, where given."""
        is_asked = pl.col("state") == "passed"
        if flow is not None:
            is_asked &= pl.col("flow") == flow
        if before is not None:
            is_asked &= pl.col("as_of") < before
        return self._ledger.last(is_asked)

    def runs(self) -> pl.DataFrame:
        """Every run that came to an end, oldest first, with the columns of `LEDGER`."""
        return self._ledger.frame()

    def every_run(self) -> tuple[Run, ...]:
        """The same as `runs`, each with its versions and facts."""
        return self._ledger.runs()

    def annulled(self) -> frozenset[int]:
        """The numbers of the runs that a later one went back behind."""
        rows = self.runs()
        return frozenset(rows.filter(is_annulled(rows))["run_no"].to_list())

    def lost_run(self) -> str | None:
        """The run that this machine committed last, where the ledger no longer has it: rows were taken away since."""
        return self._ledger.lost()

    def run_folder(self, run_id: str) -> Path:
        """The folder of a run's reports."""
        return self.place.local / "runs" / run_id

    def rewind(self, run_id: str, reason: str) -> Run:
        """Let readers see what the run `run_id` left, and annul the runs after it: they stay in the ledger.

        Raises CannotGoBack where no such run passed and stands, StoreDamaged where it is not whole, Busy.
        """
        standing = self._ledger.standing()
        to = next((run for run in standing if run.run_id == run_id), None)
        if to is None or (to is standing[-1] and self._ledger.lost() is None):
            raise CannotRewind(run_id, standing)
        after = [run.run_id for run in standing if run.run_no > to.run_no]
        now = self._now()
        head = replace(to, flow="rewind", state="failed", started_at=now, finished_at=now, facts={}, back_to=to.run_no)
        with self._writing(head) as writing:
            return writing.commit("passed", {"reason": reason, "annulled": after})

    @contextmanager
    def begin(
        self, flow: str, as_of: date, known_at: datetime, scheme: str = "", policy_hash: str = ""
    ) -> Iterator[RunWriter]:
        """Take the lock, undo what a killed run left, and hand out the way to write.

        Left by an exception without a commit, the ledger gets a row `failed`. Left in peace without a commit,
        nothing is recorded. Raises Busy when another run holds the store, StoreDamaged when the last run that passed
        is not whole.
        """
        now = self._now()
        with self._writing(
            Run(0, "", flow, as_of, known_at, "failed", now, now, scheme, policy_hash, {}, {})
        ) as writing:
            yield writing

    @contextmanager
    def _writing(self, head: Run) -> Iterator[RunWriter]:
        with hold_lease(self.place.local, head.flow, head.as_of, head.started_at):
            writing = RunWriter(self.place, head, self._now)
            try:
                yield writing
            except BaseException as fault:
                writing.fail(fault)
                raise
            finally:
                writing.close()


class CannotRewind(ValueError):
    """The run to go back to is none that passed and still stands, or the last one of them."""

    def __init__(self, run_id: str, standing: tuple[Run, ...]) -> None:
        if standing and standing[-1].run_id == run_id:
            what = f"{run_id} is the last run that passed: readers see it already."
        else:
            last = ", ".join(run.run_id for run in standing[-5:]) or "none"
            what = f"{run_id}: no run of this name passed and still stands. The last that do: {last}. See yaoxin runs."
        super().__init__(what)


class RunWriter:
    """Made by `Store.begin`, which holds the lock meanwhile.

    run_id: flow, as_of and a number, such as nightly-2026-03-01-1. folder: for what the run reports; kept
    whatever becomes of the run. buckets: how many a table gets that is written for the first time.
    """

    def __init__(self, place: StoreLocation, head: Run, now: Callable[[], datetime]) -> None:
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
        self._files: dict[str, StoredTable] = {}
        self.buckets = 1  # of tables that are new
        self.run: Run | None = None
        self.undone = self._take_back(base)

    def append(self, table: str, frame: pl.DataFrame | pl.LazyFrame, are_copies: bool = False) -> None:
        """Add rows. TypeError where columns or types are not exactly the table's.

        are_copies: the rows are copies for readers of single buckets, of records that moved between enterprises.
        """
        data, file = conform(TABLES[table], frame), self._file(table)
        if not data.is_empty() or not file.exists():
            file.append(self._placed(table, data, are_copies), self.run_id)
        self._written.add(table)

    def replace(self, table: str, frame: pl.DataFrame | pl.LazyFrame, column: str, value: str | int | date) -> None:
        """Put `frame` in the place of the rows where `column` is `value`; twice is the same as once.

        Raises ValueError where a row of `frame` has another value.
        """
        data = conform(TABLES[table], frame)
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
        return as_copies(data, count) if are_copies else with_bucket(data, count)

    def scan(self, table: str) -> pl.LazyFrame:
        """The rows of `table` with what this run has written so far."""
        file = self._file(table)
        if table in self._written:
            return file.scan(None)
        version = self._versions.get(table)
        return TABLES[table].empty().lazy() if version is None else file.scan(version)

    def commit(self, state: RunState, facts: Mapping[str, Any]) -> Run:
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

    def _file(self, name: str) -> StoredTable:
        if name not in self._files:
            self._files[name] = StoredTable(self._place, TABLES[name])
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
