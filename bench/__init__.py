"""How fast it is, beside what else one could use: `python -m bench` writes docs/performance.md and its chart.

What is measured:
- `sections`     the sections of the page, each with its own data
- `scoring`      rating with the reference scheme; the same by hand (`reference.sql`, `by_pandas`); reading alone
- `gate`         one suite on the engine for Polars and on Great Expectations' engine for pandas
- `nightly_run`  a run after few changes, and the same run rating all; light commands as a person calls them
- `ingest`       a CSV ingested, and the same file only scanned and written

`python -m bench.record_path` counts the modules and functions that one penalty passes.

How:
- `data`         an invented office, and invented penalties for the gate
- `measure`      one side in a process of its own, both sides in pairs, the rows of the table
- `report`       the page and its chart; `notes` are its texts by section

Times depend on the machine and are never asserted; that both sides have the same outcome always is.
"""
