"""The migration matrix as SVG that stands inside a page: text stays text, so the reader's own Chinese font sets it.

The layout is computed with the font that matplotlib brings along, so the bytes are the same on every machine.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reports import show
from reports.steps_plot import FONTS, INK, RULE
from reports.views.migration import Migration

WORSE, BETTER, STAYED = "#b3402e", "#2d6a8e", "#8a939b"
Drawn = Any  # matplotlib's own types are partial
_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "yaoxin", "font.family": ["DejaVu Sans"], "font.size": 10}
_LOCK = threading.Lock()  # matplotlib's settings and Python's warning filters are shared by all threads


def migration_svg(migration: Migration) -> str:
    """The matrix of moves: a row per former tier, a column per present one; worse to the right of the diagonal."""
    size = len(migration.tiers)
    with _axes((1.5 + 1.15 * size, 0.7 + 0.62 * size), migration.words) as (axes, figure):
        for i, row in enumerate(migration.counts):
            for j, count in enumerate(row):
                _move(axes, (j, i), count, max(max(r) for r in migration.counts))
        axes.set_xlim(-0.5, size - 0.5)
        axes.set_ylim(size - 0.5, -0.5)
        axes.set_xticks(range(size), [f"现 {word}" for word in migration.words])
        axes.set_yticks(range(size), [f"原 {word}" for word in migration.words])
        axes.xaxis.tick_top()
        axes.figure.subplots_adjust(bottom=0.04)
        return _svg(figure)


def _move(axes: Drawn, place: tuple[int, int], count: int, most: int) -> None:
    column, row = place
    colour = STAYED if column == row else WORSE if column > row else BETTER
    # Moves are rare beside those who stay: the square root keeps them visible.
    strength = 0.12 + 0.5 * (count / most) ** 0.5 if count else 0.0
    axes.add_patch(_patch((column - 0.47, row - 0.44), 0.94, 0.88, colour, strength))
    style = {"ha": "center", "va": "center", "color": INK if count else "#9aa3ab"}
    axes.text(column, row, show.count(count) if count else "·", fontsize=12, **style)


def _patch(corner: tuple[float, float], width: float, height: float, colour: str, strength: float) -> Drawn:
    from matplotlib.patches import Rectangle

    fill = (*_rgb(colour), strength) if strength else "none"
    return Rectangle(corner, width, height, facecolor=fill, edgecolor=RULE, linewidth=0.8)


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


@contextmanager
def _axes(size: tuple[float, float], words: tuple[str, ...]) -> Iterator[tuple[Drawn, Drawn]]:
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with _LOCK, matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        # The layout font has no Chinese glyphs, and need not: the browser's font draws them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure = Figure(figsize=size)
        FigureCanvasSVG(figure)
        # Room for the words on the left, counted rather than measured: their font is the reader's.
        left = 0.42 + 0.15 * max(sum(1 if ord(char) > 0x2E80 else 0.55 for char in word) for word in words)
        axes = figure.subplots(gridspec_kw={"left": left / size[0], "right": 1 - 0.08 / size[0]})
        figure.subplots_adjust(top=1 - 0.4 / size[1], bottom=0.36 / size[1])
        axes.tick_params(length=0, colors=INK)
        for spine in axes.spines.values():
            spine.set_visible(False)
        yield axes, figure


def _svg(figure: Drawn) -> str:
    buffer = io.StringIO()
    plain = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=plain, transparent=True)
    text = buffer.getvalue()
    inner = text[text.index("<svg") :].replace("'DejaVu Sans'", FONTS).replace("DejaVu Sans", FONTS)
    # Fixed lengths would push a narrow window wide: the view box alone keeps the shape.
    return re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", inner, count=1))
