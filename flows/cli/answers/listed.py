"""Whether an enterprise stands on the serious-violation list."""

from __future__ import annotations

from typing import Any

from flows.settings import Settings
from flows.store import Run, Store, known

_SHOWN = ("listed_on", "decision_no", "reason", "listed_by", "ends_on")


def listing_of(settings: Settings, store: Store, run: Run, enterprise_id: str) -> dict[str, Any] | None:
    """listed_on, decision_no, reason, listed_by, ends_on of the oldest entry that stands on the night, or None."""
    decisions, enterprises, penalties = (
        known(store, kind, run, enterprise_id) for kind in ("decision", "enterprise", "penalty")
    )
    if decisions.select("record_id").collect().is_empty():  # nearly always: then no law need be read
        return None
    from flows.policies import read_calendar, read_list_law
    from transforms.law import ListRecords, calendar_of, serious_list

    calendar = calendar_of(read_calendar(settings.policy_dir), run.as_of)
    records = ListRecords(decisions, enterprises, penalties)
    entries = serious_list(records, read_list_law(settings.policy_dir), calendar, run.as_of).collect()
    return {name: entries.row(0, named=True)[name] for name in _SHOWN} if entries.height else None
