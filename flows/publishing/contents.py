"""What a list holds on a night, whichever list it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from flows.settings import Settings
from flows.store import Run, Store
from reports.publication import Causes
from reports.views.listing import Key, ListSpec


@dataclass(frozen=True)
class Contents:
    """entries: what stands on the list, in its columns. causes: why others came or went. issues: for the public index.

    ended_on: by key of what went the first day on which it may not be public any more, where that is known. held: what
    could not be published, each with the reason, for the officer only. policy_version, policy_hash: what stood behind
    it. doubtful: by key of what went by a removal or a repair that has something to be looked at, what that is, in
    Chinese; asked only where something goes.
    """

    entries: pl.DataFrame
    causes: Causes
    policy_version: str
    policy_hash: str
    ended_on: Mapping[Key, date] = field(default_factory=dict)
    issues: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    doubtful: Callable[[], Mapping[Key, str]] = dict


@dataclass(frozen=True)
class PublishedList:
    """A list that is published: how it looks, and where its contents come from.

    contents: by what a run knew, on a day (None: the run's own).
    """

    spec: ListSpec
    contents: Callable[[Settings, Store, Run, date | None], Contents]


def counted(reasons: Iterable[str]) -> tuple[str, ...]:
    """What was held back as issues for the public index: how many for which reason, and no number of a document."""
    return tuple(f"{count} 件未列出：{reason}" for reason, count in sorted(Counter(reasons).items()))
