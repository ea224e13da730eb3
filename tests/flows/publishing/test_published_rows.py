"""Nothing is public a day too early or too late: both lists against an oracle, over histories and over days."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from flows.legal_state import read_law_policy
from flows.publishing.contents import ListContents
from flows.publishing.contents import penalty_list_from_rows as penalties_of
from flows.publishing.contents import serious_list_from_rows as listed_of
from reports.exports import json_bytes
from reports.public_lists import PENALTIES, SERIOUS_VIOLATIONS, ListEntry, ListSpec, published_entries
from reports.publication import apply_delta, delta_of
from reports.publication.version import read_delta
from tests.flows.publishing.rows_oracle import NEW_RULES, Case, months_after
from tests.flows.publishing.town import decision, penalty, rows
from transforms.law.law_state import LAW_RECORD_KINDS, LawPolicy, LawState
from transforms.law.publicity.penalties import published_penalties

POLICY = Path(__file__).parents[3] / "policy"
OTHER_RULES = date(2026, 4, 1)  # of the other system: nothing may happen here
FIRST, LAST = date(2025, 11, 1), date(2026, 6, 30)
FIXED = [day + timedelta(days=n) for day in (NEW_RULES, OTHER_RULES) for n in (-1, 0, 1)]
KINDS = [
    ["warning"],
    ["criticism"],
    ["fine"],
    ["warning", "fine"],
    ["fine", "confiscation_gains"],
    ["fine", "stop_order"],
    ["fine", "restrict_trade"],
    ["revoke_licence"],
]
FINES = [499_900, 500_000, 500_100, 999_900, 1_000_000, 5_000_000, 5_000_100, 9_999_900, 10_000_000]  # fen
REPAIRS = [(), ("repair",), ("repair", "revoke_repair"), ("temporary_repair", "end_temporary_repair")]
LISTINGS = [
    (),
    ("list",),
    ("list", "revoke_listing"),
    ("list", "remove"),
    ("list", "remove", "restore_listing"),
]


def between(first: date, last: date):
    return st.integers(0, (last - first).days).map(lambda n: first + timedelta(days=n))


IN_TIME = between(FIRST, LAST)
# Now, or so long ago that one of the periods ends in these months.
DECIDED = st.one_of(
    between(date(2025, 7, 1), LAST),
    between(date(2024, 11, 1), date(2025, 6, 30)),
    between(date(2022, 11, 1), date(2023, 6, 30)),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    decided_on = draw(DECIDED)
    kinds = draw(st.sampled_from(KINDS))
    is_person = draw(st.integers(0, 5)) == 0
    state = draw(st.sampled_from(["in_force"] * 4 + ["revoked", "changed", "unlawful"]))
    record = {
        "decided_on": decided_on,
        "published_on": decided_on + timedelta(days=draw(st.integers(0, 25))),
        "penalty_kinds": kinds,
        "fine_fen": draw(st.sampled_from(FINES)) if "fine" in kinds else None,
        "discretion": draw(st.sampled_from(["reduced", "light", "ordinary", "heavy"])),
        "field": draw(st.sampled_from(["drug", "cosmetic", "other"])),
        "procedure": draw(st.sampled_from(["ordinary"] * 5 + ["summary"])),
        "valid_until_on": draw(st.none() | IN_TIME),
        "state": state,
        "revoked_on": None if state == "in_force" else max(draw(IN_TIME), decided_on),
        "unpublished_on": draw(st.sampled_from([None] * 5 + [FIRST])) and draw(IN_TIME),
        "party_class": "person" if is_person else "organisation",
    }
    if is_person:
        return Case(record, None, {}, {})
    gone = draw(st.sampled_from([None] * 4 + [FIRST])) and draw(IN_TIME)
    return Case(record, {"deregistered_on": gone}, draw(repairs(record)), draw(listings(decided_on)))


@st.composite
def repairs(draw: st.DrawFn, record: Mapping[str, Any]) -> Mapping[str, date]:
    steps = draw(st.sampled_from(REPAIRS))
    first = max(record["published_on"], FIRST)
    return dict(zip(steps, sorted(draw(between(first, first + timedelta(days=150))) for _ in steps), strict=True))


@st.composite
def listings(draw: st.DrawFn, decided_on: date) -> Mapping[str, date]:
    steps = draw(st.sampled_from(LISTINGS))
    if not steps:
        return {}
    published_on = decided_on + timedelta(days=draw(st.integers(0, 20)))
    first = max(published_on, FIRST)
    later = sorted(draw(between(first, first + timedelta(days=150))) for _ in steps[1:])
    return {"list": decided_on, "publish_listing": published_on, **dict(zip(steps[1:], later, strict=True))}


def records_of(given: list[Case]) -> dict[str, pl.LazyFrame]:
    made = {kind: [] for kind in LAW_RECORD_KINDS}
    for at, case in enumerate(given):
        owner, number = f"MX-{at}" if case.party else None, f"鄂罚{at}号"
        name = {"party_name": f"赵甲{'乙丙丁戊己庚辛壬癸子'[at]}"} if owner is None else {}
        made["penalty"].append(penalty(number, owner, **case.penalty, **name))
        if owner is None:
            continue
        made["enterprise"].append(
            {"enterprise_id": owner, "name": f"示例{at}号药房", "region_code": "420100", **case.party}
        )
        for matter, steps in (("penalty", case.repair), ("listing", case.listing)):
            made["decision"] += [
                decision(step, f"{step}{at}号", owner, matter=matter, target=number, decided_on=on)
                for step, on in steps.items()
            ]
    return {kind: rows(kind, *values).lazy() for kind, values in made.items()}


def critical_days(given: list[Case]) -> list[date]:
    """Days on which something could change, the day before and the day after: as many as there is time for."""
    found = set()
    for case in given:
        steps = [*case.repair.values(), *case.listing.values()]
        starts = [case.penalty["published_on"], *steps]
        ends = [months_after(start, months) for start in starts for months in (3, 12, 36)]
        others = [case.penalty[name] for name in ("valid_until_on", "revoked_on", "unpublished_on", "decided_on")]
        found |= {*steps, *ends, *others, case.party and case.party["deregistered_on"]}
    near = {day + timedelta(days=n) for day in found if day for n in (0, 1)}
    return sorted(day for day in near if FIRST <= day <= LAST)


@cache
def law() -> LawPolicy:
    """The law in force; of the systems only the national one, which the lists are about."""
    whole = read_law_policy(POLICY, LAST)
    systems = tuple(each for each in whole.publicity.systems if each.system == "gsxt")
    return replace(whole, publicity=replace(whole.publicity, systems=systems))


def contents_on(day: date, records: dict[str, pl.LazyFrame]) -> dict[str, ListContents]:
    legal = LawState(records, law(), day)
    found = published_penalties(legal.publicity, records["penalty"], records["enterprise"]).collect()
    return {
        "penalties": penalties_of(found, ""),
        "serious-violations": listed_of(legal.decision_log.listings, ""),
    }


def shown(contents: ListContents) -> set[int]:
    """Which of the cases are on the list."""
    column = "record_id" if "record_id" in contents.entries.columns else "enterprise_id"
    return {int("".join(c for c in key if c.isdigit())) for key in contents.entries[column]}


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Case], list[date]]:
    """Cases side by side, and days to look at: those on which rules change, and some on which something happens."""
    given = draw(st.lists(cases(), min_size=6, max_size=10))
    some = draw(st.lists(st.sampled_from(critical_days(given) or FIXED), max_size=8))
    rules = draw(st.lists(st.sampled_from(FIXED), min_size=1, max_size=2))
    return given, sorted({*some, *rules})


# A history is as long as several examples of other tests; a failure says which cases differ, so none is shrunk.
@settings(
    max_examples=settings().max_examples // 6, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
@given(histories())
def test_each_day_every_row_has_a_live_ground_and_every_ground_its_row(history):
    given, days = history
    records, versions = records_of(given), {}
    for day in days:
        for name, contents in contents_on(day, records).items():
            is_on = Case.is_public if name == "penalties" else Case.is_listed
            expected = {at for at, case in enumerate(given) if is_on(case, day)}
            wrong = sorted(shown(contents) ^ expected)
            assert not wrong, (name, day, sorted(shown(contents)), [given[at] for at in wrong])
            assert contents.held == ()
            versions.setdefault(name, []).append((day, contents))
    for spec in (PENALTIES, SERIOUS_VIOLATIONS):
        follow_deltas(spec, versions[spec.name])


def follow_deltas(spec: ListSpec, versions: list[tuple[date, ListContents]]) -> None:
    """The delta of each day leads from the day before to it, also by what is written in its file."""
    before: tuple[ListEntry, ...] = ()
    last: str | None = None
    for day, contents in versions:
        current, _ = published_entries(spec, contents.entries)
        delta = delta_of(spec, before, current, (last, day.isoformat()), contents.causes)
        assert apply_delta(before, read_delta(spec, json.loads(json_bytes(delta.content())))) == current
        assert {row.cause for row in delta.rows} <= set(spec.causes.values())
        before, last = current, day.isoformat()
