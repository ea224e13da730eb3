"""The next day on which something may change by itself: step 13, every candidate it names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.oracle.case import Case, Record, change_days, term
from tests.oracle.days import DAY, FOR_EVER, end_of_span
from tests.oracle.hits import decay_starts, expiry_of, hits_on, window_end_of
from tests.oracle.placement import lock_end, need_ends, tier_names, triggers

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


def next_change(case: Case, unclean: list[date], is_moving: bool) -> tuple[date | None, str | None]:
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
    if day != FOR_EVER:
        yield day + DAY


def _of_hits(case: Case) -> Iterator[Candidate]:
    for hit in hits_on(case, case.as_of):
        if hit.reason in (None, "lighter_in_act"):
            last = min(window_end_of(case, hit), expiry_of(case, hit))
            yield from ((day, "aged_out") for day in _after(last))
            yield from ((day, "decayed") for day, _ in decay_starts(case, hit))
        elif hit.reason in ("unknown_amount", "not_provided"):
            last = min(window_end_of(case, hit), expiry_of(case, hit))
            yield from ((day, "aged_out") for day in _after(last))
        elif hit.reason == "aged_out":  # its own term may still run out: then that is the reason
            yield from ((day, "aged_out") for day in _after(expiry_of(case, hit)))


def _used_kinds(case: Case) -> set[str]:
    """The kinds of the rules that exist on the day: an ended award or lock leaves none."""
    items = [item for item in case.scheme["items"] if case.value(item["award"]) is not None]
    directs = [rule for rule in case.scheme.get("direct", ()) if case.value(rule["lock"]) is not None]
    return {rule["kind"] for rule in [*items, *directs, *(case.optional("best_tier_needs") or ())]}


def _released_kinds(case: Case) -> set[str]:
    """The kinds of the rules that heed a repair or early removal on the day."""
    items = [item for item in case.scheme["items"] if case.value(item["award"]) is not None]
    directs = [rule for rule in case.scheme.get("direct", ()) if case.value(rule["lock"]) is not None]
    listing = {rule["kind"] for rule in directs if case.value(rule["lock"]).get("while_listed")}
    return listing | {rule["kind"] for rule in [*items, *directs] if case.value(rule.get("until_released"))}


def _of_records(case: Case) -> Iterator[Candidate]:
    for record in case.records:
        if record["kind"] in _used_kinds(case):
            days = {"new_record": term(record, "event_on"), "revocation": term(record, "revoked_on")}
            yield from ((day, cause) for cause, day in days.items() if day is not None)
        if record["kind"] in _released_kinds(case) and record.get("released_on"):
            yield record["released_on"], "repair"


def _of_directs(case: Case) -> Iterator[Candidate]:
    for rule in case.scheme.get("direct", ()):
        for record in triggers(case, rule, case.as_of):
            yield from ((day, "lock_ended") for day in _after(lock_end(case, rule, record)))


def _of_needs(case: Case) -> Iterator[Candidate]:
    for need in case.optional("best_tier_needs") or ():
        for end in need_ends(case, need, case.as_of):
            yield from ((day, "aged_out") for day in _after(end))


def holds(case: Case) -> list[Record]:
    """The office's decisions that hold a tier, of any time."""
    names: list[Any] = tier_names(case)
    return [
        record
        for record in case.records
        if record["kind"] == "decision" and record["decision_type"] == "hold_tier" and record["tier"] in names
    ]


def standing_hold(case: Case) -> Record | None:
    """The latest of the decisions in force on the day."""
    standing = [one for one in holds(case) if one["decided_on"] <= case.as_of <= (one["ends_on"] or FOR_EVER)]
    return max(standing, key=lambda one: (one["decided_on"], one["decision_no"]), default=None)


def _of_decisions(case: Case) -> Iterator[Candidate]:
    yield from ((hold["decided_on"], "decision") for hold in holds(case))
    standing = standing_hold(case)
    if standing is not None and standing["ends_on"] is not None:
        yield standing["ends_on"] + DAY, "decision"


def _next_clean_year(last_unclean: date, as_of: date) -> date:
    years = 1
    while end_of_span(last_unclean, {"years": years}) + DAY <= as_of:
        years += 1
    return end_of_span(last_unclean, {"years": years}) + DAY
