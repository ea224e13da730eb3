"""A small run that writes three tables, for tests that break it off."""

import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from flows.store import store as module
from flows.store.lease import Busy, hold_lease
from flows.store.store import Store
from transforms.schemas import TABLES

KNOWN_AT = datetime(2026, 3, 1, 18, tzinfo=UTC)


def rows(table, *values):
    """A frame of the table's shape; columns that are not given are null."""
    schema = TABLES[table].schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in values], schema=schema)


def passed_run(store, day, between=lambda: None):
    """One run that passes; `between` is called before each of its writes."""
    with store.begin("nightly", day, KNOWN_AT) as writing:
        between()
        writing.append("accounts", rows("accounts", {"file_id": f"f{day}"}))
        between()
        writing.append("ratings", rows("ratings", {"enterprise_id": "e", "valid_from_on": day}))
        between()
        writing.replace("changes", rows("changes", {"as_of": day, "enterprise_id": "e"}), "as_of", day)
        between()
        writing.commit("passed", {})


def hang(root, day, pause):
    """Begin a run, say so, and wait for ever before write number `pause`."""
    breaks = iter(range(9))

    def between():
        if next(breaks) == pause:
            print("waiting", flush=True)  # noqa: T201
            time.sleep(600)

    passed_run(Store(root), date.fromisoformat(day), between)


def wait_for_signal(root, day, pause, lock):
    """The same on another machine, whose lock is a folder of its own, going on after a line on stdin."""
    breaks = iter(range(9))

    def between():
        if next(breaks) == pause:
            print("waiting", flush=True)  # noqa: T201
            sys.stdin.readline()

    vars(module)["hold_lease"] = lambda _folder, *about: hold_lease(Path(lock), *about)
    try:
        passed_run(Store(root), date.fromisoformat(day), between)
    except Busy as fault:
        print(f"{type(fault).__name__}: {fault}")  # noqa: T201
