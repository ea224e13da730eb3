"""The gate: what must hold of a frame before a run may commit, checked by Great Expectations.

- `gate`           `validate`: a frame in, a verdict out
- `suites`         what the caller says of a table (columns, key, limits), and what must hold of it
- `rules`          conditions over the columns of a row, by table
- `verdict`        findings, most severe first, and the first of them as text
- `data_docs`      results as JSON and as pages that need no network
- `gx_validation`  runs a suite with Great Expectations
- `polars_engine`  the execution engine for Polars, a package of its own

The package imports nothing of the project around it. Importing it is light; the first `validate` loads Great
Expectations, some seconds.
"""

from expectations.data_docs import write_data_docs
from expectations.gate import validate
from expectations.suites import ColumnSpec, EmptySuite, GateLimits, TableSpec, UnknownTable, WrongShape
from expectations.verdict import Finding, Verdict, explain_gravest

__all__ = [
    "ColumnSpec",
    "EmptySuite",
    "Finding",
    "GateLimits",
    "TableSpec",
    "UnknownTable",
    "Verdict",
    "WrongShape",
    "explain_gravest",
    "validate",
    "write_data_docs",
]
