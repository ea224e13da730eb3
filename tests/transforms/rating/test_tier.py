"""Tiers beyond the score: needs, direct placement, movement, holds; their next changes, and ties."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tests.transforms.rating.rating_examples import dated, penalty, penalty_item, rate_one, record, scheme
from transforms.rating.tier import with_hold_notes

_DAY = date(2025, 3, 10)

_REVOKE = "array_contains(penalty_kinds, 'revoke_licence')"

_STOP = "array_contains(penalty_kinds, 'stop_order')"

_FINE = penalty_item("fine", "fine", -1)


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _direct(name: str = "placed", **changes: object) -> dict[str, Any]:
    lock = dated({"span": {"years": 2}}, basis="直接条")
    rule = {"id": name, "title": "直接判定", "kind": "penalty", "when": _REVOKE, "tier": "D", "lock": lock}
    return rule | changes


def _outcome(rating: dict[str, Any]) -> tuple[object, ...]:
    return rating["tier"], rating["decided_by"], rating["decided_by_id"]


_NEED = {
    "id": "seen",
    "title": "检查",
    "kind": "inspection",
    "when": "true",
    "window": {"rolling": {"years": 1}},
    "at_least": 2,
}


@pytest.mark.parametrize(("count", "tier"), [(0, "B"), (1, "B"), (2, "A"), (3, "A")])
def test_the_best_tier_needs_data(count: int, tier: str) -> None:
    rows = [record("inspection", f"i{n}", "E1", _DAY) for n in range(count)]
    rating, _ = rate_one(scheme(best_tier_needs=dated([_NEED], basis="数据条")), _DAY, *rows)

    assert (rating["tier"], rating["score_tier"]) == (tier, "A")
    if tier == "B":
        assert _outcome(rating) == ("B", "minimum_data", "seen")
        assert rating["decided_by_basis"] == "数据条"


def test_a_need_is_met_to_the_last_day_of_its_window_which_is_the_next_change() -> None:
    of = scheme(best_tier_needs=dated([_NEED | {"at_least": 1}]))
    row = record("inspection", "i1", "E1", _DAY)
    on, _ = rate_one(of, date(2026, 3, 10), row)
    after, _ = rate_one(of, date(2026, 3, 11), row)

    assert (on["tier"], on["next_change_on"], on["next_change_why"]) == ("A", date(2026, 3, 11), "aged_out")
    assert (after["tier"], after["next_change_on"]) == ("B", None)


@pytest.mark.parametrize(("count", "tier"), [(1, "A"), (2, "B")])
def test_too_many_records_keep_from_the_best_tier(count: int, tier: str) -> None:
    need = {name: value for name, value in _NEED.items() if name != "at_least"} | {"at_most": 1}
    rows = [record("inspection", f"i{n}", "E1", _DAY) for n in range(count)]

    assert rate_one(scheme(best_tier_needs=dated([need])), _DAY, *rows)[0]["tier"] == tier


def test_a_direct_placement_holds_to_the_locks_last_day() -> None:
    of = scheme(items=[_FINE], direct=[_direct()])
    row = penalty("p1", "E1", date(2024, 2, 29), "revoke_licence")
    last = date(2026, 2, 28)
    on, trace = rate_one(of, last, row)
    after, later = rate_one(of, _after(last, 1), row)

    assert _outcome(on) == ("D", "direct", "placed")
    assert (on["locked_until_on"], on["decided_by_basis"], on["score_tier"]) == (last, "直接条", "A")
    assert (on["next_change_on"], on["next_change_why"]) == (_after(last, 1), "lock_ended")
    assert [(r["role"], r["is_counted"], r["stops_counting_on"]) for r in trace] == [("direct", True, _after(last, 1))]
    assert (after["tier"], after["locked_until_on"]) == ("A", None)
    assert [(r["is_counted"], r["reason"]) for r in later] == [(False, "aged_out")]


@pytest.mark.parametrize(("until", "day", "tier"), [(_DAY, _DAY, "D"), (_DAY, _after(_DAY, 1), "A"), (None, _DAY, "D")])
def test_a_lock_may_be_the_records_own_term(until: date | None, day: date, tier: str) -> None:
    rule = _direct(kind="person_ban", when="true", lock=dated({"until_expiry": True}))
    rating, _ = rate_one(scheme(direct=[rule]), day, record("person_ban", "b1", "E1", date(2020, 1, 1), ends_on=until))

    assert rating["tier"] == tier
    assert rating["locked_until_on"] == (until if tier == "D" else None)


def test_the_longest_lock_of_the_worst_tier_decides() -> None:
    rules = [
        _direct(),
        _direct("longer", lock=dated({"span": {"years": 3}})),
        _direct("milder", tier="C"),
    ]
    rating, trace = rate_one(scheme(items=[_FINE], direct=rules), _DAY, penalty("p1", "E1", _DAY, "revoke_licence"))

    assert _outcome(rating) == ("D", "direct", "longer")
    assert rating["locked_until_on"] == date(2028, 3, 10)
    assert [row["item_id"] for row in trace] == ["placed", "longer", "milder"]


def test_a_revoked_placement_does_not_hold() -> None:
    row = penalty("p1", "E1", _DAY, "revoke_licence", revoked_on=_after(_DAY, 5))
    of = scheme(items=[_FINE], direct=[_direct()])
    eve, foreseen = rate_one(of, _after(_DAY, 4), row)
    on, trace = rate_one(of, _after(_DAY, 5), row)

    assert (eve["tier"], eve["next_change_on"], eve["next_change_why"]) == ("D", _after(_DAY, 5), "revocation")
    assert on["tier"] == "A"
    assert [row["reason"] for row in trace] == ["revoked"]
    assert [row["stops_counting_on"] for row in [*foreseen, *trace]] == [_after(_DAY, 5)] * 2


@pytest.mark.parametrize(
    ("first", "placed"),
    [(date(2024, 3, 9), False), (date(2024, 3, 10), True), (date(2024, 3, 11), True), (_DAY, True)],
)
def test_two_records_within_a_year_of_the_last_place(first: date, placed: bool) -> None:
    rule = _direct(when=_STOP, at_least=2, within={"years": 1}, tier="C")
    rows = [penalty("p1", "E1", first, "stop_order"), penalty("p2", "E1", _DAY, "stop_order")]
    rating, trace = rate_one(scheme(items=[_FINE], direct=[rule]), _DAY, *rows)

    assert rating["tier"] == ("C" if placed else "A")
    if placed and first != _DAY:
        assert [row["record_id"] for row in trace] == ["p2"]


def test_a_revoked_record_does_not_count_towards_a_placement() -> None:
    rule = _direct(when=_STOP, at_least=2, within={"years": 1}, tier="C")
    rows = [penalty("p1", "E1", _DAY, "stop_order", revoked_on=_DAY), penalty("p2", "E1", _DAY, "stop_order")]

    assert rate_one(scheme(items=[_FINE], direct=[rule]), _DAY, *rows)[0]["tier"] == "A"


_MOVING = {"items": [penalty_item("fine", "fine", -1), penalty_item("stop_order", "stop_order", -7)]}


@pytest.mark.parametrize(
    ("day", "tier", "decider", "foretold"),
    [
        (date(2025, 12, 31), "D", "cut_point", date(2026, 1, 1)),
        (date(2026, 1, 1), "D", "movement", date(2026, 3, 11)),
        (date(2026, 3, 10), "D", "movement", date(2026, 3, 11)),
        (date(2026, 3, 11), "C", "movement", date(2027, 3, 11)),
        (date(2027, 3, 10), "C", "movement", date(2027, 3, 11)),
        (date(2027, 3, 11), "B", "movement", date(2028, 3, 11)),
        (date(2028, 3, 11), "A", "cut_point", None),
    ],
)
def test_up_by_one_tier_for_each_clean_year(day: date, tier: str, decider: str, foretold: date | None) -> None:
    of = scheme(**_MOVING, movement=dated({"tiers_per_clean_year": 1}, basis="升级条"))
    rating, _ = rate_one(of, day, penalty("p1", "E1", _DAY, "stop_order"))

    assert (rating["tier"], rating["decided_by"], rating["next_change_on"]) == (tier, decider, foretold)
    if decider == "movement":
        assert (rating["decided_by_id"], rating["decided_by_basis"]) == ("movement", "升级条")
        assert rating["next_change_why"] == "movement"


def test_a_new_event_makes_the_clean_year_begin_anew() -> None:
    of = scheme(**_MOVING, movement=dated({"tiers_per_clean_year": 1}))
    rows = [penalty("p1", "E1", _DAY, "stop_order"), penalty("p2", "E1", date(2025, 12, 1), "fine")]

    assert rate_one(of, date(2026, 3, 11), *rows)[0]["tier"] == "D"
    assert rate_one(of, date(2026, 12, 1), *rows)[0]["tier"] == "D"
    assert rate_one(of, date(2026, 12, 2), *rows)[0]["tier"] == "C"


def test_movement_ignores_a_revoked_event() -> None:
    of = scheme(**_MOVING, movement=dated({"tiers_per_clean_year": 1}))
    row = penalty("p1", "E1", _DAY, "stop_order", revoked_on=date(2026, 2, 1))

    assert rate_one(of, date(2026, 1, 31), row)[0]["tier"] == "D"
    assert _outcome(rate_one(of, date(2026, 2, 1), row)[0]) == ("A", "cut_point", "A")


def _hold(name: str, day: date, tier: str | None, until: date | None, kind: str = "hold_tier") -> dict[str, Any]:
    fields = {"decision_no": name, "decision_type": kind, "tier": tier, "ends_on": until, "reason": f"理由 {name}"}
    return record("decision", name, "E1", day, **fields)


@pytest.mark.parametrize(("shift", "tier"), [(-1, "A"), (0, "C"), (20, "C"), (21, "A")])
def test_a_decision_holds_a_tier_until_it_ends(shift: int, tier: str) -> None:
    rating, _ = rate_one(scheme(), _after(_DAY, shift), _hold("d1", _DAY, "C", _after(_DAY, 20)))

    assert (rating["tier"], rating["score_tier"]) == (tier, "A")
    if shift < 21:
        assert rating["next_change_on"] == (_after(_DAY, 21) if shift >= 0 else _DAY)
        assert rating["next_change_why"] == "decision"
    if tier == "C":
        assert _outcome(rating) == ("C", "decision", "d1")
        assert (rating["decided_by_basis"], rating["locked_until_on"]) == ("理由 d1", _after(_DAY, 20))


def test_of_several_holds_the_latest_decides() -> None:
    rows = [
        _hold("d1", _DAY, "B", None),
        _hold("d2", _DAY, "C", None),
        _hold("d0", _after(_DAY, 1), "D", None, kind="confirm_tier"),
        _hold("d3", _after(_DAY, 1), None, None),
    ]
    assert _outcome(rate_one(scheme(), _after(_DAY, 9), *rows)[0]) == ("C", "decision", "d2")


_HOLDS_WITH_NOTES = [
    # (the hold, ratings as (first day, tier, decided by, its id), the tier before, notes)
    ({}, [(-9, "B", "cut_point", "B"), (0, "B", "decision", "暂1号")], "B", []),
    ({}, [(-9, "C", "cut_point", "C"), (0, "B", "decision", "暂1号")], "C", ["other_tier"]),
    ({}, [(0, "B", "decision", "暂1号")], None, []),
    ({"ends_on": None}, [(-9, "B", "cut_point", "B")], "B", ["open"]),
    ({"tier": "A"}, [(-9, "D", "direct", "listed"), (1, "D", "direct", "listed")], "D", ["other_tier", "over_direct"]),
    ({}, [(-9, "B", "cut_point", "B"), (1, "C", "decision", "暂2号")], "B", ["replaced"]),
]


@pytest.mark.parametrize(("hold", "ratings", "before", "notes"), _HOLDS_WITH_NOTES)
def test_notes_of_a_hold(
    hold: dict[str, Any], ratings: list[tuple[Any, ...]], before: str | None, notes: list[str]
) -> None:
    row = {"record_id": "d1", "enterprise_id": "E1", "decision_no": "暂1号", "tier": "B", "decided_on": _DAY}
    row |= {"decided_by": "李四"}
    history = [
        {"enterprise_id": "E1", "valid_from_on": _after(_DAY, shift), "tier": tier}
        | {"decided_by": decided_by, "decided_by_id": name}
        for shift, tier, decided_by, name in ratings
    ]
    holding = pl.LazyFrame([row | {"ends_on": _after(_DAY, 9)} | hold], schema_overrides={"ends_on": pl.Date})
    (found,) = with_hold_notes(holding, pl.LazyFrame(history)).collect().rows(named=True)
    assert (found["tier_before"], found["notes"], found["decided_by"]) == (before, notes, "李四")
    assert found.keys() == row.keys() | {"ends_on", "tier_before", "notes"}


@pytest.mark.parametrize(("tier", "decided_by"), [("A", "direct"), ("C", "direct"), ("D", "decision")])
def test_a_hold_lifts_nobody_out_of_a_placement(tier: str, decided_by: str) -> None:
    listed = record("decision", "l1", "E1", _DAY, decision_no="列1号", decision_type="list")
    of = scheme(direct=[_direct(kind="decision", when="decision_type = 'list'")])
    rating, _ = rate_one(of, _after(_DAY, 5), listed, _hold("d1", _after(_DAY, 1), tier, None))
    assert (rating["tier"], rating["decided_by"]) == ("D", decided_by)


def test_a_change_of_any_value_of_the_scheme_is_a_next_change() -> None:
    of = scheme(base=dated(10, d2026_05_01=9))

    assert rate_one(of, date(2026, 4, 30))[0]["next_change_on"] == date(2026, 5, 1)
    assert rate_one(of, date(2026, 4, 30))[0]["next_change_why"] == "policy"
    assert rate_one(of, date(2026, 5, 1))[0]["next_change_on"] is None


_BOTH_WAYS = pytest.mark.parametrize("ids", [("x", "a"), ("a", "x")], ids=" then ".join)


def _named_direct(name: str, **changes: object) -> dict[str, Any]:
    lock = dated({"span": {"years": 2}}, basis=f"{name}条")
    return {"id": name, "title": name, "kind": "penalty", "when": _STOP, "tier": "D", "lock": lock} | changes


def _named_outcome(rating: dict[str, Any]) -> tuple[object, ...]:
    return rating["tier"], rating["decided_by_id"], rating["decided_by_basis"]


@_BOTH_WAYS
def test_of_two_placements_with_the_same_tier_and_lock_the_first_in_the_file_is_named(ids: tuple[str, str]) -> None:
    of = scheme(items=[_FINE], direct=[_named_direct(name) for name in ids])
    rating, trace = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "stop_order"))

    assert _named_outcome(rating) == ("D", ids[0], f"{ids[0]}条")
    assert [row["item_id"] for row in trace] == [*ids]


@_BOTH_WAYS
def test_of_two_placements_with_locks_without_end_the_first_in_the_file_is_named(ids: tuple[str, str]) -> None:
    rules = [_named_direct(name, kind="person_ban", when="true", lock=dated({"until_expiry": True})) for name in ids]
    rating, trace = rate_one(scheme(direct=rules), _DAY, record("person_ban", "b1", "E1", _DAY, ends_on=None))

    assert (rating["decided_by_id"], rating["locked_until_on"]) == (ids[0], None)
    assert [row["item_id"] for row in trace] == [*ids]


@_BOTH_WAYS
def test_of_two_placements_the_worse_tier_goes_before_the_longer_lock_and_both_before_the_file(
    ids: tuple[str, str],
) -> None:
    worse, longer = (
        _named_direct(ids[0]),
        _named_direct(ids[1], tier="C", lock=dated({"span": {"years": 9}})),
    )
    for rules in ([worse, longer], [longer, worse]):
        rating, _ = rate_one(scheme(items=[_FINE], direct=rules), _DAY, penalty("p1", "E1", _DAY, "stop_order"))
        assert (rating["tier"], rating["decided_by_id"]) == ("D", ids[0])


def test_a_placement_in_the_tier_that_the_score_gives_anyway_decides_nothing() -> None:
    of = scheme(items=[penalty_item("stop_order", "stop_order", -7)], direct=[_named_direct("placed")])
    rating, trace = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "stop_order"))

    assert (rating["tier"], rating["score_tier"], rating["decided_by"]) == ("D", "D", "cut_point")
    assert [(row["role"], row["is_counted"]) for row in trace] == [("item", True), ("direct", True)]


@_BOTH_WAYS
def test_of_two_kinds_of_one_act_that_weigh_the_same_the_first_in_the_file_counts(ids: tuple[str, str]) -> None:
    kinds = dict(zip(ids, ("fine", "warning"), strict=True))
    of = scheme(items=[penalty_item(name, kind, -2) for name, kind in kinds.items()])
    rating, trace = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "warning", "fine"))

    assert rating["score_centipoints"] == 800
    assert [(row["item_id"], row["is_counted"], row["reason"]) for row in trace] == [
        (ids[0], True, None),
        (ids[1], False, "lighter_in_act"),
    ]


@_BOTH_WAYS
def test_of_two_penalties_of_one_act_under_one_rule_that_of_the_smaller_identifier_counts(ids: tuple[str, str]) -> None:
    rows = [penalty(name, "E1", _DAY, "fine", act_no="同一行为") for name in ids]
    _, trace = rate_one(scheme(items=[_FINE]), _DAY, *rows)

    assert [(row["record_id"], row["is_counted"]) for row in trace] == [("a", True), ("x", False)]


@_BOTH_WAYS
def test_two_items_that_award_the_same_for_one_record_both_count_in_the_order_of_the_file(ids: tuple[str, str]) -> None:
    of = scheme(items=[penalty_item(name, "fine", -1) for name in ids], heaviest_per_act=dated([]))
    rating, trace = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "fine"))

    assert rating["score_centipoints"] == 800
    assert [(row["position"], row["item_id"]) for row in trace] == [(1, ids[0]), (2, ids[1])]


@_BOTH_WAYS
def test_two_caps_that_take_the_same_stand_in_the_order_of_the_file(ids: tuple[str, str]) -> None:
    of = scheme(items=[penalty_item(name, "fine", -2, cap=dated(-1)) for name in ids], heaviest_per_act=dated([]))
    rating, trace = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "fine"))

    assert rating["score_centipoints"] == 800
    assert [(row["role"], row["item_id"], row["points_centipoints"]) for row in trace] == [
        ("item", ids[0], -200),
        ("item", ids[1], -200),
        ("cap", ids[0], 100),
        ("cap", ids[1], 100),
    ]


@_BOTH_WAYS
def test_of_two_needs_that_fail_the_first_in_the_file_is_named(ids: tuple[str, str]) -> None:
    need = {"title": "检查", "kind": "inspection", "when": "true", "window": {"rolling": {"years": 1}}, "at_least": 1}
    of = scheme(best_tier_needs=dated([need | {"id": name} for name in ids], basis="数据条"))
    rating, _ = rate_one(of, _DAY)

    assert (rating["tier"], rating["decided_by"], rating["decided_by_id"]) == ("B", "minimum_data", ids[0])


@pytest.mark.parametrize("numbers", [("决1号", "决2号"), ("决2号", "决1号")])
def test_of_two_decisions_of_a_day_that_hold_a_tier_the_one_with_the_greater_number_holds(
    numbers: tuple[str, str],
) -> None:
    tiers = {"决1号": "B", "决2号": "C"}
    rows = [
        record("decision", f"d{n}", "E1", _DAY, decision_no=number, decision_type="hold_tier", tier=tiers[number])
        for n, number in enumerate(numbers)
    ]
    rating, _ = rate_one(scheme(), _DAY + timedelta(days=1), *rows)

    assert (rating["tier"], rating["decided_by"], rating["decided_by_id"]) == ("C", "decision", "决2号")


@pytest.mark.parametrize(
    ("tier", "decided_by", "decided_by_id"),
    [("C", "direct", "placed"), ("B", "minimum_data", "seen")],
    ids=["in a worse tier the placement", "in the tier it leaves the need"],
)
def test_of_a_need_and_a_placement_is_named(tier: str, decided_by: str, decided_by_id: str) -> None:
    need = {"id": "seen", "title": "检查", "kind": "inspection", "when": "true", "at_least": 1}
    need["window"] = {"rolling": {"years": 1}}
    of = scheme(items=[_FINE], direct=[_named_direct("placed", tier=tier)], best_tier_needs=dated([need]))
    rating, _ = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "stop_order"))

    assert (rating["tier"], rating["decided_by"], rating["decided_by_id"]) == (tier, decided_by, decided_by_id)


def test_movement_that_holds_to_the_tier_of_the_score_decides_nothing() -> None:
    """Without its cap the burden would be worth D, so that the past day is looked at: it gave B, as today does."""
    capped = penalty_item("stop_order", "stop_order", -7, cap=dated(-2))
    of = scheme(items=[capped], movement=dated({"tiers_per_clean_year": 1}))
    rating, _ = rate_one(of, _DAY + timedelta(days=9), penalty("p1", "E1", _DAY, "stop_order"))

    assert (rating["tier"], rating["score_tier"], rating["decided_by"]) == ("B", "B", "cut_point")
