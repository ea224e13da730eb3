"""Who may ask for repair, and where applications stand, as a night knew it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from flows.law import legal_of
from flows.settings import Settings
from flows.store import Run, Store
from transforms.law import gap_texts
from transforms.law.gaps import absent_texts
from transforms.law.legal import Legal
from transforms.law.repair import applications, falsehoods
from transforms.records.text import document_key
from transforms.tables import TABLES

_GAPS = ("low_fine", "calendar")
_ORDER = ["matter", "decided_on", "decision_no", "record_id", "system"]


@dataclass(frozen=True)
class Repairs:
    """rows: of REPAIR. applications: of APPLICATION. falsehoods: of FALSEHOOD.

    missing: what the policy must say before the answer is whole. absent: what it leaves out.
    """

    as_of: date
    rows: pl.DataFrame
    applications: pl.DataFrame
    falsehoods: pl.DataFrame
    missing: tuple[str, ...]
    absent: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "as_of": self.as_of,
            "count": self.rows.height,
            "repair": self.rows.to_dicts(),
            "applications": self.applications.to_dicts(),
            "falsehoods": self.falsehoods.to_dicts(),
            "missing": list(self.missing),
            "absent": list(self.absent),
        }


def of_enterprise(settings: Settings, store: Store, night: Run, as_of: date, enterprise_id: str) -> Repairs:
    """The enterprise's penalties and listings as they may be repaired on `as_of`."""
    return _repairs(legal_of(settings, store, night, as_of, enterprise_id), pl.lit(True), pl.lit(True))


def of_number(settings: Settings, store: Store, night: Run, as_of: date, number: str) -> Repairs | None:
    """The penalties and listings of that number, of firms or of natural persons; None where there is none."""
    legal = legal_of(settings, store, night, as_of)
    key = document_key(pl.lit(number))
    is_it = document_key(pl.col("decision_no")) == key
    kinds = (legal.records["penalty"], legal.records["decision"].filter(pl.col("decision_type") == "list"))
    parties = pl.concat([kind.filter(is_it).select("enterprise_id", "party_name") for kind in kinds]).collect()
    if parties.is_empty():
        return None
    theirs = replace(legal, records=_of_parties(legal.records, parties))
    is_applied = (pl.col("target_key") == key) | (document_key(pl.col("listing_no")) == key)
    return _repairs(theirs, is_it, is_applied)


def _of_parties(records: Mapping[str, pl.LazyFrame], parties: pl.DataFrame) -> dict[str, pl.LazyFrame]:
    """What concerns those parties alone: conditions compare no others' records."""
    firms = parties["enterprise_id"].drop_nulls().unique().to_list()
    persons = parties.filter(pl.col("enterprise_id").is_null())["party_name"].drop_nulls().unique().to_list()
    found = {}
    for kind, frame in records.items():
        is_named = pl.col("party_name").is_in(persons) if "party_name" in TABLES[kind].schema else pl.lit(False)
        is_firm = pl.col("enterprise_id").is_in(firms)
        found[kind] = frame.filter(is_firm | (pl.col("enterprise_id").is_null() & is_named))
    return found


def _repairs(legal: Legal, is_asked: pl.Expr, is_applied: pl.Expr) -> Repairs:
    decisions, law = legal.records["decision"], legal.law
    rows = legal.repair.filter(is_asked).sort(_ORDER, descending=[False, True, False, False, False]).collect()
    unknown = legal.publicity.filter(is_asked, pl.col("state") == "unknown", pl.col("gap").is_in(_GAPS)).collect()
    own = applications(legal.register, decisions, is_applied).collect()
    false = falsehoods(legal.register, decisions, law.publicity.repairs, law.calendar, legal.as_of).collect()
    return Repairs(
        legal.as_of, rows, own, false, tuple(gap_texts(unknown, law.calendar)), tuple(absent_texts(law.absent))
    )
