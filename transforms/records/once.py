"""A cell that stands in a thousand rows is read once: readings over the different texts of a column."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.records.cells import Reading
from transforms.records.problems import PROBLEMS, failures

_MOST_DIFFERENT = 2  # rows to a different text; below it, finding them out costs more than it saves


def read_once(frame: pl.DataFrame, reading: Reading, cells: Sequence[str]) -> tuple[pl.Series, pl.DataFrame]:
    """The reading's value on every row of `frame`, and the problems of its cells (PROBLEMS).

    cells: all columns that the reading looks at, mostly one. What it says of a row follows from their text alone.
    """
    if not _is_worth_it(frame, cells):
        return _value(frame, reading), failures(frame, reading.checks)
    different = frame.select(cells).unique()
    read = different.with_columns(_value(different, reading))
    values = frame.select(cells).join(read, on=cells, how="left", nulls_equal=True, maintain_order="left")
    return values[reading.name], _problems(frame, different, reading, cells)


def _is_worth_it(frame: pl.DataFrame, cells: Sequence[str]) -> bool:
    if len(cells) != 1:
        return False
    different: int = frame.select(pl.approx_n_unique(cells[0])).item()
    return different * _MOST_DIFFERENT <= frame.height


def _value(frame: pl.DataFrame, reading: Reading) -> pl.Series:
    return frame.lazy().select(reading.value.alias(reading.name)).collect().to_series()


def _problems(frame: pl.DataFrame, different: pl.DataFrame, reading: Reading, cells: Sequence[str]) -> pl.DataFrame:
    if not reading.checks:
        return PROBLEMS.to_frame()
    faulty = different.lazy().filter(pl.any_horizontal(check.fails for check in reading.checks)).collect()
    if faulty.is_empty():
        return PROBLEMS.to_frame()
    rows = frame.join(faulty, on=cells, how="semi", nulls_equal=True, maintain_order="left")
    return failures(rows, reading.checks)
