"""Files that break their reader cost themselves only, and what is read apart is what would be read here."""

import io
import os
import re
import subprocess
import sys
import textwrap
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from flows.ingest.reading import limits
from flows.ingest.reading.isolation import ReaderProcess, read_isolated
from flows.ingest.reading.raw_file import ExpectedHeadings, FileLayout
from flows.ingest.reading.read import read_file

NOTHING = ExpectedHeadings()


@pytest.fixture(scope="module")
def reader():
    made = ReaderProcess()
    yield made
    made.end()


@pytest.fixture
def apart(reader, tmp_path):
    """Reads bytes in a process of its own."""

    def reading(content, name="a.xlsx", expected=NOTHING, **layout):
        path = tmp_path / name
        path.write_bytes(content)
        size, is_workbook = len(content), content.startswith(b"PK")
        return reader.read(path, tmp_path, FileLayout(**layout), expected, is_workbook=is_workbook, size=size)

    return reading


def with_sheet(book, change):
    """The workbook with the XML of its first sheet changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == "xl/worksheets/sheet1.xml" else content)
    return buffer.getvalue()


def test_what_is_read_apart_is_what_is_read_here(apart, read, workbook):
    known = ExpectedHeadings(("名称", "值"), (frozenset({"名称"}),), frozenset({"序号"}), {"值": "万元"})
    contents = {
        "a.xlsx": workbook(
            说明=[["x"]], 一=[["名称", "值", "序号"], ["甲", 1], ["乙\x01", "2"]], 二=[["名称", "值"], ["丙", ""]]
        ),
        "a.csv": "标题\n*名称;值（单位：元）\n甲;1\n乙;2;3\n".encode("gb18030"),
        "空.csv": b"",
    }
    for name, content in contents.items():
        here, there = read(content, name, expected=known), apart(content, name, known)
        assert replace(here, frame=None, broken=None) == replace(there, frame=None, broken=None)
        assert here.frame.equals(there.frame)
        assert here.broken.equals(there.broken)
        assert here.frame.schema == there.frame.schema


BAD_CELLS = {
    "a reference in small letters, as far as can be": lambda xml: xml.replace(b'r="A2"', b'r="xfd1048576"'),
    "a reference in odd quoting": lambda xml: xml.replace(b'r="A2"', b"r = '&#88;FD1048576'"),
    "a row that no sheet has": lambda xml: xml.replace(b'r="A2"', b'r="A4294967295"'),
    "a column that no sheet has": lambda xml: xml.replace(b'r="A2"', b'r="ZZZZZZZ2"'),
    "a number that is none": lambda xml: xml.replace(b"<v>46000</v>", b"<v>1e999</v>"),
    "a day that no calendar has": lambda xml: xml.replace(b"<v>46000</v>", b"<v>-1e+300</v>"),
    "a day before all days": lambda xml: xml.replace(b"<v>46000</v>", b"<v>-99999999999999</v>"),
    "text without end": lambda xml: xml.replace(b"</sheetData>", b"<row>" + b"<c>" * 200_000),
    "a document type": lambda xml: xml.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1),
}


@pytest.mark.parametrize("what", BAD_CELLS)
def test_a_workbook_that_breaks_its_reader_costs_itself_only(apart, dated, workbook, what):
    raw = apart(with_sheet(dated, BAD_CELLS[what]), "坏.xlsx")
    assert raw.file_name == "坏.xlsx"
    assert raw.finding is not None or raw.frame.height + raw.broken.height <= 3
    assert apart(workbook(甲=[["名称"], ["甲"]])).frame.rows() == [("甲", 2)]


@pytest.fixture(scope="module")
def dated():
    """A workbook with a cell that is a day."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["名称", "日期"])
        sheet.write(1, 0, "甲")
        sheet.write(1, 1, 46000, book.add_format({"num_format": "yyyy-mm-dd"}))
    return buffer.getvalue()


def test_what_stopped_the_reader_is_said(apart, dated):
    raw = apart(with_sheet(dated, BAD_CELLS["a day that no calendar has"]))
    assert raw.finding.code == "reader_stopped"
    assert "其他文件不受影响" in raw.finding.message
    assert re.fullmatch("[0-9a-f]{64}", raw.file_id)


