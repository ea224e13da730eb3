"""Penalties of the demo region, with what follows from them: bans, listings, holds, corrections, revocations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from flows.demo import words
from flows.demo.codes import identity_number
from flows.demo.facts import Fact, Span, Value, fact
from flows.demo.handling import Case, later_versions, with_content, with_handling
from flows.demo.numbers import decision_no
from flows.demo.region import Enterprise
from flows.demo.stories import PUNISHED_STORIES, REPAIRS, annulled_on, story_day
from flows.demo.streams import Streams, chance, days_of_events, weighted

MONTHLY_PER_MILLE = {"clean": 1, "occasional": 40, "repeat": 180, "chronic": 420}
KINDS = (
    (("warning",), 24),
    (("fine",), 30),
    (("warning", "fine"), 14),
    (("fine", "confiscation_gains"), 16),
    (("fine", "confiscation_goods"), 9),
    (("fine", "confiscation_gains", "confiscation_goods"), 3),
    (("fine", "stop_order"), 2),
    (("fine", "suspend_licence"), 1),
)
GRAVE_KINDS = ((("fine", "confiscation_goods", "revoke_licence"), 2), (("fine", "stop_order"), 1))
GRAVE_PER_MILLE = {"clean": 0, "occasional": 8, "repeat": 40, "chronic": 120}
FINES_YUAN = (((200, 2_000), 30), ((2_000, 10_000), 40), ((10_000, 60_000), 24), ((60_000, 900_000), 6))
GRAVE_FINE_YUAN = (500_000, 8_000_000)
DISCRETIONS = (("reduced", 20), ("light", 30), ("ordinary", 44), ("heavy", 6))
REPAIRABLE_KINDS = (("fine", "confiscation_gains"), 1)
LIFELONG_PER_MILLE = 300
PERSON_PER_MILLE = 45
SAME_ACT_PER_MILLE = 60
BANS = {
    True: ("《中华人民共和国药品管理法》第一百一十八条", None),
    False: ("《中华人民共和国药品管理法》第一百二十四条", 10),
}


def penalties(streams: Streams, enterprise: Enterprise, span: Span) -> Iterator[Fact]:
    """The penalties of one enterprise, latest first, each followed by its later versions and consequences."""
    story_on = story_day(enterprise, span) if enterprise.story in PUNISHED_STORIES else None
    for decided_on in decision_days(streams, enterprise, span):
        ago = (span.end_on - decided_on).days
        own, handling = (streams.of(name, enterprise.serial, ago) for name in ("penalty", "handling"))
        is_grave = chance(own, GRAVE_PER_MILLE[enterprise.habit])
        case = Case(handling)
        if decided_on == story_on:
            is_grave = enterprise.story not in REPAIRS
            case = Case(handling, enterprise.story, annulled_on(enterprise, span))
        yield from _case(own, enterprise, _penalty(own, enterprise, decided_on, is_grave, case), is_grave, case)


def decision_days(streams: Streams, enterprise: Enterprise, span: Span) -> list[date]:
    """The days on which it was punished, latest first: by chance, and that of its story."""
    rng = streams.of("penalty", enterprise.serial)
    days = {span.ago(ago) for ago in days_of_events(rng, span.days, MONTHLY_PER_MILLE[enterprise.habit])}
    if enterprise.story in PUNISHED_STORIES:
        days.add(story_day(enterprise, span))
    return sorted(days, reverse=True)


def _case(rng: Random, enterprise: Enterprise, decided: Fact, is_grave: bool, case: Case) -> Iterator[Fact]:
    """A decision, its later versions, the person barred with it, the person fined beside it."""
    first = with_handling(case, decided)
    yield first
    yield from later_versions(case, first)
    if is_grave:
        yield _ban(rng, enterprise, first)
    if chance(rng, PERSON_PER_MILLE):
        yield _person(rng, first)
    if chance(rng, SAME_ACT_PER_MILLE):
        yield _same_act(first)


def _person(rng: Random, penalty: Fact) -> Fact:
    """The same decision's fine on a natural person: own number, no enterprise."""
    values: dict[str, Value] = {
        **penalty.values,
        "uscc": None,
        "party_name": person_name(rng),
        "party_class": "person",
        "person_hash": identity_number(rng),
        "decision_no": str(penalty.values["decision_no"]).replace("号", "-1号"),
        "penalty_kinds": ("fine",),
        "fine_fen": rng.randrange(500, 20_000) * 100,
        "confiscated_fen": None,
        "licence_affected": None,
        "valid_until_on": None,
    }
    return with_content(replace(penalty, values=values))


