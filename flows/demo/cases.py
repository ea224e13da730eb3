"""Cases of the demo region from clue to closing, cases referred to the police, and complaints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from flows.demo import model
from flows.demo.model import (
    DemoPeriod,
    DemoRecord,
    Enterprise,
    FieldValue,
    Streams,
    chance,
    days_of_events,
    new_record,
    weighted,
)
from flows.demo.penalties import decision_days

# Chance of a case without a penalty, and of a complaint, in a month, per mille.
OTHER_CASES = {"clean": 2, "occasional": 12, "repeat": 30, "chronic": 60}
COMPLAINED = {"clean": 5, "occasional": 20, "repeat": 45, "chronic": 90}
CLUES = (("inspection", 46), ("report", 26), ("sampling", 14), ("assigned", 8), ("monitoring", 4), ("department", 2))
FATES = (
    ("not_filed", 34),
    ("no_penalty", 24),
    ("open", 20),
    ("not_established", 10),
    ("police", 7),
    ("department", 5),
)
GROUNDS = (("minor", 46), ("first", 40), ("due_care", 8), ("no_fault", 6))
GOODS_YUAN = (((50, 1_000), 45), ((1_000, 20_000), 40), ((20_000, 800_000), 15))
GOODS_UNKNOWN_PER_MILLE = 250
MAJOR_PER_MILLE = 60
REVIEW_UNSTATED_PER_MILLE = 100
REVIEWED_PER_MILLE = 940
EXTENDED_PER_MILLE = 90
CLOSED_PER_MILLE = 900
UNKNOWN_PARTY_EVERY = 40  # of so many enterprises, one has a clue against unknown persons beside it
UNKNOWN_PARTY_AT = 7
POLICE_REFUSES_PER_MILLE = 300
REPORT_PER_MILLE = 450
SUBJECTS = (("quality", 30), ("label", 18), ("advertising", 16), ("conduct", 14), ("service", 12), ("price", 10))
DECLINED_PER_MILLE = 150
AGREED_PER_MILLE = 550
NAMED_PER_MILLE = 600
AMONG_SIGNALS_PER_MILLE = 300


def cases(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """The cases of an enterprise: one for each of its penalties, and those that led to none; and clues beside it."""
    for decided_on in decision_days(streams, enterprise, period):
        own = streams.of("case", enterprise.serial, (period.end_on - decided_on).days)
        filed_on = decided_on - timedelta(days=own.randrange(20, 85))
        first = _case(own, enterprise, filed_on - timedelta(days=own.randrange(2, 14)), "A")
        filed = first.sent((filed_on - first.event_on).days, "correction", filed_on=filed_on, **_goods(own))
        yield first
        yield filed
        yield from _concluded(
            own, filed, decided_on, outcome="penalty", decision_nos=(enterprise.decision_no(decided_on),)
        )
    rng = streams.of("other_case", enterprise.serial)
    for ago in days_of_events(rng, period.days, OTHER_CASES[enterprise.habit]):
        own = streams.of("other_case", enterprise.serial, ago)
        yield from _other_case(own, enterprise, period.ago(ago))
    if enterprise.serial % UNKNOWN_PARTY_EVERY == UNKNOWN_PARTY_AT:
        own = streams.of("unknown_party", enterprise.serial)
        clue = _case(own, enterprise, period.ago(own.randrange(1, 60)), "X")
        unknown: dict[str, FieldValue] = {"uscc": None, "party_name": None, "party_class": "unknown"}
        yield clue.sent(0, "first", **unknown)


def complaints(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """The complaints and reports about an enterprise, latest first, each as received and as handled."""
    rng = streams.of("complaint", enterprise.serial)
    for ago in days_of_events(rng, period.days, COMPLAINED[enterprise.habit]):
        own, received_on = streams.of("complaint", enterprise.serial, ago), period.ago(ago)
        is_report = chance(own, REPORT_PER_MILLE)
        number = f"TJ{received_on:%Y%m%d}{enterprise.serial:06d}"
        first = new_record(
            own,
            "complaint",
            enterprise,
            received_on,
            party_class=enterprise.party_class,
            complaint_no=number,
            complaint_type="report" if is_report else "complaint",
            field=enterprise.field,
            subject=weighted(own, SUBJECTS),
            is_named=chance(own, NAMED_PER_MILLE) if is_report else None,
            received_on=received_on,
            signal_no=f"XH{number}" if chance(own, AMONG_SIGNALS_PER_MILLE) else None,
            authority=f"{enterprise.place}市场监督管理局",
        )
        yield first
        yield from _handled(own, first, is_report)


def _handled(rng: Random, first: DemoRecord, is_report: bool) -> Iterator[DemoRecord]:
    received_on = first.event_on
    if is_report:
        decided_on = received_on + timedelta(days=rng.randrange(4, 24))
        told_on = decided_on + timedelta(days=rng.randrange(1, 7)) if first.values["is_named"] else None
        is_filed = chance(rng, 200)
        yield first.sent(
            _days_after(first, told_on or decided_on),
            "correction",
            decided_on=decided_on,
            is_filed=is_filed,
            told_on=told_on,
            is_verified=is_filed,
        )
        return
    answered_on = received_on + timedelta(days=rng.randrange(1, 9))
    if chance(rng, DECLINED_PER_MILLE):
        yield first.sent(_days_after(first, answered_on), "correction", declined_on=answered_on)
        return
    accepted = first.sent(_days_after(first, answered_on), "correction", accepted_on=answered_on)
    yield accepted
    ended_on = answered_on + timedelta(days=rng.randrange(5, 66))
    result = "agreed" if chance(rng, AGREED_PER_MILLE) else "ended"
    yield accepted.sent(_days_after(accepted, ended_on), "correction", ended_on=ended_on, result=result)


def _case(rng: Random, enterprise: Enterprise, found_on: date, series: str) -> DemoRecord:
    """A clue as it is entered."""
    return new_record(
        rng,
        "case",
        enterprise,
        found_on,
        party_class=enterprise.party_class,
        case_no=f"示药监案〔{found_on.year}〕{series}{enterprise.serial:05d}{found_on:%m%d}号",
        authority=model.BUREAU,
        clue_source=weighted(rng, CLUES),
        field=enterprise.field,
        is_major=chance(rng, MAJOR_PER_MILLE),
        found_on=found_on,
    )


def _goods(rng: Random) -> dict[str, FieldValue]:
    low, high = weighted(rng, GOODS_YUAN)
    return {"goods_value_fen": None if chance(rng, GOODS_UNKNOWN_PER_MILLE) else rng.randrange(low * 100, high * 100)}


def _other_case(rng: Random, enterprise: Enterprise, found_on: date) -> Iterator[DemoRecord]:
    first = _case(rng, enterprise, found_on, "B")
    yield first
    fate = weighted(rng, FATES)
    answered_on = found_on + timedelta(days=rng.randrange(3, 22))
    if fate == "not_filed":
        yield first.sent(_days_after(first, answered_on), "correction", not_filed_on=answered_on)
        return
    filed = first.sent(_days_after(first, answered_on), "correction", filed_on=answered_on, **_goods(rng))
    yield filed
    if fate == "open":
        return
    concluded_on = answered_on + timedelta(days=rng.randrange(15, 88))
    ground = weighted(rng, GROUNDS) if fate == "no_penalty" else None
    yield from _concluded(rng, filed, concluded_on, outcome=fate, no_penalty_ground=ground)
    if fate == "police":
        yield from _transfer(rng, enterprise, filed, concluded_on)


def _concluded(rng: Random, filed: DemoRecord, on: date, **values: FieldValue) -> Iterator[DemoRecord]:
    """What is reported of a case when it is decided, and when it is closed."""
    is_due = None if chance(rng, REVIEW_UNSTATED_PER_MILLE) else bool(filed.values["is_major"])
    is_heard = bool(filed.values["is_major"]) and chance(rng, 500)
    is_reviewed = bool(is_due or is_heard) and chance(rng, REVIEWED_PER_MILLE)
    concluded = filed.sent(
        _days_after(filed, on),
        "correction",
        extended_on=on - timedelta(days=2) if chance(rng, EXTENDED_PER_MILLE) else None,
        is_legal_review_due=is_due,
        review_sent_on=on - timedelta(days=12) if is_reviewed else None,
        legally_reviewed_on=on - timedelta(days=5) if is_reviewed else None,
        heard_on=on - timedelta(days=14) if is_heard else None,
        concluded_on=on,
        **values,
    )
    yield concluded
    if chance(rng, CLOSED_PER_MILLE):
        performed_on = on + timedelta(days=rng.randrange(1, 16)) if values["outcome"] == "penalty" else None
        closed_on = (performed_on or on) + timedelta(days=rng.randrange(1, 20))
        yield concluded.sent(
            _days_after(concluded, closed_on), "correction", performed_on=performed_on, closed_on=closed_on
        )


def _transfer(rng: Random, enterprise: Enterprise, filed: DemoRecord, concluded_on: date) -> Iterator[DemoRecord]:
    """The case referred to the police, and what they answered."""
    case_no = str(filed.values["case_no"])
    first = new_record(
        rng,
        "case_transfer",
        enterprise,
        concluded_on,
        party_class=enterprise.party_class,
        transfer_no=case_no.replace("案", "移"),
        case_no=case_no,
        authority=model.BUREAU,
        direction="to_police",
        proposed_on=concluded_on,
        police=f"{enterprise.place}公安局",
    )
    yield first
    approved_on = concluded_on + timedelta(days=rng.randrange(1, 4))
    sent = {"approved_on": approved_on, "transferred_on": approved_on + timedelta(days=1)}
    referred = first.sent(_days_after(first, approved_on), "correction", **sent)
    yield referred
    answered_on = approved_on + timedelta(days=rng.randrange(2, 12))
    if chance(rng, POLICE_REFUSES_PER_MILLE):
        answer: dict[str, FieldValue] = {"police_refused_on": answered_on, "returned_on": answered_on}
    else:
        answer = {"police_filed_on": answered_on, "handed_over_on": answered_on + timedelta(days=2)}
    yield referred.sent(_days_after(referred, answered_on + timedelta(days=2)), "correction", **answer)


def _days_after(record: DemoRecord, day: date) -> int:
    """How many days after the report of `record` what happens on `day` is reported: never before it happened."""
    return max(1, (day - record.sent_on).days + 1)
