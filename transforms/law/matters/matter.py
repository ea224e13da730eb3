"""A matter of the decision log as a state machine: steps, terms, bars, and why a step is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

import polars as pl

from transforms.dates import end_of_duration
from transforms.policy_model.dated_values import Dated
from transforms.policy_model.law_procedure import BACK_STATE, START_STATE, Bar, Move, Procedure, Term, TermsBy
from transforms.policy_model.scheme import Duration

Value = TypeVar("Value")

_LISTS, _PUBLISHES, _APPLIES = "list", "publish_listing", "apply"

_RESTORES = ("restore_listing", "revoke_repair")


class MatterStep(NamedTuple):
    """A row of the register."""

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
        """Who is barred with it beyond this matter: a name alone may be a namesake's."""
        return self.enterprise_id or self.person_hash

    @property
    def from_on(self) -> date:
        """First day on which its effect holds."""
        return max(self.on, self.effective_on or self.on)


@dataclass
class Matter:
    """Where a matter stands. `base` and `base_since`: the last state in which it rested. `of_party`: bars that cover
    the party, with the steps that set them, in whatever matter. `running`: terms that run on, from their first day."""

    procedure: Procedure
    first: MatterStep
    state: str = START_STATE
    since_on: date | None = None
    base: str = START_STATE
    base_since: date | None = None
    listing: MatterStep | None = None
    published_on: date | None = None
    applied_on: date | None = None
    release: str | None = None
    released_on: date | None = None
    restored_on: date | None = None
    is_extended: bool = False
    notes: list[str] = field(default_factory=list)
    barring: list[MatterStep] = field(default_factory=list)
    of_party: list[tuple[Bar, MatterStep]] = field(default_factory=list)
    running: list[tuple[Term, date]] = field(default_factory=list)

    def moves(self) -> list[Move]:
        """Everything that may follow here, in the order of the procedure."""
        return [move for move in self.procedure.moves if self._may_go(move)]

    def _may_go(self, move: Move) -> bool:
        return self.state in move.from_ and move.rested_in in (None, self.base)

    def move_for(self, step: MatterStep) -> Move | None:
        """How `step` leads on from here; a move for its own situation goes first."""
        possible = [move for move in self.procedure.moves_by(step.step) if self._may_go(move)]
        fitting = [move for move in possible if move.situation in (None, step.situation)]
        return max(fitting, key=lambda move: move.situation is not None, default=None)

    def bar_on(self, step: MatterStep) -> tuple[Bar, date | None] | None:
        """What makes `step` impossible now, and its last day; None for ever."""
        for bar, until in self.bars():
            if step.step in bar.steps and (until is None or step.on <= until):
                return bar, until
        return None

    def bars(self) -> list[tuple[Bar, date | None]]:
        """Every bar that the steps taken have set, with its last day; None for ever."""
        own = [(bar, step) for bar in self.procedure.bars for step in self.barring if self.is_set(bar, step)]
        of_others = [
            (bar, step)
            for bar, step in self.of_party
            if step not in self.barring and (not self.procedure.by_system or bar.system in (None, self.first.system))
        ]
        found: list[tuple[Bar, date | None]] = []
        for bar, step in [*own, *of_others]:
            years = value_on(bar.years, step.on)
            if years is not None:
                found.append((bar, _years_after(step.on, years) if years else None))
        return found

    def is_set(self, bar: Bar, step: MatterStep) -> bool:
        """Whether `step`, taken in this matter, sets `bar`."""
        is_of_system = not self.procedure.by_system or bar.system in (None, step.system)
        return is_of_system and bar.situation in (None, step.situation) and step.step in bar.after

    def barred_until(self, step: str) -> date | None:
        """The last day on which `step` is barred by something that passes."""
        return max((until for bar, until in self.bars() if until and step in bar.steps), default=None)

    @property
    def is_final(self) -> bool:
        """Whether a decision to end it early is barred for ever."""
        return any(until is None and self.procedure.ending_early & set(bar.steps) for bar, until in self.bars())

    def terms(self) -> list[tuple[Term, date]]:
        """The terms that run, those of its state first, with the day each counts from."""
        own = [(term, self.since_on) for term in self._terms_of(self.state)]
        before = [(term, start) for term, start in self.running if term.state != self.state]
        return [(term, start) for term, start in (*own, *before) if start is not None]

    def _terms_of(self, state: str) -> list[Term]:
        terms = self.procedure.terms
        return [term for term in terms if term.state == state and term.system in (None, self.first.system)]

    def lapse(self, last_on: date) -> None:
        """The law ends the matter by itself after `last_on`."""
        if self.procedure.ends_in is not None:
            self.state, self.since_on, self.running = self.procedure.ends_in, last_on + timedelta(days=1), []
            self._settle(self.since_on)

    def take(self, step: MatterStep, move: Move) -> None:
        """Go where `move` leads."""
        if self.state in move.noted_from and move.note:
            self.notes.append(move.note)
        if step.step in self.procedure.barring:
            self.barring.append(step)
        self._note_days(step)
        self.running = [(term, start) for term, start in self.running if step.step not in term.awaits]
        if move.extends:
            self.is_extended = True
            return
        if move.rests_in:
            self.base, self.base_since = move.rests_in, step.on
            return
        self.is_extended = False
        if move.to == BACK_STATE:
            self.state, self.since_on = self.base, self.base_since
        else:
            self.state, self.since_on = move.to, step.on
        self._settle(step.from_on)
        self._run_on()

    def _run_on(self) -> None:
        """Terms that begin here and run on; where the matter is released nothing does."""
        if self.release is not None or self.since_on is None:
            self.running = []
            return
        begun = [(term, self.since_on) for term in self._terms_of(self.state) if term.runs_on]
        others = [(term, start) for term, start in self.running if term.state != self.state]
        self.running = [*others, *begun]

    def _note_days(self, step: MatterStep) -> None:
        if step.step == _LISTS:
            self.listing = step
        elif step.step == _PUBLISHES:
            self.published_on = step.on
        elif step.step == _APPLIES:
            self.applied_on = step.on
        elif step.step in _RESTORES:
            self.restored_on = step.on

    def _settle(self, effective_on: date) -> None:
        state = self.procedure.state(self.state)
        if state.rests:
            self.base, self.base_since, self.applied_on = self.state, self.since_on, None
        self.release = self.procedure.state(self.base).release
        self.released_on = (self.released_on or effective_on) if self.release else None


