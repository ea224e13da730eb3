"""The first step of a run: the inbox becomes staged records, file accounts and quarantined rows."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from flows.ingest import (
    FileArchive,
    FileStorage,
    Ingested,
    IngestHistory,
    IngestRules,
    RuleChanges,
    ingest_inbox,
    read_common_rules,
)
from flows.policy_folder import read_sources
from flows.run.affected import hash_modules
from flows.run.context import RunContext
from flows.run.snapshot import Snapshot
from flows.settings import SettingProblem, Settings, SettingsProblems
from flows.store import stored_names
from flows.store.ledger import Run
from flows.store.store import Store
from flows.store.tables import buckets_for, split_by_bucket

INBOX_COPIES = "stage/inbox"  # below the run's folder: copies of the files that are read
MAX_FILES_IN_FACTS = 50  # files named in the ledger's facts, which every command reads; the table `files` has all
_PATH_STATES = "path_states.parquet"
# The modules by which a file is read: where one of them changes, rejected files and quarantined rows are read again.
_READING_MODULES = (
    "flows/ingest/**/*.py",
    "transforms/records/*.py",
    "transforms/schemas/*.py",
    "transforms/date_parsing.py",
    "transforms/current_versions.py",
    "transforms/person_numbers.py",
    "transforms/policy_model/source.py",
    "reports/correction_workbook.py",
)


@dataclass(frozen=True)
class IngestSummary:
    """What the step did.

    repeated: paths of files that had been ingested before. buckets: how many the store has, or a new one gets. facts:
    for the ledger, rejected files, notes on files and the rules by which the inbox was read. counts: for the log.
    """

    repeated: tuple[str, ...]
    buckets: int
    facts: Mapping[str, object] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


def ingest(store: Store, settings: Settings, context: RunContext) -> IngestSummary:
    """Read the new files of the inbox and stage their rows, records by the bucket of their enterprise.

    Raises OSError where the inbox cannot be read, PolicyProblems for a source file with mistakes, SettingsProblems for
    an identity key that is missing or not that of the store.
    """
    last = store.last("nightly")
    rules = ingest_rules(settings, last)
    context.clear()  # of an attempt that broke off: its rows would have no account where a file has vanished since
    received_at = context.known_at.astimezone(ZoneInfo(settings.timezone))
    rule_hashes = _rule_hashes(rules)
    archive = file_archive_of(store)
    storage = FileStorage(archive, context.folder / INBOX_COPIES)
    history = replace(IngestHistory.from_tables(store.scan), changes=_rule_changes(last, rule_hashes))
    ingested = ingest_inbox(settings.inbox, rules, history, received_at, storage)
    archive.write_path_states(context.folder / INBOX_COPIES / _PATH_STATES)
    record_count = sum(frame.height for frame in ingested.records.values())
    laid_out = next((count for count in store.layout().values() if count is not None), None)
    context = replace(context, buckets=laid_out or settings.buckets or buckets_for(record_count))
    for kind, frame in ingested.records.items():
        for bucket, part in split_by_bucket(frame, context.buckets).items():
            context.stage(kind, part, bucket)
    snapshot = Snapshot.of(context, store)
    for kind in ingested.records:
        snapshot.stage_moved_records(kind)
    for table in ("files", "accounts", "quarantine", "quarantine_outcomes"):
        frame = getattr(ingested, table)
        if not frame.is_empty():
            context.stage(table, frame)
    facts = {
        stored_names.INGEST_RULES: rule_hashes,
        stored_names.IDENTITY_KEY: _key_fingerprint(rules.identity_key),
        stored_names.FILES: _file_facts(ingested),
    }
    counts = {
        "files": ingested.files.height,
        "repeated_files": len(ingested.repeated),
        "records": record_count,
        "quarantined_rows": ingested.quarantine.height,
    }
    return IngestSummary(ingested.repeated, context.buckets, facts, counts)


def file_archive_of(store: Store) -> FileArchive:
    """Where the bytes of files are kept: below the store; for a store in object storage, on this machine."""
    return FileArchive(store.location.local / "archive")


def archive_files(store: Store, context: RunContext) -> None:
    """Put the copies of the files that were read into the archive."""
    archive = file_archive_of(store)
    for folder in (context.folder / INBOX_COPIES).glob("[0-9a-f]" * 64):
        for path in folder.rglob("*"):
            if path.is_file():
                archive.add(folder.name, path)
    archive.keep_path_states(context.folder / INBOX_COPIES / _PATH_STATES)


def _key_fingerprint(key: bytes) -> str:
    return hmac.digest(key, b"the key of this store", "sha256").hex()[:16]


def _rule_hashes(rules: IngestRules) -> dict[str, object]:
    """Hashes of what the reading of files rests on: the program, and each source with the rules common to all."""
    common = rules.common.model_dump_json()
    sources = {
        one.source: hashlib.sha256((common + one.model_dump_json()).encode()).hexdigest()[:16] for one in rules.sources
    }
    return {"program": hash_modules(_READING_MODULES), "sources": sources}


def _rule_changes(last: Run | None, rule_hashes: Mapping[str, Any]) -> RuleChanges:
    """What differs from the last passed run. A run of an earlier release has not recorded its rules."""
    if last is None:
        return RuleChanges()
    previous = last.facts.get(stored_names.INGEST_RULES)
    if previous is None:
        return RuleChanges(has_any=True)
    sources = previous["sources"]
    others = frozenset(name for name, text in rule_hashes["sources"].items() if sources.get(name) not in (None, text))
    return RuleChanges(previous != rule_hashes, others)


def _file_facts(ingested: Ingested) -> dict[str, object]:
    """What people should know of the files, the first of each in the order of their paths."""
    files = ingested.files.sort("file_name")
    rejected = files.filter(pl.col("finding").is_not_null())
    noted = files.filter(pl.col("notes").list.len() > 0)
    columns = ("file_name", "source", "read_count", "finding")
    return {
        stored_names.REJECTED_COUNT: rejected.height,
        stored_names.REJECTED: rejected.head(MAX_FILES_IN_FACTS).select(columns).to_dicts(),
        stored_names.NOTED_COUNT: noted.height,
        stored_names.NOTED: noted.head(MAX_FILES_IN_FACTS).select("file_name", "source", "notes").to_dicts(),
        stored_names.REMARKS: list(ingested.remarks),
    }


def ingest_rules(settings: Settings, last: Run | None) -> IngestRules:
    """The rules of every source, for a store whose last run was `last`. Raises as `identity_key_for`."""
    key = identity_key_for(settings, last)
    return IngestRules(read_sources(settings.policy_dir), read_common_rules(settings.policy_dir), key)


def identity_key_for(settings: Settings, last: Run | None) -> bytes:
    """The key that hashes identity numbers, for a store whose last run was `last`.

    Raises SettingsProblems where the key for identity numbers is not set, or is not that of the last run: persons would
    not be recognised, and decisions on them would be recorded twice.
    """
    expected = "a secret text of at least 16 characters, always the same for one store"
    if settings.identity_key is None:
        advice = "Set YAOXIN_IDENTITY_KEY, or identity_key in yaoxin.toml: natural persons' numbers are hashed with it."
        raise SettingsProblems([SettingProblem("identity_key", "nowhere", "(none)", "it is not set", expected, advice)])
    key = settings.identity_key.get_secret_value().encode()
    known = last.facts.get(stored_names.IDENTITY_KEY) if last else None  # not recorded by runs of earlier releases
    if known not in (None, _key_fingerprint(key)):
        message = "it is another key than that of this store's runs"
        advice = "Set the key of before again; another key needs a store of its own (--store)."
        problem = SettingProblem("identity_key", "the settings", "(not shown)", message, expected, advice)
        raise SettingsProblems([problem])
    return key
