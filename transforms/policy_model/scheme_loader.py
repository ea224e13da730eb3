"""A grading scheme from its file, with every check that one value alone cannot make."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import TypeVar

from transforms.policy_model.conditions import check_condition
from transforms.policy_model.dated_values import Dated, iter_dated_values
from transforms.policy_model.document import Document, Path, parse_document
from transforms.policy_model.scheme import Award, Duration, Item, Limits, Scheme, Section, Tier
from transforms.schemas import KINDS, LISTING_KIND, Kind
from transforms.schemas.base import INTEGER


def load_scheme(text: str, file_name: str) -> Scheme:
    """The scheme written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    scheme, document = parse_document(text, file_name, Scheme)
    _check_ids(scheme, document)
    for path, kind_name, when in _conditions(scheme):
        _check_kind(document, (*path, "kind"), kind_name)
        if kind_name in KINDS:
            check_condition(document, (*path, "when"), KINDS[kind_name], when)
    for index, item in enumerate(scheme.items):
        _check_awards(document, ("items", index), item)
    _check_references(scheme, document)
    _check_expiries(scheme, document)
    _check_releases(scheme, document)
    _check_listings(scheme, document)
    check_dated_values(scheme, document)
    document.settle()
    return scheme


def _check_kind(document: Document, path: Path, name: str) -> None:
    if name not in KINDS:
        document.add(path, f"no record kind '{name}'", value=name, words=KINDS)


def _check_ids(scheme: Scheme, document: Document) -> None:
    """Ids are unique over items, accumulations, direct placements and needs: a trace names them alone."""
    seen: dict[str, int] = {}
    for path, name in _ids(scheme):
        if name in seen:
            document.add((*path, "id"), f"id '{name}' stands twice, first on line {seen[name]}", value=name)
        seen.setdefault(name, document.line((*path, "id")))


def _ids(scheme: Scheme) -> Iterator[tuple[Path, str]]:
    yield from ((("items", i), item.id) for i, item in enumerate(scheme.items))
    yield from ((("accumulations", i), one.id) for i, one in enumerate(scheme.accumulations))
    yield from ((("direct", i), direct.id) for i, direct in enumerate(scheme.direct))


def _conditions(scheme: Scheme) -> Iterator[tuple[Path, str, str]]:
    """Everything with a condition: (place, kind, when)."""
    yield from ((("items", i), item.kind, item.when) for i, item in enumerate(scheme.items))
    yield from ((("direct", i), direct.kind, direct.when) for i, direct in enumerate(scheme.direct))
    if scheme.best_tier_needs:
        for day, needs in scheme.best_tier_needs.values.items():
            for i, need in enumerate(needs or []):
                yield ("best_tier_needs", "values", day.isoformat(), i), need.kind, need.when


def _check_awards(document: Document, path: Path, item: Item) -> None:
    for day, award in item.award.values.items():
        place = (*path, "award", "values", day.isoformat())
        if award is None:
            continue
        if award.of is not None and item.kind in KINDS:
            _check_column(document, (*place, "of"), KINDS[item.kind], award.of)
        froms = [step.from_ for step in award.brackets or []]
        if froms != sorted(set(froms)):
            document.add((*place, "brackets"), "the steps do not rise", expected="each `from` above the one before it")
        if award.brackets == []:
            document.add((*place, "brackets"), "no steps", expected="at least one, such as {from: 1, points: -10}")


def _check_column(document: Document, path: Path, kind: Kind, name: str) -> None:
    columns = {column.name: column for column in kind.columns}
    numbers = {name: column.label for name, column in columns.items() if column.dtype == INTEGER}
    if name not in columns:
        document.add(path, f"{kind.name} has no column '{name}'", value=name, words=numbers or columns)
    elif name not in numbers:
        document.add(path, f"column '{name}' is no whole number", value=name, words=numbers or ("fixed",))


def _check_references(scheme: Scheme, document: Document) -> None:
    items = {item.id: item.title for item in scheme.items}
    for index, accumulation in enumerate(scheme.accumulations):
        path: Path = ("accumulations", index, "of")
        for i, name in enumerate(accumulation.of):
            if name not in items:
                document.add((*path, i), f"no item '{name}'", value=name, words=items)
            elif name in accumulation.of[:i]:
                document.add((*path, i), f"item '{name}' is named twice", value=name)
    acts = {name: kind.label for name, kind in KINDS.items() if kind.act}
    for day, kinds in scheme.heaviest_per_act.values.items() if scheme.heaviest_per_act else ():
        path = ("heaviest_per_act", "values", day.isoformat())
        for i, name in enumerate(kinds or []):
            if name not in acts:
                reason = "say which act they concern" if name in KINDS else "exist"
                document.add((*path, i), f"records of kind '{name}' do not {reason}", value=name, words=acts)


