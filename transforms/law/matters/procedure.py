"""The decision log (信用办决定) replayed against the law of procedure: matters, steps, open terms.

`decided_steps` reads the decisions as steps in order. `replay_decisions` applies each step to the matter it belongs to
and notes whether it was taken or refused. The result is three tables: MATTER_TABLE, STEP_TABLE and TERM_TABLE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from transforms.law.calendar.working_days import Calendar, add_working_days
from transforms.law.matters.matter import Matter, MatterStep, StepRefusal, extension_on, refusal_of, value_on
from transforms.policy_model.law_procedure import START_STATE, Bar, Move, ProcedureLaw
from transforms.records.text import document_key
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT
from transforms.schemas.law import MATTER_TABLE, STEP_TABLE, TERM_TABLE
from transforms.schemas.vocabularies import DECISION_TYPES

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
    return pl.coalesce("enterprise_id", document_key(pl.col("party_name")), pl.lit("")).alias("owner")


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
