"""Whose results differ between two runs."""

from datetime import date

import polars as pl

from transforms.current_versions import differing_enterprises


def _frame(**columns: list[object]) -> pl.LazyFrame:
    return pl.LazyFrame(columns, schema_overrides={"x": pl.Int64, "valid_from_on": pl.Date})


def test_only_enterprises_with_differing_rows_are_found():
    old = _frame(enterprise_id=["a", "b", "c", "gone"], x=[1, None, 3, 4], valid_from_on=[None] * 4)
    new = _frame(enterprise_id=["a", "b", "c", "new"], x=[1, None, 5, 4], valid_from_on=[date(2026, 1, 1)] * 4)
    assert differing_enterprises([old], [new]).collect()["enterprise_id"].to_list() == ["c", "gone", "new"]


def test_a_difference_in_any_of_the_tables_counts():
    same = _frame(enterprise_id=["a", "b"], x=[1, 2])
    other = _frame(enterprise_id=["a", "b", "b"], x=[1, 2, 3])
    assert differing_enterprises([same, same], [same, other]).collect()["enterprise_id"].to_list() == ["b"]
    assert differing_enterprises([same, same], [same, same]).collect().is_empty()
