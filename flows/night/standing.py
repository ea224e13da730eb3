"""The ratings that stand, whole but narrow: as the nights before left them, and as this night will."""

from __future__ import annotations

import polars as pl

from flows.night.plan import Night
from flows.night.records import Seen, Whose
from flows.store import Part

BEFORE = "standing"
KEY = ("enterprise_id", "valid_from_on")
_NARROW = (
    *KEY,
    "tier",
    "tier_index",
    "score_centipoints",
    "base_centipoints",
    "next_change_on",
    "next_change_why",
)


def stage_before(seen: Seen) -> None:
    """Stage, a bucket at a time, every rating that stood when the night before had passed."""
    night = seen.night
    for bucket in range(night.buckets):
        rows = seen.stored("ratings", Part(frozenset([bucket]))).filter(pl.col("valid_from_on") < night.as_of)
        narrow = rows.select(_NARROW).collect()
        is_first = narrow["enterprise_id"].n_unique() == narrow.height
        night.stage(BEFORE, narrow if is_first else newest(narrow.lazy()), bucket)


def newest(ratings: pl.LazyFrame) -> pl.LazyFrame:
    """Of each enterprise the rating that began last."""
    last = ratings.group_by("enterprise_id").agg(pl.col("valid_from_on").max())
    return ratings.join(last, on=KEY, how="semi")


def before(night: Night, parts: frozenset[int] | None = None) -> pl.LazyFrame:
    """Columns of `ratings` that a whole view needs, one row per enterprise that stood rated before the night."""
    return night.staged(BEFORE, parts)


def after(night: Night, parts: frozenset[int] | None = None) -> pl.LazyFrame:
    """The same as they will stand once the night is kept, with the rule that decided tonight's; null for the others."""
    written = night.staged("ratings", parts).select(*_NARROW, "decided_by_id", "decided_by_basis")
    kept = before(night, parts).join(written, on="enterprise_id", how="anti")
    return pl.concat([kept, written], how="diagonal")


def trace_after(seen: Seen, reason: str) -> pl.LazyFrame:
    """Rows of `trace` that stand once the night is kept and do not count for this reason."""
    not_counted = pl.col("reason") == reason
    keys = after(seen.night).select(KEY)
    stored = seen.stored("trace").filter(not_counted, pl.col("valid_from_on") < seen.night.as_of)
    rows = pl.concat([stored, seen.night.staged("trace").filter(not_counted)])
    return rows.join(keys, on=KEY, how="semi")


def rows_before(table: str, seen: Seen, whose: Whose) -> pl.LazyFrame:
    """The rows of `ratings` or `trace` that stood before the night."""
    keys = whose.among(before(seen.night, whose.part.buckets).select(KEY))
    return whose.among(seen.stored(table, whose.part)).join(keys, on=KEY, how="semi")
