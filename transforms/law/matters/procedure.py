"""The decision log (信用办决定) replayed against the law of procedure: matters, steps, open terms.

A matter is a state machine: its state, terms and bars, and why a step is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.working_days import Calendar, add_working_days
from transforms.policy_model.document import Dated, Duration
from transforms.policy_model.procedure import BACK_STATE, START_STATE, Bar, Move, Procedure, ProcedureLaw, Term, TermsBy
from transforms.records.text import document_key
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT
from transforms.schemas.law import MATTER_TABLE, STEP_TABLE, TERM_TABLE
from transforms.schemas.vocabularies import DECISION_TYPES

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


DEFAULT_SYSTEM = "gsxt"
_REMOVE, _STAY, _STAYED = "remove", "stay", "stayed"
_RANKS = {step: rank for rank, step in enumerate(DECISION_TYPES)}
_COPIED = frozenset(
    (
        *("record_id", "enterprise_id", "party_name", "person_hash", "decision_no", "situation", "target"),
        *("effective_on", "proposed_by", "decided_by"),
    )
)
EndDay = Callable[[Matter], date | None]
"""The last day of a matter that ends by itself as it is; None for no end."""


@dataclass(frozen=True)
class ReplayedMatters:
    """The tables MATTER_TABLE, STEP_TABLE and TERM_TABLE, each sorted by its key."""

    matters: pl.DataFrame
    steps: pl.DataFrame
    terms: pl.DataFrame


def decided_steps(decisions: pl.LazyFrame, law: ProcedureLaw, as_of: date) -> list[MatterStep]:
    """The steps decided and effective by `as_of`, in the order in which they are taken.

    decisions: current versions of those records. Steps of one day follow the order of DECISION_TYPES. A step of both
    procedures that names no matter is a listing's.
    """
    homes = {move.step: law.home_of(move.step) for procedure in law.procedures for move in procedure.moves}
    home = pl.col("decision_type").replace_strict(homes, default=None, return_dtype=pl.String)
    is_due = pl.max_horizontal("decided_on", "effective_on") <= as_of
    rows = decisions.filter(is_due, home.is_not_null()).select(
        *(name for name in MatterStep._fields if name in _COPIED),
        owner_key(),
        number_key=document_key(pl.col("decision_no")),
        step="decision_type",
        matter=pl.coalesce("matter", home),
        system=pl.col("system").fill_null(DEFAULT_SYSTEM),
        target_key=document_key(pl.col("target")),
        on="decided_on",
    )
    steps = [MatterStep(**row) for row in rows.collect().iter_rows(named=True)]
    return sorted(steps, key=lambda step: (step.on, _RANKS[step.step], step.decision_no, step.record_id))


def replay_decisions(
    steps: Sequence[MatterStep],
    law: ProcedureLaw,
    calendar: Calendar,
    as_of: date,
    end_day: EndDay = lambda _: None,
) -> ReplayedMatters:
    """What `steps`, all decided by `as_of` and in order, made of the matters they belong to.

    A step joins the matter that its target leads to: by the number of an earlier step or the number of what the matter
    concerns, of the same party, and of the same system where each system has matters of its own. Without one it begins
    a matter. A removal without a target concerns every listing of the party that may be removed. A step that takes
    effect later (effective_on) is taken from that day on, dated as it is. From the day after `end_day` a matter has
    ended by itself.
    """
    replay = _Replay(law, end_day)
    for step in steps:
        replay.apply(step)
    for matter in replay.matters:
        replay.end_by(matter, as_of)
    matters = pl.DataFrame([_matter_row(one) for one in replay.matters], schema=MATTER_TABLE.schema, orient="row")
    step_rows = pl.DataFrame(replay.step_rows, schema=STEP_TABLE.schema, orient="row")
    notes = _early_notes(replay.maybe_early, calendar)
    return ReplayedMatters(
        _with_notes(matters, notes, ["matter_id"]).sort(MATTER_TABLE.key),
        _with_notes(step_rows, notes, ["matter_id", "record_id"]).sort(STEP_TABLE.key),
        open_terms(replay.matters, law, calendar, as_of),
    )


@dataclass
class _Replay:
    """The matters so far, and the indexes that lead a step to its matter.

    by_number: by party, matter kind, system and document number. party_bars: bars that cover a party in whatever
    matter, with the steps that set them. maybe_early: steps taken while a term of the party was running.
    """

    law: ProcedureLaw
    end_day: EndDay
    matters: list[Matter] = field(default_factory=list)
    by_number: dict[tuple[str, ...], Matter] = field(default_factory=dict)
    step_rows: list[dict[str, object]] = field(default_factory=list)
    party_bars: dict[str, list[tuple[Bar, MatterStep]]] = field(default_factory=dict)
    maybe_early: list[dict[str, object]] = field(default_factory=list)

    def apply(self, step: MatterStep) -> None:
        for matter in self._matters_for(step):
            self.end_by(matter, step.on)
            state_before, move, terms = matter.state, matter.move_for(step), matter.terms()
            refusal = refusal_of(matter, step, self.law.terms_by)
            notes: list[str] = []
            if refusal is None and move is not None:
                matter.take(step, move)
                self._index(matter, step)
                if move.note and state_before in move.noted_from:
                    notes = [move.note]
                for term, start in terms if move.hasty_note else ():
                    if term.who == "party":
                        days = value_on(term.days, start)
                        row = {"matter_id": matter.first.record_id, "record_id": step.record_id, "on": step.on}
                        self.maybe_early.append(row | {"note": move.hasty_note, "from_on": start, "days": days})
            self.step_rows.append(_step_row(matter, step, state_before, move, refusal) | {"notes": notes})

    def end_by(self, matter: Matter, day: date) -> None:
        """End what has ended by itself before `day`."""
        last_on = self.end_day(matter)
        if last_on is not None and last_on < day:
            matter.end_by_itself(last_on)

    def _matters_for(self, step: MatterStep) -> Iterable[Matter]:
        place = self._place(step)
        if step.target_key is None and step.step == _REMOVE:
            removable = [one for one in self.matters if self._place(one.first) == place and one.move_for(step)]
            return removable or [self._new(step)]
        known = self.by_number.get((*place, step.target_key)) if step.target_key else None
        return [known or self._new(step)]

    def _new(self, step: MatterStep) -> Matter:
        party_bars = self.party_bars.setdefault(step.party, []) if step.party else []
        return Matter(self.law.of(step.matter), step, party_bars=party_bars)

    def _index(self, matter: Matter, step: MatterStep) -> None:
        """A step's own number leads to its matter, and so does the number of what the matter concerns."""
        if step is matter.first:
            self.matters.append(matter)
        if step.party and step.step in matter.procedure.barring:
            bars = (bar for bar in matter.procedure.bars if bar.covers == "party" and matter.sets_bar(bar, step))
            self.party_bars.setdefault(step.party, []).extend((bar, step) for bar in bars)
        for key in (step.number_key, step.target_key):
            if key is not None:
                self.by_number.setdefault((*self._place(matter.first), key), matter)

    def _place(self, step: MatterStep) -> tuple[str, str, str]:
        """The party, the kind of matter and the system that a number is looked up in."""
        system = step.system if self.law.of(step.matter).by_system else DEFAULT_SYSTEM
        return step.owner, step.matter, system


