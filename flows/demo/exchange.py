"""What the demo region exchanges with other bodies: lists of others, lists handed over, pushes; and its inspectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
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
    identity_number,
    new_record,
    weighted,
)
from flows.demo.penalties import decision_days

LISTED_PER_MILLE = {
    "abnormal": {"clean": 15, "occasional": 40, "repeat": 80, "chronic": 150},
    "serious": {"clean": 0, "occasional": 1, "repeat": 10, "chronic": 40},
    "other_serious": {"clean": 1, "occasional": 3, "repeat": 10, "chronic": 30},
    "dishonest_debtor": {"clean": 4, "occasional": 12, "repeat": 30, "chronic": 80},
}
LISTERS = {
    "abnormal": "{place}市场监督管理局",
    "serious": "示例省市场监督管理局",
    "other_serious": "国家税务总局示例省税务局",
    "dishonest_debtor": "{place}区人民法院",
}
ENTRY_PREFIXES = {"abnormal": "异", "serious": "严", "other_serious": "税", "dishonest_debtor": "执"}
LIST_REASONS = {
    "abnormal": "依照企业信息公示暂行条例列入经营异常名录",
    "serious": "依照市场监督管理严重违法失信名单管理办法列入",
    "other_serious": "依照重大税收违法失信主体信息公布管理办法列入",
    "dishonest_debtor": "有履行能力而拒不履行生效法律文书确定义务",
}
GROUNDS = (("annual_report", 60), ("no_contact", 30), ("information", 7), ("name_change", 2), ("other", 1))
REMOVED_PER_MILLE = 600
APPLYING_PER_MILLE = 150  # of the others: applied for removal a few days before the end
TAKEN_DOWN_PER_MILLE = 700  # of repairs decided elsewhere, the rest is still to be carried out here
DELIVERY_EVERY_DAYS = 7
REPORTED_PER_MILLE = 900
WITHOUT_RECEIPT_PER_MILLE = 80
UNKNOWN_SUBJECT_PER_MILLE = 15
REPORTED_WITHIN_DAYS = 7
ENTERPRISES_PER_INSPECTOR = 40
SECOND_FIELD_PER_MILLE = 300
ENDED_QUALIFICATION_PER_MILLE = 60
QUALIFIED_YEARS = 3
LEVELS = (("junior", 45), ("intermediate", 35), ("senior", 15), ("expert", 5))
CONFLICTS_PER_MILLE = 12
RELATIONS = (("employment", 40), ("kin", 30), ("holding", 10), ("dispute", 10), ("other", 10))
CONFLICT_DAYS = 1095


def external_listings(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """The enterprise's entries on the lists of others, each with the later report of what became of it."""
    for list_type, per_mille in LISTED_PER_MILLE.items():
        rng = streams.of("external_listing", list_type, enterprise.serial)
        if not chance(rng, per_mille[enterprise.habit]):
            continue
        listed_on = max(enterprise.established_on, period.ago(rng.randrange(20, max(21, period.days))))
        first = new_record(
            rng,
            "external_listing",
            enterprise,
            listed_on,
            entry_no=f"示{ENTRY_PREFIXES[list_type]}列字{listed_on:%Y%m%d}{enterprise.serial:06d}",
            list_type=list_type,
            authority=LISTERS[list_type].format(place=enterprise.place),
            listed_on=listed_on,
            ground=weighted(rng, GROUNDS) if list_type == "abnormal" else None,
            reason=LIST_REASONS[list_type],
            system="credit_china" if list_type == "dishonest_debtor" else "gsxt",
            **dict.fromkeys(
                (
                    *("applied_on", "accepted_on", "verified_on", "refused_on", "repair_no", "repaired_on"),
                    *("repair_received_on", "taken_down_on", "left_on"),
                )
            ),
        )
        yield first
        fate = _fate(rng, first, period)
        if fate is not None:
            on, values = fate
            yield first.sent(max(1, (on - first.sent_on).days), "correction", **values)


def _fate(rng: Random, entry: DemoRecord, period: DemoPeriod) -> tuple[date, Mapping[str, FieldValue]] | None:
    """The day of what becomes of an entry, and the fields that say so; None where nothing does."""
    left_on = entry.event_on + timedelta(days=rng.randrange(15, 500))
    if chance(rng, REMOVED_PER_MILLE) and left_on < period.end_on:
        repaired: dict[str, FieldValue] = {
            "applied_on": left_on - timedelta(days=5),
            "accepted_on": left_on - timedelta(days=4),
            "repair_no": f"{entry.values['entry_no']}修",
            "repaired_on": left_on,
            "repair_received_on": left_on + timedelta(days=2),
            "left_on": left_on,
        }
        if chance(rng, TAKEN_DOWN_PER_MILLE):
            repaired["taken_down_on"] = left_on + timedelta(days=4)
        return left_on + timedelta(days=4), repaired
    if chance(rng, APPLYING_PER_MILLE):
        applied_on = period.ago(rng.randrange(1, 12))
        return applied_on + timedelta(days=1), {"applied_on": applied_on}
    return None


