"""One side of a measurement in a process of its own: `python -m bench.side NAME FOLDER WARM` prints it as JSON.

The process first does the same with the little data in WARM, so that no library is loaded while the time is taken.
"""

from __future__ import annotations

import gc
import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Answer = dict[str, Any]


@dataclass(frozen=True)
class Side:
    """What is timed, and what its result says; the latter is not timed."""

    work: Callable[[], Any]
    answer: Callable[[Any], Answer]


@dataclass(frozen=True)
class Run:
    """Seconds of the work, the largest memory of its process in MB (10^6 bytes), and the answer."""

    seconds: float
    peak_mb: float
    answer: Answer


def run(name: str, folder: Path, warm: Path) -> Run:
    """Do the side `name`, like scoring.rated, with the data in `folder`."""
    module, _, side_name = name.partition(".")
    prepare = importlib.import_module(f"bench.{module}").SIDES[side_name]
    prepare(warm).work()
    side = prepare(folder)
    gc.collect()
    start = time.perf_counter()
    result = side.work()
    seconds = time.perf_counter() - start
    peak_mb = _peak_mb()
    return Run(seconds, peak_mb, side.answer(result))


def _peak_mb() -> float:
    """Of this process alone: getrusage also counts the one it was forked from, where /proc does not."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    name, folder, warm = sys.argv[1:]
    sys.stdout.write(json.dumps(asdict(run(name, Path(folder), Path(warm)))) + "\n")
