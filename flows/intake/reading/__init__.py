"""Files of an inbox become raw frames of text, every row of them accounted for, whatever arrives.

`discover` lists what lies in an inbox, `unknown` tells what is new in it; `read_file` reads one file. Nothing here
raises for a bad file: a file that cannot be read at all carries a `FileFinding`, a row that cannot be read as a row
stands in `RawFile.broken`, and every other row stands in `RawFile.frame`. What cells mean is no business of this room.
"""

from flows.intake.reading.discovery import discover, unknown
from flows.intake.reading.read import read_file
from flows.intake.reading.shapes import BROKEN_SCHEMA, ROW_NO, SHEET_HEADING, Expected, FileFinding, Layout, RawFile
from reports.render.quarantine_workbook import QUARANTINE_HEADINGS, RAW_ROW

__all__ = [
    "BROKEN_SCHEMA",
    "QUARANTINE_HEADINGS",
    "RAW_ROW",
    "ROW_NO",
    "SHEET_HEADING",
    "Expected",
    "FileFinding",
    "Layout",
    "RawFile",
    "discover",
    "read_file",
    "unknown",
]
