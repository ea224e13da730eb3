"""A matter of the decision log as a state machine: its state, terms and bars, and why a step is refused.

The states, moves, terms and bars are those of policy/law/procedure.yaml (`Procedure`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

import polars as pl

from transforms.dates import end_of_duration
from transforms.policy_model.dated_values import Dated, Duration
from transforms.policy_model.law_procedure import BACK_STATE, START_STATE, Bar, Move, Procedure, Term, TermsBy

Value = TypeVar("Value")
StepRefusal = tuple[str, str | None]
"""The reason, in Chinese, and the article it rests on."""
_LISTS, _PUBLISHES, _APPLIES = "list", "publish_listing", "apply"
_RESTORES = ("restore_listing", "revoke_repair")


class MatterStep(NamedTuple):
    """A decision as a step of a matter. on: the day of the decision; effective_on: a later day of effect, if stated."""

    record_id: str
    enterprise_id: str | None
    party_name: str | None
    decision_no: str
    number_key: str
    step: str
    matter: str
    system: str
    situation: str | None
    target: str | None
    target_key: str | None
    on: date
    owner: str
    proposed_by: str | None
    decided_by: str | None
    person_hash: str | None
    effective_on: date | None

    @property
    def party(self) -> str | None:
        """Whom its bars concern beyond this matter; None where only a name is known, which may be a namesake's."""
        return self.enterprise_id or self.person_hash

    @property
    def from_on(self) -> date:
        """First day on which its effect holds."""
        return max(self.on, self.effective_on or self.on)


@dataclass
class Matter:
    """A matter as the steps taken so far have left it; changed by `take` and `end_by_itself` alone.

    rest_state, rest_since: the last resting state (listed, repaired) and its first day, an application left aside.
    barring: steps taken that set bars. party_bars: bars that cover the party in whatever matter, with the steps that
    set them. carried_terms: terms of earlier states that run on, with the day each counts from.
    """

    procedure: Procedure
    first: MatterStep
    state: str = START_STATE
    since_on: date | None = None
    rest_state: str = START_STATE
    rest_since: date | None = None
    listing: MatterStep | None = None
    published_on: date | None = None
    applied_on: date | None = None
    release: str | None = None
    released_on: date | None = None
    restored_on: date | None = None
    is_extended: bool = False
    notes: list[str] = field(default_factory=list)
    barring: list[MatterStep] = field(default_factory=list)
    party_bars: list[tuple[Bar, MatterStep]] = field(default_factory=list)
    carried_terms: list[tuple[Term, date]] = field(default_factory=list)

    def moves(self) -> list[Move]:
        """The moves possible in this state, in the order of the procedure."""
        return [move for move in self.procedure.moves if self._may_go(move)]

    def _may_go(self, move: Move) -> bool:
        return self.state in move.from_ and move.rested_in in (None, self.rest_state)

    def move_for(self, step: MatterStep) -> Move | None:
        """The move that `step` makes from this state, one for its own situation first; None where it makes none."""
        possible = [move for move in self.procedure.moves_by(step.step) if self._may_go(move)]
        fitting = [move for move in possible if move.situation in (None, step.situation)]
        return max(fitting, key=lambda move: move.situation is not None, default=None)

    def bar_on(self, step: MatterStep) -> tuple[Bar, date | None] | None:
        """The bar that forbids `step` now, with its last day (None: no end); None where nothing does."""
        for bar, until in self.bars():
            if step.step in bar.steps and (until is None or step.on <= until):
                return bar, until
        return None

    def bars(self) -> list[tuple[Bar, date | None]]:
        """Every bar in force that steps have set, with its last day (None: no end)."""
        own = [(bar, step) for bar in self.procedure.bars for step in self.barring if self.sets_bar(bar, step)]
        of_others = [
            (bar, step)
            for bar, step in self.party_bars
            if step not in self.barring and (not self.procedure.by_system or bar.system in (None, self.first.system))
        ]
        found: list[tuple[Bar, date | None]] = []
        for bar, step in [*own, *of_others]:
            years = value_on(bar.years, step.on)
            if years:
                end = end_of_duration(pl.lit(step.on), Duration(years=years))
                found.append((bar, pl.select(end).item()))
            elif years is not None:
                found.append((bar, None))
        return found

    def sets_bar(self, bar: Bar, step: MatterStep) -> bool:
        """Whether `step`, taken in this matter, sets `bar`."""
        is_of_system = not self.procedure.by_system or bar.system in (None, step.system)
        return is_of_system and bar.situation in (None, step.situation) and step.step in bar.after

    def barred_until(self, step: str) -> date | None:
        """The last day on which `step` is barred, bars without an end left aside; None where it is not."""
        return max((until for bar, until in self.bars() if until and step in bar.steps), default=None)

    @property
    def is_final(self) -> bool:
        """Whether an early end is barred without an end."""
        return any(until is None and self.procedure.ending_early & set(bar.steps) for bar, until in self.bars())

    def terms(self) -> list[tuple[Term, date]]:
        """The terms that run, those of this state first, with the day each counts from."""
        own = [(term, self.since_on) for term in self._terms_of(self.state)]
        before = [(term, start) for term, start in self.carried_terms if term.state != self.state]
        return [(term, start) for term, start in (*own, *before) if start is not None]

    def _terms_of(self, state: str) -> list[Term]:
        terms = self.procedure.terms
        return [term for term in terms if term.state == state and term.system in (None, self.first.system)]

    def end_by_itself(self, last_on: date) -> None:
        """End the matter after `last_on` without a decision, where the procedure has a state for that."""
        if self.procedure.ends_in is not None:
            self.state, self.since_on, self.carried_terms = self.procedure.ends_in, last_on + timedelta(days=1), []
            self._settle(self.since_on)

    def take(self, step: MatterStep, move: Move) -> None:
        """Take `step`, which makes `move`."""
        if self.state in move.noted_from and move.note:
            self.notes.append(move.note)
        if step.step in self.procedure.barring:
            self.barring.append(step)
        if step.step == _LISTS:
            self.listing = step
        elif step.step == _PUBLISHES:
            self.published_on = step.on
        elif step.step == _APPLIES:
            self.applied_on = step.on
        elif step.step in _RESTORES:
            self.restored_on = step.on
        self.carried_terms = [(term, start) for term, start in self.carried_terms if step.step not in term.awaits]
        if move.extends:
            self.is_extended = True
            return
        if move.rests_in:
            self.rest_state, self.rest_since = move.rests_in, step.on
            return
        self.is_extended = False
        if move.to == BACK_STATE:
            self.state, self.since_on = self.rest_state, self.rest_since
        else:
            self.state, self.since_on = move.to, step.on
        self._settle(step.from_on)
        self._run_on()

    def _run_on(self) -> None:
        """Carry on the terms of this state that outlast it; a released matter carries none."""
        if self.release is not None or self.since_on is None:
            self.carried_terms = []
            return
        begun = [(term, self.since_on) for term in self._terms_of(self.state) if term.runs_on]
        others = [(term, start) for term, start in self.carried_terms if term.state != self.state]
        self.carried_terms = [*others, *begun]

    def _settle(self, effective_on: date) -> None:
        """Keep the resting state and its release up to date; effective_on: the day from which a release counts."""
        state = self.procedure.state(self.state)
        if state.rests:
            self.rest_state, self.rest_since, self.applied_on = self.state, self.since_on, None
        self.release = self.procedure.state(self.rest_state).release
        self.released_on = (self.released_on or effective_on) if self.release else None


