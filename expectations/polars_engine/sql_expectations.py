"""Two expectations that Great Expectations lacks on Polars: every value, or every row, satisfies an SQL condition.

A condition that is null for a row, because a value it needs is missing, is not a breach.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import polars as pl
from great_expectations.expectations.expectation import ColumnMapExpectation, MulticolumnMapExpectation

from .map_rules import checked_rows
from .plans import MapRule, MetricRequest
from .registry import map_metric


@map_metric("column_values.satisfy", arguments=("condition",))
def _values_satisfy(request: MetricRequest) -> MapRule:
    return MapRule(pl.col(request.column()).is_not_null(), _condition(request))


@map_metric("multicolumn_values.satisfy", "multicolumn", arguments=("condition",))
def _rows_satisfy(request: MetricRequest) -> MapRule:
    return MapRule(checked_rows(request), _condition(request))


def _condition(request: MetricRequest) -> pl.Expr:
    condition: str = request.arguments["condition"]
    return pl.sql_expr(condition).fill_null(True)


class ExpectColumnValuesToSatisfy(ColumnMapExpectation):
    """Every value of `column` satisfies `condition`, an SQL expression over that column."""

    condition: str
    map_metric = "column_values.satisfy"
    success_keys: ClassVar[tuple[str, ...]] = ("condition", "mostly")
    args_keys = ("column", "condition")


class ExpectRowsToSatisfy(MulticolumnMapExpectation):
    """Every row satisfies `condition`, an SQL expression over the columns in `column_list`."""

    condition: str
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"
    map_metric = "multicolumn_values.satisfy"
    success_keys: ClassVar[tuple[str, ...]] = ("condition", "mostly")
    args_keys = ("column_list", "condition")


SQL_EXPECTATIONS = {kind.__name__: kind for kind in (ExpectColumnValuesToSatisfy, ExpectRowsToSatisfy)}
