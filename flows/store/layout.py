"""The layout of tables in buckets: which part of a table an enterprise's rows lie in, on every machine and release.

The number of a bucket is the CRC-32 (ISO 3309, as in zip and PNG) of the identifier in UTF-8, modulo the number of
buckets; rows without an enterprise, such as those of natural persons, lie in bucket 0. A partition column named after
the number of buckets, `bucket_of_16`, says how a table is laid out: each bucket is a folder of its own.

A record that a correction moves to another enterprise has versions in two buckets. A copy of every version of such a
record lies in the partition COPIES_PARTITION, so that a reader of one bucket and the copies knows which version is
newest. Readers of a whole table leave the copies out.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import polars as pl

from transforms.schemas import KINDS, LAW_TABLES, Table

# Tables of rows of enterprises; the others are small, or read by run.
BUCKETED = (*KINDS, "ratings", "trace", "outlook", *LAW_TABLES)
COPIES_PARTITION = -1
_COLUMN = "bucket_of_"
_PARTITION = re.compile(rf"/{_COLUMN}(\d+)(?:=|%3D)(-?\d+)/")
_RECORDS_PER_BUCKET = 500_000  # to rate them takes some hundred megabytes
_ID = "enterprise_id"


def partition_column(count: int) -> str:
    """The partition column of a table in `count` buckets."""
    return f"{_COLUMN}{count}"


def bucket_count(columns: Collection[str]) -> int | None:
    """How many buckets a table with these partition columns has; None for a table without buckets."""
    return next((int(name.removeprefix(_COLUMN)) for name in columns if name.startswith(_COLUMN)), None)


def buckets_for(record_count: int) -> int:
    """How many buckets a store of so many records gets where the settings name no number."""
    return max(1, -(-record_count // _RECORDS_PER_BUCKET))


def bucket_of(enterprise_id: str | None, count: int) -> int:
    """The bucket of an enterprise among `count`."""
    return zlib.crc32(enterprise_id.encode()) % count if enterprise_id is not None and count > 1 else 0


@dataclass(frozen=True)
class BucketFilter:
    """Which files of a table are read. Files of a table without buckets always are.

    numbers: the buckets, None for all. enterprise_id: only the bucket of this enterprise. copies: COPIES_PARTITION too.
    """

    numbers: frozenset[int] | None = None
    enterprise_id: str | None = None
    copies: bool = False

    def includes(self, uri: str) -> bool:
        """Whether the file at `uri` is read."""
        found = _PARTITION.search(uri)
        if found is None:
            return True
        count, bucket = int(found.group(1)), int(found.group(2))
        if bucket == COPIES_PARTITION:
            return self.copies
        is_own = self.enterprise_id is None or bucket == bucket_of(self.enterprise_id, count)
        return is_own and (self.numbers is None or bucket in self.numbers)


ALL_BUCKETS = BucketFilter()
ONLY_COPIES = BucketFilter(frozenset(), copies=True)


def with_bucket(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """`frame` with the bucket of each row's enterprise_id in the partition column."""
    column = partition_column(count)
    if count == 1:
        return frame.with_columns(pl.lit(0, dtype=pl.Int32).alias(column))
    numbers = _bucket_numbers(frame[_ID].unique(), count).rename({"bucket": column})
    return frame.join(numbers, on=_ID, how="left", nulls_equal=True, maintain_order="left", validate="m:1")


def as_copies(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """`frame` with COPIES_PARTITION in the partition column."""
    return frame.with_columns(pl.lit(COPIES_PARTITION, dtype=pl.Int32).alias(partition_column(count)))


def split_by_bucket(frame: pl.DataFrame, count: int) -> dict[int, pl.DataFrame]:
    """The rows of each bucket that has any, without the partition column."""
    if count == 1:
        return {} if frame.is_empty() else {0: frame}
    parts = with_bucket(frame, count).partition_by(partition_column(count), as_dict=True, include_key=False)
    return {int(key): part for (key,), part in sorted(parts.items())}


def rows_by_bucket(rows: pl.LazyFrame, table: Table, count: int) -> Iterator[pl.DataFrame]:
    """All rows of a table one bucket after another, with the partition column; for a kind of record, copies last."""
    numbers = _bucket_numbers(rows.select(pl.col(_ID).unique()).collect()[_ID], count)
    for number in range(count):
        ids = numbers.lazy().filter(bucket=number).select(_ID)
        part = rows.join(ids, on=_ID, how="semi", nulls_equal=True).collect()
        yield part.with_columns(pl.lit(number, dtype=pl.Int32).alias(partition_column(count)))
    if table.name in KINDS:
        yield as_copies(versions_of_moved(rows, rows).collect(), count)


def versions_of_moved(rows: pl.LazyFrame, corrected: pl.LazyFrame) -> pl.LazyFrame:
    """Every version in `rows` of the records that a correction in `corrected` moved to another enterprise."""
    is_one_of = pl.col("record_id").is_in
    later = corrected.filter(pl.col("version_no") > 1).select(pl.col("record_id").unique()).collect()["record_id"]
    if later.is_empty():
        return rows.clear()
    owners = rows.filter(is_one_of(later.implode())).select("record_id", _ID).group_by("record_id")
    moved = owners.agg(pl.col(_ID).n_unique()).filter(pl.col(_ID) > 1).collect()["record_id"]
    return rows.clear() if moved.is_empty() else rows.filter(is_one_of(moved.implode()))


def _bucket_numbers(ids: pl.Series, count: int) -> pl.DataFrame:
    """enterprise_id and bucket of each of `ids`."""
    return pl.DataFrame([ids, pl.Series("bucket", [bucket_of(key, count) for key in ids], dtype=pl.Int32)])
