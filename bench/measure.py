"""Measures a side in a process of its own, and compares two sides in paired runs."""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]

Log = Callable[[str], None]


class OutcomesDiffer(AssertionError):
    """Two runs that must say the same do not."""


class SideFailed(RuntimeError):
    """A side ended with an error; its own words follow."""


@dataclass(frozen=True)
class Comparison:
    """Two sides on the same data. `is_equal`: both must give one answer, as far as both say. goal: the most that
    seconds of ours to seconds beside may be; None where there is none."""

    title: str
    ours: str
    beside: str
    ours_name: str
    beside_name: str
    folder: Path
    warm: Path
    is_equal: bool
    goal: float | None = None


Outcome = dict[str, Any]


@dataclass(frozen=True)
class Timing:
    """Seconds of the work by the clock and of the processors, the largest memory of its process in MB (10^6 bytes),
    the answer, and seconds of parts of the work."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    answer: Outcome
    parts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PairedTimings:
    """The pairs of a comparison: ours first."""

    comparison: Comparison
    pairs: tuple[tuple[Timing, Timing], ...]

    def medians(self, figure: str) -> tuple[float, float]:
        """Of either side, of a figure of its runs: seconds, cpu_seconds, peak_mb."""
        sides = zip(*self.pairs, strict=True)
        ours, beside = (statistics.median(getattr(run, figure) for run in side) for side in sides)
        return ours, beside

    def ratios(self, figure: str = "seconds") -> list[float]:
        """The figure of ours to the one beside, pair by pair, least first."""
        return sorted(getattr(ours, figure) / getattr(beside, figure) for ours, beside in self.pairs)


def run_in_process(side: str, folder: Path, warm: Path) -> Timing:
    """One side in a process of its own; raises SideFailed."""
    command = [sys.executable, "-m", "bench.measure", side, str(folder), str(warm)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SideFailed(f"{' '.join(command)}\n{done.stderr[-4000:]}")
    return Timing(**json.loads(done.stdout.splitlines()[-1]))


def measure_pairs(comparison: Comparison, count: int, tell: Log) -> PairedTimings:
    """`count` pairs; raises AnswersDiffer where runs do not say the same."""
    pairs = []
    for number in range(1, count + 1):
        sides = [
            run_in_process(side, comparison.folder, comparison.warm) for side in (comparison.ours, comparison.beside)
        ]
        pairs.append((sides[0], sides[1]))
        times = ", ".join(f"{run.seconds:.3g} s" for run in sides)
        tell(f"{comparison.title}, {comparison.ours_name}: pair {number} of {count}: {times}")
    check_outcomes(comparison, pairs)
    return PairedTimings(comparison, tuple(pairs))


def check_outcomes(comparison: Comparison, pairs: list[tuple[Timing, Timing]]) -> None:
    """Every run of a side says the same, and both sides do where they must; raises AnswersDiffer."""
    ours, beside = ([run.answer for run in side] for side in zip(*pairs, strict=True))
    groups = [[*ours, *beside]] if comparison.is_equal else [ours, beside]
    for answers in groups:
        _check_equal(comparison.title, answers)


def _check_equal(title: str, answers: list[Outcome]) -> None:
    for other in answers[1:]:
        if any(other[name] != answers[0][name] for name in other.keys() & answers[0].keys()):
            raise OutcomesDiffer(f"{title}: {answers[0]} is not {other}")


def _only(answers: list[Outcome]) -> Outcome:
    (answer,) = answers
    return answer


def summed(answers: list[Outcome]) -> Outcome:
    """Numbers of several steps as their sums: rows, points, and sums of the hashes of rows."""
    return {name: sum(answer[name] for answer in answers) % 2**64 for name in answers[0]}


@dataclass(frozen=True)
class Side:
    """What is timed, step by step, and what the result of a step says; the latter is not timed.

    total: what the answers of all steps say together. parts: seconds of parts of the work, once it is done.
    """

    steps: Iterable[Callable[[], Any]]
    answer: Callable[[Any], Outcome]
    total: Callable[[list[Outcome]], Outcome] = _only
    parts: Callable[[], dict[str, float]] = dict


def run_side(name: str, folder: Path, warm: Path) -> Timing:
    """Do the side `name`, like scoring.rated, with the data in `folder`."""
    module, _, side_name = name.partition(".")
    prepare = importlib.import_module(f"bench.{module}").SIDES[side_name]
    outcome_of(prepare(warm))
    return time_side(prepare(folder))


def outcome_of(side: Side) -> Outcome:
    """The side done without a clock."""
    return side.total([side.answer(step()) for step in side.steps])


def time_side(side: Side) -> Timing:
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
    return Timing(seconds, cpu_seconds, peak_mb, side.total(answers), side.parts())


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
    sys.stdout.write(json.dumps(asdict(run_side(name, Path(folder), Path(warm)))) + "\n")

SideValues = tuple[float | None, float | None]


@dataclass(frozen=True)
class ResultRow:
    """Medians of ours and of the other side (None where there is none).

    ratios: figures of ours to those beside, pair by pair. goal: the most that `judged` may be, `aim` says it in words.
    """

    title: str
    measured: str
    beside: str
    seconds: SideValues
    cpu_seconds: SideValues
    peak_mb: SideValues
    ratios: tuple[float, ...] = ()
    goal: float | None = None
    aim: str = ""

    @property
    def cpu_ratio(self) -> float | None:
        """Processor time of ours to that beside; None where one is not known or too short to be measured."""
        ours, beside = self.cpu_seconds
        return ours / beside if ours and beside else None

    @property
    def is_held(self) -> bool | None:
        """Whether the goal holds: by the median ratio, or by the seconds where nothing stands beside; None for none."""
        if self.goal is None:
            return None
        reached = statistics.median(self.ratios) if self.ratios else self.seconds[0]
        return reached is not None and reached <= self.goal


def row_of_pairs(measured: PairedTimings) -> ResultRow:
    """The row of a comparison."""
    one = measured.comparison
    seconds, cpu, peak = (measured.medians(figure) for figure in ("seconds", "cpu_seconds", "peak_mb"))
    ratios = tuple(measured.ratios())
    return ResultRow(one.title, one.ours_name, one.beside_name, seconds, cpu, peak, ratios, one.goal, _aim(one.goal))


def row_of_timings(title: str, measured: str, runs: Sequence[Timing], goal: float | None, aim: str) -> ResultRow:
    """A row with nothing beside it."""
    figures = [[getattr(run, name) for run in runs] for name in ("seconds", "cpu_seconds", "peak_mb")]
    seconds, cpu, peak = (statistics.median(values) for values in figures)
    return ResultRow(title, measured, "", (seconds, None), (cpu, None), (peak, None), (), goal, aim)


def _aim(goal: float | None) -> str:
    if goal is None:
        return ""
    return f"at most {goal:g} : 1" if goal >= 1 else f"at most 1 : {1 / goal:g}"
