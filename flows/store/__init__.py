"""Where a night is kept.

- `store`    `Store`: read the tables as the last run that passed left them; `begin` a run that writes
- `writing`  append, replace, commit: unseen until the commit
- `ledger`   one row per run; a row that passed pins the version of every table
- `lock`     one run at a time; `Busy` says who
- `durability`  what is synced in which order, and how a loss is recognised
- `views`    the ratings that stand, or stood on a day; the records known; the law's word
- `tables`   one Delta table
- `buckets`  which part of a table an enterprise's rows lie in
- `layout`   a store laid out anew, for another number of buckets
- `place`    folder or object storage
"""

from flows.store.buckets import EVERY, ONLY_COPIES, Part
from flows.store.durability import StoreDamaged
from flows.store.layout import lay_out_anew
from flows.store.ledger import LEDGER, Run
from flows.store.lock import Busy, Overtaken
from flows.store.store import CannotGoBack, Store
from flows.store.views import Standing, foretells, history, keeps_law, known, law_of, on_day, outlook_of, present
from flows.store.writing import Writing

__all__ = [
    "EVERY",
    "LEDGER",
    "ONLY_COPIES",
    "Busy",
    "CannotGoBack",
    "Overtaken",
    "Part",
    "Run",
    "Standing",
    "Store",
    "StoreDamaged",
    "Writing",
    "foretells",
    "history",
    "keeps_law",
    "known",
    "law_of",
    "lay_out_anew",
    "on_day",
    "outlook_of",
    "present",
]
