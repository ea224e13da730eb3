"""What stands on the serious-violation list, and why what stood does not: read from the store as the night left it."""

from __future__ import annotations

import polars as pl

from flows.policies import hash_of_law, read_law
from flows.publishing.contents import Contents
from flows.settings import Settings
from flows.store import Run, Store
from reports.publication import Causes
from reports.views.lists import SERIOUS_VIOLATIONS as LIST
from transforms.law import listings
from transforms.policy.law import SeriousList
from transforms.records import current


def listed(settings: Settings, store: Store, night: Run) -> Contents:
    """The entries of the list on the night's day."""
    law = read_law(settings.policy_dir)
    found = all_listings(store, night, law)
    entries = found.filter(pl.col("state") == "standing").select(list(LIST.schema))
    return Contents(entries, _causes(found), law.law, hash_of_law(settings.policy_dir))


def all_listings(store: Store, night: Run, law: SeriousList) -> pl.DataFrame:
    """Every listing decided by the night's day, with its state (see `transforms.law.listings`)."""
    decisions = current(store.scan("decision", night), night.known_at)
    enterprises = current(store.scan("enterprise", night), night.known_at)
    return listings(decisions, enterprises, law, night.as_of).collect()


def _causes(found: pl.DataFrame) -> Causes:
    """Why a listing no longer stands."""
    gone = found.filter(pl.col("state") != "standing").select(*LIST.key, "state")
    return {("DEL", (number, enterprise)): state for number, enterprise, state in gone.iter_rows()}
