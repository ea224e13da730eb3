"""An independent implementation of ratings: one enterprise at a time, one record at a time, as simple as possible.

Written from the meaning of the policy. It shares no code with the ratings it is compared with: no schemas, dates,
conditions or sums.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.oracle.case import (
    NO_END,
    ONE_DAY,
    OracleCase,
    Record,
    centipoints,
    change_days,
    day_after,
    end_of_duration,
    end_of_window,
    full_years,
    term,
)
from tests.oracle.score import (
    Row,
    citation,
    decay_starts,
    expiry,
    hits_on,
    may_be_adverse,
    new_row,
    record_columns,
    revocation_reason,
    score_on,
    window_end,
)


def rate_one(scheme: dict[str, Any], enterprise_id: str, records: list[Record], as_of: date) -> dict[str, Any]:
    """{"rating": fields, "trace": rows} of an enterprise with these records (each with its `kind`)."""
    case = OracleCase(scheme, records, as_of)
    score, rows = score_on(case, as_of)
    by_rules = _with_movement(case)
    final = _with_hold(case, by_rules)
    names = tier_names(case)
    change_on, why = next_change(case, unclean_days(case), by_rules.decided_by == "movement")
    rating = {
        "enterprise_id": enterprise_id,
        "scheme": scheme["scheme"],
        "tier": names[final.index],
        "tier_index": final.index,
        "score_centipoints": score,
        "base_centipoints": centipoints(case.optional("base")),
        "score_tier": names[tier_of_score(case, score)],
        "decided_by": final.decided_by,
        "decided_by_id": final.decided_by_id,
        "decided_by_basis": final.decided_by_basis,
        "locked_until_on": final.locked_until_on,
        "next_change_on": change_on,
        "next_change_why": why,
    }
    return {"rating": rating, "trace": rows + direct_rows(case)}


def unclean_days(case: OracleCase) -> list[date]:
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


def _with_movement(case: OracleCase) -> Placement:
    """Step 11: the tier of each unclean day, raised by the full clean years since."""
    now = placement_on(case, case.as_of)
    movement = case.optional("movement")
    if movement is None:
        return now
    days = unclean_days(case)
    reached = [past_tier(case, day) - _regained(movement, days[i:], case.as_of) for i, day in enumerate(days)]
    if max(reached, default=0) <= now.index:
        return now
    return Placement(max(reached), "movement", "movement", case.scheme["movement"]["basis"])


def _regained(movement: dict[str, int], days: list[date], as_of: date) -> int:
    pairs = zip(days, [*days[1:], as_of], strict=True)
    return movement["tiers_per_clean_year"] * sum(full_years(first, last) for first, last in pairs)


def _with_hold(case: OracleCase, by_rules: Placement) -> Placement:
    """Step 12: a decision of the office overrides every rule but a direct placement in a worse tier."""
    hold = hold_in_force(case)
    if hold is None:
        return by_rules
    index = tier_names(case).index(hold["tier"])
    if any(place > index for place in direct_tiers(case, case.as_of)):
        return by_rules
    return Placement(index, "decision", hold["decision_no"], hold["reason"], hold["ends_on"])


SchemeRule = dict[str, Any]


@dataclass
class Placement:
    """A tier by its place (0 best), and the rule that put the enterprise there."""

    index: int
    decided_by: str
    decided_by_id: str | None
    decided_by_basis: str | None
    locked_until_on: date | None = None


def tier_names(case: OracleCase) -> list[str]:
    return [tier["tier"] for tier in case.optional("tiers")]


def tier_of_score(case: OracleCase, score: int) -> int:
    """Where the cut points put a score; a bound belongs to the tier it opens."""
    tiers = case.optional("tiers")
    reached = [i for i, tier in enumerate(tiers) if tier.get("from") is None or centipoints(tier["from"]) <= score]
    return min(reached) if case.scheme["mode"] == "deduct" else max(reached)


def placement_on(case: OracleCase, day: date) -> Placement:
    """The tier on a day by score, needs and direct placement."""
    placement = _by_score(case, day)
    failed = [need for need in case.optional("best_tier_needs") or () if not _is_satisfied(case, need, day)]
    if placement.index == 0 and failed:
        placement = Placement(1, "minimum_data", failed[0]["id"], case.scheme["best_tier_needs"]["basis"])
    return _placed_directly(case, placement, day)


def past_tier(case: OracleCase, day: date) -> int:
    """The tier on a past day as movement sees it: by score and direct placement; lacking data is no fall."""
    return _placed_directly(case, _by_score(case, day), day).index


def _by_score(case: OracleCase, day: date) -> Placement:
    score, _ = score_on(case, day)
    index = tier_of_score(case, score)
    return Placement(index, "cut_point", tier_names(case)[index], case.scheme["tiers"]["basis"])


def _is_satisfied(case: OracleCase, need: SchemeRule, day: date) -> bool:
    count = sum(end >= day for end in need_ends(case, need, day))
    return bool(count >= need["at_least"] if "at_least" in need else count <= need["at_most"])


def need_ends(case: OracleCase, need: SchemeRule, day: date) -> list[date]:
    """The last day in the need's window of every record it looks at."""
    has_term = need["window"].get("until_expiry", False)
    return [
        min(
            end_of_window(term(record, "event_on"), need["window"]), (has_term and term(record, "expires_on")) or NO_END
        )
        for record in case.matching(need, day)
        if not case.is_revoked(record)
    ]


