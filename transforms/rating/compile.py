"""A grading scheme on one day: plain values, every rule with its place in the file.

Dated values are taken as in force on that day; a rule whose value has ended does not exist on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from pydantic import BaseModel

from transforms.policy.dated import Dated, PolicyGap
from transforms.policy.scheme import Accumulation, Award, Decay, Direct, Item, Lock, Scheme, Section, Span, Window

Rounding = Literal["half_up", "half_even", "towards_zero"]
Value = TypeVar("Value")

UNBOUNDED = 2**53  # beyond any score, and exact wherever a number may pass through


@dataclass(frozen=True)
class Source:
    """Where a value stands in the law and how sure that is."""

    basis: str
    confidence: str


@dataclass(frozen=True)
class Rule:
    """What a record of `kind` must satisfy, and for how long that tells: order is its place in the file."""

    order: int
    id: str
    title: str
    kind: str
    when: str
    window: Window
    source: Source


@dataclass(frozen=True)
class ItemRule(Rule):
    """A rule that gives points; cap in centipoints, None for none."""

    award: Award
    section: int | None
    cap: int | None
    cap_source: Source
    decay: tuple[Decay, ...]


@dataclass(frozen=True)
class DirectRule(Rule):
    """A rule that places in a tier; its window is the lock."""

    tier: int
    at_least: int
    within: Span | None


@dataclass(frozen=True)
class NeedRule(Rule):
    """What the best tier needs: at least, or at most, so many records in the window."""

    at_least: int | None
    at_most: int | None


@dataclass(frozen=True)
class AccumulationRule:
    """Every `every` counted hits of the items `of` (their orders) give `points` more."""

    order: int
    id: str
    title: str
    of: tuple[int, ...]
    every: int
    points: int
    section: int | None
    source: Source


@dataclass(frozen=True)
class Bounds:
    """What a sum starts from and may not leave, in centipoints, bounds included."""

    order: int
    id: str
    title: str
    base: int
    lowest: int
    highest: int
    source: Source

    @property
    def is_base_outside(self) -> bool:
        """Whether the sum is corrected even where nothing is added to it."""
        return not self.lowest <= self.base <= self.highest


@dataclass(frozen=True)
class Plan:
    """A scheme on one day. `worse` is -1 where points are deducted, 1 where they accumulate."""

    scheme: str
    day: date
    worse: int
    rounding: Rounding
    tiers: tuple[str, ...]
    cuts: tuple[int | None, ...]
    tiers_source: Source
    items: tuple[ItemRule, ...]
    accumulations: tuple[AccumulationRule, ...]
    sections: tuple[Bounds, ...]
    whole: Bounds
    act_kinds: frozenset[str]
    directs: tuple[DirectRule, ...]
    needs: tuple[NeedRule, ...]
    tiers_per_clean_year: int | None
    movement_source: Source
    changes_on: date | None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of record the scheme reads, in alphabetical order."""
        rules = (*self.items, *self.directs, *self.needs)
        return tuple(sorted({rule.kind for rule in rules}))

    @property
    def worst(self) -> int:
        """Index of the worst tier."""
        return len(self.tiers) - 1


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


def _dated_values(model: BaseModel) -> Iterator[Dated[object]]:
    """Every dated value of a policy model, however deep."""
    if isinstance(model, Dated):
        yield model
        return
    for name in type(model).model_fields:
        value = getattr(model, name)
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, BaseModel):
                yield from _dated_values(part)


def next_change(scheme: Scheme, day: date) -> date | None:
    """First day after `day` on which a value of the scheme changes; None where none does."""
    starts = {start for dated in _dated_values(scheme) for start in dated.starts() if start > day}
    return min(starts, default=None)


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
                award,
                sections.get(item.section or ""),
                _maybe(item.cap, day, f"{name}.cap"),
                _source(item.cap),
                _decay(item, day),
            )


def _decay(item: Item, day: date) -> tuple[Decay, ...]:
    return tuple(_maybe(item.decay, day, f"items.{item.id}.decay") or ())


def _lock_window(lock: Lock) -> Window:
    """A lock said as a window: for its span, or for the record's own term."""
    if lock.span is not None:
        return Window(rolling=lock.span)
    return Window(unlimited=True, until_expiry=True)


def _direct(order: int, direct: Direct, lock: Lock, tiers: tuple[str, ...]) -> DirectRule:
    return DirectRule(
        order,
        direct.id,
        direct.title,
        direct.kind,
        direct.when,
        _lock_window(lock),
        _source(direct.lock),
        tiers.index(direct.tier),
        direct.at_least,
        direct.within,
    )


def _directs(scheme: Scheme, day: date, tiers: tuple[str, ...]) -> Iterator[DirectRule]:
    for order, direct in enumerate(scheme.direct):
        lock = direct.lock.on(day, f"direct.{direct.id}.lock")
        if lock is not None:
            yield _direct(order, direct, lock, tiers)


def _needs(scheme: Scheme, day: date) -> Iterator[NeedRule]:
    source = _source(scheme.best_tier_needs)
    for order, need in enumerate(_maybe(scheme.best_tier_needs, day, "best_tier_needs") or ()):
        yield NeedRule(
            order, need.id, need.title, need.kind, need.when, need.window, source, need.at_least, need.at_most
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
