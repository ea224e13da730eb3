"""Which nights are due, and where one keeps its work."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from flows.store import Run
from transforms.tables import KINDS, TABLES

ARRIVALS = (*KINDS, "files", "accounts", "quarantine")  # the tables that what comes in is written to


class PastNight(ValueError):
    """A night before one that is committed already was asked for."""


class FutureNight(ValueError):
    """A night that has not come was asked for."""


@dataclass(frozen=True)
class Night:
    """A night: the day it rates, the instant (UTC) up to which it knows, and the folder of its run."""

    as_of: date
    known_at: datetime
    folder: Path

    def stage(self, name: str, frame: pl.LazyFrame | pl.DataFrame) -> None:
        """Keep `frame` in the run's folder under `name`."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.lazy().collect().write_parquet(path)

    def staged(self, name: str) -> pl.LazyFrame:
        """What was kept under `name`; an empty frame of the table's shape where nothing was."""
        path = self._path(name)
        return pl.scan_parquet(path) if path.exists() else TABLES[name].empty().lazy()

    def has(self, name: str) -> bool:
        """Whether anything was kept under `name`."""
        return self._path(name).exists()

    def clear(self) -> None:
        """Take away what was kept: it stands in the store now."""
        shutil.rmtree(self.folder / "stage", ignore_errors=True)

    def _path(self, name: str) -> Path:
        return self.folder / "stage" / f"{name}.parquet"


def nights_due(last: Run | None, as_of: date, today: date) -> list[date]:
    """The nights to run so that none is missing: those after the last one, up to `as_of`.

    The day of the last night itself is run again. Raises PastNight for an earlier one, FutureNight after `today`:
    every true night would be past from then on.
    """
    if as_of > today:
        raise FutureNight(f"as_of {as_of}: that day has not come; today is {today}. Nights run in order, up to today.")
    if last is None or as_of == last.as_of:
        return [as_of]
    if as_of < last.as_of:
        raise PastNight(
            f"as_of {as_of}: the night of {last.as_of} is committed already ({last.run_id}), and nights run in order. "
            f"For a rating as it stood use: yaoxin explain ID --as-of {as_of}. To rate the past anew use an empty "
            "store (--store)."
        )
    return [last.as_of + timedelta(days=n + 1) for n in range((as_of - last.as_of).days)]
