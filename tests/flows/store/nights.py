"""A small night that writes three tables, for tests that break it off."""

import time
from datetime import UTC, date, datetime

import polars as pl

from flows.store import Store
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
