"""What happens, and where it meets the world: files, tables, clocks, people.

- `nightly`                the Prefect flow of the nightly run; its steps are in `run`
- `publish`                the flow of a publication; its steps are in `publishing`
- `serve`                  the schedule of prefect.yaml on this machine
- `prefect_server`         a Prefect server for as long as a command runs
- `ingest`                 files to records, every row accounted for
- `gate_tables`            what the tables must hold before anything is committed
- `store`                  Delta tables, the ledger that commits them, one run at a time
- `legal_state`            what the law makes of a run's records
- `office`                 who may sign: people, keys, the journal of signed acts
- `papers`                 the office's papers from a store's records
- `correction_workbooks`   workbooks of quarantined rows for the offices that sent them
- `policy_folder`          the policy folder, read from disk
- `settings`               one validated configuration
- `cli`                    the command line
- `wording`                messages in the reader's language
- `run_logging`            the log of a run
- `personal_data_search`   identity numbers of natural persons in what is stored and published
- `demo`                   a made-up region to try it on
- `first_run`              `make run`

Nothing is imported here: light commands must not pay for Prefect.
"""
