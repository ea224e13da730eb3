"""A small night that writes three tables, for tests that break it off."""

import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from flows.store import Busy, Store
from flows.store import store as module
from flows.store.lock import one_at_a_time
from transforms.tables import TABLES

KNOWN = datetime(2026, 3, 1, 18, tzinfo=UTC)


def rows(table, *values):
    """A frame of the table's shape; columns that are not given are null."""
    schema = TABLES[table].schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in values], schema=schema)


def night(store, day, between=lambda: None):
    """One night that passes; `between` is called before each of its writes."""
    with store.begin("nightly", day, KNOWN) as writing:
        between()
        writing.append("accounts", rows("accounts", {"file_id": f"f{day}"}))
        between()
        writing.append("ratings", rows("ratings", {"enterprise_id": "e", "valid_from_on": day}))
        between()
        writing.replace("changes", rows("changes", {"as_of": day, "enterprise_id": "e"}), "as_of", day)
        between()
        writing.commit("passed", {})


def hang(root, day, pause):
    """Begin a night, say so, and wait for ever before write number `pause`."""
    breaks = iter(range(9))

    def between():
        if next(breaks) == pause:
            print("waiting", flush=True)  # noqa: T201
            time.sleep(600)

    night(Store(root), date.fromisoformat(day), between)


def wait_for_a_word(root, day, pause, lock):
    """The same on another machine, whose lock is a folder of its own, going on after a line on stdin."""
    breaks = iter(range(9))

    def between():
        if next(breaks) == pause:
            print("waiting", flush=True)  # noqa: T201
            sys.stdin.readline()

    module.one_at_a_time = lambda _folder, *about: one_at_a_time(Path(lock), *about)
    try:
        night(Store(root), date.fromisoformat(day), between)
    except Busy as fault:
        print(f"{type(fault).__name__}: {fault}")  # noqa: T201
