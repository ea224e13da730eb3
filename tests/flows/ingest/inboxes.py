"""Inboxes for tests: files with few rows, ingested by the shipped sources."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from flows.ingest import Ingested, IngestHistory, IngestRules, ingest_inbox, read_common_rules
from tests.realdata import REPOSITORY
from transforms.policy_model.source import load_source
from transforms.schemas import RUN_TABLES, TABLES

POLICY = REPOSITORY / "policy"
RECEIVED_AT = datetime(2026, 3, 1, 2, tzinfo=ZoneInfo("Asia/Shanghai"))
COMMON = read_common_rules(POLICY)
SOURCES = tuple(
    load_source(path.read_text(encoding="utf-8"), path.name)
    for path in sorted((POLICY / "sources").glob("[a-z]*.yaml"))
)
RULES = IngestRules(SOURCES, COMMON, b"a secret of the office")

# Sound codes: both check characters are right. The second is a sole trader's.
FIRM, OTHER_FIRM, SHOP = "91110000600037341L", "914403001922038216", "92110108551385082M"


def put(inbox: Path, name: str, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    """A CSV file of `rows` below the inbox; the headings are the keys of all rows in order."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, headings, restval="", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


def firm(uscc: str = FIRM, name: str = "京城药业有限公司", **more: str) -> dict[str, str]:
    """A row of the register."""
    return {"统一社会信用代码": uscc, "企业名称": name, **more}


def penalty(**more: str) -> dict[str, str]:
    """A sound row of the penalty file, by Chinese heading, with `more` over it."""
    return {
        "行政相对人名称": "京城药业有限公司",
        "统一社会信用代码": FIRM,
        "行政处罚决定书文号": "（京）药监罚〔2025〕1号",
        "处罚类别": "罚款；警告",
        "罚款金额（万元）": "0.630069",
        "处罚决定日期": "2025-06-27",
        **more,
    }


def ingested(
    inbox: Path, history: IngestHistory | None = None, at: datetime = RECEIVED_AT, rules: IngestRules = RULES
) -> Ingested:
    """The result of ingesting the inbox; checks that every account balances and that no row is lost."""
    result = ingest_inbox(inbox, rules, history or IngestHistory.empty(), at)
    accounts = result.accounts
    counted = pl.sum_horizontal(
        pl.col(f"{status}_count").fill_null(0)
        for status in ("accepted", "duplicate", "superseded", "quarantined", "ignored")
    )
    assert accounts.filter(pl.col("read_count") != counted).is_empty()
    assert result.files.filter(pl.col("read_count") != counted).is_empty()
    rows = result.quarantine.group_by("file_id", "kind").agg(pl.col("row_no").n_unique().alias("rows"))
    joined = accounts.join(rows, on=["file_id", "kind"], how="left").with_columns(pl.col("rows").fill_null(0))
    assert (joined["rows"] == joined["quarantined_count"]).all()
    return result


def history_after(*results: Ingested) -> IngestHistory:
    """The history once the results are stored."""

    def scan(table: str) -> pl.LazyFrame:
        frames = [getattr(one, table, None) if table in RUN_TABLES else one.records.get(table) for one in results]
        return pl.concat([TABLES[table].empty(), *(frame for frame in frames if frame is not None)]).lazy()

    return IngestHistory.from_tables(scan)


def ingest_penalties(inbox: Path, *rows: dict[str, str]) -> Ingested:
    """A register of one firm and the penalty `rows`, in one run."""
    put(inbox, "企业登记.csv", [firm()])
    put(inbox, "双公示.csv", list(rows))
    return ingested(inbox)


def quarantined_cells(result: Ingested, kind: str = "penalty") -> list[tuple[int, str, str]]:
    """row_no, column and code of the problems in quarantine, in order."""
    rows = result.quarantine.filter(pl.col("kind") == kind)
    return rows.select("row_no", "column", "code").sort("row_no", "column", "code").rows()
