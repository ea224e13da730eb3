"""Files with the same bytes for the same rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

CREATED = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # a workbook bears a time; this one is nobody's
SPILL_ROWS = 2_000


class CsvFile:
    """A CSV file written in pieces, so that a long history does not stand in memory."""

    def __init__(self, path: Path, headings: Sequence[str], encoding: str) -> None:
        self.path = path
        self.encoding = encoding
        self.rows: list[Sequence[object]] = [headings]

    def write(self, row: Sequence[object]) -> None:
        """Add a row."""
        self.rows.append(row)
        if len(self.rows) > SPILL_ROWS:
            self.close()

    def close(self) -> None:
        """Bring what waits to the disk. May be called again after further rows."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(self.rows)
        is_new = not self.path.exists()
        encoding = "utf-8" if self.encoding == "utf-8-sig" and not is_new else self.encoding
        with self.path.open("ab") as file:
            file.write(text.getvalue().encode(encoding))
        self.rows = []


class XlsxFile:
    """A workbook with typed cells where the rows hold days and numbers."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
        self.book.set_properties({"created": CREATED})
        self.sheet = self.book.add_worksheet("数据")
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.row_no = 0
        self.write(headings)

    def write(self, row: Iterable[object]) -> None:
        """Add a row."""
        for place, value in enumerate(row):
            if isinstance(value, date):
                self.sheet.write_datetime(self.row_no, place, datetime.combine(value, datetime.min.time()), self.day)
            elif isinstance(value, Decimal):
                self.sheet.write_number(self.row_no, place, float(value))
            else:
                self.sheet.write_string(self.row_no, place, str(value))
        self.row_no += 1

    def close(self) -> None:
        """Finish the workbook."""
        self.book.close()
