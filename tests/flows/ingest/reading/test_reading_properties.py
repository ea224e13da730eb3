"""What holds of every file: cells come back as they were, rows keep their numbers, both readers agree."""

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.ingest.reading.delimited import Grammar, read_delimited, read_record_by_record
from flows.ingest.reading.raw_file import FileLayout

HEADINGS = ("名称", "日期", "金额")  # 名称 is no valid UTF-8 in GB18030
CONTROL = {*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), "\ufffe", "\uffff"} - set("\t\r\n")
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROL), max_size=12)
TRICKY_TEXT = st.text(st.sampled_from('",\n\r\t =甲ａ'), max_size=6)
ROW = st.tuples(*[ANY_TEXT | TRICKY_TEXT] * 3)
ROWS = st.lists(ROW, max_size=8)


def is_row(row):
    return any(cell.strip() for cell in row) and tuple(cell.strip() for cell in row) != HEADINGS


def as_csv(rows, line_end, quoting):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=line_end, quoting=quoting).writerows([HEADINGS, *rows])
    return buffer.getvalue()


def read_back(raw):
    return [(tuple(cell or "" for cell in row[:-1]), row[-1]) for row in raw.frame.rows()]


def numbered(rows):
    return [(row, row_no) for row_no, row in enumerate(rows, 2) if is_row(row)]


@given(
    rows=ROWS,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_text_files_give_back_their_cells(read, rows, encoding, line_end, quoting):
    if (line_end, quoting) == ("\n", csv.QUOTE_MINIMAL):  # the standard library leaves a lone \r unquoted there
        rows = [tuple(cell.replace("\r", "") for cell in row) for row in rows]
    # Headings that are known bear out an encoding that a text of rare characters leaves in doubt.
    raw = read(as_csv(rows, line_end, quoting).encode(encoding), expected=HEADINGS)
    assert (raw.finding, raw.encoding, raw.headings) == (None, encoding, HEADINGS)
    assert read_back(raw) == numbered(rows)
    assert set(raw.broken["code"]) <= {"repeated_header"}


@given(rows=ROWS)
def test_workbooks_give_back_their_cells(read, workbook, rows):
    rows = [tuple(cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row) for row in rows]
    raw = read(workbook(甲=[HEADINGS, *rows]))
    assert (raw.finding, raw.encoding, raw.headings) == (None, "xlsx", HEADINGS)
    assert read_back(raw) == numbered(rows)


@given(rows=st.lists(ROW.filter(is_row), max_size=8), line_end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_the_careful_reader_agrees_with_the_fast_one(rows, line_end):
    text = as_csv(rows, line_end, csv.QUOTE_ALL)
    fast = read_delimited(text.encode(), FileLayout()).frame
    header_end = text.index(line_end) + len(line_end)
    careful = read_record_by_record(text[header_end:], Grammar(",", 3, 3), 2)
    assert not careful.broken
    assert careful.frame().rows() == [(*(cell or "" for cell in row[:-1]), row[-1]) for row in fast.rows()]


PIECES = {
    "good": ("甲,1,2", [True]),
    "lines": ('"甲\n乙,x",1,2', [True]),
    "blank": ("", [None]),
    "commas": (",,", [None]),
    "short": ("乙,1", [False]),
    "long": ("丙,1,2,3", [False]),
    "header": ("名称,日期,金额", [False]),
    "control": ("丁\x01,1,2", [False]),
    "quoted": ('"戊",1,2', [True]),
}
STRAY = {"open": ('己,"1,2', [False]), "junk": ('"庚"x,1,2', [False])}


@given(st.lists(st.sampled_from(sorted(PIECES)), max_size=12))
def test_every_row_is_good_broken_or_blank_under_its_own_number(read, names):
    check(read, [PIECES[name] for name in names])


@given(st.lists(st.sampled_from(sorted({"good", "blank", "short", "control"} | set(STRAY))), max_size=12))
def test_stray_quotes_cost_their_own_rows(read, names):
    check(read, [(PIECES | STRAY)[name] for name in names])


def check(read, pieces):
    raw = read("名称,日期,金额\n" + "".join(text + "\n" for text, _ in pieces))
    states = [state for _, piece in pieces for state in piece]
    assert raw.finding is None
    assert raw.frame["row_no"].to_list() == [row_no for row_no, state in enumerate(states, 2) if state]
    assert raw.broken["row_no"].to_list() == [row_no for row_no, state in enumerate(states, 2) if state is False]


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a"]))
def test_any_bytes_are_an_answer_and_no_crash(read, content, name):
    raw = read(content, name)
    assert (raw.finding is None) == bool(raw.headings)
    assert raw.finding is None or raw.read_count == 0


@given(st.text(st.sampled_from('",\n\r甲a '), max_size=60))
def test_any_text_loses_nothing(read, body):
    assume(body.strip())
    raw = read("a,b\n" + body)
    kept = "".join(cell or "" for row in raw.frame.drop("row_no").rows() for cell in row) + "".join(raw.broken["text"])
    for letter in "甲a":
        assert kept.count(letter) == body.count(letter)


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_more_rows_than_one_block_of_the_parser(read, monkeypatch, quoting):
    monkeypatch.setattr("flows.ingest.reading.limits.BLOCK_BYTES", 256)
    rows = [(f"第{row}家\n{row},", str(row), "x" * (row % 7)) for row in range(200)]
    raw = read(as_csv(rows, "\n", quoting) + "短\n")
    assert read_back(raw) == numbered(rows)
    assert raw.broken["row_no"].to_list() == [202]
