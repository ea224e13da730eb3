"""docs/performance.md: what was measured on which machine, and what is to be said of it."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.rows import Row

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
class Sitting:
    """How a section was measured: command line, pairs, load averages before and after, and what is to be said."""

    command: str
    pairs: int
    load_before: float
    load_after: float
    remark: str


@dataclass(frozen=True)
class Section:
    """What was measured in one sitting."""

    name: str
    sitting: Sitting
    rows: tuple[Row, ...]


def page(sections: Sequence[Section], notes: Mapping[str, str]) -> str:
    """The whole document. notes: what is to be said of a section, Markdown by its name."""
    rows = "".join(_row(one) for section in sections for one in section.rows)
    picture = "![Seconds and memory of both sides](pictures/performance.svg)\n"
    said = [notes[section.name] for section in sections if section.name in notes]
    return "\n".join([_HEAD, _TABLE + rows, picture, *said, _machine(sections)])


def read_notes(folder: Path) -> dict[str, str]:
    """Notes by section: a Markdown file each."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}


def _row(one: Row) -> str:
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


def _machine(sections: Sequence[Section]) -> str:
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


def _sitting(name: str, one: Sitting) -> str:
    return f"| {name} | `{one.command}` | {one.pairs} | {one.load_before:.1f} | {one.load_after:.1f} | {one.remark} |"


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
