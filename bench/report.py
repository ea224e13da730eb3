"""docs/performance.md and its chart: what was measured on which machine, with notes on the results."""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.metadata import version
from pathlib import Path

from bench.measure import ResultRow, SideValues

_LIBRARIES = ("polars", "duckdb", "great-expectations", "pandas", "pyarrow")
_HEAD = """\
# Performance

Written by `make bench` with its chart; sizes by flags, see `python -m bench --help`. Each figure is the median of
paired runs: one side, then the other, each in a new process that has done the same with little data before. The ratio
is that of the seconds within one pair: the median of the pairs, in brackets the least and the most. Memory is the peak
of the process, libraries included. Other machines give other times; that both sides have the same outcome is checked at
every run, and on a small scale by a test. Where other work runs on the same processors, wall-clock seconds include it;
the processor time (CPU s) is then the steadier figure.
"""
_TABLE = """\
| measured | beside | s | s beside | CPU s | CPU s beside | MB | MB beside | ratio | of CPU s | aim | held |
|---|---|---:|---:|---:|---:|---:|---:|---|---|---|---|
"""
_REACHED = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True)
class Circumstances:
    """How a section was measured: command line, pairs, load averages before and after, and a remark."""

    command: str
    pairs: int
    load_before: float
    load_after: float
    remark: str


@dataclass(frozen=True)
class BenchSection:
    """The rows of one section, measured together."""

    name: str
    circumstances: Circumstances
    rows: tuple[ResultRow, ...]


def performance_page(sections: Sequence[BenchSection], notes: Mapping[str, str]) -> str:
    """The whole document. notes: Markdown by name of the section."""
    rows = "".join(_row(row) for section in sections for row in section.rows)
    chart = "![Seconds and memory of both sides](pictures/performance.svg)\n"
    own_notes = [notes[section.name] for section in sections if section.name in notes]
    return "\n".join([_HEAD, _TABLE + rows, chart, *own_notes, _machine(sections)])


def read_notes(folder: Path) -> dict[str, str]:
    """Notes by section, a Markdown file each."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}


def _row(row: ResultRow) -> str:
    figures = [
        "" if value is None else format(value, form)
        for pair, form in ((row.seconds, ".3g"), (row.cpu_seconds, ".3g"), (row.peak_mb, ".0f"))
        for value in pair
    ]
    ratio = ""
    if row.ratios:  # `5.1 : 1 (4.8 to 5.5)` where ours takes longer, `1 : 12 (11 to 13)` where the other side does
        least, median, most = min(row.ratios), statistics.median(row.ratios), max(row.ratios)
        spread = f"{least:.1f} to {most:.1f}" if median >= 1 else f"{1 / most:.1f} to {1 / least:.1f}"
        ratio = f"{_ratio(median)} ({spread})"
    cpu_ratio = "" if row.cpu_ratio is None else _ratio(row.cpu_ratio)
    title = f"{row.title}: {row.measured}"
    return f"| {' | '.join([title, row.beside, *figures, ratio, cpu_ratio, row.aim, _REACHED[row.is_reached]])} |\n"


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f} : 1" if ratio >= 1 else f"1 : {1 / ratio:.1f}"


def _machine(sections: Sequence[BenchSection]) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    lines = [
        "## How it was measured\n",
        f"Machine: {os.cpu_count()} cores ({platform.machine()}), {memory_gb:.0f} GB, "
        f"{platform.system()}, Python {platform.python_version()}, {versions}.\n",
        "| section | command | pairs | load before | after | |",
        "|---|---|---:|---:|---:|---|",
    ]
    for section in sections:
        one = section.circumstances
        loads = f"{one.load_before:.1f} | {one.load_after:.1f}"
        lines.append(f"| {section.name} | `{one.command}` | {one.pairs} | {loads} | {one.remark} |")
    return "\n".join(lines) + "\n"


_OURS, _BESIDE, _INK = "#2d6a8e", "#a9b1b8", "#1f2933"
_WIDTH, _LABELS, _PANEL, _GAP, _ROW, _BAR, _HEADER = 980, 380, 220, 70, 56, 16, 34


def performance_chart(rows: Sequence[ResultRow]) -> str:
    """An SVG of seconds (logarithmic) and peak memory of both sides; the same bytes for the same numbers."""
    height = _HEADER + _ROW * len(rows) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'font-family="DejaVu Sans, sans-serif" font-size="12" fill="{_INK}">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for number, row in enumerate(rows):
        top = _HEADER + _ROW * number
        lines = [row.title, row.measured, *([f"beside {row.beside}"] if row.beside else [])]
        parts += [
            f'<text x="{_LABELS - 10}" y="{top + 14 + 15 * line}" text-anchor="end">{escape(_shortened(text))}</text>'
            for line, text in enumerate(lines)
        ]
    seconds = [row.seconds for row in rows]
    smallest = min((value for pair in seconds for value in pair if value), default=1.0)
    parts += _panel(
        _LABELS, "seconds, median (logarithmic)", seconds, ".3g", lambda value: math.log10(value / smallest) + 0.3
    )
    memory = [row.peak_mb for row in rows]
    parts += _panel(_LABELS + _PANEL + _GAP, "peak memory, MB, median", memory, ".0f", lambda value: value)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _shortened(text: str) -> str:
    return text if len(text) <= 58 else f"{text[:57]}…"


def _panel(
    left: int, title: str, values: Sequence[SideValues], form: str, scale: Callable[[float], float]
) -> list[str]:
    """The bars of one panel, with their values; `scale` gives the length of a bar before it is fitted to the panel."""
    longest = max((scale(value) for pair in values for value in pair if value), default=1.0)
    parts = [f'<text x="{left}" y="18" font-weight="bold">{title}</text>']
    for number, pair in enumerate(values):
        for side, value in enumerate(pair):
            if not value:
                continue
            top, width = _HEADER + _ROW * number + 4 + side * (_BAR + 2), _PANEL * scale(value) / longest
            colour = (_OURS, _BESIDE)[side]
            parts += [
                f'<rect x="{left}" y="{top}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>',
                f'<text x="{left + width + 4:.1f}" y="{top + 13}">{format(value, form)}</text>',
            ]
    return parts