def direct_tiers(case: OracleCase, day: date) -> list[int]:
    """The tiers in which a record places directly on a day."""
    names = tier_names(case)
    return [
        names.index(rule["tier"])
        for rule in case.scheme.get("direct", ())
        for record in triggers(case, rule, day)
        if day <= lock_end(case, rule, record)
    ]


def _placed_directly(case: OracleCase, so_far: Placement, day: date) -> Placement:
    names = tier_names(case)
    holding = [
        (names.index(rule["tier"]), lock_end(case, rule, record), rule)
        for rule in case.scheme.get("direct", ())
        for record in triggers(case, rule, day)
        if day <= lock_end(case, rule, record)
    ]
    worst = max((index for index, _, _ in holding), default=-1)
    if worst <= so_far.index:
        return so_far
    latest = max(end for index, end, _ in holding if index == worst)
    rule = next(rule for index, end, rule in holding if (index, end) == (worst, latest))
    until = None if latest == NO_END else latest
    return Placement(worst, "direct", rule["id"], rule["lock"]["basis"], until)


def triggers(case: OracleCase, rule: SchemeRule, day: date) -> list[Record]:
    """The unrevoked records that place directly: enough of their like lie within the span before each."""
    if case.value(rule["lock"]) is None:
        return []
    counting = [record for record in case.matching(rule, day) if case.is_standing(rule, record)]
    return [record for record in counting if _count_within(rule, record, counting) >= rule.get("at_least", 1)]


def _count_within(rule: SchemeRule, record: Record, counting: list[Record]) -> int:
    """How many lie within the span up to this record, itself included."""
    last = term(record, "event_on")
    earlier = [term(other, "event_on") for other in counting if term(other, "event_on") <= last]
    return sum("within" not in rule or end_of_duration(day, rule["within"]) >= last for day in earlier)


def lock_end(case: OracleCase, rule: SchemeRule, record: Record) -> date:
    lock = case.value(rule["lock"])
    if lock.get("while_listed") and record.get("stands_until_on"):
        last: date = record["stands_until_on"]
        return last
    if lock.get("while_listed") and "span" not in lock:
        return NO_END
    if "span" in lock:
        return end_of_duration(term(record, "event_on"), lock["span"])
    ends_on: date | None = term(record, "expires_on")
    return ends_on or NO_END


def direct_rows(case: OracleCase) -> list[Row]:
    """A row for every record that places directly, did so, or would have but for its revocation or release."""
    return [
        _direct_row(case, rule, record)
        for rule in case.scheme.get("direct", ())
        if case.value(rule["lock"]) is not None
        for record in case.matching(rule, case.as_of)
        if _has_row(case, rule, record)
    ]


def _has_row(case: OracleCase, rule: SchemeRule, record: Record) -> bool:
    counting = triggers(case, rule, case.as_of)
    if case.is_standing(rule, record):
        return any(other is record for other in counting)
    others = [other for other in case.matching(rule, case.as_of) if case.is_standing(rule, other)]
    return bool(_count_within(rule, record, [*others, record]) >= rule.get("at_least", 1))


def _direct_row(case: OracleCase, rule: SchemeRule, record: Record) -> Row:
    end = lock_end(case, rule, record)
    reason = "aged_out" if end < case.as_of else None
    reason = "released" if case.is_released(rule, record) else reason
    reason = revocation_reason(case, record) if case.is_revoked(record) else reason
    days = (day_after(end), term(record, "revoked_on"), case.released_on(rule, record))
    stops = [day for day in days if day is not None]
    more: Row = {"title": rule["title"], "is_counted": reason is None, "reason": reason}
    more["stops_counting_on"] = min(stops, default=None)
    return new_row("direct", rule["id"], 0, **more, **record_columns(record), **citation(rule["lock"]))


Candidate = tuple[date, str]

# Which cause is named where several fall on one day: the one that weighs most.
CAUSES = (
    "decision",
    "policy",
    "revocation",
    "repair",
    "correction",
    "new_record",
    "lock_ended",
    "aged_out",
    "decayed",
    "movement",
)


