"""The penalties in publicity on a night, and why what was public is not: read from the store as the night left it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from flows.law import legal_of
from flows.policies import hash_of_law, see_publicity_of
from flows.publishing.contents import Contents, counted
from flows.publishing.grants import noted_grants
from flows.settings import Settings
from flows.store import Run, Store
from reports.publication import Causes
from reports.redaction import is_of_minor
from reports.views.listing import Key
from reports.views.lists import PENALTIES as LIST
from transforms.law.legal import Legal
from transforms.law.procedure.stays import owner
from transforms.law.published import ON_DISPLAY, SYSTEM, published_penalties
from transforms.records.text import document_key
from transforms.tables.law.publicity import GAPS

_LAW_FILES = ("publicity_gsxt", "repair_gsxt", "low_fines", "serious_list", "procedure", "calendar")
_MINOR, _NAMELESS = "minor", "nameless"
# Where publicity has ended by itself, `stop_cause` says what ended it.
_CAUSES_OF_STATES = {
    "unpublished": LIST.usual["MOD"],
    "to_withdraw": "annulled",
    "withdrawn": "annulled",
    **{state: state for state in ("annulled", "repaired", "delisted", "deregistered", "taken_off", "hidden", "stayed")},
}
_HELD = {
    **{gap: f"公示期不能确定（{word}）" for gap, word in GAPS.items()},
    _MINOR: "当事人为未成年人，不予公示",
    _NAMELESS: "没有当事人名称",
}


def penalties(settings: Settings, store: Store, run: Run, as_of: date | None = None) -> Contents:
    """The penalties in publicity by what `run` knew, on `as_of` (None: the run's own day).

    Raises PolicyProblems where the policy leaves the publicity system of the list out.
    """
    see_publicity_of(settings.policy_dir, SYSTEM)
    legal = legal_of(settings, store, run, as_of)
    rows = published_penalties(legal.publicity, legal.records["penalty"], legal.records["enterprise"])
    found = contents_of(rows.collect(), hash_of_law(settings.policy_dir, *_LAW_FILES))
    return replace(found, doubtful=cache(lambda: _doubtful(legal)))


def _doubtful(legal: Legal) -> dict[Key, str]:
    """What is to be looked at of the repair of a penalty, or the removal of what rested on it, by its key."""
    known = legal.records["penalty"].select("record_id", owner(), target_key=document_key(pl.col("decision_no")))
    noted = known.join(noted_grants(legal).lazy(), on=["owner", "target_key"]).select("record_id", "why").collect()
    return {(record,): why for record, why in noted.iter_rows()}


def contents_of(rows: pl.DataFrame, policy_hash: str) -> Contents:
    """The list of `rows` (PENALTY_SCHEMA): those on display, less those that must be held back."""
    held = dict(_held(rows))
    is_on = pl.col("state").is_in(ON_DISPLAY) & ~pl.col("record_id").is_in(list(held))
    numbers = dict(rows.select("record_id", "decision_no").iter_rows())
    return Contents(
        rows.filter(is_on).select(list(LIST.schema)),
        {**_gone(rows.filter(~is_on), held), **_back(rows.filter(is_on))},
        "publicity",
        policy_hash,
        _ended_on(rows.filter(~is_on)),
        issues=counted(_HELD[why] for why in held.values()),
        held=tuple(f"{numbers[record]}：{_HELD[why]}" for record, why in held.items()),
    )


def _gone(rows: pl.DataFrame, held: Mapping[str, str]) -> Causes:
    """Why each row is not, or no longer, on the list."""
    found = rows.select("record_id", "state", "stop_cause").iter_rows()
    return {("DEL", (record,)): "held" if record in held else _why_gone(state, cause) for record, state, cause in found}


def _ended_on(rows: pl.DataFrame) -> dict[Key, date]:
    """The first day off display of every row that has left it."""
    return {(record,): day for record, day in rows.select("record_id", "stop_on").drop_nulls().iter_rows()}


def _back(rows: pl.DataFrame) -> Causes:
    """Rows that came back: their repair was revoked, or a temporary one ended."""
    days = {"resumed": "resumed_on", "restored": "restored_on"}
    return {
        ("ADD", (record,)): cause
        for cause, day in days.items()
        for record in rows.filter(pl.col(day).is_not_null())["record_id"]
    }


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
    if state == "ended":
        return stop_cause if stop_cause and stop_cause in LIST.causes else "period"
    return _CAUSES_OF_STATES.get(state, LIST.usual["DEL"])
