"""What a night brought: stored already, where it runs a second time, or only staged."""

from __future__ import annotations

import polars as pl

from flows.night.records import Seen
from flows.store import Run


def arrived(seen: Seen, table: str, former: Run | None) -> pl.LazyFrame:
    """The rows of `table` that the night knows and the night before did not.

    former: the night before, whose `known_at` is the bound; None: everything. A second run of a night gives the same.
    """
    rows = seen.rows(table)
    if "received_at" not in rows.collect_schema():
        attempt = pl.col("attempt_no").fill_null(1)
        readings = arrived(seen, "files", former).select("file_id", _attempt=attempt)
        return (
            rows.with_columns(_attempt=attempt).join(readings, on=["file_id", "_attempt"], how="semi").drop("_attempt")
        )
    since = pl.lit(True) if former is None else pl.col("received_at") > former.known_at
    return rows.filter(since, pl.col("received_at") <= seen.night.known_at)
