"""History: which version of a record an instant knew, and which results, kept as changes, a night must write anew."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from transforms.date_parsing import parse_stored_instant
from transforms.schemas.base import RECORD_COLUMNS, TIMESTAMP

_ENTERPRISE = "enterprise_id"
_VALID_FROM = "valid_from_on"
# Stamps that a store keeps as their senders wrote them, before they were read as instants, are of the clock of China.
_ZONE_OF_RAW_STAMPS = "Asia/Shanghai"


def differing_enterprises(before: list[pl.LazyFrame], after: list[pl.LazyFrame]) -> pl.LazyFrame:
    """Column `enterprise_id`: those with a row on one side that the other side does not have.

    `before[i]` and `after[i]` are frames of one shape; `valid_from_on` is not compared.
    """
    differing: list[pl.LazyFrame] = []
    for old, new in zip(before, after, strict=True):
        columns = [name for name in new.collect_schema().names() if name != _VALID_FROM]
        for left, right in ((old, new), (new, old)):
            only_left = left.join(right.select(columns), on=columns, how="anti", nulls_equal=True)
            differing.append(only_left.select(_ENTERPRISE))
    return pl.concat(differing).unique().sort(_ENTERPRISE)


def version_instant() -> pl.Expr:
    """What orders the versions of a fact, an instant: the source's stamp, else the arrival."""
    return pl.coalesce(parse_stored_instant(pl.col("version_by"), _ZONE_OF_RAW_STAMPS), "received_at")


# What says where a report comes from, and is never filled from another.
_OF_REPORT = frozenset(column.name for column in RECORD_COLUMNS)
_LATER = ("version_no", "received_at")  # of a record that is filled, those of the last report that it rests on


def current_versions(frame: pl.LazyFrame, known_at: datetime) -> pl.LazyFrame:
    """One row per record_id: what is known of the fact by the reports that had arrived by `known_at`, by record_id.

    The newest full report stands; where there is none, the newest of those that only fill. What it leaves unknown is
    taken, field by field, from the newest report of each source that fills, the newest that knows it first; one that
    is tied to another enterprise fills nothing. `version_no` and `received_at` are then those of the last of these
    reports, so that a night sees when what is known became another; all else that says where a report comes from is
    of the one that stands.
    """
    instant = pl.lit(known_at.astimezone(UTC), dtype=TIMESTAMP)
    arrived = frame.filter(pl.col("received_at") <= instant)
    on = ["record_id", _ENTERPRISE]
    fields = [name for name in arrived.collect_schema().names() if name not in _OF_REPORT]
    is_filling = pl.col("is_filling").fill_null(False)
    arrived = arrived.with_columns(version_instant().alias("_age"))
    ordered = arrived.with_columns(_is_full=~is_filling).sort("record_id", "_is_full", "_age", "version_no")
    standing = ordered.unique("record_id", keep="last", maintain_order=True).drop("_age", "_is_full")
    filling = arrived.filter(is_filling).sort("record_id", "_age", "version_no")
    filling = filling.unique(["record_id", "source"], keep="last", maintain_order=True)
    newest_first = filling.sort(["record_id", "_age", "version_no"], descending=[False, True, True])
    both = newest_first.join(standing.select(*on, *fields), on=on, nulls_equal=True, maintain_order="left", suffix="_")
    adds = [pl.col(name).is_not_null() & pl.col(f"{name}_").is_null() for name in fields]
    fillings = (
        both.filter(pl.any_horizontal(pl.lit(False), *adds))
        .group_by(on, maintain_order=True)
        .agg(
            *(pl.col(name).drop_nulls().first().alias(f"_{name}") for name in fields),
            *(pl.col(name).max().alias(f"_{name}") for name in _LATER),
        )
    )
    joined = standing.join(fillings, on=on, how="left", nulls_equal=True, maintain_order="left")
    filled = joined.with_columns(
        *(pl.coalesce(name, f"_{name}").alias(name) for name in fields),
        *(pl.max_horizontal(name, f"_{name}").alias(name) for name in _LATER),
    )
    return filled.drop(f"_{name}" for name in (*fields, *_LATER))
