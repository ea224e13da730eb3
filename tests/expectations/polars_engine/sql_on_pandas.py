"""The SQL expectations for the library's engine on pandas, so that both engines can be compared."""

from __future__ import annotations

import pandas as pd
import polars as pl
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
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
    answers = pl.from_pandas(frame, nan_to_null=True).select(holds=pl.sql_expr(condition).fill_null(True))
    return pd.Series(answers["holds"].to_numpy(), index=frame.index, dtype=bool)


class ValuesSatisfy(ColumnMapMetricProvider):
    """Whether a condition over one column holds, per value that is there."""

    condition_metric_name = "column_values.satisfy"
    condition_value_keys = ("condition",)

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, condition: str, **_: object) -> pd.Series:
        return _holds(column.to_frame(), condition)


class RowsSatisfy(MulticolumnMapMetricProvider):
    """Whether a condition over several columns holds, per row."""

    condition_metric_name = "multicolumn_values.satisfy"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")
    condition_value_keys = ("condition",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, condition: str, **_: object) -> pd.Series:
        return _holds(column_list, condition)
