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
    from . import aggregates, columns, records
    from .core import PolarsExecutionEngine
    from .memory import remembered
    from .plans import Asked, Rule, UnfitColumn, UnknownColumn
    from .registry import metric, rule
    from .sources import PolarsDatasource
    from .supported import UnsupportedExpectation, check_suite, suite, supported

__all__ = [
    "Asked",
    "PolarsDatasource",
    "PolarsExecutionEngine",
    "Rule",
    "UnfitColumn",
    "UnknownColumn",
    "UnsupportedExpectation",
    "aggregates",
    "check_suite",
    "columns",
    "metric",
    "records",
    "remembered",
    "rule",
    "suite",
    "supported",
]
