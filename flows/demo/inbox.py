"""Writes the demo region as an inbox: a folder per day of delivery, a file per sender and kind; and delivers it."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from flows.demo.model import DemoPeriod, DemoRecord, Streams
from flows.demo.region import region_records
from flows.demo.senders import (
    SENDERS,
    FileColumn,
    Sender,
    delivery_days,
    file_columns,
    read_source,
    sender_of,
    written_row,
)

UNKNOWN_FILE = "会议签到表.csv"  # no source knows it
COPY_PREFIX = "副本_"  # a file sent twice under two names
COUNTED = ("rows", "records", "corrections", "duplicates", "faults")
_COUNT_OF_ROLE = {"first": "records", "correction": "corrections", "duplicate": "duplicates"}
_CREATED = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # a fixed creation time for workbooks
_ROWS_IN_MEMORY = 2_000


@dataclass(frozen=True)
class FileSummary:
    """A file: path below the inbox, the kind of its rows, how many rows, and how many are planted faults.

    `kind` is empty for a file that no source knows; `same_as` names the file of which it is a copy.
    """

    path: str
    kind: str
    delivered_on: date
    rows: int
    faults: int
    same_as: str = ""


@dataclass(frozen=True)
class DemoSummary:
    """An inbox as written, to compare the file accounts of ingest with.

    `kinds`: per kind the counts of COUNTED; records are distinct records without a fault, duplicates are rows sent
    again in another file, but not those of a file sent twice (`same_as`). `faults`: planted rows per reason code.
    """

    enterprises: int
    days: int
    seed: int
    end_on: date
    deliveries: tuple[date, ...]
    kinds: Mapping[str, Mapping[str, int]]
    faults: Mapping[str, int]
    files: tuple[FileSummary, ...]

    def as_json(self) -> dict[str, object]:
        """For `--json`: dates as ISO text."""
        return {name: _json_value(value) for name, value in asdict(self).items()}


def write_demo(folder: Path, enterprises: int, days: int, seed: int, end_on: date) -> DemoSummary:
    """Write a region's inbox below `folder`, which is created and must be empty.

    `days` of history end on `end_on`; `enterprises` and `days` are at least 1. The same arguments give the same
    bytes. Raises FileExistsError where `folder` holds files, ValueError for sizes below 1.
    """
    if enterprises < 1 or days < 1:
        raise ValueError(f"a demo region needs at least 1 enterprise and 1 day, not {enterprises} and {days}")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; name an empty or new folder")
    period = DemoPeriod(days, end_on)
    writer = _InboxWriter(folder, seed)
    for record, day in region_records(seed, enterprises, period):
        writer.write(record, day)
    files = writer.close()
    last_day = delivery_days(period)[-1]
    unknown = f"{last_day.isoformat()}/{UNKNOWN_FILE}"
    (folder / unknown).parent.mkdir(exist_ok=True)
    (folder / unknown).write_bytes("姓名,单位\r\n张甲,示例省药品监督管理局\r\n".encode())
    # The last inspection file, or else the last register, once more under another name.
    kind = "inspection" if any(file.kind == "inspection" for file in files) else "enterprise"
    original = [file for file in files if file.kind == kind][-1]
    path = Path(original.path)
    copy = replace(original, path=(path.parent / f"{COPY_PREFIX}{path.name}").as_posix(), same_as=original.path)
    shutil.copyfile(folder / original.path, folder / copy.path)
    return DemoSummary(
        enterprises,
        days,
        seed,
        end_on,
        delivery_days(period),
        {kind: dict(counts) for kind, counts in sorted(writer.kinds.items())},
        dict(sorted(writer.faults.items())),
        (*files, FileSummary(unknown, "", last_day, 1, 0), copy),
    )


def deliver(folder: Path, inbox: Path, on: date) -> tuple[Path, ...]:
    """Copy into `inbox` what the offices have sent by the end of `on`; existing files are kept.

    `folder` is one that write_demo made. Returns the new files, in order of path.
    """
    new = []
    for day in sorted(path for path in folder.iterdir() if path.is_dir() and date.fromisoformat(path.name) <= on):
        for path in sorted(day.iterdir()):
            target = inbox / day.name / path.name
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                new.append(target)
    return tuple(new)


def _json_value(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case dict():
            return {str(key): _json_value(part) for key, part in value.items()}
        case list() | tuple():
            return [_json_value(part) for part in value]
        case _:
            return value


class _InboxWriter:
    """The files being written, each opened with its first row, and counts of what they hold."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.streams = Streams(seed)
        self.files: dict[str, _CsvFile | _XlsxFile] = {}
        self.subjects: dict[str, tuple[str, date]] = {}
        self.rows: Counter[str] = Counter()
        self.faulty_rows: Counter[str] = Counter()
        self.kinds: dict[str, Counter[str]] = {}
        self.faults: Counter[str] = Counter()
        sources = {sender.kind: read_source(sender.kind) for sender in SENDERS}
        self.titles = {kind: source.title for kind, source in sources.items()}
        self.columns: dict[Sender, tuple[FileColumn, ...]] = {
            sender: file_columns(sender, sources[sender.kind]) for sender in SENDERS
        }

    def write(self, record: DemoRecord, day: date) -> None:
        """Write a record into its sender's file of `day`."""
        sender = sender_of(record)
        columns = self.columns[sender]
        path = sender.file_name(self.titles[record.kind], day)
        if path not in self.files:
            target = self.folder / path
            target.parent.mkdir(exist_ok=True)
            headings = [column.heading for column in columns]
            is_csv = sender.form == "csv"
            self.files[path] = _CsvFile(target, headings, sender.encoding) if is_csv else _XlsxFile(target, headings)
            self.subjects[path] = record.kind, day
        self.files[path].write(written_row(record, sender, columns, self.streams))
        self.rows[path] += 1
        counts = self.kinds.setdefault(record.kind, Counter(dict.fromkeys(COUNTED, 0)))
        counts["rows"] += 1
        if record.fault:
            counts["faults"] += 1
            self.faults[record.fault] += 1
            self.faulty_rows[path] += 1
        else:
            counts[_COUNT_OF_ROLE[record.role]] += 1

    def close(self) -> tuple[FileSummary, ...]:
        """Finish every file; summaries in order of path."""
        for file in self.files.values():
            file.close()
        return tuple(
            FileSummary(path, *self.subjects[path], self.rows[path], self.faulty_rows[path])
            for path in sorted(self.files)
        )


class _CsvFile:
    """A CSV file written in parts, so that a long history is not held in memory."""

    def __init__(self, path: Path, headings: Sequence[str], encoding: str) -> None:
        self.path = path
        self.encoding = encoding
        self.rows: list[Sequence[object]] = [headings]

    def write(self, row: Sequence[object]) -> None:
        """Add a row."""
        self.rows.append(row)
        if len(self.rows) > _ROWS_IN_MEMORY:
            self.close()

    def close(self) -> None:
        """Write the rows in memory. May be called again after further rows."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(self.rows)
        is_new = not self.path.exists()
        encoding = "utf-8" if self.encoding == "utf-8-sig" and not is_new else self.encoding
        with self.path.open("ab") as file:
            file.write(text.getvalue().encode(encoding))
        self.rows = []


class _XlsxFile:
    """A workbook with typed cells where the rows hold dates and numbers."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
        self.book.set_properties({"created": _CREATED})
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
