"""Hits and score of one enterprise on a day, with the trace rows that explain it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.oracle.case import (
    KINDS,
    NO_END,
    OracleCase,
    Record,
    centipoints,
    day_after,
    end_of_duration,
    end_of_window,
    term,
)

Row = dict[str, Any]


def new_row(role: str, item_id: str, points: int, **more: Any) -> Row:
    """A row of the trace; columns that are not given are null."""
    row: Row = {"role": role, "item_id": item_id, "raw_centipoints": points, "points_centipoints": points}
    row |= dict.fromkeys(
        ("section", "record_kind", "record_id", "record_no", "event_on", "reason", "stops_counting_on")
    )
    return row | {"value_used": "", "is_counted": True} | more


def citation(dated: dict[str, Any]) -> dict[str, Any]:
    return {"basis": dated["basis"], "confidence": dated["confidence"]}


def record_columns(record: dict[str, Any]) -> dict[str, Any]:
    meaning = KINDS[record["kind"]]
    named = {"record_kind": record["kind"], "record_id": record["record_id"]}
    return named | {"record_no": record[meaning.number], "event_on": record[meaning.event_on]}


def score_on(case: OracleCase, day: date) -> tuple[int, list[Row]]:
    """The score on a day, and its rows."""
    hits = hits_on(case, day)
    rows = [_item_row(case, hit) for hit in hits]
    rows += [row for rule in case.scheme.get("accumulations", ()) for row in _accumulated(case, rule, rows)]
    rows += [row for item in case.scheme["items"] for row in _capped(case, item, rows)]
    rows += [row for section in case.optional("sections") or () for row in _section_limit(case, section, rows)]
    rows += _score_limit(case, rows)
    return centipoints(case.optional("base")) + _sum(rows), rows


def _sum(rows: list[Row]) -> int:
    return sum(row["points_centipoints"] for row in rows)


def _first_stop(rows: list[Row]) -> date | None:
    """The first day on which an adjustment may change: when one of the rows it depends on stops counting."""
    stops = [row["stops_counting_on"] for row in rows if row["is_counted"]]
    return min((stop for stop in stops if stop is not None), default=None)


def _item_row(case: OracleCase, hit: Hit) -> Row:
    return new_row(
        "item",
        hit.item["id"],
        hit.points,
        title=hit.item["title"],
        section=hit.item.get("section"),
        value_used=hit.value_used,
        stops_counting_on=stops_counting_on(case, hit),
        raw_centipoints=hit.raw,
        is_counted=hit.reason is None,
        reason=hit.reason,
        **record_columns(hit.record),
        **citation(hit.item["award"]),
    )


def _accumulated(case: OracleCase, rule: dict[str, Any], rows: list[Row]) -> Iterator[Row]:
    every, points = case.value(rule["every"]), case.value(rule["points"])
    if every is None or points is None:
        return
    counted = [row for row in rows if row["role"] == "item" and row["is_counted"] and row["item_id"] in rule["of"]]
    times = len(counted) // every
    if times > 0:
        more = {"title": rule["title"], "section": rule.get("section"), **citation(rule["points"])}
        more["stops_counting_on"] = _first_stop(counted)
        ordered = sorted(counted, key=lambda row: (row["event_on"], row["record_id"]))
        named = "、".join(row["record_no"] for row in ordered[:10] if row["record_no"] is not None) + (
            "等" if len(ordered) > 10 else ""
        )
        more["value_used"] = f"{len(ordered)}条：{named}"
        yield new_row("accumulation", rule["id"], times * centipoints(points), **more)


def _capped(case: OracleCase, item: dict[str, Any], rows: list[Row]) -> Iterator[Row]:
    cap = case.value(item.get("cap"))
    own = [row for row in rows if row["role"] == "item" and row["item_id"] == item["id"]]
    if cap is not None and abs(_sum(own)) > abs(centipoints(cap)):
        more = {"title": item["title"], "section": item.get("section"), **citation(item["cap"])}
        more["stops_counting_on"] = _first_stop(own)
        yield new_row("cap", item["id"], centipoints(cap) - _sum(own), **more)


def _clipped(value: int, bounds: dict[str, Any]) -> int:
    lowest, highest = bounds.get("lowest"), bounds.get("highest")
    value = value if lowest is None else max(value, centipoints(lowest))
    return value if highest is None else min(value, centipoints(highest))


def _section_limit(case: OracleCase, section: dict[str, Any], rows: list[Row]) -> Iterator[Row]:
    own = [row for row in rows if row["section"] == section["id"]]
    score = centipoints(section["base"]) + _sum(own)
    more = {"title": section["title"], "section": section["id"], **citation(case.scheme["sections"])}
    if _clipped(score, section) != score:
        more["stops_counting_on"] = _first_stop(own)
        yield new_row("section_limit", section["id"], _clipped(score, section) - score, **more)


def _score_limit(case: OracleCase, rows: list[Row]) -> list[Row]:
    limits = case.optional("limits")
    score = centipoints(case.optional("base")) + _sum(rows)
    if limits is None or _clipped(score, limits) == score:
        return []
    more = {"title": "总分上下限调整", "stops_counting_on": _first_stop(rows), **citation(case.scheme["limits"])}
    return [new_row("score_limit", "score", _clipped(score, limits) - score, **more)]


SchemeRule = dict[str, Any]


@dataclass
class Hit:
    """A record that an item applies to. points: what counts, 0 where there is a reason not to count it.

    is_unknown: the record lacks the value that the points depend on, and the scheme gives none for that. is_unprovided:
    the scheme does not say how many points.
    """

    item: SchemeRule
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


def hits_on(case: OracleCase, day: date) -> list[Hit]:
    """Every hit up to `day`, judged on that day, in the order of the items."""
    hits = [hit for item in case.scheme["items"] for hit in _hits_of(case, item, day)]
    for hit in hits:
        hit.reason = _reason(case, hit, day)
    _keep_heaviest(case, [hit for hit in hits if hit.reason is None], day)
    for hit in hits:
        hit.points = decayed_points(case, hit, day) if hit.reason is None else 0
    return hits


def _hits_of(case: OracleCase, item: SchemeRule, day: date) -> list[Hit]:
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
        elif (raw := _raw(award, record[award["of"]])) is not None:
            hits.append(Hit(item, record, raw, f"{award['of']}={record[award['of']]}"))
    return hits


def _raw(award: SchemeRule, amount: int) -> int | None:
    if "per_unit" in award:
        return centipoints(award["per_unit"]) * amount if amount else None
    passed = [step for step in award["brackets"] if step["from"] <= amount]
    return centipoints(passed[-1]["points"]) if passed else None


def may_be_adverse(case: OracleCase, item: SchemeRule) -> bool:
    """Whether any points the item's award can give are a burden."""
    award = case.value(item["award"])
    named = [award.get(name) for name in ("fixed", "per_unit", "when_unknown")]
    steps = [step["points"] for step in award.get("brackets", ())]
    return any(case.is_adverse(centipoints(points)) for points in (*named, *steps) if points is not None)