def _step_row(
    matter: Matter, step: MatterStep, state_before: str, move: Move | None, refusal: StepRefusal | None
) -> dict[str, object]:
    return {
        "record_id": step.record_id,
        "matter_id": matter.first.record_id,
        "matter": step.matter,
        "system": step.system,
        "enterprise_id": step.enterprise_id,
        "step": step.step,
        "step_title": move.title if move else matter.procedure.title_of(step.step),
        "on": step.on,
        "decision_no": step.decision_no,
        "target": step.target,
        "from_state": state_before,
        "to_state": matter.state,
        "is_refused": refusal is not None,
        "refusal": refusal[0] if refusal else None,
        "basis": refusal[1] if refusal else move.basis if move else None,
        "proposed_by": step.proposed_by,
        "decided_by": step.decided_by,
    }


def _matter_row(matter: Matter) -> dict[str, Any]:
    first, listing = matter.first, matter.listing
    return {
        "matter_id": first.record_id,
        "matter": first.matter,
        "system": first.system,
        "enterprise_id": first.enterprise_id,
        "party_name": first.party_name,
        "target": first.target,
        "target_key": first.target_key,
        "listing_no": listing.decision_no if listing else None,
        "listing_id": listing.record_id if listing else None,
        "situation": listing.situation if listing else first.situation,
        "state": matter.state,
        "state_title": matter.procedure.state(matter.state).title,
        "rest_state": matter.rest_state if matter.rest_state != START_STATE else matter.state,
        "since_on": matter.since_on,
        "opened_on": first.on,
        "listed_on": listing.on if listing else None,
        "published_on": matter.published_on,
        "applied_on": matter.applied_on,
        "release": matter.release,
        "released_on": matter.released_on,
        "restored_on": matter.restored_on,
        "barred_until_on": matter.barred_until("apply"),
        "is_final": matter.is_final,
        "notes": matter.notes,
    }


