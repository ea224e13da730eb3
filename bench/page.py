"""docs/performance.md: what was measured on which machine, and what was not."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from bench.pairs import Measured

_LIBRARIES = ("polars", "great-expectations", "pandas", "pyarrow")
_HEAD = """\
# Performance

Written by `make bench` with its picture; sizes by flags, see `python -m bench --help`. Each figure is the median of
paired runs: one side, then the other, each in a fresh process that has done the same with little data before. The
ratio is that of the seconds within one pair: the median of the pairs, in brackets the least and the most. Memory is
the largest of the process, libraries included. Another machine gives other times; that the answers are right is
checked at every run, and in small by a test.
"""
_TABLE = """\
| measured | beside | s | s beside | MB | MB beside | ratio |
|---|---|---:|---:|---:|---:|---|
"""
_WHAT = """\
- **Scoring**: every enterprise rated on one day with `policy/schemes/reference.yaml`, ratings and trace collected,
  from records in Parquet; beside it the same columns of the same files are read, and nothing else is done. The records
  are of five kinds over three years, and most enterprises have several days with something that costs points. Movement
  (a tier is regained per clean year) asks for the tier on each of those days: the second row leaves it out to show what
  it costs. Checked: every enterprise is rated, and every score is base + sum of its trace.
- **Gate**: twelve expectations of the library's own over invented penalties in memory, clean and with 1% of faults in
  every column, samples of rows named as the nightly gate names them; beside it the library's own engine on a pandas
  frame. Checked: verdict and counts of every expectation are equal.

The aim for scoring is at most 6 times the plain read, for the gate 10 times faster than on pandas on clean data, both
at larger sizes than these. Not measured yet: millions of records, scoring beside hand-written SQL and beside pandas,
the gate's share of a whole night, a night in full and after few changes, intake, growth with size, the light commands.
"""


@dataclass(frozen=True)
class Sitting:
    """How it was measured: command line, pairs, load averages before and after, and what the measurer has to say."""

    command: str
    pairs: int
    load_before: float
    load_after: float
    remark: str


def page(measured: Sequence[Measured], sitting: Sitting) -> str:
    """The whole document."""
    rows = "".join(_row(one) for one in measured)
    picture = "![Seconds and memory of both sides](pictures/performance.svg)\n"
    return "\n".join([_HEAD, _TABLE + rows, picture, _WHAT, _machine(sitting)])


def _row(one: Measured) -> str:
    seconds, memory = one.seconds(), one.peak_mb()
    cells = [
        f"{one.comparison.title}: {one.comparison.ours_name}",
        one.comparison.beside_name,
        *(f"{value:.3g}" for value in seconds),
        *(f"{value:.0f}" for value in memory),
        _ratio(one.ratios()),
    ]
    return f"| {' | '.join(cells)} |\n"


def _ratio(ratios: Sequence[float]) -> str:
    """`5.1 : 1 (4.8 to 5.5)` where ours takes longer, `1 : 12 (11 to 13)` where the other does."""
    middle = statistics.median(ratios)
    if middle >= 1:
        return f"{middle:.1f} : 1 ({min(ratios):.1f} to {max(ratios):.1f})"
    return f"1 : {1 / middle:.1f} ({1 / max(ratios):.1f} to {1 / min(ratios):.1f})"


def _machine(sitting: Sitting) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    lines = [
        f"Command: `{sitting.command}`; pairs: {sitting.pairs}.",
        f"Machine: {os.cpu_count()} cores ({platform.machine()}), {_memory_gb():.0f} GB, "
        f"{platform.system()}, Python {platform.python_version()}, {versions}.",
        f"Load average at the beginning {sitting.load_before:.1f}, at the end {sitting.load_after:.1f}.",
        sitting.remark,
    ]
    return "\n".join(filter(None, lines)) + "\n"


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
