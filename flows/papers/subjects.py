"""What a paper can be about: a penalty or a listing of a party, its steps, its records and its legal state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from flows.legal_state import law_state_on
from flows.policy_folder import read_measure_law
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store, current_records
from transforms.law.law_state import LAW_RECORD_KINDS, LawState
from transforms.records.text import document_key
from transforms.schemas import KINDS
from transforms.schemas.vocabularies import DECISION_TYPES

if TYPE_CHECKING:
    from transforms.policy_model.document import Dated

GSXT = "gsxt"
# The steps of the decision log by which the office issues a paper; repair_notice goes with another paper.
PAPER_STEPS = {
    "listing_notice": ("notify_listing",),
    "listing_decision": ("list",),
    "removal_decision": ("remove", "revoke_listing"),
    "repair_notice": (),
    "repair_grant": ("repair",),
    "repair_refusal": ("refuse_repair", "refuse_removal"),
    "repair_revocation": ("revoke_repair", "restore_listing"),
}
PAPERS_ABOUT_LISTINGS = ("listing_notice", "listing_decision", "removal_decision")
CONSENT = "consent"
_SUPERVISION = ("sampling", "signal", "inspection", "case")

Row = Mapping[str, Any]
Records = Mapping[str, pl.DataFrame]
StepsByMatter = dict[str, tuple[Row, ...]]


@dataclass(frozen=True, eq=False)
class Subject:
    """A penalty, or a listing and its penalty. matter: "penalty" or "listing".

    matter_row: the row of the listing's matter, or of the penalty's repair. steps: those taken, in order, with the
    columns of their decisions. enterprise: its row in the register, None for a natural person. records: the party's.
    """

    matter: str
    penalty: Row | None
    matter_row: Row | None
    steps: tuple[Row, ...]
    enterprise: Row | None
    records: Records

    @property
    def number(self) -> str:
        """The document number of the penalty or the listing."""
        if self.matter == "penalty" and self.penalty:
            return str(self.penalty["decision_no"])
        listing = self.matter_row["listing_no"] if self.matter_row else None
        return str(listing or (self.steps[0]["decision_no"] if self.steps else ""))

    @property
    def on(self) -> date | None:
        """The day of the penalty, or the first day of the matter."""
        penalty = self.penalty if self.matter == "penalty" else None
        day = penalty["decided_on"] if penalty else (self.matter_row or {}).get("opened_on")
        return day if isinstance(day, date) else None

    @property
    def party(self) -> str:
        """The registered name of the party, else its name in the records."""
        names = ((self.enterprise or {}).get("name"), (self.penalty or {}).get("party_name"))
        return str(next((name for name in names if name), None) or (self.matter_row or {}).get("party_name") or "")

    @property
    def enterprise_id(self) -> str | None:
        """The enterprise; None for a natural person."""
        return (self.enterprise or self.penalty or self.matter_row or {}).get("enterprise_id")

    @property
    def system(self) -> str:
        """The publicity system its steps are about."""
        return str((self.matter_row or {}).get("system") or GSXT)

    def last(self, *names: str) -> Row | None:
        """The last step of one of these names."""
        return next((step for step in reversed(self.steps) if step["step"] in names), None)

    def own_keys(self) -> set[str]:
        """Keys of the document numbers that mean this subject and no other."""
        keys = {step["number_key"] for step in self.steps}
        return keys | ({self.penalty["decision_key"]} if self.matter == "penalty" and self.penalty else set())


def document_number_key(text: str) -> str:
    """A document number as numbers are compared: one kind of bracket, no blanks."""
    return str(pl.select(document_key(pl.lit(text))).item() or "")


def party_records(store: Store, run: Run, enterprise_id: str | None, party: str | None = None) -> Records:
    """Current records by kind, as `run` knew them: an enterprise's, or those of the natural person `party`."""
    frames = {kind: current_records(store, kind, run, enterprise_id) for kind in (*LAW_RECORD_KINDS, *_SUPERVISION)}
    if enterprise_id is None:
        for kind, frame in frames.items():
            has_party = "party_name" in KINDS[kind].table.schema
            is_theirs = pl.col("party_name") == (party or "") if has_party else pl.lit(False)
            frames[kind] = frame.filter(pl.col("enterprise_id").is_null(), is_theirs)
    return dict(zip(frames, pl.collect_all(list(frames.values())), strict=True))


