"""The fifth step of a run: what is staged is written to the store, visible to readers from the commit on."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from flows.run.context import INGESTED_TABLES, RESULT_TABLES, RunContext
from flows.store.store import RunWriter
from transforms.schemas import KINDS, TABLES
from transforms.schemas.run_tables import TRADE_TABLES

_MAX_BYTES_PER_WRITE = 2**28


def write_tables(writer: RunWriter, context: RunContext) -> int:
    """Write everything staged, and return how many rows that were.

    Ingested rows are appended: a file is ingested once. Results replace those of an earlier run for the same day.
    """
    writer.buckets = context.buckets
    rows = 0
    for table in INGESTED_TABLES:
        for frame in _writes(context, table):
            rows += writer.append(table, frame)
    for kind in KINDS:
        for frame in _writes(context, f"copies_{kind}"):
            rows += writer.append(kind, frame, are_copies=True)
    for table, column in RESULT_TABLES.items():
        if table in TRADE_TABLES and not context.parts(table) and not writer.has(table):
            continue  # one scheme rates all: nothing of trades is in the store
        first, *rest = list(_writes(context, table)) or [context.staged(table)]
        rows += writer.replace(table, first, column, context.as_of)
        for frame in rest:
            rows += writer.append(table, frame)
    return rows


def _writes(context: RunContext, name: str) -> Iterator[pl.LazyFrame]:
    """What is staged under `name`, in as few writes as memory allows."""
    parts: list[int] = []
    size = 0
    table = TABLES[name.removeprefix("copies_")]
    for part in context.parts(name):
        part_size = context.size_bytes(name, part)
        if parts and size + part_size > _MAX_BYTES_PER_WRITE:
            yield context.staged(name, parts)
            parts, size = [], 0
        parts, size = [*parts, part], size + part_size
    if parts:
        yield context.staged(name, parts, table)
