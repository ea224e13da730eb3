"""What one night does, step by step.

- `work`       one night, its steps in order, from inbox to commit
- `plan`       which nights are due, and where one keeps its work
- `bring_in`   the inbox becomes staged records, accounts and quarantine
- `arrived`    what the night brought, also when it runs a second time
- `rate`       staged and stored records become ratings, traces and changes
- `check`      the gate over everything staged
- `keep`       what passed is written to the store and committed
- `tell`       the office report and the enterprises' pages
- `story`      the night on its Prefect page

Between the steps only files below the run's folder pass: no frame travels through Prefect.
"""
