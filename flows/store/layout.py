"""The layout of a store, that is the number of buckets of its tables, brought to what the settings ask for."""

from __future__ import annotations

import polars as pl

from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from flows.store.tables import buckets_for
from transforms.schemas import KINDS


def adapt_layout(store: Store, settings: Settings) -> Run | None:
    """Lay out anew a store of an earlier release, or one for which another number of buckets is set.

    A store without buckets gets as many as are set, or as suit its size. Returns None where there is nothing to do.
    Raises Busy where another run holds the store.
    """
    counts = set(store.layout().values())
    if not counts or (len(counts) == 1 and None not in counts and settings.buckets in (None, *counts)):
        return None
    wanted = settings.buckets or next((count for count in counts if count), None)
    if wanted is None:
        run = store.last()
        wanted = buckets_for(sum(store.scan(kind, run).select(pl.len()).collect().item() for kind in KINDS))
    return store.lay_out_anew(wanted)
