"""The context of one run: its day, what is known by then, the folder in which it stages what it computes, and the files
that it leaves there for later readers.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from reports.atomic_files import write_atomically
from reports.scheme_facts import SchemeFacts
from transforms.schemas import KINDS, LAW_TABLES, TABLES, Table
from transforms.schemas.run_tables import TRADE_TABLES

_SCHEME_FILE = "scheme.json"


# Tables that files are ingested into: rows are only added.
INGESTED_TABLES = (*KINDS, "files", "accounts", "quarantine", "quarantine_outcomes")
# Tables of results, each with the column that holds the day of the run.
RESULT_TABLES = {
    **dict.fromkeys(("ratings", "trace", "outlook", *LAW_TABLES), "valid_from_on"),
    **dict.fromkeys(("changes", "change_trace"), "as_of"),
    **{name: "as_of" if "as_of" in table.schema else "valid_from_on" for name, table in TRADE_TABLES.items()},
}


@dataclass(frozen=True)
class RunContext:
    """One run for one day.

    as_of: the day that is rated. known_at: the instant (UTC) up to which arrivals count. folder: the run's folder.
    buckets: how many buckets the store has.

    What the run computes is staged as Parquet files below `folder`/stage until the commit. A staged name has parts: one
    per bucket, or one per batch of enterprises.
    """

    as_of: date
    known_at: datetime
    folder: Path
    buckets: int = 1

    def stage(self, name: str, frame: pl.LazyFrame | pl.DataFrame, part: int = 0) -> None:
        """Write `frame` as a part of `name`, uncompressed: it is deleted after the commit."""
        path = self._folder(name) / f"{part:05}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.lazy().collect().write_parquet(path, compression="uncompressed", statistics=False)

    def staged(self, name: str, parts: Collection[int] | None = None, table: Table | None = None) -> pl.LazyFrame:
        """The rows staged under `name`, of these parts or all; empty in the shape of `table` where there are none."""
        paths = [
            self._folder(name) / f"{part:05}.parquet" for part in self.parts(name) if parts is None or part in parts
        ]
        return pl.scan_parquet(paths, glob=False) if paths else (table or TABLES[name]).empty().lazy()

    def parts(self, name: str) -> list[int]:
        """The numbers of the parts staged under `name`."""
        return sorted(int(path.stem) for path in self._folder(name).glob("*.parquet"))

    def size_bytes(self, name: str, part: int) -> int:
        """The size of a staged part on disk, in bytes."""
        return (self._folder(name) / f"{part:05}.parquet").stat().st_size

    def clear(self, below: str = "stage") -> None:
        """Delete what is staged, or one folder of it."""
        shutil.rmtree(self.folder / below, ignore_errors=True)

    def _folder(self, name: str) -> Path:
        return self.folder / "stage" / name


def write_scheme_facts(folder: Path, facts: SchemeFacts) -> None:
    """Write the titles of the scheme by which the run rated.

    Questions about the run are then answered in the scheme's titles of that day, whatever has become of the policy.
    """
    text = json.dumps(asdict(facts), ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(folder / _SCHEME_FILE, f"{text}\n")


def read_scheme_facts(folder: Path) -> SchemeFacts | None:
    """The titles that the run has left; None where there are none or they cannot be read.

    The policy is read instead then: run folders belong to one machine, and may be deleted.
    """
    try:
        return SchemeFacts.from_json(json.loads((folder / _SCHEME_FILE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
