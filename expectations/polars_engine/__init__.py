"""Great Expectations on Polars: an execution engine for lazy frames, Parquet files and Delta tables.

- `sources`    a datasource with its assets
- `core`       the execution engine
- `supported`  which expectations it answers; the others are refused when a suite is put together
- `registry`   `rule` and `metric`: how more are taught to it
- `columns`, `records`, `aggregates`  the library's own expectations as expressions
- `plans`, `solve`  from what is asked to one collect
- `memory`     what the library need not do anew for every metric

It imports nothing of the project around it. Importing it loads Great Expectations and registers the engine there.
"""

import warnings

with warnings.catch_warnings():
    # The library imports the deprecated sre_constants and sets up marshmallow the old way.
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

__all__ = [
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
