"""A grading scheme compiled for one day: plain frozen values, each rule numbered by its place in the policy file.

Dated values are those in force on the day; a rule whose value has ended is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import ClassVar, Literal, TypeVar

import polars as pl

from transforms.policy_model.document import Dated, Duration, PolicyGap
from transforms.policy_model.scheme import (
    Award,
    DecayStep,
    DirectPlacement,
    Item,
    Limits,
    Scheme,
    Section,
    Window,
)
from transforms.schemas.run_tables import REASONS_NOT_COUNTED

_Value = TypeVar("_Value")
Rounding = Literal["half_up", "half_even", "towards_zero"]

UNBOUNDED = 2**53  # beyond any score, and exact wherever a number may pass through
REASONS = tuple(REASONS_NOT_COUNTED)


@cache
def place_among(codes: tuple[str, ...], code: str) -> pl.Expr:
    """A code of a vocabulary as its place in it (Int8)."""
    return pl.lit(codes.index(code), dtype=pl.Int8)


reason_code = partial(place_among, REASONS)  # of a reason not to count


@dataclass(frozen=True)
class Citation:
    """The legal basis of a value, and how certain it is (C, M, I or GAP)."""

    basis: str
    confidence: str


_NO_CITATION = Citation("", "")


@dataclass(frozen=True)
class RecordRule:
    """A rule about records of one kind: its condition and its window. order: its place in the policy file.

    is_until_released: a repair or early removal of the record also ends its effect.
    """

    role: ClassVar[str]

    order: int
    id: str
    title: str
    kind: str
    when: str
    window: Window
    citation: Citation
    is_until_released: bool

    @property
    def flag(self) -> str:
        """Name of the column that says whether the rule applies to a record."""
        return f"is_{self.role}_{self.order}"


@dataclass(frozen=True)
class ItemRule(RecordRule):
    """A rule that gives points. cap in centipoints, None for no cap."""

    role = "item"

    award: Award
    section: int | None
    cap: int | None
    cap_citation: Citation
    decay: tuple[DecayStep, ...]


@dataclass(frozen=True)
class DirectRule(RecordRule):
    """A rule that places an enterprise in a tier directly; its window is the lock.

    is_while_listed: the lock lasts as long as the listing does, `listed_for` where that is unknown.
    """

    role = "direct"

    tier: int
    at_least: int
    within: Duration | None
    is_while_listed: bool
    listed_for: Duration | None


@dataclass(frozen=True)
class NeedRule(RecordRule):
    """A condition of the best tier: at least, or at most, so many records in the window."""

    role = "need"

    at_least: int | None
    at_most: int | None


@dataclass(frozen=True)
class AccumulationRule:
    """Every `every` counted hits of the items `of` (their orders) give `points` (centipoints) more."""

    order: int
    id: str
    title: str
    of: tuple[int, ...]
    every: int
    points: int
    section: int | None
    citation: Citation


@dataclass(frozen=True)
class Bounds:
    """What a sum starts from, and its limits (included), in centipoints."""

    order: int
    id: str
    title: str
    base: int
    lowest: int
    highest: int
    citation: Citation

    @property
    def start(self) -> int:
        """The base, brought within the limits."""
        return min(max(self.base, self.lowest), self.highest)

    @property
    def is_bounded(self) -> bool:
        """Whether there is a limit at all."""
        return self.lowest > -UNBOUNDED or self.highest < UNBOUNDED


@dataclass(frozen=True)
class SchemePlan:
    """A scheme on one day.

    worse: the sign of adverse points, -1 where points are deducted, 1 where they accumulate. tiers: best first; a tier
    is known by its index. cuts: the score with which each tier begins, None for the tier without a cut point.
    scheme_changes_on: the next day on which a value of the scheme changes.
    """

    scheme: str
    day: date
    worse: int
    rounding: Rounding
    tiers: tuple[str, ...]
    cuts: tuple[int | None, ...]
    tiers_citation: Citation
    items: tuple[ItemRule, ...]
    accumulations: tuple[AccumulationRule, ...]
    sections: tuple[Bounds, ...]
    score: Bounds
    act_kinds: frozenset[str]
    directs: tuple[DirectRule, ...]
    needs: tuple[NeedRule, ...]
    tiers_per_clean_year: int | None
    movement_citation: Citation
    scheme_changes_on: date | None

    @property
    def rules(self) -> tuple[RecordRule, ...]:
        """Every rule about records."""
        return (*self.items, *self.directs, *self.needs)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of record that the scheme reads, in alphabetical order."""
        return tuple(sorted({rule.kind for rule in self.rules}))

    def rules_on(self, kind: str) -> list[RecordRule]:
        """The rules about records of a kind."""
        return [rule for rule in self.rules if rule.kind == kind]

    @property
    def released_kinds(self) -> tuple[str, ...]:
        """Kinds of record for which a repair or early removal matters, in alphabetical order."""
        return tuple(sorted({rule.kind for rule in (*self.items, *self.directs) if rule.is_until_released}))

    @property
    def decay_steps(self) -> int:
        """The largest number of decay steps of an item."""
        return max((len(item.decay) for item in self.items), default=0)

    @property
    def worst(self) -> int:
        """Index of the worst tier."""
        return len(self.tiers) - 1


