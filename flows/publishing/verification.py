"""Whether the latest version, and a draft that waits, are what they say: files, signatures, derivation, ledger."""

from __future__ import annotations

from pathlib import Path

from flows.publishing.approval import signature_fault
from flows.publishing.contents import ListContents, PublishedList
from flows.publishing.versions import LatestVersion, draft_base, last_recorded_release, recorded_releases
from flows.publishing.withdrawals import ListHistory, withdrawal_faults
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from reports.public_lists import ListProblem, list_entries
from reports.publication import (
    Draft,
    IndexProblem,
    ListFolder,
    Publication,
    ReleaseProblem,
    derivation_faults,
    digest_of,
    draft_files,
    file_faults,
    files_in,
    read_index,
    verify_files,
)
from reports.publication.draft import released_entries
from reports.publication.version import version_order


def check_latest(
    settings: Settings, store: Store, chosen: PublishedList, knowledge: ListHistory | None = None
) -> LatestVersion:
    """The latest version of the list, every file of it checked."""
    spec = chosen.spec
    shelf = ListFolder(settings.publications / spec.name)
    told = last_recorded_release(store, spec.name)
    lost = store.lost_run()
    place: tuple[str, ...] = (f"运行账：缺失本机已提交的运行 {lost}，其后发布的版本无从核对",) if lost else ()
    try:
        version = shelf.latest()
    except IndexProblem as damaged:
        faults = (str(damaged), *place)
        return LatestVersion(spec, shelf.folder, None, faults, are_files_sound=False, are_entries_sound=False)
    if version is None:
        gone = f"{shelf.folder / 'latest'}：缺失，而运行账记有已发布的版本 {told['version']}" if told else ""
        faults = (*((gone,) if gone else ()), *place)
        return LatestVersion(spec, shelf.folder, None, faults, are_entries_sound=not faults)
    folder = shelf.version(version)
    faults = file_faults(folder, spec.name)
    if faults:
        return LatestVersion(spec, folder, version, (*faults, *place), are_files_sound=False, are_entries_sound=False)
    authority = ReleaseAuthority(knowledge or ListHistory(settings, store, chosen))
    faults = authority.faults_of(folder)
    if told and version_order(told["version"]) > version_order(version):
        place += (f"{shelf.folder / 'latest'}：指向 {version}，而运行账记有其后发布的版本 {told['version']}",)
    if told and told["version"] == version and told["digest"] != digest_of(folder):
        place += (f"{folder}：不是运行账所记发布的那一版",)
    are_entries_sound = not place and (not faults or authority.is_released_derivation(folder))
    return LatestVersion(spec, folder, version, (*faults, *place), are_entries_sound=are_entries_sound)


class ReleaseAuthority:
    """Who released versions of a list: two people, or the machine by what the store says."""

    def __init__(self, knowledge: ListHistory) -> None:
        self.knowledge, self.spec = knowledge, knowledge.chosen.spec
        self.released = {
            (each["version"], each["digest"]) for each in recorded_releases(knowledge.store, self.spec.name)
        }

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
                why = signature_fault(settings, folder, Draft(index.version, folder, digest_of(folder), index))
                return (f"{folder}：{why}",) if why else ()
            former = folder.parent / (index.previous or "none")
            faults = file_faults(former, self.spec.name, only=("list.json",))
            faults = faults or derivation_faults(self.spec, folder, whole=whole)
            if not faults and not self.is_released(folder):
                faults = withdrawal_faults(self.knowledge, folder)
            if faults:
                return faults
            folder, whole = former, False


def waiting_drafts(settings: Settings, name: str) -> list[Draft]:
    """The drafts of the list that wait for signatures and are as they were made, oldest first."""
    shelf = ListFolder(settings.publications / name)
    found = []
    for version in draft_names(shelf):
        folder = shelf.draft(version)
        try:
            index = verify_files(folder)
        except IndexProblem:
            continue
        found.append(Draft(version, folder, digest_of(folder), index))
    return found


def draft_names(shelf: ListFolder) -> list[str]:
    """The names of the drafts, oldest first."""
    drafts = shelf.draft("")
    folders = drafts.iterdir() if drafts.is_dir() else ()
    return sorted(path.name for path in folders if path.is_dir() and not path.name.startswith("."))


def draft_fault(knowledge: ListHistory, draft: Draft) -> str:
    """Why the draft may not be signed or released as things stand, in Chinese; empty where it may.

    Its entries must be what the last run found, and every byte what a run of its day and the latest version give.
    """
    settings, spec = knowledge.settings, knowledge.chosen.spec
    again = "请重新运行 yaoxin publish 拟定。"
    run = knowledge.store.last("nightly")
    if run is None or run.as_of < draft.index.as_of:
        return f"运行账中没有版本 {draft.version} 所依据的夜间运行，{again}"
    try:
        wanted = list_entries(spec, knowledge.of_run(run).entries)[0]
        if released_entries(spec, draft.folder) != wanted:
            return f"版本 {draft.version} 拟定后又有变动，已不是最新内容，{again}"
        present, base = files_in(draft.folder), draft_base(settings, spec)
        for night in knowledge.nights_of(draft.index.as_of):
            contents = knowledge.of_run(night)
            told = publication_of(knowledge.chosen, settings, night, contents)
            if draft_files(settings.publications, told, contents.entries, base) == (draft.version, present):
                return ""
    except (ListProblem, IndexProblem, ReleaseProblem) as problem:
        return f"版本 {draft.version} 不能由库重作（{problem}），{again}"
    return f"版本 {draft.version} 的文件与由库重作的不同（文件被改动，或者规则、程序在拟定后有变动），{again}"


def publication_of(chosen: PublishedList, settings: Settings, run: Run, contents: ListContents) -> Publication:
    """What `run` found, to be published."""
    return Publication(
        chosen.spec,
        settings.office_name,
        run.as_of,
        policy_version=contents.policy_version,
        policy_hash=contents.policy_hash,
        causes=contents.causes,
        issues=contents.issues,
    )
