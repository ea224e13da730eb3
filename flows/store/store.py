"""The store: tables as the last passed run left them, the ledger of runs, the way to write a run, and the questions
that several readers ask of it (ratings, records, outlook and legal state as a run left them).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from flows.settings import Settings
from flows.store import stored_names
from flows.store.lease import hold_lease
from flows.store.ledger import Ledger, Run, RunState, format_of, is_annulled
from flows.store.location import StoreLocation, store_location
from flows.store.tables import (
    ALL_BUCKETS,
    BUCKETED,
    ONLY_COPIES,
    BucketFilter,
    StoreDamaged,
    StoredTable,
    as_copies,
    conform,
    rows_by_bucket,
    with_bucket,
)
from transforms.current_versions import current_versions
from transforms.schemas import KINDS, TABLES
from transforms.schemas.law import LAW_HEAD, detail_rows
from transforms.schemas.run_tables import OUTLOOK

_ID = "enterprise_id"


class CannotRewind(ValueError):
    """The run to go back to has not passed, is annulled, or is the last one already."""

    def __init__(self, run_id: str, valid: tuple[Run, ...]) -> None:
        if valid and valid[-1].run_id == run_id:
            what = f"{run_id} is the last run that passed: readers see it already."
        else:
            last = ", ".join(run.run_id for run in valid[-5:]) or "none"
            what = f"{run_id}: no valid run has this name. The last valid runs: {last}. See yaoxin runs."
        super().__init__(what)


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class Store:
    """Delta tables below `root`, a folder or an address in object storage (`s3://…`).

    storage_options: keys of object storage. state_dir: for object storage, the folder of this machine for the lease and
    run folders.
    """

    def __init__(
        self,
        root: str | Path,
        storage_options: Mapping[str, str] | None = None,
        state_dir: Path | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.location = store_location(root, storage_options, state_dir)
        self._ledger = Ledger(self.location)
        self._now = now

    def scan(
        self,
        table: str,
        run: Run | None = None,
        enterprise_id: str | None = None,
        buckets: BucketFilter = ALL_BUCKETS,
        since: Run | None = None,
    ) -> pl.LazyFrame:
        """The rows of `table` at the version that `run` pinned (None: the last passed run), in no set order.

        enterprise_id: only rows of this enterprise. buckets: only rows of these. since: only rows of files that are not
        in the version that run pinned, which are at least the rows written after it. A table that the run does not pin
        is empty. Raises KeyError for an unknown table.
        """
        schema = TABLES[table]
        pinned = run or self.last()
        if pinned is None or table not in pinned.versions:
            return schema.empty().lazy()
        since_version = since.versions.get(table) if since else None
        if enterprise_id is not None:
            buckets = replace(buckets, enterprise_id=enterprise_id)
        frame = StoredTable(self.location, schema).scan(pinned.versions[table], buckets, since_version)
        return frame if enterprise_id is None else frame.filter(pl.col("enterprise_id") == enterprise_id)

    def layout(self, run: Run | None = None) -> dict[str, int | None]:
        """The number of buckets of each table of BUCKETED that `run` pinned (None: the last); None for no buckets."""
        pinned = run or self.last()
        versions = {} if pinned is None else pinned.versions
        names = [name for name in BUCKETED if name in versions]
        return {name: StoredTable(self.location, TABLES[name]).buckets(versions[name]) for name in names}

    def last(self, flow: str | None = None, before: date | None = None) -> Run | None:
        """The last passed run; where given, only of `flow`, and only for a day before `before`."""
        is_asked = pl.col("state") == "passed"
        if flow is not None:
            is_asked &= pl.col("flow") == flow
        if before is not None:
            is_asked &= pl.col("as_of") < before
        return self._ledger.last(is_asked)

    def runs(self) -> pl.DataFrame:
        """Every finished run, oldest first, with the columns of LEDGER."""
        return self._ledger.frame()

    def every_run(self) -> tuple[Run, ...]:
        """Every finished run, oldest first, with its versions and facts."""
        return self._ledger.runs()

    def annulled(self) -> frozenset[int]:
        """The run_no of the runs that a later run has rewound."""
        rows = self.runs()
        return frozenset(rows.filter(is_annulled(rows))["run_no"].to_list())

    def lost_run(self) -> str | None:
        """The run that this machine committed last, where the ledger no longer has it."""
        return self._ledger.lost()

    def run_folder(self, run_id: str) -> Path:
        """The folder of a run's reports."""
        return self.location.local / "runs" / run_id

    def rewind(self, run_id: str, reason: str) -> Run:
        """Let readers see what the run `run_id` left, and annul the runs after it; they stay in the ledger.

        Raises CannotRewind, StoreDamaged where that run is incomplete, Busy.
        """
        valid = self._ledger.valid_runs()
        target = next((run for run in valid if run.run_id == run_id), None)
        if target is None or (target is valid[-1] and self._ledger.lost() is None):
            raise CannotRewind(run_id, valid)
        annulled = [run.run_id for run in valid if run.run_no > target.run_no]
        now = self._now()
        changes: dict[str, Any] = {"flow": "rewind", "state": "failed", "facts": {}, "back_to": target.run_no}
        with self._writer(replace(target, started_at=now, finished_at=now, **changes)) as writer:
            return writer.commit("passed", {stored_names.REASON: reason, stored_names.ANNULLED: annulled})

    def lay_out_anew(self, count: int) -> Run | None:
        """Lay every table of BUCKETED out in `count` buckets, as a run of its own; None where all are already.

        Readers see the same as before, of past runs too. Raises Busy where another run holds the store.
        """
        last = self.last()
        others = [name for name, found in self.layout(last).items() if found != count]
        if last is None or not others:
            return None
        with self.begin("layout", last.as_of, last.known_at, last.scheme, last.policy_hash) as writer:
            for name in others:
                writer.lay_out(name, count)
            return writer.commit("passed", {stored_names.BUCKETS: count, stored_names.TABLES: others})

    def missing_tables_and_columns(self, run: Run) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The tables that `run` does not pin, and the columns (table.column) that its tables lack."""
        tables = tuple(name for name in TABLES if name not in run.versions)
        columns = (
            f"{name}.{column}"
            for name in TABLES
            if name in run.versions
            for column in StoredTable(self.location, TABLES[name]).missing_columns(run.versions[name])
        )
        return tables, tuple(columns)

    def complete_tables(self) -> Run | None:
        """Make every table and column of this release that the store lacks, as a run; None in an empty store.

        Readers see the same as before: new tables are empty, new columns null. Raises Busy where another run holds the
        store.
        """
        last = self.last()
        if last is None:
            return None
        counts = {count for count in self.layout(last).values() if count}
        with self.begin("upgrade", last.as_of, last.known_at, last.scheme, last.policy_hash) as writer:
            writer.buckets = max(counts, default=1)
            tables, columns = self.missing_tables_and_columns(last)
            writer.complete(tables, {name.partition(".")[0] for name in columns})
            added = {stored_names.TABLES: list(tables), stored_names.COLUMNS: list(columns)}
            return writer.commit("passed", {stored_names.FORMAT: stored_names.STORE_FORMAT, **added})

    @contextmanager
    def begin(
        self, flow: str, as_of: date, known_at: datetime, scheme: str = "", policy_hash: str = ""
    ) -> Iterator[RunWriter]:
        """Take the lease, undo what a killed run left, and hand out the writer.

        A block that ends with an exception before its commit leaves a row `failed` in the ledger; one that ends without
        a commit leaves nothing. Raises Busy where another run holds the store, StoreDamaged where the last passed run
        is incomplete.
        """
        now = self._now()
        head = Run(0, "", flow, as_of, known_at, "failed", now, now, scheme, policy_hash, {}, {})
        with self._writer(head) as writer:
            yield writer

    @contextmanager
    def _writer(self, head: Run) -> Iterator[RunWriter]:
        with hold_lease(self.location.local, head.flow, head.as_of, head.started_at):
            writer = RunWriter(self.location, head, self._now)
            try:
                yield writer
            except BaseException as error:
                writer.fail(error)
                raise
            finally:
                writer.close()


def open_store(settings: Settings) -> Store:
    """The store of the settings."""
    return Store(settings.store, settings.storage_options, settings.state_dir)


class RunWriter:
    """Writes one run: nothing of it is visible before `commit("passed")`, and all of it from then on.

    Made by `Store.begin`, which holds the lease. run_id: flow, as_of and a number, such as nightly-2026-03-01-1.
    folder: for reports, kept whatever becomes of the run. buckets: how many a table gets that is new.
    """

    def __init__(self, location: StoreLocation, head: Run, now: Callable[[], datetime]) -> None:
        self._location, self._now = location, now
        self._ledger = Ledger(location, is_held=True)
        runs = self._ledger.runs()
        if head.back_to is None:
            base = next(iter(self._ledger.valid_runs()[-1:]), None)
            if lost := self._ledger.lost():
                end = f"it ends with {base.run_id}" if base else "no run that passed is left in it"
                raise StoreDamaged(f"the ledger has lost run {lost}, which was committed; {end}")
        else:
            base = next(run for run in runs if run.run_no == head.back_to)
        # The next free number: a killed run has left no row in the ledger, but a folder.
        stem, folders = f"{head.flow}-{head.as_of.isoformat()}-", location.local / "runs"
        names = {run.run_id for run in runs} | {path.name for path in folders.glob(stem + "*")}
        numbers = [int(tail) for name in names if re.fullmatch(r"\d+", tail := name.removeprefix(stem))]
        self.run_id = f"{stem}{max(numbers, default=0) + 1}"
        self.folder = folders / self.run_id
        self.folder.mkdir(parents=True)
        self._head = replace(head, run_no=runs[-1].run_no + 1 if runs else 1, run_id=self.run_id)
        self._versions = dict(base.versions) if base else {}
        self._written: set[str] = set()
        self._tables: dict[str, StoredTable] = {}
        self.buckets = 1
        self._format = format_of(base) if base else stored_names.STORE_FORMAT
        self.run: Run | None = None
        self.undone = self._restore(base)

    def append(self, table: str, frame: pl.DataFrame | pl.LazyFrame, are_copies: bool = False) -> int:
        """Add rows, and return how many. Raises TypeError where columns or types are not exactly the table's.

        are_copies: the rows go into COPIES_PARTITION.
        """
        rows, stored = conform(TABLES[table], frame), self._table(table)
        if not rows.is_empty() or not stored.exists():
            stored.append(self._with_partition(table, rows, are_copies), self.run_id)
        self._written.add(table)
        return rows.height

    def replace(self, table: str, frame: pl.DataFrame | pl.LazyFrame, column: str, value: str | int | date) -> int:
        """Put `frame` in the place of the rows where `column` is `value`, and return how many rows it has.

        Raises ValueError where a row of `frame` has another value.
        """
        rows = conform(TABLES[table], frame)
        if not rows.filter(pl.col(column).ne_missing(pl.lit(value))).is_empty():
            raise ValueError(f"frame for table {table}: every row must have {column} = {value}")
        self._table(table).delete(column, value, self.run_id)
        return self.append(table, rows)

    def has(self, table: str) -> bool:
        """Whether the run before has left the table, or this one has written it."""
        return table in self._versions or table in self._written

    def lay_out(self, table: str, count: int) -> None:
        """Lay `table` out in `count` buckets, one bucket at a time; its rows stay."""
        parts = rows_by_bucket(self.scan(table), TABLES[table], count)
        self._table(table).lay_out(parts, self.run_id)
        self._written.add(table)

    def complete(self, tables: Iterable[str], with_new_columns: Iterable[str]) -> None:
        """Make the tables that are missing, empty, and add to the others the columns that their schema lacks."""
        for name in tables:
            self.append(name, TABLES[name].empty())
        for name in sorted(with_new_columns):
            self._table(name).add_columns(self.run_id)
            self._written.add(name)

    def scan(self, table: str) -> pl.LazyFrame:
        """The rows of `table` with what this run has written so far."""
        stored = self._table(table)
        if table in self._written:
            return stored.scan(None)
        version = self._versions.get(table)
        return TABLES[table].empty().lazy() if version is None else stored.scan(version)

    def commit(self, state: RunState, facts: Mapping[str, Any]) -> Run:
        """Write the row of the ledger. Only `passed` changes what readers see."""
        if self.run is not None:
            raise RuntimeError(f"run {self.run_id} was committed already, as {self.run.state}")
        versions = dict(self._versions)
        if state == "passed":
            versions |= {name: self._table(name).version() for name in sorted(self._written)}
            for name in self._written:
                self._table(name).sync(self._versions.get(name))
        facts = {stored_names.FORMAT: self._format, **facts}
        run = replace(self._head, state=state, finished_at=self._now(), versions=versions, facts=facts)
        self._ledger.append(run)
        self.run = run
        return run

    def fail(self, error: BaseException) -> None:
        """Record a run that broke off. Errors of its own are suppressed: `error` matters more."""
        with suppress(Exception):
            # An interruption may come between the ledger's row and the next line of `commit`.
            if self.run_id not in {run.run_id for run in self._ledger.runs()}:
                facts = {stored_names.ERROR: type(error).__name__, stored_names.ERROR_MESSAGE: str(error)[:500]}
                self.commit("failed", facts)

    def close(self) -> None:
        """Remove the run's folder where nothing was recorded or put into it."""
        if self.run is None:
            with suppress(OSError):
                self.folder.rmdir()

    def _with_partition(self, table: str, rows: pl.DataFrame, are_copies: bool) -> pl.DataFrame:
        """The rows with their partition, by the layout that the table has."""
        if table not in BUCKETED:
            return rows
        version = self._versions.get(table)
        count = self.buckets if version is None else self._table(table).buckets(version)
        if count is None:
            return rows.clear() if are_copies else rows
        return as_copies(rows, count) if are_copies else with_bucket(rows, count)

    def _restore(self, base: Run | None) -> tuple[str, ...]:
        """Give every table the content that `base` left; returns the tables that had another.

        Raises StoreDamaged, naming every table, where `base` is incomplete.
        """
        undone, damages = [], []
        for name in TABLES:
            try:
                if self._table(name).take_back(self._versions.get(name), self.run_id):
                    undone.append(name)
            except StoreDamaged as damage:
                damages.append(damage.what)
        if damages and base:
            raise StoreDamaged(f"what run {base.run_id} committed is incomplete ({'; '.join(damages)})")
        if damages:
            raise StoreDamaged("; ".join(damages))
        return tuple(undone)

    def _table(self, name: str) -> StoredTable:
        if name not in self._tables:
            self._tables[name] = StoredTable(self._location, TABLES[name])
        return self._tables[name]