def law_state_of(settings: Settings, records: Records, day: date) -> LawState:
    """What the law makes of a party's records on `day`."""
    return law_state_on(settings, {kind: frame.lazy() for kind, frame in records.items()}, day)


def subjects_by_number(settings: Settings, store: Store, run: Run, number: str, as_of: date) -> list[Subject]:
    """The subjects that a document number means: its own, and the listings that name it; empty for no number."""
    key = document_number_key(number)
    decisions, penalties = store.scan("decision", run), store.scan("penalty", run)
    by_decision = (document_key(pl.col("decision_no")) == key) | (document_key(pl.col("target")) == key)
    named = [decisions.filter(by_decision), penalties.filter(pl.col("decision_key") == key)]
    parties = pl.concat([frame.select("enterprise_id", "party_name") for frame in named]).collect()
    owners = {(owner, None if owner else party) for owner, party in parties.iter_rows()}
    found = [
        subject
        for owner, party in sorted(owners, key=lambda pair: (pair[0] or "", pair[1] or ""))
        for subject in subjects_of(settings, party_records(store, run, owner, party), as_of)
    ]

    def is_named(subject: Subject) -> bool:
        names_it = subject.matter == "listing" and subject.matter_row and subject.matter_row["target_key"] == key
        return key in subject.own_keys() or bool(names_it)

    return [subject for subject in found if is_named(subject)]


def subjects_of(settings: Settings, records: Records, as_of: date) -> list[Subject]:
    """Every penalty and listing of a party's records, penalties first, by day and number."""
    matters, steps = _matters_and_steps(law_state_of(settings, records, as_of), records["decision"])
    enterprise = next(records["enterprise"].iter_rows(named=True), None)
    until_day = records["penalty"].filter(pl.col("decided_on") <= as_of)
    penalties = until_day.sort("decided_on", "decision_no", "record_id").rows(named=True)
    by_key = {penalty["decision_key"]: penalty for penalty in penalties}
    subjects = []
    for penalty in penalties:
        repairs = [
            row for row in matters if row["matter"] == "penalty" and row["target_key"] == penalty["decision_key"]
        ]
        # One paper is about one system; the enterprise publicity system goes first.
        repair = min(repairs, key=lambda row: (row["system"] != GSXT, row["system"]), default=None)
        taken = steps[repair["matter_id"]] if repair else ()
        subjects.append(Subject("penalty", penalty, repair, taken, enterprise, records))
    for row in matters:
        if row["matter"] == "listing":
            of_listing = by_key.get(row["target_key"])
            subjects.append(Subject("listing", of_listing, row, steps[row["matter_id"]], enterprise, records))
    return subjects


def matching_subjects(
    kind: str, about: Iterable[str], subjects: Iterable[Subject], number: str | None
) -> list[Subject]:
    """Those the paper can be about; `number`: the document number that led to them, where one did."""
    found = [one for one in subjects if one.matter in about]
    if kind in PAPERS_ABOUT_LISTINGS:
        listed = {one.penalty["record_id"] for one in found if one.matter == "listing" and one.penalty}
        return [one for one in found if one.matter == "listing" or (one.penalty or {})["record_id"] not in listed]
    own = [one for one in found if number and document_number_key(number) in one.own_keys()]
    return own or found


@dataclass(frozen=True)
class SubjectLegalState:
    """The subject's rows in PUBLICITY (of the enterprise publicity system), REPAIR, LISTING, CANDIDATE; None for none.

    is_heavier: its penalty is a heavier one, None without a penalty. needs_consent: a listing by that authority needs
    the level above; None where no authority is on record. factors: rows of CHECKLIST for it. measures: what a listing
    brings with it on the day, with the articles. articles: those of the situations and of CONSENT.
    """

    publicity: Row | None = None
    repair: Row | None = None
    listing: Row | None = None
    candidate: Row | None = None
    is_heavier: bool | None = None
    needs_consent: bool | None = None
    factors: tuple[Row, ...] = ()
    measures: tuple[Row, ...] = ()
    articles: Mapping[str, str] = field(default_factory=dict)


