"""Files of an inbox become record versions, with an account of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from flows.ingest.accounts import FileAccount, file_row, retried_file_row
from flows.ingest.arrivals import ArrivalAttempt, IngestRules
from flows.ingest.file_archive import FileArchive
from flows.ingest.file_records import (
    FileRecords,
    read_records,
    reconcile,
    record_notes,
    unclaimed_rows,
    valid_records,
    with_enterprises,
)
from flows.ingest.history import IngestHistory
from flows.ingest.inbox import Inbox
from flows.ingest.retries import Retries, corrected_rows, new_register_keys
from transforms.date_parsing import format_instant
from transforms.history import version_instant
from transforms.records.combining import combine_rows
from transforms.records.identity import REGISTER_COLUMNS, EnterpriseRegister
from transforms.records.mapping import MappingContext
from transforms.records.versions import with_record_keys, with_row_hash, with_version_status
from transforms.schemas import KINDS, TABLES


@dataclass(frozen=True)
class Ingested:
    """What a night brought: new versions by kind, and files, accounts, quarantine with its outcomes, all in the shape
    of their tables.

    repeated: paths of files whose bytes were taken in before; they do nothing. remarks: what the operator should know.
    """

    records: Mapping[str, pl.DataFrame]
    files: pl.DataFrame
    accounts: pl.DataFrame
    quarantine: pl.DataFrame
    quarantine_outcomes: pl.DataFrame
    repeated: tuple[str, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileStorage:
    """Where the bytes of files are kept, and a folder of this run for copies of those that are read."""

    archive: FileArchive
    work: Path


@dataclass
class _Settled:
    """What became of rows: records by kind, and what is written down of it. fates: by file, row_no and fate."""

    records: dict[str, pl.DataFrame] = field(default_factory=dict)
    accounts: list[pl.DataFrame] = field(default_factory=list)
    quarantine: list[pl.DataFrame] = field(default_factory=list)
    outcomes: list[pl.DataFrame] = field(default_factory=list)
    fates: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def settle(
        self, kind: str, parts: Sequence[FileRecords], known: IngestHistory, terms: MappingContext
    ) -> list[FileRecords]:
        """Take in the versions a kind gains, with the account and the quarantine of each file; gives the parts as their
        rows have met."""
        shape = TABLES[kind]
        if not parts:
            self.records[kind] = shape.empty()
            return []
        fated, met = _with_fates(kind, parts, known, terms)
        made = fated.filter(pl.col("version_no").is_not_null()).select(shape.schema.names()).cast(shape.schema)
        self.records[kind] = made.sort("record_id", "version_no")
        for part in met:
            file = FileAccount(part.raw, part.source, terms.received_at, part.attempt_no)
            self.account(file, kind, _row_fates(part, fated), file.quarantined(kind, part.mapped.problems))
        return met

    def account(self, file: FileAccount, kind: str, fates: pl.DataFrame, *away: pl.DataFrame) -> None:
        """Close the account of rows read as `kind`. fates: row_no, record_row_no, fate."""
        self.accounts.append(file.of_kind(kind, fates))
        self.quarantine += away
        self.fates.setdefault(file.raw.file_id, []).append(fates)


def ingest_inbox(
    inbox: Path,
    rules: IngestRules,
    known: IngestHistory,
    received_at: datetime,
    kept: FileStorage | None = None,
) -> Ingested:
    """Every file below `inbox` that is not known yet, as records of its source. A bad file or row stops no other.

    The register comes first, whatever the order of the files, so that a record finds an enterprise of the same night.
    What was turned away before is tried again where it may come to another end: see `again`.
    `received_at` has the office's time zone (IANA): days and times without a zone are meant in it, and its day bounds
    the days a record may bear. Without `kept` files are read where they lie, and those that are gone are not read
    again. Raises OSError where the inbox cannot be read.
    """
    terms = MappingContext(rules.common, received_at, rules.identity_key)
    box = Inbox(inbox, rules, known, kept.archive, kept.work) if kept else Inbox(inbox, rules, known)
    new = box.readings()
    parts = [_parts(reading, terms) for reading in new]
    answered = corrected_rows(new, known, received_at)
    again = Retries.of_sources(box, terms, answered)
    settled = _Settled(outcomes=[answered])
    register: EnterpriseRegister | None = None
    notes: dict[str, list[str]] = {}  # by file what was noticed of its rows
    for kind in KINDS:
        done = [with_enterprises(part, register, terms) for some in parts for part in some if part.record.kind == kind]
        retried = again.parts(kind, register)
        for part in settled.settle(kind, [*done, *retried], known, terms)[: len(done)]:
            notes.setdefault(part.raw.file_id, []).extend(record_notes(part, terms))
        for part in retried:
            settled.outcomes.append(again.outcomes(part, settled.fates[part.raw.file_id][-1], received_at))
        if kind == "enterprise":
            register = _register(known, settled.records[kind])
            again.add_learned(new_register_keys(known, settled.records[kind]), answered)
    for reading, some in zip(new, parts, strict=True):
        _settle_rest(settled, reading, some, terms, received_at)
    fates = settled.fates
    noted = [one.with_notes(notes.get(one.arrival.raw.file_id, ())) for one in new]
    rows = [file_row(one, fates.get(one.arrival.raw.file_id, []), received_at) for one in noted]
    partly = [one for one in again.read.values() if one is not None and one.arrival.raw.file_id in fates]
    rows += [retried_file_row(one, fates[one.arrival.raw.file_id], received_at) for one in partly]
    return Ingested(
        settled.records,
        _table("files", rows),
        _table("accounts", settled.accounts),
        _table("quarantine", settled.quarantine),
        _table("quarantine_outcomes", settled.outcomes),
        tuple(box.repeated),
        tuple(box.remarks),
    )


def _parts(reading: ArrivalAttempt, terms: MappingContext) -> list[FileRecords]:
    arrival = reading.arrival
    if arrival.source is None or arrival.finding is not None:
        return []
    found = [read_records(arrival.raw, arrival.source, record, terms) for record in arrival.source.records]
    return [replace(part, attempt_no=reading.attempt_no, came_at=reading.came_at) for part in found]


def _with_fates(
    kind: str, parts: Sequence[FileRecords], known: IngestHistory, terms: MappingContext
) -> tuple[pl.DataFrame, list[FileRecords]]:
    """The parts' sound records with their keys, fates and version numbers; and the parts, their rows having met."""
    instant = pl.lit(terms.received_at).cast(TABLES[kind].schema["received_at"])
    found = pl.concat([_received(part, terms) for part in parts])
    given = {part.source.source: part.record for part in parts}
    together = combine_rows(with_record_keys(found, KINDS[kind]), KINDS[kind], given)
    found = with_row_hash(together.records, KINDS[kind])
    # A row that is tried again was said when it first came: a correction that came meanwhile is newer.
    said = pl.when(pl.col("received_at") < instant).then(format_instant(version_instant())).otherwise("version_by")
    found = found.with_columns(version_by=said, received_at=instant)
    same = known.versions[kind].join(found.lazy().select("record_id"), on="record_id", how="semi")
    fated, rivals = with_version_status(found, same.collect(), KINDS[kind])
    rivals = fated.select("file_id", "row_no")[rivals["_place"]].hstack(rivals.drop("_place"))
    return fated, [reconcile(part, together, rivals) for part in parts]


