"""The short answer of the approval desk (信用必查)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from flows.cli.answers.listed import listing_of
from flows.cli.answers.rated import identity, last_of, outlook_document, outlook_on, ratings_of, scheme_of
from flows.cli.answers.register import Found
from flows.settings import Settings
from flows.store import Run, Store

_SHORT = ("valid_from_on", "decided_by", "locked_until_on", "next_change_on", "next_change_why")


def desk(settings: Settings, store: Store, run: Run, found: Found) -> dict[str, Any]:
    """found: whether anyone is meant. enterprises: one short answer each. nearest: names, where no one is meant."""
    rows = found.rows.iter_rows(named=True)
    answers = [_short(settings, store, run, row) for row in rows]
    return {
        "as_of": run.as_of,
        "found": bool(answers),
        "enterprises": answers,
        "nearest": list(found.nearest),
    }


def _unknown_amounts(store: Store, run: Run, rating: Mapping[str, Any]) -> int:
    """How many records the rating leaves out because nobody knows their amount."""
    trace = store.scan("trace", run, rating["enterprise_id"])
    rows = trace.filter(valid_from_on=rating["valid_from_on"], reason="unknown_amount")
    return int(rows.select(pl.len()).collect().item())


def _short(settings: Settings, store: Store, run: Run, enterprise: Mapping[str, Any]) -> dict[str, Any]:
    key = enterprise["enterprise_id"]
    rating, scheme = last_of(ratings_of(store, run, key)), scheme_of(settings, store, run)
    outlook = outlook_on(store, run, key)
    return {
        **identity(enterprise),
        "tier": rating["tier"] if rating else None,
        "tier_title": dict(scheme.tiers).get(rating["tier"], "") if rating else None,
        "scheme": scheme.name,
        "is_illustrative": scheme.is_illustrative,
        **{name: rating[name] if rating else None for name in _SHORT},
        "unknown_amount_count": _unknown_amounts(store, run, rating) if rating else None,
        "outlook": outlook_document(outlook) if rating else None,
        "outlook_text": outlook.text(scheme) if rating else None,
        "serious_list": listing_of(settings, store, run, key),
    }