class RatingsAndTrace(NamedTuple):
    """One rating per enterprise (columns of TABLES["ratings"]) and the rows of its trace (TABLES["trace"])."""

    ratings: pl.LazyFrame
    trace: pl.LazyFrame


def current_ratings(store: Store, run: Run | None = None, enterprise_id: str | None = None) -> RatingsAndTrace:
    """The ratings as `run` left them (None: the last passed run), of one enterprise or all."""
    return _latest_ratings(store, run, enterprise_id, pl.lit(True))


def ratings_on(store: Store, day: date, run: Run | None = None, enterprise_id: str | None = None) -> RatingsAndTrace:
    """The ratings as the runs for days up to `day` (included) left them."""
    return _latest_ratings(store, run, enterprise_id, pl.col("valid_from_on") <= day)


def _latest_ratings(store: Store, run: Run | None, enterprise_id: str | None, is_asked: pl.Expr) -> RatingsAndTrace:
    ratings = _latest(store.scan("ratings", run, enterprise_id).filter(is_asked))
    keys = ratings.select(_ID, "valid_from_on")
    trace = store.scan("trace", run, enterprise_id).join(keys, on=[_ID, "valid_from_on"], how="semi")
    return RatingsAndTrace(ratings.sort(_ID), trace.sort(_ID, "position"))


