"""Exceptions become exit codes and plain messages; a full disk is named as such, whichever library meets it."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import click
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from flows.cli.errors import DONE, FAULT, INTERRUPTED, PIPE_CLOSED, REFUSED, USAGE, UserError, is_no_space, run_guarded
from flows.prefect_server import NoServer
from flows.publishing import NotApprovable
from flows.run.due_days import PastDay
from flows.settings import SettingsProblems
from flows.store.lease import Busy
from tests.reports.latin import words_of
from transforms.policy_model import PolicyProblems


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        (Busy("held by nightly"), FAULT, "held by nightly"),
        (SettingsProblems([]), USAGE, "The configuration has mistakes"),
        (PolicyProblems([]), USAGE, "The policy has mistakes"),
        (PastDay("too early"), USAGE, "too early"),
        (NotApprovable("同一人"), USAGE, "同一人"),
        (NoServer("port taken"), FAULT, "port taken"),
        (UserError("ask otherwise"), USAGE, "ask otherwise"),
        (click.FileError("x.yaml", "gone"), USAGE, "gone"),
        (PermissionError(13, "Permission denied", "/store"), FAULT, "The system refused: [Errno 13] Permission denied"),
        (ZeroDivisionError("by zero"), FAULT, "ZeroDivisionError: by zero\nRun the same command with --debug"),
        (KeyboardInterrupt(), INTERRUPTED, ""),
        (click.Abort(), INTERRUPTED, ""),
        (BrokenPipeError(), PIPE_CLOSED, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_one_place_maps_faults_to_codes_and_words(capsys, fault, code, told):
    def command():
        raise fault

    assert run_guarded(command, is_debug=False) == code
    words = capsys.readouterr()
    assert told in words.err
    assert "Traceback" not in words.err
    assert words.out == ""
    assert bool(words.err) == bool(told)


def test_a_command_that_returns_is_done_and_a_code_is_handed_on():
    assert run_guarded(lambda: None, is_debug=False) == DONE
    assert run_guarded(lambda: REFUSED, is_debug=False) == REFUSED


def test_debug_shows_the_place_in_the_code(yaoxin, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("flows.store.store.Store.every_run", broken)
    assert "Traceback" not in yaoxin("runs").stderr
    for words in (["runs", "--debug"], ["--debug", "runs"]):
        result = yaoxin(*words)
        assert result.exit_code == FAULT
        assert "Traceback" in result.stderr


def test_a_reader_that_leaves_is_no_fault(office):
    program = "import sys; from flows.cli import run_command as r; sys.exit(r(['completion', 'bash']))"
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=writing, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False
        )
    finally:
        os.close(writing)
    assert done.stderr == ""
    assert done.returncode == PIPE_CLOSED


FULL = Path("/dev/full")


ROWS = pl.DataFrame({"a": range(100_000)})


ROOT = Path(__file__).parents[3]


needs_full = pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")


def by_python():
    with FULL.open("w") as file:
        file.write("x" * 100_000)


def by_arrow():
    with pa.OSFile(str(FULL), "wb") as file:
        parquet.write_table(ROWS.to_arrow(), file)


def by_polars():
    ROWS.write_parquet(FULL)


def by_polars_in_a_stream():
    ROWS.lazy().sink_parquet(FULL)


def as_csv():
    ROWS.write_csv(FULL)


@needs_full
@pytest.mark.parametrize("write", [by_python, by_arrow, by_polars, by_polars_in_a_stream, as_csv])
def test_a_full_disk_is_reported_in_the_readers_language_with_code_3(write, capsys):
    assert run_guarded(write, is_debug=False) == FAULT
    words = capsys.readouterr().err
    assert words.startswith("No space left on the disk.")
    assert words.isascii()
    assert "Traceback" not in words
    assert "readers see what they saw before" in words
    assert run_guarded(write, is_debug=False, chinese=True) == FAULT
    words = capsys.readouterr().err
    assert words.startswith("磁盘空间不足。")
    assert words_of(words.removesuffix(f" ({FULL})\n"), "df -h") == []


def raised_from(cause):
    try:
        try:
            raise cause
        except Exception as first:
            raise RuntimeError("the step failed") from first
    except RuntimeError as last:
        return last


@pytest.mark.parametrize(
    "fault",
    [
        OSError(28, "x"),
        OSError(122, "Disk quota exceeded"),
        raised_from(OSError(28, "x")),
        sqlite3.OperationalError("database or disk is full"),
        Exception("Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)"),
    ],
)
def test_it_is_seen_through_layers(fault):
    assert is_no_space(fault)


def test_a_library_that_panics_is_reported_like_any_fault(capsys):
    """Rust's panics reach Python as a BaseException of each library."""

    class PanicException(BaseException):
        pass

    def panics():
        raise PanicException("Invalid object store url")

    assert run_guarded(panics, is_debug=False) == FAULT
    assert "PanicException: Invalid object store url" in capsys.readouterr().err


@pytest.mark.parametrize("fault", [OSError(13, "Permission denied"), ValueError("28 rows"), Exception("os error 280")])
def test_other_faults_are_not_taken_for_it(fault):
    assert not is_no_space(fault)


SMALL_DISK = """
import os, sys
from datetime import date
from flows.cli.errors import run_guarded
from flows.store.store import Store
from tests.flows.store.store_runs import passed_run as run

folder = sys.argv[1]
store = Store(folder + "/store")
run(store, date(2026, 3, 1))
codes = []
for room in range(0, 400_000, 40_000):
    filling = os.open(folder + "/filling", os.O_CREAT | os.O_WRONLY)
    try:
        while os.write(filling, bytes(4096)):
            pass
    except OSError:
        os.truncate(filling, os.fstat(filling).st_size - room)
    codes.append(run_guarded(lambda: run(store, date(2026, 3, 2)), is_debug=False))
    os.close(filling)
    os.remove(folder + "/filling")
    if codes[-1] == 0:
        break
print(codes, store.last().as_of, store.scan("accounts").collect().height)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system of its own")
def test_a_run_on_a_full_disk_leaves_nothing_and_is_done_once_there_is_room(tmp_path):
    """The Delta library, for real: a disk of a few megabytes in a name space of its own."""
    mount = f"mount -t tmpfs -o size=8192k tmpfs {tmp_path}"
    program = f"{mount} || exit 77; exec {sys.executable} -c '{SMALL_DISK}' {tmp_path}"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", program]
    own = os.environ | {"PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=120, env=own)
    except FileNotFoundError:
        pytest.skip("unshare is not there")
    if done.returncode == 77 or done.stderr.startswith("unshare"):
        pytest.skip("this account may not mount")
    *refused, last = json.loads(done.stdout[: done.stdout.index("]") + 1])
    assert (set(refused), last) == ({3}, 0), done.stderr
    assert done.stdout.endswith("2026-03-02 2\n")
    told = [line for line in done.stderr.splitlines() if line.startswith("No space left on the disk.")]
    assert len(told) == len(refused), done.stderr
    assert "Traceback" not in done.stderr
