"""The store: tables as the last run that passed left them, the ledger of runs, and the way to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from flows.store.buckets import BUCKETED, EVERY, Part
from flows.store.ledger import Ledger, Run, is_annulled
from flows.store.lock import one_at_a_time
from flows.store.place import place
from flows.store.tables import DeltaFile
from flows.store.writing import Writing
from transforms.tables import TABLES


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
        self.place = place(root, storage_options, state_dir)
        self._ledger = Ledger(self.place)
        self._now = now

    def scan(
        self,
        table: str,
        run: Run | None = None,
        enterprise_id: str | None = None,
        part: Part = EVERY,
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
        frame = DeltaFile(self.place, shape).scan(pinned.versions[table], of, before)
        return frame if enterprise_id is None else frame.filter(pl.col("enterprise_id") == enterprise_id)

    def layout(self, run: Run | None = None) -> dict[str, int | None]:
        """Per table of BUCKETED that `run` pinned (None: the last) the number of its buckets; None for one without."""
        pinned = run or self.last()
        versions = {} if pinned is None else pinned.versions
        names = [name for name in BUCKETED if name in versions]
        return {name: DeltaFile(self.place, TABLES[name]).buckets(versions[name]) for name in names}

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
            raise CannotGoBack(run_id, standing)
        after = [run.run_id for run in standing if run.run_no > to.run_no]
        now = self._now()
        head = replace(to, flow="rewind", state="failed", started_at=now, finished_at=now, facts={}, back_to=to.run_no)
        with self._writing(head) as writing:
            return writing.commit("passed", {"reason": reason, "annulled": after})

    @contextmanager
    def begin(
        self, flow: str, as_of: date, known_at: datetime, scheme: str = "", policy_hash: str = ""
    ) -> Iterator[Writing]:
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
    def _writing(self, head: Run) -> Iterator[Writing]:
        with one_at_a_time(self.place.local, head.flow, head.as_of, head.started_at):
            writing = Writing(self.place, head, self._now)
            try:
                yield writing
            except BaseException as fault:
                writing.fail(fault)
                raise
            finally:
                writing.close()


class CannotGoBack(ValueError):
    """The run to go back to is none that passed and still stands, or the last one of them."""

    def __init__(self, run_id: str, standing: tuple[Run, ...]) -> None:
        if standing and standing[-1].run_id == run_id:
            what = f"{run_id} is the last run that passed: readers see it already."
        else:
            last = ", ".join(run.run_id for run in standing[-5:]) or "none"
            what = f"{run_id}: no run of this name passed and still stands. The last that do: {last}. See yaoxin runs."
        super().__init__(what)
