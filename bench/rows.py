"""One line of the table: what was measured, beside what, and what follows."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bench.pairs import Measured
from bench.side import Run

Both = tuple[float | None, float | None]


@dataclass(frozen=True)
class Row:
    """Medians of ours and of the other side (None where there is none).

    ratios: figures of ours to those beside, pair by pair. goal: the most that `judged` may be, `aim` says it in words.
    """

    title: str
    measured: str
    beside: str
    seconds: Both
    cpu_seconds: Both
    peak_mb: Both
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


def of_pairs(measured: Measured) -> Row:
    """The row of a comparison."""
    one = measured.comparison
    seconds, cpu, peak = (measured.medians(figure) for figure in ("seconds", "cpu_seconds", "peak_mb"))
    ratios = tuple(measured.ratios())
    return Row(one.title, one.ours_name, one.beside_name, seconds, cpu, peak, ratios, one.goal, _aim(one.goal))


def of_runs(title: str, measured: str, runs: Sequence[Run], goal: float | None, aim: str) -> Row:
    """A row with nothing beside it."""
    figures = [[getattr(run, name) for run in runs] for name in ("seconds", "cpu_seconds", "peak_mb")]
    seconds, cpu, peak = (statistics.median(values) for values in figures)
    return Row(title, measured, "", (seconds, None), (cpu, None), (peak, None), (), goal, aim)


def _aim(goal: float | None) -> str:
    if goal is None:
        return ""
    return f"at most {goal:g} : 1" if goal >= 1 else f"at most 1 : {1 / goal:g}"
