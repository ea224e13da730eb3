"""Whether an enterprise stands on the serious-violation list."""

from __future__ import annotations

from typing import Any

from flows.settings import Settings
from flows.store import Run, Store, known

_SHOWN = ("listed_on", "decision_no", "reason", "listed_by", "ends_on")


def listing_of(settings: Settings, store: Store, run: Run, enterprise_id: str) -> dict[str, Any] | None:
    """listed_on, decision_no, reason, listed_by, ends_on of the oldest entry that stands on the night, or None."""
    decisions = known(store, "decision", run, enterprise_id)
    if decisions.select("record_id").collect().is_empty():  # nearly always: then no law need be read
        return None
    from flows.law import legal_of
    from transforms.law import entries_of

    legal = legal_of(settings, store, run, enterprise_id=enterprise_id)
    entries = entries_of(legal.register.listings).collect()
    return {name: entries.row(0, named=True)[name] for name in _SHOWN} if entries.height else None
