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
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from transforms.tables import KINDS, LAW_KEPT

# Tables of rows of enterprises; the others are small, or read by night.
BUCKETED = (*KINDS, "ratings", "trace", "outlook", *LAW_KEPT)
COPIES = -1
_COLUMN = "bucket_of_"
_BY = "enterprise_id"
_PARTITION = re.compile(rf"/{_COLUMN}(\d+)(?:=|%3D)(-?\d+)/")


def column_of(count: int) -> str:
    """The partition column of a table in so many buckets."""
    return f"{_COLUMN}{count}"


def count_of(columns: Collection[str]) -> int | None:
    """How many buckets these partition columns mean; None for a table that has none."""
    return next((int(name.removeprefix(_COLUMN)) for name in columns if name.startswith(_COLUMN)), None)


def bucket_of(enterprise_id: str | None, count: int) -> int:
    """The bucket of an enterprise among `count`."""
    return zlib.crc32(enterprise_id.encode()) % count if enterprise_id is not None and count > 1 else 0


def in_buckets(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """`frame` with the bucket of each row's enterprise_id in the partition column."""
    column = column_of(count)
    if count == 1:
        return frame.with_columns(pl.lit(0, dtype=pl.Int32).alias(column))
    ids = frame[_BY].unique()
    numbers = pl.Series(column, [bucket_of(key, count) for key in ids], dtype=pl.Int32)
    return frame.join(
        pl.DataFrame([ids, numbers]), on=_BY, how="left", nulls_equal=True, maintain_order="left", validate="m:1"
    )


def as_copies(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """`frame` with the partition of copies in the partition column."""
    return frame.with_columns(pl.lit(COPIES, dtype=pl.Int32).alias(column_of(count)))


def split(frame: pl.DataFrame, count: int) -> dict[int, pl.DataFrame]:
    """The rows of each bucket that has any, without the partition column."""
    if count == 1:
        return {} if frame.is_empty() else {0: frame}
    parts = in_buckets(frame, count).partition_by(column_of(count), as_dict=True, include_key=False)
    return {int(key): part for (key,), part in sorted(parts.items())}


@dataclass(frozen=True)
class Part:
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
        if bucket == COPIES:
            return self.copies
        is_own = self.enterprise_id is None or bucket == bucket_of(self.enterprise_id, count)
        return is_own and (self.buckets is None or bucket in self.buckets)


EVERY = Part()
ONLY_COPIES = Part(frozenset(), copies=True)
