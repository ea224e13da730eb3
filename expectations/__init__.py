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

from expectations.docs import write_docs
from expectations.first import what_first
from expectations.gate import validate
from expectations.shape import ColumnSpec, Limits, TableSpec, WrongShape
from expectations.suites import EmptySuite, UnknownTable
from expectations.verdict import Finding, Verdict

__all__ = [
    "ColumnSpec",
    "EmptySuite",
    "Finding",
    "Limits",
    "TableSpec",
    "UnknownTable",
    "Verdict",
    "WrongShape",
    "validate",
    "what_first",
    "write_docs",
]
