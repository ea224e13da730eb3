"""A second opinion on ratings: one enterprise at a time, one record at a time, as naive as can be.

Written from the policy's meaning alone. It shares nothing with the code it judges: no shapes, no dates,
no conditions, no sums.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.oracle.case import Case, Record, centipoints, term
from tests.oracle.days import full_years
from tests.oracle.hits import hits_on, may_be_adverse
from tests.oracle.horizon import next_change, standing_hold
from tests.oracle.placement import (
    Placement,
    direct_rows,
    fallen_to,
    place_on,
    placed,
    score_index,
    tier_names,
    triggers,
)
from tests.oracle.score import score_on


def rate_one(scheme: dict[str, Any], enterprise_id: str, records: list[Record], as_of: date) -> dict[str, Any]:
    """{"rating": fields, "trace": rows} of an enterprise with these records (each with its `kind`)."""
    case = Case(scheme, records, as_of)
    score, rows = score_on(case, as_of)
    by_rules = _moved(case)
    final = _held(case, by_rules)
    names = tier_names(case)
    change_on, why = next_change(case, unclean_days(case), by_rules.decided_by == "movement")
    rating = {
        "enterprise_id": enterprise_id,
        "scheme": scheme["scheme"],
        "tier": names[final.index],
        "tier_index": final.index,
        "score_centipoints": score,
        "base_centipoints": centipoints(case.optional("base")),
        "score_tier": names[score_index(case, score)],
        "decided_by": final.decided_by,
        "decided_by_id": final.decided_by_id,
        "decided_by_basis": final.decided_by_basis,
        "locked_until_on": final.locked_until_on,
        "next_change_on": change_on,
        "next_change_why": why,
    }
    return {"rating": rating, "trace": rows + direct_rows(case)}


def unclean_days(case: Case) -> list[date]:
    """The days up to now with an adverse hit or a direct placement, whatever its window; withdrawn ones are none."""
    days = {
        hit.event_on
        for hit in hits_on(case, case.as_of)
        if (case.is_adverse(hit.raw) or (hit.is_unknown and may_be_adverse(case, hit.item)))
        and case.is_standing(hit.item, hit.record)
    }
    for rule in case.scheme.get("direct", ()):
        days |= {term(record, "event_on") for record in triggers(case, rule, case.as_of)}
    return sorted(days)


def _moved(case: Case) -> Placement:
    """Step 11: from the tier of each unclean day up by full clean years since."""
    now = place_on(case, case.as_of)
    movement = case.optional("movement")
    if movement is None:
        return now
    days = unclean_days(case)
    reached = [fallen_to(case, day) - _climbed(movement, days[i:], case.as_of) for i, day in enumerate(days)]
    if max(reached, default=0) <= now.index:
        return now
    return Placement(max(reached), "movement", "movement", case.scheme["movement"]["basis"])


def _climbed(movement: dict[str, int], days: list[date], as_of: date) -> int:
    pairs = zip(days, [*days[1:], as_of], strict=True)
    return movement["tiers_per_clean_year"] * sum(full_years(first, last) for first, last in pairs)


def _held(case: Case, by_rules: Placement) -> Placement:
    """Step 12: what the office decided stands above every rule; a placement in a worse tier stands above it."""
    hold = standing_hold(case)
    if hold is None:
        return by_rules
    index = tier_names(case).index(hold["tier"])
    if any(place > index for place in placed(case, case.as_of)):
        return by_rules
    return Placement(index, "decision", hold["decision_no"], hold["reason"], hold["ends_on"])
