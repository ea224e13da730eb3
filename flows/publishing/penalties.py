"""The penalties in publicity on a night, and why what was public is not: read from the store as the night left it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from flows.policies import hash_of_law, read_calendar, read_publicity_law
from flows.publishing.contents import Contents
from flows.settings import Settings
from flows.store import Run, Store
from reports.publication import Causes
from reports.redaction import is_of_minor
from reports.views.lists import PENALTIES as LIST
from transforms.law import calendar_of, publicity
from transforms.law.published import ON_DISPLAY, published_penalties
from transforms.law.words import GAPS
from transforms.records import current

_LAW_FILES = ("publicity_gsxt", "low_fines", "calendar")
_MINOR, _NAMELESS = "minor", "nameless"
_HELD = {
    **{gap: f"公示期不能确定（{word}）" for gap, word in GAPS.items()},
    _MINOR: "当事人为未成年人，不予公示",
    _NAMELESS: "没有当事人名称",
}


def penalties(settings: Settings, store: Store, night: Run) -> Contents:
    """The penalties in publicity on the night's day."""
    records, enterprises = (current(store.scan(kind, night), night.known_at) for kind in ("penalty", "enterprise"))
    law, days = read_publicity_law(settings.policy_dir), read_calendar(settings.policy_dir)
    found = publicity(records, enterprises, law, calendar_of(days, night.as_of), night.as_of)
    rows = published_penalties(found, records, enterprises).collect()
    return contents_of(rows, hash_of_law(settings.policy_dir, *_LAW_FILES))


def contents_of(rows: pl.DataFrame, policy_hash: str) -> Contents:
    """The list of `rows` (PENALTY_SCHEMA): those on display, less those that must be held back."""
    held = dict(_held(rows))
    stands = pl.col("state").is_in(ON_DISPLAY) & ~pl.col("record_id").is_in(list(held))
    causes: Causes = {
        ("DEL", (record,)): "held" if record in held else _why_gone(state, cause)
        for record, state, cause in rows.filter(~stands).select("record_id", "state", "stop_cause").iter_rows()
    }
    numbers = dict(rows.select("record_id", "decision_no").iter_rows())
    return Contents(
        rows.filter(stands).select(list(LIST.schema)),
        causes,
        "publicity",
        policy_hash,
        issues=tuple(
            f"{list(held.values()).count(why)} 件处罚未列出：{word}"
            for why, word in _HELD.items()
            if why in held.values()
        ),
        held=tuple(f"{numbers[record]}：{_HELD[why]}" for record, why in held.items()),
    )


def _held(rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Records that must not be published before somebody looked, and why."""
    for row in rows.filter(pl.col("state").is_in([*ON_DISPLAY, "unknown"])).iter_rows(named=True):
        if why := _why_held(row):
            yield row["record_id"], why


def _why_held(row: dict[str, Any]) -> str | None:
    if row["state"] == "unknown":
        return str(row["gap"])
    if not row["name"]:
        return _NAMELESS
    told = (row["name"], row["violation_type"], row["content"], row["facts"], row["remark"])
    return _MINOR if row["party_class"] == "person" and is_of_minor(*told) else None


def _why_gone(state: str, stop_cause: str | None) -> str:
    """The cause, as the list's delta names it, of a penalty that is not on display."""
    if state == "unpublished":
        return LIST.usual["MOD"]
    return next((cause for cause in (state, stop_cause) if cause and cause in LIST.causes), LIST.usual["DEL"])
