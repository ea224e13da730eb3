"""An enterprise's tiers over time as SVG, written by hand: a night writes a page for every tier that changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from reports import show
from reports.views.enterprise import Standing

INK, QUIET, RULE, LINE = "#1f2933", "#5b6770", "#d5dbe1", "#1f4e79"
FONTS = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"
_WIDTH, _ROW, _TOP, _BOTTOM, _RIGHT = 547.0, 30.0, 34.0, 30.0, 70.0
_MOST_LABELS = 12  # more would cover each other
_MOST_TICKS = 6
_WORD, _DAY = (f'text-anchor="{anchor}" fill="{INK}"' for anchor in ("end", "middle"))
_SCORE = f'fill="{QUIET}" font-size="8"'
_STEPS_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)


@dataclass(frozen=True)
class _Frame:
    """Where a day and a tier stand on the picture."""

    first: date
    last: date
    left: float
    tiers: int

    def x(self, day: date) -> float:
        span = (self.last - self.first).days or 1
        return self.left + 12 + (_WIDTH - _RIGHT - self.left - 12) * (day - self.first).days / span

    def y(self, index: int) -> float:
        return _TOP + _ROW * index

    @property
    def foot(self) -> float:
        return _TOP + _ROW * (self.tiers - 1) + 16


def history_svg(standings: Sequence[Standing], words: Sequence[str], until: date) -> str:
    """The tier as a line of steps, the best at the top, from the first standing to `until`."""
    left = 30 + 11 * max(sum(1 if ord(char) > 0x2E80 else 0.55 for char in word) for word in words)
    frame = _Frame(standings[0].from_on, until, left, len(words))
    parts = [*_rows(frame, words), *_ticks(frame), _line(frame, standings), *_marks(frame, standings)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {frame.foot + _BOTTOM:g}"'
    return f'{head} font-family="{FONTS}" font-size="10">\n' + "\n".join(parts) + "\n</svg>\n"


def _text(x: float, y: float, said: str, style: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(said)}</text>'


def _rows(frame: _Frame, words: Sequence[str]) -> Iterator[str]:
    for index, word in enumerate(words):
        y = frame.y(index)
        yield f'<path d="M{frame.left:.1f} {y:.1f}H{_WIDTH - 6:g}" stroke="{RULE}" stroke-width="0.8"/>'
        yield _text(frame.left - 6, y + 3.5, word, _WORD)


def _ticks(frame: _Frame) -> Iterator[str]:
    for day in _days_shown(frame.first, frame.last):
        yield _text(frame.x(day), frame.foot + 16, day.isoformat(), _DAY)


def _days_shown(first: date, last: date) -> list[date]:
    """First days of months, evenly apart; both ends where there are too few of them."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    for step in _STEPS_MONTHS:
        days = [date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0]
        days = [day for day in days if first <= day <= last]
        if len(days) <= _MOST_TICKS:
            break
    return days if len(days) > 1 else sorted({first, last})


def _line(frame: _Frame, standings: Sequence[Standing]) -> str:
    first, *others = standings
    steps = "".join(f"H{frame.x(one.from_on):.1f}V{frame.y(one.index):.1f}" for one in others)
    path = f"M{frame.x(first.from_on):.1f} {frame.y(first.index):.1f}{steps}H{frame.x(frame.last):.1f}"
    return f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="2"/>'


def _marks(frame: _Frame, standings: Sequence[Standing]) -> Iterator[str]:
    for one in standings:
        yield f'<circle cx="{frame.x(one.from_on):.1f}" cy="{frame.y(one.index):.1f}" r="2.5" fill="{LINE}"/>'
    for one in standings[-_MOST_LABELS:]:
        score = show.points(one.score_centipoints)
        yield _text(frame.x(one.from_on) + 4, frame.y(one.index) - 6, score, _SCORE)
