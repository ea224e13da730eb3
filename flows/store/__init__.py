"""The store: Delta tables, the ledger that commits them, one writing run at a time.

- `store`         `Store`: read tables as the last passed run left them; `begin` a run, whose `RunWriter` writes
- `queries`       ratings, records, outlook and legal state as a run left them
- `ledger`        one row per run; a row that passed pins the version of every table
- `lease`         one run at a time; `Busy` says who
- `tables`        one Delta table: versions, syncing, and damage that is recognised
- `layout`        buckets: which part of a table an enterprise's rows lie in
- `location`      a folder or object storage
- `stored_names`  names in stored facts, and the words of the code for them

Nothing is imported here: settings need `location` without the Delta library.
"""
