"""A whole night, rating all and rating what may have changed; both leave the same rows."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from bench import made
from bench.dice import AS_OF, Dice
from bench.intake import csv_of
from bench.side import Answer, Side
from flows.night.bring_in import buckets_for
from flows.night.check import Checked, check
from flows.night.keep import RESULTS
from flows.night.plan import Night
from flows.night.tell import Report
from flows.night.work import NightResult, Office, Steps, one_night
from flows.policies import PolicyInForce, read_scheme
from flows.settings import Settings
from flows.settings_form import Secret
from flows.store import Run, Store
from flows.store.tables import DeltaFile
from transforms.tables import KINDS, TABLES

NEXT_DAY = AS_OF + timedelta(days=1)
_OF_NEWS = 500  # one new record for so many that are there


class NotPassed(RuntimeError):
    """A night that was to pass did not; its own words follow."""


class _Silent:
    """A night that is told nowhere."""

    @contextmanager
    def progress(self, night: Night) -> Iterator[Callable[[str], None]]:
        yield lambda step: None

    def passed(self, run: Run, report: Report) -> None:
        """Nothing."""

    def refused(self, run: Run, checked: Checked) -> None:
        """Nothing."""


def settings_in(folder: Path, is_full: bool = False) -> Settings:
    """Of the office in `folder`."""
    key = Secret("not a secret: nothing here is about persons")
    return Settings(inbox=folder / "inbox", store=str(folder / "store"), identity_key=key, full=is_full)


def write(size: made.Size, folder: Path) -> None:
    """A store with all records and a first night; in the inbox inspections of the day after, one for 500 records."""
    settings = settings_in(folder)
    settings.inbox.mkdir(parents=True)
    _load(size, Store(settings.store))
    work(settings, AS_OF)
    news = csv_of(_news(size))
    news.write_csv(settings.inbox / "监督检查.csv")


def _load(size: made.Size, store: Store) -> None:
    before = AS_OF - timedelta(days=1)
    with store.begin("load", before, made.RECEIVED_AT) as writing:
        writing.buckets = buckets_for(size.records)
        for frames in made.buckets(size):
            for kind in KINDS:
                writing.append(kind, frames[kind])
        for kind in KINDS:
            DeltaFile(store.place, TABLES[kind]).compact("bench")
        writing.commit("passed", {})


def _news(size: made.Size) -> pl.DataFrame:
    """Inspections of the day after, of enterprises drawn at random."""
    random = np.random.default_rng([size.seed, size.buckets])
    numbers = random.integers(0, size.enterprises, max(1, size.records // _OF_NEWS))
    dice = Dice.calm(random, len(numbers))
    return made.inspections(dice, numbers, pl.Series([NEXT_DAY] * len(numbers)))


def work(settings: Settings, day: date, steps: Steps | None = None) -> NightResult:
    """The night of `day`; raises NotPassed."""
    office = Office(Store(settings.store), settings, read_scheme(settings.policy_dir, settings.scheme))
    known_at = made.RECEIVED_AT + (day - AS_OF) + timedelta(hours=1)
    result = one_night(office, day, known_at, steps or Steps(), _Silent())
    if result.state != "passed":
        raise NotPassed(f"{result.state}: {result.message}")
    return result


def _night(folder: Path, is_full: bool) -> Side:
    """The night after, on a copy of the office in `folder`."""
    copy = Path(tempfile.mkdtemp(dir=folder.parent)) / "office"
    shutil.copytree(folder, copy)
    settings, gate = settings_in(copy, is_full), [0.0]

    def timed_check(store: Store, policy: Path, night: Night, scheme: PolicyInForce, former: Run | None) -> Checked:
        start = time.perf_counter()
        checked = check(store, policy, night, scheme, former)
        gate[0] = time.perf_counter() - start
        return checked

    def answer(_result: NightResult) -> Answer:
        found = _answer(Store(settings.store))
        shutil.rmtree(copy.parent)
        return found

    return Side([lambda: work(settings, NEXT_DAY, Steps(check=timed_check))], answer, parts=lambda: {"gate": gate[0]})


def _answer(store: Store) -> Answer:
    """What the night left: rows of every table of results, and the sum of their hashes."""
    told: Answer = {}
    for name, column in RESULTS.items():
        rows = store.scan(name).filter(pl.col(column) == NEXT_DAY).collect()
        told |= {name: len(rows), f"{name}_rows": int(rows.hash_rows(1).cast(pl.Int128).sum()) % 2**64}
    return told


SIDES: dict[str, Callable[[Path], Side]] = {
    "incremental": lambda folder: _night(folder, is_full=False),
    "full": lambda folder: _night(folder, is_full=True),
}


def most_concerned(folder: Path) -> str:
    """The enterprise in `folder` with the most records on which the law has a word."""
    law = Store(settings_in(folder).store).scan("law").sort("record_count", "enterprise_id", descending=[True, False])
    return str(law.select("enterprise_id").head(1).collect().item())


def not_concerned(folder: Path) -> str:
    """An enterprise in `folder` that is rated, and on which the law has no word."""
    store = Store(settings_in(folder).store)
    others = store.scan("ratings").join(store.scan("law"), on="enterprise_id", how="anti")
    return str(others.select(pl.col("enterprise_id").min()).collect().item())
