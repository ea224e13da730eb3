"""Buckets: which part of a table an enterprise's rows lie in, the same on every machine and in every release.

The number of a bucket is the CRC-32 (ISO 3309, as in zip and PNG) of the identifier in UTF-8, modulo the number of
buckets; rows of no enterprise, such as those of natural persons, lie in bucket 0. A partition column named after the
number of buckets, `bucket_of_16`, says how a table is laid out: each bucket is a folder of its own.

A record that a correction ties to another enterprise has versions in two buckets. Of such a record a copy of every
version lies in the partition COPIES, so that whoever reads a bucket and the copies knows which version is newest.
Whoever reads a table whole leaves the copies out.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from transforms.schemas import KINDS, LAW_TABLES, Table

# Tables of rows of enterprises; the others are small, or read by night.
BUCKETED = (*KINDS, "ratings", "trace", "outlook", *LAW_TABLES)

COPIES_PARTITION = -1

_COLUMN = "bucket_of_"

_BY = "enterprise_id"

_PARTITION = re.compile(rf"/{_COLUMN}(\d+)(?:=|%3D)(-?\d+)/")


def partition_column(count: int) -> str:
    """The partition column of a table in so many buckets."""
    return f"{_COLUMN}{count}"


def bucket_count(columns: Collection[str]) -> int | None:
    """How many buckets these partition columns mean; None for a table that has none."""
    return next((int(name.removeprefix(_COLUMN)) for name in columns if name.startswith(_COLUMN)), None)


def bucket_of(enterprise_id: str | None, count: int) -> int:
    """The bucket of an enterprise among `count`."""
    return zlib.crc32(enterprise_id.encode()) % count if enterprise_id is not None and count > 1 else 0


def with_bucket(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """`frame` with the bucket of each row's enterprise_id in the partition column."""
    column = partition_column(count)
    if count == 1:
        return frame.with_columns(pl.lit(0, dtype=pl.Int32).alias(column))
    ids = frame[_BY].unique()
    numbers = pl.Series(column, [bucket_of(key, count) for key in ids], dtype=pl.Int32)
    return frame.join(
        pl.DataFrame([ids, numbers]), on=_BY, how="left", nulls_equal=True, maintain_order="left", validate="m:1"
    )


def as_copies(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """`frame` with the partition of copies in the partition column."""
    return frame.with_columns(pl.lit(COPIES_PARTITION, dtype=pl.Int32).alias(partition_column(count)))


def split_by_bucket(frame: pl.DataFrame, count: int) -> dict[int, pl.DataFrame]:
    """The rows of each bucket that has any, without the partition column."""
    if count == 1:
        return {} if frame.is_empty() else {0: frame}
    parts = with_bucket(frame, count).partition_by(partition_column(count), as_dict=True, include_key=False)
    return {int(key): part for (key,), part in sorted(parts.items())}


@dataclass(frozen=True)
class BucketFilter:
    """Which files of a table are read. buckets: None for all. enterprise_id: only the bucket of that one.

    copies: those of records that moved too. A file of a table without buckets is always read.
    """

    buckets: frozenset[int] | None = None
    enterprise_id: str | None = None
    copies: bool = False

    def holds(self, uri: str) -> bool:
        """Whether the file there is meant."""
        found = _PARTITION.search(uri)
        if found is None:
            return True
        count, bucket = int(found.group(1)), int(found.group(2))
        if bucket == COPIES_PARTITION:
            return self.copies
        is_own = self.enterprise_id is None or bucket == bucket_of(self.enterprise_id, count)
        return is_own and (self.buckets is None or bucket in self.buckets)


ALL_BUCKETS = BucketFilter()

ONLY_COPIES = BucketFilter(frozenset(), copies=True)

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
        yield part.with_columns(pl.lit(number, dtype=pl.Int32).alias(partition_column(count)))
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
