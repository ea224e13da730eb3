"""Small random schemes, each with some of the mechanisms that a scheme can have, and the days to rate on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.oracle.case import change_days

Node = dict[str, Any]
FIRST = date(2015, 1, 1)
NAMES = ("A", "B", "C", "D", "E")
CONDITIONS = {
    "penalty": (
        "array_contains(penalty_kinds, 'fine')",
        "array_contains(penalty_kinds, 'warning') OR array_contains(penalty_kinds, 'stop_order')",
        "NOT array_contains(penalty_kinds, 'warning')",
        "fine_fen > 100 AND field = 'drug'",
        "discretion <> 'heavy'",
        "discretion IS NULL OR discretion IN ('heavy', 'light')",
        "content LIKE '%收回%证%' OR content LIKE '%gmp%'",
        "NOT (field = 'device' AND state = 'in_force')",
        "true",
    ),
    "inspection": ("conclusion <> 'compliant'", "critical_count >= 2", "field IS NULL", "true"),
    "sampling": ("result = 'unqualified'", "result = 'unqualified' AND sampled_on < reported_on", "true"),
    "signal": ("is_verified", "NOT is_verified", "is_verified IS NULL OR level = 'serious'"),
    "rectification": ("state = 'overdue'", "completed_on > due_on", "NOT (completed_on <= due_on)"),
    "honour": ("level IN ('national', 'provincial')", "true"),
    "person_ban": ("true", "is_lifelong"),
    "decision": ("decision_type = 'list'",),
    "enterprise": ("state = 'deregistered' OR array_contains(fields, 'device')", "NOT array_contains(fields, 'drug')"),
}
COLUMNS = {"penalty": ("fine_fen", "confiscated_fen"), "inspection": ("critical_count", "major_count")}
TERMS = ("honour", "person_ban")
RELEASED = ("penalty", "decision")
LISTING = "decision"


def random_rating_day(chance: Random, scheme: Node) -> date:
    """A day about a change of the scheme, about the ends of months and years, or any."""
    near = timedelta(days=chance.choice((-1, 0, 1)))
    first: date = min(scheme["tiers"]["values"])
    changes = [day for day in change_days(scheme) if day > FIRST]
    odd = (date(2024, 2, 29), date(2025, 2, 28), date(2025, 12, 31), date(2026, 1, 1), date(2025, 9, 30))
    if changes and chance.random() < 0.4:
        return max(chance.choice(changes) + near, first)
    if chance.random() < 0.6:
        return chance.choice(odd) + near
    return date(2021, 1, 1) + timedelta(days=chance.randrange(2500))


def random_scheme(chance: Random) -> Node:
    """A scheme in the plain values of its file."""
    return _SchemeMaker(chance).scheme()


class _SchemeMaker:
    """Draws the parts of one scheme; all of them change on the same day."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.sign = chance.choice((-1, 1))
        days = [date(2024, 3, 1), date(2025, 6, 30), date(2026, 1, 1), date(2024, 2, 29)]
        self.change_on = chance.choice(days)
        self.sections = chance.random() < 0.3
        # Few kinds per scheme, so that its rules apply to the same records.
        self.kinds = chance.choices((*CONDITIONS, *["penalty"] * 6), k=chance.choice((1, 2, 3, 9)))

    def scheme(self) -> Node:
        count = self.chance.randrange(2, 6)
        items = [self.item(f"item_{n}") for n in range(self.chance.randrange(1, 6))]
        made: Node = {"scheme": "made", "title": "生成", "illustrative": True}
        made["mode"] = "deduct" if self.sign < 0 else "accumulate"
        made |= {"base": self.dated(lambda: 100, lambda: 100), "window": self.dated(self.window), "items": items}
        made["rounding"] = self.dated(lambda: self.chance.choice(("half_up", "half_even", "towards_zero")))
        made["tiers"] = self.dated(lambda: self.tiers(count))
        made["direct"] = [self.direct(f"direct_{n}", count) for n in range(self.chance.randrange(3))]
        made["accumulations"] = [self.accumulation(f"sum_{n}", items) for n in range(self.chance.randrange(2))]
        made |= self.optional_parts()
        return made

    def optional_parts(self) -> Node:
        makers: dict[str, Callable[[], Any]] = {
            "heaviest_per_act": lambda: self.chance.choice((["penalty"], ["penalty"], ["penalty"], [], None)),
            "limits": lambda: self.chance.choice(({"lowest": 60, "highest": 140}, {"lowest": 95.5}, None)),
            "best_tier_needs": lambda: [self.need(f"need_{n}") for n in range(self.chance.randrange(1, 3))],
            "movement": lambda: self.chance.choice(
                (*[{"tiers_per_clean_year": 1}] * 3, {"tiers_per_clean_year": 2}, None)
            ),
        }
        made = {name: self.dated(make) for name, make in makers.items() if self.chance.random() < 0.6}
        if self.sections:
            made["sections"] = self.dated(self.section_list)
        return made

    def dated(self, make: Callable[[], Any], later: Callable[[], Any] | None = None) -> Node:
        """A dated value from FIRST on, and in a quarter of cases another from the day of change."""
        values = {FIRST: make()}
        if self.chance.random() < 0.25:
            values[self.change_on] = (later or make)()
        article = f"第{self.chance.randrange(1, 99)}条"
        return {"values": values, "basis": article, "confidence": self.chance.choice(("C", "M", "I", "GAP"))}

    def span(self) -> Node:
        spans = ({"years": 1}, {"years": 2}, {"months": 1}, {"months": 6}, {"months": 18}, {"days": 30}, {"days": 365})
        return dict(self.chance.choice(spans))

    def window(self, has_term: bool = False) -> Node:
        kinds: tuple[Node, ...] = ({"rolling": self.span()}, {"calendar_years": self.chance.choice((1, 2))})
        made = dict(self.chance.choice((*kinds, {"rolling": self.span()}, {"unlimited": True})))
        return made | {"until_expiry": True} if has_term and self.chance.random() < 0.7 else made

    def points(self) -> float:
        size = self.chance.choice((0.01, 0.05, 0.25, 0.5, 0.55, 1, 3, 7, 10, 12.35))
        return self.sign * size

    def award(self, kind: str) -> Node | None:
        how = self.chance.choice(("fixed", "per_unit", "brackets")) if kind in COLUMNS else "fixed"
        if how == "fixed":
            return {"fixed": self.points()}
        of: Node = {"of": self.chance.choice(COLUMNS[kind])}
        if self.chance.random() < 0.3:
            of["when_unknown"] = self.points()
        if how == "per_unit":
            return {"per_unit": self.chance.choice((0.01, 0.05, 0.5)) * self.sign, **of}
        froms = sorted(self.chance.sample((0, 1, 2, 5, 100, 1000), self.chance.randrange(1, 4)))
        return {"brackets": [{"from": step, "points": self.points()} for step in froms], **of}

    def item(self, name: str) -> Node:
        chance, kind = self.chance, self.chance.choice(self.kinds)
        made: Node = {"id": name, "title": f"事项 {name}", "kind": kind, "when": chance.choice(CONDITIONS[kind])}
        is_bonus = chance.random() < 0.15
        self.sign *= -1 if is_bonus else 1
        made["award"] = self.dated(lambda: self.award(kind), lambda: chance.choice((None, self.award(kind))))
        if chance.random() < 0.5 or kind in TERMS:
            made["window"] = self.dated(lambda: chance.choice((None, *[self.window(kind in TERMS)] * 4)))
        if chance.random() < 0.4:
            made["cap"] = self.dated(lambda: self.sign * chance.choice((0.5, 3, 10, 15)), lambda: None)
        if chance.random() < 0.4:
            made["decay"] = self.dated(self.decay)
        self.sign *= -1 if is_bonus else 1
        return made | self.section() | self.release(kind)

    def release(self, kind: str) -> Node:
        if kind not in RELEASED or self.chance.random() < 0.5:
            return {}
        return {"until_released": self.dated(lambda: self.chance.choice((True, True, True, False, None)))}

    def decay(self) -> list[Node]:
        steps = [{"months": 1}, {"days": 100}, {"months": 6}, {"years": 1}, {"months": 18}]
        places = sorted(self.chance.sample(range(len(steps)), self.chance.choice((1, 1, 2))))
        return [{"after": steps[n], "percent": self.chance.choice((0, 0, 25, 33, 50, 50, 70))} for n in places]

    def section(self) -> Node:
        return {"section": self.chance.choice(("north", "south"))} if self.sections else {}

    def section_list(self) -> list[Node]:
        north = {"id": "north", "title": "北", "base": 60, "lowest": self.chance.choice((50, 59.5))}
        return [north, {"id": "south", "title": "南", "base": 40, "highest": self.chance.choice((41, 50))}]

    def tiers(self, count: int) -> list[Node]:
        places = sorted(self.chance.sample((-3, -1, 0, 0.5, 1, 3, 7, 10, 15, 20), count - 1))
        cuts: list[float | None] = [100 + self.sign * place for place in places]
        cuts = [*cuts, None] if self.sign < 0 else [None, *cuts]
        tiers = [{"tier": name, "title": name, "from": cut} for name, cut in zip(NAMES, cuts, strict=False)]
        return [{name: value for name, value in tier.items() if value is not None} for tier in tiers]

    def rule(self, name: str) -> Node:
        kind = self.chance.choice(self.kinds)
        return {"id": name, "title": f"规则 {name}", "kind": kind, "when": self.chance.choice(CONDITIONS[kind])}

    def direct(self, name: str, count: int) -> Node:
        rule = self.rule(name) | {"tier": NAMES[self.chance.randrange(count)]}
        rule["lock"] = self.dated(lambda: self.lock(rule["kind"]), lambda: self.chance.choice((None, self.lock(""))))
        if self.chance.random() < 0.5:
            rule |= {"at_least": self.chance.choice((2, 2, 3)), "within": self.span()}
        return rule | self.release(rule["kind"])

    def lock(self, kind: str) -> Node:
        if kind == LISTING and self.chance.random() < 0.7:
            return {"while_listed": True} | self.chance.choice(({}, {"span": self.span()}))
        return {"until_expiry": True} if kind in TERMS and self.chance.random() < 0.6 else {"span": self.span()}

    def need(self, name: str) -> Node:
        rule = self.rule(name)
        rule["window"] = self.window(rule["kind"] in TERMS)
        return rule | self.chance.choice(({"at_least": 1}, {"at_least": 2}, {"at_most": 0}, {"at_most": 1}))

    def accumulation(self, name: str, items: list[Node]) -> Node:
        of = self.chance.sample([item["id"] for item in items], self.chance.randrange(1, len(items) + 1))
        every = self.dated(lambda: self.chance.choice((1, 2, 3)), lambda: None)
        points = self.dated(self.points, lambda: self.chance.choice((None, self.points())))
        made = {"id": name, "title": f"累计 {name}", "of": of, "every": every, "points": points}
        return made | self.section()
