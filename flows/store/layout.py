"""How many buckets a store has, and a store laid out anew: one of an earlier release, or for another number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from flows.store.buckets import as_copies, bucket_of, column_of
from transforms.tables import KINDS, Table

if TYPE_CHECKING:
    from flows.store.ledger import Run
    from flows.store.store import Store

_ID = "enterprise_id"


def lay_out_anew(store: Store, count: int) -> Run | None:
    """Lay every table of enterprises out in `count` buckets, as a run of its own; None where they are already.

    What readers see stays the same, past nights too. Raises Busy where another run holds the store.
    """
    last = store.last()
    others = [name for name, found in store.layout(last).items() if found != count]
    if last is None or not others:
        return None
    with store.begin("layout", last.as_of, last.known_at, last.scheme, last.policy_hash) as writing:
        for name in others:
            writing.lay_out(name, count)
        return writing.commit("passed", {"buckets": count, "tables": others})


def rows_by_bucket(rows: pl.LazyFrame, table: Table, count: int) -> Iterator[pl.DataFrame]:
    """All rows of a table bucket by bucket, each part with its partition column; of records the copies last."""
    ids = rows.select(pl.col(_ID).unique()).collect()[_ID]
    numbers = pl.Series("bucket", [bucket_of(key, count) for key in ids], dtype=pl.Int32)
    places = pl.DataFrame([ids, numbers])
    for number in range(count):
        own = places.lazy().filter(bucket=number).select(_ID)
        part = rows.join(own, on=_ID, how="semi", nulls_equal=True).collect()
        yield part.with_columns(pl.lit(number, dtype=pl.Int32).alias(column_of(count)))
    if table.name in KINDS:
        yield as_copies(versions_of_moved(rows, rows).collect(), count)


def versions_of_moved(rows: pl.LazyFrame, corrected: pl.LazyFrame) -> pl.LazyFrame:
    """Every version in `rows` of the records that a correction in `corrected` tied to another enterprise."""
    is_one = pl.col("record_id").is_in
    later = corrected.filter(pl.col("version_no") > 1).select(pl.col("record_id").unique()).collect()["record_id"]
    if later.is_empty():
        return rows.clear()
    parties = rows.filter(is_one(later.implode())).select("record_id", _ID).group_by("record_id")
    moved = parties.agg(pl.col(_ID).n_unique()).filter(pl.col(_ID) > 1).collect()["record_id"]
    return rows.clear() if moved.is_empty() else rows.filter(is_one(moved.implode()))
