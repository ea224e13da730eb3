"""Verification: whether the latest version, and a draft that waits, are what they claim to be.

The latest version is sound where its files match its index, and two people signed it or the machine derived it from a
sound version by withdrawals only. Such a version is derived again and compared byte by byte; where the ledger does not
record its release, it must also follow from the store. Nothing is built on a version whose entries are not sound.
"""

from __future__ import annotations

from pathlib import Path

from flows.publishing.approval import signature_fault
from flows.publishing.contents import ListContents, PublishedList
from flows.publishing.versions import LatestVersion, draft_base, last_recorded_release, recorded_releases
from flows.publishing.withdrawals import ListHistory, withdrawal_faults
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from reports.public_lists import ListProblem, published_entries
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
from reports.publication.pages import page_faults, version_faults
from reports.publication.version import version_order


def check_latest(
    settings: Settings, store: Store, published: PublishedList, history: ListHistory | None = None
) -> LatestVersion:
    """The latest version of the list, every file of it checked."""
    spec = published.spec
    list_folder = ListFolder(settings.publications / spec.name)
    pointer = list_folder.folder / "latest"
    recorded = last_recorded_release(store, spec.name)
    lost = store.lost_run()
    ledger_faults: tuple[str, ...] = (f"运行账：缺失本机已提交的运行 {lost}，其后发布的版本无从核对",) if lost else ()
    try:
        version = list_folder.latest()
    except IndexProblem as damaged:
        faults = (str(damaged), *ledger_faults)
        return LatestVersion(spec, list_folder.folder, None, faults, are_files_sound=False, are_entries_sound=False)
    if version is None:
        gone = f"{pointer}：缺失，而运行账记有已发布的版本 {recorded['version']}" if recorded else ""
        faults = (*((gone,) if gone else ()), *ledger_faults)
        return LatestVersion(spec, list_folder.folder, None, faults, are_entries_sound=not faults)
    folder = list_folder.version(version)
    faults = version_faults(spec, folder)
    if faults:
        return LatestVersion(
            spec, folder, version, (*faults, *ledger_faults), are_files_sound=False, are_entries_sound=False
        )
    authority = ReleaseAuthority(history or ListHistory(settings, store, published))
    faults = authority.faults_of(folder)
    if recorded and version_order(recorded["version"]) > version_order(version):
        ledger_faults += (f"{pointer}：指向 {version}，而运行账记有其后发布的版本 {recorded['version']}",)
    if recorded and recorded["version"] == version and recorded["digest"] != digest_of(folder):
        ledger_faults += (f"{folder}：不是运行账所记发布的那一版",)
    are_entries_sound = not ledger_faults and (not faults or authority.is_released_derivation(folder))
    if spec.sections:
        faults += tuple(f"{fault}，可运行 yaoxin publish --restore 重建" for fault in page_faults(list_folder, version))
    return LatestVersion(spec, folder, version, (*faults, *ledger_faults), are_entries_sound=are_entries_sound)


class ReleaseAuthority:
    """Whether versions of a list were released by those who may: two people, or the machine by what the store holds."""

    def __init__(self, history: ListHistory) -> None:
        self.history, self.spec = history, history.published.spec
        self.released = {(each["version"], each["digest"]) for each in recorded_releases(history.store, self.spec.name)}

    def is_released(self, folder: Path) -> bool:
        """Whether the ledger records the release of exactly this version."""
        return (folder.name, digest_of(folder)) in self.released

    def faults_of(self, folder: Path) -> tuple[str, ...]:
        """Why the release of the version in `folder`, whose files are sound, was not valid; empty where it was."""
        return self._faults_of(folder, every_file=True)

    def is_released_derivation(self, folder: Path) -> bool:
        """Whether the version is the machine's, recorded in the ledger, and its entries at least are derived.

        Its other files may differ where another release of the program wrote them.
        """
        is_of_machine = read_index(folder).released_by == "machine"
        return is_of_machine and self.is_released(folder) and not self._faults_of(folder, every_file=False)

    def _faults_of(self, folder: Path, *, every_file: bool) -> tuple[str, ...]:
        settings = self.history.settings
        while True:
            index = read_index(folder)
            if index.released_by is None:
                return (f"{folder}：由旧版程序发布，没有两人签名",)
            if index.released_by == "two_people":
                why = signature_fault(settings, folder, Draft.in_folder(folder))
                return (f"{folder}：{why}",) if why else ()
            previous = folder.parent / (index.previous or "none")
            faults = file_faults(previous, self.spec.name, only=("list.json",))
            try:
                faults = faults or derivation_faults(self.spec, folder, every_file=every_file)
            except IndexProblem as damaged:  # an earlier version that pages rest on
                return (str(damaged),)
            if not faults and not self.is_released(folder):
                faults = withdrawal_faults(self.history, folder)
            if faults:
                return faults
            folder, every_file = previous, False


def waiting_drafts(settings: Settings, name: str) -> list[Draft]:
    """The drafts of the list that wait for signatures and are undamaged, oldest first."""
    list_folder = ListFolder(settings.publications / name)
    found = []
    for version in draft_names(list_folder):
        folder = list_folder.draft(version)
        try:
            index = verify_files(folder)
        except IndexProblem:
            continue
        found.append(Draft(version, folder, digest_of(folder), index))
    return found


def draft_names(list_folder: ListFolder) -> list[str]:
    """The names of the drafts, oldest first."""
    drafts = list_folder.draft("")
    folders = drafts.iterdir() if drafts.is_dir() else ()
    return sorted(path.name for path in folders if path.is_dir() and not path.name.startswith("."))


def draft_fault(history: ListHistory, draft: Draft) -> str:
    """Why the draft may not be signed or released now, in Chinese; empty where it may.

    Its entries must be those of the last run, and every byte what a run of its day and the latest version give.
    """
    settings, spec = history.settings, history.published.spec
    again = "请重新运行 yaoxin publish 拟定。"
    run = history.store.last("nightly")
    if run is None or run.as_of < draft.index.as_of:
        return f"运行账中没有版本 {draft.version} 所依据的夜间运行，{again}"
    try:
        wanted = published_entries(spec, history.of_run(run).entries)[0]
        if released_entries(spec, draft.folder) != wanted:
            return f"版本 {draft.version} 拟定后又有变动，已不是最新内容，{again}"
        present, base = files_in(draft.folder), draft_base(settings, spec)
        for run_of_day in history.runs_of(draft.index.as_of):
            contents = history.of_run(run_of_day)
            publication = publication_of(history.published, settings, run_of_day, contents)
            if draft_files(settings.publications, publication, contents.entries, base) == (draft.version, present):
                return ""
    except (ListProblem, IndexProblem, ReleaseProblem) as problem:
        return f"版本 {draft.version} 不能由库重作（{problem}），{again}"
    return f"版本 {draft.version} 的文件与由库重作的不同（文件被改动，或者规则、程序在拟定后有变动），{again}"


def publication_of(published: PublishedList, settings: Settings, run: Run, contents: ListContents) -> Publication:
    """What `run` found, as a publication."""
    return Publication(
        published.spec,
        settings.office_name,
        run.as_of,
        policy_version=contents.policy_version,
        policy_hash=contents.policy_hash,
        causes=contents.causes,
        issues=contents.issues,
    )
