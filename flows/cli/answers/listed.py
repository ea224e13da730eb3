"""Whether an enterprise stands on the serious-violation list."""

from __future__ import annotations

from typing import Any

from flows.policies import read_law
from flows.settings import Settings
from flows.store import Run, Store

_SHOWN = ("listed_on", "decision_no", "reason", "listed_by", "ends_on")


def listing_of(settings: Settings, store: Store, run: Run, enterprise_id: str) -> dict[str, Any] | None:
    """listed_on, decision_no, reason, listed_by, ends_on of the oldest entry that stands on the night, or None."""
    from transforms.law import serious_list
    from transforms.records import current

    decisions, enterprises = (
        current(store.scan(kind, run, enterprise_id), run.known_at) for kind in ("decision", "enterprise")
    )
    entries = serious_list(decisions, enterprises, read_law(settings.policy_dir), run.as_of).collect()
    return {name: entries.row(0, named=True)[name] for name in _SHOWN} if entries.height else None
