"""The measurements as a plot: seconds and memory of both sides; the same bytes for the same numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bench.rows import Both, Row

Drawn = Any  # matplotlib's own types are partial
_OURS, _BESIDE, _INK = "#2d6a8e", "#a9b1b8", "#1f2933"
_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "yaoxin", "font.family": ["DejaVu Sans"], "font.size": 9}


def picture(rows: Sequence[Row]) -> str:
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


def _words(one: Row) -> str:
    beside = f"\nbeside {one.beside}" if one.beside else ""
    return f"{one.title}\n{one.measured}{beside}"


def _bars(axes: Drawn, values: Sequence[Both], title: str, form: str) -> None:
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
