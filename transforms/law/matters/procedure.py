"""The decisions replayed against the law of procedure: matters, steps taken or refused, open terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from transforms.law.calendar.working_days import Calendar, add_working_days
from transforms.law.matters.matter import Matter, MatterStep, extension_on, refusal_of, value_on
from transforms.policy_model.law_procedure import START_STATE, Bar, Move, ProcedureLaw, Term
from transforms.records.text import document_key
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT
from transforms.schemas.law import MATTER_TABLE, STEP_TABLE, TERM_TABLE
from transforms.schemas.vocabularies import DECISION_TYPES

DEFAULT_SYSTEM = "gsxt"

REMOVES = "remove"

_RANKS = {step: rank for rank, step in enumerate(DECISION_TYPES)}

Lapse = Callable[[Matter], date | None]


@dataclass(frozen=True)
class ReplayedMatters:
    """matters, steps, terms: the tables of `words`, sorted by their keys."""

    matters: pl.LazyFrame
    steps: pl.LazyFrame
    terms: pl.LazyFrame


@dataclass
class _Register:
    """Matters by whom they concern, and by the numbers that lead to them."""

    law: ProcedureLaw
    lapse: Lapse
    lives: list[Matter] = field(default_factory=list)
    by_number: dict[tuple[str, ...], Matter] = field(default_factory=dict)
    rows: list[dict[str, object]] = field(default_factory=list)
    of_parties: dict[str, list[tuple[Bar, MatterStep]]] = field(default_factory=dict)
    hasty: list[dict[str, object]] = field(default_factory=list)

    def take(self, step: MatterStep) -> None:
        for life in self._lives_of(step):
            self.lapse_by(life, step.on)
            before, move, terms = life.state, life.move_for(step), life.terms()
            refusal = refusal_of(life, step, self.law.terms_by)
            is_taken = refusal is None and move is not None
            if refusal is None and move is not None:
                life.take(step, move)
                self._remember(life, step)
            note = move.note if is_taken and move and before in move.noted_from else None
            if is_taken and move and move.hasty_note:
                self.hasty += [_hasty(life, step, move.hasty_note, *one) for one in terms if one[0].who == "party"]
            self.rows.append(_row_follow(life, step, before, move, refusal) | {"notes": [note] if note else []})

    def lapse_by(self, life: Matter, day: date) -> None:
        """End what has ended by itself before `day`."""
        last_on = self.lapse(life)
        if last_on is not None and last_on < day:
            life.lapse(last_on)

    def _lives_of(self, step: MatterStep) -> Iterable[Matter]:
        place = self._place(step)
        if step.target_key is None and step.step == REMOVES:
            of_owner = [life for life in self.lives if self._place(life.first) == place and life.move_for(step)]
            return of_owner or [self._new(step)]
        known = self.by_number.get((*place, step.target_key)) if step.target_key else None
        return [known or self._new(step)]

    def _new(self, step: MatterStep) -> Matter:
        of_party = self.of_parties.setdefault(step.party, []) if step.party else []
        return Matter(self.law.of(step.matter), step, of_party=of_party)

    def _remember(self, life: Matter, step: MatterStep) -> None:
        """A step's own number leads to its matter, and so does the number of what the matter concerns."""
        if step is life.first:
            self.lives.append(life)
        if step.party and step.step in life.procedure.barring:
            bars = (bar for bar in life.procedure.bars if bar.covers == "party" and life.is_set(bar, step))
            self.of_parties.setdefault(step.party, []).extend((bar, step) for bar in bars)
        for key in (step.number_key, step.target_key):
            if key is not None:
                self.by_number.setdefault((*self._place(life.first), key), life)

    def _place(self, step: MatterStep) -> tuple[str, str, str]:
        """Whose matter it is, of what kind, in which system."""
        system = step.system if self.law.of(step.matter).by_system else DEFAULT_SYSTEM
        return step.owner, step.matter, system


