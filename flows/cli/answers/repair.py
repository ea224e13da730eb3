"""Who may ask for repair, and where applications stand, as a night knew it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from flows.law import legal_of
from flows.settings import Settings
from flows.store import Run, Store
from transforms.law import gap_texts
from transforms.law.repair import applications, falsehoods

_GAPS = ("low_fine", "calendar")


class Question(NamedTuple):
    """as_of: the day meant. enterprise_id: whose."""

    as_of: date
    enterprise_id: str


@dataclass(frozen=True)
class Repairs:
    """rows: of REPAIR. applications: of APPLICATION. falsehoods: of FALSEHOOD.

    missing: what the policy must say before the answer is whole.
    """

    as_of: date
    rows: pl.DataFrame
    applications: pl.DataFrame
    falsehoods: pl.DataFrame
    missing: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "as_of": self.as_of,
            "count": self.rows.height,
            "repair": self.rows.to_dicts(),
            "applications": self.applications.to_dicts(),
            "falsehoods": self.falsehoods.to_dicts(),
            "missing": list(self.missing),
        }


def find_repair(settings: Settings, store: Store, night: Run, question: Question) -> Repairs:
    """The enterprise's penalties and listings as they may be repaired on the day of the question."""
    legal = legal_of(settings, store, night, question.as_of, question.enterprise_id)
    order = ["matter", "decided_on", "decision_no", "record_id", "system"]
    rows = legal.repair.sort(order, descending=[False, True, False, False, False]).collect()
    decisions, law = legal.records["decision"], legal.law
    asked = applications(legal.register, decisions).collect()
    false = falsehoods(legal.register, decisions, law.publicity.repairs, law.calendar, legal.as_of).collect()
    unknown = legal.publicity.filter(pl.col("state") == "unknown", pl.col("gap").is_in(_GAPS)).collect()
    return Repairs(question.as_of, rows, asked, false, tuple(gap_texts(unknown, law.calendar)))
