"""Expectations of our own: every value, or every row, satisfies an SQL condition.

The library asks pandas about ranges one value at a time; here Polars answers for the whole column.
Loads Great Expectations; classes must live in an importable module for it to find them.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import pandas as pd
import polars as pl
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation, MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)


def _holds(frame: pd.DataFrame, condition: str) -> pd.Series:
    """Per row whether the condition holds. Null, where a value is missing, is no breach."""
    holds = pl.from_pandas(frame).select(pl.sql_expr(condition).fill_null(True).alias("holds"))["holds"]
    return pd.Series(holds.to_numpy(), index=frame.index, dtype=bool)


class ValuesSatisfy(ColumnMapMetricProvider):
    """Whether a condition over one column holds, per value that is there."""

    condition_metric_name = "column_values.satisfy"
    condition_value_keys = ("condition",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, condition: str, **_: object) -> pd.Series:
        return _holds(column.to_frame(), condition)


class ExpectColumnValuesToSatisfy(ColumnMapExpectation):
    """Every value of `column` satisfies `condition`, SQL over that column."""

    condition: str
    map_metric = "column_values.satisfy"
    success_keys: ClassVar[tuple[str, ...]] = ("condition", "mostly")
    args_keys = ("column", "condition")


class RowsSatisfy(MulticolumnMapMetricProvider):
    """Whether a condition over several columns holds, per row."""

    condition_metric_name = "multicolumn_values.satisfy"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")
    condition_value_keys = ("condition",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, condition: str, **_: object) -> pd.Series:
        return _holds(column_list, condition)


class ExpectRowsToSatisfy(MulticolumnMapExpectation):
    """Every row satisfies `condition`, SQL over the columns in `column_list`."""

    condition: str
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"
    map_metric = "multicolumn_values.satisfy"
    success_keys: ClassVar[tuple[str, ...]] = ("condition", "mostly")
    args_keys = ("column_list", "condition")


OWN = {kind.__name__: kind for kind in (ExpectColumnValuesToSatisfy, ExpectRowsToSatisfy)}
