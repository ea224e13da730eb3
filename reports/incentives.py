"""Incentives of a tier: which are granted, which are withheld and why, and which a downgrade has ended.

A withheld one is never shown to a reader as a line: only the answers for programs name it, apart from the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from transforms.schemas.run_tables import CAUSES

_LOCKS = ("direct", "decision")


@dataclass(frozen=True)
class IncentiveFacts:
    """An incentive as a page needs it. tiers, withheld_while: pairs of a first day (ISO) and what holds from it on.

    tiers: of the scheme by which the whole is rated. basis, confidence: of `tiers`; withheld_basis: of the other.
    """

    id: str
    title: str
    tiers: tuple[tuple[str, tuple[str, ...]], ...]
    basis: str
    confidence: str
    withheld_while: tuple[tuple[str, tuple[str, ...]], ...] = ()
    withheld_basis: str = ""

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> IncentiveFacts:
        """What `dataclasses.asdict` made of it, through JSON."""
        dated = {name: tuple((day, tuple(of)) for day, of in facts[name]) for name in ("tiers", "withheld_while")}
        return cls(**{**facts, **dated})

    def is_for(self, tier: str, day: date) -> bool:
        """Whether the tier brings it on `day`."""
        return tier in _value_on(self.tiers, day)

    def withheld_on(self, day: date, *, is_listed: bool, is_locked: bool) -> list[str]:
        """Why it is not granted on `day` though the tier brings it: listing, lock."""
        is_met = {"listing": is_listed, "lock": is_locked}
        return [why for why in _value_on(self.withheld_while, day) if is_met[why]]


def _value_on(dated: Iterable[tuple[str, tuple[str, ...]]], day: date) -> tuple[str, ...]:
    """The value of the latest first day up to `day`; none before the first."""
    return max(((start, value) for start, value in dated if start <= day.isoformat()), default=("", ()))[1]


@dataclass(frozen=True)
class TierIncentives:
    """What a tier brings on a day, as values for JSON: what is granted, and what is withheld, each with the reasons."""

    granted: tuple[dict[str, Any], ...] = ()
    withheld: tuple[dict[str, Any], ...] = ()


def incentives_of(
    incentives: Iterable[IncentiveFacts], rating: Mapping[str, Any] | None, day: date, *, is_listed: bool
) -> TierIncentives:
    """The incentives that the tier of a rating (row of `ratings`) brings on `day`."""
    if rating is None:
        return TierIncentives()
    is_locked = rating["decided_by"] in _LOCKS
    granted, withheld = [], []
    for one in incentives:
        if not one.is_for(rating["tier"], day):
            continue
        named = {"id": one.id, "title": one.title, "basis": one.basis, "confidence": one.confidence}
        if why := one.withheld_on(day, is_listed=is_listed, is_locked=is_locked):
            withheld.append({**named, "withheld_while": why, "withheld_basis": one.withheld_basis})
        else:
            granted.append(named)
    return TierIncentives(tuple(granted), tuple(withheld))


def ended_by(incentives: Iterable[IncentiveFacts], change: Mapping[str, Any]) -> list[IncentiveFacts]:
    """The incentives that a downgrade (row of `changes`) ended: the tier before brought them, the tier now does not."""
    if change["index_after"] <= change["index_before"]:
        return []
    day = change["as_of"]
    return [
        one
        for one in incentives
        if one.is_for(change["tier_before"], day) and not one.is_for(change["tier_after"], day)
    ]


def still_ended(
    incentives: Iterable[IncentiveFacts], changes: Iterable[Mapping[str, Any]], tier: str, day: date
) -> list[dict[str, Any]]:
    """The incentives that a downgrade ended and that no tier since has brought back, each with the last such downgrade.

    changes: rows of `changes` of one enterprise, oldest first. tier: on `day`.
    """
    all_ = tuple(incentives)
    ended: dict[str, dict[str, Any]] = {}
    for change in changes:
        for one in ended_by(all_, change):
            ended[one.id] = {
                "id": one.id,
                "title": one.title,
                "ended_on": change["as_of"],
                "cause": change["cause"],
                "tier_before": change["tier_before"],
                "tier_after": change["tier_after"],
            }
    return [ended[one.id] for one in all_ if one.id in ended and not one.is_for(tier, day)]


def granted_text(one: Mapping[str, Any]) -> str:
    """A granted incentive with its basis, as one line."""
    return f"{one['title']}（{one['basis']}）"


def ended_text(one: Mapping[str, Any]) -> str:
    """An ended incentive with its day and its cause, as one line."""
    cause = CAUSES.get(one["cause"], one["cause"])
    return (
        f"{one['title']}：自 {one['ended_on']} 终止（等级由 {one['tier_before']} 下调为 {one['tier_after']}，{cause}）"
    )
