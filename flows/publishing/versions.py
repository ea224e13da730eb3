"""Versions of a list on disk, and their releases in the ledger. Whether one is sound: see `verification`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flows.settings import Settings
from flows.store import stored_names
from flows.store.store import Store
from reports.public_lists import ListEntry, ListSpec
from reports.publication import Index, ListFolder, read_index
from reports.publication.draft import DraftBase, released_entries
from reports.publication.pages import version_faults

PUBLISH_FLOW = "publish"  # the flow of ledger rows that record releases


@dataclass(frozen=True)
class LatestVersion:
    """The latest version of a list; version: None before the first release, or where it cannot be determined.

    faults: what is wrong with it, in Chinese, each naming the file. are_files_sound: the files match the index, whoever
    released them. are_entries_sound: its entries at least were signed by two people or derived from such.
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
        """Its index. Raises IndexProblem."""
        return read_index(self.folder)

    @cached_property
    def entries(self) -> tuple[ListEntry, ...]:
        """Its entries. Raises IndexProblem."""
        return released_entries(self.spec, self.folder)


def recorded_releases(store: Store, name: str) -> Iterator[dict[str, Any]]:
    """Every release of the list in the ledger, the last first: version, digest, released_by, released_at."""
    for run in reversed(store.every_run()):
        if run.flow == PUBLISH_FLOW and run.state == "passed" and run.facts.get(stored_names.LIST) == name:
            for release in reversed(run.facts[stored_names.RELEASES]):
                yield release | {"released_at": run.finished_at}


def last_recorded_release(store: Store, name: str) -> dict[str, Any] | None:
    """The last release of the list in the ledger."""
    return next(recorded_releases(store, name), None)


def newest_readable_version(settings: Settings, spec: ListSpec) -> str | None:
    """The newest version whose files are sound: the base of a draft where the latest is damaged."""
    list_folder = ListFolder(settings.publications / spec.name)
    return next(
        (name for name in reversed(list_folder.placed()) if not version_faults(spec, list_folder.version(name))), None
    )


def draft_base(settings: Settings, spec: ListSpec) -> DraftBase | None:
    """What a draft builds on where the files of the latest version are damaged; None where they are sound.

    Raises IndexProblem where the latest version cannot be determined.
    """
    list_folder = ListFolder(settings.publications / spec.name)
    version = list_folder.latest()
    if version is None or not version_faults(spec, list_folder.version(version)):
        return None
    return DraftBase(newest_readable_version(settings, spec))
