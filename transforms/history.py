"""Results kept as changes: which enterprises a night must write anew."""

from __future__ import annotations

import polars as pl

KEY = "enterprise_id"
FROM = "valid_from_on"


def enterprises_that_differ(before: list[pl.LazyFrame], after: list[pl.LazyFrame]) -> pl.LazyFrame:
    """Column `enterprise_id`: those with a row on one side that the other side does not have.

    `before[i]` and `after[i]` are frames of one shape; `valid_from_on` is not compared.
    """
    differing: list[pl.LazyFrame] = []
    for old, new in zip(before, after, strict=True):
        columns = [name for name in new.collect_schema().names() if name != FROM]
        for left, right in ((old, new), (new, old)):
            only_left = left.join(right.select(columns), on=columns, how="anti", nulls_equal=True)
            differing.append(only_left.select(KEY))
    return pl.concat(differing).unique().sort(KEY)
