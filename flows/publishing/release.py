"""Releases while the store is locked: signed drafts, withdrawals, interrupted releases, and repair of a version."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.office import OfficeProblem, journal_head_facts
from flows.publishing.approval import NotApprovable, has_two_signatures, signature_fault, signatures_document
from flows.publishing.contents import ListContents, PublishedList, published_list
from flows.publishing.verification import ReleaseAuthority, check_latest, draft_fault, waiting_drafts
from flows.publishing.versions import PUBLISH_FLOW, LatestVersion, last_recorded_release
from flows.publishing.withdrawals import ListHistory, WithdrawalPlan, plan_withdrawals
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
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
from reports.publication.version import SIGNATURES, version_order


@dataclass
class ListRelease:
    """The releases of one list while the store is held; each is noted in the ledger at the end.

    cleared: folders of versions that nobody released and that were taken away, in Chinese.
    """

    settings: Settings
    store: Store
    chosen: PublishedList
    done: list[dict[str, Any]] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.knowledge = ListHistory(self.settings, self.store, self.chosen)

    @property
    def spec(self) -> ListSpec:
        """The list."""
        return self.chosen.spec

    @property
    def shelf(self) -> ListFolder:
        """Where its versions stand."""
        return ListFolder(self.settings.publications / self.spec.name)

    def latest(self) -> LatestVersion:
        """The latest version, every file of it checked."""
        return check_latest(self.settings, self.store, self.chosen, self.knowledge)

    def sweep(self) -> None:
        """Finish what was cut short between the last signature and `latest`, and clear what no release can use."""
        for left in sorted(self.shelf.draft("").glob(".*")):
            shutil.rmtree(left, ignore_errors=True)
        self._point_at_placed()
        for draft in waiting_drafts(self.settings, self.spec.name):
            if _is_signed(self.settings, draft) and not draft_fault(self.knowledge, draft):
                self._release(draft)
        self._note_latest()

    def release(self, draft: Draft) -> Path:
        """Release a draft that two people signed and that the store still gives, byte for byte.

        Raises NotApprovable, OfficeProblem, ReleaseProblem, IndexProblem.
        """
        placed = self.shelf.version(draft.version)
        if self.shelf.latest() == draft.version and digest_of(placed) == draft.digest:
            return placed
        if draft.folder.is_dir():
            verify_files(draft.folder)
        if why := draft_fault(self.knowledge, draft):
            raise NotApprovable(why)
        return self._release(draft)

    def _release(self, draft: Draft) -> Path:
        folder = release_draft(self.settings.publications, draft, signatures_document(self.settings, draft))
        self._note(draft)
        return folder

    def withdraw(self, run: Run, contents: ListContents, latest: LatestVersion) -> tuple[WithdrawalPlan, Draft | None]:
        """Take down what the law has ended, as far as the run may; the plan, and the version where there is one."""
        plan = plan_withdrawals(self.knowledge, run, contents, latest)
        draft = write_withdrawal(self.settings.publications, self.spec, run.as_of, plan.ended, plan.masking)
        if draft is not None:
            release_draft(self.settings.publications, draft)
            self._note(draft)
        return plan, draft

    def _point_at_placed(self) -> None:
        """Let `latest` be a version that was moved to its place by a release that broke off before the last step.

        Only one that follows the latest, that who may has released, and that the store gives still. A folder that the
        ledger does not know and that is no such version was never public, and is taken away.
        """
        try:
            latest = self.shelf.latest()
        except IndexProblem:
            return
        authority = ReleaseAuthority(self.knowledge)
        known = {version for version, _ in authority.released}
        for name in self.shelf.placed():
            folder = self.shelf.version(name)
            if latest and version_order(name) <= version_order(latest):
                continue
            if not file_faults(folder, self.spec.name) and self._is_to_be_shown(authority, folder, latest):
                self.shelf.point(name)
                latest = name
            elif latest and name not in known:
                self.cleared.append(f"{folder}：未经发布的版本文件夹，已移除")
                _remove(folder)

    def _is_to_be_shown(self, authority: ReleaseAuthority, folder: Path, latest: str | None) -> bool:
        index = read_index(folder)
        is_next = index.previous == latest or (index.released_by == "two_people" and index.replaces == latest)
        if not is_next or authority.faults_of(folder):
            return False
        if index.released_by == "machine" or authority.is_released(folder):
            return True
        return not draft_fault(self.knowledge, Draft(index.version, folder, digest_of(folder), index))

    def _note_latest(self) -> None:
        """Note a release that reached the readers, but not the ledger."""
        if self.done or not self.shelf.placed():
            return
        latest, told = self.latest(), last_recorded_release(self.store, self.spec.name)
        if latest.is_sound and (told is None or told["version"] != latest.version):
            self._note(Draft(latest.index.version, latest.folder, digest_of(latest.folder), latest.index))

    def _note(self, draft: Draft) -> None:
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
def open_release(settings: Settings, chosen: PublishedList, day: date) -> Iterator[ListRelease]:
    """Hold the store while one list is brought up to date. Raises Busy where another run holds it."""
    store = store_of(settings)
    with store.begin(PUBLISH_FLOW, day, datetime.now(UTC)) as writing:
        work = ListRelease(settings, store, chosen)
        yield work
        if work.done:
            writing.commit("passed", {"list": chosen.spec.name, "releases": work.done, **journal_head_facts(settings)})


def store_of(settings: Settings) -> Store:
    """The store of the settings."""
    return Store(settings.store, settings.storage_options, settings.state_dir)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path)


def _is_signed(settings: Settings, draft: Draft) -> bool:
    try:
        return has_two_signatures(settings, draft)
    except OfficeProblem:
        return False


def restore_latest(settings: Settings, name: str) -> list[str]:
    """Make anew what is damaged of the latest version of a list, as far as it can be; what was done, in Chinese.

    Nothing is released by it: `latest` is only ever set back to a version that was. Raises NotApprovable where there is
    no such list, Busy where another run holds the store.
    """
    today = datetime.now(UTC).astimezone(ZoneInfo(settings.timezone)).date()
    with open_release(settings, published_list(name), today) as work:
        done = list(_pointed(work))
        latest = work.latest()
        if latest.version is not None:
            done += _rebuilt(latest)
            done += _signed_again(settings, latest)
    return done


def _pointed(work: ListRelease) -> Iterator[str]:
    """Let `latest` lead again to the last version that was released, where it leads nowhere."""
    shelf = work.shelf
    try:
        if shelf.latest() is not None:
            return
    except IndexProblem:
        pass
    told = last_recorded_release(work.store, work.spec.name)
    authority = ReleaseAuthority(work.knowledge)
    for name in reversed(shelf.placed()):
        folder = shelf.version(name)
        if told is not None and told["version"] != name:
            continue
        if not file_faults(folder, work.spec.name) and not authority.faults_of(folder):
            for path in (shelf.folder / "latest", shelf.folder / "latest.json"):
                if path.is_file() and not path.is_symlink():
                    path.unlink()
            shelf.point(name)
            yield f"{shelf.folder / 'latest'}：已重新指向版本 {name}"
            return


def _rebuilt(latest: LatestVersion) -> Iterator[str]:
    """Write anew the files that are not as the index says."""
    try:
        made = rebuild_files(latest.spec, latest.folder)
        names = [file.name for file in read_index(latest.folder).files]
    except IndexProblem:
        return
    for name in names:
        if file_faults(latest.folder, latest.spec.name, only=(name,)) and name in made:
            write_atomically(latest.folder / name, made[name])
            yield f"{latest.folder / name}：已重建"


def _signed_again(settings: Settings, latest: LatestVersion) -> Iterator[str]:
    """Write `signatures.json` anew from the journal, which holds the signatures."""
    try:
        index = read_index(latest.folder)
    except IndexProblem:
        return
    draft = Draft(index.version, latest.folder, digest_of(latest.folder), index)
    path = latest.folder / SIGNATURES
    if index.released_by != "two_people" or not signature_fault(settings, latest.folder, draft):
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
