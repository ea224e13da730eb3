"""A repair or an early removal ends the effect of a record from its day on, for rules with until_released."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tests.transforms.rating.rating_examples import (
    dated,
    enterprises,
    penalty,
    penalty_item,
    record,
    record_frames,
    scheme,
)
from transforms.policy_model.scheme import Scheme
from transforms.rating import RELEASES, ComparedRuns, RatingResult, rate_enterprises, tier_changes

_DAY, _REPAIRED = date(2025, 3, 10), date(2025, 6, 10)
_UNTIL_RELEASED = {"until_released": dated(True, basis="第三条")}
_FINE = penalty("p1", "E1", _DAY, "fine")


def _released(*released: tuple[str, str, date]) -> pl.DataFrame:
    return pl.DataFrame([(*row, None) for row in released], schema=RELEASES, orient="row")


def _rated(of: Scheme, day: date, rows: list[dict[str, Any]], *released: tuple[str, str, date]) -> RatingResult:
    return rate_enterprises(record_frames(*rows), enterprises("E1"), of, day, _released(*released))


def _row(rating: RatingResult) -> dict[str, Any]:
    return rating.ratings.row(0, named=True)


def _trace(rating: RatingResult) -> list[tuple[Any, ...]]:
    return rating.trace.select("points_centipoints", "reason", "stops_counting_on").rows()


def _days_after(day: date, number: int) -> date:
    return day + timedelta(days=number)


@pytest.mark.parametrize(("shift", "points", "reason"), [(-1, -300, None), (0, 0, "released"), (1, 0, "released")])
def test_a_repaired_penalty_counts_until_the_day_of_its_repair(shift: int, points: int, reason: str | None) -> None:
    of = scheme(items=[penalty_item("fine", "fine", -3, **_UNTIL_RELEASED)])

    rating = _rated(of, _days_after(_REPAIRED, shift), [_FINE], ("penalty", "p1", _REPAIRED))

    assert _trace(rating) == [(points, reason, _REPAIRED)]
    next_change = (_row(rating)["next_change_on"], _row(rating)["next_change_why"])
    assert next_change == ((_REPAIRED, "repair") if shift < 0 else (None, None))


def test_a_rule_without_until_released_goes_on_counting() -> None:
    items = [penalty_item("fine", "fine", -3, **_UNTIL_RELEASED), penalty_item("any_fine", "fine", -1)]
    of = scheme(items=items, heaviest_per_act=None)

    rating = _rated(of, _REPAIRED, [_FINE], ("penalty", "p1", _DAY))

    assert _trace(rating) == [(0, "released", _DAY), (-100, None, date(2026, 1, 1))]


def test_until_released_applies_while_its_value_is_in_force() -> None:
    until = dated(True, d2025_07_01=None)
    of = scheme(items=[penalty_item("fine", "fine", -3, until_released=until)])
    rows = [_FINE], ("penalty", "p1", _REPAIRED)

    assert _row(_rated(of, date(2025, 6, 30), *rows))["score_centipoints"] == 1000
    assert _row(_rated(of, date(2025, 7, 1), *rows))["score_centipoints"] == 700


def test_releases_of_other_records_do_nothing_and_the_first_of_several_applies() -> None:
    of = scheme(items=[penalty_item("fine", "fine", -3, **_UNTIL_RELEASED)])
    others = (("decision", "p1", _DAY), ("penalty", "p2", _DAY))
    twice = (("penalty", "p1", date(2025, 7, 1)), ("penalty", "p1", _REPAIRED))

    assert _trace(_rated(of, _REPAIRED, [_FINE], *others)) == [(-300, None, date(2026, 1, 1))]
    assert _trace(_rated(of, _REPAIRED, [_FINE], *others, *twice)) == [(0, "released", _REPAIRED)]


def test_a_released_penalty_leaves_its_act_to_the_others() -> None:
    of = scheme(
        items=[
            penalty_item("fine", "fine", -3, **_UNTIL_RELEASED),
            penalty_item("warning", "warning", -1, **_UNTIL_RELEASED),
        ]
    )
    rows = [penalty("p1", "E1", _DAY, "fine", act_no="one"), penalty("p2", "E1", _DAY, "warning", act_no="one")]

    rating = _rated(of, _REPAIRED, rows, ("penalty", "p1", _REPAIRED))

    assert [row[:2] for row in _trace(rating)] == [(0, "released"), (-100, None)]


@pytest.mark.parametrize(("shift", "tier"), [(-1, "D"), (0, "A"), (1, "A")])
def test_movement_ignores_released_records_as_revoked_ones(shift: int, tier: str) -> None:
    of = scheme(
        items=[penalty_item("fine", "fine", -10, **_UNTIL_RELEASED)], movement=dated({"tiers_per_clean_year": 1})
    )
    day = date(2026, 2, 1)

    rating = _rated(of, _days_after(day, shift), [_FINE], ("penalty", "p1", day))

    assert _row(rating)["tier"] == tier


def _listing(**more: object) -> Scheme:
    lock, when = dated({"span": {"years": 3}}), "decision_type = 'list'"
    rule = {"id": "listed", "title": "列入", "kind": "decision", "when": when, "tier": "D", "lock": lock}
    return scheme(items=[penalty_item("fine", "fine", -1)], direct=[rule | more])


@pytest.mark.parametrize(("shift", "tier", "why"), [(-1, "D", "repair"), (0, "A", None), (1, "A", None)])
def test_an_early_removal_ends_the_placement(shift: int, tier: str, why: str | None) -> None:
    rows = [record("decision", "d1", "E1", _DAY, decision_type="list")]

    rating = _row(
        _rated(_listing(**_UNTIL_RELEASED), _days_after(_REPAIRED, shift), rows, ("decision", "d1", _REPAIRED))
    )

    assert (rating["tier"], rating["next_change_why"]) == (tier, why)
    assert rating["locked_until_on"] == (date(2028, 3, 10) if shift < 0 else None)


def test_a_placement_without_until_released_holds_after_a_removal() -> None:
    rows = [record("decision", "d1", "E1", _DAY, decision_type="list")]

    assert _row(_rated(_listing(), _REPAIRED, rows, ("decision", "d1", _REPAIRED)))["tier"] == "D"


def _causes(
    before: RatingResult, after: RatingResult, rows: list[dict[str, Any]], day: date
) -> list[tuple[str, list[str]]]:
    found = tier_changes(before, after, record_frames(*rows), enterprises("E1"), ComparedRuns(day, False)).changes
    return [(row["cause"], row["causes"]) for row in found.rows(named=True)]


def test_the_cause_of_a_repair_is_repair_and_of_its_undoing_a_decision() -> None:
    of = scheme(items=[penalty_item("fine", "fine", -3, **_UNTIL_RELEASED)])
    repaired = _rated(of, _REPAIRED, [_FINE], ("penalty", "p1", _REPAIRED))
    eve = _rated(of, _days_after(_REPAIRED, -1), [_FINE], ("penalty", "p1", _REPAIRED))
    undone = _rated(of, _days_after(_REPAIRED, 1), [_FINE])

    assert _causes(eve, repaired, [_FINE], _REPAIRED) == [("repair", ["repair"])]
    assert _causes(repaired, undone, [_FINE], _days_after(_REPAIRED, 1)) == [("decision", ["decision"])]


def test_movement_undone_by_a_repair_is_a_repair() -> None:
    of = scheme(
        items=[penalty_item("fine", "fine", -10, **_UNTIL_RELEASED)], movement=dated({"tiers_per_clean_year": 1})
    )
    day = date(2026, 2, 1)
    eve, on_day = (_rated(of, on, [_FINE], ("penalty", "p1", day)) for on in (_days_after(day, -1), day))

    assert _causes(eve, on_day, [_FINE], day) == [("repair", ["repair"])]
