"""One side of a measurement in a process of its own: `python -m bench.side NAME FOLDER WARM` prints it as JSON.

The process first does the same with the little data in WARM, so that no library is loaded while the time is taken.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Answer = dict[str, Any]


def _only(answers: list[Answer]) -> Answer:
    (answer,) = answers
    return answer


def added(answers: list[Answer]) -> Answer:
    """Numbers of several steps as their sums: rows, points, and sums of the hashes of rows."""
    return {name: sum(answer[name] for answer in answers) % 2**64 for name in answers[0]}


@dataclass(frozen=True)
class Side:
    """What is timed, step by step, and what the result of a step says; the latter is not timed.

    total: what the answers of all steps say together. parts: seconds of parts of the work, once it is done.
    """

    steps: Iterable[Callable[[], Any]]
    answer: Callable[[Any], Answer]
    total: Callable[[list[Answer]], Answer] = _only
    parts: Callable[[], dict[str, float]] = dict


@dataclass(frozen=True)
class Run:
    """Seconds of the work by the clock and of the processors, the largest memory of its process in MB (10^6 bytes),
    the answer, and seconds of parts of the work."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    answer: Answer
    parts: dict[str, float] = field(default_factory=dict)


def run(name: str, folder: Path, warm: Path) -> Run:
    """Do the side `name`, like scoring.rated, with the data in `folder`."""
    module, _, side_name = name.partition(".")
    prepare = importlib.import_module(f"bench.{module}").SIDES[side_name]
    answered(prepare(warm))
    return timed(prepare(folder))


def answered(side: Side) -> Answer:
    """The side done without a clock."""
    return side.total([side.answer(step()) for step in side.steps])


def timed(side: Side) -> Run:
    """The side done, its steps timed."""
    seconds = cpu_seconds = peak_mb = 0.0
    answers = []
    for step in side.steps:
        gc.collect()
        start, cpu_start = time.perf_counter(), _cpu_seconds()
        result = step()
        seconds += time.perf_counter() - start
        cpu_seconds += _cpu_seconds() - cpu_start
        peak_mb = _peak_mb()
        answers.append(side.answer(result))
        del result
    return Run(seconds, cpu_seconds, peak_mb, side.total(answers), side.parts())


def _cpu_seconds() -> float:
    """Of this process and of those it has waited for, in all threads."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


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
