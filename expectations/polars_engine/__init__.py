"""An execution engine for Great Expectations on Polars: lazy frames, Parquet files and Delta tables.

- `datasource`        the datasource with its assets
- `engine`            the execution engine: all metrics of a suite with one collect
- `plans`             metrics as expressions, not yet evaluated
- `registry`          `metric` and `map_metric` register metrics; which expectations the engine supports
- `map_rules`, `aggregates`  the library's own expectations
- `sql_expectations`  two expectations of its own, on SQL conditions
- `gx_patches`        the one patch of the library, with its reason and version

It imports nothing of the project around it. Importing it loads Great Expectations, some seconds, and registers the
engine there.
"""

import warnings

with warnings.catch_warnings():
    # Great Expectations 1.24 imports the deprecated sre_constants and uses marshmallow's old interface.
    warnings.simplefilter("ignore", DeprecationWarning)
    from . import aggregates, map_rules
    from .datasource import PolarsDatasource
    from .engine import PolarsExecutionEngine
    from .gx_patches import cached_configurations
    from .plans import MapRule, MetricRequest, UnfitColumn, UnknownColumn
    from .registry import (
        UnsupportedExpectation,
        build_suite,
        check_supported,
        map_metric,
        metric,
        supported_expectations,
    )
    from .sql_expectations import SQL_EXPECTATIONS, ExpectColumnValuesToSatisfy, ExpectRowsToSatisfy

__all__ = [
    "SQL_EXPECTATIONS",
    "ExpectColumnValuesToSatisfy",
    "ExpectRowsToSatisfy",
    "MapRule",
    "MetricRequest",
    "PolarsDatasource",
    "PolarsExecutionEngine",
    "UnfitColumn",
    "UnknownColumn",
    "UnsupportedExpectation",
    "aggregates",
    "build_suite",
    "cached_configurations",
    "check_supported",
    "map_metric",
    "map_rules",
    "metric",
    "supported_expectations",
]
