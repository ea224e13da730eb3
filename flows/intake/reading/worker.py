"""The process in which a foreign file is read apart: it answers one request after another on its standard streams.

A request is a line of JSON; the answer is a line of JSON and, for a file that was read, its two frames as Arrow
streams. Memory is limited for each file; where the reader breaks off, so does this process, and only this file is lost.
"""

from __future__ import annotations

import json
import os
import select
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from flows.intake.reading import limits
from flows.intake.reading.read import read_file
from flows.intake.reading.shapes import Expected, Layout, RawFile

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
        raw = read_file(Path(request["path"]), Path(request["inbox"]), Layout(**request["layout"]), _expected(request))
        _write_file(raw, answers)
    except OSError as fault:
        _write_line({"os_error": [fault.errno, fault.strerror]}, answers)
    except BaseException as fault:
        _write_line({"failed": _told(fault)}, answers)
        return False
    return True


def _expected(request: dict[str, Any]) -> Expected:
    given = request["expected"]
    required = tuple(frozenset(names) for names in given["required"])
    return Expected(tuple(given["accepted"]), required, frozenset(given["passed_over"]), given["units"])


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
