"""What a paper can be about: penalties and listings, each with the steps that the register of decisions has of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from flows.policies import read_calendar, read_procedure
from flows.settings import Settings
from flows.store import Run, Store
from transforms.tables.words import DECISION_TYPES

Row = Mapping[str, Any]
GSXT = "gsxt"
# The steps of the register by which the office makes a paper; repair_notice goes with another paper.
STEPS = {
    "listing_notice": ("notify_listing",),
    "listing_decision": ("list",),
    "removal_decision": ("remove",),
    "repair_notice": (),
    "repair_grant": ("repair",),
    "repair_refusal": ("refuse_repair", "refuse_removal"),
    "repair_revocation": ("revoke_repair", "restore_listing"),
}
LISTS = ("listing_notice", "listing_decision", "removal_decision")


@dataclass(frozen=True)
class Subject:
    """A penalty, or a listing and its penalty. steps: those taken, in order, with the columns of their decisions.

    matter_row: where the listing, or the repair of the penalty, stands. enterprise: its row in the register, or None.
    """

    matter: str
    penalty: Row | None
    matter_row: Row | None
    steps: tuple[Row, ...]
    enterprise: Row | None

    @property
    def number(self) -> str:
        """The number it is known by."""
        if self.matter == "penalty" and self.penalty:
            return str(self.penalty["decision_no"])
        row = self.matter_row or {}
        return str(row.get("listing_no") or (self.steps[0]["decision_no"] if self.steps else ""))

    @property
    def on(self) -> date | None:
        """Its day."""
        row = self.penalty if self.matter == "penalty" else None
        found = row["decided_on"] if row else (self.matter_row or {}).get("opened_on")
        return found if isinstance(found, date) else None

    @property
    def party(self) -> str:
        """Whom it concerns."""
        rows = (self.enterprise or {}, self.penalty or {}, self.matter_row or {})
        return str(rows[0].get("name") or rows[1].get("party_name") or rows[2].get("party_name") or "")

    @property
    def enterprise_id(self) -> str | None:
        """The enterprise; None for a natural person."""
        row = self.enterprise or self.penalty or self.matter_row or {}
        return row.get("enterprise_id")

    @property
    def system(self) -> str:
        """The publicity system its steps are about."""
        return str((self.matter_row or {}).get("system") or GSXT)

    def last(self, *names: str) -> Row | None:
        """The last step of one of these names."""
        return next((step for step in reversed(self.steps) if step["step"] in names), None)

    def own_keys(self) -> set[str]:
        """Numbers that mean this subject and no other."""
        keys = {step["number_key"] for step in self.steps}
        return keys | ({self.penalty["decision_key"]} if self.matter == "penalty" and self.penalty else set())


def key_of(text: str) -> str:
    """A document number as numbers are compared."""
    from transforms.records.text import document_key

    return str(pl.select(document_key(pl.lit(text))).item() or "")


def subjects_numbered(settings: Settings, store: Store, night: Run, text: str, as_of: date) -> list[Subject]:
    """What a document number means: what it is a number of, and the listings that name it. None for no number."""
    key = key_of(text)
    decisions, penalties = _records(store, night, "decision"), _records(store, night, "penalty")
    named = decisions.filter((_key("decision_no") == key) | (_key("target") == key)).collect()
    punished = penalties.filter(pl.col("decision_key") == key).collect()
    owners = {row["enterprise_id"] for frame in (named, punished) for row in frame.iter_rows(named=True)}
    found = [one for owner in sorted(owners - {None}) for one in subjects_of(settings, store, night, owner, as_of)]
    if None in owners:
        nobody = pl.col("enterprise_id").is_null()
        found += _subjects(settings, decisions.filter(nobody), penalties.filter(nobody), None, as_of)
    return [one for one in found if key in one.own_keys() or _is_about(one, key)]


def _is_about(subject: Subject, key: str) -> bool:
    return subject.matter == "listing" and subject.matter_row is not None and subject.matter_row["target_key"] == key


def fitting(kind: str, about: Iterable[str], subjects: Iterable[Subject], number: str | None) -> list[Subject]:
    """Those the paper can be about; `number`: the document number that led to them, where one did."""
    found = [one for one in subjects if one.matter in about]
    if kind in LISTS:
        listed = {one.penalty["record_id"] for one in found if one.matter == "listing" and one.penalty}
        return [one for one in found if one.matter == "listing" or (one.penalty or {})["record_id"] not in listed]
    own = [one for one in found if number and key_of(number) in one.own_keys()]
    return own or found


def subjects_of(settings: Settings, store: Store, night: Run, enterprise_id: str, as_of: date) -> list[Subject]:
    """Every penalty and listing of the enterprise, penalties first, by day and number."""
    kinds = (_records(store, night, kind, enterprise_id) for kind in ("decision", "penalty", "enterprise"))
    decisions, penalties, register = kinds
    enterprise = next(iter(register.collect().iter_rows(named=True)), None)
    return _subjects(settings, decisions, penalties, enterprise, as_of)


def _subjects(
    settings: Settings, decisions: pl.LazyFrame, penalties: pl.LazyFrame, enterprise: Row | None, as_of: date
) -> list[Subject]:
    punished = penalties.filter(pl.col("decided_on") <= as_of).sort("decided_on", "decision_no", "record_id").collect()
    matters, steps = _followed(settings, decisions, as_of)
    by_key = {row["decision_key"]: row for row in punished.iter_rows(named=True)}
    listings = [
        Subject("listing", by_key.get(row["target_key"]), row, steps[row["matter_id"]], enterprise)
        for row in matters
        if row["matter"] == "listing"
    ]
    repairs = [row for row in matters if row["matter"] == "penalty"]
    return [*_penalties(punished.iter_rows(named=True), repairs, steps, enterprise), *listings]


def _penalties(
    punished: Iterable[Row], repairs: list[Row], steps: Mapping[str, tuple[Row, ...]], enterprise: Row | None
) -> Iterator[Subject]:
    for penalty in punished:
        of_it = [row for row in repairs if row["target_key"] == penalty["decision_key"]]
        # One paper is about one system; the enterprise publicity system goes first.
        chosen = min(of_it, key=lambda row: (row["system"] != GSXT, row["system"]), default=None)
        yield Subject("penalty", penalty, chosen, steps[chosen["matter_id"]] if chosen else (), enterprise)


def _followed(settings: Settings, decisions: pl.LazyFrame, as_of: date) -> tuple[list[Row], dict[str, tuple[Row, ...]]]:
    """Matters by day, and the steps taken of each, with the columns of their decisions."""
    from transforms.law import calendar_of
    from transforms.law.procedure import follow

    policy = settings.policy_dir
    made = follow(decisions, read_procedure(policy), calendar_of(read_calendar(policy), as_of), as_of)
    of_record = decisions.select("record_id", "reason", "authority", "situation", number_key=_key("decision_no"))
    taken = made.steps.filter(~pl.col("is_refused")).join(of_record, on="record_id", maintain_order="left")
    steps: dict[str, list[Row]] = {}
    for row in sorted(taken.collect().iter_rows(named=True), key=_order):
        steps.setdefault(row["matter_id"], []).append(row)
    matters = made.matters.sort("opened_on", "matter_id").collect()
    rows: list[Row] = [row for row in matters.iter_rows(named=True) if row["matter_id"] in steps]
    return rows, {matter: tuple(of_matter) for matter, of_matter in steps.items()}


def _order(step: Row) -> tuple[date, int, str, str]:
    """Steps of one day go in the order of DECISION_TYPES."""
    return step["on"], list(DECISION_TYPES).index(step["step"]), step["decision_no"], step["record_id"]


def _records(store: Store, night: Run, kind: str, enterprise_id: str | None = None) -> pl.LazyFrame:
    from transforms.history import current

    return current(store.scan(kind, night, enterprise_id), night.known_at)


def _key(column: str) -> pl.Expr:
    from transforms.records.text import document_key

    return document_key(pl.col(column))
