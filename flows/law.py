"""The law's state of a night: policy and records read once, for whoever asks what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from flows.policies import (
    law_files_absent,
    read_bans,
    read_calendar,
    read_list_law,
    read_measures,
    read_publicity_law,
    read_spot_checks,
    see_whole,
)
from flows.settings import Settings
from flows.store import Run, Store, known
from transforms.law import calendar_of
from transforms.law.legal import KINDS_ASKED, Legal, LegalLaw


class NoLaw(ValueError):
    """A question about lists, publicity or repair was asked of an office that applies no law of them."""

    def __init__(self) -> None:
        super().__init__("本机构的设置为不适用名单、公示和修复的规定（law = none），没有这方面的结果。")


def read_legal_law(policy_dir: Path, day: date) -> LegalLaw:
    """Everything in law/, its conventions as in force on `day`. Parts that are left out are None, or without systems.

    Raises PolicyProblems with every mistake of a file, and every file that is missing and that others rest on.
    """
    see_whole(policy_dir)
    read_measures(policy_dir)
    publicity = read_publicity_law(policy_dir)
    return LegalLaw(
        publicity,
        read_spot_checks(policy_dir, publicity),
        read_list_law(policy_dir),
        read_bans(policy_dir),
        calendar_of(read_calendar(policy_dir), day),
        law_files_absent(policy_dir),
    )


def law_in_force(settings: Settings, day: date) -> LegalLaw | None:
    """The law by which a night of `day` goes; None where the office applies none. Raises PolicyProblems."""
    return None if settings.law == "none" else read_legal_law(settings.policy_dir, day)


def legal_of(
    settings: Settings, store: Store, run: Run, as_of: date | None = None, enterprise_id: str | None = None
) -> Legal:
    """The state on `as_of` (None: the night's own day) by what the night `run` knew, of one enterprise or all."""
    records: Mapping[str, pl.LazyFrame] = {kind: known(store, kind, run, enterprise_id) for kind in KINDS_ASKED}
    return legal_on(settings, records, as_of or run.as_of)


def legal_on(settings: Settings, records: Mapping[str, pl.LazyFrame], day: date) -> Legal:
    """What the law makes of the records on `day`. Raises PolicyProblems; NoLaw where no law is applied."""
    law = law_in_force(settings, day)
    if law is None:
        raise NoLaw
    return Legal(records, law, day)
