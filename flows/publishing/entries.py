"""What stands on the serious-violation list, and why what stood does not: read from the store as the night left it."""

from __future__ import annotations

import polars as pl

from flows.policies import hash_of_law, read_calendar, read_list_law
from flows.publishing.contents import Contents
from flows.settings import Settings
from flows.store import Run, Store
from reports.publication import Causes
from reports.views.lists import SERIOUS_VIOLATIONS as LIST
from transforms.law import ListRecords, calendar_of, entries_of, listings
from transforms.law.serious.words import GAPS
from transforms.records import current

_LAW_FILES = ("serious_list", "procedure", "calendar")


def listed(settings: Settings, store: Store, night: Run) -> Contents:
    """The entries of the list on the night's day. Held back: those whose end the policy cannot tell."""
    found = all_listings(settings, store, night)
    law_hash = hash_of_law(settings.policy_dir, *_LAW_FILES)
    entries = entries_of(found.lazy()).select(list(LIST.schema)).collect()
    unknown = found.filter(pl.col("state") == "unknown").select("decision_no", "gap").iter_rows()
    held = tuple(f"{number}：在列期限不能确定（{GAPS[gap]}）" for number, gap in unknown)
    return Contents(entries, _causes(found), "serious_list", law_hash, held=held)


def all_listings(settings: Settings, store: Store, night: Run) -> pl.DataFrame:
    """Every listing decided by the night's day, with its state (see `transforms.law.listings`)."""
    kinds = ("decision", "enterprise", "penalty")
    records = ListRecords(*(current(store.scan(kind, night), night.known_at) for kind in kinds))
    calendar = calendar_of(read_calendar(settings.policy_dir), night.as_of)
    return listings(records, read_list_law(settings.policy_dir), calendar, night.as_of).collect()


def _causes(found: pl.DataFrame) -> Causes:
    """Why a listing no longer stands, and which stands again."""
    is_on = pl.col("state") == "standing"
    gone = found.filter(~is_on).select(*LIST.key, "state").iter_rows()
    back = found.filter(is_on, pl.col("restored_on").is_not_null()).select(LIST.key).iter_rows()
    return {("DEL", (number, enterprise)): state for number, enterprise, state in gone} | {
        ("ADD", (number, enterprise)): "restored" for number, enterprise in back
    }
