"""Releases while the store is locked: signed drafts, withdrawals, interrupted releases, restoring a damaged version.

Each release is recorded in the ledger. Restoring releases nothing: it writes only bytes whose checksum the index of the
latest version names, and points `latest` only at a version that was released.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.legal_state import LegalStates
from flows.office import OfficeProblem, journal_head_facts
from flows.publishing.approval import NotApprovable, has_two_signatures, signature_fault, signatures_document
from flows.publishing.contents import ListContents, PublishedList, published_list
from flows.publishing.verification import ReleaseAuthority, check_latest, draft_fault, waiting_drafts
from flows.publishing.versions import PUBLISH_FLOW, LatestVersion, last_recorded_release
from flows.publishing.withdrawals import ListHistory, WithdrawalPlan, plan_withdrawals
from flows.settings import Settings
from flows.store import stored_names
from flows.store.ledger import Run
from flows.store.store import Store, open_store
from reports.atomic_files import write_atomically
from reports.public_lists import ListSpec
from reports.publication import (
    Draft,
    IndexProblem,
    ListFolder,
    digest_of,
    file_faults,
    read_index,
    release_draft,
    verify_files,
    write_withdrawal,
)
from reports.publication.draft import rebuild_files
from reports.publication.pages import PAGES, settle_pages, version_faults
from reports.publication.version import SIGNATURES, version_order


@dataclass
class ListRelease:
    """The releases of one list while the store is locked; each is recorded in the ledger at the end.

    done: the releases, as recorded. cleared: folders of versions that were never released and were removed, in Chinese.
    """

    settings: Settings
    store: Store
    published: PublishedList
    states: LegalStates | None = None
    done: list[dict[str, Any]] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.history = ListHistory(self.settings, self.store, self.published, self.states)

    @property
    def spec(self) -> ListSpec:
        """The list."""
        return self.published.spec

    @property
    def list_folder(self) -> ListFolder:
        """The folder of the list."""
        return ListFolder(self.settings.publications / self.spec.name)

    def latest(self) -> LatestVersion:
        """The latest version, every file of it checked."""
        return check_latest(self.settings, self.store, self.published, self.history)

    def sweep(self) -> None:
        """Finish a release that was interrupted after the last signature, and clear what no release can use."""
        for left in sorted(self.list_folder.draft("").glob(".*")):
            shutil.rmtree(left, ignore_errors=True)
        self._point_at_placed()
        for draft in waiting_drafts(self.settings, self.spec.name):
            try:
                is_signed = has_two_signatures(self.settings, draft)
            except OfficeProblem:  # a damaged office database: no signature counts
                is_signed = False
            if is_signed and not draft_fault(self.history, draft):
                self._release(draft)
        self._settle_pages()
        self._record_latest()

    def _settle_pages(self) -> None:
        """Bring the pages in line with the latest version, where an interrupted release left them behind or ahead."""
        if not self.spec.sections:
            return
        try:
            version = self.list_folder.latest()
            if version is not None:
                settle_pages(self.list_folder, version)
        except IndexProblem:  # damaged: verification says so
            return

    def release(self, draft: Draft) -> Path:
        """Release a draft that two people signed and that the store still reproduces, byte for byte.

        Raises NotApprovable, OfficeProblem, ReleaseProblem, IndexProblem.
        """
        placed = self.list_folder.version(draft.version)
        if self.list_folder.latest() == draft.version and digest_of(placed) == draft.digest:
            return placed
        if draft.folder.is_dir():
            verify_files(draft.folder)
        if why := draft_fault(self.history, draft):
            raise NotApprovable(why)
        return self._release(draft)

    def _release(self, draft: Draft) -> Path:
        folder = release_draft(self.settings.publications, draft, signatures_document(self.settings, draft))
        self._record(draft)
        return folder

    def withdraw(self, run: Run, contents: ListContents, latest: LatestVersion) -> tuple[WithdrawalPlan, Draft | None]:
        """Withdraw what the law has ended, as far as the run may; the plan, and the version if one was released."""
        plan = plan_withdrawals(self.history, run, contents, latest)
        draft = write_withdrawal(self.settings.publications, self.spec, run.as_of, plan.ended, plan.masking)
        if draft is not None:
            release_draft(self.settings.publications, draft)
            self._record(draft)
        return plan, draft

    def _point_at_placed(self) -> None:
        """Point `latest` at a version that an interrupted release had moved to its place.

        Only at one that follows the latest, was validly released and that the store still reproduces. A folder that is
        no such version and that the ledger does not record was never public, and is removed.
        """
        try:
            latest = self.list_folder.latest()
        except IndexProblem:
            return
        authority = ReleaseAuthority(self.history)
        known = {version for version, _ in authority.released}
        for name in self.list_folder.placed():
            folder = self.list_folder.version(name)
            if latest and version_order(name) <= version_order(latest):
                continue
            if not file_faults(folder, self.spec.name) and self._is_to_be_shown(authority, folder, latest):
                self.list_folder.point(name)
                latest = name
            elif latest and name not in known:
                self.cleared.append(f"{folder}：未经发布的版本文件夹，已移除")
                if folder.is_symlink() or folder.is_file():
                    folder.unlink()
                else:
                    shutil.rmtree(folder)

    def _is_to_be_shown(self, authority: ReleaseAuthority, folder: Path, latest: str | None) -> bool:
        index = read_index(folder)
        is_next = index.previous == latest or (index.released_by == "two_people" and index.replaces == latest)
        if not is_next or authority.faults_of(folder):
            return False
        if index.released_by == "machine" or authority.is_released(folder):
            return True
        return not draft_fault(self.history, Draft.in_folder(folder))

    def _record_latest(self) -> None:
        """Record a release that reached the readers, but not the ledger."""
        if self.done or not self.list_folder.placed():
            return
        latest, recorded = self.latest(), last_recorded_release(self.store, self.spec.name)
        if latest.is_sound and (recorded is None or recorded["version"] != latest.version):
            self._record(Draft.in_folder(latest.folder))

    def _record(self, draft: Draft) -> None:
        index = draft.index
        self.done.append(
            {
                "version": draft.version,
                "digest": draft.digest,
                "released_by": index.released_by,
                "reason": index.reason,
                "count": index.count,
            }
        )


@contextmanager
def open_release(
    settings: Settings, published: PublishedList, day: date, states: LegalStates | None = None
) -> Iterator[ListRelease]:
    """Lock the store while one list is brought up to date. Raises Busy where another run holds the lock.

    states: legal states that were computed for other lists.
    """
    store = open_store(settings)
    with store.begin(PUBLISH_FLOW, day, datetime.now(UTC)) as writing:
        work = ListRelease(settings, store, published, states)
        yield work
        if work.done:
            writing.commit(
                "passed",
                {
                    stored_names.LIST: published.spec.name,
                    stored_names.RELEASES: work.done,
                    **journal_head_facts(settings),
                },
            )


def restore_latest(settings: Settings, name: str) -> list[str]:
    """Rebuild what is damaged of the latest version of a list, as far as possible; what was done, in Chinese.

    Raises NotApprovable where there is no such list, Busy where another run holds the store.
    """
    today = datetime.now(UTC).astimezone(ZoneInfo(settings.timezone)).date()
    with open_release(settings, published_list(name), today) as work:
        done = list(_repoint_latest(work))
        latest = work.latest()
        if latest.version is not None:
            done += _rebuild_files(latest)
            done += _rebuild_signatures(settings, latest)
            if work.spec.sections and not version_faults(work.spec, latest.folder):
                pages = settle_pages(work.list_folder, latest.version, is_whole=True)
                done += [f"{work.list_folder.folder / PAGES / name}：已重建或者移除" for name in pages]
    return done


def _repoint_latest(work: ListRelease) -> Iterator[str]:
    """Point `latest` again at the last released version, where it points nowhere."""
    list_folder = work.list_folder
    try:
        if list_folder.latest() is not None:
            return
    except IndexProblem:
        pass
    recorded = last_recorded_release(work.store, work.spec.name)
    authority = ReleaseAuthority(work.history)
    for name in reversed(list_folder.placed()):
        folder = list_folder.version(name)
        if recorded is not None and recorded["version"] != name:
            continue
        if not file_faults(folder, work.spec.name) and not authority.faults_of(folder):
            for path in (list_folder.folder / "latest", list_folder.folder / "latest.json"):
                if path.is_file() and not path.is_symlink():
                    path.unlink()
            list_folder.point(name)
            yield f"{list_folder.folder / 'latest'}：已重新指向版本 {name}"
            return


def _rebuild_files(latest: LatestVersion) -> Iterator[str]:
    """Rewrite the files that do not match the index."""
    try:
        made = rebuild_files(latest.spec, latest.folder)
        names = [file.name for file in read_index(latest.folder).files]
    except IndexProblem:
        return
    for name in names:
        if file_faults(latest.folder, latest.spec.name, only=(name,)) and name in made:
            write_atomically(latest.folder / name, made[name])
            yield f"{latest.folder / name}：已重建"


def _rebuild_signatures(settings: Settings, latest: LatestVersion) -> Iterator[str]:
    """Rewrite `signatures.json` from the journal, which holds the signatures."""
    try:
        draft = Draft.in_folder(latest.folder)
    except IndexProblem:
        return
    path = latest.folder / SIGNATURES
    if draft.index.released_by != "two_people" or not signature_fault(settings, latest.folder, draft):
        return
    aside = path.with_name(f".{SIGNATURES}.damaged")
    if path.exists():
        path.replace(aside)  # a file that cannot be read would keep the journal from being trusted
    try:
        content = signatures_document(settings, draft)
    except (OfficeProblem, NotApprovable):
        if aside.exists():
            aside.replace(path)
        return
    write_atomically(path, content)
    aside.unlink(missing_ok=True)
    yield f"{path}：已由办公数据库重建"
