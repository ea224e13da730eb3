"""Who may have what repaired on a day."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.calendar import Calendar
from transforms.law.publicity import Assessed, LegalDay, assessed
from transforms.law.register import Register
from transforms.law.repair.evidence import Records
from transforms.law.repair.listings import listings_repair
from transforms.law.repair.penalties import penalties_repair
from transforms.policy.law_publicity import PublicityLaw
from transforms.tables.law.repair import REPAIR


def repair(
    records: Records, law: PublicityLaw, calendar: Calendar, as_of: date, register: Register | None = None
) -> pl.LazyFrame:
    """A row per penalty or listing decided by `as_of` and system, in the columns of REPAIR, sorted by its key.

    register: what the register of decisions says on `as_of`; without it nothing was repaired, barred or listed.
    """
    day = LegalDay(law, calendar, as_of, register)
    return repair_of(records, assessed(records.penalties, records.enterprises, day), day)


def repair_of(records: Records, systems: Assessed, day: LegalDay) -> pl.LazyFrame:
    """As `repair`, of penalties that were assessed already."""
    frames = [*penalties_repair(records, systems, day), *listings_repair(records, day)]
    shown = [frame.select(list(REPAIR.schema)) for frame in frames]
    return pl.concat([REPAIR.empty().lazy(), *shown]).sort(REPAIR.key)
