"""What the law makes of one enterprise on a night: the list, repair, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.settings import Settings
from flows.store import Run, Store, keeps_law, law_of
from reports.views.enterprise_law import EnterpriseLaw, EnterpriseLawFrames, enterprise_law


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


def law_of_one(settings: Settings, store: Store, run: Run, enterprise_id: str) -> LawOfOne | None:
    """As the night kept it; None where the law has no word. Raises PolicyProblems, of a night that kept nothing."""
    if not keeps_law(run):
        return _worked_out(settings, store, run, enterprise_id)
    found = law_of(store, run, enterprise_id, ("law_listings", "law_repair", "law_coming"))
    return LawOfOne(*found.values()) if found else None


def _worked_out(settings: Settings, store: Store, run: Run, enterprise_id: str) -> LawOfOne | None:
    from flows.law import legal_of
    from transforms.law.coming import coming
    from transforms.law.kept import concerned

    legal = legal_of(settings, store, run, enterprise_id=enterprise_id)
    if concerned(legal.records).collect().is_empty():
        return None
    return LawOfOne(legal.register.listings.collect(), legal.repair.collect(), coming(legal).collect())
