"""What offices other than the penal ones report of the demo region: register, supervision, commitments, licences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from flows.demo import model
from flows.demo.credit_office import story_day
from flows.demo.model import (
    DemoPeriod,
    DemoRecord,
    Enterprise,
    FieldValue,
    Streams,
    chance,
    days_of_events,
    new_record,
    person_in,
    weighted,
)
from flows.demo.penalties import decision_days, penalties

# Chance of one in a month, per mille.
INSPECTED = {"maker": 120, "wholesaler": 95, "retailer": 60, "user": 35}
SAMPLED = {"maker": 60, "wholesaler": 20, "retailer": 22, "user": 8}
SIGNALLED = {"clean": 8, "occasional": 30, "repeat": 70, "chronic": 140}
CONCLUSIONS = {
    "clean": (("compliant", 86), ("rectify_first", 13), ("non_compliant", 1)),
    "occasional": (("compliant", 64), ("rectify_first", 31), ("non_compliant", 5)),
    "repeat": (("compliant", 42), ("rectify_first", 44), ("non_compliant", 14)),
    "chronic": (("compliant", 25), ("rectify_first", 50), ("non_compliant", 25)),
}
TYPES = (("routine", 46), ("random", 22), ("special", 14), ("unannounced", 6), ("standard", 12))
UNQUALIFIED_PER_MILLE = {"clean": 14, "occasional": 50, "repeat": 110, "chronic": 180}
DEFECTS = {"compliant": (0, 0, 3), "rectify_first": (0, 3, 8), "non_compliant": (2, 5, 9)}
LATE_RECTIFICATION_PER_MILLE = 80
RECTIFY_DAYS = 20
SIGNAL_TYPES = (
    *(("complaint", 53), ("adverse_event", 29), ("public_opinion", 9)),
    *(("recall", 6), ("approval_finding", 2), ("review_finding", 1)),
)
SIGNAL_LEVELS = (("low", 60), ("general", 32), ("serious", 8))
VERIFIED_PER_MILLE = 350
COMMITTED_PER_MILLE = 480
COMMITMENT_TYPES = (("approval", 45), ("deferred_papers", 12), ("proof", 13), ("self_discipline", 8), ("voluntary", 22))
COMMITMENT_STATES = {
    "clean": (("fulfilled", 70), ("open", 29), ("partly", 1)),
    "occasional": (("fulfilled", 60), ("open", 30), ("partly", 7), ("unfulfilled", 3)),
    "repeat": (("fulfilled", 45), ("open", 25), ("partly", 18), ("unfulfilled", 12)),
    "chronic": (("fulfilled", 30), ("open", 20), ("partly", 25), ("unfulfilled", 25)),
}
HONOURED_PER_MILLE = {"clean": 18, "occasional": 5, "repeat": 0, "chronic": 0}
# Who needs which licence; users of drugs and devices, and traders in cosmetics, need none.
LICENCE_TYPES = {
    ("drug", "maker"): "drug_making",
    ("drug", "wholesaler"): "drug_trade",
    ("drug", "retailer"): "drug_trade",
    ("device", "maker"): "device_making",
    ("device", "wholesaler"): "device_trade",
    ("device", "retailer"): "device_trade_filing",
    ("cosmetic", "maker"): "cosmetic_making",
}
LICENCE_YEARS = 5
OLDEST_LICENCE_DAYS = 1900  # a little more than its term, so that some have run out
RENEWED_PER_MILLE = 800
BY_COMMITMENT_PER_MILLE = 150
RENEWED_WHILE_LISTED_AFTER = 30  # days from the listing
SUSPENDED_PER_MILLE = {"clean": 0, "occasional": 5, "repeat": 30, "chronic": 100}
SUSPENDED_DAYS = 30
LICENCE_REVOKED_PER_MILLE = {"clean": 0, "occasional": 0, "repeat": 10, "chronic": 60}
# The posts an enterprise reports, by its role; sole traders have no legal representative.
POSTS = {
    "maker": ("legal_representative", "manager", "quality_head", "key_post"),
    "wholesaler": ("legal_representative", "manager", "quality_head"),
    "retailer": ("legal_representative", "manager"),
    "user": ("legal_representative", "manager"),
}
POST_TITLES = {"maker": "生产管理负责人", "wholesaler": "质量管理员"}
OLDEST_POST_DAYS = 2500
UNDATED_POST_PER_MILLE = 40
UNNUMBERED_PER_MILLE = 150
LEFT_PER_MILLE = 60
BARRED_LEFT_PER_MILLE = 700
HONOUR_LEVELS = (("county", 55), ("municipal", 33), ("provincial", 11), ("national", 1))


def register_rows(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """The register's row of an enterprise, and the later one that reports its deregistration."""
    values = {
        "uscc": enterprise.uscc,
        "name": enterprise.name,
        "former_names": (enterprise.former_name,) if enterprise.former_name else (),
        "licence_nos": (enterprise.licence_no,),
        "party_class": enterprise.party_class,
        "fields": enterprise.fields,
        "roles": (enterprise.role,),
        "region_code": enterprise.region,
        "address": enterprise.address,
        "established_on": enterprise.established_on,
        "state": "active",
        "deregistered_on": None,
    }
    first = DemoRecord("enterprise", values, enterprise.established_on, period.ago(period.days), enterprise.serial)
    yield first
    deregistered_on = enterprise.deregistered_on
    if deregistered_on and deregistered_on > first.sent_on:
        days = (deregistered_on - first.sent_on).days + 5
        yield first.sent(days, "correction", state="deregistered", deregistered_on=deregistered_on)


