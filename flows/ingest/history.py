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

QUARANTINE_KEY = ("file_id", "row_no", "kind", "attempt_no")  # what names a row in quarantine


@dataclass(frozen=True)
class IngestedFile:
    """A file that came before: its path then, how often it was read, when it came, why it is turned away whole."""

    file_name: str
    attempt_no: int
    came_at: datetime
    finding: str | None


@dataclass(frozen=True)
class RuleChanges:
    """What is another than at the last run: whether files turned away whole may be read otherwise now, and the sources
    whose rows in quarantine may.
    """

    are_rules_other: bool = False
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True)
class IngestHistory:
    """register: every version of every enterprise (the columns of `register.NEEDED` and KEYS).

    versions: per kind the KEYS of every version kept. files: by hash the files taken in before. quarantine: the rows
    that were turned away; outcomes: what became of those that wait no longer. changed: by what they were read then.
    """

    register: pl.LazyFrame
    versions: Mapping[str, pl.LazyFrame]
    files: Mapping[str, IngestedFile]
    quarantine: pl.LazyFrame
    outcomes: pl.LazyFrame
    changed: RuleChanges = RuleChanges()

    @classmethod
    def of(cls, scan: Callable[[str], pl.LazyFrame]) -> IngestHistory:
        """From the tables that `scan` gives by name."""
        register = scan("enterprise").select(dict.fromkeys((*REGISTER_COLUMNS, *VERSION_COLUMNS)).keys())
        versions = {kind: scan(kind).select(VERSION_COLUMNS) for kind in KINDS}
        return cls(register, versions, _files(scan("files")), scan("quarantine"), scan("quarantine_outcomes"))

    @classmethod
    def nothing(cls) -> IngestHistory:
        """Before the first night."""
        return cls.of(lambda table: TABLES[table].empty().lazy())

    @property
    def file_ids(self) -> frozenset[str]:
        """Hashes of the files taken in before."""
        return frozenset(self.files)

    @cached_property
    def turned_away(self) -> frozenset[str]:
        """Hashes of the files that are turned away whole."""
        return frozenset(file_id for file_id, file in self.files.items() if file.finding is not None)

    def waiting(self) -> pl.LazyFrame:
        """Rows of the table `quarantine` of which nothing became yet; attempt_no is filled."""
        return open_quarantine(self.quarantine, self.outcomes)


def open_quarantine(quarantine: pl.LazyFrame, outcomes: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of the table `quarantine` that `quarantine_outcomes` does not name; attempt_no is filled."""
    settled = outcomes.select("file_id", "row_no", "kind", attempt_no="quarantined_at_attempt")
    rows = quarantine.with_columns(pl.col("attempt_no").fill_null(1))
    return rows.join(settled, on=list(QUARANTINE_KEY), how="anti", nulls_equal=True)


def _files(files: pl.LazyFrame) -> dict[str, IngestedFile]:
    rows = files.select("file_id", "file_name", pl.col("attempt_no").fill_null(1), "received_at", "finding")
    first_last = rows.sort("file_id", "attempt_no").group_by("file_id", maintain_order=True)
    found = first_last.agg(
        pl.col("file_name", "attempt_no").last(), pl.col("received_at").first(), pl.col("finding").last()
    )
    return {file_id: IngestedFile(*facts) for file_id, *facts in found.collect().iter_rows()}