def list_deliveries(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """The statements that the abnormal list was handed over whole, once a week; they concern no enterprise."""
    if enterprise.serial:
        return
    for ago in range(0, period.days, DELIVERY_EVERY_DAYS):
        stands_on = period.ago(ago)
        values: dict[str, FieldValue] = {
            "delivery_no": f"JJ{stands_on:%Y%m%d}",
            "list_type": "abnormal",
            "authority": "示例省市场监督管理局",
            "stands_on": stands_on,
            "entry_count": streams.of("list_delivery", ago).randrange(2_000, 3_000),
        }
        yield DemoRecord("list_delivery", values, stands_on, stands_on, enterprise.serial)


def pushes(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """Reports of penalties to 信用中国 (双公示), most of them with a later receipt, a few of a number nobody knows."""
    for decided_on in decision_days(streams, enterprise, period):
        rng = streams.of("push", enterprise.serial, (period.end_on - decided_on).days)
        if not chance(rng, REPORTED_PER_MILLE):
            continue
        pushed_on = decided_on + timedelta(days=rng.randrange(1, REPORTED_WITHIN_DAYS))
        number = enterprise.decision_no(decided_on)
        first = new_record(
            rng,
            "push",
            enterprise,
            pushed_on,
            party_class=enterprise.party_class,
            push_no=f"TS{pushed_on:%Y%m%d}{enterprise.serial:06d}",
            push_type="penalty_report",
            subject_no=f"{number}附" if chance(rng, UNKNOWN_SUBJECT_PER_MILLE) else number,
            addressee="示例省公共信用信息中心",
            pushed_on=pushed_on,
            receipt_no=None,
            receipt_on=None,
            authority=model.CREDIT_OFFICE,
        )
        yield first
        if not chance(rng, WITHOUT_RECEIPT_PER_MILLE):
            receipt_on = pushed_on + timedelta(days=rng.randrange(1, 4))
            receipt_no = f"HZ{receipt_on:%Y%m%d}{enterprise.serial:06d}"
            yield first.sent(3, "correction", receipt_no=receipt_no, receipt_on=receipt_on)


def inspectors(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """One inspector for so many enterprises, with one or two fields; inspectors concern no enterprise."""
    number, place = divmod(enterprise.serial, ENTERPRISES_PER_INSPECTOR)
    if place:
        return
    rng = streams.of("inspector", number)
    fields = rng.sample([field for field, _ in model.FIELDS], 2 if chance(rng, SECOND_FIELD_PER_MILLE) else 1)
    person = {
        "person_name": rng.choice(model.SURNAMES) + rng.choice(model.GIVEN) + rng.choice(model.GIVEN),
        "person_hash": identity_number(rng),
        "office": rng.choice((model.BUREAU, f"{enterprise.place}市场监督管理局", "示例省药品检查中心")),
    }
    for field in fields:
        qualified_on = period.ago(rng.randrange(30, 365 * (QUALIFIED_YEARS + 1)))
        is_ended = chance(rng, ENDED_QUALIFICATION_PER_MILLE)
        ended_on = min(period.ago(29), qualified_on + timedelta(days=rng.randrange(30, 700)))  # before the first file
        values: dict[str, FieldValue] = {
            "inspector_no": inspector_no(number),
            **person,
            "field": field,
            "level": weighted(rng, LEVELS),
            "qualified_on": qualified_on,
            "valid_until_on": qualified_on + timedelta(days=365 * QUALIFIED_YEARS),
            "ended_on": ended_on if is_ended else None,
        }
        sent_on = max(qualified_on, period.ago(period.days))
        yield DemoRecord("inspector", values, qualified_on, sent_on, enterprise.serial)


def inspector_no(number: int) -> str:
    """The number of the card of an inspector."""
    return f"示检{number:05d}"


def inspector_conflicts(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """A declared conflict of an inspector with the enterprise, where there is one."""
    rng = streams.of("inspector_conflict", enterprise.serial)
    if not chance(rng, CONFLICTS_PER_MILLE):
        return
    declared_on = period.ago(rng.randrange(max(1, period.days)))
    inspector = rng.randrange(enterprise.serial // ENTERPRISES_PER_INSPECTOR + 1)
    record = new_record(
        rng,
        "inspector_conflict",
        enterprise,
        declared_on,
        declaration_no=f"HB{declared_on:%Y%m%d}{enterprise.serial:06d}",
        inspector_no=inspector_no(inspector),
        relation=weighted(rng, RELATIONS),
        declared_on=declared_on,
        starts_on=None,
        ends_on=declared_on + timedelta(days=CONFLICT_DAYS) if chance(rng, 500) else None,
    )
    yield replace(record, sent_on=declared_on + timedelta(days=1))
