"""Files of an inbox become raw frames of text, every row of them accounted for, whatever arrives.

`listing` says what lies in an inbox. `read_safely` reads one file, in a process of its own where that could break off;
`read_file` reads in this one. Nothing here raises for a bad file: a file that cannot be read at all carries a
`FileFinding`, a row that cannot be read as a row stands in `RawFile.broken`, and every other row stands in
`RawFile.frame`. What cells mean is no business of this room.
"""

from flows.intake.reading.apart import read_safely
from flows.intake.reading.discovery import Listing, Obstacle, discover, listing, refused, unopened
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
    "Listing",
    "Obstacle",
    "RawFile",
    "discover",
    "listing",
    "read_file",
    "read_safely",
    "refused",
    "unopened",
]
