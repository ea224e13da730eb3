"""From hits to a score with the rows that explain it: steps 4 to 7."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.oracle.case import KINDS, Case, centipoints
from tests.oracle.hits import Hit, hits_on, stops_counting_on

Row = dict[str, Any]


def new_row(role: str, item_id: str, points: int, **more: Any) -> Row:
    """A row of the trace; what it is not told is null."""
    row: Row = {"role": role, "item_id": item_id, "raw_centipoints": points, "points_centipoints": points}
    row |= dict.fromkeys(
        ("section", "record_kind", "record_id", "record_no", "event_on", "reason", "stops_counting_on")
    )
    return row | {"value_used": "", "is_counted": True} | more


def source(dated: dict[str, Any]) -> dict[str, Any]:
    return {"basis": dated["basis"], "confidence": dated["confidence"]}


def of_record(record: dict[str, Any]) -> dict[str, Any]:
    meaning = KINDS[record["kind"]]
    named = {"record_kind": record["kind"], "record_id": record["record_id"]}
    return named | {"record_no": record[meaning.number], "event_on": record[meaning.event_on]}


def score_on(case: Case, day: date) -> tuple[int, list[Row]]:
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
    """When an adjustment may first stand otherwise: as soon as one of the rows it rests on stops counting."""
    stops = [row["stops_counting_on"] for row in rows if row["is_counted"]]
    return min((stop for stop in stops if stop is not None), default=None)


def _item_row(case: Case, hit: Hit) -> Row:
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
        **of_record(hit.record),
        **source(hit.item["award"]),
    )


def _accumulated(case: Case, rule: dict[str, Any], rows: list[Row]) -> Iterator[Row]:
    every, points = case.value(rule["every"]), case.value(rule["points"])
    if every is None or points is None:
        return
    counted = [row for row in rows if row["role"] == "item" and row["is_counted"] and row["item_id"] in rule["of"]]
    times = len(counted) // every
    if times > 0:
        more = {"title": rule["title"], "section": rule.get("section"), **source(rule["points"])}
        more["stops_counting_on"] = _first_stop(counted)
        ordered = sorted(counted, key=lambda row: (row["event_on"], row["record_id"]))
        named = "、".join(row["record_no"] for row in ordered[:10] if row["record_no"] is not None) + (
            "等" if len(ordered) > 10 else ""
        )
        more["value_used"] = f"{len(ordered)}条：{named}"
        yield new_row("accumulation", rule["id"], times * centipoints(points), **more)


def _capped(case: Case, item: dict[str, Any], rows: list[Row]) -> Iterator[Row]:
    cap = case.value(item.get("cap"))
    own = [row for row in rows if row["role"] == "item" and row["item_id"] == item["id"]]
    if cap is not None and abs(_sum(own)) > abs(centipoints(cap)):
        more = {"title": item["title"], "section": item.get("section"), **source(item["cap"])}
        more["stops_counting_on"] = _first_stop(own)
        yield new_row("cap", item["id"], centipoints(cap) - _sum(own), **more)


def _clipped(value: int, bounds: dict[str, Any]) -> int:
    lowest, highest = bounds.get("lowest"), bounds.get("highest")
    value = value if lowest is None else max(value, centipoints(lowest))
    return value if highest is None else min(value, centipoints(highest))


def _section_limit(case: Case, section: dict[str, Any], rows: list[Row]) -> Iterator[Row]:
    own = [row for row in rows if row["section"] == section["id"]]
    score = centipoints(section["base"]) + _sum(own)
    more = {"title": section["title"], "section": section["id"], **source(case.scheme["sections"])}
    if _clipped(score, section) != score:
        more["stops_counting_on"] = _first_stop(own)
        yield new_row("section_limit", section["id"], _clipped(score, section) - score, **more)


def _score_limit(case: Case, rows: list[Row]) -> list[Row]:
    limits = case.optional("limits")
    score = centipoints(case.optional("base")) + _sum(rows)
    if limits is None or _clipped(score, limits) == score:
        return []
    more = {"title": "总分上下限调整", "stops_counting_on": _first_stop(rows), **source(case.scheme["limits"])}
    return [new_row("score_limit", "score", _clipped(score, limits) - score, **more)]
