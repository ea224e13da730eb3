"""What a run reads: records, ratings, outlook and legal state, before the run and as it will leave them.

Readers of the store see a run only after its commit, so a snapshot adds what the run has staged to what the last passed
run left. `previous_…` is the state before the run's day, `current_…` the state once the run is committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from flows.run.context import RunContext
from flows.store.ledger import Run
from flows.store.store import Store
from flows.store.tables import ALL_BUCKETS, ONLY_COPIES, BucketFilter, bucket_of, versions_of_moved
from transforms.current_versions import current_versions
from transforms.schemas import KINDS, LAW_TABLES, TABLES
from transforms.schemas.run_tables import OUTLOOK, OUTLOOK_DAYS, TRADE_RATINGS

UNUSED_COLUMNS = ("row_hash",)  # compared by ingest alone; a fifth of the cost of reading some enterprises
STAGED_PREVIOUS_RATINGS = "previous_ratings"
RATING_KEY = ("enterprise_id", "valid_from_on")
_RATING_COLUMNS = (
    *RATING_KEY,
    "tier",
    "tier_index",
    "score_centipoints",
    "base_centipoints",
    "next_change_on",
    "next_change_why",
)
_ID = "enterprise_id"

FramesByTable = Mapping[str, pl.LazyFrame]


@dataclass(frozen=True)
class Selection:
    """Which rows are read: those of the enterprises of some buckets, or among these only the enterprises `ids`."""

    buckets: BucketFilter = ALL_BUCKETS
    ids: pl.Series | None = None

    @classmethod
    def of_enterprises(cls, ids: pl.Series, bucket_count: int) -> Selection:
        """These enterprises, in a store of so many buckets."""
        return cls(BucketFilter(frozenset(bucket_of(key, bucket_count) for key in ids)), ids)

    @property
    def numbers(self) -> frozenset[int] | None:
        """The selected buckets; None for all."""
        return self.buckets.numbers

    def filter(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The selected rows among rows of the selected buckets."""
        return rows if self.ids is None else rows.filter(pl.col(_ID).is_in(self.ids.implode(), nulls_equal=True))


EVERYONE = Selection()
NO_ENTERPRISE = pl.Series(_ID, [None], dtype=pl.String)  # ids of records of natural persons


