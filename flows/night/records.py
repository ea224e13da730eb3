"""The records a night knows: stored before or staged tonight, of some buckets, of some enterprises, or whole."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.night.plan import Night
from flows.store import EVERY, ONLY_COPIES, Part, Run, Store
from flows.store.buckets import bucket_of
from flows.store.layout import versions_of_moved
from transforms.history import current
from transforms.tables import KINDS, TABLES

UNASKED = ("row_hash",)  # what only the intake compares: a fifth of what reading some enterprises costs
_ID = "enterprise_id"


@dataclass(frozen=True)
class Whose:
    """Whose rows are asked for: those of the enterprises of some buckets; with `ids` of these among them alone."""

    part: Part = EVERY
    ids: pl.Series | None = None

    @classmethod
    def these(cls, ids: pl.Series, buckets: int) -> Whose:
        """Of these enterprises in a store of so many buckets."""
        return cls(Part(frozenset(bucket_of(key, buckets) for key in ids)), ids)

    def among(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Of rows of these buckets those that are asked for."""
        return rows if self.ids is None else rows.filter(pl.col(_ID).is_in(self.ids.implode(), nulls_equal=True))


EVERYONE = Whose()
PERSONS = pl.Series(_ID, [None], dtype=pl.String)  # whose records have no enterprise


@dataclass(frozen=True)
class Seen:
    """What a night sees: the store as `run`, the last that passed, left it, and what it has staged itself."""

    store: Store
    night: Night
    run: Run | None

    @classmethod
    def by(cls, night: Night, store: Store) -> Seen:
        """What `night` sees now."""
        return cls(store, night, store.last())

    def stored(self, table: str, part: Part = EVERY, since: Run | None = None) -> pl.LazyFrame:
        """Rows of the store; since: of files that were not there when that run had passed."""
        return self.store.scan(table, self.run, part=part, since=since)

    def rows(self, table: str, part: Part = EVERY) -> pl.LazyFrame:
        """Rows of the store and staged rows of a table that is only added to."""
        return pl.concat([self.stored(table, part), self.night.staged(table, part.buckets)])

    def copies(self, kind: str) -> pl.DataFrame:
        """Every version of the records that have moved from one enterprise to another."""
        staged = self.night.staged(f"copies_{kind}", table=TABLES[kind])
        return pl.concat([self.stored(kind, ONLY_COPIES), staged]).collect()


def known_records(seen: Seen, whose: Whose = EVERYONE) -> dict[str, pl.LazyFrame]:
    """By kind the current version of every record that had arrived by `known_at`, without UNASKED."""
    return {kind: known(kind, seen, whose) for kind in KINDS}


def known(kind: str, seen: Seen, whose: Whose = EVERYONE) -> pl.LazyFrame:
    """The same of one kind."""
    known_at = seen.night.known_at
    versions = whose.among(seen.rows(kind, whose.part)).drop(UNASKED)
    is_whole = whose.part.buckets is None and whose.ids is None
    copies = pl.DataFrame() if is_whole else seen.copies(kind)
    if copies.is_empty():
        return current(versions, known_at)
    newest = current(pl.concat([versions, copies.lazy().drop(UNASKED)]), known_at)
    return whose.among(newest.filter(~pl.col(_ID).is_in(_others(copies, whose, seen.night.buckets), nulls_equal=True)))


def _others(copies: pl.DataFrame, whose: Whose, count: int) -> list[str | None]:
    """The enterprises of other buckets among those of records that moved."""
    own = whose.part.buckets
    return [key for key in copies[_ID].unique() if own is not None and bucket_of(key, count) not in own]


def stage_copies(seen: Seen, kind: str) -> None:
    """Stage a copy of every version, old or new, of the records that tonight's rows tie to another enterprise."""
    moved = versions_of_moved(seen.rows(kind), seen.night.staged(kind))
    new = moved.join(seen.stored(kind, ONLY_COPIES), on=list(TABLES[kind].key), how="anti").collect()
    if not new.is_empty():
        seen.night.stage(f"copies_{kind}", new)
