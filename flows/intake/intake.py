"""An inbox becomes records, and an account of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from flows.intake.accounts import account, broken, file_row, quarantined
from flows.intake.arrivals import Arrival, arrivals
from flows.intake.known import Known
from flows.intake.parts import Part, notes_of, read_part, reconciled, sound_records, tied, unclaimed
from flows.intake.reading import discover, unknown
from flows.intake.rules import Rules
from transforms.person_numbers import masked
from transforms.records import Register, Terms, brought_together, with_fates, with_hash, with_keys
from transforms.records.register import NEEDED
from transforms.tables import KINDS, TABLES


@dataclass(frozen=True)
class Intake:
    """What a night brought: new versions by kind, and files, accounts, quarantine, all in the shape of their tables.

    repeated: paths of files whose bytes were taken in before; they do nothing.
    """

    records: Mapping[str, pl.DataFrame]
    files: pl.DataFrame
    accounts: pl.DataFrame
    quarantine: pl.DataFrame
    repeated: tuple[str, ...]


@dataclass(frozen=True)
class _Settled:
    records: pl.DataFrame
    accounts: list[pl.DataFrame]
    quarantine: list[pl.DataFrame]


def take_in(inbox: Path, rules: Rules, known: Known, received_at: datetime) -> Intake:
    """Every file below `inbox` that is not known yet, as records of its source. A bad file or row stops no other.

    The register comes first, whatever the order of the files, so that a record finds an enterprise of the same night.
    `received_at` has the office's time zone (IANA): days and times without a zone are meant in it, and its day bounds
    the days a record may bear. Raises OSError where the inbox
    cannot be read.
    """
    terms = Terms(rules.common, received_at, rules.identity_key)
    new, repeated = _new(inbox, rules, known)
    parts = {id(arrival): _parts(arrival, terms) for arrival in new}
    settled, register = {}, None
    notes: dict[str, list[str]] = {}
    for kind in KINDS:
        of_kind = [part for some in parts.values() for part in some if part.record.kind == kind]
        done = [tied(part, register, terms) for part in of_kind]
        for part in done:
            notes.setdefault(part.raw.file_id, []).extend(notes_of(part, terms))
        settled[kind] = _settle(kind, done, known, terms)
        if kind == "enterprise":
            register = _register(known, settled[kind].records)
    rest = [_rest(arrival, parts[id(arrival)], terms, received_at) for arrival in new]
    noted = [replace(one, notes=(*one.notes, *notes.get(one.raw.file_id, ()))) for one in new]
    return _whole(noted, repeated, settled, rest, received_at)


def _new(inbox: Path, rules: Rules, known: Known) -> tuple[list[Arrival], list[str]]:
    """Files not taken in before, read; and the paths of those that were, which are not read at all."""
    paths, repeated = unknown(discover(inbox), known.file_ids)
    # By what was read in the end: a file may have been written anew since its bytes were hashed.
    new = {arrival.raw.file_id: arrival for arrival in arrivals(paths, inbox, rules.sources)}
    done = known.file_ids & new.keys()
    names = [
        *(masked(path.relative_to(inbox).as_posix()) for path in repeated),
        *(new.pop(one).raw.file_name for one in done),
    ]
    return list(new.values()), sorted(names)


def _parts(arrival: Arrival, terms: Terms) -> list[Part]:
    if arrival.source is None or arrival.finding is not None:
        return []
    return [read_part(arrival.raw, arrival.source, record, terms) for record in arrival.source.records]


def _settle(kind: str, parts: Sequence[Part], known: Known, terms: Terms) -> _Settled:
    """The versions a kind gains, with the account and the quarantine of each file."""
    shape = TABLES[kind]
    if not parts:
        return _Settled(shape.empty(), [], [])
    received_at = terms.received_at
    found = pl.concat([sound_records(part, terms) for part in parts])
    found = found.with_columns(received_at=pl.lit(received_at).cast(shape.schema["received_at"]))
    given = {part.source.source: part.record for part in parts}
    together = brought_together(with_keys(found, KINDS[kind]), KINDS[kind], given)
    found = with_hash(together.records, KINDS[kind])
    same = known.versions[kind].join(found.lazy().select("record_id"), on="record_id", how="semi")
    fated, rivals = with_fates(found, same.collect(), KINDS[kind])
    rivals = fated.select("file_id", "row_no")[rivals["_place"]].hstack(rivals.drop("_place"))
    parts = [reconciled(part, together, rivals) for part in parts]
    made = fated.filter(pl.col("version_no").is_not_null()).select(shape.schema.names()).cast(shape.schema)
    accounts = [account(part.raw, part.source, kind, _row_fates(part, fated)) for part in parts]
    away = [quarantined(part.raw, part.source, kind, part.mapped.problems, received_at) for part in parts]
    return _Settled(made.sort("record_id", "version_no"), accounts, away)


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


def _rest(arrival: Arrival, parts: list[Part], terms: Terms, received_at: datetime) -> _Settled:
    """Rows of a file that are of no kind: unreadable as rows, or claimed by no record of its source."""
    raw, source = arrival.raw, arrival.source
    nothing = _Settled(pl.DataFrame(), [], [])
    if source is None or arrival.finding is not None:
        return nothing
    strays = unclaimed(raw, source, parts, terms)
    away = [broken(raw, source, received_at), quarantined(raw, source, "", strays, received_at)]
    row_nos = pl.concat([frame["row_no"] for frame in away]).unique()
    if row_nos.is_empty():
        return nothing
    fates = pl.DataFrame({"row_no": row_nos, "record_row_no": row_nos}).with_columns(fate=pl.lit("quarantined"))
    return _Settled(pl.DataFrame(), [account(raw, source, "", fates)], away)


def _whole(
    new: Sequence[Arrival],
    repeated: Sequence[str],
    settled: Mapping[str, _Settled],
    rest: Sequence[_Settled],
    received_at: datetime,
) -> Intake:
    every = [*settled.values(), *rest]
    return Intake(
        {kind: done.records for kind, done in settled.items()},
        _table("files", [file_row(arrival, received_at) for arrival in new]),
        _table("accounts", [frame for done in every for frame in done.accounts]),
        _table("quarantine", [frame for done in every for frame in done.quarantine]),
        tuple(repeated),
    )


def _table(name: str, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    shape = TABLES[name]
    return pl.concat([shape.empty(), *frames]).sort(shape.key)
