"""The last step of a run: what is staged is written to the store."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from flows.run.due_days import INGESTED_TABLES, RunContext
from flows.store.store import RunWriter
from transforms.schemas import KINDS, LAW_TABLES, TABLES

RESULT_TABLES = {
    **dict.fromkeys(("ratings", "trace", "outlook", *LAW_TABLES), "valid_from_on"),
    **dict.fromkeys(("changes", "change_trace"), "as_of"),
}
_BYTES_AT_ONCE = 2**28


def write_tables(writing: RunWriter, night: RunContext) -> None:
    """Write everything staged. Nothing of it is seen until the run is committed.

    What arrived is appended: a file is taken in once. Results take the place of those of the same night.
    """
    writing.buckets = night.buckets
    for table in INGESTED_TABLES:
        for rows in _heaps(night, table):
            writing.append(table, rows)
    for kind in KINDS:
        for rows in _heaps(night, f"copies_{kind}"):
            writing.append(kind, rows, are_copies=True)
    for table, column in RESULT_TABLES.items():
        first, *rest = list(_heaps(night, table)) or [night.staged(table)]
        writing.replace(table, first, column, night.as_of)
        for rows in rest:
            writing.append(table, rows)


def _heaps(night: RunContext, name: str) -> Iterator[pl.LazyFrame]:
    """What was staged under `name`, in few writes and none too large for the memory."""
    parts: list[int] = []
    held = 0
    table = TABLES[name.removeprefix("copies_")]
    for part in night.parts(name):
        size = night.size_bytes(name, part)
        if parts and held + size > _BYTES_AT_ONCE:
            yield night.staged(name, parts)
            parts, held = [], 0
        parts, held = [*parts, part], held + size
    if parts:
        yield night.staged(name, parts, table)
