"""Ingesting a CSV of inspections, beside plain scan and write of the same file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from bench.data import RECEIVED_AT, DataSize, all_buckets
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


def write_inbox(size: DataSize, folder: Path) -> None:
    """A register, and an inbox with one CSV of inspections: all that the buckets of `size` have."""
    (folder / "inbox").mkdir(parents=True)
    buckets = list(all_buckets(size))
    pl.concat([frames["enterprise"] for frames in buckets]).write_parquet(folder / "enterprise.parquet")
    inspections = pl.concat([frames["inspection"] for frames in buckets])
    as_written(inspections).write_csv(folder / "inbox" / "监督检查.csv")


def as_written(inspections: pl.DataFrame) -> pl.DataFrame:
    """Inspections as an office writes them: Chinese headings and Chinese terms."""
    columns = {name: KINDS["inspection"].column(name) for name in _COLUMNS}
    terms = [pl.col(name).replace(columns[name].codes) for name in ("field", "conclusion")]
    headings = {name: column.label for name, column in columns.items()} | {"party_name": "被检查单位"}
    return inspections.select(_COLUMNS).with_columns(terms).rename(headings)


def ingested(folder: Path) -> Side:
    """From the bytes to valid records, tied to the register, each row accounted for, and staged as by a run."""
    rules = IngestRules(read_sources(_POLICY), read_common_rules(_POLICY), _KEY)
    register = pl.scan_parquet(folder / "enterprise.parquet")
    history = IngestHistory.from_tables(lambda name: register if name == "enterprise" else TABLES[name].empty().lazy())
    context = RunContext(RECEIVED_AT.date(), RECEIVED_AT, folder)

    def step() -> Ingested:
        result = ingest_inbox(folder / "inbox", rules, history, RECEIVED_AT)
        context.stage("inspection", result.records["inspection"])
        return result

    def outcome(result: Ingested) -> Outcome:
        return {name: int(result.accounts[f"{name}_count"].sum()) for name in ("read", "accepted", "quarantined")}

    return Side([step], outcome)


def scanned_and_written(folder: Path) -> Side:
    """Every cell as text, unchanged."""
    (path,) = (folder / "inbox").iterdir()

    def step() -> None:
        pl.scan_csv(path, infer_schema=False).sink_parquet(folder / "plain.parquet")

    return Side([step], lambda _: {"rows": pl.scan_parquet(folder / "plain.parquet").select(pl.len()).collect().item()})


SIDES: dict[str, Callable[[Path], Side]] = {"ingested": ingested, "scanned_and_written": scanned_and_written}
