"""What a scheme is on one day: plain frozen values, every rule with its place in the policy file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import ClassVar, Literal

import polars as pl

from transforms.policy.scheme import Award, Decay, Span, Window
from transforms.tables.outputs import REASONS_NOT_COUNTED

Rounding = Literal["half_up", "half_even", "towards_zero"]

UNBOUNDED = 2**53  # beyond any score, and exact wherever a number may pass through
REASONS = tuple(REASONS_NOT_COUNTED)


@cache
def reason_code(reason: str) -> pl.Expr:
    """A reason not to count as the small number it is known by within a rating."""
    return pl.lit(REASONS.index(reason), dtype=pl.Int8)


@dataclass(frozen=True)
class Source:
    """Where a value stands in the law and how sure that is."""

    basis: str
    confidence: str


@dataclass(frozen=True)
class Rule:
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
    source: Source
    is_until_released: bool

    @property
    def flag(self) -> str:
        """Name of the column that says whether the rule applies to a record."""
        return f"is_{self.role}_{self.order}"


@dataclass(frozen=True)
class ItemRule(Rule):
    """A rule that gives points; cap in centipoints, None for none."""

    role = "item"

    award: Award
    section: int | None
    cap: int | None
    cap_source: Source
    decay: tuple[Decay, ...]


@dataclass(frozen=True)
class DirectRule(Rule):
    """A rule that places in a tier; its window is the lock.

    is_while_listed: the lock is the listing's own stay, `listed_for` where that is not told.
    """

    role = "direct"

    tier: int
    at_least: int
    within: Span | None
    is_while_listed: bool
    listed_for: Span | None


@dataclass(frozen=True)
class NeedRule(Rule):
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
    def start(self) -> int:
        """The base, brought within the bounds."""
        return min(max(self.base, self.lowest), self.highest)

    @property
    def is_bounded(self) -> bool:
        """Whether there is a bound at all."""
        return self.lowest > -UNBOUNDED or self.highest < UNBOUNDED


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
        return tuple(sorted({rule.kind for rule in self.rules}))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that looks at records."""
        return (*self.items, *self.directs, *self.needs)

    def rules_on(self, kind: str) -> list[Rule]:
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