def compile_scheme(scheme: Scheme, day: date) -> SchemePlan:
    """The scheme as in force on `day`.

    Raises PolicyGap where a value has no date so early, or a value that every scheme requires has ended.
    """
    tiers = _required(scheme.tiers, day, "tiers")
    names = tuple(tier.tier for tier in tiers)
    sections = _optional(scheme.sections, day, "sections") or []
    section_orders = {part.id: order for order, part in enumerate(sections)}
    base = _required(scheme.base, day, "base")
    movement = _optional(scheme.movement, day, "movement")
    return SchemePlan(
        scheme=scheme.scheme,
        day=day,
        worse=-1 if scheme.mode == "deduct" else 1,
        rounding=_required(scheme.rounding, day, "rounding"),
        tiers=names,
        cuts=tuple(tier.from_ for tier in tiers),
        tiers_citation=_citation(scheme.tiers),
        items=tuple(_items(scheme, day, section_orders)),
        accumulations=tuple(_accumulations(scheme, day, section_orders)),
        sections=tuple(
            _bounds(order, part.id, part.title, part.base, part, _citation(scheme.sections))
            for order, part in enumerate(sections)
        ),
        score=_bounds(0, "score", "", base, _optional(scheme.limits, day, "limits"), _citation(scheme.limits)),
        act_kinds=frozenset(_optional(scheme.heaviest_per_act, day, "heaviest_per_act") or ()),
        directs=tuple(_directs(scheme, day, names)),
        needs=tuple(_needs(scheme, day)),
        tiers_per_clean_year=None if movement is None else movement.tiers_per_clean_year,
        movement_citation=_citation(scheme.movement),
        scheme_changes_on=next_scheme_change(scheme, day),
    )


def next_scheme_change(scheme: Scheme, day: date) -> date | None:
    """First day after `day` on which a value of the scheme changes; None where none does."""
    return min((start for start in scheme.change_days() if start > day), default=None)


def _citation(dated: Dated[_Value] | None) -> Citation:
    return _NO_CITATION if dated is None else Citation(dated.basis, dated.confidence)


def _required(dated: Dated[_Value], day: date, name: str) -> _Value:
    value = dated.on(day, name)
    if value is None:
        raise PolicyGap(f"{name} has ended before {day}; a scheme needs it on every day it is used")
    return value


def _optional(dated: Dated[_Value] | None, day: date, name: str) -> _Value | None:
    return None if dated is None else dated.on(day, name)


def _items(scheme: Scheme, day: date, sections: dict[str, int]) -> Iterator[ItemRule]:
    shared_window = _required(scheme.window, day, "window")
    for order, item in enumerate(scheme.items):
        name = f"items.{item.id}"
        award = item.award.on(day, f"{name}.award")
        decay = _optional(item.decay, day, f"{name}.decay")
        if award is not None:
            yield ItemRule(
                order=order,
                id=item.id,
                title=item.title,
                kind=item.kind,
                when=item.when,
                window=_optional(item.window, day, f"{name}.window") or shared_window,
                citation=_citation(item.award),
                is_until_released=_is_until_released(item, day),
                award=award,
                section=sections.get(item.section or ""),
                cap=_optional(item.cap, day, f"{name}.cap"),
                cap_citation=_citation(item.cap),
                decay=tuple(decay or ()),
            )


def _is_until_released(rule: Item | DirectPlacement, day: date) -> bool:
    return _optional(rule.until_released, day, f"{rule.id}.until_released") is True


def _directs(scheme: Scheme, day: date, tiers: tuple[str, ...]) -> Iterator[DirectRule]:
    for order, direct in enumerate(scheme.direct):
        lock = direct.lock.on(day, f"direct.{direct.id}.lock")
        if lock is not None:
            # A span from the event, or the record's own term, or as long as the listing lasts.
            is_by_span = lock.span is not None and not lock.while_listed
            yield DirectRule(
                order=order,
                id=direct.id,
                title=direct.title,
                kind=direct.kind,
                when=direct.when,
                window=Window(rolling=lock.span) if is_by_span else Window(unlimited=True, until_expiry=True),
                citation=_citation(direct.lock),
                is_until_released=lock.while_listed or _is_until_released(direct, day),
                tier=tiers.index(direct.tier),
                at_least=direct.at_least,
                within=direct.within,
                is_while_listed=lock.while_listed,
                listed_for=lock.span if lock.while_listed else None,
            )


def _needs(scheme: Scheme, day: date) -> Iterator[NeedRule]:
    needs = _optional(scheme.best_tier_needs, day, "best_tier_needs")
    for order, need in enumerate(needs or ()):
        yield NeedRule(
            order=order,
            id=need.id,
            title=need.title,
            kind=need.kind,
            when=need.when,
            window=need.window,
            citation=_citation(scheme.best_tier_needs),
            is_until_released=False,
            at_least=need.at_least,
            at_most=need.at_most,
        )


def _accumulations(scheme: Scheme, day: date, sections: dict[str, int]) -> Iterator[AccumulationRule]:
    item_orders = {item.id: order for order, item in enumerate(scheme.items)}
    for order, rule in enumerate(scheme.accumulations):
        every = rule.every.on(day, f"accumulations.{rule.id}.every")
        points = rule.points.on(day, f"accumulations.{rule.id}.points")
        if every is not None and points is not None:
            yield AccumulationRule(
                order=order,
                id=rule.id,
                title=rule.title,
                of=tuple(item_orders[name] for name in rule.of),
                every=every,
                points=points,
                section=sections.get(rule.section or ""),
                citation=_citation(rule.points),
            )


def _bounds(  # noqa: PLR0913, PLR0917 - the fields of Bounds
    order: int, id_: str, title: str, base: int, limits: Section | Limits | None, citation: Citation
) -> Bounds:
    lowest = -UNBOUNDED if limits is None or limits.lowest is None else limits.lowest
    highest = UNBOUNDED if limits is None or limits.highest is None else limits.highest
    return Bounds(order, id_, title, base, lowest, highest, citation)
