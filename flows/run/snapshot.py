"""What a run reads: records, ratings, outlook and legal state, before the run and as it will leave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from flows.run.due_days import RunContext
from flows.store.layout import ALL_BUCKETS, ONLY_COPIES, BucketFilter, bucket_of, split_by_bucket, versions_of_moved
from flows.store.ledger import Run
from flows.store.store import Store
from transforms.history import current_versions, differing_enterprises
from transforms.law.law_state import LawPolicy, LawState
from transforms.law.matters.decision_log import needs_attention
from transforms.law.stored_state import relevant_enterprises, stored_state, without_state
from transforms.rating import OUTLOOK_DAYS
from transforms.rating.outlook import ReleasesOn
from transforms.schemas import KINDS, TABLES
from transforms.schemas.law import LAW_TABLES, STEP_TABLE
from transforms.schemas.run_tables import OUTLOOK

UNUSED_COLUMNS = ("row_hash",)  # what only the intake compares: a fifth of what reading some enterprises costs

_ID = "enterprise_id"


@dataclass(frozen=True)
class Selection:
    """Whose rows are asked for: those of the enterprises of some buckets; with `ids` of these among them alone."""

    part: BucketFilter = ALL_BUCKETS
    ids: pl.Series | None = None

    @classmethod
    def these(cls, ids: pl.Series, buckets: int) -> Selection:
        """Of these enterprises in a store of so many buckets."""
        return cls(BucketFilter(frozenset(bucket_of(key, buckets) for key in ids)), ids)

    def among(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Of rows of these buckets those that are asked for."""
        return rows if self.ids is None else rows.filter(pl.col(_ID).is_in(self.ids.implode(), nulls_equal=True))


EVERYONE = Selection()

NO_ENTERPRISE = pl.Series(_ID, [None], dtype=pl.String)  # whose records have no enterprise


@dataclass(frozen=True)
class Snapshot:
    """What a night sees: the store as `run`, the last that passed, left it, and what it has staged itself."""

    store: Store
    night: RunContext
    run: Run | None

    @classmethod
    def by(cls, night: RunContext, store: Store) -> Snapshot:
        """What `night` sees now."""
        return cls(store, night, store.last())

    def stored(self, table: str, part: BucketFilter = ALL_BUCKETS, since: Run | None = None) -> pl.LazyFrame:
        """Rows of the store; since: of files that were not there when that run had passed."""
        return self.store.scan(table, self.run, part=part, since=since)

    def rows(self, table: str, part: BucketFilter = ALL_BUCKETS) -> pl.LazyFrame:
        """Rows of the store and staged rows of a table that is only added to."""
        return pl.concat([self.stored(table, part), self.night.staged(table, part.buckets)])

    def copies(self, kind: str) -> pl.DataFrame:
        """Every version of the records that have moved from one enterprise to another."""
        staged = self.night.staged(f"copies_{kind}", table=TABLES[kind])
        return pl.concat([self.stored(kind, ONLY_COPIES), staged]).collect()


def current_records_by_kind(seen: Snapshot, whose: Selection = EVERYONE) -> dict[str, pl.LazyFrame]:
    """By kind the current version of every record that had arrived by `known_at`, without UNASKED."""
    return {kind: current_records(kind, seen, whose) for kind in KINDS}


def current_records(kind: str, seen: Snapshot, whose: Selection = EVERYONE) -> pl.LazyFrame:
    """The same of one kind."""
    known_at = seen.night.known_at
    versions = whose.among(seen.rows(kind, whose.part)).drop(UNUSED_COLUMNS)
    is_whole = whose.part.buckets is None and whose.ids is None
    copies = pl.DataFrame() if is_whole else seen.copies(kind)
    if copies.is_empty():
        return current_versions(versions, known_at)
    newest = current_versions(pl.concat([versions, copies.lazy().drop(UNUSED_COLUMNS)]), known_at)
    return whose.among(newest.filter(~pl.col(_ID).is_in(_others(copies, whose, seen.night.buckets), nulls_equal=True)))


def _others(copies: pl.DataFrame, whose: Selection, count: int) -> list[str | None]:
    """The enterprises of other buckets among those of records that moved."""
    own = whose.part.buckets
    return [key for key in copies[_ID].unique() if own is not None and bucket_of(key, count) not in own]


def stage_moved_records(seen: Snapshot, kind: str) -> None:
    """Stage a copy of every version, old or new, of the records that tonight's rows tie to another enterprise."""
    moved = versions_of_moved(seen.rows(kind), seen.night.staged(kind))
    new = moved.join(seen.stored(kind, ONLY_COPIES), on=list(TABLES[kind].key), how="anti").collect()
    if not new.is_empty():
        seen.night.stage(f"copies_{kind}", new)


