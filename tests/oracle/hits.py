"""Which records hit which items, for how much, and why some do not count: steps 1 to 3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.oracle.case import Case, Record, centipoints, term
from tests.oracle.days import FOR_EVER, after, end_of_span, end_of_window

Rule = dict[str, Any]


@dataclass
class Hit:
    """A record under an item; points are what counts, 0 where a reason stands against it.

    is_unknown: the scheme gives no points because the record does not tell the value they go by. is_unprovided: it
    gives none because it does not say how many.
    """

    item: Rule
    record: Record
    raw: int
    value_used: str
    is_unknown: bool = False
    is_unprovided: bool = False
    points: int = 0
    reason: str | None = None

    @property
    def event_on(self) -> date:
        day: date = term(self.record, "event_on")
        return day


def hits_on(case: Case, day: date) -> list[Hit]:
    """Every hit up to `day`, judged on that day, in the order of the items."""
    hits = [hit for item in case.scheme["items"] for hit in _hits_of(case, item, day)]
    for hit in hits:
        hit.reason = _reason(case, hit, day)
    _keep_heaviest(case, [hit for hit in hits if hit.reason is None], day)
    for hit in hits:
        hit.points = decayed(case, hit, day) if hit.reason is None else 0
    return hits


def _hits_of(case: Case, item: Rule, day: date) -> list[Hit]:
    award = case.value(item["award"])
    if award is None:
        return []
    hits = []
    for record in case.matching(item, day):
        if "unprovided" in award:
            hits.append(Hit(item, record, 0, "", is_unprovided=True))
        elif "fixed" in award:
            hits.append(Hit(item, record, centipoints(award["fixed"]), ""))
        elif record[award["of"]] is None:
            given = award.get("when_unknown")
            points = 0 if given is None else centipoints(given)
            hits.append(Hit(item, record, points, f"{award['of']}=?", is_unknown=given is None))
        elif (points := _raw(award, record[award["of"]])) is not None:
            hits.append(Hit(item, record, points, f"{award['of']}={record[award['of']]}"))
    return hits


def _raw(award: Rule, amount: int) -> int | None:
    if "per_unit" in award:
        return centipoints(award["per_unit"]) * amount if amount else None
    passed = [step for step in award["brackets"] if step["from"] <= amount]
    return centipoints(passed[-1]["points"]) if passed else None


def may_be_adverse(case: Case, item: Rule) -> bool:
    """Whether any points the item's award can give are a burden."""
    award = case.value(item["award"])
    named = [award.get(name) for name in ("fixed", "per_unit", "when_unknown")]
    steps = [step["points"] for step in award.get("brackets", ())]
    return any(case.is_adverse(centipoints(points)) for points in (*named, *steps) if points is not None)


def revocation(case: Case, record: Record) -> str:
    """The reason told of a revoked record."""
    return "revoked_undated" if case.is_undated(record) else "revoked"


def _reason(case: Case, hit: Hit, day: date) -> str | None:
    if case.is_revoked(hit.record):
        return revocation(case, hit.record)
    if case.is_released(hit.item, hit.record):
        return "released"
    if expiry_of(case, hit) < day:
        return "expired"
    if window_end_of(case, hit) < day:
        return "aged_out"
    if hit.is_unprovided:
        return "not_provided"
    return "unknown_amount" if hit.is_unknown else None


def _window(case: Case, hit: Hit) -> Rule:
    own: Rule | None = case.value(hit.item.get("window"))
    whole: Rule = case.optional("window")
    return own or whole


def window_end_of(case: Case, hit: Hit) -> date:
    return end_of_window(hit.event_on, _window(case, hit))


def expiry_of(case: Case, hit: Hit) -> date:
    """The last day of the record's own term where the window heeds it; FOR_EVER otherwise."""
    heeds = _window(case, hit).get("until_expiry", False)
    return (term(hit.record, "expires_on") if heeds else None) or FOR_EVER


def stops_counting_on(case: Case, hit: Hit) -> date | None:
    """The first day it no longer counts, for whichever reason comes first."""
    revoked_on = term(hit.record, "revoked_on")
    last = min(expiry_of(case, hit), window_end_of(case, hit))
    stops = (after(last), revoked_on, case.released_on(hit.item, hit.record))
    return min((stop for stop in stops if stop is not None), default=None)


def decay_starts(case: Case, hit: Hit) -> list[tuple[date, int]]:
    """The days from which fewer points count, each with its percentage."""
    steps = case.value(hit.item.get("decay")) or []
    return [(end_of_span(hit.event_on, step["after"]) + timedelta(days=1), step["percent"]) for step in steps]


def decayed(case: Case, hit: Hit, day: date) -> int:
    passed = [percent for start, percent in decay_starts(case, hit) if start <= day]
    return rounded(hit.raw * passed[-1], case.optional("rounding")) if passed else hit.raw


def rounded(hundredths: int, how: str) -> int:
    """hundredths / 100 as a whole number, halves by `how`; the sign of points never matters to a rounding."""
    whole, rest = divmod(abs(hundredths), 100)
    if how == "half_up" and rest >= 50:
        whole += 1
    if how == "half_even" and (rest > 50 or (rest == 50 and whole % 2 == 1)):
        whole += 1
    return whole if hundredths >= 0 else -whole


def _keep_heaviest(case: Case, hits: list[Hit], day: date) -> None:
    """Of the adverse hits on one act only the heaviest keeps counting."""
    kinds = case.optional("heaviest_per_act") or []
    acts: dict[tuple[str, bool, str], list[Hit]] = {}
    for hit in hits:
        act, record = term(hit.record, "act"), hit.record
        if record["kind"] in kinds and case.is_adverse(hit.raw):
            acts.setdefault((record["kind"], act is None, act or record["record_id"]), []).append(hit)
    order = [item["id"] for item in case.scheme["items"]]
    for same in acts.values():
        same.sort(key=lambda hit: (-abs(decayed(case, hit, day)), order.index(hit.item["id"]), hit.record["record_id"]))
        for hit in same[1:]:
            hit.reason = "lighter_in_act"
