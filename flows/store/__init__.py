"""The store: Delta tables, the ledger that commits them, one writing run at a time.

- `store`         `Store`: read tables as the last passed run left them, and the questions that several readers ask;
                  `begin` a run, whose `RunWriter` writes
- `ledger`        one row per run; a row that passed pins the version of every table
- `lease`         one run at a time; `Busy` says who
- `tables`        one Delta table: buckets, versions, syncing, and damage that is recognised
- `upgrade`       a store of an earlier release, or of another number of buckets, is brought to what is wanted
- `location`      a folder or object storage
- `stored_names`  names in stored facts, and the names that the code has for them

Nothing is imported here: settings need `location` without the Delta library.
"""
