"""Questions that several readers ask of the store: ratings, records, outlook and legal state as a run left them."""

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

_ID = "enterprise_id"


class RatingsAndTrace(NamedTuple):
    """One rating per enterprise (columns of TABLES["ratings"]) and the rows of its trace (TABLES["trace"])."""

    ratings: pl.LazyFrame
    trace: pl.LazyFrame


def current_ratings(store: Store, run: Run | None = None, enterprise_id: str | None = None) -> RatingsAndTrace:
    """The ratings as `run` left them (None: the last passed run), of one enterprise or all."""
    return _latest_ratings(store, run, enterprise_id, pl.lit(True))


def ratings_on(store: Store, day: date, run: Run | None = None, enterprise_id: str | None = None) -> RatingsAndTrace:
    """The ratings as the runs for days up to `day` (included) left them."""
    return _latest_ratings(store, run, enterprise_id, pl.col("valid_from_on") <= day)


def _latest_ratings(store: Store, run: Run | None, enterprise_id: str | None, is_asked: pl.Expr) -> RatingsAndTrace:
    ratings = _latest(store.scan("ratings", run, enterprise_id).filter(is_asked))
    keys = ratings.select(_ID, "valid_from_on")
    trace = store.scan("trace", run, enterprise_id).join(keys, on=[_ID, "valid_from_on"], how="semi")
    return RatingsAndTrace(ratings.sort(_ID), trace.sort(_ID, "position"))


def rating_history(store: Store, enterprise_id: str) -> pl.LazyFrame:
    """Every rating that the enterprise has had, oldest first."""
    return store.scan("ratings", enterprise_id=enterprise_id).sort("valid_from_on")


def has_legal_state(run: Run) -> bool:
    """Whether the run stored legal states; runs of earlier releases did not."""
    return LAW_HEAD.name in run.versions


def stored_legal_state(
    store: Store, run: Run, enterprise_id: str, names: Collection[str]
) -> dict[str, pl.DataFrame] | None:
    """The legal state of the enterprise as `run` left it, by table of LAW_DETAILS; None where it has none.

    names: the tables to read. A run without stored legal states gives None for everyone: see `has_legal_state`.
    """
    heads = store.scan(LAW_HEAD.name, run, enterprise_id).sort("valid_from_on").collect()
    if heads.is_empty() or heads["record_count"][-1] == 0:
        return None
    since = heads["valid_from_on"][-1]
    rows = [detail_rows(name, store.scan(name, run, enterprise_id).filter(valid_from_on=since)) for name in names]
    return dict(zip(names, pl.collect_all(rows), strict=True))


def has_outlook(run: Run) -> bool:
    """Whether the run stored an outlook; runs of earlier releases did not."""
    return OUTLOOK.name in run.versions


def outlook_of(store: Store, run: Run, enterprise_id: str | None = None) -> pl.LazyFrame:
    """The rows of OUTLOOK that expect a change of tier, as `run` left them, of one enterprise or all."""
    return _latest(store.scan(OUTLOOK.name, run, enterprise_id)).filter(pl.col("changes_on").is_not_null())


def current_records(store: Store, kind: str, run: Run, enterprise_id: str | None = None) -> pl.LazyFrame:
    """The current version of every record of `kind` received by `run.known_at`, of one enterprise or all.

    A record that a correction moved to another enterprise belongs to that one alone.
    """
    versions = store.scan(kind, run, enterprise_id)
    if enterprise_id is None:
        return current_versions(versions, run.known_at)
    copies = store.scan(kind, run, buckets=ONLY_COPIES)
    moved = copies.filter(pl.col(_ID) == enterprise_id).select("record_id")
    both = pl.concat([versions, copies.join(moved, on="record_id", how="semi")])
    return current_versions(both, run.known_at).filter(pl.col(_ID) == enterprise_id)


def _latest(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of each enterprise with its latest valid_from_on."""
    return rows.filter(pl.col("valid_from_on") == pl.col("valid_from_on").max().over(_ID))
