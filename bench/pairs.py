"""Both sides of a comparison in turn, each time in a fresh process, and what follows from that."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.side import Answer, Run

_ROOT = Path(__file__).parents[1]
Tell = Callable[[str], None]


class AnswersDiffer(AssertionError):
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


@dataclass(frozen=True)
class Measured:
    """The pairs of a comparison: ours first."""

    comparison: Comparison
    pairs: tuple[tuple[Run, Run], ...]

    def medians(self, figure: str) -> tuple[float, float]:
        """Of either side, of a figure of its runs: seconds, cpu_seconds, peak_mb."""
        sides = zip(*self.pairs, strict=True)
        ours, beside = (statistics.median(getattr(run, figure) for run in side) for side in sides)
        return ours, beside

    def ratios(self, figure: str = "seconds") -> list[float]:
        """The figure of ours to the one beside, pair by pair, least first."""
        return sorted(getattr(ours, figure) / getattr(beside, figure) for ours, beside in self.pairs)


def fresh(side: str, folder: Path, warm: Path) -> Run:
    """One side in a process of its own; raises SideFailed."""
    command = [sys.executable, "-m", "bench.side", side, str(folder), str(warm)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SideFailed(f"{' '.join(command)}\n{done.stderr[-4000:]}")
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def measure(comparison: Comparison, count: int, tell: Tell) -> Measured:
    """`count` pairs; raises AnswersDiffer where runs do not say the same."""
    pairs = []
    for number in range(1, count + 1):
        sides = [fresh(side, comparison.folder, comparison.warm) for side in (comparison.ours, comparison.beside)]
        pairs.append((sides[0], sides[1]))
        times = ", ".join(f"{run.seconds:.3g} s" for run in sides)
        tell(f"{comparison.title}, {comparison.ours_name}: pair {number} of {count}: {times}")
    check_answers(comparison, pairs)
    return Measured(comparison, tuple(pairs))


def check_answers(comparison: Comparison, pairs: list[tuple[Run, Run]]) -> None:
    """Every run of a side says the same, and both sides do where they must; raises AnswersDiffer."""
    ours, beside = ([run.answer for run in side] for side in zip(*pairs, strict=True))
    groups = [[*ours, *beside]] if comparison.is_equal else [ours, beside]
    for answers in groups:
        _check_equal(comparison.title, answers)


def _check_equal(title: str, answers: list[Answer]) -> None:
    for other in answers[1:]:
        if any(other[name] != answers[0][name] for name in other.keys() & answers[0].keys()):
            raise AnswersDiffer(f"{title}: {answers[0]} is not {other}")