def replay_decisions(
    decisions: pl.LazyFrame,
    law: ProcedureLaw,
    calendar: Calendar,
    as_of: date,
    lapse: Lapse = lambda _: None,
) -> ReplayedMatters:
    """What the steps decided by `as_of` made of the matters they belong to.

    decisions: current versions of those records. A step joins the matter that its `target` leads to: by the number of
    an earlier step, or by the number of what the matter concerns; of the same enterprise, and system where each has
    its own matter. Without one it begins a matter. A removal without a target is one of every listing that may be
    removed. A step of both procedures that names no matter is taken for a listing's. Steps of one day go in the order
    of DECISION_TYPES. A step that takes effect later (effective_on) is taken from that day on, dated as it is. lapse:
    the last day of a matter that ends by itself as it stands, None for none; from the next day it has ended.
    """
    register = _Register(law, lapse)
    for step in _steps(decisions, law, as_of):
        register.take(step)
    for life in register.lives:
        register.lapse_by(life, as_of)
    matters = pl.DataFrame([_matter(life) for life in register.lives], schema=MATTER_TABLE.schema, orient="row")
    steps = pl.DataFrame(register.rows, schema=STEP_TABLE.schema, orient="row")
    hasty = _within_term(register.hasty, calendar)
    return ReplayedMatters(
        _noted(matters, hasty, ["matter_id"]).sort(MATTER_TABLE.key).lazy(),
        _noted(steps, hasty, ["matter_id", "record_id"]).sort(STEP_TABLE.key).lazy(),
        open_terms(register.lives, law, calendar, as_of),
    )


def _steps(decisions: pl.LazyFrame, law: ProcedureLaw, as_of: date) -> Iterator[MatterStep]:
    homes = {move.step: law.home_of(move.step) for procedure in law.procedures for move in procedure.moves}
    home = pl.col("decision_type").replace_strict(homes, default=None, return_dtype=pl.String)
    owner = pl.coalesce("enterprise_id", document_key(pl.col("party_name")), pl.lit(""))
    is_due = pl.max_horizontal("decided_on", "effective_on") <= as_of
    rows = decisions.filter(is_due, home.is_not_null()).select(
        *(name for name in MatterStep._fields if name in _KEPT),
        number_key=document_key(pl.col("decision_no")),
        step="decision_type",
        matter=pl.coalesce("matter", home),
        system=pl.col("system").fill_null(DEFAULT_SYSTEM),
        target_key=document_key(pl.col("target")),
        on="decided_on",
        owner=owner,
    )
    steps = [MatterStep(**row) for row in rows.collect().iter_rows(named=True)]
    yield from sorted(steps, key=lambda step: (step.on, _RANKS[step.step], step.decision_no, step.record_id))


_KEPT = frozenset(
    (
        *("record_id", "enterprise_id", "party_name", "person_hash", "decision_no", "situation", "target"),
        *("effective_on", "proposed_by", "decided_by"),
    )
)


def _row_follow(
    life: Matter, step: MatterStep, before: str, move: Move | None, refusal: tuple[str, str | None] | None
) -> dict[str, object]:
    return {
        "record_id": step.record_id,
        "matter_id": life.first.record_id,
        "matter": step.matter,
        "system": step.system,
        "enterprise_id": step.enterprise_id,
        "step": step.step,
        "step_title": move.title if move else life.procedure.title_of(step.step),
        "on": step.on,
        "decision_no": step.decision_no,
        "target": step.target,
        "from_state": before,
        "to_state": life.state,
        "is_refused": refusal is not None,
        "refusal": refusal[0] if refusal else None,
        "basis": refusal[1] if refusal else move.basis if move else None,
        "proposed_by": step.proposed_by,
        "decided_by": step.decided_by,
    }


def _hasty(life: Matter, step: MatterStep, note: str, term: Term, start: date) -> dict[str, object]:
    """A step that may have been taken within a term of the party."""
    days = value_on(term.days, start)
    who = {"matter_id": life.first.record_id, "record_id": step.record_id}
    return {**who, "note": note, "on": step.on, "from_on": start, "days": days}