def subject_legal_state(settings: Settings, subject: Subject, day: date) -> SubjectLegalState:
    """The legal state of the subject on `day`; of a listing, REPAIR's row is the listing's."""
    from transforms.law.listing.candidates import EvidenceRecords, checklist

    state = law_state_of(settings, subject.records, day)
    law, records = state.law.listing.serious, state.records
    penalty_id = subject.penalty["record_id"] if subject.penalty else ""
    listing_id = subject.matter_row["listing_id"] if subject.matter == "listing" and subject.matter_row else ""
    is_penalty, is_listing = pl.col("record_id") == penalty_id, pl.col("record_id") == (listing_id or "")
    in_system = pl.col("system") == subject.system
    listing = _first(state.decision_log.listings.filter(is_listing))
    candidate = _first(state.candidates.filter(is_penalty))
    factors: tuple[Row, ...] = ()
    if penalty_id:
        evidence = EvidenceRecords(*(records[kind] for kind in ("penalty", *_SUPERVISION)))
        rows = checklist(records["penalty"].filter(is_penalty).collect(), evidence, law, day)
        factors = tuple(rows.iter_rows(named=True))
    situation, measure_law = (listing or candidate or {}).get("situation"), read_measure_law(settings.policy_dir)
    measures = [
        {"title": one.title, "basis": one.in_force.basis, "confidence": one.in_force.confidence}
        for one in (measure_law.measures if measure_law else ())
        if one.situation in (None, situation) and day >= min(one.in_force.values) and one.in_force.on(day)
    ]
    return SubjectLegalState(
        publicity=_first(state.publicity.filter(is_penalty, in_system)),
        repair=_first(state.repair.filter(is_listing if listing_id else is_penalty, in_system)),
        listing=listing,
        candidate=candidate,
        is_heavier=_penalty_meets(state, penalty_id, law.heavier_when),
        needs_consent=_needs_consent(state, penalty_id, listing_id or "", law.consent_when),
        factors=factors,
        measures=tuple(measures),
        articles={one.id: one.basis for one in law.situations} | {CONSENT: law.consent_when.basis},
    )


def _matters_and_steps(state: LawState, decisions: pl.DataFrame) -> tuple[list[Row], StepsByMatter]:
    """Matters by day, and the steps taken of each, with the columns of their decisions."""
    log = state.decision_log
    of_record = decisions.select(
        "record_id", "reason", "authority", "situation", number_key=document_key(pl.col("decision_no"))
    )
    taken = log.steps.filter(~pl.col("is_refused")).join(of_record, on="record_id")
    order = list(DECISION_TYPES)  # of the steps of one day
    steps: dict[str, list[Row]] = {}
    for row in sorted(
        taken.iter_rows(named=True),
        key=lambda step: (step["on"], order.index(step["step"]), step["decision_no"], step["record_id"]),
    ):
        steps.setdefault(row["matter_id"], []).append(row)
    rows = log.matters.sort("opened_on", "matter_id").iter_rows(named=True)
    return [row for row in rows if row["matter_id"] in steps], {key: tuple(taken) for key, taken in steps.items()}


def _first(rows: pl.DataFrame) -> Row | None:
    return next(rows.iter_rows(named=True), None)


def _penalty_meets(state: LawState, penalty_id: str, when: Dated[str]) -> bool | None:
    """Whether the penalty meets the condition in force on its day; None without a penalty."""
    from transforms.law.calendar.periods import dated_condition
    from transforms.law.publicity.penalty_facts import with_penalty_facts

    penalty = state.records["penalty"].filter(pl.col("record_id") == penalty_id)
    facts = with_penalty_facts(penalty, state.records["enterprise"])
    found = _first(facts.select(is_met=dated_condition(when, pl.col("decided_on"))).collect())
    return found["is_met"] if found else None


def _needs_consent(state: LawState, penalty_id: str, listing_id: str, when: Dated[str]) -> bool | None:
    """By the authority that listed, where that is on record; else by that of the penalty."""
    from transforms.law.calendar.periods import dated_condition

    is_listing = pl.col("record_id") == listing_id
    listed = state.records["decision"].filter(is_listing, pl.col("authority").is_not_null())
    found = _first(listed.select(is_met=dated_condition(when, pl.col("decided_on"))).collect())
    return found["is_met"] if found else _penalty_meets(state, penalty_id, when)
