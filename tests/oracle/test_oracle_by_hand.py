"""The oracle itself, against cases worked out by hand from the published rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.oracle.case import end_of_duration, end_of_window, full_years
from tests.oracle.oracle import rate_one
from tests.oracle.score import rounded

WUHAN = Path(__file__).parents[2] / "policy" / "schemes" / "wuhan-2017.yaml"


def penalty(no: str, word: str, act: str) -> dict[str, Any]:
    day = date(2025, 4, 1)
    named = {"kind": "penalty", "record_id": no, "decision_no": no, "decided_on": day, "revoked_on": None}
    return named | {"penalty_kinds": [word], "act_no": act, "content": None}


FINE, CONFISCATION = penalty("1", "fine", "a"), penalty("2", "confiscation_goods", "a")


@pytest.mark.parametrize(
    ("records", "score", "tier"),
    [
        ([], 1000, "A"),
        ([FINE, CONFISCATION], 800, "B"),
        ([FINE, {**CONFISCATION, "act_no": "b"}], 700, "B"),
        ([FINE, {**CONFISCATION, "act_no": "b"}, penalty("3", "warning", "c")], 650, "C"),
    ],
    ids=["nothing", "one act", "two acts", "a warning more"],
)
def test_wuhan_as_worked_in_the_rules(records: list[dict[str, Any]], score: int, tier: str) -> None:
    scheme = yaml.safe_load(WUHAN.read_text(encoding="utf-8"))

    rating = rate_one(scheme, "E1", records, date(2025, 12, 31))["rating"]

    assert (rating["score_centipoints"], rating["tier"]) == (score, tier)
    assert rating["next_change_on"] == (date(2026, 1, 1) if records else None)
    assert rate_one(scheme, "E1", records, date(2026, 1, 1))["rating"]["tier"] == "A"


@pytest.mark.parametrize(
    ("day", "span", "end"),
    [
        (date(2021, 11, 30), {"months": 3}, date(2022, 2, 28)),
        (date(2024, 2, 29), {"years": 3}, date(2027, 2, 28)),
        (date(2024, 2, 29), {"years": 4}, date(2028, 2, 29)),
        (date(2025, 3, 10), {"months": 12}, date(2026, 3, 10)),
        (date(2025, 12, 31), {"days": 60}, date(2026, 3, 1)),
    ],
)
def test_spans_end_on_the_corresponding_day(day: date, span: dict[str, int], end: date) -> None:
    assert end_of_duration(day, span) == end


def test_windows_and_clean_years() -> None:
    assert end_of_window(date(2025, 12, 31), {"calendar_years": 1}) == date(2025, 12, 31)
    assert end_of_window(date(2025, 1, 1), {"calendar_years": 2}) == date(2026, 12, 31)
    assert [full_years(date(2024, 2, 29), date(2025, month, day)) for month, day in ((2, 28), (3, 1))] == [0, 1]


def test_halves_are_rounded_by_size_and_never_by_sign() -> None:
    halves = {how: [rounded(points, how) for points in (-250, -150, 150, 250)] for how in ("half_up", "half_even")}
    assert halves == {"half_up": [-3, -2, 2, 3], "half_even": [-2, -2, 2, 2]}
    assert [rounded(points, "towards_zero") for points in (-199, 199)] == [-1, 1]
