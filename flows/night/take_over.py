"""A store of an earlier release, or one for which another number of buckets was set, is laid out anew first."""

from __future__ import annotations

import polars as pl

from flows.night.bring_in import buckets_for
from flows.settings import Settings
from flows.store import Run, Store, lay_out_anew
from transforms.tables import KINDS


def take_over(store: Store, settings: Settings) -> Run | None:
    """Lay the store out as it is set, or by its size where it has no buckets yet; None where nothing is to be done.

    Raises Busy where another run holds the store.
    """
    layout = store.layout()
    found = set(layout.values())
    if not layout or (len(found) == 1 and None not in found and settings.buckets in (None, *found)):
        return None
    wanted = settings.buckets or next((count for count in found if count), None) or buckets_for(_rows(store))
    return lay_out_anew(store, wanted)


def _rows(store: Store) -> int:
    run = store.last()
    return sum(store.scan(kind, run).select(pl.len()).collect().item() for kind in KINDS)