def next_change(case: OracleCase, unclean: list[date], is_moving: bool) -> tuple[date | None, str | None]:
    """The smallest candidate after the day of the rating, and its cause; None where nothing will change."""
    found = [*_of_hits(case), *_of_records(case), *_of_directs(case), *_of_needs(case), *_of_decisions(case)]
    found += [(day, "policy") for day in change_days(case.scheme)]
    if is_moving:
        found.append((_next_clean_year(unclean[-1], case.as_of), "movement"))
    later = [(day, CAUSES.index(cause)) for day, cause in found if day > case.as_of]
    if not later:
        return None, None
    day, cause = min(later)
    return day, CAUSES[cause]


def _after(day: date) -> Iterator[date]:
    if day != NO_END:
        yield day + ONE_DAY


def _of_hits(case: OracleCase) -> Iterator[Candidate]:
    for hit in hits_on(case, case.as_of):
        if hit.reason in (None, "lighter_in_act"):
            last = min(window_end(case, hit), expiry(case, hit))
            yield from ((day, "aged_out") for day in _after(last))
            yield from ((day, "decayed") for day, _ in decay_starts(case, hit))
        elif hit.reason in ("unknown_amount", "not_provided"):
            last = min(window_end(case, hit), expiry(case, hit))
            yield from ((day, "aged_out") for day in _after(last))
        elif hit.reason == "aged_out":  # its own term may still run out: then that is the reason
            yield from ((day, "aged_out") for day in _after(expiry(case, hit)))


def _used_kinds(case: OracleCase) -> set[str]:
    """The kinds of the rules that exist on the day: an ended award or lock leaves none."""
    items = [item for item in case.scheme["items"] if case.value(item["award"]) is not None]
    directs = [rule for rule in case.scheme.get("direct", ()) if case.value(rule["lock"]) is not None]
    return {rule["kind"] for rule in [*items, *directs, *(case.optional("best_tier_needs") or ())]}


def _released_kinds(case: OracleCase) -> set[str]:
    """The kinds of the rules for which a repair or early removal matters on the day."""
    items = [item for item in case.scheme["items"] if case.value(item["award"]) is not None]
    directs = [rule for rule in case.scheme.get("direct", ()) if case.value(rule["lock"]) is not None]
    listing = {rule["kind"] for rule in directs if case.value(rule["lock"]).get("while_listed")}
    return listing | {rule["kind"] for rule in [*items, *directs] if case.value(rule.get("until_released"))}


def _of_records(case: OracleCase) -> Iterator[Candidate]:
    for record in case.records:
        if record["kind"] in _used_kinds(case):
            days = {"new_record": term(record, "event_on"), "revocation": term(record, "revoked_on")}
            yield from ((day, cause) for cause, day in days.items() if day is not None)
        if record["kind"] in _released_kinds(case) and record.get("released_on"):
            yield record["released_on"], "repair"


def _of_directs(case: OracleCase) -> Iterator[Candidate]:
    for rule in case.scheme.get("direct", ()):
        for record in triggers(case, rule, case.as_of):
            yield from ((day, "lock_ended") for day in _after(lock_end(case, rule, record)))


def _of_needs(case: OracleCase) -> Iterator[Candidate]:
    for need in case.optional("best_tier_needs") or ():
        for end in need_ends(case, need, case.as_of):
            yield from ((day, "aged_out") for day in _after(end))


def tier_holds(case: OracleCase) -> list[Record]:
    """The office's decisions that hold a tier, of any time."""
    names: list[Any] = tier_names(case)
    return [
        record
        for record in case.records
        if record["kind"] == "decision" and record["decision_type"] == "hold_tier" and record["tier"] in names
    ]


def hold_in_force(case: OracleCase) -> Record | None:
    """The latest of the decisions in force on the day."""
    in_force = [one for one in tier_holds(case) if one["decided_on"] <= case.as_of <= (one["ends_on"] or NO_END)]
    return max(in_force, key=lambda one: (one["decided_on"], one["decision_no"]), default=None)


def _of_decisions(case: OracleCase) -> Iterator[Candidate]:
    yield from ((hold["decided_on"], "decision") for hold in tier_holds(case))
    in_force = hold_in_force(case)
    if in_force is not None and in_force["ends_on"] is not None:
        yield in_force["ends_on"] + ONE_DAY, "decision"


def _next_clean_year(last_unclean: date, as_of: date) -> date:
    years = 1
    while end_of_duration(last_unclean, {"years": years}) + ONE_DAY <= as_of:
        years += 1
    return end_of_duration(last_unclean, {"years": years}) + ONE_DAY
