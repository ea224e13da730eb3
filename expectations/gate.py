"""The one door: a frame in, a verdict out. Which engine runs behind it is nobody else's business."""

from __future__ import annotations

import polars as pl

from expectations.suites import suite_of
from expectations.table_spec import TableSpec
from expectations.verdict import Verdict


def validate(table: TableSpec, frame: pl.LazyFrame | pl.DataFrame, *, previous_count: int | None = None) -> Verdict:
    """Check `frame` against everything that must hold of `table`.

    `previous_count`: rows at the last run that passed; without it the volume is not checked.
    Raises WrongShape for other columns or types, UnknownTable and EmptySuite where nothing is expected of
    the table: a table nobody looked at must not pass.
    """
    expected = suite_of(table, previous_count)
    table.check(frame.collect_schema())

    from expectations.engine import run_suite  # loads Great Expectations: seconds

    return run_suite(table, expected, frame.lazy())
