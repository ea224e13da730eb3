"""docs/performance.md and its chart."""

from __future__ import annotations

import io
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bench.measure import ResultRow, SideValues

_LIBRARIES = ("polars", "duckdb", "great-expectations", "pandas", "pyarrow")

_HEAD = """\
# Performance

Written by `make bench` with its picture; sizes by flags, see `python -m bench --help`. Each figure is the median of
paired runs: one side, then the other, each in a fresh process that has done the same with little data before. The
ratio is that of the seconds within one pair: the median of the pairs, in brackets the least and the most. Memory is
the largest of the process, libraries included. Another machine gives other times; that both sides say the same is
checked at every run, and in small by a test. Where other work runs on the same processors, the seconds by the clock
tell of it too: then the processor time (CPU s) is the steadier figure.
"""

_TABLE = """\
| measured | beside | s | s beside | CPU s | CPU s beside | MB | MB beside | ratio | of CPU s | aim | held |
|---|---|---:|---:|---:|---:|---:|---:|---|---|---|---|
"""

_HELD = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True)
class Circumstances:
    """How a section was measured: command line, pairs, load averages before and after, and what is to be said."""

    command: str
    pairs: int
    load_before: float
    load_after: float
    remark: str


@dataclass(frozen=True)
class BenchSection:
    """What was measured in one sitting."""

    name: str
    sitting: Circumstances
    rows: tuple[ResultRow, ...]


def performance_page(sections: Sequence[BenchSection], notes: Mapping[str, str]) -> str:
    """The whole document. notes: what is to be said of a section, Markdown by its name."""
    rows = "".join(_row(one) for section in sections for one in section.rows)
    picture = "![Seconds and memory of both sides](pictures/performance.svg)\n"
    said = [notes[section.name] for section in sections if section.name in notes]
    return "\n".join([_HEAD, _TABLE + rows, picture, *said, _machine(sections)])


def read_notes(folder: Path) -> dict[str, str]:
    """Notes by section: a Markdown file each."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}


def _row(one: ResultRow) -> str:
    figures = [*_cells(one.seconds, ".3g"), *_cells(one.cpu_seconds, ".3g"), *_cells(one.peak_mb, ".0f")]
    ratios = [_ratio(one.ratios), "" if one.cpu_ratio is None else _said(one.cpu_ratio)]
    cells = [f"{one.title}: {one.measured}", one.beside, *figures, *ratios, one.aim, _HELD[one.is_held]]
    return f"| {' | '.join(cells)} |\n"


def _cells(both: Sequence[float | None], form: str) -> list[str]:
    return ["" if value is None else format(value, form) for value in both]


def _ratio(ratios: Sequence[float]) -> str:
    """`5.1 : 1 (4.8 to 5.5)` where ours takes longer, `1 : 12 (11 to 13)` where the other does."""
    if not ratios:
        return ""
    middle = statistics.median(ratios)
    if middle >= 1:
        return f"{_said(middle)} ({min(ratios):.1f} to {max(ratios):.1f})"
    return f"{_said(middle)} ({1 / max(ratios):.1f} to {1 / min(ratios):.1f})"


def _said(ratio: float) -> str:
    return f"{ratio:.1f} : 1" if ratio >= 1 else f"1 : {1 / ratio:.1f}"


def _machine(sections: Sequence[BenchSection]) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    lines = [
        "## How it was measured\n",
        f"Machine: {os.cpu_count()} cores ({platform.machine()}), {_memory_gb():.0f} GB, "
        f"{platform.system()}, Python {platform.python_version()}, {versions}.\n",
        "| section | command | pairs | load before | after | |",
        "|---|---|---:|---:|---:|---|",
        *(_sitting(section.name, section.sitting) for section in sections),
    ]
    return "\n".join(lines) + "\n"


def _sitting(name: str, one: Circumstances) -> str:
    return f"| {name} | `{one.command}` | {one.pairs} | {one.load_before:.1f} | {one.load_after:.1f} | {one.remark} |"


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


Drawn = Any  # matplotlib's own types are partial

_OURS, _BESIDE, _INK = "#2d6a8e", "#a9b1b8", "#1f2933"

_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "yaoxin", "font.family": ["DejaVu Sans"], "font.size": 9}


def performance_chart(rows: Sequence[ResultRow]) -> str:
    """An SVG with two panels, times on a logarithmic scale."""
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(9, 0.6 + 0.9 * len(rows)), layout="constrained")
        FigureCanvasSVG(figure)
        left, right = figure.subplots(1, 2, sharey=True)
        _bars(left, [one.seconds for one in rows], "seconds, median (logarithmic)", "{:.3g}")
        left.set_xscale("log")
        _bars(right, [one.peak_mb for one in rows], "peak memory, MB, median", "{:.0f}")
        left.set_yticks([2.5 * place for place in range(len(rows))], [_words(one) for one in rows])
        left.invert_yaxis()
        return _svg(figure)


def _words(one: ResultRow) -> str:
    beside = f"\nbeside {one.beside}" if one.beside else ""
    return f"{one.title}\n{one.measured}{beside}"


def _bars(axes: Drawn, values: Sequence[SideValues], title: str, form: str) -> None:
    for side, colour in enumerate((_OURS, _BESIDE)):
        drawn = [(2.5 * place + side - 0.5, value) for place, pair in enumerate(values) if (value := pair[side])]
        bars = axes.barh([place for place, _ in drawn], [value for _, value in drawn], height=0.9, color=colour)
        axes.bar_label(bars, fmt=form, padding=3, color=_INK)
    axes.set_title(title, color=_INK, fontsize=9, loc="left")
    axes.margins(x=0.2)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0, colors=_INK)


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"
