"""From score to tier without the office: cut points, minimum data, direct placement: steps 8 to 10."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.oracle.case import Case, Record, centipoints, term
from tests.oracle.days import FOR_EVER, after, end_of_span, end_of_window
from tests.oracle.hits import revocation
from tests.oracle.score import Row, new_row, of_record, score_on, source

Rule = dict[str, Any]


@dataclass
class Placement:
    """A tier by its place (0 best), and the rule that put the enterprise there."""

    index: int
    decided_by: str
    decided_by_id: str | None
    decided_by_basis: str | None
    locked_until_on: date | None = None


def tier_names(case: Case) -> list[str]:
    return [tier["tier"] for tier in case.optional("tiers")]


def score_index(case: Case, score: int) -> int:
    """Where the cut points put a score; a bound belongs to the tier it opens."""
    tiers = case.optional("tiers")
    reached = [i for i, tier in enumerate(tiers) if tier.get("from") is None or centipoints(tier["from"]) <= score]
    return min(reached) if case.scheme["mode"] == "deduct" else max(reached)


def place_on(case: Case, day: date) -> Placement:
    """The tier on a day by score, needs and direct placement."""
    placement = _by_score(case, day)
    failed = [need for need in case.optional("best_tier_needs") or () if not _is_satisfied(case, need, day)]
    if placement.index == 0 and failed:
        placement = Placement(1, "minimum_data", failed[0]["id"], case.scheme["best_tier_needs"]["basis"])
    return _placed_directly(case, placement, day)


def fallen_to(case: Case, day: date) -> int:
    """The tier on a past day as movement sees it: by score and direct placement; lacking data is no fall."""
    return _placed_directly(case, _by_score(case, day), day).index


def _by_score(case: Case, day: date) -> Placement:
    score, _ = score_on(case, day)
    index = score_index(case, score)
    return Placement(index, "cut_point", tier_names(case)[index], case.scheme["tiers"]["basis"])


def _is_satisfied(case: Case, need: Rule, day: date) -> bool:
    count = sum(end >= day for end in need_ends(case, need, day))
    return bool(count >= need["at_least"] if "at_least" in need else count <= need["at_most"])


def need_ends(case: Case, need: Rule, day: date) -> list[date]:
    """The last day in the need's window of every record it looks at."""
    heeds = need["window"].get("until_expiry", False)
    return [
        min(end_of_window(term(record, "event_on"), need["window"]), (heeds and term(record, "expires_on")) or FOR_EVER)
        for record in case.matching(need, day)
        if not case.is_revoked(record)
    ]


def placed(case: Case, day: date) -> list[int]:
    """The tiers in which a record places directly on a day."""
    names = tier_names(case)
    return [
        names.index(rule["tier"])
        for rule in case.scheme.get("direct", ())
        for record in triggers(case, rule, day)
        if day <= lock_end(case, rule, record)
    ]


def _placed_directly(case: Case, so_far: Placement, day: date) -> Placement:
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
    until = None if latest == FOR_EVER else latest
    return Placement(worst, "direct", rule["id"], rule["lock"]["basis"], until)


def triggers(case: Case, rule: Rule, day: date) -> list[Record]:
    """The unrevoked records that place directly: enough of their like lie within the span before each."""
    if case.value(rule["lock"]) is None:
        return []
    standing = [record for record in case.matching(rule, day) if case.is_standing(rule, record)]
    return [record for record in standing if _like(rule, record, standing) >= rule.get("at_least", 1)]


def _like(rule: Rule, record: Record, standing: list[Record]) -> int:
    """How many lie within the span up to this record, itself included."""
    last = term(record, "event_on")
    earlier = [term(other, "event_on") for other in standing if term(other, "event_on") <= last]
    return sum("within" not in rule or end_of_span(day, rule["within"]) >= last for day in earlier)


def lock_end(case: Case, rule: Rule, record: Record) -> date:
    lock = case.value(rule["lock"])
    if lock.get("while_listed") and record.get("stands_until_on"):
        last: date = record["stands_until_on"]
        return last
    if lock.get("while_listed") and "span" not in lock:
        return FOR_EVER
    if "span" in lock:
        return end_of_span(term(record, "event_on"), lock["span"])
    ends_on: date | None = term(record, "expires_on")
    return ends_on or FOR_EVER


def direct_rows(case: Case) -> list[Row]:
    """A row for every record that places directly, did so, or would have but for its revocation or release."""
    return [
        _direct_row(case, rule, record)
        for rule in case.scheme.get("direct", ())
        if case.value(rule["lock"]) is not None
        for record in case.matching(rule, case.as_of)
        if _has_row(case, rule, record)
    ]


def _has_row(case: Case, rule: Rule, record: Record) -> bool:
    standing = triggers(case, rule, case.as_of)
    if case.is_standing(rule, record):
        return any(other is record for other in standing)
    others = [other for other in case.matching(rule, case.as_of) if case.is_standing(rule, other)]
    return bool(_like(rule, record, [*others, record]) >= rule.get("at_least", 1))


def _direct_row(case: Case, rule: Rule, record: Record) -> Row:
    end = lock_end(case, rule, record)
    reason = "aged_out" if end < case.as_of else None
    reason = "released" if case.is_released(rule, record) else reason
    reason = revocation(case, record) if case.is_revoked(record) else reason
    days = (after(end), term(record, "revoked_on"), case.released_on(rule, record))
    stops = [day for day in days if day is not None]
    more: Row = {"title": rule["title"], "is_counted": reason is None, "reason": reason}
    more["stops_counting_on"] = min(stops, default=None)
    return new_row("direct", rule["id"], 0, **more, **of_record(record), **source(rule["lock"]))
