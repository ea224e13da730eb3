"""The first step of a run: the inbox becomes staged records, file accounts and quarantined rows."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

import flows.ingest
import transforms
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
from flows.run.due_days import RunContext
from flows.run.snapshot import Snapshot, stage_moved_records
from flows.settings import SettingProblem, Settings, SettingsProblems
from flows.store.layout import split_by_bucket
from flows.store.ledger import Run
from flows.store.store import Store

INBOX_COPIES = "stage/inbox"  # below the run's folder: copies of the files that are read
_LEDGER = "ledger.parquet"
_KEY_FACT = "identity_key"  # its fingerprint, in the ledger's facts
MAX_FILES_IN_FACTS = 50  # files named in the ledger's facts, which every command reads; the table `files` has all
_ROWS_IN_A_BUCKET = 500_000  # their rating takes some hundred megabytes


@dataclass(frozen=True)
class IngestSummary:
    """The paths of files that had been taken in before, how many buckets the store has or gets, and for the ledger
    what was turned away whole, what was noticed of files, and by which rules the inbox was read.
    """

    repeated: tuple[str, ...]
    buckets: int
    facts: Mapping[str, object] = field(default_factory=dict)


def ingest(store: Store, settings: Settings, night: RunContext) -> IngestSummary:
    """Take in what is new and stage it, records by the bucket of their enterprise.

    Raises OSError where the inbox cannot be read, PolicyProblems for a source that is wrong, SettingsProblems for an
    identity key that is missing or not that of the store.
    """
    last = store.last("nightly")
    rules = ingest_rules(settings, last)
    night.clear()  # of a try that broke off: a file may have vanished since, and its rows would have no account
    received_at = night.known_at.astimezone(ZoneInfo(settings.timezone))
    read_by = _read_by(rules)
    archive = file_archive_of(store)
    kept = FileStorage(archive, night.folder / INBOX_COPIES)
    known = replace(IngestHistory.of(store.scan), changed=_changed(last, read_by))
    brought = ingest_inbox(settings.inbox, rules, known, received_at, kept)
    archive.write_ledger(night.folder / INBOX_COPIES / _LEDGER)
    rows = sum(frame.height for frame in brought.records.values())
    night = replace(night, buckets=_buckets(store, settings, rows))
    for kind, frame in brought.records.items():
        for bucket, part in split_by_bucket(frame, night.buckets).items():
            night.stage(kind, part, bucket)
    seen = Snapshot.by(night, store)
    for kind in brought.records:
        stage_moved_records(seen, kind)
    for table in ("files", "accounts", "quarantine", "quarantine_outcomes"):
        frame = getattr(brought, table)
        if not frame.is_empty():
            night.stage(table, frame)
    facts = {"intake": read_by, _KEY_FACT: _fingerprint(rules.identity_key), "files": _of_files(brought)}
    return IngestSummary(brought.repeated, night.buckets, facts)


def file_archive_of(store: Store) -> FileArchive:
    """Where the bytes of files are kept: below the store; beside a store in object storage, on this machine."""
    return FileArchive(store.place.local / "archive")


def archive_files(store: Store, night: RunContext) -> None:
    """Put the copies of the files that were read into the archive."""
    archive = file_archive_of(store)
    for folder in (night.folder / INBOX_COPIES).glob("[0-9a-f]" * 64):
        for path in folder.rglob("*"):
            if path.is_file():
                archive.add(folder.name, path)
    archive.keep_ledger(night.folder / INBOX_COPIES / _LEDGER)


def _fingerprint(key: bytes) -> str:
    return hmac.digest(key, b"the key of this store", "sha256").hex()[:16]


def _read_by(rules: IngestRules) -> dict[str, object]:
    """Fingerprints of what the reading of files rests on: the program, and each source with what holds for all."""
    folders = (Path(flows.ingest.__file__).parent, Path(transforms.__file__).parent / "records")
    program = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.rglob("*.py")):
        program.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    common = rules.common.model_dump_json()
    sources = {one.source: _digest(common + one.model_dump_json()) for one in rules.sources}
    return {"program": program.hexdigest()[:16], "sources": sources}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _changed(last: Run | None, read_by: Mapping[str, Any]) -> RuleChanges:
    """What is another than at the last run that passed. A run of an earlier release did not say by what it read."""
    if last is None:
        return RuleChanges()
    before = last.facts.get("intake")
    if before is None:
        return RuleChanges(are_rules_other=True)
    sources = before["sources"]
    others = frozenset(name for name, text in read_by["sources"].items() if sources.get(name) not in (None, text))
    return RuleChanges(before != read_by, others)


def _of_files(brought: Ingested) -> dict[str, object]:
    """Of the files of the night what people should know, the first of each in the order of their paths."""
    files = brought.files.sort("file_name")
    away = files.filter(pl.col("finding").is_not_null())
    noted = files.filter(pl.col("notes").list.len() > 0)
    return {
        "turned_away_count": away.height,
        "turned_away": away.head(MAX_FILES_IN_FACTS).select("file_name", "source", "read_count", "finding").to_dicts(),
        "noted_count": noted.height,
        "noted": noted.head(MAX_FILES_IN_FACTS).select("file_name", "source", "notes").to_dicts(),
        "remarks": list(brought.remarks),
    }


def _buckets(store: Store, settings: Settings, rows: int) -> int:
    """Those of the store; of a new one as it is set, else by the records of the first night."""
    found = [count for count in store.layout().values() if count is not None]
    return found[0] if found else settings.buckets or buckets_for(rows)


def buckets_for(rows: int) -> int:
    """How many buckets a store of so many records is laid out in, where nobody chose."""
    return max(1, -(-rows // _ROWS_IN_A_BUCKET))


def ingest_rules(settings: Settings, last: Run | None) -> IngestRules:
    """The rules of every source, for a store whose last run was `last`.

    Raises SettingsProblems where the key for identity numbers is not set, or another than that run's: no person would
    be the one of before, and decisions about persons would stand twice.
    """
    expected = "a secret text of at least 16 characters, always the same for one store"
    if settings.identity_key is None:
        advice = "Set YAOXIN_IDENTITY_KEY, or identity_key in yaoxin.toml: natural persons' numbers are hashed with it."
        raise SettingsProblems([SettingProblem("identity_key", "nowhere", "(none)", "it is not set", expected, advice)])
    key = settings.identity_key.get_secret_value().encode()
    known = last.facts.get(_KEY_FACT) if last else None  # runs of earlier releases did not say
    if known not in (None, _fingerprint(key)):
        message = "it is another key than that of this store's runs"
        advice = "Set the key of before again; another key needs a store of its own (--store)."
        problem = SettingProblem("identity_key", "the settings", "(not shown)", message, expected, advice)
        raise SettingsProblems([problem])
    return IngestRules(read_sources(settings.policy_dir), read_common_rules(settings.policy_dir), key)