def _check_expiries(scheme: Scheme, document: Document) -> None:
    for path, kind_name in _expiries(scheme):
        kind = KINDS.get(kind_name)
        if kind is not None and kind.expires_on is None:
            terms = ", ".join(name for name, one in KINDS.items() if one.expires_on)
            message = f"records of kind '{kind_name}' carry no term of their own"
            document.add((*path, "until_expiry"), message, value=True, expected=f"no until_expiry; only for {terms}")


def _expiries(scheme: Scheme) -> Iterator[tuple[Path, str]]:
    """Every until_expiry that is true: (place, kind of the records it is asked of)."""
    for i, item in enumerate(scheme.items):
        dated = item.window or scheme.window
        root: Path = ("items", i, "window") if item.window else ("window",)
        for day, window in dated.values.items():
            if window is not None and window.until_expiry:
                yield (*root, "values", day.isoformat()), item.kind
    for i, direct in enumerate(scheme.direct):
        for day, lock in direct.lock.values.items():
            if lock is not None and lock.until_expiry:
                yield ("direct", i, "lock", "values", day.isoformat()), direct.kind
    for day, needs in scheme.best_tier_needs.values.items() if scheme.best_tier_needs else ():
        for i, need in enumerate(needs or []):
            if need.window.until_expiry:
                yield ("best_tier_needs", "values", day.isoformat(), i, "window"), need.kind


def _check_releases(scheme: Scheme, document: Document) -> None:
    releasable = [name for name, kind in KINDS.items() if kind.is_releasable]
    heeding: list[tuple[Path, str]] = [
        (("items", i), one.kind) for i, one in enumerate(scheme.items) if one.until_released
    ]
    heeding += [(("direct", i), one.kind) for i, one in enumerate(scheme.direct) if one.until_released]
    for path, kind in heeding:
        if kind in KINDS and kind not in releasable:
            message = f"records of kind '{kind}' are released by nothing"
            expected = f"no until_released; only for {', '.join(releasable)}"
            document.add((*path, "until_released"), message, value=kind, expected=expected)


def _check_listings(scheme: Scheme, document: Document) -> None:
    for i, direct in enumerate(scheme.direct):
        for day, lock in direct.lock.values.items():
            if lock is not None and lock.while_listed and direct.kind in KINDS and direct.kind != LISTING_KIND:
                place: Path = ("direct", i, "lock", "values", day.isoformat(), "while_listed")
                message = f"records of kind '{direct.kind}' list nobody"
                document.add(place, message, value=True, expected=f"no while_listed; only for {LISTING_KIND}")


Value = TypeVar("Value")

_NEVER_END = ("base", "window", "rounding", "tiers")


def check_dated_values(scheme: Scheme, document: Document) -> None:
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
    days = {day for _, dated in iter_dated_values(scheme) for day in dated.starts()}
    return sorted(day for day in days if day >= first)


def _check_starts(scheme: Scheme, document: Document, first: date) -> None:
    for path, dated in iter_dated_values(scheme):
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


def award_points(award: Award) -> list[int]:
    """Every number of centipoints the award can give (for one unit, where it is per unit)."""
    single = [points for points in (award.fixed, award.per_unit, award.when_unknown) if points is not None]
    return single + [step.points for step in award.brackets or []]


def _check_caps(scheme: Scheme, document: Document) -> None:
    """A cap bounds what an item takes or gives: it has the sign of every award in force beside it."""
    for i, item in enumerate(scheme.items):
        for day, cap in _values(item.cap):
            later = [start for start in item.award.values if start > day]
            awards = [in_force(item.award, day), *(item.award.values[start] for start in later)]
            points = [one for award in awards if award is not None for one in award_points(award)]
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


def _length(span: Duration) -> float:
    """Days of a span, near enough to put spans in order."""
    return (span.days or 0) + ((span.months or 0) + 12 * (span.years or 0)) * 30.44