def new_rows(seen: Snapshot, table: str, former: Run | None) -> pl.LazyFrame:
    """The rows of `table` that the night knows and the night before did not.

    former: the night before, whose `known_at` is the bound; None: everything. A second run of a night gives the same.
    """
    rows = seen.rows(table)
    if "received_at" not in rows.collect_schema():
        attempt = pl.col("attempt_no").fill_null(1)
        readings = new_rows(seen, "files", former).select("file_id", _attempt=attempt)
        return (
            rows.with_columns(_attempt=attempt).join(readings, on=["file_id", "_attempt"], how="semi").drop("_attempt")
        )
    since = pl.lit(True) if former is None else pl.col("received_at") > former.known_at
    return rows.filter(since, pl.col("received_at") <= seen.night.known_at)


PREVIOUS_RATINGS = "standing"

RATING_KEY = ("enterprise_id", "valid_from_on")

_NARROW = (
    *RATING_KEY,
    "tier",
    "tier_index",
    "score_centipoints",
    "base_centipoints",
    "next_change_on",
    "next_change_why",
)


def stage_previous_ratings(seen: Snapshot) -> None:
    """Stage, a bucket at a time, every rating that stood when the night before had passed."""
    night = seen.night
    for bucket in range(night.buckets):
        rows = seen.stored("ratings", BucketFilter(frozenset([bucket]))).filter(pl.col("valid_from_on") < night.as_of)
        narrow = rows.select(_NARROW).collect()
        is_first = narrow["enterprise_id"].n_unique() == narrow.height
        night.stage(PREVIOUS_RATINGS, narrow if is_first else newest_per_enterprise(narrow.lazy()), bucket)


def newest_per_enterprise(ratings: pl.LazyFrame) -> pl.LazyFrame:
    """Of each enterprise the rating that began last."""
    last = ratings.group_by("enterprise_id").agg(pl.col("valid_from_on").max())
    return ratings.join(last, on=RATING_KEY, how="semi")


def previous_ratings(night: RunContext, parts: frozenset[int] | None = None) -> pl.LazyFrame:
    """Columns of `ratings` that a whole view needs, one row per enterprise that stood rated before the night."""
    return night.staged(PREVIOUS_RATINGS, parts)


def current_ratings(night: RunContext, parts: frozenset[int] | None = None) -> pl.LazyFrame:
    """The same as they will stand once the night is kept, with the rule that decided tonight's; null for the others."""
    written = night.staged("ratings", parts).select(*_NARROW, "decided_by_id", "decided_by_basis")
    kept = previous_ratings(night, parts).join(written, on="enterprise_id", how="anti")
    return pl.concat([kept, written], how="diagonal")


def current_trace(seen: Snapshot, reason: str) -> pl.LazyFrame:
    """Rows of `trace` that stand once the night is kept and do not count for this reason."""
    not_counted = pl.col("reason") == reason
    keys = current_ratings(seen.night).select(RATING_KEY)
    stored = seen.stored("trace").filter(not_counted, pl.col("valid_from_on") < seen.night.as_of)
    rows = pl.concat([stored, seen.night.staged("trace").filter(not_counted)])
    return rows.join(keys, on=RATING_KEY, how="semi")


def previous_rows(table: str, seen: Snapshot, whose: Selection) -> pl.LazyFrame:
    """The rows of `ratings` or `trace` that stood before the night."""
    keys = whose.among(previous_ratings(seen.night, whose.part.buckets).select(RATING_KEY))
    return whose.among(seen.stored(table, whose.part)).join(keys, on=RATING_KEY, how="semi")


FramesByTable = Mapping[str, pl.LazyFrame]  # by table, without valid_from_on


def stage_changed(night: RunContext, before: FramesByTable, after: FramesByTable) -> None:
    """Stage `after`, of every enterprise of which a row of any table is otherwise than `before`.

    Rows go by the bucket of their enterprise, so that whoever looks at a bucket reads its own.
    """
    sides = [[side[name] for name in after] for side in (before, after)]
    differing = differing_enterprises(*sides).collect().lazy()
    for name, whole in after.items():
        table = TABLES[name]
        rows = whole.join(differing, on="enterprise_id", how="semi").with_columns(valid_from_on=pl.lit(night.as_of))
        ordered = rows.select(list(table.schema)).sort(table.key).collect()
        for bucket, part in split_by_bucket(ordered, night.buckets).items():
            night.stage(name, part, bucket)


def last_outlook_day(night: RunContext) -> date:
    """The last day that the night looks ahead to."""
    return night.as_of + timedelta(days=OUTLOOK_DAYS)


def stage_outlook(seen: Snapshot, whose: Selection, found: pl.LazyFrame) -> None:
    """Stage the outlook of these enterprises where it is another than the night before. found: `rating.outlook`."""
    before = previous_outlook(seen, whose)
    told = found.with_columns(valid_from_on=pl.lit(seen.night.as_of)).select(list(OUTLOOK.schema))
    over = before.join(told, on=_ID, how="anti").select(_ID)
    nothing = {name: pl.lit(None, dtype) for name, dtype in OUTLOOK.schema.items() if name not in (_ID, "is_near")}
    ended = over.with_columns(is_near=pl.lit(False), **nothing).select(list(OUTLOOK.schema))
    stage_changed(seen.night, {OUTLOOK.name: before}, {OUTLOOK.name: pl.concat([told, ended])})


