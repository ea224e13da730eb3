"""The gate: what must hold of a frame before a run may commit, checked by Great Expectations.

- `shape`    what the gate is told of a table: plain data, no other room is imported
- `verdict`  what it answers: findings, gravest first
- `suites`   what must hold, table by table
- `engine`   Great Expectations on Polars: the only module that knows which engine runs
- `rows`     expectations of our own
- `polars_engine`  the engine itself, a package that could stand alone
- `docs`     results as JSON and pages that read without a network
- `first`    what to look at first after a refusal

The way in is `validate`; importing this package is light, the first call loads Great Expectations (seconds).
"""

from expectations.data_docs import write_data_docs
from expectations.gate import validate
from expectations.suites import EmptySuite, UnknownTable
from expectations.table_spec import ColumnSpec, GateLimits, TableSpec, WrongShape
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
