"""Files of an inbox become record versions, with an account of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from flows.ingest.accounts import FileAccount, file_row
from flows.ingest.archive import FileStorage
from flows.ingest.file_records import (
    Arrival,
    FileRecords,
    IngestRules,
    read_records,
    reconcile,
    record_notes,
    unclaimed_rows,
    valid_records,
    with_enterprises,
)
from flows.ingest.inbox import Inbox
from flows.ingest.previous_runs import IngestHistory
from flows.ingest.retries import Retries, corrected_rows, new_register_keys
from transforms.current_versions import version_instant
from transforms.date_parsing import format_instant
from transforms.records.identity import REGISTER_COLUMNS, EnterpriseRegister
from transforms.records.mapping import MappingContext
from transforms.records.versions import combine_rows, with_record_keys, with_row_hash, with_version_status
from transforms.schemas import KINDS, TABLES


@dataclass(frozen=True)
class Ingested:
    """What a run has ingested, in the shape of the stored tables: new record versions by kind, and the rows of `files`,
    `accounts`, `quarantine` and `quarantine_outcomes`.

    repeated: paths of files whose bytes were ingested before; they have no effect. remarks: for the operator.
    """

    records: Mapping[str, pl.DataFrame]
    files: pl.DataFrame
    accounts: pl.DataFrame
    quarantine: pl.DataFrame
    quarantine_outcomes: pl.DataFrame
    repeated: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def ingest_inbox(
    folder: Path,
    rules: IngestRules,
    history: IngestHistory,
    received_at: datetime,
    storage: FileStorage | None = None,
) -> Ingested:
    """Every new file below `folder`, as records of its source. A bad file or row stops no other.

    The register comes first, in whatever order the files are, so that a record finds an enterprise of the same run.
    What is quarantined or rejected is read again where the result may be another: see `retries` and `inbox`.
    `received_at` has the office's time zone (IANA): days and times without a zone are meant in it, and its day bounds
    the days a record may have. Raises OSError where the inbox cannot be read.
    """
    context = MappingContext(rules.common, received_at, rules.identity_key)
    inbox = Inbox(folder, rules, history, storage)
    arrivals = inbox.read_new()
    read: list[list[FileRecords]] = []  # by file: its rows as each record of its source; none where it is rejected
    for arrival in arrivals:
        source = arrival.accepted_source
        read.append([read_records(arrival, source, record, context) for record in source.records] if source else [])
    corrected = corrected_rows(arrivals, history, received_at)
    retries = Retries.of_changed_sources(inbox, context, corrected)
    batch = _Batch(context, history, outcomes=[corrected])
    register: EnterpriseRegister | None = None
    notes: dict[str, list[str]] = {}  # by file
    for kind in KINDS:
        new = [with_enterprises(one, register, context) for file in read for one in file if one.record.kind == kind]
        retried = retries.records_of(kind, register)
        for one in batch.add_kind(kind, [*new, *retried])[: len(new)]:
            notes.setdefault(one.raw.file_id, []).extend(record_notes(one, context))
        for one in retried:
            batch.outcomes.append(retries.outcomes(one, batch.statuses[one.raw.file_id][-1], received_at))
        if kind == "enterprise":
            versions = [history.register.select(REGISTER_COLUMNS), batch.records[kind].lazy().select(REGISTER_COLUMNS)]
            register = EnterpriseRegister.from_versions(pl.concat(versions).collect())
            retries.add_rows_naming(new_register_keys(history, batch.records[kind]), corrected)
    files = []
    for arrival, records in zip(arrivals, read, strict=True):
        file_id = arrival.raw.file_id
        batch.add_rows_of_no_kind(arrival, records)
        noted = replace(arrival, notes=(*arrival.notes, *notes.get(file_id, ())))
        files.append(file_row(noted, batch.statuses.get(file_id, []), received_at))
    for retried_file in retries.files.values():
        if retried_file is not None and (statuses := batch.statuses.get(retried_file.raw.file_id)):
            files.append(file_row(retried_file, statuses, received_at, is_partial=True))
    return Ingested(
        batch.records,
        _table("files", files),
        _table("accounts", batch.accounts),
        _table("quarantine", batch.quarantine),
        _table("quarantine_outcomes", batch.outcomes),
        tuple(inbox.repeated),
        tuple(inbox.remarks),
    )


@dataclass
class _Batch:
    """What has been ingested so far. statuses: by file, the rows of each kind (row_no, record_row_no, status)."""

    context: MappingContext
    history: IngestHistory
    records: dict[str, pl.DataFrame] = field(default_factory=dict)
    accounts: list[pl.DataFrame] = field(default_factory=list)
    quarantine: list[pl.DataFrame] = field(default_factory=list)
    outcomes: list[pl.DataFrame] = field(default_factory=list)
    statuses: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def add_kind(self, kind: str, files: Sequence[FileRecords]) -> list[FileRecords]:
        """Adds the record versions of a kind, with each file's account and quarantine; gives `files` reconciled."""
        shape = TABLES[kind]
        if not files:
            self.records[kind] = shape.empty()
            return []
        instant = pl.lit(self.context.received_at).cast(shape.schema["received_at"])
        found = with_record_keys(pl.concat([valid_records(one, self.context) for one in files]), KINDS[kind])
        combined = combine_rows(found, KINDS[kind], {one.source.source: one.record for one in files})
        found = with_row_hash(combined.records, KINDS[kind])
        # A row that is read again was reported when it first came: a correction that came meanwhile is newer.
        is_earlier = pl.col("received_at") < instant
        version_by = pl.when(is_earlier).then(format_instant(version_instant())).otherwise("version_by")
        found = found.with_columns(version_by=version_by, received_at=instant)
        known = self.history.versions[kind].join(found.lazy().select("record_id"), on="record_id", how="semi").collect()
        versions, conflicting = with_version_status(found, known, KINDS[kind])
        places = versions.select("file_id", "row_no")[conflicting["_place"]]
        conflicting = places.hstack(conflicting.drop("_place"))
        reconciled = [reconcile(one, combined, conflicting) for one in files]
        new = versions.filter(pl.col("version_no").is_not_null()).select(shape.schema.names()).cast(shape.schema)
        self.records[kind] = new.sort("record_id", "version_no")
        for one in reconciled:
            account = FileAccount(one.raw, one.source, self.context.received_at, one.arrival.attempt_no)
            self.add_account(
                account, kind, _row_statuses(one, versions), account.quarantined_rows(kind, one.mapped.problems)
            )
        return reconciled

    def add_rows_of_no_kind(self, arrival: Arrival, read: list[FileRecords]) -> None:
        """Adds the account of rows that could not be split into cells, that no record claims, or that are ignored."""
        if (source := arrival.accepted_source) is None:
            return
        unclaimed, ignored = unclaimed_rows(arrival, source, read, self.context)
        account = FileAccount(arrival.raw, source, self.context.received_at, arrival.attempt_no)
        quarantined = (account.broken_rows(), account.quarantined_rows("", unclaimed))
        row_nos = {"quarantined": pl.concat([frame["row_no"] for frame in quarantined]), "ignored": ignored}
        statuses = pl.concat(
            pl.DataFrame({"row_no": numbers.unique()}).with_columns(record_row_no="row_no", status=pl.lit(status))
            for status, numbers in row_nos.items()
        )
        if not statuses.is_empty():
            self.add_account(account, "", statuses, *quarantined)

    def add_account(self, account: FileAccount, kind: str, statuses: pl.DataFrame, *quarantined: pl.DataFrame) -> None:
        """Adds the account of a file's rows read as `kind`."""
        self.accounts.append(account.of_kind(kind, statuses))
        self.quarantine += quarantined
        self.statuses.setdefault(account.raw.file_id, []).append(statuses)


def _row_statuses(records: FileRecords, versions: pl.DataFrame) -> pl.DataFrame:
    """The status of every row of `records`: row_no, record_row_no, status."""
    own = versions.filter(pl.col("file_id") == records.raw.file_id)
    own = own.select(pl.col("row_no").alias("record_row_no"), "status")
    if own["record_row_no"].equals(records.rows["record_row_no"]):  # a record for every row: no join needed
        rows = records.rows.with_columns(own["status"])
    else:
        rows = records.rows.join(own, on="record_row_no", how="left")
    has_problem = pl.col("row_no").is_in(records.mapped.problems["row_no"].implode())
    status = pl.when(has_problem).then(pl.lit("quarantined")).otherwise("status")
    return rows.select("row_no", "record_row_no", status=status)


def _table(name: str, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    shape = TABLES[name]
    return pl.concat([shape.empty(), *frames]).sort(shape.key)
