"""A cell that stands in a thousand rows is read once: readings over the different texts of a column."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.records.cells import Reading
from transforms.records.problems import PROBLEMS, failures
from transforms.tables.shape import TEXT

# Rows to a different text; where there are fewer, finding the texts out costs more than it saves.
_WORTH_IT, _WORTH_IT_FOR_TEXT = 2, 8


def read_once(frame: pl.DataFrame, reading: Reading, cells: Sequence[str]) -> tuple[pl.Series, pl.DataFrame]:
    """The reading's value on every row of `frame`, and the problems of its cells (PROBLEMS).

    cells: all columns that the reading looks at, mostly one. What it says of a row follows from their text alone.
    """
    if not _is_worth_it(frame, reading, cells):
        whole = reading.read(frame.select("row_no", *cells))
        return _value(whole, reading), failures(whole, reading.checks)
    different = reading.read(frame.select(cells).unique())
    read = different.select(*cells, _value(different, reading))
    values = frame.select(cells).join(read, on=cells, how="left", nulls_equal=True, maintain_order="left")
    return values[reading.name], _problems(frame, different, reading, cells)


def _is_worth_it(frame: pl.DataFrame, reading: Reading, cells: Sequence[str]) -> bool:
    if len(cells) != 1:
        return False
    different: int = frame.select(pl.approx_n_unique(cells[0])).item()
    least = _WORTH_IT_FOR_TEXT if reading.dtype == TEXT else _WORTH_IT
    return different * least <= frame.height


def _value(frame: pl.DataFrame, reading: Reading) -> pl.Series:
    return frame.lazy().select(reading.value.alias(reading.name)).collect().to_series()


def _problems(frame: pl.DataFrame, different: pl.DataFrame, reading: Reading, cells: Sequence[str]) -> pl.DataFrame:
    if not reading.checks:
        return PROBLEMS.to_frame()
    faulty = different.lazy().filter(pl.any_horizontal(check.fails for check in reading.checks)).collect()
    if faulty.is_empty():
        return PROBLEMS.to_frame()
    rows = frame.select("row_no", *cells).join(faulty, on=cells, how="inner", nulls_equal=True, maintain_order="left")
    return failures(rows, reading.checks)
