"""What a paper can be about: penalties and listings, each with the steps that the register of decisions has of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from flows.law import legal_on
from flows.papers.legal import Records, Row, records_of
from flows.settings import Settings
from flows.store import Run, Store
from transforms.tables.words import DECISION_TYPES

if TYPE_CHECKING:
    from transforms.law.procedure import Followed

GSXT = "gsxt"
# The steps of the register by which the office makes a paper; repair_notice goes with another paper.
STEPS = {
    "listing_notice": ("notify_listing",),
    "listing_decision": ("list",),
    "removal_decision": ("remove", "revoke_listing"),
    "repair_notice": (),
    "repair_grant": ("repair",),
    "repair_refusal": ("refuse_repair", "refuse_removal"),
    "repair_revocation": ("revoke_repair", "restore_listing"),
}
LISTS = ("listing_notice", "listing_decision", "removal_decision")
Steps = dict[str, tuple[Row, ...]]


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


def key_of(text: str) -> str:
    """A document number as numbers are compared: one kind of bracket, no blanks."""
    from transforms.records.text import document_key

    return str(pl.select(document_key(pl.lit(text))).item() or "")


def subjects_numbered(settings: Settings, store: Store, night: Run, text: str, as_of: date) -> list[Subject]:
    """What a document number means: what it is a number of, and the listings that name it. None for no number."""
    key, known = key_of(text), (store.scan(kind, night) for kind in ("decision", "penalty"))
    decisions, penalties = known
    named = decisions.filter((_key("decision_no") == key) | (_key("target") == key))
    punished = penalties.filter(pl.col("decision_key") == key)
    parties = pl.concat([frame.select("enterprise_id", "party_name") for frame in (named, punished)]).collect()
    owners = {(owner, None if owner else party) for owner, party in parties.iter_rows()}
    found = [
        one
        for owner, party in sorted(owners, key=lambda pair: (pair[0] or "", pair[1] or ""))
        for one in subjects_of(settings, records_of(store, night, owner, party), as_of)
    ]
    return [one for one in found if key in one.own_keys() or _is_about(one, key)]


def _is_about(subject: Subject, key: str) -> bool:
    return subject.matter == "listing" and subject.stands is not None and subject.stands["target_key"] == key


def fitting(kind: str, about: Iterable[str], subjects: Iterable[Subject], number: str | None) -> list[Subject]:
    """Those the paper can be about; `number`: the document number that led to them, where one did."""
    found = [one for one in subjects if one.matter in about]
    if kind in LISTS:
        listed = {one.penalty["record_id"] for one in found if one.matter == "listing" and one.penalty}
        return [one for one in found if one.matter == "listing" or (one.penalty or {})["record_id"] not in listed]
    own = [one for one in found if number and key_of(number) in one.own_keys()]
    return own or found


def subjects_of(settings: Settings, records: Records, as_of: date) -> list[Subject]:
    """Every penalty and listing of a party's records, penalties first, by day and number."""
    legal = legal_on(settings, records, as_of)
    enterprise = next(iter(records["enterprise"].collect().iter_rows(named=True)), None)
    punished = records["penalty"].filter(pl.col("decided_on") <= as_of)
    rows = punished.sort("decided_on", "decision_no", "record_id").collect().rows(named=True)
    matters, steps = _followed(legal.register.followed, records["decision"])
    by_key = {row["decision_key"]: row for row in rows}
    listings = [
        Subject("listing", by_key.get(row["target_key"]), row, steps[row["matter_id"]], enterprise, records)
        for row in matters
        if row["matter"] == "listing"
    ]
    repairs = [row for row in matters if row["matter"] == "penalty"]
    return [*_penalties(rows, repairs, steps, enterprise, records), *listings]


def _penalties(
    rows: Iterable[Row], repairs: list[Row], steps: Steps, enterprise: Row | None, records: Records
) -> Iterator[Subject]:
    for penalty in rows:
        of_it = [row for row in repairs if row["target_key"] == penalty["decision_key"]]
        # One paper is about one system; the enterprise publicity system goes first.
        stands = min(of_it, key=lambda row: (row["system"] != GSXT, row["system"]), default=None)
        taken = steps[stands["matter_id"]] if stands else ()
        yield Subject("penalty", penalty, stands, taken, enterprise, records)


def _followed(followed: Followed, decisions: pl.LazyFrame) -> tuple[list[Row], Steps]:
    """Matters by day, and the steps taken of each, with the columns of their decisions."""
    of_record = decisions.select("record_id", "reason", "authority", "situation", number_key=_key("decision_no"))
    taken = followed.steps.filter(~pl.col("is_refused")).join(of_record, on="record_id")
    steps: dict[str, list[Row]] = {}
    for row in sorted(taken.collect().iter_rows(named=True), key=_order):
        steps.setdefault(row["matter_id"], []).append(row)
    rows = followed.matters.sort("opened_on", "matter_id").collect().iter_rows(named=True)
    return [row for row in rows if row["matter_id"] in steps], {key: tuple(of_it) for key, of_it in steps.items()}


def _order(step: Row) -> tuple[date, int, str, str]:
    """Steps of one day go in the order of DECISION_TYPES."""
    return step["on"], list(DECISION_TYPES).index(step["step"]), step["decision_no"], step["record_id"]


def _key(column: str) -> pl.Expr:
    from transforms.records.text import document_key

    return document_key(pl.col(column))
