"""Reading in a process of its own, so that a file that crashes the reader, or fills the memory, costs that file only.

Workbooks and large texts are read there. A small text is read in this process, by code that cannot crash, in memory and
time bounded by its size, so that a run of many small files pays nothing. One process reads one file after another: it
is started when the first file needs it, replaced when it dies, and ends by itself when it is idle.

A request is a line of JSON on the standard input. The answer is a line of JSON on the standard output and, for a file
that was read, its two frames as Arrow streams. Memory is limited for each file.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO

import polars as pl

from flows.ingest.reading import limits
from flows.ingest.reading.discovery import sha256_of_file
from flows.ingest.reading.raw_file import (
    NO_EXPECTED_HEADINGS,
    OLE_MAGIC,
    ZIP_MAGIC,
    ExpectedHeadings,
    FileFinding,
    FileLayout,
    RawFile,
)
from flows.ingest.reading.read import file_name_of, read_file

_ADVICE = "其他文件不受影响。请在表格软件中打开，另存为 xlsx 或“CSV UTF-8”后重新报送。"
_IDLE_SECONDS = 120


def read_isolated(
    path: Path, inbox: Path, layout: FileLayout, expected: ExpectedHeadings = NO_EXPECTED_HEADINGS
) -> RawFile:
    """As `read_file`, whatever the file does to the libraries that read it. Raises OSError where it cannot be read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        is_workbook = file.read(len(OLE_MAGIC)).startswith((ZIP_MAGIC, OLE_MAGIC))
    if not is_workbook and size <= limits.LARGE_TEXT_BYTES:
        return read_file(path, inbox, layout, expected)
    return _READER.read(path, inbox, layout, expected, is_workbook=is_workbook, size=size)


