"""Which days are due, and the run of one of them."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from flows.store.ledger import Run
from transforms.schemas import KINDS, TABLES, Table

_CLOCKS_DIFFER = timedelta(minutes=10)  # of two machines that take turns
# The tables that what comes in is written to.
INGESTED_TABLES = (*KINDS, "files", "accounts", "quarantine", "quarantine_outcomes")


class PastDay(ValueError):
    """A night before one that is committed already was asked for."""


class FutureDay(ValueError):
    """A night that has not come was asked for."""


class ClockInDoubt(ValueError):
    """The clock of the machine does not go with the last run: nothing is done before a person has looked at it."""


@dataclass(frozen=True)
class RunContext:
    """A night: the day it rates, the instant (UTC) up to which it knows, the folder of its run, the store's buckets.

    What it keeps until it is committed lies in parts: a bucket, or several that were worked through together.
    """

    as_of: date
    known_at: datetime
    folder: Path
    buckets: int = 1

    def stage(self, name: str, frame: pl.LazyFrame | pl.DataFrame, part: int = 0) -> None:
        """Keep `frame` in the run's folder under `name`, as fast as can be: it is gone once the store has it."""
        path = self._folder(name) / f"{part:05}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.lazy().collect().write_parquet(path, compression="uncompressed", statistics=False)

    def staged(self, name: str, parts: Collection[int] | None = None, table: Table | None = None) -> pl.LazyFrame:
        """What was kept under `name`, of these parts or all; an empty frame of the table's shape where nothing was."""
        paths = [
            self._folder(name) / f"{part:05}.parquet" for part in self.parts(name) if parts is None or part in parts
        ]
        return pl.scan_parquet(paths, glob=False) if paths else (table or TABLES[name]).empty().lazy()

    def parts(self, name: str) -> list[int]:
        """The parts in which something was kept under `name`."""
        return sorted(int(path.stem) for path in self._folder(name).glob("*.parquet"))

    def size_bytes(self, name: str, part: int) -> int:
        """How large that part is as it lies."""
        return (self._folder(name) / f"{part:05}.parquet").stat().st_size

    def clear(self, below: str = "stage") -> None:
        """Take away what was kept: it stands in the store now, or is made anew."""
        shutil.rmtree(self.folder / below, ignore_errors=True)

    def _folder(self, name: str) -> Path:
        return self.folder / "stage" / name


def days_due(last: Run | None, as_of: date, now: datetime, most_missed: int | None = None) -> list[date]:
    """The nights to run so that none is missing: those after the last one, up to `as_of`.

    The day of the last night itself is run again. now: the clock of the office. most_missed: how many nights before
    `as_of` are caught up unasked; None for any number. Raises ClockInDoubt where the clock is behind the last run or so
    far beyond it, PastNight for a night before the last one, FutureNight after today: every true night would be past
    from then on.
    """
    today = now.date()
    if last is not None and (today < last.as_of or now + _CLOCKS_DIFFER < last.finished_at):
        raise ClockInDoubt(_behind(last, now))
    if as_of > today:
        raise FutureDay(f"as_of {as_of}: that day has not come; today is {today}. Nights run in order, up to today.")
    if last is None or as_of == last.as_of:
        return [as_of]
    if as_of < last.as_of:
        raise PastDay(
            f"as_of {as_of}: the night of {last.as_of} is committed already ({last.run_id}), and nights run in order. "
            f"For a rating as it stood use: yaoxin explain ID --as-of {as_of}. To rate the past anew use an empty "
            "store (--store)."
        )
    due = [last.as_of + timedelta(days=n + 1) for n in range((as_of - last.as_of).days)]
    if most_missed is not None and len(due) - 1 > most_missed:
        raise ClockInDoubt(_far_beyond(last, due, now, most_missed))
    return due


def _behind(last: Run, now: datetime) -> str:
    clock, then = (f"{instant:%Y-%m-%d %H:%M}" for instant in (now, last.finished_at.astimezone(now.tzinfo)))
    return (
        f"The clock of this machine says {clock}, but the night of {last.as_of} was committed at {then} "
        f"({last.run_id}). Nothing was done. If the clock is wrong now, set it right. "
        "If it was wrong then, go back to the last true run (yaoxin runs): yaoxin rewind RUN_ID --reason TEXT; then "
        "run again."
    )


def _far_beyond(last: Run, due: list[date], now: datetime, most_missed: int) -> str:
    missed, clock = len(due) - 1, f"{now:%Y-%m-%d %H:%M}"
    return (
        f"The last committed night is {last.as_of} ({last.run_id}), and the clock of this machine says {clock}: before "
        f"{due[-1]} there are {missed} nights to catch up, more than the {most_missed} that are without asking "
        "(setting catch_up). Nothing was done. If the clock is wrong, set it right. If it is right and all these "
        f"nights are wanted: yaoxin nightly --catch-up {missed}."
    )
