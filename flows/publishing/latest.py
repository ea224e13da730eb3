"""The version that readers see, and whether it is what it says: its files, who released it, and that it is the last.

A version is sound where two people signed it, or where the machine derived it from a sound version by withdrawals only.
Nothing is built on one that is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flows.publishing.approvals import unsigned_because
from flows.settings import Settings
from flows.store import Store
from reports.publication import (
    Draft,
    Index,
    IndexProblem,
    Shelf,
    derivation_faults,
    digest_of,
    faults_of,
    read_index,
)
from reports.publication.folder import order
from reports.publication.work import released_entries
from reports.views.listing import Entry, ListSpec

FLOW = "publish"  # of the runs that released something, in the ledger


@dataclass(frozen=True)
class Latest:
    """The latest version of a list; version: None before the first release, or where nothing says which it is.

    faults: what is wrong with it, in Chinese, each naming the file. are_files_sound: the files are as the index says,
    whoever released them.
    """

    spec: ListSpec
    folder: Path
    version: str | None
    faults: tuple[str, ...] = ()
    are_files_sound: bool = True

    @property
    def is_sound(self) -> bool:
        """Whether there is one, and nothing is wrong with it."""
        return self.version is not None and not self.faults

    @cached_property
    def index(self) -> Index:
        """Its contract. Raises IndexProblem."""
        return read_index(self.folder)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Its entries. Raises IndexProblem."""
        return released_entries(self.spec, self.folder)


def latest_of(settings: Settings, store: Store, spec: ListSpec) -> Latest:
    """The latest version of the list, every file of it checked."""
    shelf = Shelf(settings.publications / spec.name)
    told = last_release(store, spec.name)
    try:
        version = shelf.latest()
    except IndexProblem as damaged:
        return Latest(spec, shelf.folder, None, (str(damaged),), are_files_sound=False)
    if version is None:
        lost = f"{shelf.folder / 'latest'}：缺失，而运行账记有已发布的版本 {told['version']}" if told else ""
        return Latest(spec, shelf.folder, None, (lost,) if lost else ())
    folder = shelf.version(version)
    faults = faults_of(folder, spec.name)
    if faults:
        return Latest(spec, folder, version, faults, are_files_sound=False)
    faults = authority_faults(settings, spec, folder)
    if told and order(told["version"]) > order(version):
        faults += (f"{shelf.folder / 'latest'}：指向 {version}，而运行账记有其后发布的版本 {told['version']}",)
    if told and told["version"] == version and told["digest"] != digest_of(folder):
        faults += (f"{folder}：不是运行账所记发布的那一版",)
    return Latest(spec, folder, version, faults)


def authority_faults(settings: Settings, spec: ListSpec, folder: Path) -> tuple[str, ...]:
    """Why nobody who may has released the version in `folder`, whose files are sound; empty where somebody has."""
    while True:
        index = read_index(folder)
        if index.released_by is None:
            return (f"{folder}：由旧版程序发布，没有两人签名",)
        if index.released_by == "two_people":
            why = unsigned_because(settings, folder, Draft(index.version, folder, digest_of(folder), index))
            return (f"{folder}：{why}",) if why else ()
        former = folder.parent / (index.previous or "none")
        faults = faults_of(former, spec.name, only=("list.json",)) or derivation_faults(spec, folder)
        if faults:
            return faults
        folder = former


def last_release(store: Store, name: str) -> dict[str, Any] | None:
    """What the ledger says of the last release of the list: version, digest, released_by; None where nothing."""
    for run in reversed(store.every_run()):
        if run.flow == FLOW and run.state == "passed" and run.facts.get("list") == name:
            return dict(run.facts["releases"][-1])
    return None


def newest_readable(settings: Settings, spec: ListSpec) -> str | None:
    """The newest version whose files are sound: what a draft is compared with where the latest is damaged."""
    shelf = Shelf(settings.publications / spec.name)
    return next((name for name in reversed(shelf.placed()) if not faults_of(shelf.version(name), spec.name)), None)