def _within_term(hasty: list[dict[str, object]], calendar: Calendar) -> pl.DataFrame:
    """matter_id, record_id, note: those taken on the last day of the term or before."""
    names = ("matter_id", "record_id", "note")
    schema = {**dict.fromkeys(names, TEXT), "on": DATE, "from_on": DATE, "days": INTEGER}
    frame = pl.DataFrame(hasty, schema=schema, orient="row")
    by_on = add_working_days(pl.col("from_on"), pl.col("days"), calendar)
    return frame.filter((pl.col("on") <= by_on).fill_null(False)).select(names).unique(maintain_order=True)


def _noted(frame: pl.DataFrame, hasty: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """`frame` with the notes of `hasty` after its own."""
    if hasty.is_empty():
        return frame
    more = hasty.group_by(key, maintain_order=True).agg("note")
    joined = frame.join(more, on=key, how="left", maintain_order="left")
    return joined.with_columns(notes=pl.concat_list("notes", pl.col("note").fill_null([]))).drop("note")


def _matter(life: Matter) -> dict[str, Any]:
    first, listing = life.first, life.listing
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
        "state": life.state,
        "state_title": life.procedure.state(life.state).title,
        "rest_state": life.base if life.base != START_STATE else life.state,
        "since_on": life.since_on,
        "opened_on": first.on,
        "listed_on": listing.on if listing else None,
        "published_on": life.published_on,
        "applied_on": life.applied_on,
        "release": life.release,
        "released_on": life.released_on,
        "restored_on": life.restored_on,
        "barred_until_on": life.barred_until("apply"),
        "is_final": life.is_final,
        "notes": life.notes,
    }


def open_terms(lives: Iterable[Matter], law: ProcedureLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """The open terms of `lives` in the columns of TERM_TABLE, sorted by its key.

    A term of the party that ran on into a later state is told until its last day: nobody waits for it after that.
    """
    is_running = value_on(law.terms_by, as_of) == "running"
    rows = [row for life in lives for row in _open(life, as_of if is_running else None)]
    schema = {**TERM_TABLE.schema, "days": INTEGER, "runs_on": BOOLEAN}
    frame = pl.DataFrame(rows, schema=schema, orient="row").lazy()
    by_on = add_working_days(pl.col("from_on"), pl.col("days"), calendar)
    is_over = (pl.col("who") == "party") & pl.col("runs_on") & (pl.col("by_on") < as_of)
    open_ = frame.with_columns(by_on=by_on).filter(~is_over.fill_null(False))
    return open_.select(list(TERM_TABLE.schema)).sort(TERM_TABLE.key)


def _open(life: Matter, day: date | None) -> Iterator[dict[str, object]]:
    for term, start in life.terms():
        days = value_on(term.days, day or start)
        if days is not None:
            is_own = term.state == life.state
            more = (extension_on(term, day or start) or 0) if life.is_extended and is_own else 0
            yield _row_terms(life, term, start, days + more, is_extended=more > 0) | {"runs_on": not is_own}


def _row_terms(life: Matter, term: Term, start: date, days: int, *, is_extended: bool) -> dict[str, object]:
    source = term.extension if is_extended and term.extension else term.days
    return {
        "matter_id": life.first.record_id,
        "matter": life.first.matter,
        "system": life.first.system,
        "enterprise_id": life.first.enterprise_id,
        "awaited": term.awaits[0],
        "awaited_title": "、".join(life.procedure.title_of(step) for step in term.awaits),
        "who": term.who,
        "from_on": start,
        "by_on": None,
        "is_extended": is_extended,
        "basis": source.basis,
        "confidence": source.confidence,
        "days": days,
    }


_STAY, _STAYED = "stay", "stayed"


def owner_key() -> pl.Expr:
    """Whom a record concerns: the enterprise, else the party by its name."""
    return pl.coalesce("enterprise_id", document_key(pl.col("party_name")), pl.lit("")).alias("owner")


def stays_of_execution(followed: ReplayedMatters) -> pl.LazyFrame:
    """By owner and number_key of what is stayed: stayed_on, the day of the order that is in force."""
    standing = followed.matters.filter(pl.col("matter") == _STAY, pl.col("state") == _STAYED)
    keyed = standing.select(owner_key(), number_key="target_key", stayed_on="since_on").drop_nulls()
    return keyed.group_by("owner", "number_key").agg(pl.col("stayed_on").max())
