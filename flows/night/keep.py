"""What passed the gate is written to the store and committed."""

from __future__ import annotations

from flows.night.plan import ARRIVALS, Night
from flows.store import Writing

RESULTS = {"ratings": "valid_from_on", "trace": "valid_from_on", "changes": "as_of", "change_trace": "as_of"}


def keep(writing: Writing, night: Night) -> None:
    """Write everything staged. Nothing of it is seen until the run is committed.

    What arrived is appended: a file is taken in once. Results take the place of those of the same night.
    """
    for table in ARRIVALS:
        if night.has(table):
            writing.append(table, night.staged(table))
    for table, column in RESULTS.items():
        writing.replace(table, night.staged(table), column, night.as_of)