def value_on(dated: Dated[Value], day: date) -> Value | None:
    """The value in force on `day`; None before the first date: the law did not ask for it yet."""
    return dated.on(day) if day >= min(dated.values) else None


def refusal_of(matter: Matter, step: MatterStep, terms_by: Dated[TermsBy]) -> StepRefusal | None:
    """Why `step` cannot be taken in the matter as it is; None where it can."""
    procedure, move = matter.procedure, matter.move_for(step)
    if move is None:
        title, possible = procedure.title_of(step.step), "、".join(dict.fromkeys(one.title for one in matter.moves()))
        if matter.state == START_STATE:
            return f"对象文号“{step.target or ''}”此前没有登记，不能办理“{title}”；可以先登记：{possible}", None
        state = procedure.state(matter.state).title
        return f"该事项现为“{state}”，不能办理“{title}”；此时可以办理：{possible or '无'}", None
    barred = matter.bar_on(step)
    if barred is not None:
        bar, until = barred
        return f"{bar.reason}{f'（至{until}）' if until else ''}", bar.years.basis
    if move.extends and matter.is_extended:
        return "办理期限已经延长过一次，不能再次延长", None
    is_running = value_on(terms_by, step.on) == "running"
    day = step.on if is_running else matter.since_on or step.on
    if move.extends and not any(extension_on(term, day) for term, _ in matter.terms()):
        return f"按{day}施行的规定，办理期限不得延长", None
    return None


def extension_on(term: Term, day: date) -> int | None:
    """Working days by which the law of `day` lets the term be extended; None where it does not."""
    return value_on(term.extension, day) if term.extension else None
