"""An enterprise's ratings and outlook as of a run, and the titles of the scheme they were made by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from flows.run.run_folder import read_scheme_facts
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.queries import has_outlook, outlook_of
from flows.store.store import Store
from reports.scheme_facts import Outlook, SchemeFacts

_OUTLOOK = (
    "changes_on",
    "tier_before",
    "tier_after",
    "index_before",
    "index_after",
    "score_after_centipoints",
    "cause",
)


def ratings_of(store: Store, run: Run, enterprise_id: str) -> pl.DataFrame:
    """Every rating the enterprise had had when the night `run` passed, oldest first: the last one stands."""
    return store.scan("ratings", run, enterprise_id).sort("valid_from_on").collect()


def current_rating(ratings: pl.DataFrame) -> dict[str, Any] | None:
    """The rating that stands; None for an enterprise not rated yet."""
    return ratings.row(-1, named=True) if ratings.height else None


def enterprise_outlook(store: Store, run: Run, enterprise_id: str) -> Outlook:
    """What the night foretold of the enterprise's tier."""
    if not has_outlook(run):
        return Outlook(run.as_of, is_known=False)
    found = outlook_of(store, run, enterprise_id).collect()
    return Outlook(run.as_of, found.row(0, named=True) if found.height else None)


def outlook_document(outlook: Outlook) -> dict[str, Any] | None:
    """For --json: until when was looked, and the change foretold or null; null for a night that did not look."""
    if not outlook.is_known:
        return None
    change = {name: outlook.row[name] for name in _OUTLOOK} if outlook.row else None
    return {"until": outlook.until, "change": change}


def scheme_facts_of(settings: Settings, store: Store, run: Run) -> SchemeFacts:
    """As the night kept it; else, in another machine's store, as the policy has it for that day."""
    return read_scheme_facts(store.run_folder(run.run_id)) or _scheme_in_force(settings, run)


def _scheme_in_force(settings: Settings, run: Run) -> SchemeFacts:
    from flows.policy_folder import read_scheme, scheme_facts

    return scheme_facts(read_scheme(settings.policy_dir, run.scheme or settings.scheme), run.as_of)


def identity_fields(enterprise: Mapping[str, Any]) -> dict[str, Any]:
    """What tells one enterprise from another."""
    return {name: enterprise[name] for name in ("enterprise_id", "name", "uscc", "state")}
