"""The latest version, and whether it is what it says: its files, who released it, and that it is the last.

A version is sound where two people signed it, or where the machine derived it from a sound version by withdrawals only:
the program makes it anew from the version before and compares every byte, and what the ledger does not know as released
it derives anew from the store too. Nothing is built on a version whose entries are not sound.
"""

from __future__ import annotations

from pathlib import Path

from flows.publishing.approvals import unsigned_because
from flows.publishing.contents import PublishedList
from flows.publishing.versions import Latest, last_release, releases
from flows.publishing.withdrawals import Knowledge, unfounded
from flows.settings import Settings
from flows.store import Store
from reports.publication import Draft, IndexProblem, Shelf, derivation_faults, digest_of, faults_of, read_index
from reports.publication.folder import order


def latest_of(settings: Settings, store: Store, chosen: PublishedList, knowledge: Knowledge | None = None) -> Latest:
    """The latest version of the list, every file of it checked."""
    spec = chosen.spec
    shelf = Shelf(settings.publications / spec.name)
    told = last_release(store, spec.name)
    lost = store.lost_run()
    place: tuple[str, ...] = (f"运行账：缺失本机已提交的运行 {lost}，其后发布的版本无从核对",) if lost else ()
    try:
        version = shelf.latest()
    except IndexProblem as damaged:
        faults = (str(damaged), *place)
        return Latest(spec, shelf.folder, None, faults, are_files_sound=False, are_entries_sound=False)
    if version is None:
        gone = f"{shelf.folder / 'latest'}：缺失，而运行账记有已发布的版本 {told['version']}" if told else ""
        faults = (*((gone,) if gone else ()), *place)
        return Latest(spec, shelf.folder, None, faults, are_entries_sound=not faults)
    folder = shelf.version(version)
    faults = faults_of(folder, spec.name)
    if faults:
        return Latest(spec, folder, version, (*faults, *place), are_files_sound=False, are_entries_sound=False)
    authority = Authority(knowledge or Knowledge(settings, store, chosen))
    faults = authority.faults_of(folder)
    if told and order(told["version"]) > order(version):
        place += (f"{shelf.folder / 'latest'}：指向 {version}，而运行账记有其后发布的版本 {told['version']}",)
    if told and told["version"] == version and told["digest"] != digest_of(folder):
        place += (f"{folder}：不是运行账所记发布的那一版",)
    are_entries_sound = not place and (not faults or authority.is_released_derivation(folder))
    return Latest(spec, folder, version, (*faults, *place), are_entries_sound=are_entries_sound)


class Authority:
    """Who released versions of a list: two people, or the machine by what the store says."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge, self.spec = knowledge, knowledge.chosen.spec
        self.released = {(each["version"], each["digest"]) for each in releases(knowledge.store, self.spec.name)}

    def is_released(self, folder: Path) -> bool:
        """Whether the ledger knows of the release of exactly this version."""
        return (folder.name, digest_of(folder)) in self.released

    def faults_of(self, folder: Path) -> tuple[str, ...]:
        """Why nobody who may has released the version in `folder`, whose files are sound; empty where somebody has."""
        return self._faults_of(folder, whole=True)

    def is_released_derivation(self, folder: Path) -> bool:
        """Whether the ledger knows the machine's version, and its entries are derived: another release of the program
        wrote its pages, which this one would write otherwise."""
        is_of_machine = read_index(folder).released_by == "machine"
        return is_of_machine and self.is_released(folder) and not self._faults_of(folder, whole=False)

    def _faults_of(self, folder: Path, *, whole: bool) -> tuple[str, ...]:
        settings = self.knowledge.settings
        while True:
            index = read_index(folder)
            if index.released_by is None:
                return (f"{folder}：由旧版程序发布，没有两人签名",)
            if index.released_by == "two_people":
                why = unsigned_because(settings, folder, Draft(index.version, folder, digest_of(folder), index))
                return (f"{folder}：{why}",) if why else ()
            former = folder.parent / (index.previous or "none")
            faults = faults_of(former, self.spec.name, only=("list.json",))
            faults = faults or derivation_faults(self.spec, folder, whole=whole)
            if not faults and not self.is_released(folder):
                faults = unfounded(self.knowledge, folder)
            if faults:
                return faults
            folder, whole = former, False
