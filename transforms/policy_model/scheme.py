"""A grading scheme: every value dated, with basis and confidence, and the loader with the checks across values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Literal, TypeVar

from pydantic import Field, PositiveInt, model_validator

from transforms.policy_model.conditions import check_condition
from transforms.policy_model.document import (
    Dated,
    Document,
    Duration,
    Place,
    Points,
    PolicyModel,
    iter_dated_values,
    parse_document,
)
from transforms.schemas import KINDS, LISTING_KIND
from transforms.schemas.base import INTEGER

Value = TypeVar("Value")
_NEVER_END = ("base", "window", "rounding", "tiers")


class Window(PolicyModel):
    """How long a record counts.

    rolling: to the corresponding day, that day included. calendar_years: 1 is the year of the event.
    unlimited: for ever. until_expiry: not beyond the term written in the record, besides any of the others.
    """

    rolling: Duration | None = None
    calendar_years: PositiveInt | None = None
    unlimited: Literal[True] | None = None
    until_expiry: bool = False

    @model_validator(mode="after")
    def _one(self) -> Window:
        if sum(x is not None for x in (self.rolling, self.calendar_years, self.unlimited)) != 1:
            raise ValueError("give exactly one of rolling, calendar_years, unlimited")
        return self


class Bracket(PolicyModel):
    """One bracket: from this value of the column on (included), these points."""

    from_: int = Field(alias="from")
    points: Points


class Award(PolicyModel):
    """How many points a hit gives: fixed, per unit of a column, or by bracket of a column; or that the scheme does not
    say (unprovided): such a hit is in the trace as not counted, reason `not_provided`.

    when_unknown: points where the record does not state the value of the column. Without it such a hit is in the
    trace as not counted, reason `unknown_amount`: unknown is never zero.
    """

    fixed: Points | None = None
    per_unit: Points | None = None
    of: str | None = None
    brackets: list[Bracket] | None = None
    unprovided: Literal[True] | None = None
    when_unknown: Points | None = None

    def possible_points(self) -> list[int]:
        """Every number of centipoints it can give (for one unit, where it is per unit)."""
        single = [points for points in (self.fixed, self.per_unit, self.when_unknown) if points is not None]
        return single + [bracket.points for bracket in self.brackets or []]

    @model_validator(mode="after")
    def _one(self) -> Award:
        if sum(x is not None for x in (self.fixed, self.per_unit, self.brackets, self.unprovided)) != 1:
            raise ValueError("give exactly one of fixed, per_unit, brackets, unprovided")
        if (self.fixed is None and self.unprovided is None) != (self.of is not None):
            raise ValueError("per_unit and brackets need `of`, a column; fixed and unprovided take none")
        if self.when_unknown is not None and self.of is None:
            raise ValueError("when_unknown belongs to per_unit and brackets; fixed points need no value")
        return self


class DecayStep(PolicyModel):
    """From the day after `after` has passed since the event, only `percent` of the points count."""

    after: Duration
    percent: int = Field(ge=0, le=100)


class Item(PolicyModel):
    """A rule: records of `kind` for which `when` (SQL over the record's columns) holds give points.

    until_released: from the day of a credit repair, or of an early removal from a list, they no longer do.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    kind: str
    when: str
    award: Dated[Award]
    section: str | None = None
    window: Dated[Window] | None = None
    cap: Dated[Points] | None = None
    decay: Dated[list[DecayStep]] | None = None
    until_released: Dated[bool] | None = None


class Accumulation(PolicyModel):
    """Every `every` counted hits of the items `of` together give `points` more."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    of: list[str] = Field(min_length=1)
    every: Dated[PositiveInt]
    points: Dated[Points]
    section: str | None = None


class PlacementLock(PolicyModel):
    """How long a direct placement holds from its event: a span, the term written in the record, or a listing's own.

    while_listed: as long as the law keeps the listing on the list, whatever ends it; `span` where no law says so.
    """

    span: Duration | None = None
    until_expiry: bool = False
    while_listed: bool = False

    @model_validator(mode="after")
    def _one(self) -> PlacementLock:
        if self.while_listed and self.until_expiry:
            raise ValueError("give one of until_expiry, while_listed")
        if not self.while_listed and (self.span is None) == (not self.until_expiry):
            raise ValueError("give exactly one of span, until_expiry, while_listed")
        return self


class DirectPlacement(PolicyModel):
    """Placement in `tier` without counting: `at_least` matching records within `within` of the last one.

    until_released: from the day of a credit repair, or of an early removal from a list, a record does not place.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    kind: str
    when: str
    tier: str
    lock: Dated[PlacementLock]
    at_least: PositiveInt = 1
    within: Duration | None = None
    until_released: Dated[bool] | None = None

    @model_validator(mode="after")
    def _within(self) -> DirectPlacement:
        if (self.at_least > 1) != (self.within is not None):
            raise ValueError("at_least above 1 needs `within`; 1 takes none")
        return self


class BestTierNeed(PolicyModel):
    """What the best tier needs: at least, or at most, so many matching records in the window."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    kind: str
    when: str
    window: Window
    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _one(self) -> BestTierNeed:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give exactly one of at_least, at_most")
        return self


class Section(PolicyModel):
    """A part of the score: what it starts from, and its bounds (included)."""

    id: str
    title: str
    base: Points
    lowest: Points | None = None
    highest: Points | None = None


class Limits(PolicyModel):
    """Bounds of the total score (included)."""

    lowest: Points | None = None
    highest: Points | None = None


class Tier(PolicyModel):
    """A tier: from this score on (included) until the next tier's; the open end has no `from`."""

    tier: str
    title: str
    from_: Points | None = Field(default=None, alias="from")


class Movement(PolicyModel):
    """After an adverse event: up by `tiers_per_clean_year` for each full year without another one."""

    tiers_per_clean_year: PositiveInt


class Supervision(PolicyModel):
    """How a tier is supervised: inspections in a period, and what it means in words."""

    inspections: int = Field(ge=0)
    per_years: PositiveInt = 1
    note: str = ""


class Scheme(PolicyModel):
    """A grading scheme. `tiers`: best first. In `deduct` a higher score is better, in `accumulate` worse."""

    scheme: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    illustrative: bool
    mode: Literal["deduct", "accumulate"]
    base: Dated[Points]
    window: Dated[Window]
    rounding: Dated[Literal["half_up", "half_even", "towards_zero"]]
    tiers: Dated[list[Tier]]
    items: list[Item] = Field(min_length=1)
    limits: Dated[Limits] | None = None
    sections: Dated[list[Section]] | None = None
    heaviest_per_act: Dated[list[str]] | None = None
    accumulations: tuple[Accumulation, ...] = ()
    direct: tuple[DirectPlacement, ...] = ()
    best_tier_needs: Dated[list[BestTierNeed]] | None = None
    movement: Dated[Movement] | None = None
    supervision: Dated[dict[str, Supervision]] | None = None

    def change_days(self) -> frozenset[date]:
        """Every day on which a value of the scheme begins or ends."""
        return frozenset(day for _, dated in iter_dated_values(self) for day in dated.values)


def load_scheme(text: str, file_name: str) -> Scheme:
    """The scheme written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    scheme, document = parse_document(text, file_name, Scheme)
    # Ids are unique over items, accumulations and direct placements: a trace names them alone.
    ids: list[tuple[Place, str]] = [(("items", i, "id"), item.id) for i, item in enumerate(scheme.items)]
    ids += [(("accumulations", i, "id"), one.id) for i, one in enumerate(scheme.accumulations)]
    ids += [(("direct", i, "id"), direct.id) for i, direct in enumerate(scheme.direct)]
    first_lines: dict[str, int] = {}
    for place, name in ids:
        if name in first_lines:
            document.add(place, f"id '{name}' is given twice, first on line {first_lines[name]}", value=name)
        first_lines.setdefault(name, document.line(place))
    _check_references(scheme, document)
    _check_items(scheme, document)
    _check_fit_of_kinds(scheme, document)
    _check_days(scheme, document)
    _check_tiers(scheme, document)
    _check_sections(scheme, document)
    _check_bounds(scheme, document)
    document.raise_problems()
    return scheme


def _values(dated: Dated[Value] | None) -> Iterator[tuple[date, Value]]:
    for day, value in dated.values.items() if dated else ():
        if value is not None:
            yield day, value


def _value_on(dated: Dated[Value] | None, day: date) -> Value | None:
    """The value on `day`; None where there is none: gaps are reported by _check_days, once."""
    if dated is None or day < min(dated.values):
        return None
    return dated.on(day)


def _check_references(scheme: Scheme, document: Document) -> None:
    """Kinds, columns of conditions, items and acts that the scheme names exist."""
    conditions: list[tuple[Place, str, str]] = [
        (("items", i), item.kind, item.when) for i, item in enumerate(scheme.items)
    ]
    conditions += [(("direct", i), direct.kind, direct.when) for i, direct in enumerate(scheme.direct)]
    for day, needs in _values(scheme.best_tier_needs):
        place: Place = ("best_tier_needs", "values", day.isoformat())
        conditions += [((*place, i), need.kind, need.when) for i, need in enumerate(needs)]
    for place, kind, when in conditions:
        if kind not in KINDS:
            document.add((*place, "kind"), f"no record kind '{kind}'", value=kind, allowed=KINDS)
        elif not KINDS[kind].names_party:
            named = {name: one.label for name, one in KINDS.items() if one.names_party}
            document.add((*place, "kind"), f"records of kind '{kind}' concern no enterprise", value=kind, allowed=named)
        else:
            check_condition(document, (*place, "when"), KINDS[kind], when)

    items = {item.id: item.title for item in scheme.items}
    for index, accumulation in enumerate(scheme.accumulations):
        place = ("accumulations", index, "of")
        for i, name in enumerate(accumulation.of):
            if name not in items:
                document.add((*place, i), f"no item '{name}'", value=name, allowed=items)
            elif name in accumulation.of[:i]:
                document.add((*place, i), f"item '{name}' is named twice", value=name)

    acts = {name: kind.label for name, kind in KINDS.items() if kind.act}
    for day, kinds in _values(scheme.heaviest_per_act):
        place = ("heaviest_per_act", "values", day.isoformat())
        for i, name in enumerate(kinds):
            if name not in acts:
                reason = "say which act they concern" if name in KINDS else "exist"
                document.add((*place, i), f"records of kind '{name}' do not {reason}", value=name, allowed=acts)


def _check_items(scheme: Scheme, document: Document) -> None:
    """The column of an award is an integer of its kind, and brackets rise; a cap has the sign of every award in force
    beside it; the steps of a decay follow each other."""
    for index, item in enumerate(scheme.items):
        for day, award in _values(item.award):
            place: Place = ("items", index, "award", "values", day.isoformat())
            if award.of is not None and item.kind in KINDS:
                columns = {column.name: column for column in KINDS[item.kind].columns}
                integers = {name: column.label for name, column in columns.items() if column.dtype == INTEGER}
                at = (*place, "of")
                if award.of not in columns:
                    message = f"{item.kind} has no column '{award.of}'"
                    document.add(at, message, value=award.of, allowed=integers or columns)
                elif award.of not in integers:
                    message = f"column '{award.of}' is no whole number"
                    document.add(at, message, value=award.of, allowed=integers or ("fixed",))
            starts = [bracket.from_ for bracket in award.brackets or []]
            if starts != sorted(set(starts)):
                expected = "each `from` above the one before it"
                document.add((*place, "brackets"), "the steps do not rise", expected=expected)
            if award.brackets == []:
                expected = "at least one, such as {from: 1, points: -10}"
                document.add((*place, "brackets"), "no steps", expected=expected)
        for day, cap in _values(item.cap):
            later = [start for start in item.award.values if start > day]
            awards = [_value_on(item.award, day), *(item.award.values[start] for start in later)]
            points = [one for award in awards if award is not None for one in award.possible_points()]
            if cap == 0 or any(one * cap < 0 for one in points):
                message = f"cap {cap / 100:g} and the award do not have the same sign"
                document.add(("items", index, "cap", "values", day.isoformat()), message, value=cap / 100)
        for day, steps in _values(item.decay):
            spans = [step.after for step in steps]
            # Near enough to put them in order.
            days = [(one.days or 0) + ((one.months or 0) + 12 * (one.years or 0)) * 30.44 for one in spans]
            if days != sorted(set(days)):
                place = ("items", index, "decay", "values", day.isoformat())
                document.add(place, "the steps do not follow each other", expected="each `after` longer than the last")


def _check_fit_of_kinds(scheme: Scheme, document: Document) -> None:
    """until_expiry, until_released and while_listed are asked only of kinds whose records have such an end."""
    expiring: list[tuple[Place, str]] = []
    for i, item in enumerate(scheme.items):
        root: Place = ("items", i, "window") if item.window else ("window",)
        expiring += [
            ((*root, "values", day.isoformat()), item.kind)
            for day, window in _values(item.window or scheme.window)
            if window.until_expiry
        ]
    for day, needs in _values(scheme.best_tier_needs):
        expiring += [
            (("best_tier_needs", "values", day.isoformat(), i, "window"), need.kind)
            for i, need in enumerate(needs)
            if need.window.until_expiry
        ]
    for i, direct in enumerate(scheme.direct):
        for day, lock in _values(direct.lock):
            place: Place = ("direct", i, "lock", "values", day.isoformat())
            if lock.until_expiry:
                expiring.append((place, direct.kind))
            if lock.while_listed and direct.kind in KINDS and direct.kind != LISTING_KIND:
                message = f"records of kind '{direct.kind}' list nobody"
                expected = f"no while_listed; only for {LISTING_KIND}"
                document.add((*place, "while_listed"), message, value=True, expected=expected)
    for place, kind in expiring:
        if kind in KINDS and KINDS[kind].expires_on is None:
            terms = ", ".join(name for name, one in KINDS.items() if one.expires_on)
            message = f"records of kind '{kind}' carry no term of their own"
            document.add((*place, "until_expiry"), message, value=True, expected=f"no until_expiry; only for {terms}")

    releasable = [name for name, kind in KINDS.items() if kind.is_releasable]
    until_released: list[tuple[Place, str]] = [
        (("items", i), item.kind) for i, item in enumerate(scheme.items) if item.until_released
    ]
    until_released += [(("direct", i), one.kind) for i, one in enumerate(scheme.direct) if one.until_released]
    for place, kind in until_released:
        if kind in KINDS and kind not in releasable:
            message = f"records of kind '{kind}' are released by nothing"
            expected = f"no until_released; only for {', '.join(releasable)}"
            document.add((*place, "until_released"), message, value=kind, expected=expected)


def _check_days(scheme: Scheme, document: Document) -> None:
    """Every value has begun by the first day of the tiers, and what a scheme cannot do without never ends."""
    first = min(scheme.tiers.values)
    for place, dated in iter_dated_values(scheme):
        start = min(dated.values)
        if start > first:
            expected = f"a value from {first}, the first day of `tiers` (null where there was none yet)"
            document.add((*place, "values"), f"has no value before {start}", value=start, expected=expected)
        if len(place) == 1 and place[0] in _NEVER_END:
            for day, value in dated.values.items():
                if value is None:
                    message = "ends, but a scheme cannot do without it"
                    document.add((*place, "values", day.isoformat()), message, value="null")


def _check_tiers(scheme: Scheme, document: Document) -> None:
    """Cut points are in order with one open end, and on every day the tiers named elsewhere exist."""
    for day, tiers in _values(scheme.tiers):
        _check_cut_points(document, ("tiers", "values", day.isoformat()), tiers, scheme.mode)
    for day in _change_days(scheme):
        in_force = _value_on(scheme.tiers, day)
        if in_force is None:
            continue
        names = [tier.tier for tier in in_force]
        for i, direct in enumerate(scheme.direct):
            if direct.tier not in names:
                message = f"no tier '{direct.tier}' on {day}"
                document.add_once(("direct", i, "tier"), message, value=direct.tier, allowed=names)
        supervision = _value_on(scheme.supervision, day)
        if scheme.supervision is None or supervision is None:
            continue
        start = max(start for start in scheme.supervision.values if start <= day)
        place: Place = ("supervision", "values", start.isoformat())
        for name in sorted(set(supervision) - set(names)):
            document.add_once((*place, name), f"no tier '{name}' on {day}", value=name, allowed=names)
        for name in sorted(set(names) - set(supervision)):
            document.add_once(place, f"tier '{name}' of {day} is missing", value=name, expected=f"'{name}:' here")


def _change_days(scheme: Scheme) -> list[date]:
    """The days on which anything of the scheme changes, from the first day of its tiers."""
    return sorted(day for day in scheme.change_days() if day >= min(scheme.tiers.values))


def _check_cut_points(document: Document, place: Place, tiers: list[Tier], mode: str) -> None:
    if len(tiers) < 2:
        document.add(place, "only one tier" if tiers else "no tiers", expected="at least two")
    names = [tier.tier for tier in tiers]
    is_deduct = mode == "deduct"
    open_end, end = (len(tiers) - 1, "worst") if is_deduct else (0, "best")
    for i, tier in enumerate(tiers):
        if tier.tier in names[:i]:
            document.add((*place, i, "tier"), f"tier '{tier.tier}' is given twice", value=tier.tier)
        if i == open_end and tier.from_ is not None:
            message, expected = f"the {end} tier '{tier.tier}' has a `from`", "none: it is open to that side"
            document.add((*place, i, "from"), message, value=tier.from_ / 100, expected=expected)
        if i != open_end and tier.from_ is None:
            message, expected = f"tier '{tier.tier}' has no `from`", f"one; only the {end} tier is open"
            document.add((*place, i), message, value=tier.tier, expected=expected)
    points = [(i, tier.from_) for i, tier in enumerate(tiers) if tier.from_ is not None]
    for (_, better), (i, worse) in pairwise(points):
        if (worse >= better) if is_deduct else (worse <= better):
            order = f"{'below' if is_deduct else 'above'} {better / 100:g}: tiers stand best first, mode {mode}"
            document.add((*place, i, "from"), f"cut point {worse / 100:g} is out of order", expected=order)


def _check_sections(scheme: Scheme, document: Document) -> None:
    """On every day items and accumulations belong to a section that exists, and the sections' bases add up."""
    members: list[tuple[Place, str | None]] = [(("items", i), item.section) for i, item in enumerate(scheme.items)]
    members += [(("accumulations", i), one.section) for i, one in enumerate(scheme.accumulations)]
    for day in _change_days(scheme):
        sections = _value_on(scheme.sections, day)
        titles = {section.id: section.title for section in sections or []}
        if sections is not None and len(titles) != len(sections):
            document.add_once(("sections",), f"two sections bear one id on {day}", expected="each its own")
        for place, section in members:
            if section is None and titles:
                message = f"belongs to no section, but the scheme has sections on {day}"
                document.add_once(place, message, expected="a `section`")
            elif section is not None and section not in titles:
                document.add_once(
                    (*place, "section"),
                    f"no section '{section}' on {day}",
                    value=section,
                    expected="none: no sections then",
                    allowed=titles,
                )
        base = _value_on(scheme.base, day)
        total = sum(section.base for section in sections or [])
        if sections is not None and base is not None and total != base:
            message = f"base is {base / 100:g} on {day}, but the sections' bases add up to {total / 100:g}"
            document.add_once(("base",), message, value=base / 100, expected=f"{total / 100:g}")


def _check_bounds(scheme: Scheme, document: Document) -> None:
    """Lowest is below highest, and what is started from lies between them: of sections and of the total score."""
    bounds: list[tuple[Place, Section | Limits, int | None, str]] = []
    for day, sections in _values(scheme.sections):
        for i, section in enumerate(sections):
            place: Place = ("sections", "values", day.isoformat(), i)
            bounds.append((place, section, section.base, "the section's base"))
    for day, limits in _values(scheme.limits):
        bounds.append((("limits", "values", day.isoformat()), limits, _value_on(scheme.base, day), "the base"))
    for place, one, base, name in bounds:
        low, high = one.lowest, one.highest
        if low is not None and high is not None and low >= high:
            message = f"lowest {low / 100:g} is not below highest {high / 100:g}"
            document.add((*place, "lowest"), message, value=low / 100)
        elif base is not None and ((low is not None and base < low) or (high is not None and base > high)):
            document.add(place, f"{name} {base / 100:g} is out of its bounds", value=base / 100)
