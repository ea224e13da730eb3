"""Expectations of our own: every value, or every row, satisfies an SQL condition.

Null, where a value is missing, is no breach. Loads Great Expectations; classes must live in an importable
module for it to find them.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import polars as pl
from great_expectations.expectations.expectation import ColumnMapExpectation, MulticolumnMapExpectation

from . import MapRule, MetricRequest, map_metric
from .map_rules import judged_rows


@map_metric("column_values.satisfy", values=("condition",))
def _values_satisfy(asked: MetricRequest) -> MapRule:
    return MapRule(pl.col(asked.column()).is_not_null(), _holds(asked))


@map_metric("multicolumn_values.satisfy", "multicolumn", values=("condition",))
def _rows_satisfy(asked: MetricRequest) -> MapRule:
    return MapRule(judged_rows(asked), _holds(asked))


def _holds(asked: MetricRequest) -> pl.Expr:
    condition: str = asked.values["condition"]
    return pl.sql_expr(condition).fill_null(True)


class ExpectColumnValuesToSatisfy(ColumnMapExpectation):
    """Every value of `column` satisfies `condition`, SQL over that column."""

    condition: str
    map_metric = "column_values.satisfy"
    success_keys: ClassVar[tuple[str, ...]] = ("condition", "mostly")
    args_keys = ("column", "condition")


class ExpectRowsToSatisfy(MulticolumnMapExpectation):
    """Every row satisfies `condition`, SQL over the columns in `column_list`."""

    condition: str
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"
    map_metric = "multicolumn_values.satisfy"
    success_keys: ClassVar[tuple[str, ...]] = ("condition", "mostly")
    args_keys = ("column_list", "condition")


SQL_EXPECTATIONS = {kind.__name__: kind for kind in (ExpectColumnValuesToSatisfy, ExpectRowsToSatisfy)}
