"""The demo region as an inbox: a folder for each day of delivery, a file for each office and kind."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from flows.demo.facts import Fact, Span
from flows.demo.files import CsvFile, XlsxFile
from flows.demo.offices import OFFICES, Column, Office, columns_of, deliveries, office_of, read_source
from flows.demo.plan import planned
from flows.demo.streams import Streams
from flows.demo.summary import DemoSummary, FileSummary, Tally
from flows.demo.writing import row_of

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
    span = Span(days, end_on)
    outbox = _Outbox(folder, seed)
    for fact, day in planned(seed, enterprises, span):
        outbox.send(fact, day)
    outbox.close()
    last = deliveries(span)[-1]
    files = (*outbox.files(), _strange_file(folder, last), _copied_file(folder, outbox))
    kinds = {kind: dict(counts) for kind, counts in sorted(outbox.tally.kinds.items())}
    faults = dict(sorted(outbox.tally.faults.items()))
    return DemoSummary(enterprises, days, seed, end_on, deliveries(span), kinds, faults, files)


class _Outbox:
    """The files being written, each opened with its first row."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.streams = Streams(seed)
        self.tally = Tally()
        self.open: dict[str, CsvFile | XlsxFile] = {}
        self.about: dict[str, tuple[str, date]] = {}
        self.titles: dict[str, str] = {}
        self.columns: dict[Office, tuple[Column, ...]] = {}
        for office in OFFICES:
            source = read_source(office.kind)
            self.titles[office.kind] = source.title
            self.columns[office] = columns_of(office, source)

    def send(self, fact: Fact, day: date) -> None:
        """Write a fact into its office's file of that day."""
        office = office_of(fact)
        path = office.file_name(self.titles[fact.kind], day)
        if path not in self.open:
            self.open[path] = self._new(path, office)
            self.about[path] = (fact.kind, day)
        self.open[path].write(row_of(fact, office, self.columns[office], self.streams))
        self.tally.add(fact.kind, path, fact.role, fact.fault)

    def _new(self, path: str, office: Office) -> CsvFile | XlsxFile:
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
