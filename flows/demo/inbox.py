"""Writes the demo region as an inbox: a folder per day of delivery, a file per sender and kind; and delivers it."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from flows.demo.draws import Streams
from flows.demo.model import DemoPeriod, DemoRecord
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

STRANGE_FILE = "会议签到表.csv"  # no source knows it

COPY_OF = "副本_"  # a file sent twice under two names


def write_demo(folder: Path, enterprises: int, days: int, seed: int, end_on: date) -> DemoSummary:
    """Write a region's inbox below `folder`, which is made and must be empty.

    `days` of history end on `end_on`; `enterprises` and `days` are at least 1. The same arguments give the same
    bytes. Raises FileExistsError where files already stand, ValueError for sizes below 1.
    """
    if enterprises < 1 or days < 1:
        raise ValueError(f"a demo region needs at least 1 enterprise and 1 day, not {enterprises} and {days}")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; name an empty or new folder")
    span = DemoPeriod(days, end_on)
    outbox = _Outbox(folder, seed)
    for fact, day in region_records(seed, enterprises, span):
        outbox.send(fact, day)
    outbox.close()
    last = delivery_days(span)[-1]
    files = (*outbox.files(), _strange_file(folder, last), _copied_file(folder, outbox))
    kinds = {kind: dict(counts) for kind, counts in sorted(outbox.tally.kinds.items())}
    faults = dict(sorted(outbox.tally.faults.items()))
    return DemoSummary(enterprises, days, seed, end_on, delivery_days(span), kinds, faults, files)


class _Outbox:
    """The files being written, each opened with its first row."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.streams = Streams(seed)
        self.tally = Tally()
        self.open: dict[str, CsvFile | XlsxFile] = {}
        self.about: dict[str, tuple[str, date]] = {}
        self.titles: dict[str, str] = {}
        self.columns: dict[Sender, tuple[FileColumn, ...]] = {}
        for office in SENDERS:
            source = read_source(office.kind)
            self.titles[office.kind] = source.title
            self.columns[office] = file_columns(office, source)

    def send(self, fact: DemoRecord, day: date) -> None:
        """Write a fact into its office's file of that day."""
        office = sender_of(fact)
        path = office.file_name(self.titles[fact.kind], day)
        if path not in self.open:
            self.open[path] = self._new(path, office)
            self.about[path] = (fact.kind, day)
        self.open[path].write(written_row(fact, office, self.columns[office], self.streams))
        self.tally.add(fact.kind, path, fact.role, fact.fault)

    def _new(self, path: str, office: Sender) -> CsvFile | XlsxFile:
        whole = self.folder / path
        whole.parent.mkdir(exist_ok=True)
        headings = [column.heading for column in self.columns[office]]
        return CsvFile(whole, headings, office.encoding) if office.form == "csv" else XlsxFile(whole, headings)

    def close(self) -> None:
        """Finish every file."""
        for file in self.open.values():
            file.close()

    def files(self) -> tuple[FileSummary, ...]:
        """What was written, in order of path."""
        rows, faulty = self.tally.rows, self.tally.faulty_rows
        return tuple(FileSummary(path, *self.about[path], rows[path], faulty[path]) for path in sorted(self.open))


def _strange_file(folder: Path, day: date) -> FileSummary:
    path = f"{day.isoformat()}/{STRANGE_FILE}"
    (folder / day.isoformat()).mkdir(exist_ok=True)
    (folder / path).write_bytes("姓名,单位\r\n张甲,示例省药品监督管理局\r\n".encode())
    return FileSummary(path, "", day, 1, 0)


def _copied_file(folder: Path, outbox: _Outbox) -> FileSummary:
    """The last inspection file once more, under another name."""
    original = max((file for file in outbox.files() if file.kind == "enterprise"), key=lambda file: file.path)
    for file in outbox.files():
        if file.kind == "inspection":
            original = file
    where = Path(original.path)
    path = (where.parent / f"{COPY_OF}{where.name}").as_posix()
    shutil.copyfile(folder / original.path, folder / path)
    return FileSummary(path, original.kind, original.delivered_on, original.rows, original.faults, original.path)


def deliver(folder: Path, inbox: Path, on: date) -> tuple[Path, ...]:
    """Copy into `inbox` what the offices have sent by the end of `on`; files that are there already stay.

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


COUNTED = ("rows", "records", "corrections", "duplicates", "faults")


@dataclass(frozen=True)
class FileSummary:
    """A file: path below the inbox, the kind of its rows, how many, and how many are planted faults.

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
    """An inbox as written. `kinds`: per kind the counts of COUNTS; records are distinct facts without a fault.

    `faults`: per fault code of the intake the number of planted rows. `expected_duplicates` are rows sent again
    in another file; a whole file sent again (`same_as`) is not among them.
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
        """For `--json`: days as ISO text."""
        return {name: _plain(value) for name, value in asdict(self).items()}


class Tally:
    """Counts while files are written."""

    def __init__(self) -> None:
        self.kinds: dict[str, Counter[str]] = {}
        self.faults: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.faulty_rows: Counter[str] = Counter()

    def add(self, kind: str, path: str, role: str, fault: str | None) -> None:
        """One row of `kind` in the file at `path`."""
        counts = self.kinds.setdefault(kind, Counter(dict.fromkeys(COUNTED, 0)))
        counts["rows"] += 1
        counts["faults" if fault else _COUNT_OF[role]] += 1
        self.rows[path] += 1
        if fault:
            self.faults[fault] += 1
            self.faulty_rows[path] += 1


_COUNT_OF = {"first": "records", "correction": "corrections", "duplicate": "duplicates"}


def _plain(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case dict():
            return {str(key): _plain(part) for key, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case _:
            return value
