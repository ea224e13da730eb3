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

_CHANGE = (
    "changes_on",
    "tier_before",
    "tier_after",
    "index_before",
    "index_after",
    "score_after_centipoints",
    "cause",
)


def ratings_of(store: Store, run: Run, enterprise_id: str) -> pl.DataFrame:
    """Every rating the enterprise had when `run` had passed, oldest first: the last one is current."""
    return store.scan("ratings", run, enterprise_id).sort("valid_from_on").collect()


def current_rating(ratings: pl.DataFrame) -> dict[str, Any] | None:
    """The last row of `ratings`; None for an enterprise not rated yet."""
    return ratings.row(-1, named=True) if ratings.height else None


def enterprise_outlook(store: Store, run: Run, enterprise_id: str) -> Outlook:
    """The next change of the enterprise's tier that the run foresaw."""
    if not has_outlook(run):
        return Outlook(run.as_of, is_known=False)
    rows = outlook_of(store, run, enterprise_id).collect()
    return Outlook(run.as_of, rows.row(0, named=True) if rows.height else None)


def outlook_document(outlook: Outlook) -> dict[str, Any] | None:
    """For --json: the last day that was looked at, and the change foreseen or null; null for a run without outlook."""
    if not outlook.is_known:
        return None
    change = {name: outlook.row[name] for name in _CHANGE} if outlook.row else None
    return {"until": outlook.until, "change": change}


def scheme_facts_of(settings: Settings, store: Store, run: Run) -> SchemeFacts:
    """As the run stored it in its folder; where that is on another machine, as the policy has it for the run's day."""
    stored = read_scheme_facts(store.run_folder(run.run_id))
    if stored is not None:
        return stored
    from flows.policy_folder import read_scheme, scheme_facts

    return scheme_facts(read_scheme(settings.policy_dir, run.scheme or settings.scheme), run.as_of)


def identity_fields(enterprise: Mapping[str, Any]) -> dict[str, Any]:
    """What tells one enterprise from another."""
    return {name: enterprise[name] for name in ("enterprise_id", "name", "uscc", "state")}
