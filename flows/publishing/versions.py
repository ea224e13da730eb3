"""Versions of a list as they lie there, and what the ledger says of releases. Whether one is sound: `latest`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flows.settings import Settings
from flows.store.store import Store
from reports.public_lists import ListEntry, ListSpec
from reports.publication import Index, ListFolder, file_faults, read_index
from reports.publication.draft import DraftBase, released_entries

PUBLISH_FLOW = "publish"  # of the runs that released something, in the ledger


@dataclass(frozen=True)
class LatestVersion:
    """The latest version of a list; version: None before the first release, or where nothing says which it is.

    faults: what is wrong with it, in Chinese, each naming the file. are_files_sound: the files are as the index says,
    whoever released them. are_entries_sound: its entries at least are such as two people signed or the machine left.
    """

    spec: ListSpec
    folder: Path
    version: str | None
    faults: tuple[str, ...] = ()
    are_files_sound: bool = True
    are_entries_sound: bool = True

    @property
    def is_sound(self) -> bool:
        """Whether there is one, and nothing is wrong with it."""
        return self.version is not None and not self.faults

    @cached_property
    def index(self) -> Index:
        """Its contract. Raises IndexProblem."""
        return read_index(self.folder)

    @cached_property
    def entries(self) -> tuple[ListEntry, ...]:
        """Its entries. Raises IndexProblem."""
        return released_entries(self.spec, self.folder)


def recorded_releases(store: Store, name: str) -> Iterator[dict[str, Any]]:
    """What the ledger says of every release of the list, the last first: version, digest, released_by."""
    for run in reversed(store.every_run()):
        if run.flow == PUBLISH_FLOW and run.state == "passed" and run.facts.get("list") == name:
            yield from reversed(run.facts["releases"])


def last_recorded_release(store: Store, name: str) -> dict[str, Any] | None:
    """What the ledger says of the last release of the list; None where nothing."""
    return next(recorded_releases(store, name), None)


def newest_readable_version(settings: Settings, spec: ListSpec) -> str | None:
    """The newest version whose files are sound: what a draft is compared with where the latest is damaged."""
    shelf = ListFolder(settings.publications / spec.name)
    return next((name for name in reversed(shelf.placed()) if not file_faults(shelf.version(name), spec.name)), None)


def draft_base(settings: Settings, spec: ListSpec) -> DraftBase | None:
    """What a draft builds on in place of the latest version, where the files of that are damaged; None where not.

    Raises IndexProblem where nothing says which version is the latest.
    """
    shelf = ListFolder(settings.publications / spec.name)
    version = shelf.latest()
    if version is None or not file_faults(shelf.version(version), spec.name):
        return None
    return DraftBase(newest_readable_version(settings, spec))
