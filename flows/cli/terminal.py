"""Tables for a terminal, in which a Chinese character is two columns wide.

A table that is wider than the terminal is shown record by record, with the label before each value, so that no column
is cut or wrapped into the next row. Output into a file or a pipe has no width and keeps the table.
"""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from reports.grid import Grid, GridField

GAP = "  "
_NOTE_INDENT = 8
_RECORD_INDENT = 4
_NOTE_WIDTH = 100  # of lines of notes, where the terminal is not narrower
_LEAST_WIDTH = 20


def terminal_width() -> int | None:
    """Columns of the terminal that stdout goes to (COLUMNS, where it is set, decides); None for a file or a pipe."""
    return max(shutil.get_terminal_size().columns, _LEAST_WIDTH) if sys.stdout.isatty() else None


def display_width(text: str) -> int:
    """Columns that `text` takes in a terminal."""
    return sum(map(_columns_of, text))


@cache
def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, columns: int, is_right: bool = False) -> str:
    """`text` filled with blanks to `columns`; flush right where `is_right`."""
    blanks = " " * (columns - display_width(text))
    return blanks + text if is_right else text + blanks


def wrap(text: str, columns: int | None) -> list[str]:
    """`text` in lines of at most `columns`, broken at a blank where there is one, else between characters."""
    if columns is None or display_width(text) <= columns:
        return [text]
    lines, line, used = [], "", 0
    for character in text:
        size = _columns_of(character)
        if used + size > columns:
            # A word in Latin letters moves to the next line whole; Chinese breaks anywhere.
            head, blank, tail = line.rpartition(" ")
            is_inside_word = character.isascii() and character != " " and blank and head and tail.isascii()
            lines.append((head if is_inside_word else line).rstrip())
            line = tail if is_inside_word else ""
            used = display_width(line)
        if line or character != " ":
            line += character
            used += size
    return [*lines, line] if line else lines


def table_lines(grid: Grid, names: Sequence[str] = (), notes: Sequence[str] = (), indent: int = 0) -> list[str]:
    """The grid's columns `names` (all, where none is named) as lines; its columns `notes` below each row.

    indent: blanks before every line, besides the gap that every table has.
    """
    margin = " " * indent
    if not grid.rows:
        return [margin + GAP + grid.empty]
    limit = terminal_width()
    shown = [i for i, field in enumerate(grid.fields) if not names or field.name in names]
    below = [i for i, field in enumerate(grid.fields) if field.name in notes]
    cells = grid.texts()
    fields = [grid.fields[i] for i in shown]
    widths = [
        max(display_width(field.label), *(display_width(row[i]) for row in cells))
        for i, field in zip(shown, fields, strict=True)
    ]
    if limit is not None and indent + sum(width + len(GAP) for width in widths) > limit:
        return [line for row in cells for line in _record(grid, row, (shown, below), limit, margin)]
    lines = [margin + _row_line([field.label for field in fields], widths, fields)]
    for row in cells:
        lines.append(margin + _row_line([row[i] for i in shown], widths, fields))
        entries = [(grid.fields[i].label, row[i]) for i in below]
        lines += _flowed(entries, margin + " " * _NOTE_INDENT, min(_NOTE_WIDTH, limit or _NOTE_WIDTH), limit)
    return lines


def _row_line(cells: Iterable[str], widths: Iterable[int], fields: Iterable[GridField]) -> str:
    padded = (pad(cell, columns, field.is_number) for cell, columns, field in zip(cells, widths, fields, strict=True))
    return (GAP + GAP.join(padded)).rstrip()


def _record(
    grid: Grid, row: Sequence[str], columns: tuple[Sequence[int], Sequence[int]], limit: int, margin: str
) -> Iterator[str]:
    """One row, label by label: the first column on a line of its own, the others and the notes below it."""
    (first, *others), below = columns
    yield from _flowed([(grid.fields[first].label, row[first] or "—")], margin + GAP, limit, limit)
    entries = [(grid.fields[i].label, row[i]) for i in dict.fromkeys((*others, *below))]
    yield from _flowed(entries, margin + " " * _RECORD_INDENT, limit, limit)


def _flowed(entries: Iterable[tuple[str, str]], margin: str, columns: int, limit: int | None) -> list[str]:
    """`label：text` of what has a text, as many in a line as `columns` holds; longer texts are wrapped at `limit`."""
    lines: list[str] = []
    for entry in (f"{label}：{text}" for label, text in entries if text):
        if lines and display_width(lines[-1] + GAP + entry) <= columns:
            lines[-1] += GAP + entry
        else:
            lines += [margin + part for part in wrap(entry, limit and max(limit - len(margin), _LEAST_WIDTH))]
    return lines


def pair_lines(entries: Iterable[tuple[str, str]]) -> list[str]:
    """Labels and their texts in two columns; entries with an empty text are left out, long texts are wrapped."""
    filled = [(label, text) for label, text in entries if text]
    column = max((display_width(label) for label, _ in filled), default=0)
    limit = terminal_width()
    room = limit and max(limit - column - 2 * len(GAP), _LEAST_WIDTH)
    lines = []
    for label, text in filled:
        first, *more = wrap(text, room)
        lines.append(f"{GAP}{pad(label, column)}{GAP}{first}")
        lines += [f"{GAP}{' ' * column}{GAP}{line}" for line in more]
    return lines
