"""An expectation of our own: every row satisfies an SQL condition over several columns.

Loads Great Expectations; classes must live in an importable module for it to find them.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import pandas as pd
import polars as pl
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)


class RowsSatisfy(MulticolumnMapMetricProvider):
    """Per row: whether the condition holds. Null, where a value is missing, is no breach."""

    condition_metric_name = "multicolumn_values.satisfy"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")
    condition_value_keys = ("condition",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, condition: str, **_: object) -> pd.Series:
        holds = pl.from_pandas(column_list).select(pl.sql_expr(condition).fill_null(True).alias("holds"))["holds"]
        return pd.Series(holds.to_list(), index=column_list.index, dtype=bool)


class ExpectRowsToSatisfy(MulticolumnMapExpectation):
    """Every row satisfies `condition`, SQL over the columns in `column_list`."""

    condition: str
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"
    map_metric = "multicolumn_values.satisfy"
    success_keys: ClassVar[tuple[str, ...]] = ("condition", "mostly")
    args_keys = ("column_list", "condition")
