"""Which scheme rates which trade (policy/rating.yaml): a trade is a field and a role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Literal

from pydantic import Field

from transforms.policy_model.document import (
    Dated,
    Document,
    Place,
    PolicyModel,
    iter_dated_values,
    parse_document,
)
from transforms.policy_model.scheme import Scheme
from transforms.schemas.vocabularies import FIELDS, ROLES

CountsIn = Literal["every_field", "no_field"]


class TradeScheme(PolicyModel):
    """The scheme of a field for these roles; without roles for every role, an unknown one too."""

    field: str
    roles: list[str] | None = Field(default=None, min_length=1)
    scheme: str


class WholeRule(PolicyModel):
    """How the tier of the whole follows from those of the trades.

    scheme: its tiers are those of the whole; the scheme of the settings. rule: worst, by `RatingPolicy.tiers`.
    best_while_unrated: the best tier that the whole can have while a trade of the enterprise is not rated.
    """

    scheme: str
    rule: Dated[Literal["worst"]]
    best_while_unrated: Dated[str]


class RecordFields(PolicyModel):
    """In which fields records count that name no field (or cannot), and those of a field that its enterprise lacks."""

    without_field: Dated[CountsIn]
    of_other_field: Dated[CountsIn]


class RatingPolicy(PolicyModel):
    """The scheme of each trade. tiers: of each scheme but that of the whole, its tiers in those of the whole."""

    rating: str
    whole: WholeRule
    records: RecordFields
    trades: Dated[list[TradeScheme]]
    tiers: dict[str, Dated[dict[str, str]]] = Field(default_factory=dict)

    def trades_on(self, day: date) -> list[TradeScheme] | None:
        """The trades in force on `day`; None before the first day and after the last: one scheme rates all then."""
        return self.trades.on(day) if day >= min(self.trades.values) else None

    def change_days(self) -> frozenset[date]:
        """Every day on which something of it begins or ends."""
        days = {day for _, dated in iter_dated_values(self) for day in dated.values}
        return frozenset(days | {day for dated in self.tiers.values() for day in dated.values})

    def schemes(self) -> tuple[str, ...]:
        """The names of all schemes, that of the whole first, the others in alphabetical order."""
        others = {one.scheme for trades in self.trades.values.values() for one in trades or ()}
        return (self.whole.scheme, *sorted(others - {self.whole.scheme}))


def named_schemes(text: str, file_name: str) -> tuple[str, ...]:
    """The schemes that a policy names, whatever they are. Raises PolicyProblems where it is none."""
    return parse_document(text, file_name, RatingPolicy)[0].schemes()


def load_rating_policy(text: str, file_name: str, schemes: Mapping[str, Scheme]) -> RatingPolicy:
    """The policy written in `text` (YAML), checked against the schemes that it names.

    Raises PolicyProblems with every mistake found.
    """
    policy, document = parse_document(text, file_name, RatingPolicy)
    _check_trades(policy, document, schemes)
    _check_start(policy, document)
    document.raise_problems()
    _check_tiers(policy, document, schemes)
    document.raise_problems()
    return policy


def _check_trades(policy: RatingPolicy, document: Document, schemes: Mapping[str, Scheme]) -> None:
    """Fields, roles and schemes exist, no trade has two schemes, and every scheme can be compared with the others."""
    if policy.whole.scheme not in schemes:
        document.add(("whole", "scheme"), "no such scheme", value=policy.whole.scheme, allowed=schemes)
    for day, trades in policy.trades.values.items():
        place: Place = ("trades", "values", day.isoformat())
        taken: dict[tuple[str, str], int] = {}
        for i, one in enumerate(trades or ()):
            if one.field not in FIELDS:
                document.add((*place, i, "field"), f"no field '{one.field}'", value=one.field, allowed=FIELDS)
            for role in one.roles or ():
                if role not in ROLES:
                    document.add((*place, i, "roles"), f"no role '{role}'", value=role, allowed=ROLES)
            if one.scheme not in schemes:
                document.add((*place, i, "scheme"), "no such scheme", value=one.scheme, allowed=schemes)
            elif one.scheme != policy.whole.scheme and one.scheme not in policy.tiers:
                message = f"the tiers of scheme '{one.scheme}' cannot be compared with those of the whole"
                expected = f"'{one.scheme}:' under tiers"
                document.add_once((*place, i, "scheme"), message, value=one.scheme, expected=expected)
            for role in one.roles or ROLES:
                first = taken.setdefault((one.field, role), i)
                if first != i:
                    message = f"{one.field} and {role} have a scheme already, see [{first}]"
                    document.add_once((*place, i), message, expected="one scheme for each field and role")


def _check_start(policy: RatingPolicy, document: Document) -> None:
    """What a trade is rated by has begun by the first day of `trades`, and never ends."""
    first = min(policy.trades.values)
    for place, dated in _needed(policy):
        if (start := min(dated.values)) > first:
            document.add((*place, "values"), f"has no value before {start}", expected=f"a value from {first}")
        for day, value in dated.values.items():
            if value is None:
                message = "ends, but trades cannot be rated without it; end `trades` itself"
                document.add((*place, "values", day.isoformat()), message, value="null")


def _needed(policy: RatingPolicy) -> Iterator[tuple[Place, Dated[object]]]:
    for place, dated in iter_dated_values(policy):
        if place != ("trades",):
            yield place, dated
    for name, correspondence in policy.tiers.items():
        yield ("tiers", name), correspondence  # type: ignore[misc] # a dated value of any kind


def _check_tiers(policy: RatingPolicy, document: Document, schemes: Mapping[str, Scheme]) -> None:
    """On every day each scheme's tiers have one of the whole, no worse one for a better, and the named ones exist."""
    first = min(policy.trades.values)
    days = {first, *policy.change_days()}
    days |= {day for name in policy.schemes() for day in schemes[name].change_days()}
    for day in sorted(day for day in days if day >= first):
        trades = policy.trades_on(day)
        whole = _tiers_on(schemes[policy.whole.scheme], day)
        if not whole:
            message = f"scheme '{policy.whole.scheme}' has no tiers on {day}"
            document.add_once(("whole", "scheme"), message, value=policy.whole.scheme)
            continue
        best = policy.whole.best_while_unrated.on(day)
        if best not in whole:
            place: Place = ("whole", "best_while_unrated")
            document.add_once(place, f"no tier '{best}' on {day}", value=best, allowed=whole)
        for name in sorted({one.scheme for one in trades or ()} - {policy.whole.scheme}):
            _check_correspondence(document, ("tiers", name), policy.tiers[name], whole, schemes[name], day)