def _same_act(penalty: Fact) -> Fact:
    """A warning for the same act by a decision of its own: a scheme may count only the heavier one."""
    number = str(penalty.values["decision_no"]).replace("号", "-2号")
    values = {**penalty.values, "decision_no": number, "penalty_kinds": ("warning",)}
    nothing: dict[str, Value] = dict.fromkeys(
        ("fine_fen", "confiscated_fen", "licence_affected", "valid_until_on", "published_on", "performed_on")
    )
    return with_content(replace(penalty, values={**values, **nothing}))


def person_name(rng: Random) -> str:
    """A name as only a form's example bears it."""
    return rng.choice(words.SURNAMES) + rng.choice(words.GIVEN) + rng.choice(words.GIVEN)


def _penalty(rng: Random, enterprise: Enterprise, decided_on: date, is_grave: bool, case: Case) -> Fact:
    field = enterprise.field if case.story else rng.choice(enterprise.fields)
    kinds = weighted(rng, GRAVE_KINDS if is_grave else (REPAIRABLE_KINDS,) if case.story in REPAIRS else KINDS)
    low, high = GRAVE_FINE_YUAN if is_grave else weighted(rng, FINES_YUAN)
    fine = rng.randrange(low * 10, high * 10) * 10 if "fine" in kinds else None
    taken = rng.randrange(5_000, 2_000_000) if _has_confiscation(kinds) else None
    return fact(
        rng,
        "penalty",
        enterprise,
        decided_on,
        party_class=enterprise.party_class,
        decision_no=decision_no(enterprise, decided_on),
        act_no=f"XW{decided_on:%Y%m%d}{enterprise.serial:05d}",
        violation_type=words.GRAVE_VIOLATIONS[field] if is_grave else rng.choice(words.VIOLATIONS[field]),
        facts="经查，当事人的行为违反规定，有现场检查笔录等证据证明。",
        basis=words.BASES[field],
        penalty_kinds=kinds,
        fine_fen=fine,
        confiscated_fen=taken,
        licence_affected=enterprise.licence_no if is_grave else None,
        decided_on=decided_on,
        discretion="heavy" if is_grave else weighted(rng, DISCRETIONS),
        procedure="ordinary",
        field=field,
        state="in_force",
    )


def _has_confiscation(kinds: tuple[str, ...]) -> bool:
    """Whether a sum was confiscated."""
    return any(kind.startswith("confiscation") for kind in kinds)


def _ban(rng: Random, enterprise: Enterprise, penalty: Fact) -> Fact:
    is_lifelong = chance(rng, LIFELONG_PER_MILLE)
    basis, years = BANS[is_lifelong]
    starts_on = penalty.event_on + timedelta(days=1)
    return fact(
        rng,
        "person_ban",
        enterprise,
        penalty.event_on,
        ban_no=str(penalty.values["decision_no"]).replace("罚", "禁"),
        person_name=person_name(rng),
        person_hash=identity_number(rng),
        decided_on=penalty.event_on,
        starts_on=starts_on,
        ends_on=starts_on.replace(year=starts_on.year + years, day=min(starts_on.day, 28)) if years else None,
        is_lifelong=is_lifelong,
        basis=basis,
        authority=words.BUREAU,
        field=penalty.values["field"],
    )
