"""What a scheme says on one day: cut points, items, accumulations, placements, from its YAML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TypeVar

from docs import wording
from docs.markdown import code, table
from reports.show import points
from transforms.policy.dated import Dated, dated_values
from transforms.policy.scheme import Accumulation, Direct, Item, Limits, Need, Scheme, Section
from transforms.tables import KINDS

Value = TypeVar("Value")
_MODES = {
    "deduct": "points are taken off the base; a higher score is better",
    "accumulate": "points add up; a lower score is better",
}


def scheme_page(scheme: Scheme, day: date) -> str:
    """The section of one scheme, values as in force on `day`."""
    parts = [
        f"## Scheme `{scheme.scheme}` {scheme.title}\n",
        *_facts(scheme, day),
        f"### Cut points 等级区间 (`{scheme.scheme}`)\n",
        _cut_points(scheme, day),
        *_sections(scheme, day),
        f"### Items 计分项 (`{scheme.scheme}`)\n",
        _items(scheme, day),
        *_accumulations(scheme, day),
        *_direct(scheme, day),
        *_needs(scheme, day),
        *_movement(scheme, day),
        *_supervision(scheme, day),
    ]
    return "\n".join(parts)


def _facts(scheme: Scheme, day: date) -> Iterator[str]:
    if scheme.illustrative:
        yield "**Illustrative (示例标准)**: our own, adopted by no regulator; every output made with it says so.\n"
    known = Counter(dated.confidence for _, dated in dated_values(scheme))
    how_sure = ", ".join(f"{known[letter]} {wording.confidence(letter)}" for letter in ("C", "M", "I", "GAP"))
    acts = scheme.heaviest_per_act.on(day) if scheme.heaviest_per_act else None
    facts = [
        f"Mode `{scheme.mode}`: {_MODES[scheme.mode]}.",
        f"Base {points(_held(scheme.base, day))} ({scheme.base.basis}).",
        f"A record counts for: {wording.window(_held(scheme.window, day))}, where its item does not say otherwise.",
        f"Rounding of decayed points: `{_held(scheme.rounding, day)}`.",
        *([f"Of one act only the heaviest counts, among: {', '.join(map(_kind, acts))}."] if acts else []),
        *_limits(scheme.limits, day),
        f"Dated values: {how_sure}. Values change on {', '.join(map(str, sorted(scheme.change_days())))}.",
    ]
    yield "\n".join(f"- {fact}" for fact in facts) + "\n"


def _held(dated: Dated[Value], day: date) -> Value:
    value = dated.on(day)
    assert value is not None, f"no value on {day}"
    return value


def _kind(name: str) -> str:
    return f"{KINDS[name].label} `{name}`"


def _source(dated: Dated[Value]) -> tuple[str, str]:
    return dated.basis, dated.confidence


def _limits(limits: Dated[Limits] | None, day: date) -> Iterator[str]:
    bounds = limits.on(day) if limits else None
    if bounds:
        yield f"The score stays within {_bounds(bounds)}."


def _bounds(bounds: Limits | Section) -> str:
    lowest = "−∞" if bounds.lowest is None else points(bounds.lowest)
    highest = "∞" if bounds.highest is None else points(bounds.highest)
    return f"{lowest} to {highest}"


def _cut_points(scheme: Scheme, day: date) -> str:
    tiers = _held(scheme.tiers, day)
    rows = [
        (tier.tier, tier.title, between) for tier, between in zip(tiers, wording.intervals(scheme, tiers), strict=True)
    ]
    return table(["tier", "title", "score"], rows) + f"\n{scheme.tiers.basis}; {scheme.tiers.confidence}.\n"


def _sections(scheme: Scheme, day: date) -> Iterator[str]:
    sections = scheme.sections.on(day) if scheme.sections else None
    if sections:
        yield f"### Sections 分项 (`{scheme.scheme}`)\n"
        rows = [(code(part.id), part.title, points(part.base), _bounds(part)) for part in sections]
        yield table(["section", "title", "base", "stays within"], rows)


def _items(scheme: Scheme, day: date) -> str:
    head = ["item", "title", "records", "condition", "points", "window", "decay", "cap", "article", "confidence"]
    return table(head, (_item(scheme, item, day) for item in scheme.items if item.award.on(day)))


def _item(scheme: Scheme, item: Item, day: date) -> tuple[str, ...]:
    given = _held(item.award, day)
    counted = item.window.on(day) if item.window else None
    decay = item.decay.on(day) if item.decay else None
    cap = item.cap.on(day) if item.cap else None
    return (
        code(item.id) + (f" ({item.section})" if item.section else ""),
        item.title,
        _kind(item.kind),
        code(" ".join(item.when.split())),
        wording.award(given, item.kind),
        wording.window(counted or _held(scheme.window, day)) + _release(item.until_released, day),
        wording.decay(decay) if decay else "",
        "" if cap is None else points(cap),
        *_source(item.award),
    )


def _release(until_released: Dated[bool] | None, day: date) -> str:
    if until_released is None or not until_released.on(day):
        return ""
    return f"; until repaired or removed early ({until_released.basis})"


def _accumulations(scheme: Scheme, day: date) -> Iterator[str]:
    rows = [_accumulation(rule, day) for rule in scheme.accumulations if rule.every.on(day) and rule.points.on(day)]
    if rows:
        yield f"### Accumulations 累计项 (`{scheme.scheme}`)\n"
        yield table(["accumulation", "title", "of", "every", "points", "article", "confidence"], rows)


def _accumulation(rule: Accumulation, day: date) -> tuple[str, ...]:
    of = ", ".join(map(code, rule.of))
    every, given = _held(rule.every, day), _held(rule.points, day)
    return code(rule.id), rule.title, of, f"{every} counted hits", points(given), *_source(rule.points)


def _direct(scheme: Scheme, day: date) -> Iterator[str]:
    rows = [_placement(rule, day) for rule in scheme.direct if rule.lock.on(day)]
    if rows:
        yield f"### Direct placement 直接判定 (`{scheme.scheme}`)\n"
        head = ["rule", "title", "records", "condition", "how many", "tier", "held for", "article", "confidence"]
        yield table(head, rows)


def _placement(rule: Direct, day: date) -> tuple[str, ...]:
    lock = _held(rule.lock, day)
    many = f"{rule.at_least} within {wording.span(rule.within)}" if rule.within else "1"
    held = "the record's own term" if lock.span is None else wording.span(lock.span)
    if lock.while_listed:
        held = "as long as the listing stands" + (f" ({held} where no law says so)" if lock.span else "")
    held += _release(rule.until_released, day)
    when = code(" ".join(rule.when.split()))
    return code(rule.id), rule.title, _kind(rule.kind), when, many, rule.tier, held, *_source(rule.lock)


def _needs(scheme: Scheme, day: date) -> Iterator[str]:
    needs = scheme.best_tier_needs.on(day) if scheme.best_tier_needs else None
    if needs:
        yield f"### What the best tier needs 最高等级所需数据 (`{scheme.scheme}`)\n"
        yield table(["need", "title", "records", "condition", "how many", "window"], map(_need, needs))


def _need(need: Need) -> tuple[str, ...]:
    many = f"at most {need.at_most}" if need.at_least is None else f"at least {need.at_least}"
    when = code(" ".join(need.when.split()))
    return code(need.id), need.title, _kind(need.kind), when, many, wording.window(need.window)


def _movement(scheme: Scheme, day: date) -> Iterator[str]:
    movement = scheme.movement.on(day) if scheme.movement else None
    if scheme.movement and movement:
        yield f"### Movement 逐级升级 (`{scheme.scheme}`)\n"
        yield f"{movement.tiers_per_clean_year} tier(s) up for each full clean year ({scheme.movement.basis}).\n"


def _supervision(scheme: Scheme, day: date) -> Iterator[str]:
    supervision = scheme.supervision.on(day) if scheme.supervision else None
    if supervision:
        yield f"### Supervision by tier 检查频次 (`{scheme.scheme}`)\n"
        rows = [(tier, f"{one.inspections} in {one.per_years} year(s)", one.note) for tier, one in supervision.items()]
        yield table(["tier", "inspections", "note"], rows)