def _received(part: FileRecords, terms: MappingContext) -> pl.DataFrame:
    instant = TABLES[part.record.kind].schema["received_at"]
    came_at = part.came_at or terms.received_at
    return valid_records(part, terms).with_columns(received_at=pl.lit(came_at).cast(instant))


def _row_fates(part: FileRecords, fated: pl.DataFrame) -> pl.DataFrame:
    """Every row the part read: row_no, record_row_no, fate."""
    own = fated.filter(pl.col("file_id") == part.raw.file_id)
    own = own.select(pl.col("row_no").alias("record_row_no"), "fate")
    if own["record_row_no"].equals(part.rows["record_row_no"]):  # nothing folded, nothing turned away
        rows = part.rows.with_columns(own["fate"])
    else:
        rows = part.rows.join(own, on="record_row_no", how="left")
    is_away = pl.col("row_no").is_in(part.mapped.problems["row_no"].implode())
    fate = pl.when(is_away).then(pl.lit("quarantined")).otherwise("fate")
    return rows.select("row_no", "record_row_no", fate=fate)


def _register(known: IngestHistory, new: pl.DataFrame) -> EnterpriseRegister:
    versions = pl.concat([known.register.select(REGISTER_COLUMNS), new.lazy().select(REGISTER_COLUMNS)])
    return EnterpriseRegister.of(versions.collect())


def _settle_rest(
    settled: _Settled, reading: ArrivalAttempt, parts: list[FileRecords], terms: MappingContext, received_at: datetime
) -> None:
    """Rows of a file that are of no kind: unreadable as rows, or claimed by no record of its source, or ignored."""
    arrival, attempt_no = reading.arrival, reading.attempt_no
    raw, source = arrival.raw, arrival.source
    if source is None or arrival.finding is not None:
        return
    strays, ignored = unclaimed_rows(raw, source, parts, terms)
    file = FileAccount(raw, source, received_at, attempt_no)
    away = (file.broken(), file.quarantined("", strays))
    fates = pl.concat(
        [
            pl.DataFrame({"row_no": numbers.unique()}).with_columns(record_row_no="row_no", fate=pl.lit(fate))
            for numbers, fate in (
                (pl.concat([frame["row_no"] for frame in away]), "quarantined"),
                (ignored, "ignored"),
            )
        ]
    )
    if not fates.is_empty():
        settled.account(file, "", fates, *away)


def _table(name: str, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    shape = TABLES[name]
    return pl.concat([shape.empty(), *frames]).sort(shape.key)
