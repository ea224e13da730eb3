"""The inbox becomes staged records, accounts and quarantine."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl

from flows.intake import Intake, Known, Rules, read_common, take_in
from flows.night.plan import Night
from flows.policies import read_sources
from flows.settings import SettingProblem, Settings, SettingsProblems
from flows.store import Store


def bring_in(store: Store, settings: Settings, night: Night) -> tuple[str, ...]:
    """Take in what is new and stage it; the paths of files that had been taken in before.

    Raises OSError where the inbox cannot be read, PolicyProblems for a source that is wrong.
    """
    received_at = night.known_at.astimezone(ZoneInfo(settings.timezone))
    brought = take_in(settings.inbox, rules_of(settings), Known.of(store.scan), received_at)
    for table, frame in _tables(brought):
        if not frame.is_empty():
            night.stage(table, frame)
    return brought.repeated


def rules_of(settings: Settings) -> Rules:
    """The rules of every source. Raises SettingsProblems where the key for identity numbers is not set."""
    if settings.identity_key is None:
        expected = "a secret text of at least 16 characters, always the same for one store"
        advice = "Set YAOXIN_IDENTITY_KEY, or identity_key in yaoxin.toml: natural persons' numbers are hashed with it."
        raise SettingsProblems([SettingProblem("identity_key", "nowhere", "(none)", "it is not set", expected, advice)])
    key = settings.identity_key.get_secret_value().encode()
    return Rules(read_sources(settings.policy_dir), read_common(settings.policy_dir), key)


def _tables(brought: Intake) -> list[tuple[str, pl.DataFrame]]:
    whole = {"files": brought.files, "accounts": brought.accounts, "quarantine": brought.quarantine}
    return [*brought.records.items(), *whole.items()]