def _check_correspondence(  # noqa: PLR0913, PLR0917 - a correspondence, its place, and what it connects on which day
    document: Document, place: Place, dated: Dated[dict[str, str]], whole: list[str], scheme: Scheme, day: date
) -> None:
    tiers, found = _tiers_on(scheme, day), dated.on(day) or {}
    if not tiers:
        document.add_once(place, f"scheme '{scheme.scheme}' has no tiers on {day}", value=scheme.scheme)
    for name in sorted(set(tiers) - set(found)):
        message = f"tier '{name}' of scheme '{scheme.scheme}' on {day} has no tier of the whole"
        document.add_once((*place, "values"), message, value=name, expected=f"'{name}:' here")
    for name in sorted(set(found) - set(tiers)):
        message = f"scheme '{scheme.scheme}' has no tier '{name}' on {day}"
        document.add_once((*place, "values"), message, value=name, allowed=tiers)
    for name in sorted(set(found.values()) - set(whole)):
        document.add_once((*place, "values"), f"the whole has no tier '{name}' on {day}", value=name, allowed=whole)
    places = [whole.index(found[name]) for name in tiers if found.get(name) in whole]
    if any(worse < better for better, worse in pairwise(places)):
        message = f"a worse tier of scheme '{scheme.scheme}' would be a better one of the whole"
        document.add_once((*place, "values"), message, value=day, expected="the order of the scheme's tiers")


def _tiers_on(scheme: Scheme, day: date) -> list[str]:
    """The tiers of the scheme, best first; none before its first day."""
    return [tier.tier for tier in scheme.tiers.on(day) or ()] if day >= min(scheme.tiers.values) else []
