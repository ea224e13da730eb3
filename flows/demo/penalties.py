"""Penalties of the demo region, with what follows from them: bans, listings, holds, corrections, revocations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from flows.demo import words
from flows.demo.codes import identity_number
from flows.demo.facts import Fact, Span, Value, fact
from flows.demo.region import Enterprise
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
CORRECTED_PER_MILLE = 30
REVOKED_PER_MILLE = 20
LIFELONG_PER_MILLE = 300
PERSON_PER_MILLE = 45
SAME_ACT_PER_MILLE = 60
PUNISHED_STORIES = ("listed", "removed", "candidate")


def penalties(streams: Streams, enterprise: Enterprise, span: Span) -> Iterator[Fact]:
    """The penalties of one enterprise, latest first, each followed by its later versions and consequences."""
    rng = streams.of("penalty", enterprise.serial)
    story_on = story_day(enterprise, span) if enterprise.story in PUNISHED_STORIES else None
    days = {span.ago(ago) for ago in days_of_events(rng, span.days, MONTHLY_PER_MILLE[enterprise.habit])}
    for decided_on in sorted(days | ({story_on} if story_on else set()), reverse=True):
        own = streams.of("penalty", enterprise.serial, (span.end_on - decided_on).days)
        is_grave = chance(own, GRAVE_PER_MILLE[enterprise.habit]) or decided_on == story_on
        yield from _case(own, enterprise, decided_on, is_grave)


def story_day(enterprise: Enterprise, span: Span) -> date:
    """The day of the grave penalty in the story of an enterprise that is, was or might be listed."""
    return span.ago(span.days - 1 if enterprise.story == "removed" else span.days // 2)


def decision_no(enterprise: Enterprise, decided_on: date) -> str:
    """The number of the penalty decided that day."""
    return f"示药监罚〔{decided_on.year}〕{enterprise.serial:05d}{decided_on:%m%d}号"


def _case(rng: Random, enterprise: Enterprise, decided_on: date, is_grave: bool) -> Iterator[Fact]:
    """A decision, its later versions, the person barred with it, the person fined beside it."""
    first = _penalty(rng, enterprise, decided_on, is_grave)
    yield first
    yield from _later_versions(rng, first)
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
    }
    return replace(penalty, values=values)


def _same_act(penalty: Fact) -> Fact:
    """A warning for the same act by a decision of its own: a scheme may count only the heavier one."""
    number = str(penalty.values["decision_no"]).replace("号", "-2号")
    values = {**penalty.values, "decision_no": number, "penalty_kinds": ("warning",)}
    return replace(penalty, values={**values, "fine_fen": None, "confiscated_fen": None, "licence_affected": None})


def person_name(rng: Random) -> str:
    """A name as only a form's example bears it."""
    return rng.choice(words.SURNAMES) + rng.choice(words.GIVEN) + rng.choice(words.GIVEN)


def _penalty(rng: Random, enterprise: Enterprise, decided_on: date, is_grave: bool) -> Fact:
    field = rng.choice(enterprise.fields)
    kinds = weighted(rng, GRAVE_KINDS if is_grave else KINDS)
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
        content="详见行政处罚决定书",
        fine_fen=fine,
        confiscated_fen=taken,
        licence_affected=enterprise.licence_no if is_grave else None,
        decided_on=decided_on,
        authority=words.BUREAU,
        **_handling(rng, field, is_grave),
    )


def _has_confiscation(kinds: tuple[str, ...]) -> bool:
    """Whether a sum was confiscated."""
    return any(kind.startswith("confiscation") for kind in kinds)


def _handling(rng: Random, field: str, is_grave: bool) -> dict[str, Value]:
    discretion = "heavy" if is_grave else weighted(rng, DISCRETIONS)
    return {"discretion": discretion, "procedure": "ordinary", "field": field, "state": "in_force"}


def _later_versions(rng: Random, first: Fact) -> Iterator[Fact]:
    """A correction of the sum, or a revocation, in a later file under the same number."""
    fine = first.values["fine_fen"]
    if chance(rng, CORRECTED_PER_MILLE) and isinstance(fine, int):
        yield first.sent(rng.randrange(5, 40), "correction", fine_fen=fine + rng.randrange(1, 90_000))
    elif chance(rng, REVOKED_PER_MILLE):
        revoked_on = first.sent_on + timedelta(days=rng.randrange(10, 60))
        yield first.sent(80, "correction", state="revoked", revoked_on=revoked_on)


def _ban(rng: Random, enterprise: Enterprise, penalty: Fact) -> Fact:
    is_lifelong = chance(rng, LIFELONG_PER_MILLE)
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
        ends_on=None if is_lifelong else starts_on.replace(year=starts_on.year + 10, day=min(starts_on.day, 28)),
        is_lifelong=is_lifelong,
        basis="《中华人民共和国药品管理法》第一百一十八条",
        authority=words.BUREAU,
        field=penalty.values["field"],
    )
