"""What reading takes and gives: layouts, expected headings, raw files, broken rows and findings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from flows.ingest.reading import limits

ROW_NO = "row_no"

SHEET_STEP = 10_000_000  # more than a sheet has rows

SHEET_HEADING = "工作表"

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
class FileLayout:
    """Where the rows stand in a source's files.

    `sheet` names the sheet of a workbook (None: every visible one that has the source's headings); `header_row` is the
    row with the headings, as a spreadsheet numbers it; `delimiter` separates the cells of a text file; `encoding` is
    what a text file is in (None: told by its content). Where the headings of the source are known, header row and
    delimiter are where the headings are looked for first.
    """

    sheet: str | None = None
    header_row: int = 1
    delimiter: str = ","
    encoding: str | None = None


@dataclass(frozen=True)
class ExpectedHeadings:
    """The headings a source knows. Where none are accepted, the header row is taken as it stands.

    accepted: headings that are read, in the order of the source. required: for each required field the headings of
    which one must be there. passed_over: headings that are known and never read. units: of a heading of an amount the
    unit (元 or 万元) the source reads it in.
    """

    accepted: tuple[str, ...] = ()
    required: tuple[frozenset[str], ...] = ()
    passed_over: frozenset[str] = frozenset()
    units: Mapping[str, str] = field(default_factory=dict)


NO_EXPECTED_HEADINGS = ExpectedHeadings()


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
    Chinese remarks that stop nothing. Where `finding` stands, both frames are empty. Blank rows, titles above the
    headings, totals and the notes below the table are no rows.

    Rows of a workbook's second sheet are numbered from SHEET_STEP, of its third from twice that, and so on; where
    several sheets are read, the column SHEET_HEADING names the sheet of each row. Headings are spelt as the source
    spells them.
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
class RawSheet:
    """The rows of a table before their cells are looked at: columns "0", "1", … of text and `row_no`.

    A heading is "" where a column has none; `header` is the header row as it stands in the file; `is_clean` where it
    is known that no cell has a control character. `name` is that of a workbook's sheet; `other_units` are the columns
    of amounts (their place from 0) in another unit than the source reads, "" where it is not told.
    """

    encoding: str
    headings: tuple[str, ...]
    frame: pl.DataFrame
    broken: tuple[BrokenRow, ...] = ()
    notes: tuple[str, ...] = ()
    is_clean: bool = False
    name: str = ""
    header: Sequence[str] = ()
    other_units: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RawBook:
    """The tables of a file that are read, at least one, and what is to be said of the file as a whole."""

    sheets: tuple[RawSheet, ...]
    notes: tuple[str, ...] = ()


class FileRejected(Exception):
    """Raised inside reading, and caught by `read_file`, where a file as a whole cannot be read."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.finding = FileFinding(code, message)


_UNPRINTABLE = re.compile(r"[\x00-\x1F\x7F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]")


def printable(text: str, limit: int = limits.MAX_SHOWN_CHARS) -> str:
    """`text` shortened to `limit` characters, control characters made visible as U+XXXX."""
    return _UNPRINTABLE.sub(_code, shortened(text, limit))


def shortened(text: str, limit: int = limits.MAX_SHOWN_CHARS) -> str:
    """`text` itself, or its beginning with its true length."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}…（共{len(text)}字）"


def _code(found: re.Match[str]) -> str:
    return f"<U+{ord(found[0]):04X}>"
