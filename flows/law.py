"""The law's state of a night: policy and records read once, for whoever asks what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from flows.policy_folder import (
    absent_law_files,
    read_ban_law,
    read_calendar_law,
    read_listing_policy,
    read_measure_law,
    read_publicity_law,
    read_spot_check_law,
    require_law_files,
)
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.queries import current_records
from flows.store.store import Store
from transforms.law.calendar.working_days import calendar_of
from transforms.law.law_state import LAW_RECORD_KINDS, LawPolicy, LawState


class NoLaw(ValueError):
    """A question about lists, publicity or repair was asked of an office that applies no law of them."""

    def __init__(self) -> None:
        super().__init__("本机构的设置为不适用名单、公示和修复的规定（law = none），没有这方面的结果。")


def read_law_policy(policy_dir: Path, day: date) -> LawPolicy:
    """Everything in law/, its conventions as in force on `day`. Parts that are left out are None, or without systems.

    Raises PolicyProblems with every mistake of a file, and every file that is missing and that others rest on.
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
        absent_law_files(policy_dir),
    )


def law_policy_on(settings: Settings, day: date) -> LawPolicy | None:
    """The law by which a night of `day` goes; None where the office applies none. Raises PolicyProblems."""
    return None if settings.law == "none" else read_law_policy(settings.policy_dir, day)


def law_state_of_run(
    settings: Settings, store: Store, run: Run, as_of: date | None = None, enterprise_id: str | None = None
) -> LawState:
    """The state on `as_of` (None: the night's own day) by what the night `run` knew, of one enterprise or all."""
    records: Mapping[str, pl.LazyFrame] = {
        kind: current_records(store, kind, run, enterprise_id) for kind in LAW_RECORD_KINDS
    }
    return law_state_on(settings, records, as_of or run.as_of)


def law_state_on(settings: Settings, records: Mapping[str, pl.LazyFrame], day: date) -> LawState:
    """What the law makes of the records on `day`. Raises PolicyProblems; NoLaw where no law is applied."""
    law = law_policy_on(settings, day)
    if law is None:
        raise NoLaw
    return LawState(records, law, day)