def value_on(dated: Dated[Value], day: date) -> Value | None:
    """The value in force on `day`; None before the first: what the law did not say then, it did not ask."""
    return dated.on(day) if day >= min(dated.values) else None


def _years_after(day: date, years: int) -> date:
    end = pl.select(end_of_duration(pl.lit(day), Duration(years=years))).item()
    assert isinstance(end, date)
    return end


StepRefusal = tuple[str, str | None]  # the reason, the article


def refusal_of(life: Matter, step: MatterStep, terms_by: Dated[TermsBy]) -> StepRefusal | None:
    """The reason and the article; None where the step is possible."""
    move = life.move_for(step)
    if move is None:
        return _not_here(life, step), None
    barred = life.bar_on(step)
    if barred is not None:
        bar, until = barred
        return f"{bar.reason}{f'（至{until}）' if until else ''}", bar.years.basis
    return _no_extension(life, step, terms_by) if move.extends else None


def _not_here(life: Matter, step: MatterStep) -> str:
    title, possible = life.procedure.title_of(step.step), _possible(life)
    if life.state == START_STATE:
        return f"对象文号“{step.target or ''}”此前没有登记，不能办理“{title}”；可以先登记：{possible}"
    state = life.procedure.state(life.state).title
    return f"该事项现为“{state}”，不能办理“{title}”；此时可以办理：{possible or '无'}"


def _possible(life: Matter) -> str:
    return "、".join(dict.fromkeys(move.title for move in life.moves()))


def _no_extension(life: Matter, step: MatterStep, terms_by: Dated[TermsBy]) -> StepRefusal | None:
    if life.is_extended:
        return "办理期限已经延长过一次，不能再次延长", None
    is_running = value_on(terms_by, step.on) == "running"
    day = step.on if is_running else life.since_on or step.on
    if not any(extension_on(term, day) for term, _ in life.terms()):
        return f"按{day}施行的规定，办理期限不得延长", None
    return None


def extension_on(term: Term, day: date) -> int | None:
    """Working days by which the law of `day` lets the term be extended."""
    return value_on(term.extension, day) if term.extension else None
