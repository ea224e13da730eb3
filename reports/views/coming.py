"""What falls due, as grids: the same columns wherever it is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from reports.grid import Grid, fields_of, grid_of
from transforms.tables.law.coming import COMING

MOST_DUE = 1000  # rows of a list of what is due, the most urgent; `yaoxin due` has all
ITSELF = "itself"
_WHO = {**COMING.column("who").words, ITSELF: "自行发生"}
_NAMES = ("on", "what", "who", "matter", "party_name", "decision_no", "system", "basis", "confidence", "note")


def all_due(as_of: date, until: date | None = None) -> str:
    """The command that shows everything due up to `until`, or in the days a report looks ahead."""
    return f"yaoxin due --as-of {as_of}" + (f" --until {until}" if until else "")


def coming_grid(
    title: str, rows: pl.DataFrame, empty: str = "无", name: str = "coming", with_party: bool = True
) -> Grid:
    """Rows of COMING in their order; without the party where all are one enterprise's."""
    shown = [column for column in _NAMES if with_party or column != "party_name"]
    fields = [replace(each, words=_WHO) if each.name == "who" else each for each in fields_of(COMING, *shown)]
    return grid_of(name, title, rows.with_columns(pl.col("who").fill_null(ITSELF)), fields, empty)
