"""An inbox becomes records, and an account of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from flows.intake.accounts import FileAccount, file_row, some_rows
from flows.intake.again import Again, corrected, learned
from flows.intake.arrivals import Reading
from flows.intake.file_archive import FileArchive
from flows.intake.inbox import Inbox
from flows.intake.known import Known
from flows.intake.parts import Part, notes_of, read_part, reconciled, sound_records, tied, unclaimed
from flows.intake.rules import Rules
from transforms.history import age
from transforms.instants import kept_text
from transforms.records import Register, Terms, brought_together, with_fates, with_hash, with_keys
from transforms.records.register import NEEDED
from transforms.tables import KINDS, TABLES


@dataclass(frozen=True)
class Intake:
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
class Kept:
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

    def settle(self, kind: str, parts: Sequence[Part], known: Known, terms: Terms) -> list[Part]:
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


def take_in(
    inbox: Path,
    rules: Rules,
    known: Known,
    received_at: datetime,
    kept: Kept | None = None,
) -> Intake:
    """Every file below `inbox` that is not known yet, as records of its source. A bad file or row stops no other.

    The register comes first, whatever the order of the files, so that a record finds an enterprise of the same night.
    What was turned away before is tried again where it may come to another end: see `again`.
    `received_at` has the office's time zone (IANA): days and times without a zone are meant in it, and its day bounds
    the days a record may bear. Without `kept` files are read where they lie, and those that are gone are not read
    again. Raises OSError where the inbox cannot be read.
    """
    terms = Terms(rules.common, received_at, rules.identity_key)
    box = Inbox(inbox, rules, known, kept.archive, kept.work) if kept else Inbox(inbox, rules, known)
    new = box.readings()
    parts = [_parts(reading, terms) for reading in new]
    answered = corrected(new, known, received_at)
    again = Again.of_sources(box, terms, answered)
    settled = _Settled(outcomes=[answered])
    register: Register | None = None
    notes: dict[str, list[str]] = {}  # by file what was noticed of its rows
    for kind in KINDS:
        done = [tied(part, register, terms) for some in parts for part in some if part.record.kind == kind]
        retried = again.parts(kind, register)
        for part in settled.settle(kind, [*done, *retried], known, terms)[: len(done)]:
            notes.setdefault(part.raw.file_id, []).extend(notes_of(part, terms))
        for part in retried:
            settled.outcomes.append(again.outcomes(part, settled.fates[part.raw.file_id][-1], received_at))
        if kind == "enterprise":
            register = _register(known, settled.records[kind])
            again.add_learned(learned(known, settled.records[kind]), answered)
    for reading, some in zip(new, parts, strict=True):
        _settle_rest(settled, reading, some, terms, received_at)
    fates = settled.fates
    noted = [one.with_notes(notes.get(one.arrival.raw.file_id, ())) for one in new]
    rows = [file_row(one, fates.get(one.arrival.raw.file_id, []), received_at) for one in noted]
    partly = [one for one in again.read.values() if one is not None and one.arrival.raw.file_id in fates]
    rows += [some_rows(one, fates[one.arrival.raw.file_id], received_at) for one in partly]
    return Intake(
        settled.records,
        _table("files", rows),
        _table("accounts", settled.accounts),
        _table("quarantine", settled.quarantine),
        _table("quarantine_outcomes", settled.outcomes),
        tuple(box.repeated),
        tuple(box.remarks),
    )


def _parts(reading: Reading, terms: Terms) -> list[Part]:
    arrival = reading.arrival
    if arrival.source is None or arrival.finding is not None:
        return []
    found = [read_part(arrival.raw, arrival.source, record, terms) for record in arrival.source.records]
    return [replace(part, attempt_no=reading.attempt_no, came_at=reading.came_at) for part in found]


def _with_fates(kind: str, parts: Sequence[Part], known: Known, terms: Terms) -> tuple[pl.DataFrame, list[Part]]:
    """The parts' sound records with their keys, fates and version numbers; and the parts, their rows having met."""
    instant = pl.lit(terms.received_at).cast(TABLES[kind].schema["received_at"])
    found = pl.concat([_received(part, terms) for part in parts])
    given = {part.source.source: part.record for part in parts}
    together = brought_together(with_keys(found, KINDS[kind]), KINDS[kind], given)
    found = with_hash(together.records, KINDS[kind])
    # A row that is tried again was said when it first came: a correction that came meanwhile is newer.
    said = pl.when(pl.col("received_at") < instant).then(kept_text(age())).otherwise("version_by")
    found = found.with_columns(version_by=said, received_at=instant)
    same = known.versions[kind].join(found.lazy().select("record_id"), on="record_id", how="semi")
    fated, rivals = with_fates(found, same.collect(), KINDS[kind])
    rivals = fated.select("file_id", "row_no")[rivals["_place"]].hstack(rivals.drop("_place"))
    return fated, [reconciled(part, together, rivals) for part in parts]


def _received(part: Part, terms: Terms) -> pl.DataFrame:
    instant = TABLES[part.record.kind].schema["received_at"]
    came_at = part.came_at or terms.received_at
    return sound_records(part, terms).with_columns(received_at=pl.lit(came_at).cast(instant))


def _row_fates(part: Part, fated: pl.DataFrame) -> pl.DataFrame:
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


def _register(known: Known, new: pl.DataFrame) -> Register:
    versions = pl.concat([known.register.select(NEEDED), new.lazy().select(NEEDED)])
    return Register.of(versions.collect())


def _settle_rest(settled: _Settled, reading: Reading, parts: list[Part], terms: Terms, received_at: datetime) -> None:
    """Rows of a file that are of no kind: unreadable as rows, or claimed by no record of its source, or ignored."""
    arrival, attempt_no = reading.arrival, reading.attempt_no
    raw, source = arrival.raw, arrival.source
    if source is None or arrival.finding is not None:
        return
    strays, ignored = unclaimed(raw, source, parts, terms)
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
