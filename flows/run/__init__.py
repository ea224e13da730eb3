"""One nightly run, in the order of its steps. `run` calls them.

- `due_days`     which days are due
- `context`      the day, the run's folder, and what is staged in it
- `snapshot`     what a run reads: stored and staged rows, before the run and after its commit
- `ingest`       the inbox becomes staged records, file accounts and quarantined rows
- `fingerprint`  what ratings rest on besides records
- `affected`     which enterprises are rated, and why
- `rate`         records become ratings, traces, tier changes, outlook and legal state
- `validate`     the gate over everything staged
- `report`       the office report, pages of enterprises, correction workbooks; `law_report` is its legal part
- `commit`       what is staged is written to the store
- `run_folder`   files left for later readers

Steps pass data through files below the run's folder; no frame passes through Prefect.
"""
