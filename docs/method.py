"""The method page: how a score and a tier come about, both shipped schemes on a stated day, worked examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from docs.markdown import code, table
from reports.formatting import MINUS, delta, points, yuan
from transforms.policy_check import rate_cases
from transforms.policy_model import load_scheme
from transforms.policy_model.document import Dated, Duration, iter_dated_values
from transforms.policy_model.scheme import (
    Award,
    BestTierNeed,
    DecayStep,
    DirectPlacement,
    Item,
    Limits,
    Scheme,
    Section,
    Tier,
    Window,
)
from transforms.policy_model.scheme_cases import Case, load_cases
from transforms.schemas import KINDS, Column
from transforms.schemas.run_tables import DECIDERS, REASONS_NOT_COUNTED, ROLES_IN_TRACE

POLICY = Path(__file__).parents[1] / "policy"
ResultValues = Mapping[str, Any]
Held = TypeVar("Held")

DAY = date(2026, 3, 10)

# The sentence by which policy/cases names each scheme's example; the law's own scheme first.
EXAMPLES = {
    "wuhan-2017": "一个违法行为既罚款又没收，只计最重的没收，8分，基本守信",
    "reference": "方法页的算例：同一行为只计最重、满一年折减、单项封顶、加分，合计919.5分，信用良好",
}

_HEAD = Path(__file__).parent / "templates" / "method-head.md"


def method_page() -> str:
    """The page. Same policy, same bytes."""
    schemes = {
        name: load_scheme((POLICY / "schemes" / f"{name}.yaml").read_text(encoding="utf-8"), name) for name in EXAMPLES
    }
    examples = []
    for name, case_name in EXAMPLES.items():
        text = (POLICY / "cases" / f"{name}.yaml").read_text(encoding="utf-8")
        cases = {case.name: case for case in load_cases(text, name, schemes).cases}
        examples.append(worked_example(cases[case_name], schemes[name]))
    vocabularies = {
        "role of a trace row": ROLES_IN_TRACE,
        "why a record does not count": REASONS_NOT_COUNTED,
        "what decided the tier": DECIDERS,
    }
    terms = [(title, f"`{code}`", term) for title, codes in vocabularies.items() for code, term in codes.items()]
    parts = [
        _HEAD.read_text(encoding="utf-8").replace("{day}", str(DAY)),
        "### Codes of a result\n\n" + table(["", "code", "中文"], terms),
        "## Worked examples 算例\n",
        "Cases of `policy/cases`, rated by the program when this page was written.\n",
        *examples,
        *(scheme_section(scheme, DAY) for scheme in schemes.values()),
    ]
    return "\n".join(parts).rstrip() + "\n"


def worked_example(case: Case, scheme: Scheme) -> str:
    """The case's records, its trace, and the score as a sum."""
    [(rating, trace)] = rate_cases([case], scheme)
    return "\n".join(
        [
            f"### {case.name}\n",
            f"Scheme `{scheme.scheme}`, rated on {case.as_of}. The records:\n",
            table(["record", "date", "what it says"], _records(case)),
            "The trace the program gives:\n",
            table(
                ["no", "role", "item", "record", "value used", "raw", "counted", "stops counting", "why not"],
                _rows(trace),
            ),
            f"```\n{_sum(rating, trace)}\n```\n",
            *_decision(rating, scheme, case),
        ]
    )


def _records(case: Case) -> Iterator[tuple[str, str, str]]:
    for name, rows in case.records.items():
        kind = KINDS[name]
        for position, row in enumerate(rows or [], 1):
            values = [
                f"{label_text(kind.column(key))} {_value(name, key, value)}"
                for key, value in row.items()
                if key != kind.event_on
            ]
            yield f"{kind.label} {position}", str(row[kind.event_on]), "；".join(values)


def _value(kind: str, name: str, value: object) -> str:
    terms = KINDS[kind].column(name).codes
    values = value if isinstance(value, list) else [value]
    return "、".join(
        terms.get(str(one), number_text(name, one) if isinstance(one, int) else str(one)) for one in values
    )


def _rows(trace: Sequence[ResultValues]) -> Iterator[tuple[str, ...]]:
    for row in trace:
        record = ""
        if row["record_kind"]:  # as the table of records calls it: a case's records are numbered by kind
            record = f"{KINDS[row['record_kind']].label} {row['record_id'].rsplit('-', 1)[1]}"
        yield (
            str(row["position"]),
            ROLES_IN_TRACE[row["role"]],
            f"{row['title']} {code(row['item_id'])}",
            record,
            code(row["value_used"]),
            points(row["raw_centipoints"]),
            points(row["points_centipoints"]),
            str(row["stops_counting_on"] or ""),
            REASONS_NOT_COUNTED.get(row["reason"], ""),
        )