def previous_outlook(seen: Snapshot, whose: Selection = EVERYONE) -> pl.LazyFrame:
    """The rows of OUTLOOK that held before the night."""
    rows = seen.stored(OUTLOOK.name, whose.part).filter(pl.col("valid_from_on") < seen.night.as_of)
    return newest_per_enterprise(whose.among(rows)).collect().lazy()


def current_outlook(seen: Snapshot, whose: Selection = EVERYONE) -> pl.LazyFrame:
    """The rows that tell a change of tier, as they will hold once the night is kept."""
    written = whose.among(seen.night.staged(OUTLOOK.name, whose.part.buckets))
    kept = previous_outlook(seen, whose).join(written, on=_ID, how="anti")
    return pl.concat([kept, written]).filter(pl.col("changes_on").is_not_null())


def due_for_outlook(seen: Snapshot, standing: pl.LazyFrame) -> pl.LazyFrame:
    """enterprise_id of those of whom a day has come near that no night has looked at. standing: ratings that stand."""
    rows = previous_outlook(seen).filter("is_near").select(_ID, "changes_on", "next_look_on", is_told=pl.lit(True))
    joined = standing.join(rows, on=_ID, how="left")
    looked = pl.when(pl.col("changes_on").is_null()).then("next_look_on")
    on = pl.when(pl.col("is_told")).then(looked).otherwise("next_change_on")
    return joined.filter(on <= last_outlook_day(seen.night)).select(_ID)


def releases_by_day(legal: LawState | None) -> ReleasesOn:
    """What repairs release on days to come: what they do tonight, unless the register itself names a day ahead.

    legal: None where no law is applied.
    """
    if legal is None or legal.records["decision"].select(pl.len()).collect().item() == 0:
        return lambda _records, _day: None
    dates = [name for name, dtype in legal.records["decision"].collect_schema().items() if dtype == pl.Date()]

    def releases_on(records: Mapping[str, pl.LazyFrame], day: date) -> pl.LazyFrame | None:
        ahead = pl.any_horizontal(pl.col(dates).is_between(legal.as_of, day))
        is_ahead = records["decision"].filter(ahead).select(pl.len()).collect().item()
        revoked = pl.col("revoked_on").is_between(legal.as_of, day)
        is_ahead = is_ahead or records["penalty"].filter(revoked).select(pl.len()).collect().item()
        state = LawState(records, legal.law, day) if is_ahead else legal
        return state.releases.lazy()

    return releases_on


REFUSED_STEPS = "refused_steps"


def law_state_of_batch(records: Mapping[str, pl.LazyFrame], law: LawPolicy, night: RunContext) -> LawState:
    """The law's state, of those of the records' enterprises on whom it has a word."""
    ids = relevant_enterprises(records).unique().collect().lazy()
    register = records["enterprise"].join(ids, on=_ID, how="semi").collect().lazy()
    return LawState({**records, "enterprise": register}, law, night.as_of)


def stage_legal_state(seen: Snapshot, whose: Selection, legal: LawState | None, number: int) -> None:
    """Stage the word on these enterprises where it is another than the night before, and steps that were refused."""
    before = previous_legal_state(seen, whose)
    if legal is not None and legal.records["enterprise"].select(pl.len()).collect().item() == 0:
        legal = None
    after = {name: rows.lazy() for name, rows in stored_state(legal).items()} if legal else _silence()
    lost = before["law"].select(_ID).join(after["law"], on=_ID, how="anti")
    after["law"] = pl.concat([after["law"], without_state(lost)])
    stage_changed(seen.night, before, after)
    if legal:
        seen.night.stage(REFUSED_STEPS, refused_steps(legal), number)


def _silence() -> dict[str, pl.LazyFrame]:
    return {name: table.empty().lazy().drop("valid_from_on") for name, table in LAW_TABLES.items()}


def refused_steps(legal: LawState) -> pl.LazyFrame:
    """STEP_TABLE of the steps that the register refuses, or that a person must look at."""
    return legal.steps.lazy().filter(needs_attention()).select(list(STEP_TABLE.schema))


def previous_legal_state(seen: Snapshot, whose: Selection = EVERYONE) -> dict[str, pl.LazyFrame]:
    """The tables of LAW_KEPT as they stood before the night."""
    heads = newest_per_enterprise(whose.among(_earlier("law", seen, whose))).collect().lazy()
    return {
        name: whose.among(_earlier(name, seen, whose)).join(heads, on=RATING_KEY, how="semi") for name in LAW_TABLES
    }


def current_legal_state(seen: Snapshot, before: FramesByTable, whose: Selection = EVERYONE) -> dict[str, pl.LazyFrame]:
    """The same after the commit of the run. before: what `previous_legal_state` gives for the same enterprises."""
    parts = whose.part.buckets
    written = whose.among(seen.night.staged("law", parts)).select(_ID).collect().lazy()
    return {
        name: pl.concat([rows.join(written, on=_ID, how="anti"), whose.among(seen.night.staged(name, parts))])
        for name, rows in before.items()
    }


def _earlier(name: str, seen: Snapshot, whose: Selection) -> pl.LazyFrame:
    return seen.stored(name, whose.part).filter(pl.col("valid_from_on") < seen.night.as_of)
