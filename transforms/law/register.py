"""What the office's register of decisions comes to on a day: matters, and listings with their clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.law.calendar import Calendar
from transforms.law.listing import listings_of
from transforms.law.procedure import Followed
from transforms.law.serious.records import ListLaw, ListRecords
from transforms.law.serious.runs import followed_with_runs


@dataclass(frozen=True)
class Register:
    """followed: the steps taken and refused, the matters, the open terms. listings: the table LISTING.

    clocks: of every listing when its stay would end, whatever cuts it short.
    """

    followed: Followed
    listings: pl.LazyFrame
    clocks: pl.LazyFrame


def register_of(records: ListRecords, law: ListLaw, calendar: Calendar, as_of: date) -> Register:
    """The register on `as_of`, from current versions of those records."""
    followed, runs = followed_with_runs(records, law, calendar, as_of)
    return Register(followed, listings_of(followed, runs, law, calendar, as_of), runs.lazy())
