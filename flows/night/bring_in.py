"""The inbox becomes staged records, accounts and quarantine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from flows.intake import Known, Rules, read_common, take_in
from flows.night.plan import Night
from flows.night.records import Seen, stage_copies
from flows.policies import read_sources
from flows.settings import SettingProblem, Settings, SettingsProblems
from flows.store import Store
from flows.store.buckets import split

_ROWS_IN_A_BUCKET = 500_000  # their rating takes some hundred megabytes


@dataclass(frozen=True)
class Brought:
    """The paths of files that had been taken in before, and how many buckets the store has or gets."""

    repeated: tuple[str, ...]
    buckets: int


def bring_in(store: Store, settings: Settings, night: Night) -> Brought:
    """Take in what is new and stage it, records by the bucket of their enterprise.

    Raises OSError where the inbox cannot be read, PolicyProblems for a source that is wrong.
    """
    received_at = night.known_at.astimezone(ZoneInfo(settings.timezone))
    brought = take_in(settings.inbox, rules_of(settings), Known.of(store.scan), received_at)
    rows = sum(frame.height for frame in brought.records.values())
    night = replace(night, buckets=_buckets(store, settings, rows))
    for kind, frame in brought.records.items():
        for bucket, part in split(frame, night.buckets).items():
            night.stage(kind, part, bucket)
    seen = Seen.by(night, store)
    for kind in brought.records:
        stage_copies(seen, kind)
    for table in ("files", "accounts", "quarantine"):
        frame = getattr(brought, table)
        if not frame.is_empty():
            night.stage(table, frame)
    return Brought(brought.repeated, night.buckets)


def _buckets(store: Store, settings: Settings, rows: int) -> int:
    """Those of the store; of a new one as it is set, else by the records of the first night."""
    found = [count for count in store.layout().values() if count is not None]
    return found[0] if found else settings.buckets or buckets_for(rows)


def buckets_for(rows: int) -> int:
    """How many buckets a store of so many records is laid out in, where nobody chose."""
    return max(1, -(-rows // _ROWS_IN_A_BUCKET))


def rules_of(settings: Settings) -> Rules:
    """The rules of every source. Raises SettingsProblems where the key for identity numbers is not set."""
    if settings.identity_key is None:
        expected = "a secret text of at least 16 characters, always the same for one store"
        advice = "Set YAOXIN_IDENTITY_KEY, or identity_key in yaoxin.toml: natural persons' numbers are hashed with it."
        raise SettingsProblems([SettingProblem("identity_key", "nowhere", "(none)", "it is not set", expected, advice)])
    key = settings.identity_key.get_secret_value().encode()
    return Rules(read_sources(settings.policy_dir), read_common(settings.policy_dir), key)
