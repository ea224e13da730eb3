"""Accumulations, caps, section and score limits: adjustments that make the sum exact."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.transforms.rating.rating_examples import (
    ACCUMULATE_TIERS,
    dated,
    item,
    penalty,
    penalty_item,
    rate_one,
    record,
    scheme,
)

_DAY = date(2025, 3, 10)
_NO_ACTS = {"heaviest_per_act": None}


def _fines(count: int, *words: str) -> list[dict[str, Any]]:
    return [penalty(f"p{number}", "E1", _DAY, *(words or ("fine",))) for number in range(count)]


def _adjustments(trace: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(r["role"], r["item_id"], r["points_centipoints"]) for r in trace if r["record_id"] is None]


@pytest.mark.parametrize(("count", "back"), [(1, []), (2, []), (3, [50])])
def test_a_cap_takes_back_what_is_beyond_it(count: int, back: list[int]) -> None:
    of = scheme(items=[penalty_item("fine", "fine", -1, cap=dated(-2 if count < 3 else -2.5, basis="封顶条"))])
    rating, trace = rate_one(of, _DAY, *_fines(count))

    assert _adjustments(trace) == [("cap", "fine", points) for points in back]
    assert rating["score_centipoints"] == 1000 - min(100 * count, 250)
    assert all(row["basis"] == "封顶条" for row in trace if row["role"] == "cap")
    assert all(row["stops_counting_on"] == date(2026, 1, 1) for row in trace)


def test_a_bonus_is_capped_upwards() -> None:
    of = scheme(items=[item("honour", "true", {"fixed": 1}, kind="honour", cap=dated(1.5))], **_NO_ACTS)
    rows = [record("honour", f"h{n}", "E1", _DAY) for n in range(2)]
    rating, trace = rate_one(of, _DAY, *rows)

    assert _adjustments(trace) == [("cap", "honour", -50)]
    assert rating["score_centipoints"] == 1150


@pytest.mark.parametrize(("count", "extra"), [(2, []), (3, [-200]), (4, [-200]), (6, [-400])])
def test_every_so_many_hits_cost_more(count: int, extra: list[int]) -> None:
    rule = {"id": "again", "title": "累计", "of": ["fine", "warning"], "every": dated(3), "points": dated(-2)}
    rows = [penalty("w0", "E1", _DAY, "warning"), *_fines(count - 1)]
    _, trace = rate_one(scheme(accumulations=[rule]), _DAY, *rows)

    assert _adjustments(trace) == [("accumulation", "again", points) for points in extra]


def test_an_accumulation_names_its_records_and_how_many_they_are() -> None:
    rule = {"id": "again", "title": "累计", "of": ["fine", "warning"], "every": dated(2), "points": dated(-2)}
    for count, more in ((3, ""), (12, "等")):
        rows = _fines(count)
        _, trace = rate_one(scheme(accumulations=[rule]), _DAY, *rows)
        numbers = sorted((row["record_no"] for row in trace if row["role"] == "item"), key=lambda no: (len(no), no))
        (row,) = (row for row in trace if row["role"] == "accumulation")
        told, _, named = row["value_used"].partition("：")
        assert told == f"{count}条"
        assert set(named.removesuffix("等").split("、")) <= set(numbers)
        assert named.count("、") == min(count, 10) - 1
        assert named.endswith("等") == bool(more)


def test_what_does_not_count_does_not_accumulate() -> None:
    rule = {"id": "again", "title": "累计", "of": ["fine", "stop_order"], "every": dated(2), "points": dated(-2)}
    lighter = [penalty("p1", "E1", _DAY, "fine", "stop_order")]
    revoked = [penalty("p2", "E1", _DAY, "fine", revoked_on=_DAY)]
    _, trace = rate_one(scheme(accumulations=[rule]), _DAY, *lighter, *revoked)

    assert _adjustments(trace) == []


def _sectioned(**changes: object) -> object:
    parts = [{"id": "s1", "title": "甲", "base": 6, "lowest": 3, "highest": 7}, {"id": "s2", "title": "乙", "base": 4}]
    items = [
        penalty_item("fine", "fine", -1, section="s1"),
        penalty_item("stop_order", "stop_order", -3, section="s2"),
        item("honour", "true", {"fixed": 2}, kind="honour", section="s1"),
    ]
    return scheme(items=items, sections=dated(parts), **changes)


@pytest.mark.parametrize(("count", "back"), [(2, []), (3, []), (4, [100])])
def test_a_section_does_not_fall_below_its_lowest(count: int, back: list[int]) -> None:
    rating, trace = rate_one(_sectioned(), _DAY, *_fines(count), penalty("stop", "E1", _DAY, "stop_order"))

    assert _adjustments(trace) == [("section_limit", "s1", points) for points in back]
    assert rating["score_centipoints"] == 1000 - 300 - min(count, 3) * 100


def test_a_section_does_not_rise_above_its_highest_and_the_rest_is_limited_as_a_whole() -> None:
    of = _sectioned(limits=dated({"highest": 10.5}))
    rating, trace = rate_one(of, _DAY, record("honour", "h1", "E1", _DAY))

    assert _adjustments(trace) == [("section_limit", "s1", -100), ("score_limit", "score", -50)]
    assert rating["score_centipoints"] == 1050


def test_caps_and_accumulations_belong_to_their_section() -> None:
    rule = {"id": "again", "title": "累计", "of": ["fine"], "every": dated(2), "points": dated(-2), "section": "s1"}
    rating, trace = rate_one(_sectioned(accumulations=[rule]), _DAY, *_fines(2))

    assert _adjustments(trace) == [("accumulation", "again", -200), ("section_limit", "s1", 100)]
    assert rating["score_centipoints"] == 700


@pytest.mark.parametrize(("points", "score"), [(-9.99, 1), (-10, 0), (-10.01, 0)])
def test_the_score_keeps_its_lowest(points: float, score: int) -> None:
    of = scheme(items=[penalty_item("fine", "fine", points)], limits=dated({"lowest": 0}))
    rating, trace = rate_one(of, _DAY, *_fines(1))

    assert rating["score_centipoints"] == score
    assert rating["base_centipoints"] + sum(row["points_centipoints"] for row in trace) == score


def test_a_base_beyond_the_limits_is_corrected_without_any_hit() -> None:
    rating, trace = rate_one(scheme(limits=dated({"highest": 9.5})), _DAY)

    assert rating["score_centipoints"] == 950
    assert _adjustments(trace) == [("score_limit", "score", -50)]


@pytest.mark.parametrize(
    ("points", "tier"),
    [(0.99, "A"), (1, "B"), (1.01, "B"), (2.99, "B"), (3, "C"), (5.99, "C"), (6, "D"), (60, "D")],
)
def test_accumulated_points_reach_a_tier_with_its_bound(points: float, tier: str) -> None:
    items = [penalty_item("fine", "fine", points)]
    of = scheme(mode="accumulate", base=dated(0), tiers=dated(ACCUMULATE_TIERS), items=items)

    assert rate_one(of, _DAY, *_fines(1))[0]["tier"] == tier


@pytest.mark.parametrize(
    ("points", "tier"),
    [(-1, "A"), (-1.01, "B"), (-3, "B"), (-3.01, "C"), (-6, "C"), (-6.01, "D"), (-20, "D")],
)
def test_deducted_points_leave_a_tier_below_its_bound(points: float, tier: str) -> None:
    rating, _ = rate_one(scheme(items=[penalty_item("fine", "fine", points)]), _DAY, *_fines(1))

    assert (rating["tier"], rating["score_tier"], rating["decided_by"]) == (tier, tier, "cut_point")
    assert (rating["decided_by_id"], rating["decided_by_basis"]) == (tier, "等级条")


def test_the_worst_of_an_act_is_the_largest_where_points_accumulate() -> None:
    items = [penalty_item("fine", "fine", 1), penalty_item("stop", "stop_order", 3)]
    of = scheme(mode="accumulate", base=dated(0), tiers=dated(ACCUMULATE_TIERS), items=items)
    rating, trace = rate_one(of, _DAY, *_fines(1, "fine", "stop_order"))

    assert rating["score_centipoints"] == 300
    assert [row["reason"] for row in trace] == ["lighter_in_act", None]