def test_memory_is_bounded(apart, monkeypatch):
    monkeypatch.setattr(limits, "READER_BYTES", 1 << 20)
    monkeypatch.setattr(limits, "MEMORY_TIMES_TEXT", 0)
    finding = apart(("名称,值\n" + "甲,1\n" * 3_000_000).encode(), "a.csv").finding
    assert finding.code == "reader_stopped"
    assert "中止" in finding.message


def test_time_is_bounded(apart, reader, workbook, monkeypatch):
    monkeypatch.setattr(limits, "READER_SECONDS", 0)
    monkeypatch.setattr(limits, "READER_BYTES_A_SECOND", 1e12)
    finding = apart(workbook(甲=[["名称", "值"], *[["甲", 1]] * 20_000])).finding
    assert finding.code == "reader_stopped"
    assert "超过 0 秒未读完" in finding.message


def test_a_process_that_ended_in_between_is_replaced(apart, reader, workbook):
    book = workbook(甲=[["名称"], ["甲"]])
    assert apart(book).finding is None
    reader._process.kill()
    reader._process.wait()
    assert apart(book).finding is None


def test_a_file_that_is_gone_is_gone_there_too(reader, tmp_path):
    with pytest.raises(FileNotFoundError):
        reader.read(tmp_path / "a.csv", tmp_path, FileLayout(), ExpectedHeadings(), is_workbook=False, size=0)
    with pytest.raises(FileNotFoundError):
        read_isolated(tmp_path / "a.csv", tmp_path, FileLayout())


def test_a_small_text_is_read_here_and_a_large_one_apart(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    used = []

    def noted(self, *given, **_):
        used.append(given)
        return read_file(*given)

    monkeypatch.setattr(ReaderProcess, "read", noted)
    assert read_isolated(path, tmp_path, FileLayout()).frame.rows() == [("1", "2", 2)]
    assert used == []
    monkeypatch.setattr(limits, "LARGE_TEXT_BYTES", 3)
    assert read_isolated(path, tmp_path, FileLayout()).frame.rows() == [("1", "2", 2)]
    assert len(used) == 1


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "a,b\n" + "1,2,3\n" * 100_000], ids=["good", "hopeless"])
def test_the_thread_that_reads_ahead_has_let_go_when_a_file_is_read(tmp_path, monkeypatch, text):
    """A process that ended while Arrow's thread still held a function of ours ended with an abort."""
    is_released = []

    class Noted(threading.Event):
        def wait(self, timeout=None):
            is_released.append(super().wait(timeout))
            return is_released[-1]

    monkeypatch.setattr(threading, "Event", Noted)
    path = tmp_path / "a.csv"
    path.write_text(text)
    read_file(path, tmp_path, FileLayout())
    assert is_released
    assert all(is_released)


# VmHWM is of this process alone; ru_maxrss keeps what the process that started it had.
PEAK = """
    import re, sys
    from pathlib import Path
    from flows.ingest.reading.raw_file import ExpectedHeadings, FileLayout
    from flows.ingest.reading.read import read_file
    path = Path(sys.argv[1])
    names = tuple(f"列{n}" for n in range(19))
    raw = read_file(path, path.parent, FileLayout(), ExpectedHeadings(names))
    peak = re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]
    print(int(peak) * 1024, raw.frame.height, raw.finding and raw.finding.code)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read where Linux tells it")
@pytest.mark.parametrize(
    ("row", "count", "code"),
    [("\n", 20_000_000, None), ("1," * 40 + "1\n", 740_000, "too_many_broken_rows")],
    ids=["line ends", "over-wide rows"],
)
def test_what_is_read_takes_no_more_than_four_times_its_size(tmp_path, row, count, code):
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"列{n}" for n in range(19)) + "\n" + row * count)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    program = [sys.executable, "-c", textwrap.dedent(PEAK), str(path)]
    peak, rows, found = subprocess.run(
        program, check=True, capture_output=True, text=True, env=environment
    ).stdout.split()
    assert (int(rows), found) == (0, str(code))
    assert int(peak) < 500e6 + 4 * path.stat().st_size
