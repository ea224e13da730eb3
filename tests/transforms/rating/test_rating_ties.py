"""Rules that lock, award or limit the same: the one that stands first in the policy file is named, and the trace keeps
the file's order, whatever the identifiers and the order in which records come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.transforms.rating.rating_examples import dated, penalty, penalty_item, rate_one, record, scheme

_DAY = date(2025, 3, 10)
_STOP = "array_contains(penalty_kinds, 'stop_order')"
_FINE = penalty_item("fine", "fine", -1)
_BOTH_WAYS = pytest.mark.parametrize("ids", [("x", "a"), ("a", "x")], ids=" then ".join)


def _direct(name: str, **changes: object) -> dict[str, Any]:
    lock = dated({"span": {"years": 2}}, basis=f"{name}条")
    return {"id": name, "title": name, "kind": "penalty", "when": _STOP, "tier": "D", "lock": lock} | changes


def _decided(rating: dict[str, Any]) -> tuple[object, ...]:
    return rating["tier"], rating["decided_by_id"], rating["decided_by_basis"]


@_BOTH_WAYS
def test_of_two_placements_with_the_same_tier_and_lock_the_first_in_the_file_is_named(ids: tuple[str, str]) -> None:
    of = scheme(items=[_FINE], direct=[_direct(name) for name in ids])
    rating, trace = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "stop_order"))

    assert _decided(rating) == ("D", ids[0], f"{ids[0]}条")
    assert [row["item_id"] for row in trace] == [*ids]


@_BOTH_WAYS
def test_so_it_is_for_two_locks_without_an_end(ids: tuple[str, str]) -> None:
    rules = [_direct(name, kind="person_ban", when="true", lock=dated({"until_expiry": True})) for name in ids]
    rating, trace = rate_one(scheme(direct=rules), _DAY, record("person_ban", "b1", "E1", _DAY, ends_on=None))

    assert (rating["decided_by_id"], rating["locked_until_on"]) == (ids[0], None)
    assert [row["item_id"] for row in trace] == [*ids]


@_BOTH_WAYS
def test_of_two_placements_the_worse_tier_goes_before_the_longer_lock_and_both_before_the_file(
    ids: tuple[str, str],
) -> None:
    worse, longer = (_direct(ids[0]), _direct(ids[1], tier="C", lock=dated({"span": {"years": 9}})))
    for rules in ([worse, longer], [longer, worse]):
        rating, _ = rate_one(scheme(items=[_FINE], direct=rules), _DAY, penalty("p1", "E1", _DAY, "stop_order"))
        assert (rating["tier"], rating["decided_by_id"]) == ("D", ids[0])


def test_a_placement_in_the_tier_that_the_score_gives_anyway_decides_nothing() -> None:
    of = scheme(items=[penalty_item("stop_order", "stop_order", -7)], direct=[_direct("placed")])
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
    of = scheme(items=[_FINE], direct=[_direct("placed", tier=tier)], best_tier_needs=dated([need]))
    rating, _ = rate_one(of, _DAY, penalty("p1", "E1", _DAY, "stop_order"))

    assert (rating["tier"], rating["decided_by"], rating["decided_by_id"]) == (tier, decided_by, decided_by_id)


def test_movement_that_holds_to_the_tier_of_the_score_decides_nothing() -> None:
    """Without its cap the burden would be worth D, so that the past day is looked at: it gave B, as today does."""
    capped = penalty_item("stop_order", "stop_order", -7, cap=dated(-2))
    of = scheme(items=[capped], movement=dated({"tiers_per_clean_year": 1}))
    rating, _ = rate_one(of, _DAY + timedelta(days=9), penalty("p1", "E1", _DAY, "stop_order"))

    assert (rating["tier"], rating["score_tier"], rating["decided_by"]) == ("B", "B", "cut_point")
