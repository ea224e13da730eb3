"""The life of both lists: decided, corrected, annulled, removed, restored, deregistered, published, broken off."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from reports.public_lists import PENALTIES, SERIOUS_VIOLATIONS, ListEntry, published_entries
from reports.publication import ListFolder, Publication, apply_delta, prepare_draft, release_draft, verify_files
from reports.publication.draft import released_entries
from reports.publication.version import read_delta
from tests.flows.publishing.rows_oracle import Case
from tests.flows.publishing.test_published_rows import contents_on, records_of, shown
from tests.reports.power import Crash, Fuse

LISTS = {spec.name: spec for spec in (SERIOUS_VIOLATIONS, PENALTIES)}
MOST = 9
PASSING = [1, 2, 22, 23, 24, 25, 60, 92]
START = date(2025, 12, 1)
BLANK = {
    "penalty_kinds": ["fine", "confiscation_gains"],
    "fine_fen": 20_000_000,
    "discretion": "ordinary",
    "field": "drug",
    "procedure": "ordinary",
    "valid_until_on": None,
    "state": "in_force",
    "revoked_on": None,
    "unpublished_on": None,
    "party_class": "organisation",
}
SHORT = {"penalty_kinds": ["fine"], "fine_fen": 400_000, "discretion": "light"}  # three months under either rules


class LifeOfTheLists(RuleBasedStateMachine):
    """An office that decides by day and publishes by night, at times with a power cut in between."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.today = START
        self.cases: list[Case] = []
        self.published_on: date | None = None
        self.wanted: dict[str, tuple[ListEntry, ...]] = {}

    def teardown(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self.root)

    @initialize()
    def begin(self) -> None:
        """Three are punished on the first day, two of them listed."""
        for is_short, is_listed in ((False, True), (True, False), (False, True)):
            self.punish(is_short=is_short, is_listed=is_listed)

    def decide(self, data: st.DataObject) -> None:
        """One more is punished, as far as the town has enterprises."""
        if len(self.cases) < MOST:
            self.punish(is_short=data.draw(st.booleans()), is_listed=data.draw(st.booleans()))

    def punish(self, is_short: bool, is_listed: bool) -> None:
        """A penalty, public the same day, with or without a listing."""
        record = BLANK | (SHORT if is_short else {}) | {"decided_on": self.today, "published_on": self.today}
        listing = {"list": self.today, "publish_listing": self.today} if is_listed else {}
        self.cases.append(Case(record, {"deregistered_on": None}, {}, listing))

    @rule(data=st.data(), crash=st.none() | st.integers(0, 40), days=st.sampled_from(PASSING))
    def live(self, data: st.DataObject, crash: int | None, days: int) -> None:
        """Some decisions, a run that publishes them, and time passes."""
        for action in data.draw(st.lists(st.deferred(lambda: st.sampled_from(ACTIONS)), max_size=3)):
            action(self, data)
        self.publish(crash)
        self.today += timedelta(days=days)

    def annul(self, data: st.DataObject) -> None:
        """A penalty is annulled or changed."""
        state = data.draw(st.sampled_from(["revoked", "changed", "void"]))
        self._change(
            data, lambda case: replace(case, penalty={**case.penalty, "state": state, "revoked_on": self.today})
        )

    def correct(self, data: st.DataObject) -> None:
        """A penalty was written down wrongly; a warning alone is not public."""
        kinds = data.draw(st.sampled_from([["warning"], ["fine", "stop_order"], ["warning", "fine"]]))
        fine = 20_000_000 if "fine" in kinds else None
        right = {"penalty_kinds": kinds, "fine_fen": fine}
        self._change(data, lambda case: replace(case, penalty={**case.penalty, **right}))

    def deregister(self, data: st.DataObject) -> None:
        """A party is deregistered."""
        self._change(data, lambda case: replace(case, party={"deregistered_on": self.today}))

    def repair(self, data: st.DataObject) -> None:
        """A repair is granted, then revoked."""
        step = data.draw(st.sampled_from(["repair", "revoke_repair"]))
        self._step(data, "repair", step, after={"repair": None, "revoke_repair": "repair"}[step])

    def leave(self, data: st.DataObject) -> None:
        """A listing is removed early, restored, or revoked."""
        step = data.draw(st.sampled_from(["remove", "restore_listing", "revoke_listing"]))
        after = {"remove": "list", "restore_listing": "remove", "revoke_listing": "list"}[step]
        self._step(data, "listing", step, after=after)

    def _step(self, data: st.DataObject, matter: str, step: str, *, after: str | None) -> None:
        def taken(case: Case) -> Case:
            steps = getattr(case, matter)
            is_possible = step not in steps and "revoke_listing" not in steps and (after is None or after in steps)
            return replace(case, **{matter: {**steps, step: self.today}}) if is_possible else case

        self._change(data, taken)

    def _change(self, data: st.DataObject, change: Callable[[Case], Case]) -> None:
        at = data.draw(st.integers(0, len(self.cases) - 1))
        self.cases[at] = change(self.cases[at])

    def publish(self, crash: int | None) -> None:
        """Both lists of this run are released; where the power goes before that, the same is run once more."""
        contents = contents_on(self.today, records_of(self.cases))
        for name, spec in LISTS.items():
            publication = Publication(spec, "示例省药监局", self.today, causes=contents[name].causes)
            before = ListFolder(self.root / name).latest()
            try:
                with Fuse(crash):
                    self._release(publication, contents[name].entries)
            except Crash:
                if ListFolder(self.root / name).latest() == before:
                    self._release(publication, contents[name].entries)
            is_on = Case.is_public if name == "penalties" else Case.is_listed
            assert shown(contents[name]) == {at for at, case in enumerate(self.cases) if is_on(case, self.today)}, name
            self.wanted[name] = published_entries(spec, contents[name].entries)[0]
        self.published_on = self.today

    def _release(self, publication: Publication, entries: pl.DataFrame) -> None:
        release_draft(self.root, prepare_draft(self.root, publication, entries))

    @invariant()
    def what_readers_see_is_whole_and_what_was_wanted(self) -> None:
        """The latest version is complete, has the rows of its run, and follows from all deltas up to it."""
        for name, spec in LISTS.items() if self.published_on else ():
            shelf = ListFolder(self.root / name)
            assert verify_files(shelf.folder / "latest").as_of == self.published_on
            entries: tuple[ListEntry, ...] = ()
            for version in shelf.versions():
                text = (shelf.version(version) / "delta.json").read_text(encoding="utf-8")
                entries = apply_delta(entries, read_delta(spec, json.loads(text)))
            assert entries == released_entries(spec, shelf.folder / "latest") == self.wanted[name]


ACTIONS = [
    getattr(LifeOfTheLists, name) for name in ("decide", "correct", "annul", "repair", "leave", "leave", "deregister")
]
TestLifeOfTheLists = LifeOfTheLists.TestCase
TestLifeOfTheLists.settings = settings(
    max_examples=settings().max_examples // 10, stateful_step_count=10, deadline=None
)