class _Stopped(Exception):
    """The process ended, or reported a failure, before the file was read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _EndedIdle(_Stopped):
    """The process had ended because it was idle."""


@dataclass
class ReaderProcess:
    """The process that reads files, as the process that asks uses it."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _process: subprocess.Popen[bytes] | None = None

    def read(  # noqa: PLR0913 (what read_file takes, and what is known of the file)
        self, path: Path, inbox: Path, layout: FileLayout, expected: ExpectedHeadings, *, is_workbook: bool, size: int
    ) -> RawFile:
        """The file as read; a finding where the reading crashed or took too much memory or time."""
        times = limits.MEMORY_TIMES_ARCHIVE if is_workbook else limits.MEMORY_TIMES_TEXT
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
                    return self._ask(request, path, inbox, seconds)
                except _EndedIdle:  # just before it was asked: a new one begins with this file
                    return self._ask(request, path, inbox, seconds)
            except _Stopped as stopped:
                self._end()
                message = f"读取该文件的程序中止（{stopped.reason}），多半是文件结构异常或展开后过大。{_ADVICE}"
                finding = FileFinding("reader_stopped", message)
                return RawFile(sha256_of_file(path), file_name_of(path, inbox), None, size, finding=finding)

    def end(self) -> None:
        """End the process, where there is one."""
        with self._lock:
            self._end()

    def _ask(self, request: dict[str, Any], path: Path, inbox: Path, seconds: float) -> RawFile:
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
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            return _receive_file(process.stdout, path, inbox)
        except (BrokenPipeError, EOFError) as fault:
            code = process.wait()
            if code == 0 and not is_late.is_set():
                raise _EndedIdle("未知原因") from fault
            reason = f"超过 {seconds:.0f} 秒未读完" if is_late.is_set() else f"退出码 {code}，可能是内存超过上限"
            raise _Stopped(reason) from fault
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        """The process, started where none runs: an idle one may have ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            self._process = subprocess.Popen(
                # -P: modules of the current folder must not be imported.
                [sys.executable, "-P", "-m", "flows.ingest.reading.isolation"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a library that crashes prints its memory addresses
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


def _receive_file(answers: IO[bytes], path: Path, inbox: Path) -> RawFile:
    """The file of an answer. Raises OSError as the process met it, EOFError where it ended, _Stopped."""
    line = answers.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    answer = json.loads(line)
    if "os_error" in answer:
        number, text = answer["os_error"]
        raise OSError(number, text, str(path))
    if "failed" in answer:
        raise _Stopped(answer["failed"])
    finding = FileFinding(*answer["finding"]) if answer["finding"] else None
    frames = {} if finding else {"frame": _receive_frame(answers), "broken": _receive_frame(answers)}
    return RawFile(
        answer["file_id"],
        file_name_of(path, inbox),
        answer["encoding"],
        answer["size_bytes"],
        headings=tuple(answer["headings"]),
        finding=finding,
        notes=tuple(answer["notes"]),
        **frames,
    )


def _receive_frame(answers: IO[bytes]) -> pl.DataFrame:
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(answers) as stream:
            frame = pl.from_arrow(stream.read_all())
    except (pa.ArrowInvalid, OSError) as fault:  # the process ended within the answer
        raise EOFError from fault
    assert isinstance(frame, pl.DataFrame)
    return frame


# One for the program: starting one for each run or file would take longer than reading most files.
_READER = ReaderProcess()
atexit.register(_READER.end)


def answer_requests() -> None:
    """In the reading process: answer requests until the asking process ends, or asks nothing for a while."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not be among the answers
    while select.select([0], [], [], _IDLE_SECONDS)[0] and (line := _request_line(0)):
        request = json.loads(line)
        given = request["expected"]
        expected = ExpectedHeadings(
            tuple(given["accepted"]),
            tuple(frozenset(names) for names in given["required"]),
            frozenset(given["passed_over"]),
            given["units"],
        )
        try:
            _limit_memory(request["memory_bytes"])
            raw = read_file(Path(request["path"]), Path(request["inbox"]), FileLayout(**request["layout"]), expected)
            _send_file(raw, answers)
        except OSError as fault:
            _send_line({"os_error": [fault.errno, fault.strerror]}, answers)
        except BaseException as fault:
            # What failed and where in the program, but no value of the file.
            places = traceback.extract_tb(fault.__traceback__)
            where = f"，{Path(places[-1].filename).name}:{places[-1].lineno}" if places else ""
            _send_line({"failed": f"{type(fault).__name__}{where}"}, answers)
            sys.exit(1)  # after a failure the state of a library is unknown


def _request_line(descriptor: int) -> bytes:
    """One line and no more: a buffer would hide a waiting request from `select`."""
    pieces = []
    while piece := os.read(descriptor, 1 << 16):
        pieces.append(piece)
        if piece.endswith(b"\n"):
            break
    return b"".join(pieces)


def _limit_memory(more_bytes: int) -> None:
    """Let this process take so much more address space than it has now, where the system can limit it."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = pages * resource.getpagesize() + more_bytes
        resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))
    except (ImportError, OSError, ValueError):
        return


def _send_file(raw: RawFile, answers: BinaryIO) -> None:
    import pyarrow as pa

    answer = {
        "file_id": raw.file_id,
        "encoding": raw.encoding,
        "size_bytes": raw.size_bytes,
        "headings": raw.headings,
        "finding": [raw.finding.code, raw.finding.message] if raw.finding else None,
        "notes": raw.notes,
    }
    _send_line(answer, answers)
    if raw.finding is None:
        for frame in (raw.frame, raw.broken):
            table = frame.to_arrow()
            with pa.ipc.new_stream(answers, table.schema) as stream:
                for batch in table.to_batches(limits.BATCH_ROWS):
                    stream.write_batch(batch)
    answers.flush()


def _send_line(answer: dict[str, Any], answers: BinaryIO) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    with suppress(OSError):  # where the machine is short of memory, the system is to end this process first
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    pl.Series([""])  # what the libraries set up once does not count as memory of a file
    answer_requests()
