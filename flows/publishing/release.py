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
from flows.publishing.approvals import has_two_signatures, signatures_document
from flows.publishing.contents import Contents, PublishedList
from flows.publishing.latest import FLOW, Latest, authority_faults, last_release, latest_of
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
    """The releases of one list while the store is held; each is noted in the ledger at the end."""

    settings: Settings
    store: Store
    chosen: PublishedList
    done: list[dict[str, Any]] = field(default_factory=list)

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
        return latest_of(self.settings, self.store, self.spec)

    def sweep(self) -> None:
        """Finish what was cut short between the last signature and `latest`, and clear what no release can use."""
        for left in sorted(self.shelf.draft("").glob(".*")):
            shutil.rmtree(left, ignore_errors=True)
        self._point_at_placed()
        for draft in waiting_drafts(self.settings, self.spec.name):
            if self._may_follow(draft.index.previous, draft.index.replaces) and _is_signed(self.settings, draft):
                self.release(draft)
        self._note_latest()

    def release(self, draft: Draft) -> Path:
        """Release a draft that two people signed. Raises NotApprovable, OfficeProblem, ReleaseProblem, IndexProblem."""
        folder = release(self.settings.publications, draft, signatures_document(self.settings, draft))
        if draft.version not in {each["version"] for each in self.done}:
            self._note(draft)
        return folder

    def withdraw(self, run: Run, contents: Contents, latest: Latest) -> tuple[Plan, Draft | None]:
        """Take down what the law has ended, as far as the run may; the plan, and the version where there is one."""
        plan = plan_of(Knowledge(self.settings, self.store, self.chosen), run, contents, latest)
        draft = withdraw(self.settings.publications, self.spec, run.as_of, plan.ended, plan.masking)
        if draft is not None:
            release(self.settings.publications, draft)
            self._note(draft)
        return plan, draft

    def _point_at_placed(self) -> None:
        """Let `latest` be a version that was moved to its place by a release that broke off before the last step."""
        try:
            latest = self.shelf.latest()
        except IndexProblem:
            return
        for name in self.shelf.placed():
            folder = self.shelf.version(name)
            if (latest and order(name) <= order(latest)) or faults_of(folder, self.spec.name):
                continue
            index = read_index(folder)
            follows = latest in {index.previous, index.replaces}
            if follows and not authority_faults(self.settings, self.spec, folder):
                self.shelf.point(name)
                latest = name

    def _may_follow(self, previous: str | None, replaces: str | None) -> bool:
        try:
            return self.shelf.latest() in {previous, replaces}
        except IndexProblem:
            return False

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


def waiting_drafts(settings: Settings, name: str) -> list[Draft]:
    """The drafts of the list that wait for signatures and are as they were made, oldest first."""
    shelf = Shelf(settings.publications / name)
    found = []
    for version in draft_names(shelf):
        folder = shelf.draft(version)
        try:
            index = verify(folder)
        except IndexProblem:
            continue
        found.append(Draft(version, folder, digest_of(folder), index))
    return found


def draft_names(shelf: Shelf) -> list[str]:
    """The names of the drafts, oldest first."""
    drafts = shelf.draft("")
    folders = drafts.iterdir() if drafts.is_dir() else ()
    return sorted(path.name for path in folders if path.is_dir() and not path.name.startswith("."))


def store_of(settings: Settings) -> Store:
    """The store of the settings."""
    return Store(settings.store, settings.storage_options, settings.state_dir)


def _is_signed(settings: Settings, draft: Draft) -> bool:
    try:
        return has_two_signatures(settings, draft)
    except OfficeProblem:
        return False
