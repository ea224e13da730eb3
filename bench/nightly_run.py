"""A nightly run, full and incremental, which must leave the same rows; and light commands on its store."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from bench.data import AS_OF, RECEIVED_AT, DataSize, RandomColumns, all_buckets, inspections_on
from bench.ingest import as_written
from bench.measure import Outcome, Side, SideFailed, Timing
from flows.policy_folder import PolicyInForce, read_rating_policy
from flows.run.context import RESULT_TABLES, RunContext
from flows.run.report import Report
from flows.run.run import RunResult, RunSetup, RunSteps, execute_run
from flows.run.validate import Validation, validate
from flows.settings import Secret, Settings
from flows.store.ledger import Run
from flows.store.store import Store
from flows.store.tables import StoredTable, buckets_for
from transforms.schemas import KINDS, TABLES

NEXT_DAY = AS_OF + timedelta(days=1)
_NEW_EVERY = 500  # one new record for so many existing ones


class RunNotPassed(RuntimeError):
    """A run that should pass did not; its message follows."""


class _Silent:
    """Reports a run nowhere."""

    @contextmanager
    def progress(self, context: RunContext) -> Iterator[Callable[[], None]]:
        yield lambda: None

    def passed(self, run: Run, report: Report) -> None:
        """Nothing."""

    def refused(self, run: Run, validation: Validation) -> None:
        """Nothing."""


def settings_in(folder: Path, is_full: bool = False) -> Settings:
    """The settings of the office in `folder`."""
    key = Secret("not a secret: nothing here is about persons")
    return Settings(inbox=folder / "inbox", store=str(folder / "store"), identity_key=key, full=is_full)


def write_office(size: DataSize, folder: Path) -> None:
    """A store with all records and a first run; in the inbox one new inspection of the next day per 500 records."""
    settings = settings_in(folder)
    settings.inbox.mkdir(parents=True)
    store = Store(settings.store)
    with store.begin("load", AS_OF - timedelta(days=1), RECEIVED_AT) as writing:
        writing.buckets = buckets_for(size.records)
        for frames in all_buckets(size):
            for kind in KINDS:
                if kind in frames:
                    writing.append(kind, frames[kind])
        for kind in KINDS:
            StoredTable(store.location, TABLES[kind]).compact("bench")
        writing.commit("passed", {})
    run_day(settings, AS_OF)
    random = np.random.default_rng([size.seed, size.buckets])
    numbers = random.integers(0, size.enterprises, max(1, size.records // _NEW_EVERY))
    draw = RandomColumns.calm(random, len(numbers))
    inspections = inspections_on(draw, numbers, pl.Series([NEXT_DAY] * len(numbers)))
    as_written(inspections).write_csv(settings.inbox / "监督检查.csv")


def run_day(settings: Settings, day: date, steps: RunSteps | None = None) -> RunResult:
    """The nightly run for `day`. Raises RunNotPassed."""
    setup = RunSetup(Store(settings.store), settings, read_rating_policy(settings.policy_dir, settings.scheme))
    known_at = RECEIVED_AT + (day - AS_OF) + timedelta(hours=1)
    result = execute_run(setup, day, known_at, steps or RunSteps(), _Silent())
    if result.state != "passed":
        raise RunNotPassed(f"{result.state}: {result.message}")
    return result


def _side(folder: Path, is_full: bool) -> Side:
    """The run for the next day, on a copy of the office in `folder`."""
    copy = Path(tempfile.mkdtemp(dir=folder.parent)) / "office"
    shutil.copytree(folder, copy)
    settings, gate_seconds = settings_in(copy, is_full), [0.0]

    def timed_validate(
        store: Store, policy_dir: Path, context: RunContext, policy: PolicyInForce, previous_run: Run | None
    ) -> Validation:
        start = time.perf_counter()
        validation = validate(store, policy_dir, context, policy, previous_run)
        gate_seconds[0] = time.perf_counter() - start
        return validation

    def outcome(_: RunResult) -> Outcome:
        """Rows of every table of results that the run wrote, and the sum of their hashes."""
        counts: Outcome = {}
        for name, column in RESULT_TABLES.items():
            rows = Store(settings.store).scan(name).filter(pl.col(column) == NEXT_DAY).collect()
            counts |= {name: len(rows), f"{name}_rows": int(rows.hash_rows(1).cast(pl.Int128).sum()) % 2**64}
        shutil.rmtree(copy.parent)
        return counts

    steps = RunSteps(validate=timed_validate)
    return Side([lambda: run_day(settings, NEXT_DAY, steps)], outcome, parts=lambda: {"gate": gate_seconds[0]})


SIDES: dict[str, Callable[[Path], Side]] = {
    "incremental": lambda folder: _side(folder, is_full=False),
    "full": lambda folder: _side(folder, is_full=True),
}


def enterprise_with_most_records(folder: Path) -> str:
    """The enterprise in `folder` with the most records that give it a legal state."""
    law = Store(settings_in(folder).store).scan("law").sort("record_count", "enterprise_id", descending=[True, False])
    return str(law.select("enterprise_id").head(1).collect().item())


def enterprise_without_records(folder: Path) -> str:
    """An enterprise in `folder` that is rated and has no legal state."""
    store = Store(settings_in(folder).store)
    others = store.scan("ratings").join(store.scan("law"), on="enterprise_id", how="anti")
    return str(others.select(pl.col("enterprise_id").min()).collect().item())


COMMANDS = ("explain", "lookup")
SUBJECTS = {
    "an enterprise without a legal state": enterprise_without_records,
    "the one with most records": enterprise_with_most_records,
}
_MAIN = "import sys; from flows.cli import main; sys.exit(main())"


def time_command(name: str, enterprise_id: str, folder: Path) -> Timing:
    """`yaoxin NAME ENTERPRISE` as a person calls it, in a process of its own, on the store in `folder`.

    Raises SideFailed where the output does not name the enterprise.
    """
    command = [sys.executable, "-c", _MAIN, name, enterprise_id, "--store", settings_in(folder).store]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or enterprise_id not in output:
        raise SideFailed(f"{' '.join(command)}\n{output[-4000:]}")
    return Timing(seconds, used.ru_utime + used.ru_stime, 0.0, {"lines": len(output.splitlines())})
