"""Questions that several readers ask of the store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import polars as pl

from flows.store.layout import ONLY_COPIES
from flows.store.ledger import Run
from flows.store.store import Store
from transforms.history import current_versions
from transforms.schemas.law import LAW_HEAD, detail_rows
from transforms.schemas.run_tables import OUTLOOK


class RatingsAndTrace(NamedTuple):
    """Ratings with their trace, columns of TABLES["ratings"] and TABLES["trace"]: one rating per enterprise."""

    ratings: pl.LazyFrame
    trace: pl.LazyFrame


def current_ratings(store: Store, run: Run | None = None, enterprise_id: str | None = None) -> RatingsAndTrace:
    """The ratings that stand now, or stood when `run` had passed."""
    return _standing(store, run, enterprise_id, pl.lit(True))


def ratings_on(store: Store, day: date, run: Run | None = None, enterprise_id: str | None = None) -> RatingsAndTrace:
    """The ratings as the nights up to `day` (included) left them."""
    return _standing(store, run, enterprise_id, pl.col("valid_from_on") <= day)


def rating_history(store: Store, enterprise_id: str) -> pl.LazyFrame:
    """Every rating the enterprise has had, oldest first."""
    return store.scan("ratings", enterprise_id=enterprise_id).sort("valid_from_on")


def stored_legal_state(
    store: Store, run: Run, enterprise_id: str, names: Collection[str]
) -> dict[str, pl.DataFrame] | None:
    """The law's word on the enterprise as the night `run` kept it, by table of DETAILS; None where it has none.

    names: of the tables asked for. A night of an earlier release kept nothing: see `keeps_law`.
    """
    heads = store.scan(LAW_HEAD.name, run, enterprise_id).sort("valid_from_on").collect()
    if heads.is_empty() or heads["record_count"][-1] == 0:
        return None
    since = heads["valid_from_on"][-1]
    kept = (detail_rows(name, store.scan(name, run, enterprise_id).filter(valid_from_on=since)) for name in names)
    return dict(zip(names, pl.collect_all(list(kept)), strict=True))


def has_legal_state(run: Run) -> bool:
    """Whether the night kept the law's word on enterprises."""
    return LAW_HEAD.name in run.versions


def has_outlook(run: Run) -> bool:
    """Whether the night looked ahead."""
    return OUTLOOK.name in run.versions


def outlook_of(store: Store, run: Run, enterprise_id: str | None = None) -> pl.LazyFrame:
    """The rows of OUTLOOK that tell a change of tier, as the night `run` left them, of one enterprise or all."""
    rows = store.scan(OUTLOOK.name, run, enterprise_id)
    latest = rows.filter(pl.col("valid_from_on") == pl.col("valid_from_on").max().over("enterprise_id"))
    return latest.filter(pl.col("changes_on").is_not_null())


def _standing(store: Store, run: Run | None, enterprise_id: str | None, upto: pl.Expr) -> RatingsAndTrace:
    ratings = store.scan("ratings", run, enterprise_id).filter(upto)
    latest = ratings.filter(pl.col("valid_from_on") == pl.col("valid_from_on").max().over("enterprise_id"))
    keys = latest.select("enterprise_id", "valid_from_on")
    trace = store.scan("trace", run, enterprise_id).join(keys, on=["enterprise_id", "valid_from_on"], how="semi")
    return RatingsAndTrace(latest.sort("enterprise_id"), trace.sort("enterprise_id", "position"))


def current_records(store: Store, kind: str, run: Run, enterprise_id: str | None = None) -> pl.LazyFrame:
    """The current version of every record of `kind` that the night `run` knew, of one enterprise or all.

    A record that a correction tied to another enterprise is that one's alone.
    """
    versions = store.scan(kind, run, enterprise_id)
    if enterprise_id is None:
        return current_versions(versions, run.known_at)
    copies = store.scan(kind, run, part=ONLY_COPIES)
    moved = copies.filter(pl.col("enterprise_id") == enterprise_id).select("record_id")
    both = pl.concat([versions, copies.join(moved, on="record_id", how="semi")])
    return current_versions(both, run.known_at).filter(pl.col("enterprise_id") == enterprise_id)
