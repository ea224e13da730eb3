"""A store of an earlier release brought to the format of this one: its layout in buckets, then its tables and columns.

Each step is a run of the ledger, committed whole: an upgrade that was killed goes on with what it had not committed.
What readers see stays the same, past runs included.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.settings import Settings
from flows.store import stored_names
from flows.store.ledger import Run, format_of
from flows.store.store import Store
from flows.store.tables import buckets_for
from transforms.schemas import KINDS


@dataclass(frozen=True)
class PendingUpgrade:
    """What an upgrade would do. from_format, to_format: equal where only the layout changes.

    buckets: how many the tables `laid_out` get; None where no layout changes. tables: those to be made. columns: those
    to be added, as table.column.
    """

    from_format: int
    to_format: int
    buckets: int | None
    laid_out: tuple[str, ...]
    tables: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return self.buckets is not None or self.from_format < self.to_format


def pending_upgrade(store: Store, settings: Settings) -> PendingUpgrade:
    """What `upgrade_store` would do now. Nothing for a store without a run: it begins in today's format."""
    last = store.last()
    if last is None:
        return PendingUpgrade(stored_names.STORE_FORMAT, stored_names.STORE_FORMAT, None, (), (), ())
    layout = store.layout(last)
    buckets = _buckets_wanted(store, layout, settings, last)
    found = format_of(last)
    tables, columns = store.missing_tables_and_columns(last) if found < stored_names.STORE_FORMAT else ((), ())
    laid_out = tuple(name for name, count in layout.items() if count != buckets) if buckets else ()
    return PendingUpgrade(found, stored_names.STORE_FORMAT, buckets, laid_out, tables, columns)


def upgrade_store(store: Store, settings: Settings) -> tuple[Run, ...]:
    """Do what is pending, and return the runs that did it. Raises Busy where another run holds the store."""
    pending = pending_upgrade(store, settings)
    laid_out = store.lay_out_anew(pending.buckets) if pending.buckets else None
    completed = store.complete_tables() if pending.from_format < pending.to_format else None
    return tuple(run for run in (laid_out, completed) if run is not None)


def _buckets_wanted(store: Store, layout: dict[str, int | None], settings: Settings, last: Run) -> int | None:
    """How many buckets the tables must get; None where all have as many as are set.

    A store without buckets gets as many as are set, or as suit its size.
    """
    counts = set(layout.values())
    if not counts or (len(counts) == 1 and None not in counts and settings.buckets in (None, *counts)):
        return None
    wanted = settings.buckets or next((count for count in counts if count), None)
    return wanted or buckets_for(sum(store.scan(kind, last).select(pl.len()).collect().item() for kind in KINDS))
