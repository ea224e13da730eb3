"""Small schemes and records for the tests of the rating core, and strategies that make many of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from transforms.policy_model.scheme import Scheme
from transforms.rating import RatingResult, rate_enterprises
from transforms.schemas import KINDS

FIRST = "2015-01-01"


def dated(value: object, basis: str = "第一条", confidence: str = "C", **later: object) -> dict[str, Any]:
    """A dated value from FIRST on; later values as d2026_01_01=value."""
    values = {FIRST: value} | {day[1:].replace("_", "-"): other for day, other in later.items()}
    return {"values": values, "basis": basis, "confidence": confidence}


def item(name: str, when: str, award: Mapping[str, object], kind: str = "penalty", **more: object) -> dict[str, Any]:
    return {"id": name, "title": f"事项 {name}", "kind": kind, "when": when, "award": dated(dict(award)), **more}


def penalty_item(name: str, penalty_kind: str, points: float, **more: object) -> dict[str, Any]:
    return item(name, f"array_contains(penalty_kinds, '{penalty_kind}')", {"fixed": points}, **more)


DEDUCT_TIERS = [
    {"tier": "A", "title": "守信", "from": 9},
    {"tier": "B", "title": "基本守信", "from": 7},
    {"tier": "C", "title": "失信", "from": 4},
    {"tier": "D", "title": "严重失信"},
]
ACCUMULATE_TIERS = [
    {"tier": "A", "title": "守信"},
    {"tier": "B", "title": "基本守信", "from": 1},
    {"tier": "C", "title": "失信", "from": 3},
    {"tier": "D", "title": "严重失信", "from": 6},
]


def scheme(**changes: object) -> Scheme:
    """A scheme of ten points with calendar years, as the oldest municipal ones; fields may be replaced."""
    base: dict[str, Any] = {
        "scheme": "test",
        "title": "测试标准",
        "illustrative": True,
        "mode": "deduct",
        "base": dated(10),
        "window": dated({"calendar_years": 1}),
        "rounding": dated("half_up"),
        "heaviest_per_act": dated(["penalty"]),
        "tiers": dated(DEDUCT_TIERS, basis="等级条"),
        "items": [
            penalty_item("warning", "warning", -0.5),
            penalty_item("fine", "fine", -1),
            penalty_item("confiscation", "confiscation_gains", -2),
            penalty_item("stop_order", "stop_order", -3),
            penalty_item("revoke", "revoke_licence", -10),
        ],
    }
    return Scheme.model_validate(base | changes)


def record(kind: str, record_id: str, enterprise_id: str, event_on: date, **values: object) -> dict[str, Any]:
    number = KINDS[kind].number
    row = {"record_id": record_id, "enterprise_id": enterprise_id, KINDS[kind].event_on: event_on, "version_no": 1}
    received_at = datetime(event_on.year, event_on.month, event_on.day, tzinfo=UTC)
    return {"kind": kind, number: f"文{record_id}", "received_at": received_at, **row, **values}


def penalty(record_id: str, enterprise_id: str, decided_on: date, *kinds: str, **values: object) -> dict[str, Any]:
    act = {"act_no": f"act {record_id}", "penalty_kinds": list(kinds)}
    return record("penalty", record_id, enterprise_id, decided_on, **{**act, **values})


def record_frames(*rows: Mapping[str, Any]) -> dict[str, pl.LazyFrame]:
    """Records by kind, in the shape of their tables."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        kind = KINDS[row["kind"]]
        kinds.setdefault(kind.name, []).append({name: row.get(name) for name in kind.table.schema})
    return {name: pl.DataFrame(many, schema=KINDS[name].table.schema).lazy() for name, many in kinds.items()}


def enterprises(*ids: str) -> pl.LazyFrame:
    return pl.LazyFrame({"enterprise_id": list(ids), "name": [f"企业 {name}" for name in ids]})


