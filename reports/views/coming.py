"""What falls due, as grids: the same columns wherever it is shown."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from reports.grid import Grid, fields_of, grid_of
from transforms.tables.law.coming import COMING

ITSELF = "itself"
_WHO = {**COMING.column("who").words, ITSELF: "自行发生"}
_NAMES = ("on", "what", "who", "matter", "party_name", "decision_no", "system", "basis", "confidence", "note")


def coming_grid(
    title: str, rows: pl.DataFrame, empty: str = "无", name: str = "coming", with_party: bool = True
) -> Grid:
    """Rows of COMING in their order; without the party where all are one enterprise's."""
    shown = [column for column in _NAMES if with_party or column != "party_name"]
    fields = [replace(each, words=_WHO) if each.name == "who" else each for each in fields_of(COMING, *shown)]
    return grid_of(name, title, rows.with_columns(pl.col("who").fill_null(ITSELF)), fields, empty)