def _early_notes(maybe_early: list[dict[str, object]], calendar: Calendar) -> pl.DataFrame:
    """matter_id, record_id, note of the steps taken on the last day of a party's term or before."""
    names = ("matter_id", "record_id", "note")
    schema = {**dict.fromkeys(names, TEXT), "on": DATE, "from_on": DATE, "days": INTEGER}
    frame = pl.DataFrame(maybe_early, schema=schema, orient="row")
    by_on = add_working_days(pl.col("from_on"), pl.col("days"), calendar)
    return frame.filter((pl.col("on") <= by_on).fill_null(False)).select(names).unique(maintain_order=True)


def _with_notes(frame: pl.DataFrame, notes: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """`frame` with these notes after its own."""
    if notes.is_empty():
        return frame
    more = notes.group_by(key, maintain_order=True).agg("note")
    joined = frame.join(more, on=key, how="left", maintain_order="left")
    return joined.with_columns(notes=pl.concat_list("notes", pl.col("note").fill_null([]))).drop("note")


def open_terms(matters: Iterable[Matter], law: ProcedureLaw, calendar: Calendar, as_of: date) -> pl.DataFrame:
    """TERM_TABLE of the terms that run on `as_of`, sorted by its key.

    A term of the party that runs on into a later state is open until its last day: nobody waits for it after that.
    """
    is_running = value_on(law.terms_by, as_of) == "running"
    rows = [row for matter in matters for row in _term_rows(matter, as_of if is_running else None)]
    schema = {**TERM_TABLE.schema, "days": INTEGER, "runs_on": BOOLEAN}
    by_on = add_working_days(pl.col("from_on"), pl.col("days"), calendar)
    is_over = (pl.col("who") == "party") & pl.col("runs_on") & (pl.col("by_on") < as_of)
    open_ = pl.DataFrame(rows, schema=schema, orient="row").with_columns(by_on=by_on).filter(~is_over.fill_null(False))
    return open_.select(list(TERM_TABLE.schema)).sort(TERM_TABLE.key)


def _term_rows(matter: Matter, day: date | None) -> Iterator[dict[str, object]]:
    """day: the day whose law sets the length of terms; None: the day on which each term began."""
    for term, start in matter.terms():
        days = value_on(term.days, day or start)
        if days is None:
            continue
        is_own = term.state == matter.state
        extension = (extension_on(term, day or start) or 0) if matter.is_extended and is_own else 0
        source = term.extension if extension and term.extension else term.days
        yield {
            "matter_id": matter.first.record_id,
            "matter": matter.first.matter,
            "system": matter.first.system,
            "enterprise_id": matter.first.enterprise_id,
            "awaited": term.awaits[0],
            "awaited_title": "、".join(matter.procedure.title_of(step) for step in term.awaits),
            "who": term.who,
            "from_on": start,
            "by_on": None,
            "is_extended": extension > 0,
            "basis": source.basis,
            "confidence": source.confidence,
            "days": days + extension,
            "runs_on": not is_own,
        }


def owner_key() -> pl.Expr:
    """Column owner: whom a record concerns, the enterprise or else the party by its name."""
    # Only names of parties that the register does not know are spelt alike: that is slow.
    unknown = pl.when(pl.col("enterprise_id").is_null()).then("party_name")
    return pl.coalesce("enterprise_id", document_key(unknown), pl.lit("")).alias("owner")


def step_order() -> tuple[pl.Expr, ...]:
    """Sort keys that put rows of STEP_TABLE in the order in which they were taken."""
    rank = pl.col("step").replace_strict(_RANKS, return_dtype=INTEGER)
    return pl.col("on"), rank, pl.col("decision_no"), pl.col("record_id")


def stays_of_execution(matters: pl.DataFrame) -> pl.DataFrame:
    """owner, number_key, stayed_on: what a reviewing body or a court has stayed (停止执行), since when.

    matters: MATTER_TABLE.
    """
    stayed = matters.filter(pl.col("matter") == _STAY, pl.col("state") == _STAYED)
    keyed = stayed.select(owner_key(), number_key="target_key", stayed_on="since_on").drop_nulls()
    return keyed.group_by("owner", "number_key").agg(pl.col("stayed_on").max())
