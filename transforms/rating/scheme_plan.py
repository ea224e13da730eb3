"""A grading scheme compiled for one day: plain frozen values, each rule numbered by its place in the policy file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import ClassVar, Literal, TypeVar

import polars as pl

from transforms.policy_model.dated_values import Dated, PolicyGap
from transforms.policy_model.scheme import (
    Accumulation,
    Award,
    DecayStep,
    DirectPlacement,
    Duration,
    Item,
    PlacementLock,
    Scheme,
    Section,
    Window,
)
from transforms.schemas.run_tables import REASONS_NOT_COUNTED

Rounding = Literal["half_up", "half_even", "towards_zero"]

UNBOUNDED = 2**53  # beyond any score, and exact wherever a number may pass through

REASONS = tuple(REASONS_NOT_COUNTED)


@cache
def reason_code(reason: str) -> pl.Expr:
    """A reason not to count as the small number it is known by within a rating."""
    return pl.lit(REASONS.index(reason), dtype=pl.Int8)


@dataclass(frozen=True)
class Citation:
    """Where a value stands in the law and how sure that is."""

    basis: str
    confidence: str


@dataclass(frozen=True)
class RecordRule:
    """What a record of `kind` must satisfy, and for how long that tells: order is its place in the file.

    is_until_released: a repair or early removal of the record ends it as well.
    """

    role: ClassVar[str]

    order: int
    id: str
    title: str
    kind: str
    when: str
    window: Window
    source: Citation
    is_until_released: bool

    @property
    def flag(self) -> str:
        """Name of the column that says whether the rule applies to a record."""
        return f"is_{self.role}_{self.order}"


@dataclass(frozen=True)
class ItemRule(RecordRule):
    """A rule that gives points; cap in centipoints, None for none."""

    role = "item"

    award: Award
    section: int | None
    cap: int | None
    cap_source: Citation
    decay: tuple[DecayStep, ...]


@dataclass(frozen=True)
class DirectRule(RecordRule):
    """A rule that places in a tier; its window is the lock.

    is_while_listed: the lock is the listing's own stay, `listed_for` where that is not told.
    """

    role = "direct"

    tier: int
    at_least: int
    within: Duration | None
    is_while_listed: bool
    listed_for: Duration | None


@dataclass(frozen=True)
class NeedRule(RecordRule):
    """What the best tier needs: at least, or at most, so many records in the window."""

    role = "need"

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
    source: Citation


@dataclass(frozen=True)
class Bounds:
    """What a sum starts from and may not leave, in centipoints, bounds included."""

    order: int
    id: str
    title: str
    base: int
    lowest: int
    highest: int
    source: Citation

    @property
    def start(self) -> int:
        """The base, brought within the bounds."""
        return min(max(self.base, self.lowest), self.highest)

    @property
    def is_bounded(self) -> bool:
        """Whether there is a bound at all."""
        return self.lowest > -UNBOUNDED or self.highest < UNBOUNDED


@dataclass(frozen=True)
class SchemePlan:
    """A scheme on one day. `worse` is -1 where points are deducted, 1 where they accumulate."""

    scheme: str
    day: date
    worse: int
    rounding: Rounding
    tiers: tuple[str, ...]
    cuts: tuple[int | None, ...]
    tiers_source: Citation
    items: tuple[ItemRule, ...]
    accumulations: tuple[AccumulationRule, ...]
    sections: tuple[Bounds, ...]
    whole: Bounds
    act_kinds: frozenset[str]
    directs: tuple[DirectRule, ...]
    needs: tuple[NeedRule, ...]
    tiers_per_clean_year: int | None
    movement_source: Citation
    changes_on: date | None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of record the scheme reads, in alphabetical order."""
        return tuple(sorted({rule.kind for rule in self.rules}))

    @property
    def rules(self) -> tuple[RecordRule, ...]:
        """Every rule that looks at records."""
        return (*self.items, *self.directs, *self.needs)

    def rules_on(self, kind: str) -> list[RecordRule]:
        """Every rule that looks at records of a kind."""
        return [rule for rule in self.rules if rule.kind == kind]

    @property
    def released_kinds(self) -> tuple[str, ...]:
        """Kinds of record that a repair or early removal releases under some rule, in alphabetical order."""
        return tuple(sorted({rule.kind for rule in (*self.items, *self.directs) if rule.is_until_released}))

    @property
    def decay_steps(self) -> int:
        """The most steps in which the points of an item decay."""
        return max((len(item.decay) for item in self.items), default=0)

    @property
    def worst(self) -> int:
        """Index of the worst tier."""
        return len(self.tiers) - 1


_Value = TypeVar("_Value")

_NO_SOURCE = Citation("", "")


def _source(dated: Dated[_Value] | None) -> Citation:
    return _NO_SOURCE if dated is None else Citation(dated.basis, dated.confidence)


def _held(dated: Dated[_Value], day: date, name: str) -> _Value:
    """The value in force, for what a scheme cannot do without."""
    value = dated.on(day, name)
    if value is None:
        raise PolicyGap(f"{name} has ended before {day}; a scheme needs it on every day it is used")
    return value


def _maybe(dated: Dated[_Value] | None, day: date, name: str) -> _Value | None:
    return None if dated is None else dated.on(day, name)


def next_scheme_change(scheme: Scheme, day: date) -> date | None:
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


def _is_until_released(rule: Item | DirectPlacement, day: date) -> bool:
    is_released = _maybe(rule.until_released, day, f"{rule.id}.until_released")
    return is_released is True


def _decay(item: Item, day: date) -> tuple[DecayStep, ...]:
    steps = _maybe(item.decay, day, f"items.{item.id}.decay")
    return () if steps is None else tuple(steps)


def _lock_window(lock: PlacementLock) -> Window:
    """A lock said as a window: for its span, or for the record's own term, or for the listing's."""
    if lock.span is not None and not lock.while_listed:
        return Window(rolling=lock.span)
    return Window(unlimited=True, until_expiry=True)


def _direct(order: int, direct: DirectPlacement, day: date, lock: PlacementLock, tiers: tuple[str, ...]) -> DirectRule:
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


def _bounds(order: int, part: Section, source: Citation) -> Bounds:
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


def compile_scheme(scheme: Scheme, day: date) -> SchemePlan:
    """The scheme as in force on `day`.

    Raises PolicyGap where a value has no date so early, or one that a scheme cannot do without has ended.
    """
    tiers = _held(scheme.tiers, day, "tiers")
    names = tuple(tier.tier for tier in tiers)
    sections = _maybe(scheme.sections, day, "sections") or []
    section_orders = {part.id: order for order, part in enumerate(sections)}
    movement = _maybe(scheme.movement, day, "movement")
    return SchemePlan(
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
        changes_on=next_scheme_change(scheme, day),
    )