def rating_history(store: Store, enterprise_id: str) -> pl.LazyFrame:
    """Every rating that the enterprise has had, oldest first."""
    return store.scan("ratings", enterprise_id=enterprise_id).sort("valid_from_on")


def has_legal_state(run: Run) -> bool:
    """Whether the run stored legal states; runs of earlier releases did not."""
    return LAW_HEAD.name in run.versions


def stored_legal_state(
    store: Store, run: Run, enterprise_id: str, names: Collection[str]
) -> dict[str, pl.DataFrame] | None:
    """The legal state of the enterprise as `run` left it, by table of LAW_DETAILS; None where it has none.

    names: the tables to read. A run without stored legal states gives None for everyone: see `has_legal_state`.
    """
    found = current_legal_states(store, run, names, enterprise_id)
    return None if found.pop(LAW_HEAD.name).is_empty() else found


def current_legal_states(
    store: Store, run: Run, names: Collection[str], enterprise_id: str | None = None
) -> dict[str, pl.DataFrame]:
    """The legal states as `run` left them, of one enterprise or all: the heads (`law`) and the tables of `names`."""
    heads = _latest(store.scan(LAW_HEAD.name, run, enterprise_id)).filter(pl.col("record_count") > 0).collect()
    keys = heads.lazy().select(_ID, "valid_from_on")
    rows = [
        detail_rows(name, store.scan(name, run, enterprise_id).join(keys, on=[_ID, "valid_from_on"], how="semi"))
        for name in names
    ]
    return {LAW_HEAD.name: heads, **dict(zip(names, pl.collect_all(rows), strict=True))}


