"""The register of decisions, step by step: what each step did to its matter, or why it could do nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from transforms.law.calendar import Calendar, working_days_later
from transforms.law.procedure.life import Life, Step, value_on
from transforms.law.procedure.refusals import refusal_of
from transforms.law.procedure.terms import terms_of
from transforms.policy.law_procedure import START, Bar, Move, ProcedureLaw, Term
from transforms.records.text import document_key
from transforms.tables.law.procedure import MATTER_TABLE, STEP_TABLE
from transforms.tables.shape import COUNT, DAY, TEXT
from transforms.tables.words import DECISION_TYPES

DEFAULT_SYSTEM = "gsxt"
REMOVES = "remove"
_RANKS = {step: rank for rank, step in enumerate(DECISION_TYPES)}
Lapse = Callable[[Life], date | None]


@dataclass(frozen=True)
class Followed:
    """matters, steps, terms: the tables of `words`, sorted by their keys."""

    matters: pl.LazyFrame
    steps: pl.LazyFrame
    terms: pl.LazyFrame


@dataclass
class _Register:
    """Matters by whom they concern, and by the numbers that lead to them."""

    law: ProcedureLaw
    lapse: Lapse
    lives: list[Life] = field(default_factory=list)
    by_number: dict[tuple[str, ...], Life] = field(default_factory=dict)
    rows: list[dict[str, object]] = field(default_factory=list)
    of_parties: dict[str, list[tuple[Bar, Step]]] = field(default_factory=dict)
    hasty: list[dict[str, object]] = field(default_factory=list)

    def take(self, step: Step) -> None:
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
            self.rows.append(_row(life, step, before, move, refusal) | {"notes": [note] if note else []})

    def lapse_by(self, life: Life, day: date) -> None:
        """End what has ended by itself before `day`."""
        last_on = self.lapse(life)
        if last_on is not None and last_on < day:
            life.lapse(last_on)

    def _lives_of(self, step: Step) -> Iterable[Life]:
        place = self._place(step)
        if step.target_key is None and step.step == REMOVES:
            of_owner = [life for life in self.lives if self._place(life.first) == place and life.move_for(step)]
            return of_owner or [self._new(step)]
        known = self.by_number.get((*place, step.target_key)) if step.target_key else None
        return [known or self._new(step)]

    def _new(self, step: Step) -> Life:
        of_party = self.of_parties.setdefault(step.party, []) if step.party else []
        return Life(self.law.of(step.matter), step, of_party=of_party)

    def _remember(self, life: Life, step: Step) -> None:
        """A step's own number leads to its matter, and so does the number of what the matter concerns."""
        if step is life.first:
            self.lives.append(life)
        if step.party and step.step in life.procedure.barring:
            bars = (bar for bar in life.procedure.bars if bar.covers == "party" and life.is_set(bar, step))
            self.of_parties.setdefault(step.party, []).extend((bar, step) for bar in bars)
        for key in (step.number_key, step.target_key):
            if key is not None:
                self.by_number.setdefault((*self._place(life.first), key), life)

    def _place(self, step: Step) -> tuple[str, str, str]:
        """Whose matter it is, of what kind, in which system."""
        system = step.system if self.law.of(step.matter).by_system else DEFAULT_SYSTEM
        return step.owner, step.matter, system


def follow(
    decisions: pl.LazyFrame,
    law: ProcedureLaw,
    calendar: Calendar,
    as_of: date,
    lapse: Lapse = lambda _: None,
) -> Followed:
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
    return Followed(
        _noted(matters, hasty, ["matter_id"]).sort(MATTER_TABLE.key).lazy(),
        _noted(steps, hasty, ["matter_id", "record_id"]).sort(STEP_TABLE.key).lazy(),
        terms_of(register.lives, law, calendar, as_of),
    )


def _steps(decisions: pl.LazyFrame, law: ProcedureLaw, as_of: date) -> Iterator[Step]:
    homes = {move.step: law.home_of(move.step) for procedure in law.procedures for move in procedure.moves}
    home = pl.col("decision_type").replace_strict(homes, default=None, return_dtype=pl.String)
    owner = pl.coalesce("enterprise_id", document_key(pl.col("party_name")), pl.lit(""))
    is_due = pl.max_horizontal("decided_on", "effective_on") <= as_of
    rows = decisions.filter(is_due, home.is_not_null()).select(
        *(name for name in Step._fields if name in _KEPT),
        number_key=document_key(pl.col("decision_no")),
        step="decision_type",
        matter=pl.coalesce("matter", home),
        system=pl.col("system").fill_null(DEFAULT_SYSTEM),
        target_key=document_key(pl.col("target")),
        on="decided_on",
        owner=owner,
    )
    steps = [Step(**row) for row in rows.collect().iter_rows(named=True)]
    yield from sorted(steps, key=lambda step: (step.on, _RANKS[step.step], step.decision_no, step.record_id))


_KEPT = frozenset(
    (
        *("record_id", "enterprise_id", "party_name", "person_hash", "decision_no", "situation", "target"),
        *("effective_on", "proposed_by", "decided_by"),
    )
)


def _row(
    life: Life, step: Step, before: str, move: Move | None, refusal: tuple[str, str | None] | None
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


def _hasty(life: Life, step: Step, note: str, term: Term, start: date) -> dict[str, object]:
    """A step that may have been taken within a term of the party."""
    days = value_on(term.days, start)
    who = {"matter_id": life.first.record_id, "record_id": step.record_id}
    return {**who, "note": note, "on": step.on, "from_on": start, "days": days}


def _within_term(hasty: list[dict[str, object]], calendar: Calendar) -> pl.DataFrame:
    """matter_id, record_id, note: those taken on the last day of the term or before."""
    names = ("matter_id", "record_id", "note")
    schema = {**dict.fromkeys(names, TEXT), "on": DAY, "from_on": DAY, "days": COUNT}
    frame = pl.DataFrame(hasty, schema=schema, orient="row")
    by_on = working_days_later(pl.col("from_on"), pl.col("days"), calendar)
    return frame.filter((pl.col("on") <= by_on).fill_null(False)).select(names).unique(maintain_order=True)


def _noted(frame: pl.DataFrame, hasty: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """`frame` with the notes of `hasty` after its own."""
    if hasty.is_empty():
        return frame
    more = hasty.group_by(key, maintain_order=True).agg("note")
    joined = frame.join(more, on=key, how="left", maintain_order="left")
    return joined.with_columns(notes=pl.concat_list("notes", pl.col("note").fill_null([]))).drop("note")


def _matter(life: Life) -> dict[str, Any]:
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
        "rest_state": life.base if life.base != START else life.state,
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