def inspections(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """The inspections of one enterprise, latest first, each with its order to rectify where there is one."""
    rng = streams.of("inspection", enterprise.serial)
    is_never_punished = not decision_days(streams, enterprise, period)
    for ago in days_of_events(rng, period.days, INSPECTED[enterprise.role]):
        own = streams.of("inspection", enterprise.serial, ago)
        inspected_on = period.ago(ago)
        conclusion = weighted(own, CONCLUSIONS[enterprise.habit])
        is_late = chance(own, LATE_RECTIFICATION_PER_MILLE)
        due_on = inspected_on + timedelta(days=RECTIFY_DAYS)
        done_on = due_on + timedelta(days=own.randrange(1, 30) if is_late else -own.randrange(1, 15))
        is_ordered = conclusion != "compliant"
        inspection_type = weighted(own, TYPES)
        if inspection_type == "standard":
            inspection_type = "gmp" if enterprise.role == "maker" else "gsp"
        critical, major, minor = DEFECTS[conclusion]
        inspection = new_record(
            own,
            "inspection",
            enterprise,
            inspected_on,
            inspection_no=enterprise.inspection_no(inspected_on),
            inspected_on=inspected_on,
            authority=f"{enterprise.place}市场监督管理局",
            inspection_type=inspection_type,
            standard=model.STANDARDS[enterprise.field] or None,
            field=enterprise.field,
            critical_count=own.randrange(1, critical + 1) if critical else 0,
            major_count=own.randrange(major + 1),
            minor_count=own.randrange(minor + 1),
            conclusion=conclusion,
            rectify_by_on=due_on if is_ordered else None,
            rectified_on=None,
        )
        is_public = not is_ordered or (is_never_punished and inspection_type == "random")
        yield _published(inspection) if is_public else inspection
        if is_ordered:
            yield from _rectification(own, enterprise, inspected_on, due_on, done_on)


def _published(record: DemoRecord) -> DemoRecord:
    """The result of an inspection or sample, public from the next day on.

    Bad ones only of enterprises without penalties: no column says which penalty follows from which check.
    """
    return replace(record, values={**record.values, "published_on": record.event_on + timedelta(days=1)})


def _rectification(
    rng: Random, enterprise: Enterprise, ordered_on: date, due_on: date, done_on: date
) -> Iterator[DemoRecord]:
    """The order, open at first; a later report closes it, or finds it overdue."""
    first = new_record(
        rng,
        "rectification",
        enterprise,
        ordered_on,
        order_no=f"示药监责改〔{ordered_on.year}〕{enterprise.serial:05d}{ordered_on:%m%d}号",
        inspection_no=enterprise.inspection_no(ordered_on),
        ordered_on=ordered_on,
        due_on=due_on,
        completed_on=None,
        state="open",
        authority=f"{enterprise.place}市场监督管理局",
        field=enterprise.field,
    )
    yield first
    if done_on > due_on and chance(rng, 400):
        yield first.sent(max(1, (due_on - first.sent_on).days + 2), "correction", state="overdue")
    else:
        days = max(1, (done_on - first.sent_on).days + 2)
        yield first.sent(days, "correction", state="completed", completed_on=done_on)


def samplings(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """The samples taken at one enterprise, latest first."""
    rng = streams.of("sampling", enterprise.serial)
    is_never_punished = not decision_days(streams, enterprise, period)
    field = enterprise.field
    for ago in days_of_events(rng, period.days, SAMPLED[enterprise.role]):
        own, reported_on = streams.of("sampling", enterprise.serial, ago), period.ago(ago)
        is_bad = chance(own, UNQUALIFIED_PER_MILLE[enterprise.habit])
        batch_no = f"{reported_on:%Y%m}{own.randrange(100):02d}"
        sample = new_record(
            own,
            "sampling",
            enterprise,
            reported_on,
            sample_no=f"CY{reported_on:%Y%m%d}{enterprise.serial:06d}",
            product=own.choice(model.PRODUCTS[field]),
            specification=streams.of("specification", enterprise.serial, ago).choice(model.SPECIFICATIONS[field]),
            holder_name="示例省岩溪檀颐制药有限公司" if field == "drug" else None,
            maker_name=enterprise.name if enterprise.role == "maker" else "示例省岩溪檀颐制药有限公司",
            batch_no=batch_no,
            sampled_on=reported_on - timedelta(days=own.randrange(15, 50)),
            reported_on=reported_on,
            result="unqualified" if is_bad else "qualified",
            failing_items=tuple(own.sample(model.FAILING_ITEMS[field], own.randrange(1, 3))) if is_bad else (),
            laboratory=own.choice(model.LABORATORIES),
            basis=own.choice(("《中华人民共和国药典》2020年版", "国家标准及注册技术要求")),
            field=field,
        )
        yield _published(sample) if is_never_punished or not is_bad else sample


def signals(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """Complaints, adverse reactions, public opinion and recalls of one enterprise, latest first."""
    rng = streams.of("signal", enterprise.serial)
    for ago in days_of_events(rng, period.days, SIGNALLED[enterprise.habit]):
        own, occurred_on = streams.of("signal", enterprise.serial, ago), period.ago(ago)
        signal_type, level = weighted(own, SIGNAL_TYPES), weighted(own, SIGNAL_LEVELS)
        is_verified, is_examined = chance(own, VERIFIED_PER_MILLE), chance(own, 900)
        yield new_record(
            own,
            "signal",
            enterprise,
            occurred_on,
            signal_no=f"XH{occurred_on:%Y%m%d}{enterprise.serial:06d}",
            signal_type=signal_type,
            occurred_on=occurred_on,
            level=level,
            is_verified=is_verified if is_examined else None,
            field=enterprise.field,
            summary=model.SIGNAL_TEXTS[signal_type],
            authority=f"{enterprise.place}市场监督管理局",
        )


def commitments(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """The one commitment that about half of the enterprises make."""
    rng = streams.of("commitment", enterprise.serial)
    if not chance(rng, COMMITTED_PER_MILLE):
        return
    made_on = period.ago(rng.randrange(period.days))
    state = weighted(rng, COMMITMENT_STATES[enterprise.habit])
    is_broken = state in ("partly", "unfulfilled")
    matter = rng.choice(model.MATTERS)
    yield new_record(
        rng,
        "commitment",
        enterprise,
        made_on,
        commitment_no=f"CN{made_on:%Y%m%d}{enterprise.serial:06d}",
        party_class=enterprise.party_class,
        commitment_type=weighted(rng, COMMITMENT_TYPES),
        matter=matter,
        content=f"承诺{matter}所提交材料真实、有效",
        liability="依法接受处理并记入信用记录",
        made_on=made_on,
        valid_until_on=made_on + timedelta(days=365 * rng.randrange(1, 4)),
        state=state,
        unperformed="所提交材料与现场核查不一致" if is_broken else None,
        liability_enforced="撤销相关许可事项并记入信用记录" if is_broken else None,
        state_on=None if state == "open" else made_on,
        fixing_unit=None if state == "open" else model.BUREAU,
        accepting_unit=model.BUREAU,
        is_open=chance(rng, 800),
    )


def honours(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """An honour, for few."""
    rng = streams.of("honour", enterprise.serial)
    if not chance(rng, HONOURED_PER_MILLE[enterprise.habit]):
        return
    awarded_on = period.ago(rng.randrange(period.days))
    yield new_record(
        rng,
        "honour",
        enterprise,
        awarded_on,
        honour_no=f"示市监表〔{awarded_on.year}〕{awarded_on.month}号",
        title=rng.choice(model.HONOURS),
        level=weighted(rng, HONOUR_LEVELS),
        awarded_on=awarded_on,
        valid_until_on=awarded_on + timedelta(days=365 * rng.randrange(1, 4)),
        authority=f"{enterprise.place}市场监督管理局",
    )


def licences(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """The licence or filing of an enterprise that needs one, and the later report of what became of it."""
    licence_type = LICENCE_TYPES.get((enterprise.field, enterprise.role))
    if licence_type is None:
        return
    rng = streams.of("licence", enterprise.serial)
    issued_on = max(enterprise.established_on, period.ago(rng.randrange(1, OLDEST_LICENCE_DAYS)))
    has_term = licence_type != "device_trade_filing"
    is_local = enterprise.role == "retailer"
    first = new_record(
        rng,
        "licence",
        enterprise,
        issued_on,
        licence_no=enterprise.licence_no,
        licence_type=licence_type,
        scope=rng.choice(model.SCOPES[enterprise.field]),
        issued_on=issued_on,
        valid_until_on=_last_licence_day(issued_on) if has_term else None,
        changed_on=None,
        suspended_on=None,
        resumed_on=None,
        revoked_on=None,
        cancelled_on=None,
        is_by_commitment=chance(rng, BY_COMMITMENT_PER_MILLE),
        authority=f"{enterprise.place}市场监督管理局" if is_local else model.BUREAU,
    )
    yield first
    fate = _licence_fate(rng, enterprise, period, issued_on, has_term)
    if fate is not None:
        on, values = fate
        yield first.sent(max(1, (on - first.sent_on).days + 2), "correction", **values)


def _licence_fate(
    rng: Random, enterprise: Enterprise, period: DemoPeriod, issued_on: date, has_term: bool
) -> tuple[date, dict[str, FieldValue]] | None:
    """The day of what becomes of a licence, and the fields that say so; None where nothing does."""
    on = period.ago(rng.randrange(period.days))
    if enterprise.deregistered_on is not None:
        ended_on = max(enterprise.deregistered_on, issued_on)
        return ended_on, {"cancelled_on": ended_on}
    last_on = _last_licence_day(issued_on)
    if enterprise.story == "listed":  # renewed before its end, while the enterprise is on the list
        last_on = max(issued_on, story_day(enterprise, period) + timedelta(days=RENEWED_WHILE_LISTED_AFTER))
    if has_term and last_on < period.end_on:
        renewed = {"issued_on": last_on, "valid_until_on": _last_licence_day(last_on)}
        return (last_on, {**renewed, "changed_on": last_on}) if chance(rng, RENEWED_PER_MILLE) else None
    if on <= issued_on:
        return None
    if chance(rng, LICENCE_REVOKED_PER_MILLE[enterprise.habit]):
        return on, {"revoked_on": on}
    if chance(rng, SUSPENDED_PER_MILLE[enterprise.habit]):
        return on, {"suspended_on": on, "resumed_on": on + timedelta(days=SUSPENDED_DAYS)}
    return None


def _last_licence_day(issued_on: date) -> date:
    """The last day of a licence that is issued on a day."""
    leap = (issued_on.month, issued_on.day) == (2, 29)
    same = issued_on.replace(year=issued_on.year + LICENCE_YEARS, day=28 if leap else issued_on.day)
    return same if leap else same - timedelta(days=1)


def posts(streams: Streams, enterprise: Enterprise, period: DemoPeriod) -> Iterator[DemoRecord]:
    """Who holds the posts of an enterprise, and the later report of who left. Most managers leave when barred."""
    rng = streams.of("post", enterprise.serial)
    positions = list(POSTS[enterprise.role])
    if enterprise.party_class == "sole_trader":
        positions.remove("legal_representative")
    if (enterprise.field, enterprise.role) == ("drug", "maker"):
        positions.append("qualified_person")
    barred_on = [one.event_on for one in penalties(streams, enterprise, period) if one.kind == "person_ban"]
    for position in positions:
        person = person_in(streams, enterprise.serial, position)
        starts_on = max(enterprise.established_on, period.ago(rng.randrange(400, OLDEST_POST_DAYS)))
        is_numbered = not chance(rng, UNNUMBERED_PER_MILLE) or position == "manager"
        first = new_record(
            rng,
            "post",
            enterprise,
            starts_on,
            position=position,
            post_title=POST_TITLES.get(enterprise.role) if position == "key_post" else None,
            person_name=person.name,
            person_hash=person.number if is_numbered else None,
            starts_on=None if chance(rng, UNDATED_POST_PER_MILLE) else starts_on,
            ends_on=None,
            authority=f"{enterprise.place}市场监督管理局" if enterprise.role == "retailer" else model.BUREAU,
        )
        yield first
        left_on = period.ago(rng.randrange(period.days))
        if position == "manager" and barred_on:
            left_on, has_left = min(barred_on), chance(rng, BARRED_LEFT_PER_MILLE)
        else:
            has_left = chance(rng, LEFT_PER_MILLE)
        if has_left and left_on > starts_on:
            yield first.sent(max(1, (left_on - first.sent_on).days + 2), "correction", ends_on=left_on)
