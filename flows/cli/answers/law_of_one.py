"""What the law makes of one enterprise on a night: the list, repair, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.law import legal_of
from flows.settings import Settings
from flows.store import Run, Store
from reports.views.enterprise_law import EnterpriseLaw, EnterpriseLawFrames, enterprise_law
from transforms.law.coming import coming
from transforms.law.legal import Legal


@dataclass(frozen=True)
class LawOfOne:
    """listings: LISTING. repair: REPAIR. coming: COMING without an end."""

    listings: pl.DataFrame
    repair: pl.DataFrame
    coming: pl.DataFrame

    @property
    def view(self) -> EnterpriseLaw:
        """For pages and terminals."""
        return enterprise_law(EnterpriseLawFrames(self.listings, self.repair, self.coming))

    def document(self) -> dict[str, Any]:
        """For --json: `next` is the first that comes."""
        due = self.coming.to_dicts()
        return {
            "listings": self.listings.to_dicts(),
            "repair": self.repair.to_dicts(),
            "next": due[0] if due else None,
            "due": due,
        }


def law_of_one(settings: Settings, store: Store, run: Run, enterprise_id: str) -> LawOfOne:
    """What follows from the records the night knew of it. Raises PolicyProblems."""
    return law_in(legal_of(settings, store, run, enterprise_id=enterprise_id))


def law_in(legal: Legal) -> LawOfOne:
    """The same of a state that was worked out already."""
    return LawOfOne(legal.register.listings.collect(), legal.repair.collect(), coming(legal).collect())
