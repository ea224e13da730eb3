"""One nightly run, in the order of its steps. `run` calls them.

- `due_days`     which days are due
- `run`          one run from inbox to commit
- `context`      the day, the run's folder, and what is staged and left in it
- `snapshot`     what a run reads: stored and staged rows, before the run and after its commit
- `ingest`       the inbox becomes staged records, file accounts and quarantined rows
- `affected`     which enterprises are rated, and why; the fingerprint of what ratings rest on besides records
- `rate`         records become ratings, traces, tier changes, outlook and legal state
- `validate`     the gate over everything staged
- `report`       the office report with its legal part, pages of enterprises, correction workbooks
- `commit`       what is staged is written to the store

Steps pass data through files below the run's folder; no frame passes through Prefect.
"""
