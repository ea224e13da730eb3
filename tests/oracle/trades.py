"""The oracle of schemes by trade: one enterprise at a time, from the meaning of policy/rating.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.oracle.case import NO_END, OracleCase, Record, change_days, value_on
from tests.oracle.oracle import CAUSES, direct_tiers, hold_in_force, rate_one, tier_holds, tier_names
from tests.oracle.random_schemes import FIRST, random_scheme

FIELDS = ("drug", "device", "cosmetic", "other")
ROLES = ("maker", "wholesaler", "retailer", "user")
OF_FIELD = ("inspection", "penalty", "sampling", "signal", "rectification", "person_ban")
Node = dict[str, Any]


@dataclass
class Firm:
    """An enterprise: what the register says of its trades, and its records."""

    fields: list[str] | None
    roles: list[str] | None
    records: list[Record]


def rate_firm(policy: Node, schemes: dict[str, Node], name: str, firm: Firm, as_of: date) -> Node:
    """whole: fields of its rating. trace: its rows. trades: by field and role the rating, or why there is none."""
    main = schemes[policy["whole"]["scheme"]]
    order = tier_names(OracleCase(main, [], as_of))
    without_holds = [one for one in firm.records if one.get("decision_type") != "hold_tier"]
    rated: dict[tuple[str, str], Node] = {}
    trades: dict[tuple[str, str], Any] = {}
    for field in firm.fields or ["unknown"]:
        for role in firm.roles or ["unknown"]:
            scheme = _scheme_of(policy, field, role, as_of)
            if scheme is None:
                trades[field, role] = _why_not(policy, field, role, as_of)
                continue
            counting = [one for one in without_holds if _counts(policy, one, field, firm, as_of)]
            rated[field, scheme] = rate_one(schemes[scheme], name, counting, as_of) | {
                "placed": direct_tiers(OracleCase(schemes[scheme], counting, as_of), as_of)
            }
            trades[field, role] = rated[field, scheme]["rating"]
    if not rated:
        rated["none", main["scheme"]] = rate_one(main, name, without_holds, as_of) | {
            "placed": direct_tiers(OracleCase(main, without_holds, as_of), as_of)
        }

    def whole(scheme: str, tier: str) -> str:
        return tier if scheme == main["scheme"] else value_on(policy["tiers"][scheme], as_of)[tier]

    def weight(key: tuple[str, str]) -> tuple[int, bool, int, list[int]]:
        rating = rated[key]["rating"]
        place = FIELDS.index(key[0]) if key[0] in FIELDS else len(FIELDS)
        first_name = [-ord(letter) for letter in key[1]]
        return order.index(whole(key[1], rating["tier"])), rating["decided_by"] == "direct", -place, first_name

    worst = max(rated, key=weight)
    result = dict(rated[worst]["rating"])
    result |= {name: whole(worst[1], result[name]) for name in ("tier", "score_tier")}
    best = value_on(policy["whole"]["best_while_unrated"], as_of)
    if any(isinstance(one, str) for one in trades.values()) and order.index(result["tier"]) < order.index(best):
        result |= {"tier": best, "decided_by": "minimum_data", "decided_by_id": "unrated_trade"}
        result |= {"decided_by_basis": policy["whole"]["best_while_unrated"]["basis"], "locked_until_on": None}
    case = OracleCase(main, firm.records, as_of)
    hold = hold_in_force(case)
    placed = [
        order.index(whole(scheme, tier_names(OracleCase(schemes[scheme], [], as_of))[tier]))
        for (_, scheme), one in rated.items()
        for tier in one["placed"]
    ]
    if hold is not None and max(placed, default=-1) <= order.index(hold["tier"]):
        result |= {"tier": hold["tier"], "decided_by": "decision", "decided_by_id": hold["decision_no"]}
        result |= {"decided_by_basis": hold["reason"], "locked_until_on": hold["ends_on"]}
    result["tier_index"] = order.index(result["tier"])
    result["next_change_on"], result["next_change_why"] = _next(policy, main, case, hold, list(rated.values()))
    return {"whole": result, "trace": rated[worst]["trace"], "trades": trades}


def _scheme_of(policy: Node, field: str, role: str, as_of: date) -> str | None:
    for one in value_on(policy["trades"], as_of):
        if one["field"] == field and ("roles" not in one or role in one["roles"]):
            return str(one["scheme"])
    return None


def _why_not(policy: Node, field: str, role: str, as_of: date) -> str:
    if field == "unknown":
        return "field_unknown"
    is_covered = any(one["field"] == field for one in value_on(policy["trades"], as_of))
    return "role_unknown" if role == "unknown" and is_covered else "no_scheme"


def _counts(policy: Node, record: Record, field: str, firm: Firm, as_of: date) -> bool:
    rules = policy["records"]
    own = record.get("field") if record["kind"] in OF_FIELD else None
    if own is None:
        return bool(value_on(rules["without_field"], as_of) == "every_field")
    if own in (firm.fields or ()):
        return bool(own == field)
    return bool(value_on(rules["of_other_field"], as_of) == "every_field")


def _next(
    policy: Node, main: Node, case: OracleCase, hold: Record | None, rated: list[Node]
) -> tuple[date | None, str | None]:
    found = [(one["rating"]["next_change_on"], one["rating"]["next_change_why"]) for one in rated]
    found += [(one["decided_on"], "decision") for one in tier_holds(case)]
    if hold is not None and (hold["ends_on"] or NO_END) != NO_END:
        found.append((hold["ends_on"] + timedelta(days=1), "decision"))
    found += [(day, "policy") for part in (policy, main) for day in change_days(part)]
    ahead = [(day, CAUSES.index(why)) for day, why in found if day is not None and day > case.as_of]
    return (min(ahead)[0], CAUSES[min(ahead)[1]]) if ahead else (None, None)


def random_policy(chance: Random) -> tuple[Node, dict[str, Node]]:
    """A policy of trades and its two or three schemes by name, in the plain values of their files."""
    names = ["made-a", "made-b", "made-c"][: chance.choice((2, 2, 3))]
    schemes = {name: random_scheme(chance) | {"scheme": name} for name in names}
    order = _first_tiers(schemes["made-a"])
    change_on = date(2025, 3, 1)

    def dated(make: Any) -> Node:
        values = {FIRST: make()} | ({change_on: make()} if chance.random() < 0.2 else {})
        return {"values": values, "basis": f"第{chance.randrange(1, 99)}条", "confidence": "I"}

    def tiers_of(name: str) -> Node:
        own = _first_tiers(schemes[name])
        return dict(zip(own, sorted(chance.choices(order, k=len(own)), key=order.index), strict=True))

    policy: Node = {"rating": "生成", "whole": {"scheme": "made-a", "rule": dated(lambda: "worst")}}
    policy["whole"]["best_while_unrated"] = dated(lambda: chance.choice(order))
    rules = ("every_field", "no_field")
    policy["records"] = {name: dated(lambda: chance.choice(rules)) for name in ("without_field", "of_other_field")}
    policy["trades"] = dated(lambda: _trades(chance, names))
    policy["tiers"] = {name: dated(lambda name=name: tiers_of(name)) for name in names[1:]}
    return policy, schemes


def _first_tiers(scheme: Node) -> list[str]:
    return [tier["tier"] for tier in scheme["tiers"]["values"][FIRST]]


def _trades(chance: Random, names: list[str]) -> list[Node]:
    made: list[Node] = []
    for field in chance.sample(FIELDS[:3], chance.choice((1, 2, 3))):
        if chance.random() < 0.5:
            made.append({"field": field, "scheme": chance.choice(names)})
            continue
        some = chance.sample(ROLES, chance.choice((1, 2, 3, 4)))
        cut = chance.randrange(len(some))
        made += [
            {"field": field, "roles": roles, "scheme": chance.choice(names)}
            for roles in (some[:cut], some[cut:])
            if roles
        ]
    chance.shuffle(made)
    return made


def random_firms(chance: Random, records: dict[str, list[Record]]) -> dict[str, Firm]:
    """The enterprises with what the register may say of their trades."""
    return {
        name: Firm(
            chance.choice((None, [], *(chance.sample(FIELDS[:3], k) for k in (1, 1, 1, 2, 3)))),
            chance.choice((None, *(chance.sample(ROLES, k) for k in (1, 1, 1, 2, 3)))),
            of_firm,
        )
        for name, of_firm in records.items()
    }
