"""What counts, how much, and why the rest does not, a day before, on, and after each bound."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from tests.transforms.rating.rating_examples import dated, item, penalty, penalty_item, rate_one, record, scheme
from transforms.policy.dated import PolicyGap
from transforms.rating.count import percent_of

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
def test_a_fine_of_unknown_amount_stands_in_the_trace_as_not_counted(size: dict[str, object]) -> None:
    of = scheme(items=[item("size", "true", {**size, "of": "fine_fen"})])
    rating, (row,) = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "fine", fine_fen=None))

    told = ("is_counted", "reason", "raw_centipoints", "points_centipoints", "value_used", "record_id")
    assert [row[name] for name in told] == [False, "unknown_amount", 0, 0, "fine_fen=?", "p1"]
    assert rating["next_change_on"] == row["stops_counting_on"]


@pytest.mark.parametrize("size", _SIZES, ids=["brackets", "per_unit"])
def test_a_scheme_may_say_what_a_fine_of_unknown_amount_gives(size: dict[str, object]) -> None:
    of = scheme(items=[item("size", "true", {**size, "of": "fine_fen", "when_unknown": -3})])
    rating, (row,) = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "fine", fine_fen=None))

    assert (row["is_counted"], row["reason"], row["points_centipoints"]) == (True, None, -300)
    assert (row["value_used"], rating["score_centipoints"]) == ("fine_fen=?", rating["base_centipoints"] - 300)


def test_an_unknown_amount_past_its_window_is_told_to_be_past_it() -> None:
    of = scheme(items=[item("size", "true", {**_SIZES[0], "of": "fine_fen"})])
    _, (row,) = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "fine", fine_fen=None))
    _, (later,) = rate_one(of, row["stops_counting_on"], penalty("p1", "E1", _DAY, "fine", fine_fen=None))

    assert (row["reason"], later["reason"]) == ("unknown_amount", "aged_out")


def test_what_a_condition_cannot_know_does_not_hold() -> None:
    of = scheme(items=[item("bad", "conclusion <> 'compliant'", {"fixed": -1}, kind="inspection")])
    _, trace = rate_one(of, _DAY, record("inspection", "i1", "E1", _DAY, conclusion=None))

    assert trace == []


def test_a_value_not_yet_begun_is_an_error_and_an_ended_rule_is_gone() -> None:
    of = scheme(items=[_FINE, {**_FINE, "id": "ended", "award": dated({"fixed": -5}, d2025_01_01=None)}])
    rating, _ = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "fine", act_no=None))

    assert rating["score_centipoints"] == 900
    with pytest.raises(PolicyGap, match="2014-12-31"):
        rate_one(of, date(2014, 12, 31))