def _sum(rating: ResultValues, trace: Sequence[ResultValues]) -> str:
    """base + every counted row = score, written out; the sum is asserted."""
    counted = [row["points_centipoints"] for row in trace if row["points_centipoints"]]
    assert rating["base_centipoints"] + sum(counted) == rating["score_centipoints"]
    terms = [f"{MINUS if one < 0 else '+'} {points(abs(one))}" for one in counted]
    return " ".join([points(rating["base_centipoints"]), *terms, "=", points(rating["score_centipoints"])])


def _decision(rating: ResultValues, scheme: Scheme, case: Case) -> Iterator[str]:
    titles = {tier.tier: tier.title for tier in scheme.tiers.on(case.as_of) or []}
    difference = delta(rating["score_centipoints"] - rating["base_centipoints"])
    yield f"{difference} in all. Tier **{rating['tier']} {titles[rating['tier']]}**, decided by"
    yield f"{DECIDERS[rating['decided_by']]}: {rating['decided_by_basis']}."
    if rating["next_change_on"]:
        yield f"Without anything new, {rating['next_change_on']} is the first day on which something may change.\n"
    else:
        yield "Without anything new, nothing will change.\n"


_MODES = {
    "deduct": "points are taken off the base; a higher score is better",
    "accumulate": "points add up; a lower score is better",
}


def scheme_section(scheme: Scheme, day: date) -> str:
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
    known = Counter(dated.confidence for _, dated in iter_dated_values(scheme))
    how_sure = ", ".join(f"{known[letter]} {confidence_text(letter)}" for letter in ("C", "M", "I", "GAP"))
    acts = scheme.heaviest_per_act.on(day) if scheme.heaviest_per_act else None
    limits = scheme.limits.on(day) if scheme.limits else None
    facts = [
        f"Mode `{scheme.mode}`: {_MODES[scheme.mode]}.",
        f"Base {points(_held(scheme.base, day))} ({scheme.base.basis}).",
        f"A record counts for: {window_text(_held(scheme.window, day))}, unless its item says otherwise.",
        f"Rounding of decayed points: `{_held(scheme.rounding, day)}`.",
        *([f"Of one act only the heaviest counts, among: {', '.join(map(_kind, acts))}."] if acts else []),
        *([f"The score stays within {_bounds(limits)}."] if limits else []),
        f"Dated values: {how_sure}. Values change on {', '.join(map(str, sorted(scheme.change_days())))}.",
    ]
    yield "\n".join(f"- {fact}" for fact in facts) + "\n"


def _held(dated: Dated[Held], day: date) -> Held:
    value = dated.on(day)
    assert value is not None, f"no value on {day}"
    return value


def _kind(name: str) -> str:
    return f"{KINDS[name].label} `{name}`"


def _bounds(bounds: Limits | Section) -> str:
    lowest = "−∞" if bounds.lowest is None else points(bounds.lowest)
    highest = "∞" if bounds.highest is None else points(bounds.highest)
    return f"{lowest} to {highest}"


def _cut_points(scheme: Scheme, day: date) -> str:
    tiers = _held(scheme.tiers, day)
    rows = [
        (tier.tier, tier.title, between) for tier, between in zip(tiers, tier_intervals(scheme, tiers), strict=True)
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
        award_text(given, item.kind),
        window_text(counted or _held(scheme.window, day)) + _release(item.until_released, day),
        decay_text(decay) if decay else "",
        "" if cap is None else points(cap),
        item.award.basis,
        item.award.confidence,
    )


def _release(until_released: Dated[bool] | None, day: date) -> str:
    if until_released is None or not until_released.on(day):
        return ""
    return f"; until repaired or removed early ({until_released.basis})"


def _accumulations(scheme: Scheme, day: date) -> Iterator[str]:
    rows = []
    for rule in scheme.accumulations:
        every, given = rule.every.on(day), rule.points.on(day)
        if every and given:
            of = ", ".join(map(code, rule.of))
            counted, source = f"{every} counted hits", (rule.points.basis, rule.points.confidence)
            rows.append((code(rule.id), rule.title, of, counted, points(given), *source))
    if rows:
        yield f"### Accumulations 累计项 (`{scheme.scheme}`)\n"
        yield table(["accumulation", "title", "of", "every", "points", "article", "confidence"], rows)


