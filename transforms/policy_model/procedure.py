"""How a matter of the office goes: states, steps between them, terms, and what bars a step. Dated by the step's day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field, PositiveInt, model_validator

from transforms.policy_model.document import Confidence, Dated, Place, PolicyModel, parse_document
from transforms.schemas.vocabularies import DECISION_TYPES, MATTERS, PUBLICITY_SYSTEMS, SITUATIONS

START_STATE = "start"  # before the first step
TermsBy = Literal["start", "running"]
EARLY_RELEASES = ("removed", "repaired")  # releases that come before the time is over
BACK_STATE = "back"  # the last state in which the matter rested
SAME_STATE = "same"  # the state it is in


class MatterState(PolicyModel):
    """rests: nothing is under way in it, and a step that leads `back` leads there. release: what decision in force has
    taken the record off display for good; null: none."""

    state: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    rests: bool = False
    release: Literal["removed", "revoked", "repaired"] | None = None


class Move(PolicyModel):
    """`step` leads from any of `from` to `to`. situation: only where the step names it; such a move goes first.

    note: a remark on a step taken from one of `noted_from`. hasty_note: of one taken while a term of the
    party runs. extends: it extends the running term, once. rested_in: only where the matter last rested in that state;
    rests_in: where it rests from then on, whatever is under way, which goes on (`to: same`).
    """

    step: str
    title: str
    from_: tuple[str, ...] = Field(alias="from", min_length=1)
    to: str
    situation: str | None = None
    noted_from: tuple[str, ...] = ()
    note: str | None = None
    hasty_note: str | None = None
    extends: bool = False
    rested_in: str | None = None
    rests_in: str | None = None
    basis: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def _noted(self) -> Move:
        if bool(self.noted_from) != bool(self.note):
            raise ValueError("note and noted_from stand together")
        if not set(self.noted_from) <= set(self.from_):
            raise ValueError("noted_from names states of from alone")
        if (self.to == SAME_STATE) != (self.rests_in is not None):
            raise ValueError("rests_in stands with 'to: same'")
        return self


class Term(PolicyModel):
    """In `state` one of `awaits` is due within `days` working days of the step that led there (of `counts_from`).

    `days` and `extension` by the day it counts from; null: no term. system: of one publicity system only. who: whose
    turn it is; site: the publicity system's own. runs_on: also in later states, until one of `awaits` is taken or the
    matter is released; one of the party until it is over.
    """

    state: str
    awaits: tuple[str, ...] = Field(min_length=1)
    who: Literal["office", "party", "site"] = "office"
    system: str | None = None
    runs_on: bool = False
    days: Dated[PositiveInt]
    extension: Dated[PositiveInt] | None = None


class Bar(PolicyModel):
    """After a step of `after` (for `situation`, where named) `steps` are impossible for `years`; 0: for ever.

    `years` by the day of the barring step; null: no bar. covers: the matter alone, or the party: then `steps` are
    impossible in every matter of the party, of that `system` where each system has its own.
    """

    steps: tuple[str, ...] = Field(min_length=1)
    after: tuple[str, ...] = Field(min_length=1)
    situation: str | None = None
    system: str | None = None
    covers: Literal["matter", "party"] = "matter"
    years: Dated[int]
    reason: str


class Procedure(PolicyModel):
    """The procedure of a matter: what is possible is what is listed here. ends_in: the state of what the law has ended.

    by_system: each publicity system has its own matter; else it is one, wherever a step was filed.
    """

    matter: str
    title: str
    by_system: bool
    ends_in: str | None = None
    states: tuple[MatterState, ...]
    moves: tuple[Move, ...]
    terms: tuple[Term, ...]
    bars: tuple[Bar, ...] = ()

    def title_of(self, step: str) -> str:
        """What `step` is called in this procedure."""
        moves = self._moves.get(step)
        return moves[0].title if moves else DECISION_TYPES.get(step, step)

    def state(self, name: str) -> MatterState:
        """The state called `name`; the start is one."""
        return self._states[name]

    def moves_by(self, step: str) -> tuple[Move, ...]:
        """The moves that `step` can make, in their order."""
        return self._moves.get(step, ())

    @cached_property
    def barring(self) -> frozenset[str]:
        """Steps that bar others."""
        return frozenset(step for bar in self.bars for step in bar.after)

    @cached_property
    def ending_early(self) -> frozenset[str]:
        """Steps that end early what is on display."""
        return frozenset(move.step for move in self.moves if self._states[move.to].release in EARLY_RELEASES)

    @cached_property
    def _states(self) -> dict[str, MatterState]:
        start = MatterState(state=START_STATE, title="尚未开始", rests=True)
        other = {name: MatterState(state=name, title="") for name in (BACK_STATE, SAME_STATE)}
        return {START_STATE: start} | other | {one.state: one for one in self.states}

    @cached_property
    def _moves(self) -> dict[str, tuple[Move, ...]]:
        steps = dict.fromkeys(move.step for move in self.moves)
        return {step: tuple(move for move in self.moves if move.step == step) for step in steps}


class ProcedureLaw(PolicyModel):
    """The procedures of all matters. terms_by: the version of a term is that of the day it counts from (start), or of
    the day asked, while it runs (running)."""

    law: Literal["procedure"]
    title: str
    terms_by: Dated[TermsBy]
    procedures: tuple[Procedure, ...] = Field(min_length=1)

    def of(self, matter: str) -> Procedure:
        """The procedure of `matter`; KeyError where there is none."""
        for procedure in self.procedures:
            if procedure.matter == matter:
                return procedure
        raise KeyError(f"no procedure for {matter}")

    def home_of(self, step: str) -> str | None:
        """The first matter whose procedure has `step`; None for decisions of no procedure."""
        return next((procedure.matter for procedure in self.procedures if procedure.moves_by(step)), None)


def load_procedure_law(text: str, file_name: str) -> ProcedureLaw:
    """The procedures written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, ProcedureLaw)
    matters = [procedure.matter for procedure in law.procedures]
    for i, procedure in enumerate(law.procedures):
        place: Place = ("procedures", i)
        if matters.index(procedure.matter) < i:
            document.add((*place, "matter"), f"the matter '{procedure.matter}' is given twice", value=procedure.matter)
        for inner, what, name, known in _named(procedure):
            if name not in known:
                document.add((*place, *inner), f"there is no {what} '{name}'", value=name, allowed=known)
        reached, is_growing = {START_STATE, procedure.ends_in or START_STATE}, True
        while is_growing:
            onward = {m.to for m in procedure.moves if reached & set(m.from_)} - {BACK_STATE, SAME_STATE}
            is_growing = not onward <= reached
            reached |= onward
        for j, one in enumerate(procedure.states):
            if one.state not in reached:
                message = f"no step leads to the state '{one.state}'"
                document.add((*place, "states", j), message, value=one.state)
    document.raise_problems()
    return law


