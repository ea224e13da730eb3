"""What a good tier brings (policy/incentives.yaml): fewer visits, 容缺受理, honours, each with its basis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from transforms.policy_model.document import Dated, Document, Place, PolicyModel, parse_document
from transforms.policy_model.scheme import Scheme

WithheldWhile = Literal["listing", "lock"]


class Incentive(PolicyModel):
    """An incentive for some tiers of each scheme. withheld_while: it is not granted, whatever the tier, while the
    enterprise stands on the serious-violation list (listing), or while a direct placement or a decision holds its tier
    (lock).
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    tiers: Dated[dict[str, list[str]]]
    withheld_while: Dated[list[WithheldWhile]]


class IncentivePolicy(PolicyModel):
    """The incentives of the office."""

    incentives: str
    items: list[Incentive] = Field(min_length=1)


def load_incentives(text: str, file_name: str, schemes: Mapping[str, Scheme] | None = None) -> IncentivePolicy:
    """The incentives written in `text` (YAML). schemes: by name, whose tiers must be those named; None: not checked.

    Raises PolicyProblems with every mistake found.
    """
    policy, document = parse_document(text, file_name, IncentivePolicy)
    first_lines: dict[str, int] = {}
    for i, one in enumerate(policy.items):
        place: Place = ("items", i, "id")
        if one.id in first_lines:
            document.add(place, f"id '{one.id}' is given twice, first on line {first_lines[one.id]}", value=one.id)
        first_lines.setdefault(one.id, document.line(place))
        if schemes is not None:
            _check_tiers(document, i, one, schemes)
        first = min(one.tiers.values)
        if min(one.withheld_while.values) > first:
            start = min(one.withheld_while.values)
            expected = f"a value from {first}"
            document.add(("items", i, "withheld_while"), f"has no value before {start}", expected=expected)
    document.raise_problems()
    return policy


def _check_tiers(document: Document, index: int, incentive: Incentive, schemes: Mapping[str, Scheme]) -> None:
    """Schemes and tiers exist on every day from the first of the incentive on which anything of them changes."""
    for start, by_scheme in incentive.tiers.values.items():
        place: Place = ("items", index, "tiers", "values", start.isoformat())
        for name, tiers in (by_scheme or {}).items():
            if name not in schemes:
                document.add((*place, name), "no such scheme", value=name, allowed=schemes)
                continue
            ends = [day for day in incentive.tiers.values if day > start]
            days = {start, *schemes[name].change_days()}
            begin = min(schemes[name].tiers.values)
            for day in sorted(day for day in days if max(start, begin) <= day and all(day < end for end in ends)):
                known = [tier.tier for tier in schemes[name].tiers.on(day) or ()]
                for i, tier in enumerate(tiers):
                    if tier not in known:
                        message = f"no tier '{tier}' on {day}"
                        document.add_once((*place, name, i), message, value=tier, allowed=known)
