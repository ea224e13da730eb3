"""Taking in a file of inspections, and merely scanning and writing the same file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from bench import data
from bench.measure import Outcome, Side
from flows.ingest import Ingested, IngestHistory, IngestRules, ingest_inbox, read_common_rules
from flows.policy_folder import read_sources
from flows.run.context import RunContext
from transforms.schemas import KINDS, TABLES

_POLICY = Path(__file__).parents[1] / "policy"
_KEY = b"not a secret: nothing here is about persons"
_COLUMNS = (
    "uscc",
    "party_name",
    "inspection_no",
    "inspected_on",
    "authority",
    "field",
    "critical_count",
    "major_count",
    "minor_count",
    "conclusion",
)


def write_inbox(size: data.DataSize, folder: Path) -> None:
    """A register, and an inbox with one CSV of inspections: all that the buckets of `size` have."""
    (folder / "inbox").mkdir(parents=True)
    every = list(data.all_buckets(size))
    pl.concat([frames["enterprise"] for frames in every]).write_parquet(folder / "enterprise.parquet")
    csv_of(pl.concat([frames["inspection"] for frames in every])).write_csv(folder / "inbox" / "监督检查.csv")


def csv_of(inspections: pl.DataFrame) -> pl.DataFrame:
    """Inspections as an office writes them: Chinese headings, Chinese words."""
    words = {name: KINDS["inspection"].column(name).codes for name in ("field", "conclusion")}
    said = inspections.select(_COLUMNS).with_columns(pl.col(name).replace(of) for name, of in words.items())
    return said.rename(
        {name: KINDS["inspection"].column(name).label for name in _COLUMNS} | {"party_name": "被检查单位"}
    )


def ingested(folder: Path) -> Side:
    """From the bytes to sound records, tied to the register, each row accounted for, and written as a night does."""
    rules = IngestRules(read_sources(_POLICY), read_common_rules(_POLICY), _KEY)
    register = pl.scan_parquet(folder / "enterprise.parquet")
    known = IngestHistory.from_tables(lambda name: register if name == "enterprise" else TABLES[name].empty().lazy())

    night = RunContext(data.RECEIVED_AT.date(), data.RECEIVED_AT, folder)

    def work() -> Ingested:
        brought = ingest_inbox(folder / "inbox", rules, known, data.RECEIVED_AT)
        night.stage("inspection", brought.records["inspection"])
        return brought

    return Side([work], _account)


def _account(brought: Ingested) -> Outcome:
    return {name: int(brought.accounts[f"{name}_count"].sum()) for name in ("read", "accepted", "quarantined")}


def plainly_written(folder: Path) -> Side:
    """Every cell as text, as it stands."""
    (path,) = (folder / "inbox").iterdir()

    def work() -> None:
        pl.scan_csv(path, infer_schema=False).sink_parquet(folder / "plain.parquet")

    return Side([work], lambda _: {"rows": pl.scan_parquet(folder / "plain.parquet").select(pl.len()).collect().item()})


SIDES: dict[str, Callable[[Path], Side]] = {"taken_in": ingested, "plainly_written": plainly_written}
