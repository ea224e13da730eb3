"""What stands on the serious-violation list, and why what stood does not: read from the store as the night left it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import polars as pl

from flows.law import legal_of
from flows.policies import hash_of_law
from flows.publishing.contents import Contents, counted
from flows.publishing.grants import noted_grants
from flows.settings import Settings
from flows.store import Run, Store
from reports.publication import Causes
from reports.views.listing import Key
from reports.views.lists import SERIOUS_VIOLATIONS as LIST
from transforms.law import entries_of
from transforms.law.legal import Legal
from transforms.law.listing import listings_of_persons
from transforms.tables.law.listing import GAPS, OF_PERSON

_LAW_FILES = ("serious_list", "procedure", "calendar")
_HELD = {gap: f"在列期限不能确定（{word}）" for gap, word in GAPS.items()}


def listed(settings: Settings, store: Store, run: Run, as_of: date | None = None) -> Contents:
    """The entries of the list by what `run` knew, on `as_of` (None: the run's own day)."""
    legal = legal_of(settings, store, run, as_of)
    register = legal.register
    found, of_persons = pl.collect_all([register.listings, listings_of_persons(register.followed)])
    made = contents_of(found, hash_of_law(settings.policy_dir, *_LAW_FILES))
    held = (*made.held, *(f"{number}：{OF_PERSON}" for number in of_persons["listing_no"]))
    return replace(made, held=held, doubtful=cache(lambda: _doubtful(found, legal)))


def contents_of(found: pl.DataFrame, policy_hash: str) -> Contents:
    """The list of `found` (LISTING): what stands. Held back: entries whose end the policy cannot tell."""
    unknown = found.filter(pl.col("state") == "unknown").select("decision_no", "gap").iter_rows()
    held = [(number, _HELD[gap]) for number, gap in unknown]
    return Contents(
        entries_of(found.lazy()).select(list(LIST.schema)).collect(),
        _causes(found),
        "serious_list",
        policy_hash,
        _ended_on(found),
        issues=counted(why for _, why in held),
        held=tuple(f"{number}：{why}" for number, why in held),
    )


def _doubtful(found: pl.DataFrame, legal: Legal) -> dict[Key, str]:
    """What is to be looked at of the removal of a listing, by its key."""
    noted = found.select("record_id", *LIST.key).join(noted_grants(legal), left_on="record_id", right_on="listing_id")
    return {(number, enterprise): why for number, enterprise, why in noted.select(*LIST.key, "why").iter_rows()}


def _ended_on(found: pl.DataFrame) -> dict[Key, date]:
    """The first day off the list of every listing that left it."""
    gone = found.filter(pl.col("left_on").is_not_null()).select(*LIST.key, "left_on").iter_rows()
    return {(number, enterprise): day for number, enterprise, day in gone}


def _causes(found: pl.DataFrame) -> Causes:
    """Why a listing no longer stands, and which stands again."""
    is_on = pl.col("state") == "standing"
    gone = found.filter(~is_on).select(*LIST.key, "state").iter_rows()
    back = found.filter(is_on, pl.col("restored_on").is_not_null()).select(LIST.key).iter_rows()
    return {("DEL", (number, enterprise)): state for number, enterprise, state in gone} | {
        ("ADD", (number, enterprise)): "restored" for number, enterprise in back
    }