@dataclass(frozen=True)
class Snapshot:
    """The store as `base`, the last passed run, left it, and what `context` has staged."""

    store: Store
    context: RunContext
    base: Run | None

    @classmethod
    def of(cls, context: RunContext, store: Store) -> Snapshot:
        """What the run of `context` reads now."""
        return cls(store, context, store.last())

    @classmethod
    def of_run(cls, store: Store, run: Run) -> Snapshot:
        """What `run` left, for readers."""
        count = next((count for count in store.layout(run).values() if count), 1)
        return cls(store, RunContext(run.as_of, run.known_at, store.run_folder(run.run_id), count), run)

    def stored(self, table: str, buckets: BucketFilter = ALL_BUCKETS, since: Run | None = None) -> pl.LazyFrame:
        """Rows of the store; since: only rows of files that were written after that run."""
        return self.store.scan(table, self.base, buckets=buckets, since=since)

    def rows(self, table: str, buckets: BucketFilter = ALL_BUCKETS) -> pl.LazyFrame:
        """Stored and staged rows of a table of INGESTED_TABLES."""
        return pl.concat([self.stored(table, buckets), self.context.staged(table, buckets.numbers)])

    def new_rows(self, table: str, previous_run: Run | None) -> pl.LazyFrame:
        """The rows of `table` that were received after `previous_run.known_at` and up to this run's `known_at`.

        previous_run: None for all rows. A run that is repeated gets the same rows, although they are stored by then.
        """
        rows = self.rows(table)
        if "received_at" not in rows.collect_schema():
            attempt = pl.col("attempt_no").fill_null(1)
            files = self.new_rows("files", previous_run).select("file_id", _attempt=attempt)
            with_attempt = rows.with_columns(_attempt=attempt)
            return with_attempt.join(files, on=["file_id", "_attempt"], how="semi").drop("_attempt")
        since = pl.lit(True) if previous_run is None else pl.col("received_at") > previous_run.known_at
        return rows.filter(since, pl.col("received_at") <= self.context.known_at)

    # Records

    def current_records_by_kind(self, selection: Selection = EVERYONE) -> dict[str, pl.LazyFrame]:
        """For each kind `current_records`."""
        return {kind: self.current_records(kind, selection) for kind in KINDS}

    def current_records(self, kind: str, selection: Selection = EVERYONE) -> pl.LazyFrame:
        """The current version of every record of `kind` received by `known_at`, without UNUSED_COLUMNS.

        A record that a correction moved to another enterprise belongs to that one alone. A kind that names no party is
        read whole.
        """
        known_at = self.context.known_at
        if not KINDS[kind].names_party:
            return current_versions(self.rows(kind).drop(UNUSED_COLUMNS), known_at)
        versions = selection.filter(self.rows(kind, selection.buckets)).drop(UNUSED_COLUMNS)
        is_whole = selection.numbers is None and selection.ids is None
        moved = pl.DataFrame() if is_whole else self.versions_of_moved_records(kind)
        if moved.is_empty():
            return current_versions(versions, known_at)
        newest = current_versions(pl.concat([versions, moved.lazy().drop(UNUSED_COLUMNS)]), known_at)
        own, count = selection.numbers, self.context.buckets
        elsewhere = [key for key in moved[_ID].unique() if own is not None and bucket_of(key, count) not in own]
        return selection.filter(newest.filter(~pl.col(_ID).is_in(elsewhere, nulls_equal=True)))

    def versions_of_moved_records(self, kind: str) -> pl.DataFrame:
        """Every version of the records of `kind` that have moved from one enterprise to another."""
        staged = self.context.staged(f"copies_{kind}", table=TABLES[kind])
        return pl.concat([self.stored(kind, ONLY_COPIES), staged]).collect()

    def stage_moved_records(self, kind: str) -> None:
        """Stage a copy of every version of the records that this run's rows move to another enterprise."""
        moved = versions_of_moved(self.rows(kind), self.context.staged(kind))
        new = moved.join(self.stored(kind, ONLY_COPIES), on=list(TABLES[kind].key), how="anti").collect()
        if not new.is_empty():
            self.context.stage(f"copies_{kind}", new)

    # Ratings: the columns that a view of all enterprises needs, so that all of them fit into memory

    def stage_previous_ratings(self) -> None:
        """Stage, bucket by bucket, the rating of each enterprise before the run's day."""
        for bucket in range(self.context.buckets):
            rows = self._before("ratings", BucketFilter(frozenset([bucket]))).select(_RATING_COLUMNS).collect()
            has_history = rows[_ID].n_unique() < rows.height
            self.context.stage(STAGED_PREVIOUS_RATINGS, _newest(rows.lazy()) if has_history else rows, bucket)

    def previous_ratings(self, numbers: frozenset[int] | None = None) -> pl.LazyFrame:
        """One row per enterprise rated before the run's day: RATING_KEY, tier, score and base, next change."""
        return self.context.staged(STAGED_PREVIOUS_RATINGS, numbers)

    def current_ratings(self, numbers: frozenset[int] | None = None) -> pl.LazyFrame:
        """The same after the commit, with scheme, decided_by_id and _basis (null for ratings of earlier runs)."""
        rule = ("scheme", "decided_by_id", "decided_by_basis")
        new = self.context.staged("ratings", numbers).select(*_RATING_COLUMNS, *rule)
        unchanged = self.previous_ratings(numbers).join(new, on=_ID, how="anti")
        return pl.concat([unchanged, new], how="diagonal")

    def previous_rows(self, table: str, selection: Selection) -> pl.LazyFrame:
        """The rows of `ratings`, `trace` or their tables of trades that held before the run's day."""
        keys = selection.filter(self.previous_ratings(selection.numbers).select(RATING_KEY))
        return selection.filter(self.stored(table, selection.buckets)).join(keys, on=RATING_KEY, how="semi")

    def current_trace(self, reason: str) -> pl.LazyFrame:
        """The rows of `trace` after the commit that do not count, for this reason."""
        is_asked = pl.col("reason") == reason
        rows = pl.concat([self._before("trace").filter(is_asked), self.context.staged("trace").filter(is_asked)])
        return rows.join(self.current_ratings().select(RATING_KEY), on=RATING_KEY, how="semi")

    def current_trade_ratings(self) -> pl.LazyFrame:
        """The rows of `trade_ratings` after the commit."""
        rows = pl.concat([self._before(TRADE_RATINGS.name), self.context.staged(TRADE_RATINGS.name)])
        return rows.join(self.current_ratings().select(RATING_KEY), on=RATING_KEY, how="semi")

    def current_changes(self) -> pl.LazyFrame:
        """The rows of `changes` after the commit, of all runs."""
        earlier = self.stored("changes").filter(pl.col("as_of") < self.context.as_of)
        return pl.concat([earlier, self.context.staged("changes")])

    # Outlook

    def last_outlook_day(self) -> date:
        """The last day that the outlook of this run covers."""
        return self.context.as_of + timedelta(days=OUTLOOK_DAYS)

    def previous_outlook(self, selection: Selection = EVERYONE) -> pl.DataFrame:
        """The rows of `outlook` that held before the run's day."""
        return _newest(selection.filter(self._before(OUTLOOK.name, selection.buckets))).collect()

    def current_outlook(self, selection: Selection = EVERYONE) -> pl.DataFrame:
        """The rows of `outlook` after the commit that expect a change of tier."""
        new = selection.filter(self.context.staged(OUTLOOK.name, selection.numbers))
        unchanged = self.previous_outlook(selection).lazy().join(new, on=_ID, how="anti")
        return pl.concat([unchanged, new]).filter(pl.col("changes_on").is_not_null()).collect()

    # Legal state

    def previous_legal_state(self, selection: Selection = EVERYONE) -> dict[str, pl.LazyFrame]:
        """The rows of LAW_TABLES that held before the run's day."""
        heads = _newest(selection.filter(self._before("law", selection.buckets))).collect()
        rows = {name: selection.filter(self._before(name, selection.buckets)) for name in LAW_TABLES}
        return {name: frame.join(heads.lazy(), on=RATING_KEY, how="semi") for name, frame in rows.items()}

    def current_legal_state(self, previous: FramesByTable, selection: Selection = EVERYONE) -> dict[str, pl.LazyFrame]:
        """The rows of LAW_TABLES after the commit. previous: `previous_legal_state` of the same enterprises."""
        new = {name: selection.filter(self.context.staged(name, selection.numbers)) for name in previous}
        changed = new["law"].select(_ID).collect()
        return {
            name: pl.concat([rows.join(changed.lazy(), on=_ID, how="anti"), new[name]])
            for name, rows in previous.items()
        }

    def _before(self, table: str, buckets: BucketFilter = ALL_BUCKETS) -> pl.LazyFrame:
        """Stored rows of a table of results from days before the run's: a repeated run replaces its own."""
        return self.stored(table, buckets).filter(pl.col("valid_from_on") < self.context.as_of)


def _newest(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Of each enterprise the rows with its latest valid_from_on."""
    latest = rows.group_by(_ID).agg(pl.col("valid_from_on").max())
    return rows.join(latest, on=RATING_KEY, how="semi")
