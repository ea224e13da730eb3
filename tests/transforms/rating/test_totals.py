"""Which hits count, how much, and how their sums are bounded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
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
from transforms.policy_model.document import PolicyGap
from transforms.rating.totals import percent_of

_DAY = date(2025, 3, 10)

_FINE = penalty_item("fine", "fine", -1)


def _only(as_of: date, *, fields: dict[str, object] | None = None, **changes: object) -> dict[str, object]:
    """The one trace row of one fine of _DAY under one item."""
    award = scheme(**{"items": [_FINE], "heaviest_per_act": None, **changes})
    _, trace = rate_one(award, as_of, penalty("p1", "E1", _DAY, "fine", **(fields or {})))
    (row,) = trace
    return row


def test_one_act_with_fine_and_confiscation_counts_the_heavier() -> None:
    rating, trace = rate_one(scheme(), date(2025, 6, 1), penalty("p1", "E1", _DAY, "fine", "confiscation_gains"))

    assert (rating["score_centipoints"], rating["tier"]) == (800, "B")
    assert [(row["item_id"], row["points_centipoints"], row["reason"]) for row in trace] == [
        ("fine", 0, "lighter_in_act"),
        ("confiscation", -200, None),
    ]


def test_separate_acts_count_each() -> None:
    acts = [penalty("p1", "E1", _DAY, "fine"), penalty("p2", "E1", _DAY, "confiscation_gains")]
    rating, _ = rate_one(scheme(), date(2025, 6, 1), *acts)
    warned, _ = rate_one(scheme(), date(2025, 6, 1), *acts, penalty("p3", "E1", _DAY, "warning"))

    assert (rating["score_centipoints"], rating["tier"]) == (700, "B")
    assert (warned["score_centipoints"], warned["tier"]) == (650, "C")


def test_of_equals_in_an_act_the_first_item_then_the_smaller_record_counts() -> None:
    items = [penalty_item("stop", "stop_order", -1), penalty_item("fine", "fine", -1)]
    rows = [penalty(name, "E1", _DAY, "fine", "stop_order", act_no="one") for name in ("p2", "p1")]
    _, trace = rate_one(scheme(items=items), date(2025, 6, 1), *rows)

    assert [(row["item_id"], row["record_id"]) for row in trace if row["is_counted"]] == [("stop", "p1")]
    assert sum(row["reason"] == "lighter_in_act" for row in trace) == 3


def test_a_hit_that_no_longer_counts_leaves_the_act_to_the_next() -> None:
    rows = [
        penalty("p1", "E1", _DAY, "stop_order", act_no="one", revoked_on=date(2025, 4, 1)),
        penalty("p2", "E1", _DAY, "fine", act_no="one"),
    ]
    _, before = rate_one(scheme(), date(2025, 3, 31), *rows)
    _, after = rate_one(scheme(), date(2025, 4, 1), *rows)

    assert [row["reason"] for row in before] == ["lighter_in_act", None]
    assert [row["reason"] for row in after] == [None, "revoked"]


@pytest.mark.parametrize(("shift", "reason"), [(-1, None), (0, "revoked"), (1, "revoked")])
def test_revoked_from_its_day_on(shift: int, reason: str | None) -> None:
    revoked_on = date(2025, 5, 5)
    row = _only(revoked_on + timedelta(days=shift), fields={"revoked_on": revoked_on})

    assert row["reason"] == reason
    assert row["points_centipoints"] == (0 if reason else -100)
    assert row["raw_centipoints"] == -100
    assert row["stops_counting_on"] == revoked_on, "known beforehand, it is foretold"


def test_a_revocation_after_the_window_moves_no_end() -> None:
    row = _only(date(2026, 3, 1), fields={"revoked_on": date(2026, 2, 1)})

    assert (row["reason"], row["stops_counting_on"]) == ("revoked", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("window", "last"),
    [
        ({"calendar_years": 1}, date(2025, 12, 31)),
        ({"calendar_years": 2}, date(2026, 12, 31)),
        ({"rolling": {"months": 12}}, date(2026, 3, 10)),
        ({"rolling": {"days": 1}}, date(2025, 3, 11)),
    ],
)
def test_counts_to_the_windows_last_day(window: dict[str, object], last: date) -> None:
    on, after = (_only(last + timedelta(days=days), window=dated(window)) for days in (0, 1))

    assert (on["is_counted"], after["is_counted"]) == (True, False)
    assert after["reason"] == "aged_out"
    assert on["stops_counting_on"] == after["stops_counting_on"] == last + timedelta(days=1)


@pytest.mark.parametrize(("expires_on", "last"), [(date(2025, 7, 1), date(2025, 7, 1)), (None, date(2026, 3, 10))])
def test_the_records_own_term_ends_a_window_early(expires_on: date | None, last: date) -> None:
    window = dated({"rolling": {"years": 1}, "until_expiry": True})
    of = scheme(items=[item("honour", "true", {"fixed": 1}, kind="honour", window=window)])

    def reason(day: date) -> object:
        row = record("honour", "h1", "E1", _DAY, valid_until_on=expires_on)
        return rate_one(of, day, row)[1][0]["reason"]

    assert reason(last) is None
    assert reason(last + timedelta(days=1)) == ("expired" if expires_on else "aged_out")


def test_an_event_counts_from_its_day_on_and_is_unknown_before() -> None:
    row = penalty("p1", "E1", _DAY, "fine")
    eve, _ = rate_one(scheme(), _DAY - timedelta(days=1), row)
    _, trace = rate_one(scheme(), _DAY, row)

    assert (eve["score_centipoints"], eve["next_change_on"], eve["next_change_why"]) == (1000, _DAY, "new_record")
    assert [r["is_counted"] for r in trace] == [True]


@pytest.mark.parametrize(("shift", "points"), [(0, -100), (1, -50)])
def test_decay_starts_the_day_after_its_span(shift: int, points: int) -> None:
    decay = dated([{"after": {"months": 3}, "percent": 50}, {"after": {"months": 6}, "percent": 0}])
    items = [penalty_item("fine", "fine", -1, decay=decay)]

    assert _only(date(2025, 6, 10) + timedelta(days=shift), items=items)["points_centipoints"] == points
    assert _only(date(2025, 9, 10), items=items)["points_centipoints"] == -50
    assert _only(date(2025, 9, 11), items=items)["points_centipoints"] == 0


@pytest.mark.parametrize(
    ("day", "change"),
    [
        (_DAY, (date(2025, 6, 11), "decayed")),
        (date(2025, 6, 10), (date(2025, 6, 11), "decayed")),
        (date(2025, 6, 11), (date(2025, 9, 11), "decayed")),
        (date(2025, 9, 11), (date(2026, 1, 1), "aged_out")),
    ],
)
def test_the_next_change_is_the_next_decay_until_the_last(day: date, change: tuple[date, str]) -> None:
    decay = dated([{"after": {"months": 3}, "percent": 50}, {"after": {"months": 6}, "percent": 0}])
    of = scheme(items=[penalty_item("fine", "fine", -1, decay=decay)])
    rating, _ = rate_one(of, day, penalty("p1", "E1", _DAY, "fine"))

    assert (rating["next_change_on"], rating["next_change_why"]) == change


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [("half_up", [1, 2, 3, -2, -3]), ("half_even", [0, 2, 2, -2, -2]), ("towards_zero", [0, 1, 2, -1, -2])],
)
def test_halves_are_rounded_as_the_policy_says(rounding: str, expected: list[int]) -> None:
    points = pl.Series("points", [1, 3, 5, -3, -5])
    frame = points.to_frame().select(percent_of(pl.col("points"), pl.lit(50), rounding))

    assert frame["points"].to_list() == expected


@pytest.mark.parametrize(
    ("fen", "points"),
    [(0, None), (99, None), (100, -100), (101, -100), (999, -100), (1000, -200), (1001, -200)],
)
def test_brackets_begin_with_their_value(fen: int, points: int | None) -> None:
    steps = [{"from": 100, "points": -1}, {"from": 1000, "points": -2}]
    of = scheme(items=[item("size", "true", {"brackets": steps, "of": "fine_fen"})])
    _, trace = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "fine", fine_fen=fen))

    expected = [] if points is None else [(points, f"fine_fen={fen}")]
    assert [(row["points_centipoints"], row["value_used"]) for row in trace] == expected


@pytest.mark.parametrize(("count", "points"), [(0, None), (1, -75), (3, -225)])
def test_units_are_multiplied_and_zero_is_no_hit(count: int, points: int | None) -> None:
    of = scheme(items=[item("defects", "true", {"per_unit": -0.75, "of": "major_count"}, kind="inspection")])
    _, trace = rate_one(of, _DAY, record("inspection", "i1", "E1", _DAY, major_count=count))

    assert [row["points_centipoints"] for row in trace] == ([] if points is None else [points])


_SIZES = ({"brackets": [{"from": 100, "points": -1}]}, {"per_unit": -0.01})


@pytest.mark.parametrize("size", _SIZES, ids=["brackets", "per_unit"])
def test_a_fine_of_unknown_amount_is_in_the_trace_as_not_counted(size: dict[str, object]) -> None:
    of = scheme(items=[item("size", "true", {**size, "of": "fine_fen"})])
    rating, (row,) = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "fine", fine_fen=None))

    columns = ("is_counted", "reason", "raw_centipoints", "points_centipoints", "value_used", "record_id")
    assert [row[name] for name in columns] == [False, "unknown_amount", 0, 0, "fine_fen=?", "p1"]
    assert rating["next_change_on"] == row["stops_counting_on"]


@pytest.mark.parametrize("size", _SIZES, ids=["brackets", "per_unit"])
def test_a_scheme_may_say_what_a_fine_of_unknown_amount_gives(size: dict[str, object]) -> None:
    of = scheme(items=[item("size", "true", {**size, "of": "fine_fen", "when_unknown": -3})])
    rating, (row,) = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "fine", fine_fen=None))

    assert (row["is_counted"], row["reason"], row["points_centipoints"]) == (True, None, -300)
    assert (row["value_used"], rating["score_centipoints"]) == ("fine_fen=?", rating["base_centipoints"] - 300)


def test_an_unknown_amount_past_its_window_has_aged_out() -> None:
    of = scheme(items=[item("size", "true", {**_SIZES[0], "of": "fine_fen"})])
    _, (row,) = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "fine", fine_fen=None))
    _, (later,) = rate_one(of, row["stops_counting_on"], penalty("p1", "E1", _DAY, "fine", fine_fen=None))

    assert (row["reason"], later["reason"]) == ("unknown_amount", "aged_out")


def test_an_unknown_condition_does_not_hold() -> None:
    of = scheme(items=[item("bad", "conclusion <> 'compliant'", {"fixed": -1}, kind="inspection")])
    _, trace = rate_one(of, _DAY, record("inspection", "i1", "E1", _DAY, conclusion=None))

    assert trace == []


def test_a_value_not_yet_begun_is_an_error_and_an_ended_rule_is_gone() -> None:
    of = scheme(items=[_FINE, {**_FINE, "id": "ended", "award": dated({"fixed": -5}, d2025_01_01=None)}])
    rating, _ = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "fine", act_no=None))

    assert rating["score_centipoints"] == 900
    with pytest.raises(PolicyGap, match="2014-12-31"):
        rate_one(of, date(2014, 12, 31))


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
        count_text, _, named = row["value_used"].partition("：")
        assert count_text == f"{count}条"
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
