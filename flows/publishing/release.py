"""Releases, alone in the store: what two people signed, what the run may withdraw, and what was cut short before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flows.office import OfficeProblem, to_be_noted
from flows.publishing.approvals import NotApprovable, has_two_signatures, signatures_document
from flows.publishing.contents import Contents, PublishedList
from flows.publishing.drafts import not_as_remade, waiting_drafts
from flows.publishing.latest import Authority, latest_of
from flows.publishing.versions import FLOW, Latest, last_release
from flows.publishing.withdrawals import Knowledge, Plan, plan_of
from flows.settings import Settings
from flows.store import Run, Store
from reports.publication import (
    Draft,
    IndexProblem,
    Shelf,
    digest_of,
    faults_of,
    read_index,
    release,
    verify,
    withdraw,
)
from reports.publication.folder import order
from reports.views.listing import ListSpec


@dataclass
class Releasing:
    """The releases of one list while the store is held; each is noted in the ledger at the end.

    cleared: folders of versions that nobody released and that were taken away, in Chinese.
    """

    settings: Settings
    store: Store
    chosen: PublishedList
    done: list[dict[str, Any]] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.knowledge = Knowledge(self.settings, self.store, self.chosen)

    @property
    def spec(self) -> ListSpec:
        """The list."""
        return self.chosen.spec

    @property
    def shelf(self) -> Shelf:
        """Where its versions stand."""
        return Shelf(self.settings.publications / self.spec.name)

    def latest(self) -> Latest:
        """The latest version, every file of it checked."""
        return latest_of(self.settings, self.store, self.chosen, self.knowledge)

    def sweep(self) -> None:
        """Finish what was cut short between the last signature and `latest`, and clear what no release can use."""
        for left in sorted(self.shelf.draft("").glob(".*")):
            shutil.rmtree(left, ignore_errors=True)
        self._point_at_placed()
        for draft in waiting_drafts(self.settings, self.spec.name):
            if _is_signed(self.settings, draft) and not not_as_remade(self.knowledge, draft):
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
            verify(draft.folder)
        if why := not_as_remade(self.knowledge, draft):
            raise NotApprovable(why)
        return self._release(draft)

    def _release(self, draft: Draft) -> Path:
        folder = release(self.settings.publications, draft, signatures_document(self.settings, draft))
        self._note(draft)
        return folder

    def withdraw(self, run: Run, contents: Contents, latest: Latest) -> tuple[Plan, Draft | None]:
        """Take down what the law has ended, as far as the run may; the plan, and the version where there is one."""
        plan = plan_of(self.knowledge, run, contents, latest)
        draft = withdraw(self.settings.publications, self.spec, run.as_of, plan.ended, plan.masking)
        if draft is not None:
            release(self.settings.publications, draft)
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
        authority = Authority(self.knowledge)
        known = {version for version, _ in authority.released}
        for name in self.shelf.placed():
            folder = self.shelf.version(name)
            if latest and order(name) <= order(latest):
                continue
            if not faults_of(folder, self.spec.name) and self._is_to_be_shown(authority, folder, latest):
                self.shelf.point(name)
                latest = name
            elif latest and name not in known:
                self.cleared.append(f"{folder}：未经发布的版本文件夹，已移除")
                _remove(folder)

    def _is_to_be_shown(self, authority: Authority, folder: Path, latest: str | None) -> bool:
        index = read_index(folder)
        is_next = index.previous == latest or (index.released_by == "two_people" and index.replaces == latest)
        if not is_next or authority.faults_of(folder):
            return False
        if index.released_by == "machine" or authority.is_released(folder):
            return True
        return not not_as_remade(self.knowledge, Draft(index.version, folder, digest_of(folder), index))

    def _note_latest(self) -> None:
        """Note a release that reached the readers, but not the ledger."""
        if self.done or not self.shelf.placed():
            return
        latest, told = self.latest(), last_release(self.store, self.spec.name)
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
def releasing(settings: Settings, chosen: PublishedList, day: date) -> Iterator[Releasing]:
    """Hold the store while one list is brought up to date. Raises Busy where another run holds it."""
    store = store_of(settings)
    with store.begin(FLOW, day, datetime.now(UTC)) as writing:
        work = Releasing(settings, store, chosen)
        yield work
        if work.done:
            writing.commit("passed", {"list": chosen.spec.name, "releases": work.done, **to_be_noted(settings)})


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
