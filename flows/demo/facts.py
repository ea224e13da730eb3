"""A fact of the demo region, before an office writes it down in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Literal

from flows.demo.region import Enterprise
from flows.demo.streams import chance, weighted

Value = str | int | bool | date | tuple[str, ...] | None
LAGS = ((1, 6), (7, 12), (30, 4), (120, 1))  # days within which a record is sent, by weight: few come very late


@dataclass(frozen=True)
class Span:
    """The days of the demo's history: `days` of them, the last one `end_on`."""

    days: int
    end_on: date

    def ago(self, days: int) -> date:
        """The day so many days before the end."""
        return self.end_on - timedelta(days=days)


@dataclass(frozen=True)
class Fact:
    """One record as it should arrive: `values` by the column names of its kind, in the product's own codes.

    `sent_on` is the day its office sends it. `cells` holds texts that replace what the office would write
    for a column; `fault` is the code under which intake must turn the row away, None for a good row; `shape`
    says whether it is a row like others, the headings once more, or a row that breaks off.
    """

    kind: str
    values: Mapping[str, Value]
    event_on: date
    sent_on: date
    serial: int
    cells: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None
    role: str = "first"
    shape: Literal["row", "header", "short"] = "row"

    def sent(self, days_later: int, role: str, **values: Value) -> Fact:
        """The same fact in a later report, with other `values`."""
        later = self.sent_on + timedelta(days=days_later)
        return replace(self, sent_on=later, role=role, values={**self.values, **values})


def fact(rng: Random, kind: str, enterprise: Enterprise, event_on: date, **values: Value) -> Fact:
    """A good first report about `enterprise`, sent some days after it happened."""
    party = {"uscc": enterprise.uscc, "party_name": enterprise.name}
    sent_on = event_on + timedelta(days=rng.randrange(1, weighted(rng, LAGS) + 2))
    return Fact(kind, {**party, **values}, event_on, sent_on, enterprise.serial)


def maybe(rng: Random, per_mille: int, value: Value) -> Value:
    """`value` in so many of a thousand draws, else nothing."""
    return value if chance(rng, per_mille) else None