def _named(procedure: Procedure) -> Iterator[tuple[Place, str, str, Mapping[str, str]]]:
    """Everything that a procedure refers to by name: (place, what it is, name, known names)."""
    own_states = {one.state: one.title for one in procedure.states}
    special = {
        START_STATE: "before the first step",
        BACK_STATE: "the last state of rest",
        SAME_STATE: "the state it is in",
    }
    states = own_states | special
    own_steps = {move.step: move.title for move in procedure.moves}

    yield ("matter",), "matter", procedure.matter, MATTERS
    if procedure.ends_in is not None:
        yield ("ends_in",), "state", procedure.ends_in, states
    for i, move in enumerate(procedure.moves):
        at: Place = ("moves", i)
        yield (*at, "step"), "step", move.step, DECISION_TYPES
        yield (*at, "to"), "state", move.to, states
        for key, listed in (("from", move.from_), ("noted_from", move.noted_from)):
            yield from (((*at, key, j), "state", name, states) for j, name in enumerate(listed))
        for key, state in (("rested_in", move.rested_in), ("rests_in", move.rests_in)):
            if state:
                yield (*at, key), "state", state, states
        if move.situation is not None:
            yield (*at, "situation"), "situation", move.situation, SITUATIONS
    for i, term in enumerate(procedure.terms):
        at = ("terms", i)
        yield (*at, "state"), "state", term.state, states
        yield from (((*at, "awaits", j), "step", step, own_steps) for j, step in enumerate(term.awaits))
        if term.system is not None:
            yield (*at, "system"), "system", term.system, PUBLICITY_SYSTEMS
    for i, bar in enumerate(procedure.bars):
        at = ("bars", i)
        # The steps that a bar of the party makes impossible may be steps of other procedures.
        barred = own_steps if bar.covers == "matter" else DECISION_TYPES
        yield from (((*at, "steps", j), "step", step, barred) for j, step in enumerate(bar.steps))
        yield from (((*at, "after", j), "step", step, own_steps) for j, step in enumerate(bar.after))
        if bar.situation is not None:
            yield (*at, "situation"), "situation", bar.situation, SITUATIONS
        if bar.system is not None:
            yield (*at, "system"), "system", bar.system, PUBLICITY_SYSTEMS
