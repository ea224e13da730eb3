"""What reading takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

ROW_NO = "row_no"

BROKEN_SCHEMA = pl.Schema(
    {
        ROW_NO: pl.Int64(),
        "code": pl.String(),
        "column": pl.String(),
        "text": pl.String(),
        "detail": pl.String(),
        "expected": pl.String(),
        "row_text": pl.String(),
    }
)


@dataclass(frozen=True)
class Layout:
    """Where the rows stand in a source's files.

    `sheet` names the sheet of a workbook (None: its first visible one); `header_row` is the row with the headings,
    as a spreadsheet numbers it; `delimiter` separates the cells of a text file.
    """

    sheet: str | None = None
    header_row: int = 1
    delimiter: str = ","


@dataclass(frozen=True)
class FileFinding:
    """Why a file as a whole was turned away: a code, and a Chinese sentence for the officer and the sender."""

    code: str
    message: str


@dataclass(frozen=True)
class RawFile:
    """A file as read.

    `frame` holds the good rows: one String column per heading (an empty cell is null) and `row_no` last, as a
    spreadsheet numbers rows. `broken` (BROKEN_SCHEMA) holds the rows that could not be read as rows: `text` the row
    or cell at fault, shortened; `column` the heading at fault or ""; `detail` what is wrong and `expected` what is
    expected, in Chinese; `row_text` a JSON object of heading to text, or of RAW_ROW to the raw line. `notes` are
    Chinese remarks that stop nothing. Where `finding` stands, both frames are empty. Blank rows are no rows.
    """

    file_id: str
    file_name: str
    encoding: str | None
    size_bytes: int
    headings: tuple[str, ...] = ()
    frame: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={ROW_NO: pl.Int64()}))
    broken: pl.DataFrame = field(default_factory=BROKEN_SCHEMA.to_frame)
    finding: FileFinding | None = None
    notes: tuple[str, ...] = ()

    @property
    def read_count(self) -> int:
        """Data rows read, good and broken."""
        return self.frame.height + self.broken.height


@dataclass(frozen=True)
class BrokenRow:
    """A row that could not be read as a row; `cells` are its cells where they could be told apart."""

    row_no: int
    code: str
    text: str
    detail: str
    expected: str
    column: str = ""
    cells: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Sheet:
    """The rows of a file before their cells are looked at: columns "0", "1", … of text and `row_no`.

    A heading is "" where a column has none; `is_clean` where it is known that no cell has a control character.
    """

    encoding: str
    headings: tuple[str, ...]
    frame: pl.DataFrame
    broken: tuple[BrokenRow, ...] = ()
    notes: tuple[str, ...] = ()
    is_clean: bool = False


class TurnedAway(Exception):
    """Raised inside reading, and caught by `read_file`, where a file as a whole cannot be read."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.finding = FileFinding(code, message)
