"""Random records around the bounds of a scheme: each bound, the day before and the day after.

Everything comes from one `Random`, so that a seed determines it all and hundreds of enterprises cost little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.oracle.case import KINDS, Record, add_months, change_days

FIELDS = ("drug", "device", "cosmetic", "other", None)
PENALTIES: tuple[str, ...] = (
    "warning",
    "criticism",
    "fine",
    "confiscation_gains",
    "confiscation_goods",
    "suspend_licence",
    "downgrade",
)
PENALTIES += ("restrict_trade", "stop_order", "close", "restrict_occupation", "revoke_licence", "detention", "other")
TIERS = ("A", "B", "C", "D", "E")
NEAR, SELDOM, AMOUNT, COUNT, ACT, KINDS_OF_PENALTY = "near", "seldom", "amount", "count", "act", "kinds_of_penalty"

# The values of each column: a choice, or the name of a generator in `_value`.
COLUMNS: dict[str, dict[str, Any]] = {
    "inspection": {
        "conclusion": ("compliant", "compliant", "rectify_first", "non_compliant", None),
        "inspection_type": ("gmp", "random", None),
        "critical_count": COUNT,
        "major_count": COUNT,
        "minor_count": COUNT,
        "ungraded_count": COUNT,
        "field": FIELDS,
    },
    "penalty": {
        "penalty_kinds": KINDS_OF_PENALTY,
        "act_no": ACT,
        "content": ("收回药品经营许可证", "撤销许可", "罚款 GMP", None),
        "fine_fen": AMOUNT,
        "confiscated_fen": AMOUNT,
        "discretion": ("light", "ordinary", "heavy", None),
        "field": FIELDS,
        "state": ("in_force", "in_force", "changed", None, None, "revoked", "unlawful", "void"),
        "revoked_on": SELDOM,
        "released_on": SELDOM,
    },
    "sampling": {"result": ("qualified", "unqualified", "unqualified"), "sampled_on": NEAR, "field": FIELDS},
    "signal": {
        "signal_type": ("complaint", "adverse_event", "public_opinion", "recall"),
        "level": ("low", "general", "serious", None),
        "is_verified": (True, True, False, None),
        "field": FIELDS,
    },
    "rectification": {
        "state": ("open", "completed", "completed", "overdue"),
        "due_on": NEAR,
        "completed_on": NEAR,
        "field": FIELDS,
    },
    "commitment": {"state": ("open", "fulfilled", "partly", "unfulfilled"), "valid_until_on": NEAR},
    "honour": {"level": ("national", "provincial", "municipal", "county", None), "valid_until_on": NEAR},
    "decision": {
        "decision_type": ("list", "remove", "repair", "hold_tier", "hold_tier", "confirm_tier"),
        "ends_on": NEAR,
        "tier": (*TIERS, None),
        "reason": ("第三条", None),
        "released_on": SELDOM,
        "stands_until_on": SELDOM,
    },
    "enterprise": {
        "established_on": NEAR,
        "uscc": ("91", None),
        "state": ("active", "deregistered", None),
        "fields": (["drug"], ["drug", "device"], [], None),
    },
    "person_ban": {"ends_on": NEAR, "is_lifelong": (True, False, None), "field": FIELDS},
}
_RARE = ("decision", "person_ban")
_ODD_DAYS: tuple[date, ...] = (
    date(2020, 2, 29),
    date(2024, 2, 29),
    date(2025, 2, 28),
    date(2025, 3, 1),
    date(2024, 12, 31),
)
_ODD_DAYS += (date(2025, 1, 1), date(2025, 8, 31), date(2025, 9, 30), date(2025, 11, 30))


@dataclass(frozen=True)
class SchemeBounds:
    """The bounds in a scheme: durations in months or days, amounts, days of change; and the kinds it reads."""

    months: tuple[int, ...]
    days: tuple[int, ...]
    amounts: tuple[int, ...]
    changes: tuple[date, ...]
    kinds: tuple[str, ...]


def scheme_bounds(scheme: dict[str, Any]) -> SchemeBounds:
    """Every length, amount and day of change written anywhere in the scheme."""
    leaves = list(_leaves(scheme))
    months = {12, 24} | {12 * value for name, value in leaves if name == "years"}
    months |= {value for name, value in leaves if name == "months"}
    days = {value for name, value in leaves if name == "days"}
    amounts = {1} | {value for name, value in leaves if name == "from" and isinstance(value, int) and value >= 0}
    changes = {day for day in change_days(scheme) if day.year > 2015}
    kinds = {value for name, value in leaves if name == "kind"}
    return SchemeBounds(*(tuple(sorted(values)) for values in (months, days, amounts, changes, kinds)))


def _leaves(node: object) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from _leaves(inner) if isinstance(inner, dict | list) else ((str(name), inner),)
    elif isinstance(node, list):
        for inner in node:
            yield from _leaves(inner)


def random_enterprises(chance: Random, scheme: dict[str, Any], as_of: date, number: int) -> dict[str, list[Record]]:
    """By enterprise, the records of `number` enterprises; the first has none."""
    bounds = scheme_bounds(scheme)
    return {f"E{n:03}": _records_of(chance, f"E{n:03}", bounds, as_of) if n else [] for n in range(number)}


def _records_of(chance: Random, name: str, bounds: SchemeBounds, as_of: date) -> list[Record]:
    some = [kind for kind in bounds.kinds if kind not in _RARE] * 2 or ["penalty"]
    kinds = chance.sample(some, min(chance.choice((1, 2, 4, 8)), len(some)))
    kinds += _RARE if chance.random() < 0.35 else ()
    records: list[Record] = []
    for n in chance.sample(range(100), chance.choice((1, 2, 3, 5, 8, 12))):
        kind = chance.choice(kinds)
        events = [record[KINDS[record["kind"]].event_on] for record in records]
        anchors = [as_of, as_of, *(day for day in events if day is not None)]
        event_on = _event_day(chance, bounds, as_of, chance.choice(anchors))
        record: Record = {"kind": kind, "record_id": f"{kind}-{name}-{n:02}", KINDS[kind].number: f"{name}-{n:02}"}
        record |= {KINDS[kind].event_on: event_on}
        record |= {column: _value(chance, choice, bounds, as_of, event_on) for column, choice in COLUMNS[kind].items()}
        records.append(record)
    return records


def _event_day(chance: Random, bounds: SchemeBounds, as_of: date, anchor: date) -> date:
    near = timedelta(days=chance.choice((-2, -1, -1, 0, 0, 1, 1, 2)))
    match chance.choices(("span", "now", "future", "odd", "change", "past"), (40, 8, 4, 6, 6, 36))[0]:
        case "span":
            return _apart(chance, bounds, anchor, -1 if anchor == as_of else chance.choice((-1, 1))) + near
        case "now":
            return anchor + near
        case "future":
            return as_of + timedelta(days=chance.choice((1, 2, 30, 365, 366, 400)))
        case "odd":
            return chance.choice(_ODD_DAYS)
        case "change" if bounds.changes:
            return chance.choice(bounds.changes) + near
        case _:
            return as_of - timedelta(days=chance.randrange(chance.choice((50, 2200))))


def _apart(chance: Random, bounds: SchemeBounds, day: date, sign: int) -> date:
    if bounds.days and chance.random() < 0.4:
        return day + timedelta(days=sign * chance.choice(bounds.days))
    return add_months(day, sign * chance.choice(bounds.months))


def _value(chance: Random, choice: object, bounds: SchemeBounds, as_of: date, event_on: date) -> object:
    if isinstance(choice, tuple):
        return chance.choice(choice)
    if choice == KINDS_OF_PENALTY:
        return chance.sample(PENALTIES, chance.choice((0, 1, 1, 1, 2, 3)))
    if choice == ACT:
        return chance.choice(("act 1", "act 1", "act 2", None))
    if choice in (NEAR, SELDOM):
        return None if choice == SELDOM and chance.random() < 0.6 else _near(chance, bounds, as_of, event_on)
    if choice == COUNT:
        return chance.choice((None, 0, 0, 1, 2, 5, 30))
    return chance.choice((None, max(chance.choice(bounds.amounts) + chance.choice((-1, 0, 1)), 0)))


def _near(chance: Random, bounds: SchemeBounds, as_of: date, event_on: date) -> date | None:
    """A second day of a record: about now, a span after its event, or soon after it; often none."""
    near = timedelta(days=chance.choice((-1, 0, 1)))
    days = (as_of + near, _apart(chance, bounds, event_on, 1) + near, event_on + timedelta(days=chance.randrange(90)))
    return chance.choice((None, None, None, *days, as_of + timedelta(days=chance.randrange(1, 500))))