def _direct(scheme: Scheme, day: date) -> Iterator[str]:
    rows = [_placement(rule, day) for rule in scheme.direct if rule.lock.on(day)]
    if rows:
        yield f"### Direct placement 直接判定 (`{scheme.scheme}`)\n"
        head = ["rule", "title", "records", "condition", "how many", "tier", "held for", "article", "confidence"]
        yield table(head, rows)


def _placement(rule: DirectPlacement, day: date) -> tuple[str, ...]:
    lock = _held(rule.lock, day)
    many = f"{rule.at_least} within {span_text(rule.within)}" if rule.within else "1"
    held = "the record's own term" if lock.span is None else span_text(lock.span)
    if lock.while_listed:
        held = "as long as the listing is in force" + (f" ({held} where no law is applied)" if lock.span else "")
    held += _release(rule.until_released, day)
    when, source = code(" ".join(rule.when.split())), (rule.lock.basis, rule.lock.confidence)
    return code(rule.id), rule.title, _kind(rule.kind), when, many, rule.tier, held, *source


def _needs(scheme: Scheme, day: date) -> Iterator[str]:
    needs = scheme.best_tier_needs.on(day) if scheme.best_tier_needs else None
    if needs:
        yield f"### What the best tier needs 最高等级所需数据 (`{scheme.scheme}`)\n"
        yield table(["need", "title", "records", "condition", "how many", "window"], map(_need, needs))


def _need(need: BestTierNeed) -> tuple[str, ...]:
    many = f"at most {need.at_most}" if need.at_least is None else f"at least {need.at_least}"
    when = code(" ".join(need.when.split()))
    return code(need.id), need.title, _kind(need.kind), when, many, window_text(need.window)


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


_CONFIDENCE = {"C": "read in the source", "M": "from memory", "I": "inferred", "GAP": "unknown"}

_OPEN = "∞"


def span_text(length: Duration) -> str:
    """ "2 years", "1 month"."""
    for unit in ("years", "months", "days"):
        number = getattr(length, unit)
        if number is not None:
            return f"{number} {unit if number > 1 else unit[:-1]}"
    raise AssertionError("a span has exactly one unit")


def window_text(value: Window) -> str:
    """How long a record counts."""
    if value.rolling is not None:
        text = span_text(value.rolling)
    elif value.calendar_years is not None:
        years = value.calendar_years
        text = "calendar year of the event" if years == 1 else f"{years} calendar years, the event's included"
    else:
        text = "for ever"
    return f"{text}, not beyond the record's own term" if value.until_expiry else text


def award_text(value: Award, kind: str) -> str:
    """The points a hit gives; brackets as half-open intervals of the column."""
    if value.unprovided:
        return "not provided for: shown, not counted"
    if value.fixed is not None:
        return points(value.fixed)
    column = KINDS[kind].column(str(value.of))
    if value.per_unit is not None:
        return f"{points(value.per_unit)} each, by {label_text(column)} `{column.name}`"
    return f"{label_text(column)} `{column.name}`:<br>" + "<br>".join(_brackets(value))


def _brackets(value: Award) -> Iterator[str]:
    steps = value.brackets or []
    ends = [*(number_text(str(value.of), step.from_) for step in steps[1:]), _OPEN]
    for step, end in zip(steps, ends, strict=True):
        yield f"[{number_text(str(value.of), step.from_)}, {end}) {points(step.points)}"


def label_text(column: Column) -> str:
    """What an officer calls a column; money is shown in yuan, though it is kept in fen."""
    return column.label.replace("（分）", "（元）")


def number_text(column: str, value: int) -> str:
    """A number of a column, money in yuan."""
    return yuan(value) if column.endswith("_fen") else f"{value:,}"


def decay_text(steps: list[DecayStep]) -> str:
    """Which part of the points still counts after how long."""
    return "; ".join(f"after {span_text(step.after)} {step.percent} %" for step in steps)


def tier_intervals(scheme: Scheme, tiers: list[Tier]) -> list[str]:
    """The scores of each tier, lower bound included, upper bound not; tiers as they stand, best first."""
    bounds = [tier.from_ for tier in tiers]
    if scheme.mode == "deduct":
        return [_interval(low, high) for high, low in pairwise([None, *bounds])]
    return [_interval(low, high) for low, high in pairwise([*bounds, None])]


def _interval(low: int | None, high: int | None) -> str:
    start = f"(−{_OPEN}" if low is None else f"[{points(low)}"
    return f"{start}, {_OPEN if high is None else points(high)})"


def confidence_text(code: str) -> str:
    """The letter and what it stands for."""
    return f"{code} {_CONFIDENCE[code]}"
