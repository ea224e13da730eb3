"""Measures a side in a process of its own, and compares two sides in paired runs.

`python -m bench.measure NAME FOLDER WARM` measures one side and prints it as JSON. The process first does the same with
the little data in WARM, so that no library is loaded while time is taken.
"""

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
Outcome = dict[str, Any]
Log = Callable[[str], None]
SideValues = tuple[float | None, float | None]


class OutcomesDiffer(AssertionError):
    """Two runs that must have the same outcome do not."""


class SideFailed(RuntimeError):
    """A side ended with an error, which follows."""


def _only(outcomes: list[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def summed(outcomes: list[Outcome]) -> Outcome:
    """The numbers of several steps as their sums: rows, points, hashes of rows."""
    return {name: sum(outcome[name] for outcome in outcomes) % 2**64 for name in outcomes[0]}


@dataclass(frozen=True)
class Side:
    """What is timed, step by step, and the outcome of a step, which is not timed.

    total: the outcome of all steps together. parts: seconds of parts of the work, once it is done.
    """

    steps: Iterable[Callable[[], Any]]
    outcome: Callable[[Any], Outcome]
    total: Callable[[list[Outcome]], Outcome] = _only
    parts: Callable[[], dict[str, float]] = dict


@dataclass(frozen=True)
class Timing:
    """Wall-clock and processor seconds, peak memory of the process in MB (10^6 bytes), outcome, seconds of parts."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    outcome: Outcome
    parts: dict[str, float] = field(default_factory=dict)


def run_side(name: str, folder: Path, warm: Path) -> Timing:
    """Time the side `name`, like scoring.rated, with the data in `folder`, after a run with those in `warm`."""
    module, _, side_name = name.partition(".")
    prepare = importlib.import_module(f"bench.{module}").SIDES[side_name]
    outcome_of(prepare(warm))
    return time_side(prepare(folder))


def outcome_of(side: Side) -> Outcome:
    """The outcome of a side that is not timed."""
    return side.total([side.outcome(step()) for step in side.steps])


def time_side(side: Side) -> Timing:
    """Run a side and time its steps."""
    seconds = cpu_seconds = peak_mb = 0.0
    outcomes = []
    for step in side.steps:
        gc.collect()
        start, cpu_start = time.perf_counter(), _cpu_seconds()
        result = step()
        seconds += time.perf_counter() - start
        cpu_seconds += _cpu_seconds() - cpu_start
        peak_mb = _peak_mb()
        outcomes.append(side.outcome(result))
        del result
    return Timing(seconds, cpu_seconds, peak_mb, side.total(outcomes), side.parts())


def _cpu_seconds() -> float:
    """Of this process and of those it has waited for, in all threads."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_mb() -> float:
    """Of this process alone: getrusage also counts the process it was forked from, /proc does not."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


@dataclass(frozen=True)
class Comparison:
    """Two sides on the same data. is_equal: both must have the same outcome, in the entries that both have.

    goal: upper bound of the ratio of our seconds to the other side's; None where there is none.
    """

    title: str
    ours: str
    beside: str
    ours_name: str
    beside_name: str
    folder: Path
    warm: Path
    is_equal: bool
    goal: float | None = None


@dataclass(frozen=True)
class PairedTimings:
    """The pairs of a comparison, ours first."""

    comparison: Comparison
    pairs: tuple[tuple[Timing, Timing], ...]

    def medians(self, figure: str) -> tuple[float, float]:
        """Of each side, the median of seconds, cpu_seconds or peak_mb."""
        sides = zip(*self.pairs, strict=True)
        ours, beside = (statistics.median(getattr(timing, figure) for timing in side) for side in sides)
        return ours, beside

    def ratios(self, figure: str = "seconds") -> list[float]:
        """The figure of ours to that of the other side, pair by pair, in ascending order."""
        return sorted(getattr(ours, figure) / getattr(beside, figure) for ours, beside in self.pairs)


def run_in_process(side: str, folder: Path, warm: Path) -> Timing:
    """One side in a process of its own. Raises SideFailed."""
    command = [sys.executable, "-m", "bench.measure", side, str(folder), str(warm)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SideFailed(f"{' '.join(command)}\n{done.stderr[-4000:]}")
    return Timing(**json.loads(done.stdout.splitlines()[-1]))


def measure_pairs(comparison: Comparison, count: int, log: Log) -> PairedTimings:
    """`count` pairs of runs, each in a process of its own. Raises SideFailed, OutcomesDiffer."""
    pairs = []
    for number in range(1, count + 1):
        ours, beside = (
            run_in_process(side, comparison.folder, comparison.warm) for side in (comparison.ours, comparison.beside)
        )
        pairs.append((ours, beside))
        seconds = f"{ours.seconds:.3g} s, {beside.seconds:.3g} s"
        log(f"{comparison.title}, {comparison.ours_name}: pair {number} of {count}: {seconds}")
    check_outcomes(comparison, pairs)
    return PairedTimings(comparison, tuple(pairs))


def check_outcomes(comparison: Comparison, pairs: list[tuple[Timing, Timing]]) -> None:
    """Every run of a side has the same outcome, and so have both sides where they must. Raises OutcomesDiffer."""
    ours, beside = ([timing.outcome for timing in side] for side in zip(*pairs, strict=True))
    for outcomes in [[*ours, *beside]] if comparison.is_equal else [ours, beside]:
        first = outcomes[0]
        for other in outcomes[1:]:
            if any(other[name] != first[name] for name in other.keys() & first.keys()):
                raise OutcomesDiffer(f"{comparison.title}: {first} is not {other}")


@dataclass(frozen=True)
class ResultRow:
    """A row of the table: medians of ours and of the other side (None where there is none).

    ratios: figures of ours to those of the other side, pair by pair. goal: upper bound of their median; aim: the same
    in words.
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
        """Processor time of ours to that of the other side; None where one is unknown or too short to measure."""
        ours, beside = self.cpu_seconds
        return ours / beside if ours and beside else None

    @property
    def is_reached(self) -> bool | None:
        """Whether the goal is reached, by the median ratio, or by the seconds without another side; None: no goal."""
        if self.goal is None:
            return None
        figure = statistics.median(self.ratios) if self.ratios else self.seconds[0]
        return figure is not None and figure <= self.goal


def row_of_pairs(measured: PairedTimings) -> ResultRow:
    """The row of a comparison."""
    one = measured.comparison
    seconds, cpu, peak = (measured.medians(figure) for figure in ("seconds", "cpu_seconds", "peak_mb"))
    aim = ""
    if one.goal is not None:
        aim = f"at most {one.goal:g} : 1" if one.goal >= 1 else f"at most 1 : {1 / one.goal:g}"
    ratios = tuple(measured.ratios())
    return ResultRow(one.title, one.ours_name, one.beside_name, seconds, cpu, peak, ratios, one.goal, aim)


def row_of_timings(title: str, measured: str, timings: Sequence[Timing], goal: float | None, aim: str) -> ResultRow:
    """A row without another side."""
    figures = [[getattr(timing, name) for timing in timings] for name in ("seconds", "cpu_seconds", "peak_mb")]
    seconds, cpu, peak = (statistics.median(values) for values in figures)
    return ResultRow(title, measured, "", (seconds, None), (cpu, None), (peak, None), (), goal, aim)


if __name__ == "__main__":
    name, folder, warm = sys.argv[1:]
    sys.stdout.write(json.dumps(asdict(run_side(name, Path(folder), Path(warm)))) + "\n")
