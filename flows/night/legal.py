"""The law's word on a night: for the office's report, and for the pages of enterprises."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from flows.law import legal_of, read_legal_law
from flows.legal_kinds import LEGAL
from flows.night.arrived import arrived
from flows.night.records import Seen, Whose, known
from flows.settings import Settings
from flows.store import Run
from reports.views.enterprise_law import EnterpriseLaw, EnterpriseLawFrames, enterprise_law
from reports.views.office_law import OfficeLawFrames
from transforms.law.coming import coming, untold
from transforms.law.legal import KINDS_ASKED, Legal
from transforms.law.repair.applications import applications
from transforms.law.serious.candidates import candidates
from transforms.tables import TABLES
from transforms.tables.law.publicity import GAPS

MOST_CANDIDATES = 200  # told in the report, the newest; `yaoxin list --candidates` has all
_ID = "enterprise_id"


def office_frames(seen: Seen, settings: Settings, former: Run | None) -> OfficeLawFrames:
    """What the report says of the law. former: the last night of an earlier day. Raises PolicyProblems."""
    night = seen.night
    law = read_legal_law(settings.policy_dir, night.as_of)
    legal = Legal(_records(seen), law, night.as_of)
    until = _month_end(night.as_of)
    steps = arrived(seen, "decision", former).select("record_id").unique()
    refused = legal.register.followed.steps.filter("is_refused").join(steps, on="record_id", how="semi")
    under_way = applications(legal.register, legal.records["decision"]).filter(pl.col("by_on").is_not_null())
    given = (legal.records["penalty"], legal.records["enterprise"], law.listing.serious, legal.register.followed)
    proposed = candidates(*given, night.as_of).collect()
    counted = untold(legal, until).group_by("gap").len().sort("gap").collect()
    return OfficeLawFrames(
        coming=coming(legal, until, with_repair=False),
        list_changes=_list_changes(seen, settings, former, legal),
        candidates=proposed.head(MOST_CANDIDATES),
        candidate_count=proposed.height,
        refused=refused.sort("on", "decision_no", "record_id", "matter_id"),
        applications=under_way.sort("by_on", "matter_id", "awaited"),
        missing=[f"{GAPS[gap]}，{count} 件处罚的公示期不能确定" for gap, count in counted.iter_rows()],
    )


def _records(seen: Seen) -> dict[str, pl.LazyFrame]:
    """Read once: what the law has a word on, and the register of those concerned."""
    found = {kind: known(kind, seen).filter(test).collect() for kind, test in LEGAL.items()}
    ids = pl.concat([frame[_ID] for frame in found.values()]).drop_nulls().unique().sort()
    found["enterprise"] = known("enterprise", seen, Whose(ids=ids)).collect()
    return {kind: found.get(kind, TABLES[kind].empty()).lazy() for kind in KINDS_ASKED}


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _list_changes(seen: Seen, settings: Settings, former: Run | None, legal: Legal) -> pl.DataFrame:
    """Listings that stand and did not the night before, or stood and do not now."""
    now = legal.register.listings.collect()
    before: set[str] = set()
    if former is not None and not now.is_empty():
        listed = legal_of(settings, seen.store, former).register.listings
        before = set(listed.filter(pl.col("state") == "standing").collect()["record_id"])
    was_on, is_on = pl.col("record_id").is_in(list(before)), pl.col("state") == "standing"
    return now.filter(was_on != is_on)


def of_enterprises(records: Mapping[str, pl.LazyFrame], settings: Settings, day: date) -> dict[str, EnterpriseLaw]:
    """The view of every enterprise whose records these are; without those of whom the law says nothing."""
    legal = Legal(records, read_legal_law(settings.policy_dir, day), day)
    found = (legal.register.listings.collect(), legal.repair.collect(), coming(legal).collect())
    parts = [frame.partition_by(_ID, as_dict=True) for frame in found]
    keys = sorted({key for of_keys in parts for key in of_keys if key[0] is not None})
    return {str(key[0]): _of_one(key, parts, found) for key in keys}


def _of_one(
    key: tuple[Any, ...], parts: Sequence[dict[tuple[Any, ...], pl.DataFrame]], found: Sequence[pl.DataFrame]
) -> EnterpriseLaw:
    frames = (of_keys.get(key, whole.clear()) for of_keys, whole in zip(parts, found, strict=True))
    return enterprise_law(EnterpriseLawFrames(*frames))
