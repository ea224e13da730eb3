"""What each published list holds on a day by what a run knew: read from the store as the run left it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from flows.law import law_state_of_run
from flows.policy_folder import law_hash, require_publicity_system
from flows.publishing.approval import NotApprovable
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from reports.public_lists import PENALTIES, SERIOUS_VIOLATIONS, EntryKey, ListSpec
from reports.public_lists import PENALTIES as LIST_of_public_lists
from reports.public_lists import SERIOUS_VIOLATIONS as LIST
from reports.publication import Causes
from reports.redaction import concerns_minor
from transforms.law.law_state import LawState
from transforms.law.listing.listings import list_entries, listings_of_persons
from transforms.law.matters.procedure import owner_key
from transforms.law.publicity.penalties import step_order
from transforms.law.publicity.published_penalties import NATIONAL_SYSTEM, ON_DISPLAY, published_penalties
from transforms.records.text import document_key
from transforms.schemas.law import LISTING_GAPS, PERSON_LISTING_NOTE, PUBLICITY_GAPS, STEP_NOTES

SERIOUS_LIST = SERIOUS_VIOLATIONS.name


@dataclass(frozen=True)
class ListContents:
    """entries: what stands on the list, in its columns. causes: why others came or went. issues: for the public index.

    ended_on: by key of what went the first day on which it may not be public any more, where that is known. held: what
    could not be published, each with the reason, for the officer only. policy_version, policy_hash: what stood behind
    it. doubtful: by key of what went by a removal or a repair that has something to be looked at, what that is, in
    Chinese; asked only where something goes.
    """

    entries: pl.DataFrame
    causes: Causes
    policy_version: str
    policy_hash: str
    ended_on: Mapping[EntryKey, date] = field(default_factory=dict)
    issues: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    doubtful: Callable[[], Mapping[EntryKey, str]] = dict


@dataclass(frozen=True)
class PublishedList:
    """A list that is published: how it looks, and where its contents come from.

    contents: by what a run knew, on a day (None: the run's own).
    """

    spec: ListSpec
    contents: Callable[[Settings, Store, Run, date | None], ListContents]


def issue_counts(reasons: Iterable[str]) -> tuple[str, ...]:
    """What was held back as issues for the public index: how many for which reason, and no number of a document."""
    return tuple(f"{count} 件未列出：{reason}" for reason, count in sorted(Counter(reasons).items()))


_LAW_FILES_entries = ("serious_list", "procedure", "calendar")

_HELD_entries = {gap: f"在列期限不能确定（{word}）" for gap, word in LISTING_GAPS.items()}


def serious_list(settings: Settings, store: Store, run: Run, as_of: date | None = None) -> ListContents:
    """The entries of the list by what `run` knew, on `as_of` (None: the run's own day)."""
    legal = law_state_of_run(settings, store, run, as_of)
    register = legal.register
    found, of_persons = pl.collect_all([register.listings, listings_of_persons(register.followed)])
    made = serious_list_from_rows(found, law_hash(settings.policy_dir, *_LAW_FILES_entries))
    held = (*made.held, *(f"{number}：{PERSON_LISTING_NOTE}" for number in of_persons["listing_no"]))
    return replace(made, held=held, doubtful=cache(lambda: _doubtful_entries(found, legal)))


def serious_list_from_rows(found: pl.DataFrame, policy_hash: str) -> ListContents:
    """The list of `found` (LISTING): what stands. Held back: entries whose end the policy cannot tell."""
    unknown = found.filter(pl.col("state") == "unknown").select("decision_no", "gap").iter_rows()
    held = [(number, _HELD_entries[gap]) for number, gap in unknown]
    return ListContents(
        list_entries(found.lazy()).select(list(LIST.schema)).collect(),
        _causes(found),
        "serious_list",
        policy_hash,
        _ended_on_entries(found),
        issues=issue_counts(why for _, why in held),
        held=tuple(f"{number}：{why}" for number, why in held),
    )


def _doubtful_entries(found: pl.DataFrame, legal: LawState) -> dict[EntryKey, str]:
    """What is to be looked at of the removal of a listing, by its key."""
    noted = found.select("record_id", *LIST.key).join(
        grants_with_notes(legal), left_on="record_id", right_on="listing_id"
    )
    return {(number, enterprise): why for number, enterprise, why in noted.select(*LIST.key, "why").iter_rows()}


def _ended_on_entries(found: pl.DataFrame) -> dict[EntryKey, date]:
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


_LAW_FILES_penalties = ("publicity_gsxt", "repair_gsxt", "low_fines", "serious_list", "procedure", "calendar")

_MINOR, _NAMELESS = "minor", "nameless"

# Where publicity has ended by itself, `stop_cause` says what ended it.
_CAUSES_OF_STATES = {
    "unpublished": LIST_of_public_lists.usual["MOD"],
    "to_withdraw": "annulled",
    "withdrawn": "annulled",
    **{state: state for state in ("annulled", "repaired", "delisted", "deregistered", "taken_off", "hidden", "stayed")},
}

_HELD_penalties = {
    **{gap: f"公示期不能确定（{word}）" for gap, word in PUBLICITY_GAPS.items()},
    _MINOR: "当事人为未成年人，不予公示",
    _NAMELESS: "没有当事人名称",
}


def penalty_list(settings: Settings, store: Store, run: Run, as_of: date | None = None) -> ListContents:
    """The penalties in publicity by what `run` knew, on `as_of` (None: the run's own day).

    Raises PolicyProblems where the policy leaves the publicity system of the list out.
    """
    require_publicity_system(settings.policy_dir, NATIONAL_SYSTEM)
    legal = law_state_of_run(settings, store, run, as_of)
    rows = published_penalties(legal.publicity, legal.records["penalty"], legal.records["enterprise"])
    found = penalty_list_from_rows(rows.collect(), law_hash(settings.policy_dir, *_LAW_FILES_penalties))
    return replace(found, doubtful=cache(lambda: _doubtful_penalties(legal)))


def _doubtful_penalties(legal: LawState) -> dict[EntryKey, str]:
    """What is to be looked at of the repair of a penalty, or the removal of what rested on it, by its key."""
    known = legal.records["penalty"].select("record_id", owner_key(), target_key=document_key(pl.col("decision_no")))
    noted = known.join(grants_with_notes(legal).lazy(), on=["owner", "target_key"]).select("record_id", "why").collect()
    return {(record,): why for record, why in noted.iter_rows()}


def penalty_list_from_rows(rows: pl.DataFrame, policy_hash: str) -> ListContents:
    """The list of `rows` (PENALTY_SCHEMA): those on display, less those that must be held back."""
    held = dict(_held(rows))
    is_on = pl.col("state").is_in(ON_DISPLAY) & ~pl.col("record_id").is_in(list(held))
    numbers = dict(rows.select("record_id", "decision_no").iter_rows())
    return ListContents(
        rows.filter(is_on).select(list(LIST_of_public_lists.schema)),
        {**_gone(rows.filter(~is_on), held), **_back(rows.filter(is_on))},
        "publicity",
        policy_hash,
        _ended_on_penalties(rows.filter(~is_on)),
        issues=issue_counts(_HELD_penalties[why] for why in held.values()),
        held=tuple(f"{numbers[record]}：{_HELD_penalties[why]}" for record, why in held.items()),
    )


def _gone(rows: pl.DataFrame, held: Mapping[str, str]) -> Causes:
    """Why each row is not, or no longer, on the list."""
    found = rows.select("record_id", "state", "stop_cause").iter_rows()
    return {("DEL", (record,)): "held" if record in held else _why_gone(state, cause) for record, state, cause in found}


def _ended_on_penalties(rows: pl.DataFrame) -> dict[EntryKey, date]:
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
    return _MINOR if row["party_class"] == "person" and concerns_minor(*told) else None


def _why_gone(state: str, stop_cause: str | None) -> str:
    """The cause, as the list's delta names it, of a penalty that is not on display."""
    if state == "ended":
        return stop_cause if stop_cause and stop_cause in LIST_of_public_lists.causes else "period"
    return _CAUSES_OF_STATES.get(state, LIST_of_public_lists.usual["DEL"])


_GRANTS = ("remove", "repair", "temporary_repair")


def grants_with_notes(legal: LawState) -> pl.DataFrame:
    """By matter whose last grant has a note: owner and target_key of what it concerns, listing_id of a listing, and
    why, in Chinese. What is noted: see `yaoxin list --refused`.
    """
    is_grant = ~pl.col("is_refused") & pl.col("step").is_in(_GRANTS)
    matters = legal.register.followed.matters.select("matter_id", owner_key(), "target_key", "listing_id")
    nothing = legal.register.followed.steps.filter(is_grant).limit(1).collect().is_empty()
    if nothing:  # then the notes, which cost much, are not asked for
        return matters.limit(0).with_columns(why=pl.lit("")).collect()
    last = legal.steps.filter(is_grant).sort(*step_order()).group_by("matter_id", maintain_order=True).last()
    words = pl.element().replace_strict(STEP_NOTES, default=pl.element())
    noted = last.filter(pl.col("notes").list.len() > 0)
    told = noted.select("matter_id", why=pl.col("notes").list.eval(words).list.join("；"))
    return matters.join(told, on="matter_id").sort("matter_id").collect()


PUBLISHED_LISTS = {
    each.spec.name: each
    for each in (PublishedList(SERIOUS_VIOLATIONS, serious_list), PublishedList(PENALTIES, penalty_list))
}


def published_list(name: str) -> PublishedList:
    """The list of that name. Raises NotApprovable where there is none."""
    if name not in PUBLISHED_LISTS:
        raise NotApprovable(f"没有名为 {name} 的名单。现有：{'、'.join(PUBLISHED_LISTS)}。")
    return PUBLISHED_LISTS[name]
