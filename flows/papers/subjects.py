"""What a paper can be about: a penalty or a listing of a party, its steps, its records and its legal state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from flows.law import law_state_on
from flows.policy_folder import read_measure_law
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.queries import current_records
from flows.store.store import Store
from transforms.law.law_state import LAW_RECORD_KINDS, LawState
from transforms.schemas import KINDS
from transforms.schemas.vocabularies import DECISION_TYPES

if TYPE_CHECKING:
    from transforms.law.matters.decision_log import DecisionLog

GSXT = "gsxt"

# The steps of the register by which the office makes a paper; repair_notice goes with another paper.
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

Row = Mapping[str, Any]

StepsByMatter = dict[str, tuple[Row, ...]]

Records = Mapping[str, pl.LazyFrame]


@dataclass(frozen=True, eq=False)
class Subject:
    """A penalty, or a listing and its penalty. steps: those taken, in order, with the columns of their decisions.

    stands: the row of its matter, where the listing, or the repair of the penalty, stands. enterprise: its row in the
    register, None for a natural person. records: the party's.
    """

    matter: str
    penalty: Row | None
    stands: Row | None
    steps: tuple[Row, ...]
    enterprise: Row | None
    records: Records

    @property
    def number(self) -> str:
        """The number it is known by."""
        if self.matter == "penalty" and self.penalty:
            return str(self.penalty["decision_no"])
        listing = self.stands["listing_no"] if self.stands else None
        return str(listing or (self.steps[0]["decision_no"] if self.steps else ""))

    @property
    def on(self) -> date | None:
        """Its day."""
        penalty = self.penalty if self.matter == "penalty" else None
        day = penalty["decided_on"] if penalty else (self.stands or {}).get("opened_on")
        return day if isinstance(day, date) else None

    @property
    def party(self) -> str:
        """Whom it concerns: the registered name, else as the records have it."""
        named = ((self.enterprise or {}).get("name"), (self.penalty or {}).get("party_name"))
        return str(next((name for name in named if name), None) or (self.stands or {}).get("party_name") or "")

    @property
    def enterprise_id(self) -> str | None:
        """The enterprise; None for a natural person."""
        return (self.enterprise or self.penalty or self.stands or {}).get("enterprise_id")

    @property
    def system(self) -> str:
        """The publicity system its steps are about."""
        return str((self.stands or {}).get("system") or GSXT)

    def last(self, *names: str) -> Row | None:
        """The last step of one of these names."""
        return next((step for step in reversed(self.steps) if step["step"] in names), None)

    def own_keys(self) -> set[str]:
        """Numbers that mean this subject and no other."""
        keys = {step["number_key"] for step in self.steps}
        return keys | ({self.penalty["decision_key"]} if self.matter == "penalty" and self.penalty else set())


def document_number_key(text: str) -> str:
    """A document number as numbers are compared: one kind of bracket, no blanks."""
    from transforms.records.text import document_key

    return str(pl.select(document_key(pl.lit(text))).item() or "")


def subjects_by_number(settings: Settings, store: Store, night: Run, text: str, as_of: date) -> list[Subject]:
    """What a document number means: what it is a number of, and the listings that name it. None for no number."""
    key, known = document_number_key(text), (store.scan(kind, night) for kind in ("decision", "penalty"))
    decisions, penalties = known
    named = decisions.filter((_key("decision_no") == key) | (_key("target") == key))
    punished = penalties.filter(pl.col("decision_key") == key)
    parties = pl.concat([frame.select("enterprise_id", "party_name") for frame in (named, punished)]).collect()
    owners = {(owner, None if owner else party) for owner, party in parties.iter_rows()}
    found = [
        one
        for owner, party in sorted(owners, key=lambda pair: (pair[0] or "", pair[1] or ""))
        for one in subjects_of(settings, party_records(store, night, owner, party), as_of)
    ]
    return [one for one in found if key in one.own_keys() or _is_about(one, key)]


def _is_about(subject: Subject, key: str) -> bool:
    return subject.matter == "listing" and subject.stands is not None and subject.stands["target_key"] == key


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


def subjects_of(settings: Settings, records: Records, as_of: date) -> list[Subject]:
    """Every penalty and listing of a party's records, penalties first, by day and number."""
    legal = law_state_on(settings, records, as_of)
    enterprise = next(iter(records["enterprise"].collect().iter_rows(named=True)), None)
    punished = records["penalty"].filter(pl.col("decided_on") <= as_of)
    rows = punished.sort("decided_on", "decision_no", "record_id").collect().rows(named=True)
    matters, steps = _steps_by_matter(legal.decision_log, records["decision"])
    by_key = {row["decision_key"]: row for row in rows}
    listings = [
        Subject("listing", by_key.get(row["target_key"]), row, steps[row["matter_id"]], enterprise, records)
        for row in matters
        if row["matter"] == "listing"
    ]
    repairs = [row for row in matters if row["matter"] == "penalty"]
    return [*_penalties(rows, repairs, steps, enterprise, records), *listings]


def _penalties(
    rows: Iterable[Row], repairs: list[Row], steps: StepsByMatter, enterprise: Row | None, records: Records
) -> Iterator[Subject]:
    for penalty in rows:
        of_it = [row for row in repairs if row["target_key"] == penalty["decision_key"]]
        # One paper is about one system; the enterprise publicity system goes first.
        stands = min(of_it, key=lambda row: (row["system"] != GSXT, row["system"]), default=None)
        taken = steps[stands["matter_id"]] if stands else ()
        yield Subject("penalty", penalty, stands, taken, enterprise, records)


