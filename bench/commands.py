"""The light commands as a person calls them: a process of their own, from the first import to the last line."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.night import most_concerned, not_concerned, settings_in
from bench.pairs import SideFailed
from bench.side import Run

NAMES = ("explain", "lookup")
WHO = {"one with nothing before the law": not_concerned, "the one with most": most_concerned}
_MAIN = "import sys; from flows.cli import main; sys.exit(main())"


def called(name: str, who: str, folder: Path) -> Run:
    """`yaoxin NAME WHO` on the store in `folder`. Raises SideFailed where it does not say the enterprise."""
    command = [sys.executable, "-c", _MAIN, name, who, "--store", settings_in(folder).store]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or who not in said:
        raise SideFailed(f"{' '.join(command)}\n{said[-4000:]}")
    return Run(seconds, used.ru_utime + used.ru_stime, 0.0, {"lines": len(said.splitlines())})
