"""What earlier runs ingested: the register, record versions, files and the quarantine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import polars as pl

from transforms.records.identity import REGISTER_COLUMNS
from transforms.records.versions import VERSION_COLUMNS
from transforms.schemas import KINDS, TABLES

QUARANTINE_KEY = ("file_id", "row_no", "kind", "attempt_no")  # identifies a quarantined row


@dataclass(frozen=True)
class IngestedFile:
    """A file of an earlier run: its path then, how often it was read, when it first came, why it is rejected."""

    file_name: str
    attempt_no: int
    received_at: datetime
    finding: str | None


@dataclass(frozen=True)
class RuleChanges:
    """What has changed since the previous run.

    has_any: whether the program or any source has, so that a rejected file may be readable now. sources: those whose
    text has, so that their quarantined rows may be.
    """

    has_any: bool = False
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True)
class IngestHistory:
    """What the store holds, as far as ingestion needs it.

    register: every version of every enterprise (REGISTER_COLUMNS and VERSION_COLUMNS). versions: by kind, every record
    version (VERSION_COLUMNS). files: by SHA-256. quarantine, outcomes: the tables `quarantine` and
    `quarantine_outcomes`. changes: of the rules, since the previous run.
    """

    register: pl.LazyFrame
    versions: Mapping[str, pl.LazyFrame]
    files: Mapping[str, IngestedFile]
    quarantine: pl.LazyFrame
    outcomes: pl.LazyFrame
    changes: RuleChanges = RuleChanges()

    @classmethod
    def from_tables(cls, scan: Callable[[str], pl.LazyFrame]) -> IngestHistory:
        """From the tables that `scan` gives by name."""
        register = scan("enterprise").select(dict.fromkeys((*REGISTER_COLUMNS, *VERSION_COLUMNS)).keys())
        versions = {kind: scan(kind).select(VERSION_COLUMNS) for kind in KINDS}
        attempts = scan("files").select(
            "file_id", "file_name", pl.col("attempt_no").fill_null(1), "received_at", "finding"
        )
        by_file = attempts.sort("file_id", "attempt_no").group_by("file_id", maintain_order=True)
        last = by_file.agg(
            pl.col("file_name", "attempt_no").last(), pl.col("received_at").first(), pl.col("finding").last()
        )
        files = {file_id: IngestedFile(*row) for file_id, *row in last.collect().iter_rows()}
        return cls(register, versions, files, scan("quarantine"), scan("quarantine_outcomes"))

    @classmethod
    def empty(cls) -> IngestHistory:
        """Before the first run."""
        return cls.from_tables(lambda table: TABLES[table].empty().lazy())

    @cached_property
    def rejected(self) -> frozenset[str]:
        """SHA-256 of the rejected files."""
        return frozenset(file_id for file_id, file in self.files.items() if file.finding is not None)

    def open_quarantine(self) -> pl.LazyFrame:
        """Rows of the table `quarantine` without an outcome; `attempt_no` is filled."""
        return open_quarantine(self.quarantine, self.outcomes)


def open_quarantine(quarantine: pl.LazyFrame, outcomes: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of the table `quarantine` that `quarantine_outcomes` does not name; `attempt_no` is filled."""
    closed = outcomes.select("file_id", "row_no", "kind", attempt_no="quarantined_at_attempt")
    rows = quarantine.with_columns(pl.col("attempt_no").fill_null(1))
    return rows.join(closed, on=list(QUARANTINE_KEY), how="anti", nulls_equal=True)