def revocation_reason(case: OracleCase, record: Record) -> str:
    """The reason code of a revoked record."""
    return "revoked_undated" if case.is_undated(record) else "revoked"


def _reason(case: OracleCase, hit: Hit, day: date) -> str | None:
    if case.is_revoked(hit.record):
        return revocation_reason(case, hit.record)
    if case.is_released(hit.item, hit.record):
        return "released"
    if expiry(case, hit) < day:
        return "expired"
    if window_end(case, hit) < day:
        return "aged_out"
    if hit.is_unprovided:
        return "not_provided"
    return "unknown_amount" if hit.is_unknown else None


def _window(case: OracleCase, hit: Hit) -> SchemeRule:
    own: SchemeRule | None = case.value(hit.item.get("window"))
    whole: SchemeRule = case.optional("window")
    return own or whole


def window_end(case: OracleCase, hit: Hit) -> date:
    return end_of_window(hit.event_on, _window(case, hit))


def expiry(case: OracleCase, hit: Hit) -> date:
    """The last day of the record's own term where the window considers it; else NO_END."""
    has_term = _window(case, hit).get("until_expiry", False)
    return (term(hit.record, "expires_on") if has_term else None) or NO_END


def stops_counting_on(case: OracleCase, hit: Hit) -> date | None:
    """The first day it no longer counts, for whichever reason comes first."""
    revoked_on = term(hit.record, "revoked_on")
    last = min(expiry(case, hit), window_end(case, hit))
    stops = (day_after(last), revoked_on, case.released_on(hit.item, hit.record))
    return min((stop for stop in stops if stop is not None), default=None)


def decay_starts(case: OracleCase, hit: Hit) -> list[tuple[date, int]]:
    """The days from which fewer points count, each with its percentage."""
    steps = case.value(hit.item.get("decay")) or []
    return [(end_of_duration(hit.event_on, step["after"]) + timedelta(days=1), step["percent"]) for step in steps]


def decayed_points(case: OracleCase, hit: Hit, day: date) -> int:
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


def _keep_heaviest(case: OracleCase, hits: list[Hit], day: date) -> None:
    """Of the adverse hits on one act only the heaviest counts."""
    kinds = case.optional("heaviest_per_act") or []
    acts: dict[tuple[str, bool, str], list[Hit]] = {}
    for hit in hits:
        act, record = term(hit.record, "act"), hit.record
        if record["kind"] in kinds and case.is_adverse(hit.raw):
            acts.setdefault((record["kind"], act is None, act or record["record_id"]), []).append(hit)
    order = [item["id"] for item in case.scheme["items"]]
    for same in acts.values():
        same.sort(
            key=lambda hit: (-abs(decayed_points(case, hit, day)), order.index(hit.item["id"]), hit.record["record_id"])
        )
        for hit in same[1:]:
            hit.reason = "lighter_in_act"
