"""What happens, and where it meets the world: files, tables, clocks, people.

- `nightly`     the Prefect flow of the nightly run; its steps are in `run`
- `publish`     the flow of a publication; its steps are in `publishing`
- `serve`       the schedule of prefect.yaml on this machine
- `intake`      files to records, every row accounted for
- `gate`        what the tables must hold before anything is committed
- `store`       Delta tables, the ledger that commits them, one run at a time
- `policies`    the policy folder, read from disk
- `law`         what the law makes of a run's records
- `settings`    one validated configuration
- `cli`         the command line
- `demo`        a made-up region to try it on
- `first_run`   `make run`

Nothing is imported here: light commands must not pay for Prefect.
"""
