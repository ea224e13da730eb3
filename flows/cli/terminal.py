"""Tables for a terminal, in which a Chinese character is two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from reports.grid import Grid, GridField

GAP = "  "
_INDENT = " " * 8
_LINE = 100


def display_width(text: str) -> int:
    """Columns that `text` takes in a terminal."""
    return sum(map(_columns, text))


@cache
def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, columns: int, is_right: bool = False) -> str:
    """`text` filled with blanks to `columns`; flush right where `is_right`."""
    blanks = " " * (columns - display_width(text))
    return blanks + text if is_right else text + blanks


def table_lines(grid: Grid, names: Sequence[str] = (), notes: Sequence[str] = ()) -> list[str]:
    """The grid's columns `names` (all, where none is named) as lines; its columns `notes` below each row."""
    shown = [i for i, field in enumerate(grid.fields) if not names or field.name in names]
    below = [i for i, field in enumerate(grid.fields) if field.name in notes]
    if not grid.rows:
        return [GAP + grid.empty]
    cells = grid.texts()
    fields = [grid.fields[i] for i in shown]
    heads = [field.label for field in fields]
    widths = [max(display_width(row[i]) for row in cells) for i in shown]
    widths = [max(column, display_width(head)) for column, head in zip(widths, heads, strict=True)]
    lines = [_line(heads, widths, fields)]
    for row in cells:
        lines.append(_line([row[i] for i in shown], widths, fields))
        lines += _notes([(grid.fields[i], row[i]) for i in below])
    return lines


def _line(cells: Iterable[str], widths: Iterable[int], fields: Iterable[GridField]) -> str:
    padded = (pad(cell, columns, field.is_number) for cell, columns, field in zip(cells, widths, fields, strict=True))
    return (GAP + GAP.join(padded)).rstrip()


def _notes(cells: Iterable[tuple[GridField, str]]) -> list[str]:
    """What there is to say below a row, in lines of at most `_LINE` columns where that can be."""
    lines: list[str] = []
    for note in (f"{field.label}：{text}" for field, text in cells if text):
        if lines and display_width(lines[-1] + GAP + note) <= _LINE:
            lines[-1] += GAP + note
        else:
            lines.append(_INDENT + note)
    return lines


def pair_lines(entries: Iterable[tuple[str, str]]) -> list[str]:
    """Labels and what they stand for, in two columns; what is empty is left out."""
    filled = [(label, text) for label, text in entries if text]
    column = max((display_width(label) for label, _ in filled), default=0)
    return [f"{GAP}{pad(label, column)}{GAP}{text}" for label, text in filled]
