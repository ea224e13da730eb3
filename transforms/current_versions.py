"""Append-only history: the current version of a record at an instant, and whose results differ between two runs."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from transforms.date_parsing import parse_stored_instant
from transforms.schemas.base import RECORD_COLUMNS, TIMESTAMP

# Of stamps that older stores hold as their senders wrote them.
_ZONE_OF_RAW_STAMPS = "Asia/Shanghai"
# Where a report comes from: never filled from another report.
_PROVENANCE = frozenset(column.name for column in RECORD_COLUMNS)
# Of a record that is filled, those of the last report that it rests on.
_OF_LAST_REPORT = ("version_no", "received_at")


def version_instant() -> pl.Expr:
    """The instant that orders the versions of a record: the source's stamp (version_by), else the arrival."""
    return pl.coalesce(parse_stored_instant(pl.col("version_by"), _ZONE_OF_RAW_STAMPS), "received_at")


def current_versions(versions: pl.LazyFrame, known_at: datetime) -> pl.LazyFrame:
    """One row per record_id, in its order: what the reports that had arrived by `known_at` say of the record.

    The current version is the newest full report; where there is none, the newest of those that only fill
    (is_filling). A field it leaves empty is taken from the newest report, of each source that fills, that has it;
    a report of another enterprise fills nothing. version_no and received_at are then those of the last of these
    reports, so that a run notices the change; all other provenance is that of the current version.
    """
    arrived = versions.filter(pl.col("received_at") <= pl.lit(known_at.astimezone(UTC), dtype=TIMESTAMP))
    on = ["record_id", "enterprise_id"]
    fields = [name for name in arrived.collect_schema().names() if name not in _PROVENANCE]
    is_filling = pl.col("is_filling").fill_null(False)
    arrived = arrived.with_columns(version_instant().alias("_instant"))
    ordered = arrived.with_columns(_is_full=~is_filling).sort("record_id", "_is_full", "_instant", "version_no")
    current = ordered.unique("record_id", keep="last", maintain_order=True).drop("_instant", "_is_full")
    filling = arrived.filter(is_filling).sort("record_id", "_instant", "version_no")
    filling = filling.unique(["record_id", "source"], keep="last", maintain_order=True)
    newest_first = filling.sort(["record_id", "_instant", "version_no"], descending=[False, True, True])
    both = newest_first.join(current.select(*on, *fields), on=on, nulls_equal=True, maintain_order="left", suffix="_")
    is_added = [pl.col(name).is_not_null() & pl.col(f"{name}_").is_null() for name in fields]
    additions = (
        both.filter(pl.any_horizontal(pl.lit(False), *is_added))
        .group_by(on, maintain_order=True)
        .agg(
            *(pl.col(name).drop_nulls().first().alias(f"_{name}") for name in fields),
            *(pl.col(name).max().alias(f"_{name}") for name in _OF_LAST_REPORT),
        )
    )
    joined = current.join(additions, on=on, how="left", nulls_equal=True, maintain_order="left")
    filled = joined.with_columns(
        *(pl.coalesce(name, f"_{name}").alias(name) for name in fields),
        *(pl.max_horizontal(name, f"_{name}").alias(name) for name in _OF_LAST_REPORT),
    )
    return filled.drop(f"_{name}" for name in (*fields, *_OF_LAST_REPORT))


def differing_enterprises(before: list[pl.LazyFrame], after: list[pl.LazyFrame]) -> pl.LazyFrame:
    """enterprise_id of those with a row on one side that the other side does not have, sorted.

    `before[i]` and `after[i]` are frames of one shape; `valid_from_on` is not compared.
    """
    differing: list[pl.LazyFrame] = []
    for old, new in zip(before, after, strict=True):
        columns = [name for name in new.collect_schema().names() if name != "valid_from_on"]
        for left, right in ((old, new), (new, old)):
            only_left = left.join(right.select(columns), on=columns, how="anti", nulls_equal=True)
            differing.append(only_left.select("enterprise_id"))
    return pl.concat(differing).unique().sort("enterprise_id")
