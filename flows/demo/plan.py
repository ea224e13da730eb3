"""Every fact of a demo region, in the order in which its rows are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain

from flows.demo.conduct import commitments, honours, register_rows
from flows.demo.facts import Fact, Span
from flows.demo.faults import Planting
from flows.demo.offices import delivered_on, deliveries, next_delivery
from flows.demo.penalties import penalties
from flows.demo.region import Enterprise, enterprises, is_twin
from flows.demo.register import decisions
from flows.demo.streams import Streams, chance
from flows.demo.supervision import inspections, samplings, signals

NAME_ONLY_PER_MILLE = 20
FORMER_NAME_PER_MILLE = 400
AGAIN_PER_MILLE = 10
MAKERS = (register_rows, penalties, inspections, samplings, signals, commitments, honours, decisions)


def planned(seed: int, count: int, span: Span) -> Iterator[tuple[Fact, date]]:
    """Facts with the day of their delivery; what would be sent after the end is left out."""
    streams, planting, days = Streams(seed), Planting(), deliveries(span)
    for enterprise in enterprises(streams, count, span.end_on):
        for fact in chain.from_iterable(make(streams, enterprise, span) for make in MAKERS):
            day = delivered_on(fact.sent_on, days)
            if day is None:
                continue  # still on its way when the history ends
            told = _as_told(streams, enterprise, fact)
            for sent in (*planting.before(told, enterprise), told):
                yield sent, day
                yield from _again(streams, sent, next_delivery(day, days))


def _again(streams: Streams, fact: Fact, day: date | None) -> Iterator[tuple[Fact, date]]:
    """A few facts come once more with the next delivery."""
    rng = streams.of("again", fact.kind, fact.event_on, fact.serial)
    if day and _may_come_again(fact) and chance(rng, AGAIN_PER_MILLE):
        yield replace(fact, role="duplicate"), day


def _may_come_again(fact: Fact) -> bool:
    """Kinds without later versions, so that an old version never comes after a newer one."""
    return fact.fault is None and fact.kind in ("inspection", "sampling", "signal", "commitment")


def _as_told(streams: Streams, enterprise: Enterprise, fact: Fact) -> Fact:
    """The party as offices name it: at times without its code, at times by its former name."""
    if fact.kind == "enterprise" or fact.values["uscc"] is None:
        return fact
    rng = streams.of("told", fact.kind, fact.event_on, enterprise.serial)
    if chance(rng, NAME_ONLY_PER_MILLE) and not is_twin(enterprise.serial):
        return replace(fact, values={**fact.values, "uscc": None})
    if enterprise.former_name and chance(rng, FORMER_NAME_PER_MILLE):
        return replace(fact, values={**fact.values, "party_name": enterprise.former_name})
    return fact
