"""Results kept as changes."""

from datetime import date

import polars as pl
import pytest

from transforms.history import enterprises_that_differ, standing

RATINGS = pl.LazyFrame(
    {
        "enterprise_id": ["a", "a", "b"],
        "valid_from_on": [date(2026, 1, 1), date(2026, 1, 5), date(2026, 1, 3)],
        "tier": ["A", "B", "A"],
    }
)
TRACE = pl.LazyFrame(
    {
        "enterprise_id": ["a", "a", "b"],
        "valid_from_on": [date(2026, 1, 1), date(2026, 1, 5), date(2026, 1, 3)],
        "points": [-1, -2, -3],
    }
)


@pytest.mark.parametrize(
    ("on", "tiers", "points"),
    [
        (date(2025, 12, 31), {}, []),
        (date(2026, 1, 1), {"a": "A"}, [-1]),
        (date(2026, 1, 4), {"a": "A", "b": "A"}, [-3, -1]),
        (date(2026, 1, 5), {"a": "B", "b": "A"}, [-3, -2]),
        (date(2026, 1, 6), {"a": "B", "b": "A"}, [-3, -2]),
    ],
)
def test_the_latest_start_not_after_the_day_stands(on: date, tiers: dict[str, str], points: list[int]):
    ratings, trace = (frame.collect() for frame in standing(RATINGS, TRACE, on))
    assert dict(zip(ratings["enterprise_id"], ratings["tier"], strict=True)) == tiers
    assert sorted(trace["points"]) == points


def _frame(**columns: list[object]) -> pl.LazyFrame:
    return pl.LazyFrame(columns, schema_overrides={"x": pl.Int64, "valid_from_on": pl.Date})


def test_only_enterprises_whose_rows_differ_are_written_anew():
    old = _frame(enterprise_id=["a", "b", "c", "gone"], x=[1, None, 3, 4], valid_from_on=[None] * 4)
    new = _frame(enterprise_id=["a", "b", "c", "new"], x=[1, None, 5, 4], valid_from_on=[date(2026, 1, 1)] * 4)
    assert enterprises_that_differ([old], [new]).collect()["enterprise_id"].to_list() == ["c", "gone", "new"]


def test_a_difference_in_any_of_the_tables_counts():
    same = _frame(enterprise_id=["a", "b"], x=[1, 2])
    other = _frame(enterprise_id=["a", "b", "b"], x=[1, 2, 3])
    assert enterprises_that_differ([same, same], [same, other]).collect()["enterprise_id"].to_list() == ["b"]
    assert enterprises_that_differ([same, same], [same, same]).collect().is_empty()
