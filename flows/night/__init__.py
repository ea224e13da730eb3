"""What one night does, step by step.

- `work`       one night, its steps in order, from inbox to commit
- `plan`       which nights are due, and where one keeps its work
- `take_over`  a store of an earlier release, or for another number of buckets, is laid out anew first
- `bring_in`   the inbox becomes staged records, accounts and quarantine
- `arrived`    what the night brought, also when it runs a second time
- `records`    the records the night knows, stored or staged, of whomever is asked for
- `standing`   the ratings that stand before and after, whole but narrow
- `basis`      what ratings rest on beside records; `scope` whom the night rates, and why
- `rate`       staged and stored records become ratings, traces and changes
- `outlook`    the tier on the days to come, if nothing new arrives
- `check`      the gate over all that is new; `present` what it sees of the whole
- `differences` what is otherwise than the night before, staged
- `word`       the law's word on enterprises: as it stood, as tonight makes it
- `keep`       what passed is written to the store and committed
- `legal`      the law's word on the night, for the report and the pages
- `tell`       the office report and the enterprises' pages
- `story`      the night on its Prefect page

Between the steps only files below the run's folder pass: no frame travels through Prefect.
"""
