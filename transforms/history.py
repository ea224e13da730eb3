"""History: which version of a record an instant knew, and which results, kept as changes, a night must write anew."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from transforms.instants import kept_instant
from transforms.tables.shape import INSTANT

KEY = "enterprise_id"
FROM = "valid_from_on"
# Stamps that a store keeps as their senders wrote them, before they were read as instants, are of the clock of China.
_ZONE_OF_RAW_STAMPS = "Asia/Shanghai"


def enterprises_that_differ(before: list[pl.LazyFrame], after: list[pl.LazyFrame]) -> pl.LazyFrame:
    """Column `enterprise_id`: those with a row on one side that the other side does not have.

    `before[i]` and `after[i]` are frames of one shape; `valid_from_on` is not compared.
    """
    differing: list[pl.LazyFrame] = []
    for old, new in zip(before, after, strict=True):
        columns = [name for name in new.collect_schema().names() if name != FROM]
        for left, right in ((old, new), (new, old)):
            only_left = left.join(right.select(columns), on=columns, how="anti", nulls_equal=True)
            differing.append(only_left.select(KEY))
    return pl.concat(differing).unique().sort(KEY)


def age() -> pl.Expr:
    """What orders the versions of a fact, an instant: the source's stamp, else the arrival."""
    return pl.coalesce(kept_instant(pl.col("version_by"), _ZONE_OF_RAW_STAMPS), "received_at")


def current(frame: pl.LazyFrame, known_at: datetime) -> pl.LazyFrame:
    """One row per record_id: the newest version of those that had arrived by `known_at`, sorted by record_id."""
    instant = pl.lit(known_at.astimezone(UTC), dtype=INSTANT)
    arrived = frame.filter(pl.col("received_at") <= instant).with_columns(age().alias("_age"))
    ordered = arrived.sort("record_id", "_age", "version_no")
    return ordered.unique("record_id", keep="last", maintain_order=True).drop("_age")
