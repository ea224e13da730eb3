"""Penalties of the demo region: decisions, later versions, and the bans and fines on persons beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from flows.demo import model
from flows.demo.credit_office import EARLY_STORIES, PUNISHED_STORIES, REPAIRS, annulled_on, story_day
from flows.demo.model import (
    OTHER_PROVINCE,
    PROVINCE,
    DemoPeriod,
    DemoRecord,
    Enterprise,
    FieldValue,
    Streams,
    authority_code,
    chance,
    days_of_events,
    identity_number,
    new_record,
    person_in,
    weighted,
)
from transforms.schemas.vocabularies import PENALTY_KINDS

MONTHLY_PER_MILLE = {"clean": 1, "occasional": 40, "repeat": 180, "chronic": 420}
PENALTY_KIND_WEIGHTS = (
    (("warning",), 24),
    (("fine",), 30),
    (("warning", "fine"), 14),
    (("fine", "confiscation_gains"), 16),
    (("fine", "confiscation_goods"), 9),
    (("fine", "confiscation_gains", "confiscation_goods"), 3),
    (("fine", "stop_order"), 2),
    (("fine", "suspend_licence"), 1),
)
GRAVE_KIND_WEIGHTS = ((("fine", "confiscation_goods", "revoke_licence"), 2), (("fine", "stop_order"), 1))
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
CORRECTED_PER_MILLE = 30
REVOKED_PER_MILLE = 20
UNPUBLISHED_PER_MILLE = 60  # not yet public when its office sends it; of these
PUBLISHED_LATER_PER_MILLE = 650  # so many are reported as public later, the rest stay overdue
OTHER_PROVINCE_PER_MILLE = 15
PERFORMED_PER_MILLE = 850
WITHDRAWN_PER_MILLE = 800
OUTCOMES = (("revoked", 60), ("changed", 25), ("unlawful", 10), ("void", 5))
TERMS = {"stop_order": (30, 90), "suspend_licence": (30, 180)}  # days, of penalties with a term
NEVER_PUBLISHED = (("warning",), ("criticism",))
DAYS_TO_PUBLISH, DAYS_TO_PERFORM, DAYS_TO_REMOVE_HARM = 20, 15, 60
PERFORMANCE_REPORTED_AFTER = 70
STORY_WITH_HARM_LEFT = "repair_refused"
_AMOUNTS = {"fine": ("罚款", "fine_fen"), "confiscation_gains": ("没收违法所得", "confiscated_fen")}


@dataclass(frozen=True)
class PenaltyHandling:
    """How a penalty is handled: by random draws of its own; that of a story only as the story needs."""

    rng: Random
    story: str | None = None
    annulled_on: date | None = None


def penalties(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """The penalties of one enterprise, latest first, each followed by its later versions and consequences."""
    story_on = story_day(enterprise, period) if enterprise.story in PUNISHED_STORIES else None
    for decided_on in decision_days(streams, enterprise, period):
        ago = (period.end_on - decided_on).days
        rng = streams.of("penalty", enterprise.serial, ago)
        handling = PenaltyHandling(streams.of("handling", enterprise.serial, ago))
        is_grave = chance(rng, GRAVE_PER_MILLE[enterprise.habit])
        if decided_on == story_on:
            is_grave = enterprise.story not in REPAIRS
            handling = replace(handling, story=enterprise.story, annulled_on=annulled_on(enterprise, period))
        first = _as_first_reported(handling, _decision(rng, enterprise, decided_on, is_grave, handling.story))
        yield first
        yield from _later_versions(handling, first)
        if is_grave:
            yield _ban(rng, streams, enterprise, first)
        if chance(rng, PERSON_PER_MILLE):
            yield _fine_on_person(rng, first)
        if chance(rng, SAME_ACT_PER_MILLE):
            yield _warning_for_same_act(first)


def decision_days(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> list[date]:
    """The days on which it was punished, latest first: by chance, and that of its story."""
    rng = streams.of("penalty", enterprise.serial)
    days = {period.ago(ago) for ago in days_of_events(rng, period.days, MONTHLY_PER_MILLE[enterprise.habit])}
    if enterprise.story in PUNISHED_STORIES:
        days.add(story_day(enterprise, period))
    return sorted(days, reverse=True)


def _decision(rng: Random, enterprise: Enterprise, decided_on: date, is_grave: bool, story: str | None) -> DemoRecord:
    field = enterprise.field if story else rng.choice(enterprise.fields)
    ordinary = (REPAIRABLE_KINDS,) if story in REPAIRS else PENALTY_KIND_WEIGHTS
    kinds = weighted(rng, GRAVE_KIND_WEIGHTS if is_grave else ordinary)
    low, high = GRAVE_FINE_YUAN if is_grave else weighted(rng, FINES_YUAN)
    fine_fen = rng.randrange(low * 10, high * 10) * 10 if "fine" in kinds else None
    has_confiscation = any(kind.startswith("confiscation") for kind in kinds)
    confiscated_fen = rng.randrange(5_000, 2_000_000) if has_confiscation else None
    violations, grave_violation = model.VIOLATIONS[field], model.GRAVE_VIOLATIONS[field]
    return new_record(
        rng,
        "penalty",
        enterprise,
        decided_on,
        party_class=enterprise.party_class,
        decision_no=enterprise.decision_no(decided_on),
        act_no=f"XW{decided_on:%Y%m%d}{enterprise.serial:05d}",
        violation_type=grave_violation if is_grave else rng.choice(violations),
        facts="经查，当事人的行为违反规定，有现场检查笔录等证据证明。",
        basis=model.BASES[field],
        penalty_kinds=kinds,
        fine_fen=fine_fen,
        confiscated_fen=confiscated_fen,
        licence_affected=enterprise.licence_no if is_grave else None,
        decided_on=decided_on,
        discretion="heavy" if is_grave else weighted(rng, DISCRETIONS),
        procedure="ordinary",
        field=field,
        state="in_force",
    )


def _as_first_reported(handling: PenaltyHandling, decision: DemoRecord) -> DemoRecord:
    """The first report of a penalty: its authority, its term, and what was known when it was sent."""
    rng, decided_on, sent_on = handling.rng, decision.event_on, decision.sent_on
    kinds = decision.values["penalty_kinds"]
    is_other = chance(rng, OTHER_PROVINCE_PER_MILLE) and handling.story is None
    term = next((TERMS[kind] for kind in TERMS if isinstance(kinds, tuple) and kind in kinds), None)
    days_to_publish = rng.randrange(1, min((sent_on - decided_on).days, DAYS_TO_PUBLISH) + 1)
    is_late = chance(rng, UNPUBLISHED_PER_MILLE) and handling.story is None
    performed_on = decided_on + timedelta(days=rng.randrange(1, DAYS_TO_PERFORM))
    is_performed = chance(rng, PERFORMED_PER_MILLE) and performed_on <= sent_on and decision.values["fine_fen"]
    is_unpublished = is_late or kinds in NEVER_PUBLISHED
    values: dict[str, FieldValue] = {
        "authority": model.OTHER_BUREAU if is_other else model.BUREAU,
        "authority_code": authority_code(OTHER_PROVINCE if is_other else PROVINCE),
        "valid_until_on": decided_on + timedelta(days=rng.randrange(*term)) if term else None,
        "published_on": None if is_unpublished else decided_on + timedelta(days=days_to_publish),
        "performed_on": performed_on if is_performed else None,
    }
    return _with_content(replace(decision, values={**decision.values, **values}))


def _with_content(penalty: DemoRecord) -> DemoRecord:
    """The penalty with 处罚内容 that follows from its kinds and amounts."""
    kinds, values, parts = penalty.values["penalty_kinds"], penalty.values, []
    for kind in kinds if isinstance(kinds, tuple) else ():
        label, column = _AMOUNTS.get(kind, (PENALTY_KINDS[kind], ""))
        fen, until = values.get(column), values.get("valid_until_on")
        if isinstance(fen, int):
            parts.append(f"{label}{fen // 100}.{fen % 100:02d}元")
        else:
            parts.append(f"{label}至{until}" if kind in TERMS and until else label)
    return replace(penalty, values={**values, "content": "；".join(parts)})


def _later_versions(handling: PenaltyHandling, first: DemoRecord) -> Iterator[DemoRecord]:
    """What later files report of the penalty under the same number; in a story, only what the story needs."""
    rng = handling.rng
    if handling.annulled_on:
        days = max(1, (handling.annulled_on - first.sent_on).days + 1)
        yield first.sent(days, "correction", **_annulment("revoked", handling.annulled_on, is_withdrawn=True))
    elif handling.story in EARLY_STORIES:
        performed_on = first.event_on + timedelta(days=DAYS_TO_PERFORM - 1)
        harm_removed_on = first.event_on + timedelta(days=DAYS_TO_REMOVE_HARM)
        yield first.sent(
            PERFORMANCE_REPORTED_AFTER,
            "correction",
            performed_on=performed_on,
            harm_removed_on=None if handling.story == STORY_WITH_HARM_LEFT else harm_removed_on,
        )
    if handling.story is not None:
        return
    fine_fen = first.values["fine_fen"]
    is_public = first.values["published_on"] is not None
    if chance(rng, CORRECTED_PER_MILLE) and isinstance(fine_fen, int):
        days = rng.randrange(5, 40)
        yield _with_content(first.sent(days, "correction", fine_fen=fine_fen + rng.randrange(1, 90_000)))
    elif chance(rng, REVOKED_PER_MILLE):
        revoked_on = first.sent_on + timedelta(days=rng.randrange(10, 60))
        is_withdrawn = is_public and chance(rng, WITHDRAWN_PER_MILLE)
        yield first.sent(80, "correction", **_annulment(weighted(rng, OUTCOMES), revoked_on, is_withdrawn=is_withdrawn))
    elif (
        not is_public
        and first.values["penalty_kinds"] not in NEVER_PUBLISHED
        and chance(rng, PUBLISHED_LATER_PER_MILLE)
    ):
        published_on = first.sent_on + timedelta(days=rng.randrange(1, DAYS_TO_PUBLISH))
        yield first.sent(DAYS_TO_PUBLISH, "correction", published_on=published_on)


def _annulment(state: str, on: date, *, is_withdrawn: bool) -> dict[str, FieldValue]:
    return {"state": state, "revoked_on": on, "unpublished_on": on + timedelta(days=1) if is_withdrawn else None}


def _ban(rng: Random, streams: Streams, enterprise: Enterprise, penalty: DemoRecord) -> DemoRecord:
    """The ban on the person responsible for a grave violation: the manager."""
    manager = person_in(streams, enterprise.serial, "manager")
    is_lifelong = chance(rng, LIFELONG_PER_MILLE)
    basis, years = BANS[is_lifelong]
    starts_on = penalty.event_on + timedelta(days=1)
    return new_record(
        rng,
        "person_ban",
        enterprise,
        penalty.event_on,
        ban_no=str(penalty.values["decision_no"]).replace("罚", "禁"),
        person_name=manager.name,
        person_hash=manager.number,
        decided_on=penalty.event_on,
        starts_on=starts_on,
        ends_on=starts_on.replace(year=starts_on.year + years, day=min(starts_on.day, 28)) if years else None,
        is_lifelong=is_lifelong,
        basis=basis,
        authority=model.BUREAU,
        field=penalty.values["field"],
    )


def _fine_on_person(rng: Random, penalty: DemoRecord) -> DemoRecord:
    """A natural person fined by the same decision: with a number of its own, and no enterprise."""
    values: dict[str, FieldValue] = {
        **penalty.values,
        "uscc": None,
        "party_name": _person_name(rng),
        "party_class": "person",
        "person_hash": identity_number(rng),
        "decision_no": str(penalty.values["decision_no"]).replace("号", "-1号"),
        "penalty_kinds": ("fine",),
        "fine_fen": rng.randrange(500, 20_000) * 100,
        "confiscated_fen": None,
        "licence_affected": None,
        "valid_until_on": None,
    }
    return _with_content(replace(penalty, values=values))


def _warning_for_same_act(penalty: DemoRecord) -> DemoRecord:
    """A warning for the same act by a decision of its own: a scheme may count only the heavier one."""
    empty: dict[str, FieldValue] = dict.fromkeys(
        ("fine_fen", "confiscated_fen", "licence_affected", "valid_until_on", "published_on", "performed_on")
    )
    number = str(penalty.values["decision_no"]).replace("号", "-2号")
    values = {**penalty.values, "decision_no": number, "penalty_kinds": ("warning",), **empty}
    return _with_content(replace(penalty, values=values))


def _person_name(rng: Random) -> str:
    """A name as on the sample of a form."""
    return rng.choice(model.SURNAMES) + rng.choice(model.GIVEN) + rng.choice(model.GIVEN)
