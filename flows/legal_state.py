"""The legal state from the store: the policy and the records of a run, read together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from flows.policy_folder import (
    absent_law_files,
    read_ban_law,
    read_calendar_law,
    read_licence_law,
    read_listing_policy,
    read_measure_law,
    read_publicity_law,
    read_spot_check_law,
    require_law_files,
)
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store, current_records
from transforms.law.calendar.working_days import calendar_of
from transforms.law.law_state import LAW_RECORD_KINDS, LawPolicy, LawState


class NoLaw(ValueError):
    """A question about lists, publicity or repair in an office whose settings apply no law of them (law = none)."""

    def __init__(self) -> None:
        super().__init__("本机构的设置为不适用名单、公示和修复的规定（law = none），没有这方面的结果。")


def read_law_policy(policy_dir: Path, day: date) -> LawPolicy:
    """The law of the policy folder, with the conventions in force on `day`.

    Optional parts that are absent are None or have no systems. Raises PolicyProblems with every mistake of a file, and
    with every missing file that others rest on.
    """
    require_law_files(policy_dir)
    read_measure_law(policy_dir)
    publicity = read_publicity_law(policy_dir)
    return LawPolicy(
        publicity,
        read_spot_check_law(policy_dir, publicity),
        read_listing_policy(policy_dir),
        read_ban_law(policy_dir),
        calendar_of(read_calendar_law(policy_dir), day),
        read_licence_law(policy_dir),
        absent_law_files(policy_dir),
    )


def law_policy_on(settings: Settings, day: date) -> LawPolicy | None:
    """The law that a run of `day` applies; None where the office applies none. Raises PolicyProblems."""
    return None if settings.law == "none" else read_law_policy(settings.policy_dir, day)


def law_state_of_run(
    settings: Settings, store: Store, run: Run, as_of: date | None = None, enterprise_id: str | None = None
) -> LawState:
    """The legal state on `as_of` (None: the day of the run) by the records of `run`, of one enterprise or of all."""
    records: Mapping[str, pl.LazyFrame] = {
        kind: current_records(store, kind, run, enterprise_id) for kind in LAW_RECORD_KINDS
    }
    return law_state_on(settings, records, as_of or run.as_of)


def law_state_on(settings: Settings, records: Mapping[str, pl.LazyFrame], day: date) -> LawState:
    """The legal state of `records` on `day`. Raises PolicyProblems; NoLaw where the office applies no law."""
    law = law_policy_on(settings, day)
    if law is None:
        raise NoLaw
    return LawState(records, law, day)
