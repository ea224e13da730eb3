"""Values of a scheme in words: windows, awards, bounds. Points and money look as on every other output."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from reports.show import points, yuan
from transforms.policy.scheme import Award, Decay, Scheme, Span, Tier, Window
from transforms.tables import KINDS, Column

_CONFIDENCE = {"C": "read in the source", "M": "from memory", "I": "inferred", "GAP": "unknown"}
_OPEN = "∞"


def span(length: Span) -> str:
    """ "2 years", "1 month"."""
    for unit in ("years", "months", "days"):
        number = getattr(length, unit)
        if number is not None:
            return f"{number} {unit if number > 1 else unit[:-1]}"
    raise AssertionError("a span has exactly one unit")


def window(value: Window) -> str:
    """How long a record counts."""
    if value.rolling is not None:
        text = span(value.rolling)
    elif value.calendar_years is not None:
        years = value.calendar_years
        text = "calendar year of the event" if years == 1 else f"{years} calendar years, the event's included"
    else:
        text = "for ever"
    return f"{text}, not beyond the record's own term" if value.until_expiry else text


def award(value: Award, kind: str) -> str:
    """The points a hit gives; brackets as half-open intervals of the column."""
    if value.unprovided:
        return "not provided for: shown, not counted"
    if value.fixed is not None:
        return points(value.fixed)
    column = KINDS[kind].column(str(value.of))
    if value.per_unit is not None:
        return f"{points(value.per_unit)} each, by {label(column)} `{column.name}`"
    return f"{label(column)} `{column.name}`:<br>" + "<br>".join(_brackets(value))


def _brackets(value: Award) -> Iterator[str]:
    steps = value.brackets or []
    ends = [*(number(str(value.of), step.from_) for step in steps[1:]), _OPEN]
    for step, end in zip(steps, ends, strict=True):
        yield f"[{number(str(value.of), step.from_)}, {end}) {points(step.points)}"


def label(column: Column) -> str:
    """What an officer calls a column; money is shown in yuan, though it is kept in fen."""
    return column.label.replace("（分）", "（元）")


def number(column: str, value: int) -> str:
    """A number of a column, money in yuan."""
    return yuan(value) if column.endswith("_fen") else f"{value:,}"


def decay(steps: list[Decay]) -> str:
    """Which part of the points still counts after how long."""
    return "; ".join(f"after {span(step.after)} {step.percent} %" for step in steps)


def intervals(scheme: Scheme, tiers: list[Tier]) -> list[str]:
    """The scores of each tier, lower bound included, upper bound not; tiers as they stand, best first."""
    bounds = [tier.from_ for tier in tiers]
    if scheme.mode == "deduct":
        return [_interval(low, high) for high, low in pairwise([None, *bounds])]
    return [_interval(low, high) for low, high in pairwise([*bounds, None])]


def _interval(low: int | None, high: int | None) -> str:
    start = f"(−{_OPEN}" if low is None else f"[{points(low)}"
    return f"{start}, {_OPEN if high is None else points(high)})"


def confidence(code: str) -> str:
    """The letter and what it stands for."""
    return f"{code} {_CONFIDENCE[code]}"
