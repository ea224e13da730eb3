"""Frames in which everything holds, row by row, to be spoilt one cell at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from expectations import TableSpec
from flows.gate_tables import read_gate

DAY = date(2025, 6, 10)
GATE = read_gate(Path(__file__).parents[2] / "policy")
_BY_KIND: dict[str, Any] = {
    "text": "text",
    "texts": [],
    "count": 1,
    "flag": True,
    "day": DAY,
    "instant": datetime(2025, 6, 11, 18, tzinfo=UTC),
    "parts": [{"state": "met"}],
}
_BY_NAME: dict[str, Any] = {
    "uscc": "91330100MA27XW1234",
    "row_hash": "ab" * 32,
    "person_hash": "cd" * 32,
    "person_masked": "3301**********1234",
    "proposed_by": "张三",
    "decided_by": "李四",
}
_BY_TABLE: dict[str, dict[str, Any]] = {
    "person_ban": {"is_lifelong": False},
    "licence": {"cancelled_on": None},
    "case": {"not_filed_on": None},
    "case_transfer": {"declined_on": None},
    "complaint": {"declined_on": None},
    "accounts": {"read_count": 10, "accepted_count": 6},
    "files": {"read_count": 10, "accepted_count": 6, "finding": None},
    "night_accounts": {
        "read_count": 1000,
        "quarantined_count": 200,
        "group_read_count": 1000,
        "group_quarantined_count": 501,
    },
    "penalty_amounts": {"is_fine_unknown": False, "is_confiscation_unknown": False, "stated_fen": None},
    "ratings": {"decided_by": "cut_point", "next_change_on": date(2025, 6, 11)},
    "outlook": {"changes_on": date(2025, 6, 11), "tier_after": "B", "index_before": 0},
    "law": {"next_on": date(2025, 6, 11)},
    "law_listings": {"left_on": None},
    "law_coming": {"on": date(2025, 6, 11), "is_automatic": False},
    "trace": {"reason": None},
    "changes": {"tier_after": "B", "index_before": 0, "decided_by": "cut_point"},
    "trade_ratings": {"decided_by": "cut_point", "next_change_on": date(2025, 6, 11), "unrated": None},
    "trade_trace": {"reason": None},
    "trade_changes": {"decided_by": "cut_point"},
    "new_trade_ratings": {"score_centipoints": 950, "base_centipoints": 1000, "trace_centipoints": -50},
    "present_ratings": {
        "score_centipoints": 950,
        "base_centipoints": 1000,
        "trace_centipoints": -50,
        "is_overdue": False,
    },
}


def rows(table: str, count: int = 3, **spoilt: Any) -> pl.DataFrame:
    """`count` clean rows with distinct keys; the second one with the cells of `spoilt`."""
    spec = GATE.specs[table]
    made = [_row(spec, place) for place in range(count)]
    if spoilt:
        made[1] |= spoilt
    return pl.DataFrame(made, schema=schema(spec), orient="row")


def schema(spec: TableSpec) -> pl.Schema:
    """The schema of a table, from its specification."""
    kinds = {
        "text": pl.String(),
        "texts": pl.List(pl.String()),
        "count": pl.Int64(),
        "flag": pl.Boolean(),
        "day": pl.Date(),
        "instant": pl.Datetime("us", "UTC"),
        "parts": pl.List(pl.Struct({"state": pl.String()})),
    }
    return pl.Schema({column.name: kinds[column.kind] for column in spec.columns})


def _row(spec: TableSpec, place: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in spec.columns:
        value = _BY_NAME.get(column.name, _BY_KIND[column.kind])
        if column.words:
            value = [column.words[0]] if column.kind == "texts" else column.words[0]
        row[column.name] = value
    row |= _BY_TABLE.get(spec.name, {})
    if "file_id" in row:
        row["file_id"] = f"{place:064x}"
    coded = {column.name for column in spec.columns if column.words}
    text_keys = [name for name in spec.key if isinstance(row[name], str) and name not in coded | {"file_id"}]
    return row | {name: f"{name}-{place}" for name in text_keys}
