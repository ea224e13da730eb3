"""Where a night is kept.

- `store`    `Store`: read the tables as the last run that passed left them; `begin` a run that writes
- `writing`  append, replace, commit: unseen until the commit
- `ledger`   one row per run; a row that passed pins the version of every table
- `lock`     one run at a time; `Busy` says who
- `views`    the ratings that stand, or stood on a day
- `tables`   one Delta table
- `place`    folder or object storage
"""

from flows.store.ledger import LEDGER, Run
from flows.store.lock import Busy
from flows.store.store import Store
from flows.store.views import Standing, history, on_day, present
from flows.store.writing import Writing

__all__ = ["LEDGER", "Busy", "Run", "Standing", "Store", "Writing", "history", "on_day", "present"]
