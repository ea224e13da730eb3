"""Reading in a process of its own, so that a file that breaks the reader, or fills the memory, costs that file only.

Workbooks are read there, and texts; but for a small one, which is read here: by code that cannot break off, in memory
and time bounded by its size, so that a night of many small files pays nothing. One process reads one file after
another. It is started when the first file needs it, replaced when it dies, and ends by itself when nobody asks it any
more.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import polars as pl

from flows.intake.reading import limits
from flows.intake.reading.discovery import hash_of
from flows.intake.reading.kinds import ZIP
from flows.intake.reading.read import read_file
from flows.intake.reading.shapes import NOTHING_EXPECTED, Expected, FileFinding, Layout, RawFile

_WHAT_TO_DO = "其他文件不受影响。请在表格软件中打开，另存为 xlsx 或“CSV UTF-8”后重新报送。"


def read_safely(path: Path, inbox: Path, layout: Layout, expected: Expected = NOTHING_EXPECTED) -> RawFile:
    """As `read_file`, whatever the file does to the libraries that read it. Raises OSError where it cannot be read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        is_archive = file.read(len(ZIP)) == ZIP
    if not is_archive and size <= limits.LARGE_TEXT_BYTES:
        return read_file(path, inbox, layout, expected)
    return _READER.read(path, inbox, layout, expected, is_archive=is_archive, size=size)


class _Stopped(Exception):
    """The process ended, or said that it broke off, before the file was read."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _EndedIdle(_Stopped):
    """The process had ended because nobody asked it anything."""


@dataclass
class ReaderProcess:
    """A process that reads files for this one."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _process: subprocess.Popen[bytes] | None = None

    def read(  # noqa: PLR0913 (what read_file takes, and what was seen of the file)
        self, path: Path, inbox: Path, layout: Layout, expected: Expected, *, is_archive: bool, size: int
    ) -> RawFile:
        """The file as read; a finding where the reading broke off or took too much memory or time."""
        times = limits.MEMORY_TIMES_ARCHIVE if is_archive else limits.MEMORY_TIMES_TEXT
        request = {
            "path": str(path.absolute()),
            "inbox": str(inbox.absolute()),
            "layout": asdict(layout),
            "expected": {
                "accepted": expected.accepted,
                "required": [sorted(names) for names in expected.required],
                "passed_over": sorted(expected.passed_over),
                "units": dict(expected.units),
            },
            "memory_bytes": limits.READER_BYTES + times * size,
        }
        seconds = limits.READER_SECONDS + size / limits.READER_BYTES_A_SECOND
        with self._lock:
            try:
                try:
                    return self._answered(request, path, inbox, seconds)
                except _EndedIdle:  # just before it was asked: another begins with this file
                    return self._answered(request, path, inbox, seconds)
            except _Stopped as stopped:
                self._end()
                message = f"读取该文件的程序中止（{stopped.why}），多半是文件结构异常或展开后过大。{_WHAT_TO_DO}"
                finding = FileFinding("reader_stopped", message)
                return RawFile(hash_of(path), path.relative_to(inbox).as_posix(), None, size, finding=finding)

    def end(self) -> None:
        """End the process, where there is one."""
        with self._lock:
            self._end()

    def _answered(self, request: dict[str, Any], path: Path, inbox: Path, seconds: float) -> RawFile:
        sent = json.dumps(request).encode() + b"\n"
        process = self._running()
        is_late = threading.Event()

        def stop() -> None:
            is_late.set()
            process.kill()

        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(sent)
            process.stdin.flush()
            return _file(process.stdout, path, inbox)
        except (BrokenPipeError, EOFError) as fault:
            code = process.wait()
            if code == 0 and not is_late.is_set():
                raise _EndedIdle("未知原因") from fault
            why = f"超过 {seconds:.0f} 秒未读完" if is_late.is_set() else f"退出码 {code}，可能是内存超过上限"
            raise _Stopped(why) from fault
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        """The process, started where none runs. One that has been idle may have ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            self._process = subprocess.Popen(
                # -P: modules of the current folder are none of ours.
                [sys.executable, "-P", "-m", "flows.intake.reading.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a library that breaks off prints its memory addresses
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):
                    if stream is not None:
                        stream.close()
            process.wait()


def _file(answers: IO[bytes], path: Path, inbox: Path) -> RawFile:
    """The file from the process's answer. Raises OSError as it met one, EOFError where it ended, _Stopped."""
    line = answers.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    told = json.loads(line)
    if "os_error" in told:
        number, text = told["os_error"]
        raise OSError(number, text, str(path))
    if "failed" in told:
        raise _Stopped(told["failed"])
    finding = FileFinding(*told["finding"]) if told["finding"] else None
    frames = {} if finding else {"frame": _frame(answers), "broken": _frame(answers)}
    return RawFile(
        told["file_id"],
        path.relative_to(inbox).as_posix(),
        told["encoding"],
        told["size_bytes"],
        headings=tuple(told["headings"]),
        finding=finding,
        notes=tuple(told["notes"]),
        **frames,
    )


def _frame(answers: IO[bytes]) -> pl.DataFrame:
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(answers) as stream:
            frame = pl.from_arrow(stream.read_all())
    except (pa.ArrowInvalid, OSError) as fault:  # it ended within the answer
        raise EOFError from fault
    assert isinstance(frame, pl.DataFrame)
    return frame


# One for the whole program: starting one for each night or file would cost more than reading most files.
_READER = ReaderProcess()
atexit.register(_READER.end)
