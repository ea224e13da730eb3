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
from flows.ingest.reading.file_kinds import ZIP_MAGIC
from flows.ingest.reading.raw_file import NO_EXPECTED_HEADINGS, ExpectedHeadings, FileFinding, FileLayout, RawFile
from flows.ingest.reading.read import read_file

_WHAT_TO_DO = "其他文件不受影响。请在表格软件中打开，另存为 xlsx 或“CSV UTF-8”后重新报送。"


def read_isolated(
    path: Path, inbox: Path, layout: FileLayout, expected: ExpectedHeadings = NO_EXPECTED_HEADINGS
) -> RawFile:
    """As `read_file`, whatever the file does to the libraries that read it. Raises OSError where it cannot be read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        is_archive = file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
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
        self, path: Path, inbox: Path, layout: FileLayout, expected: ExpectedHeadings, *, is_archive: bool, size: int
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
                return RawFile(sha256_of_file(path), path.relative_to(inbox).as_posix(), None, size, finding=finding)

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
                [sys.executable, "-P", "-m", "flows.ingest.reading.isolation"],
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

_IDLE_SECONDS = 120  # a process nobody asks anything ends; whoever needs one starts another


def main() -> None:
    """Answer requests until the asking process ends, or asks nothing for a while."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand among the answers
    while select.select([0], [], [], _IDLE_SECONDS)[0] and (line := _line(0)):
        if not _answer(json.loads(line), answers):
            sys.exit(1)  # nothing is known of a library's state after it broke off


def _line(descriptor: int) -> bytes:
    """One line, byte for byte no more: a buffer would hide a waiting request from `select`."""
    pieces = []
    while piece := os.read(descriptor, 1 << 16):
        pieces.append(piece)
        if piece.endswith(b"\n"):
            break
    return b"".join(pieces)


def _answer(request: dict[str, Any], answers: BinaryIO) -> bool:
    """Write the answer; gives whether this process may go on."""
    try:
        _limit_memory(request["memory_bytes"])
        raw = read_file(
            Path(request["path"]), Path(request["inbox"]), FileLayout(**request["layout"]), _expected(request)
        )
        _write_file(raw, answers)
    except OSError as fault:
        _write_line({"os_error": [fault.errno, fault.strerror]}, answers)
    except BaseException as fault:
        _write_line({"failed": _told(fault)}, answers)
        return False
    return True


def _expected(request: dict[str, Any]) -> ExpectedHeadings:
    given = request["expected"]
    required = tuple(frozenset(names) for names in given["required"])
    return ExpectedHeadings(tuple(given["accepted"]), required, frozenset(given["passed_over"]), given["units"])


def _limit_memory(more_bytes: int) -> None:
    """Let this process take so much more address space than it has now; where the system can limit it."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = pages * resource.getpagesize() + more_bytes
        resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))
    except (ImportError, OSError, ValueError):
        return


def _write_file(raw: RawFile, answers: BinaryIO) -> None:
    import pyarrow as pa

    told = {
        "file_id": raw.file_id,
        "encoding": raw.encoding,
        "size_bytes": raw.size_bytes,
        "headings": raw.headings,
        "finding": [raw.finding.code, raw.finding.message] if raw.finding else None,
        "notes": raw.notes,
    }
    _write_line(told, answers)
    if raw.finding is None:
        for frame in (raw.frame, raw.broken):
            table = frame.to_arrow()
            with pa.ipc.new_stream(answers, table.schema) as stream:
                for batch in table.to_batches(limits.BATCH_ROWS):
                    stream.write_batch(batch)
    answers.flush()


def _write_line(told: dict[str, Any], answers: BinaryIO) -> None:
    answers.write(json.dumps(told).encode() + b"\n")
    answers.flush()


def _told(fault: BaseException) -> str:
    """What broke off and where in the program; never a value of the file."""
    places = traceback.extract_tb(fault.__traceback__)
    where = f"，{Path(places[-1].filename).name}:{places[-1].lineno}" if places else ""
    return f"{type(fault).__name__}{where}"


def _offer_itself_first() -> None:
    """Where the machine is short of memory, the system is to end this process and not the one that asks."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


if __name__ == "__main__":
    _offer_itself_first()
    pl.Series([""])  # what the libraries set up once does not count as memory of a file
    main()
