"""A file of given bytes, read."""

import io
from collections.abc import Callable, Sequence

import pytest
import xlsxwriter

from flows.ingest.reading.raw_file import ExpectedHeadings, FileLayout, RawFile
from flows.ingest.reading.read import read_file


@pytest.fixture(scope="session")
def read(tmp_path_factory) -> Callable[..., RawFile]:
    """Writes bytes (or UTF-8 text) to a file of an inbox and reads it; keywords make the layout."""
    inbox = tmp_path_factory.mktemp("inbox")

    def reading(
        content: bytes | str, name: str = "a.csv", expected: ExpectedHeadings | Sequence[str] = (), **layout
    ) -> RawFile:
        path = inbox / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        known = expected if isinstance(expected, ExpectedHeadings) else ExpectedHeadings(tuple(expected))
        return read_file(path, inbox, FileLayout(**layout), known)

    return reading


@pytest.fixture(scope="session")
def workbook() -> Callable[..., bytes]:
    """The bytes of a workbook: sheet name to rows of cells; formats by type; a string beginning with = stays text."""

    def making(**sheets: Sequence[Sequence[object]]) -> bytes:
        buffer = io.BytesIO()
        options = {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd hh:mm"}
        with xlsxwriter.Workbook(buffer, options) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for place, row in enumerate(rows):
                    sheet.write_row(place, 0, row)
        return buffer.getvalue()

    return making
