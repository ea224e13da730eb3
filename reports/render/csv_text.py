"""A grid to CSV: UTF-8 with a byte order mark, CRLF, Chinese headings, as spreadsheets in the office expect.

A text cell that a spreadsheet could take for a formula (first visible character = + - @, also full-width)
is written with an apostrophe before it. Numbers are written plainly and never need one. Who reads the file by
program takes the JSON, which carries every text as it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from reports import show
from reports.grid import Field, Grid, Value

MARKS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_bytes(grid: Grid, notices: Sequence[str] = ()) -> bytes:
    """Heading and rows; notices, each a row of its own, stand after them, so that the heading stays first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(neutral(shown.label) for shown in grid.fields)
    for row in grid.rows:
        writer.writerow(_cell(shown, value) for shown, value in zip(grid.fields, row, strict=True))
    writer.writerows([f"# {notice}"] for notice in notices)
    return buffer.getvalue().encode("utf-8-sig")


def neutral(text: str) -> str:
    """`text` with an apostrophe before it where it could be taken for a formula."""
    return f"'{text}" if text.lstrip().startswith(MARKS) or text[:1] in {"\t", "\r"} else text


def _cell(shown: Field, value: Value) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return shown.text(value).replace(",", "").replace(show.MINUS, "-")
    return neutral(shown.text(value))
