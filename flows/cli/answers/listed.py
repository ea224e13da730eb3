"""Whether an enterprise stands on the serious-violation list."""

from __future__ import annotations

from typing import Any

import polars as pl

from flows.settings import Settings
from flows.store import Run, Store, keeps_law, law_of
from transforms.tables.law.listing import LISTING

_KEPT = "law_listings"
_SHOWN = ("listed_on", "decision_no", "reason", "listed_by")


def listing_of(settings: Settings, store: Store, run: Run, enterprise_id: str) -> dict[str, Any] | None:
    """listed_on, decision_no, reason, listed_by, ends_on of the oldest entry that stands on the night, or None."""
    entries = _listings(settings, store, run, enterprise_id).filter(pl.col("state") == "standing")
    entry = entries.select(*_SHOWN, ends_on="last_day_on").head(1).to_dicts()
    return entry[0] if entry else None


def _listings(settings: Settings, store: Store, run: Run, enterprise_id: str) -> pl.DataFrame:
    if keeps_law(run):
        found = law_of(store, run, enterprise_id, [_KEPT])
        return found[_KEPT] if found else LISTING.empty()
    from flows.law import legal_of

    return legal_of(settings, store, run, enterprise_id=enterprise_id).register.listings.collect()
