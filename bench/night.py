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

from bench import data
from bench.data import AS_OF, RandomColumns
from bench.intake import csv_of
from bench.measure import Outcome, Side, SideFailed, Timing
from flows.policy_folder import PolicyInForce, read_scheme
from flows.run.context import RESULT_TABLES, RunContext
from flows.run.report import Report
from flows.run.run import RunResult, RunSetup, RunSteps, execute_run
from flows.run.validate import Validation, validate
from flows.settings import Secret, Settings
from flows.store.layout import buckets_for
from flows.store.ledger import Run
from flows.store.store import Store
from flows.store.tables import StoredTable
from transforms.schemas import KINDS, TABLES

NEXT_DAY = AS_OF + timedelta(days=1)

_OF_NEWS = 500  # one new record for so many that are there


class RunNotPassed(RuntimeError):
    """A night that was to pass did not; its own words follow."""


class _Silent:
    """A night that is told nowhere."""

    @contextmanager
    def progress(self, night: RunContext) -> Iterator[Callable[[], None]]:
        yield lambda: None

    def passed(self, run: Run, report: Report) -> None:
        """Nothing."""

    def refused(self, run: Run, checked: Validation) -> None:
        """Nothing."""


def settings_in(folder: Path, is_full: bool = False) -> Settings:
    """Of the office in `folder`."""
    key = Secret("not a secret: nothing here is about persons")
    return Settings(inbox=folder / "inbox", store=str(folder / "store"), identity_key=key, full=is_full)


def write_office(size: data.DataSize, folder: Path) -> None:
    """A store with all records and a first night; in the inbox inspections of the day after, one for 500 records."""
    settings = settings_in(folder)
    settings.inbox.mkdir(parents=True)
    _load(size, Store(settings.store))
    run_day(settings, AS_OF)
    news = csv_of(_news(size))
    news.write_csv(settings.inbox / "监督检查.csv")


def _load(size: data.DataSize, store: Store) -> None:
    before = AS_OF - timedelta(days=1)
    with store.begin("load", before, data.RECEIVED_AT) as writing:
        writing.buckets = buckets_for(size.records)
        for frames in data.all_buckets(size):
            for kind in KINDS:
                writing.append(kind, frames[kind])
        for kind in KINDS:
            StoredTable(store.location, TABLES[kind]).compact("bench")
        writing.commit("passed", {})


def _news(size: data.DataSize) -> pl.DataFrame:
    """Inspections of the day after, of enterprises drawn at random."""
    random = np.random.default_rng([size.seed, size.buckets])
    numbers = random.integers(0, size.enterprises, max(1, size.records // _OF_NEWS))
    dice = RandomColumns.calm(random, len(numbers))
    return data.inspections_on(dice, numbers, pl.Series([NEXT_DAY] * len(numbers)))


def run_day(settings: Settings, day: date, steps: RunSteps | None = None) -> RunResult:
    """The night of `day`; raises NotPassed."""
    office = RunSetup(Store(settings.store), settings, read_scheme(settings.policy_dir, settings.scheme))
    known_at = data.RECEIVED_AT + (day - AS_OF) + timedelta(hours=1)
    result = execute_run(office, day, known_at, steps or RunSteps(), _Silent())
    if result.state != "passed":
        raise RunNotPassed(f"{result.state}: {result.message}")
    return result


def _night(folder: Path, is_full: bool) -> Side:
    """The night after, on a copy of the office in `folder`."""
    copy = Path(tempfile.mkdtemp(dir=folder.parent)) / "office"
    shutil.copytree(folder, copy)
    settings, gate = settings_in(copy, is_full), [0.0]

    def timed_check(
        store: Store, policy: Path, night: RunContext, scheme: PolicyInForce, former: Run | None
    ) -> Validation:
        start = time.perf_counter()
        checked = validate(store, policy, night, scheme, former)
        gate[0] = time.perf_counter() - start
        return checked

    def answer(_result: RunResult) -> Outcome:
        found = _answer(Store(settings.store))
        shutil.rmtree(copy.parent)
        return found

    return Side(
        [lambda: run_day(settings, NEXT_DAY, RunSteps(validate=timed_check))], answer, parts=lambda: {"gate": gate[0]}
    )


def _answer(store: Store) -> Outcome:
    """What the night left: rows of every table of results, and the sum of their hashes."""
    told: Outcome = {}
    for name, column in RESULT_TABLES.items():
        rows = store.scan(name).filter(pl.col(column) == NEXT_DAY).collect()
        told |= {name: len(rows), f"{name}_rows": int(rows.hash_rows(1).cast(pl.Int128).sum()) % 2**64}
    return told


SIDES: dict[str, Callable[[Path], Side]] = {
    "incremental": lambda folder: _night(folder, is_full=False),
    "full": lambda folder: _night(folder, is_full=True),
}


def enterprise_with_most_records(folder: Path) -> str:
    """The enterprise in `folder` with the most records on which the law has a word."""
    law = Store(settings_in(folder).store).scan("law").sort("record_count", "enterprise_id", descending=[True, False])
    return str(law.select("enterprise_id").head(1).collect().item())


def enterprise_without_records(folder: Path) -> str:
    """An enterprise in `folder` that is rated, and on which the law has no word."""
    store = Store(settings_in(folder).store)
    others = store.scan("ratings").join(store.scan("law"), on="enterprise_id", how="anti")
    return str(others.select(pl.col("enterprise_id").min()).collect().item())


COMMANDS = ("explain", "lookup")

SUBJECTS = {
    "one with nothing before the law": enterprise_without_records,
    "the one with most": enterprise_with_most_records,
}

_MAIN = "import sys; from flows.cli import main; sys.exit(main())"


def time_command(name: str, who: str, folder: Path) -> Timing:
    """`yaoxin NAME WHO` on the store in `folder`. Raises SideFailed where it does not say the enterprise."""
    command = [sys.executable, "-c", _MAIN, name, who, "--store", settings_in(folder).store]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or who not in said:
        raise SideFailed(f"{' '.join(command)}\n{said[-4000:]}")
    return Timing(seconds, used.ru_utime + used.ru_stime, 0.0, {"lines": len(said.splitlines())})