def rate_one(of: Scheme, as_of: date, *rows: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The rating and the trace of enterprise E1."""
    result = rate_enterprises(record_frames(*rows), enterprises("E1"), of, as_of)
    return result.ratings.row(0, named=True), result.trace.to_dicts()


def ratings_and_trace(result: RatingResult) -> tuple[pl.DataFrame, pl.DataFrame]:
    return result.ratings, result.trace


# --- strategies -------------------------------------------------------------------------------------------

AS_OF = date(2025, 3, 10)
_SPANS = [{"years": 1}, {"years": 2}, {"months": 3}, {"months": 12}, {"days": 30}, {"days": 365}]
_WINDOWS = [
    {"calendar_years": 1},
    {"calendar_years": 2},
    {"rolling": {"years": 1}},
    {"rolling": {"months": 1}},
    {"rolling": {"days": 100}},
    {"unlimited": True},
]
# Days at which something of the schemes above begins or ends, counted back from AS_OF, and their neighbours.
_EDGES = [0, 1, 29, 30, 31, 69, 99, 100, 101, 364, 365, 366, 434, 435, 729, 730, 731, 800, 1096, 1500]


def days() -> st.SearchStrategy[date]:
    near = st.builds(
        lambda edge, shift: AS_OF - timedelta(days=edge + shift), st.sampled_from(_EDGES), st.integers(-1, 1)
    )
    odd = st.sampled_from(
        [date(2024, 2, 29), date(2024, 12, 31), date(2025, 1, 1), date(2024, 3, 10), date(2023, 1, 31)]
    )
    return near | odd | st.dates(date(2021, 1, 1), date(2025, 8, 1))


_PENALTY_KINDS = ["warning", "fine", "confiscation_gains", "stop_order", "revoke_licence"]


def _penalties(number: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda enterprise_id, day, kinds, act, fen, revoked, until: penalty(
            f"p{number}", enterprise_id, day, *kinds, act_no=act, fine_fen=fen, revoked_on=revoked, valid_until_on=until
        ),
        st.sampled_from(["E1", "E1", "E2"]),
        days(),
        st.lists(st.sampled_from(_PENALTY_KINDS), min_size=1, max_size=3, unique=True),
        st.sampled_from([None, "a1", "a2", f"own {number}"]),
        st.sampled_from([None, 0, 1, 99, 100, 101, 1000]),
        st.none() | days(),
        st.none() | days(),
    )


def _inspections(number: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda enterprise_id, day, major, conclusion: record(
            "inspection", f"i{number}", enterprise_id, day, major_count=major, conclusion=conclusion
        ),
        st.sampled_from(["E1", "E1", "E2"]),
        days(),
        st.sampled_from([None, 0, 1, 2, 3]),
        st.sampled_from(["compliant", "non_compliant", None]),
    )


def _honours(number: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda enterprise_id, day, level, until: record(
            "honour", f"h{number}", enterprise_id, day, level=level, valid_until_on=until
        ),
        st.sampled_from(["E1", "E2"]),
        days(),
        st.sampled_from(["national", "county", None]),
        st.none() | days(),
    )


def _bans(number: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda enterprise_id, day, until: record("person_ban", f"b{number}", enterprise_id, day, ends_on=until),
        st.sampled_from(["E1", "E2"]),
        days(),
        st.none() | days(),
    )


def _decisions(number: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda enterprise_id, day, kind, tier, until: record(
            "decision",
            f"d{number}",
            enterprise_id,
            day,
            decision_no=f"决{number}",
            decision_type=kind,
            tier=tier,
            ends_on=until,
            reason="理由",
        ),
        st.sampled_from(["E1", "E2"]),
        days(),
        st.sampled_from(["hold_tier", "hold_tier", "confirm_tier"]),
        st.sampled_from(["A", "B", "D", None]),
        st.none() | days(),
    )


@st.composite
def record_lists(draw: st.DrawFn, with_decisions: bool = True) -> list[dict[str, Any]]:
    rows = [draw(_penalties(n)) for n in range(draw(st.integers(0, 6)))]
    rows += [draw(_inspections(n)) for n in range(draw(st.integers(0, 3)))]
    rows += [draw(_honours(n)) for n in range(draw(st.integers(0, 2)))]
    rows += [draw(_bans(n)) for n in range(draw(st.integers(0, 1)))]
    if with_decisions:
        rows += [draw(_decisions(n)) for n in range(draw(st.integers(0, 2)))]
    return rows


def _points(worse: int) -> st.SearchStrategy[float]:
    return st.sampled_from([0.5, 1, 1.25, 2, 3.33]).map(lambda points: points * worse)


@st.composite
def _items(draw: st.DrawFn, worse: int, sections: list[str]) -> list[dict[str, Any]]:
    def more(is_bonus: bool = False) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        if draw(st.booleans()):
            window = dict(draw(st.sampled_from(_WINDOWS)), until_expiry=draw(st.booleans()))
            extra["window"] = dated(window)
        if draw(st.booleans()):
            extra["cap"] = dated(draw(_points(-worse if is_bonus else worse)))
        if draw(st.booleans()):
            extra["decay"] = dated(
                [{"after": {"months": 3}, "percent": 50}, {"after": {"years": 1}, "percent": draw(st.integers(0, 49))}]
            )
        if sections:
            extra["section"] = draw(st.sampled_from(sections))
        return extra

    steps = [{"from": 1, "points": worse}, {"from": 100, "points": 2 * worse}, {"from": 1000, "points": 4 * worse}]
    every = [
        penalty_item("warning", "warning", draw(_points(worse)), **more()),
        penalty_item("fine", "fine", draw(_points(worse)), **more()),
        penalty_item("stop_order", "stop_order", draw(_points(worse)), **more()),
        item("fine_size", "true", {"brackets": steps, "of": "fine_fen"}, **more()),
        item("defects", "true", {"per_unit": worse * 0.75, "of": "major_count"}, kind="inspection", **more()),
        item("honour", "level = 'national'", {"fixed": -worse}, kind="honour", **more(is_bonus=True)),
    ]
    return draw(st.lists(st.sampled_from(every), min_size=1, unique_by=lambda one: one["id"]))


@st.composite
def schemes(draw: st.DrawFn, mode: str | None = None) -> Scheme:
    """Schemes of every shape the model can say, in both modes."""
    chosen = mode or draw(st.sampled_from(["deduct", "accumulate"]))
    worse = -1 if chosen == "deduct" else 1
    base = 10 if chosen == "deduct" else 0
    sections = draw(st.sampled_from([[], ["s1", "s2"]]))
    items = draw(_items(worse, sections))
    parts: dict[str, Any] = {
        "mode": chosen,
        "base": dated(base),
        "tiers": dated(DEDUCT_TIERS if chosen == "deduct" else ACCUMULATE_TIERS),
        "window": dated(draw(st.sampled_from(_WINDOWS))),
        "rounding": dated(draw(st.sampled_from(["half_up", "half_even", "towards_zero"]))),
        "items": items,
        "heaviest_per_act": dated(["penalty"]) if draw(st.booleans()) else None,
    }
    if sections:
        bounds = {"s1": {"base": base, "lowest": base - 4, "highest": base + 4}, "s2": {"base": 0}}
        parts["sections"] = dated([{"id": name, "title": name, **bounds[name]} for name in sections])
    if draw(st.booleans()):
        parts["limits"] = dated({"lowest": base - 6, "highest": base + 5})
    if draw(st.booleans()):
        of = [one["id"] for one in items if one["id"] != "honour"] or [items[0]["id"]]
        rule = {"id": "again", "title": "累计", "of": of, "every": dated(2), "points": dated(worse)}
        parts["accumulations"] = [rule | ({"section": "s2"} if sections else {})]
    if draw(st.booleans()):
        parts["direct"] = draw(_directs())
    if draw(st.booleans()):
        parts["best_tier_needs"] = dated(_NEEDS)
    if draw(st.booleans()):
        parts["movement"] = dated({"tiers_per_clean_year": draw(st.integers(1, 2))})
    return scheme(**parts)


_NEEDS = [
    {
        "id": "inspected",
        "title": "检查",
        "kind": "inspection",
        "when": "conclusion = 'compliant'",
        "window": {"rolling": {"years": 1}},
        "at_least": 1,
    },
    {
        "id": "no_stop",
        "title": "无停产",
        "kind": "penalty",
        "when": "array_contains(penalty_kinds, 'stop_order')",
        "window": {"rolling": {"years": 2}, "until_expiry": True},
        "at_most": 0,
    },
]


@st.composite
def _directs(draw: st.DrawFn) -> list[dict[str, Any]]:
    revoke = "array_contains(penalty_kinds, 'revoke_licence')"
    stop = "array_contains(penalty_kinds, 'stop_order')"
    span = {"span": draw(st.sampled_from(_SPANS))}
    return [
        {"id": "revoked", "title": "吊销", "kind": "penalty", "when": revoke, "tier": "D", "lock": dated(span)},
        {"id": "banned", "title": "禁业", "kind": "person_ban", "when": "true", "tier": "D"}
        | {"lock": dated({"until_expiry": True})},
        {"id": "twice", "title": "两次停产", "kind": "penalty", "when": stop, "tier": "C", "lock": dated(span)}
        | {"at_least": 2, "within": draw(st.sampled_from(_SPANS))},
    ]