def _steps_by_matter(log: DecisionLog, decisions: pl.LazyFrame) -> tuple[list[Row], StepsByMatter]:
    """Matters by day, and the steps taken of each, with the columns of their decisions."""
    of_record = decisions.select("record_id", "reason", "authority", "situation", number_key=_key("decision_no"))
    taken = log.steps.filter(~pl.col("is_refused")).join(of_record.collect(), on="record_id")
    steps: dict[str, list[Row]] = {}
    for row in sorted(taken.iter_rows(named=True), key=_order):
        steps.setdefault(row["matter_id"], []).append(row)
    rows = log.matters.sort("opened_on", "matter_id").iter_rows(named=True)
    return [row for row in rows if row["matter_id"] in steps], {key: tuple(of_it) for key, of_it in steps.items()}


def _order(step: Row) -> tuple[date, int, str, str]:
    """Steps of one day go in the order of DECISION_TYPES."""
    return step["on"], list(DECISION_TYPES).index(step["step"]), step["decision_no"], step["record_id"]


def _key(column: str) -> pl.Expr:
    from transforms.records.text import document_key

    return document_key(pl.col(column))


if TYPE_CHECKING:
    from transforms.policy_model.dated_values import Dated

_SUPERVISION = ("sampling", "signal", "inspection")

CONSENT = "consent"

_NAMED = "party_name"


def party_records(store: Store, night: Run, enterprise_id: str | None, party: str | None = None) -> Records:
    """Current versions by kind, as the night knew them: an enterprise's, or those of the natural person `party`."""
    found = {kind: current_records(store, kind, night, enterprise_id) for kind in (*LAW_RECORD_KINDS, *_SUPERVISION)}
    if enterprise_id is None:
        nobody = pl.col("enterprise_id").is_null()
        found = {kind: frame.filter(nobody, _bears(kind, party)) for kind, frame in found.items()}
    # One party's are few, and are read again for every question.
    return {kind: frame.collect().lazy() for kind, frame in found.items()}


def _bears(kind: str, party: str | None) -> pl.Expr:
    return pl.col(_NAMED) == (party or "") if _NAMED in KINDS[kind].table.schema else pl.lit(False)


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


def subject_legal_state(
    settings: Settings, legal: LawState, penalty_id: str | None, listing_id: str | None, system: str
) -> SubjectLegalState:
    """Rows of that penalty and that listing; REPAIR's is the listing's where there is one."""
    of_penalty, of_listing = (pl.col("record_id") == (record or "") for record in (penalty_id, listing_id))
    in_system = pl.col("system") == system
    serious = legal.law.listing.serious
    listing = _first(legal.decision_log.listings.filter(of_listing))
    candidate = _first(legal.candidates.filter(of_penalty))
    situation = (listing or candidate or {}).get("situation")
    return SubjectLegalState(
        publicity=_first(legal.publicity.filter(of_penalty, in_system)),
        repair=_first(legal.repair.filter(of_listing if listing_id else of_penalty, in_system)),
        listing=listing,
        candidate=candidate,
        is_heavier=_meets(legal, penalty_id, serious.heavier_when),
        needs_consent=_needs_consent(legal, penalty_id, listing_id),
        factors=tuple(_factors(legal, penalty_id).iter_rows(named=True)) if penalty_id else (),
        measures=_measures(settings, situation, legal.as_of),
        articles={one.id: one.basis for one in serious.situations} | {CONSENT: serious.consent_when.basis},
    )


def _first(rows: pl.DataFrame) -> Row | None:
    return next(iter(rows.iter_rows(named=True)), None)


def _meets(legal: LawState, penalty_id: str | None, when: Dated[str]) -> bool | None:
    """Whether the penalty meets the condition in force on its day."""
    from transforms.law.calendar.periods import dated_condition
    from transforms.law.publicity.penalty_facts import with_penalty_facts

    penalty = legal.records["penalty"].filter(pl.col("record_id") == (penalty_id or ""))
    frame = with_penalty_facts(penalty, legal.records["enterprise"])
    found = _first(frame.select(is_met=dated_condition(when, pl.col("decided_on"))).collect())
    return found["is_met"] if found else None


def _needs_consent(legal: LawState, penalty_id: str | None, listing_id: str | None) -> bool | None:
    """By the authority that listed, where that is on record; else by that of the penalty."""
    from transforms.law.calendar.periods import dated_condition

    when = legal.law.listing.serious.consent_when
    listed = legal.records["decision"].filter(
        pl.col("record_id") == (listing_id or ""), pl.col("authority").is_not_null()
    )
    found = _first(listed.select(is_met=dated_condition(when, pl.col("decided_on"))).collect())
    return found["is_met"] if found else _meets(legal, penalty_id, when)


def _factors(legal: LawState, penalty_id: str) -> pl.DataFrame:
    from transforms.law.listing.candidates import EvidenceRecords, checklist

    kinds = ("penalty", *_SUPERVISION)
    penalty = legal.records["penalty"].filter(pl.col("record_id") == penalty_id).collect()
    evidence = EvidenceRecords(*(legal.records[kind] for kind in kinds))
    return checklist(penalty, evidence, legal.law.listing.serious, legal.as_of)


def _measures(settings: Settings, situation: str | None, day: date) -> tuple[Row, ...]:
    """title, basis, confidence of each measure that the law has on `day` for a listing of that situation."""
    law = read_measure_law(settings.policy_dir)
    held = [one for one in (law.measures if law else ()) if one.situation in (None, situation)]
    return tuple(
        {"title": one.title, "basis": one.in_force.basis, "confidence": one.in_force.confidence}
        for one in held
        if day >= min(one.in_force.values) and one.in_force.on(day)
    )
