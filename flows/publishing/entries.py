"""What stands on the list, and why what stood does not: read from the store as the last night left it."""

from __future__ import annotations

import polars as pl

from flows.store import Run, Store
from transforms.law import listings
from transforms.policy.law import SeriousList
from transforms.records import current
from transforms.tables.words import LISTING_STATES


def all_listings(store: Store, night: Run, law: SeriousList) -> pl.DataFrame:
    """Every listing decided by the night's day, with its state (see `transforms.law.listings`)."""
    decisions = current(store.scan("decision"), night.known_at)
    enterprises = current(store.scan("enterprise"), night.known_at)
    return listings(decisions, enterprises, law, night.as_of).collect()


def causes_of_removal(found: pl.DataFrame) -> dict[tuple[str, str], str]:
    """By (decision number, enterprise): the Chinese word for why a listing no longer stands."""
    gone = found.filter(pl.col("state") != "standing")
    keys = gone.select("decision_no", "enterprise_id", "state").iter_rows()
    return {(number, enterprise): LISTING_STATES[state] for number, enterprise, state in keys}
