"""What the dated values of a scheme must keep to together: cut points, sections, bounds, first days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import TypeVar

from transforms.policy.dated import Dated, dated_values
from transforms.policy.scheme import Award, Limits, Scheme, Section, Span, Tier
from transforms.policy.yaml_text import Document, Path

Value = TypeVar("Value")
_NEVER_END = ("base", "window", "rounding", "tiers")


def check_values(scheme: Scheme, document: Document) -> None:
    """Note in `document` whatever dated values of `scheme` do not fit each other."""
    first = min(scheme.tiers.values)
    _check_starts(scheme, document, first)
    for day, tiers in _values(scheme.tiers):
        _check_tiers(scheme, document, ("tiers", "values", day.isoformat()), tiers)
    for day in _days(scheme, first):
        _check_tier_names(scheme, document, day)
        _check_sections(scheme, document, day)
    for day, sections in _values(scheme.sections):
        for i, section in enumerate(sections):
            place = ("sections", "values", day.isoformat(), i)
            _check_bounds(document, place, section, section.base, "the section's base")
    for day, limits in _values(scheme.limits):
        _check_bounds(document, ("limits", "values", day.isoformat()), limits, in_force(scheme.base, day), "the base")
    _check_caps(scheme, document)
    _check_decay(scheme, document)


def in_force(dated: Dated[Value] | None, day: date) -> Value | None:
    """The value on `day`, None where there is none: gaps are noted by _check_starts, once."""
    if dated is None or day < min(dated.values):
        return None
    return dated.on(day)


def _values(dated: Dated[Value] | None) -> Iterator[tuple[date, Value]]:
    for day, value in dated.values.items() if dated else ():
        if value is not None:
            yield day, value


def _days(scheme: Scheme, first: date) -> list[date]:
    """The days on which anything of the scheme changes, from its first."""
    days = {day for _, dated in dated_values(scheme) for day in dated.starts()}
    return sorted(day for day in days if day >= first)


def _check_starts(scheme: Scheme, document: Document, first: date) -> None:
    for path, dated in dated_values(scheme):
        start = min(dated.values)
        if start > first:
            expected = f"a value from {first}, the first day of `tiers` (null where there was none yet)"
            document.add((*path, "values"), f"has no value before {start}", value=start, expected=expected)
        for day, value in dated.values.items():
            if value is None and path[0] in _NEVER_END and len(path) == 1:
                document.add(
                    (*path, "values", day.isoformat()), "ends, but a scheme cannot do without it", value="null"
                )


def _check_tiers(scheme: Scheme, document: Document, path: Path, tiers: list[Tier]) -> None:
    if len(tiers) < 2:
        document.add(path, "only one tier" if tiers else "no tiers", expected="at least two")
    names = [tier.tier for tier in tiers]
    for i, name in enumerate(names):
        if name in names[:i]:
            document.add((*path, i, "tier"), f"tier '{name}' stands twice", value=name)
    is_deduct = scheme.mode == "deduct"
    open_end = len(tiers) - 1 if is_deduct else 0
    for i, tier in enumerate(tiers):
        _check_open_end(document, (*path, i), tier, is_open=i == open_end, end="worst" if is_deduct else "best")
    points = [(i, tier.from_) for i, tier in enumerate(tiers) if tier.from_ is not None]
    for (_, before), (i, after) in pairwise(points):
        if (after >= before) if is_deduct else (after <= before):
            order = f"{'below' if is_deduct else 'above'} {before / 100:g}: tiers stand best first, mode {scheme.mode}"
            document.add((*path, i, "from"), f"cut point {after / 100:g} is out of order", expected=order)


def _check_open_end(document: Document, path: Path, tier: Tier, *, is_open: bool, end: str) -> None:
    if is_open and tier.from_ is not None:
        message = f"the {end} tier '{tier.tier}' has a `from`"
        document.add((*path, "from"), message, value=tier.from_ / 100, expected="none: it is open to that side")
    if not is_open and tier.from_ is None:
        message = f"tier '{tier.tier}' has no `from`"
        document.add(path, message, value=tier.tier, expected=f"one; only the {end} tier is open")


def _check_tier_names(scheme: Scheme, document: Document, day: date) -> None:
    tiers = in_force(scheme.tiers, day)
    if tiers is None:
        return
    names = [tier.tier for tier in tiers]
    for i, direct in enumerate(scheme.direct):
        if direct.tier not in names:
            document.add_once(
                ("direct", i, "tier"), f"no tier '{direct.tier}' on {day}", value=direct.tier, words=names
            )
    supervision = in_force(scheme.supervision, day)
    if scheme.supervision is None or supervision is None:
        return
    start = max(start for start in scheme.supervision.values if start <= day)
    path: Path = ("supervision", "values", start.isoformat())
    for name in sorted(set(supervision) - set(names)):
        document.add_once((*path, name), f"no tier '{name}' on {day}", value=name, words=names)
    for name in sorted(set(names) - set(supervision)):
        document.add_once(path, f"tier '{name}' of {day} is missing", value=name, expected=f"'{name}:' here")


def _check_sections(scheme: Scheme, document: Document, day: date) -> None:
    sections = in_force(scheme.sections, day)
    names = {section.id: section.title for section in sections or []}
    if sections is not None and len(names) != len(sections):
        document.add_once(("sections",), f"two sections bear one id on {day}", expected="each its own")
    for i, item in enumerate(scheme.items):
        _check_section(document, ("items", i), item.section, names, day)
    for i, accumulation in enumerate(scheme.accumulations):
        _check_section(document, ("accumulations", i), accumulation.section, names, day)
    base = in_force(scheme.base, day)
    total = sum(section.base for section in sections or [])
    if sections is not None and base is not None and total != base:
        message = f"base is {base / 100:g} on {day}, but the sections' bases add up to {total / 100:g}"
        document.add_once(("base",), message, value=base / 100, expected=f"{total / 100:g}")


def _check_section(document: Document, path: Path, section: str | None, names: dict[str, str], day: date) -> None:
    if section is None and names:
        document.add_once(path, f"belongs to no section, but the scheme has sections on {day}", expected="a `section`")
    elif section is not None and section not in names:
        message = f"no section '{section}' on {day}"
        document.add_once((*path, "section"), message, value=section, expected="none: no sections then", words=names)


def _check_bounds(document: Document, path: Path, bounds: Section | Limits, base: int | None, name: str) -> None:
    low, high = bounds.lowest, bounds.highest
    if low is not None and high is not None and low >= high:
        document.add((*path, "lowest"), f"lowest {low / 100:g} is not below highest {high / 100:g}", value=low / 100)
    elif base is not None and ((low is not None and base < low) or (high is not None and base > high)):
        document.add(path, f"{name} {base / 100:g} is out of its bounds", value=base / 100)


def points_of(award: Award) -> list[int]:
    """Every number of centipoints the award can give (for one unit, where it is per unit)."""
    single = [points for points in (award.fixed, award.per_unit, award.when_unknown) if points is not None]
    return single + [step.points for step in award.brackets or []]


def _check_caps(scheme: Scheme, document: Document) -> None:
    """A cap bounds what an item takes or gives: it has the sign of every award in force beside it."""
    for i, item in enumerate(scheme.items):
        for day, cap in _values(item.cap):
            later = [start for start in item.award.values if start > day]
            awards = [in_force(item.award, day), *(item.award.values[start] for start in later)]
            points = [one for award in awards if award is not None for one in points_of(award)]
            if cap == 0 or any(one * cap < 0 for one in points):
                message = f"cap {cap / 100:g} and the award do not have the same sign"
                document.add(("items", i, "cap", "values", day.isoformat()), message, value=cap / 100)


def _check_decay(scheme: Scheme, document: Document) -> None:
    for i, item in enumerate(scheme.items):
        for day, steps in _values(item.decay):
            lengths = [_length(step.after) for step in steps]
            if lengths != sorted(set(lengths)):
                path: Path = ("items", i, "decay", "values", day.isoformat())
                document.add(path, "the steps do not follow each other", expected="each `after` longer than the last")


def _length(span: Span) -> float:
    """Days of a span, near enough to put spans in order."""
    return (span.days or 0) + ((span.months or 0) + 12 * (span.years or 0)) * 30.44
