"""A grading scheme compiled for one day.

Dated values are taken as in force on that day; a rule whose value has ended does not exist on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TypeVar

from transforms.policy.dated import Dated, PolicyGap
from transforms.policy.scheme import Accumulation, Decay, Direct, Item, Lock, Scheme, Section, Window
from transforms.rating.plan import (
    UNBOUNDED,
    AccumulationRule,
    Bounds,
    DirectRule,
    ItemRule,
    NeedRule,
    Plan,
    Source,
)

Value = TypeVar("Value")

_NO_SOURCE = Source("", "")


def _source(dated: Dated[Value] | None) -> Source:
    return _NO_SOURCE if dated is None else Source(dated.basis, dated.confidence)


def _held(dated: Dated[Value], day: date, name: str) -> Value:
    """The value in force, for what a scheme cannot do without."""
    value = dated.on(day, name)
    if value is None:
        raise PolicyGap(f"{name} has ended before {day}; a scheme needs it on every day it is used")
    return value


def _maybe(dated: Dated[Value] | None, day: date, name: str) -> Value | None:
    return None if dated is None else dated.on(day, name)


def next_change(scheme: Scheme, day: date) -> date | None:
    """First day after `day` on which a value of the scheme changes; None where none does."""
    return min((start for start in scheme.change_days() if start > day), default=None)


def _items(scheme: Scheme, day: date, sections: dict[str, int]) -> Iterator[ItemRule]:
    shared = _held(scheme.window, day, "window")
    for order, item in enumerate(scheme.items):
        name = f"items.{item.id}"
        award = item.award.on(day, f"{name}.award")
        if award is not None:
            yield ItemRule(
                order,
                item.id,
                item.title,
                item.kind,
                item.when,
                _maybe(item.window, day, f"{name}.window") or shared,
                _source(item.award),
                _is_until_released(item, day),
                award,
                sections.get(item.section or ""),
                _maybe(item.cap, day, f"{name}.cap"),
                _source(item.cap),
                _decay(item, day),
            )


def _is_until_released(rule: Item | Direct, day: date) -> bool:
    is_released = _maybe(rule.until_released, day, f"{rule.id}.until_released")
    return is_released is True


def _decay(item: Item, day: date) -> tuple[Decay, ...]:
    steps = _maybe(item.decay, day, f"items.{item.id}.decay")
    return () if steps is None else tuple(steps)


def _lock_window(lock: Lock) -> Window:
    """A lock said as a window: for its span, or for the record's own term, or for the listing's."""
    if lock.span is not None and not lock.while_listed:
        return Window(rolling=lock.span)
    return Window(unlimited=True, until_expiry=True)


def _direct(order: int, direct: Direct, day: date, lock: Lock, tiers: tuple[str, ...]) -> DirectRule:
    return DirectRule(
        order,
        direct.id,
        direct.title,
        direct.kind,
        direct.when,
        _lock_window(lock),
        _source(direct.lock),
        lock.while_listed or _is_until_released(direct, day),
        tiers.index(direct.tier),
        direct.at_least,
        direct.within,
        lock.while_listed,
        lock.span if lock.while_listed else None,
    )


def _directs(scheme: Scheme, day: date, tiers: tuple[str, ...]) -> Iterator[DirectRule]:
    for order, direct in enumerate(scheme.direct):
        lock = direct.lock.on(day, f"direct.{direct.id}.lock")
        if lock is not None:
            yield _direct(order, direct, day, lock, tiers)


def _needs(scheme: Scheme, day: date) -> Iterator[NeedRule]:
    source = _source(scheme.best_tier_needs)
    needs = _maybe(scheme.best_tier_needs, day, "best_tier_needs")
    for order, need in enumerate([] if needs is None else needs):
        yield NeedRule(
            order, need.id, need.title, need.kind, need.when, need.window, source, False, need.at_least, need.at_most
        )


def _accumulation(
    order: int, rule: Accumulation, day: date, items: dict[str, int], sections: dict[str, int]
) -> AccumulationRule | None:
    every = rule.every.on(day, f"accumulations.{rule.id}.every")
    points = rule.points.on(day, f"accumulations.{rule.id}.points")
    if every is None or points is None:
        return None
    of = tuple(items[name] for name in rule.of)
    section = sections.get(rule.section or "")
    return AccumulationRule(order, rule.id, rule.title, of, every, points, section, _source(rule.points))


def _accumulations(scheme: Scheme, day: date, sections: dict[str, int]) -> Iterator[AccumulationRule]:
    items = {item.id: order for order, item in enumerate(scheme.items)}
    for order, rule in enumerate(scheme.accumulations):
        compiled = _accumulation(order, rule, day, items, sections)
        if compiled is not None:
            yield compiled


def _bounds(order: int, part: Section, source: Source) -> Bounds:
    lowest = -UNBOUNDED if part.lowest is None else part.lowest
    highest = UNBOUNDED if part.highest is None else part.highest
    return Bounds(order, part.id, part.title, part.base, lowest, highest, source)


def _whole(scheme: Scheme, day: date) -> Bounds:
    limits = _maybe(scheme.limits, day, "limits")
    base = _held(scheme.base, day, "base")
    part = Section(id="score", title="", base=0, lowest=None, highest=None)
    if limits is not None:
        part = part.model_copy(update={"lowest": limits.lowest, "highest": limits.highest})
    return _bounds(0, part.model_copy(update={"base": base}), _source(scheme.limits))


def plan_on(scheme: Scheme, day: date) -> Plan:
    """The scheme as in force on `day`.

    Raises PolicyGap where a value has no date so early, or one that a scheme cannot do without has ended.
    """
    tiers = _held(scheme.tiers, day, "tiers")
    names = tuple(tier.tier for tier in tiers)
    sections = _maybe(scheme.sections, day, "sections") or []
    section_orders = {part.id: order for order, part in enumerate(sections)}
    movement = _maybe(scheme.movement, day, "movement")
    return Plan(
        scheme=scheme.scheme,
        day=day,
        worse=-1 if scheme.mode == "deduct" else 1,
        rounding=_held(scheme.rounding, day, "rounding"),
        tiers=names,
        cuts=tuple(tier.from_ for tier in tiers),
        tiers_source=_source(scheme.tiers),
        items=tuple(_items(scheme, day, section_orders)),
        accumulations=tuple(_accumulations(scheme, day, section_orders)),
        sections=tuple(_bounds(order, part, _source(scheme.sections)) for order, part in enumerate(sections)),
        whole=_whole(scheme, day),
        act_kinds=frozenset(_maybe(scheme.heaviest_per_act, day, "heaviest_per_act") or ()),
        directs=tuple(_directs(scheme, day, names)),
        needs=tuple(_needs(scheme, day)),
        tiers_per_clean_year=None if movement is None else movement.tiers_per_clean_year,
        movement_source=_source(scheme.movement),
        changes_on=next_change(scheme, day),
    )