def has_outlook(run: Run) -> bool:
    """Whether the run stored an outlook; runs of earlier releases did not."""
    return OUTLOOK.name in run.versions


def outlook_of(store: Store, run: Run, enterprise_id: str | None = None) -> pl.LazyFrame:
    """The rows of OUTLOOK that expect a change of tier, as `run` left them, of one enterprise or all."""
    return _latest(store.scan(OUTLOOK.name, run, enterprise_id)).filter(pl.col("changes_on").is_not_null())


def current_records(store: Store, kind: str, run: Run, enterprise_id: str | None = None) -> pl.LazyFrame:
    """The current version of every record of `kind` received by `run.known_at`, of one enterprise or all.

    A record that a correction moved to another enterprise belongs only to that one. A kind that names no party is read
    whole.
    """
    if enterprise_id is None or not KINDS[kind].names_party:
        return current_versions(store.scan(kind, run), run.known_at)
    versions = store.scan(kind, run, enterprise_id)
    copies = store.scan(kind, run, buckets=ONLY_COPIES)
    moved = copies.filter(pl.col(_ID) == enterprise_id).select("record_id")
    both = pl.concat([versions, copies.join(moved, on="record_id", how="semi")])
    return current_versions(both, run.known_at).filter(pl.col(_ID) == enterprise_id)


def _latest(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of each enterprise with its latest valid_from_on."""
    return rows.filter(pl.col("valid_from_on") == pl.col("valid_from_on").max().over(_ID))
