"""Penalties of the demo region, with what follows from them: bans, listings, holds, corrections, revocations."""

from __future__ import annotations

from collections.abc import Iterator
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


def penalties(streams: Streams, enterprise: Enterprise, span: Span) -> Iterator[Fact]:
    """The penalties of one enterprise, latest first, each followed by its later versions and consequences."""
    rng = streams.of("penalty", enterprise.serial)
    for ago in days_of_events(rng, span.days, MONTHLY_PER_MILLE[enterprise.habit]):
        own = streams.of("penalty", enterprise.serial, ago)
        is_grave = chance(own, GRAVE_PER_MILLE[enterprise.habit])
        first = _penalty(own, enterprise, span.ago(ago), is_grave)
        yield first
        yield from _later_versions(own, first)
        if is_grave:
            yield _ban(own, enterprise, first)


def _penalty(rng: Random, enterprise: Enterprise, decided_on: date, is_grave: bool) -> Fact:
    field = rng.choice(enterprise.fields)
    kinds = weighted(rng, GRAVE_KINDS if is_grave else KINDS)
    low, high = GRAVE_FINE_YUAN if is_grave else weighted(rng, FINES_YUAN)
    fine = rng.randrange(low * 10, high * 10) * 10 if "fine" in kinds else None
    taken = rng.randrange(5_000, 2_000_000) if kinds_confiscate(kinds) else None
    number = f"示药监罚〔{decided_on.year}〕{enterprise.serial:05d}{decided_on:%m%d}号"
    return fact(
        rng,
        "penalty",
        enterprise,
        decided_on,
        party_class=enterprise.party_class,
        decision_no=number,
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


def kinds_confiscate(kinds: tuple[str, ...]) -> bool:
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
        person_name=rng.choice(words.SURNAMES) + rng.choice(words.GIVEN) + rng.choice(words.GIVEN),
        person_hash=identity_number(rng),
        decided_on=penalty.event_on,
        starts_on=starts_on,
        ends_on=None if is_lifelong else starts_on.replace(year=starts_on.year + 10, day=min(starts_on.day, 28)),
        is_lifelong=is_lifelong,
        basis="《中华人民共和国药品管理法》第一百一十八条",
        authority=words.BUREAU,
        field=penalty.values["field"],
    )
