"""Register rows, commitments and honours of the demo region."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flows.demo import words
from flows.demo.facts import Fact, Span, fact
from flows.demo.region import Enterprise
from flows.demo.streams import Streams, chance, weighted

COMMITTED_PER_MILLE = 480
COMMITMENT_TYPES = (("approval", 45), ("deferred_papers", 12), ("proof", 13), ("self_discipline", 8), ("voluntary", 22))
COMMITMENT_STATES = {
    "clean": (("fulfilled", 70), ("open", 29), ("partly", 1)),
    "occasional": (("fulfilled", 60), ("open", 30), ("partly", 7), ("unfulfilled", 3)),
    "repeat": (("fulfilled", 45), ("open", 25), ("partly", 18), ("unfulfilled", 12)),
    "chronic": (("fulfilled", 30), ("open", 20), ("partly", 25), ("unfulfilled", 25)),
}
HONOURED_PER_MILLE = {"clean": 18, "occasional": 5, "repeat": 0, "chronic": 0}
HONOUR_LEVELS = (("county", 55), ("municipal", 33), ("provincial", 11), ("national", 1))


def register_rows(streams: Streams, enterprise: Enterprise, span: Span) -> Iterator[Fact]:
    """The register's row of an enterprise, and the later one that reports its end."""
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
    first = Fact("enterprise", values, enterprise.established_on, span.ago(span.days), enterprise.serial)
    yield first
    gone_on = enterprise.deregistered_on
    if gone_on and gone_on > first.sent_on:
        days = (gone_on - first.sent_on).days + 5
        yield first.sent(days, "correction", state="deregistered", deregistered_on=gone_on)


def commitments(streams: Streams, enterprise: Enterprise, span: Span) -> Iterator[Fact]:
    """The one commitment about half of the enterprises make."""
    rng = streams.of("commitment", enterprise.serial)
    if not chance(rng, COMMITTED_PER_MILLE):
        return
    made_on = span.ago(rng.randrange(span.days))
    state = weighted(rng, COMMITMENT_STATES[enterprise.habit])
    is_broken = state in ("partly", "unfulfilled")
    matter = rng.choice(words.MATTERS)
    yield fact(
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
        fixing_unit=None if state == "open" else words.BUREAU,
        accepting_unit=words.BUREAU,
        is_open=chance(rng, 800),
    )


def honours(streams: Streams, enterprise: Enterprise, span: Span) -> Iterator[Fact]:
    """An honour, for few."""
    rng = streams.of("honour", enterprise.serial)
    if chance(rng, HONOURED_PER_MILLE[enterprise.habit]):
        awarded_on = span.ago(rng.randrange(span.days))
        yield fact(
            rng,
            "honour",
            enterprise,
            awarded_on,
            honour_no=f"示市监表〔{awarded_on.year}〕{awarded_on.month}号",
            title=rng.choice(words.HONOURS),
            level=weighted(rng, HONOUR_LEVELS),
            awarded_on=awarded_on,
            valid_until_on=awarded_on + timedelta(days=365 * rng.randrange(1, 4)),
            authority=f"{enterprise.place}市场监督管理局",
        )
