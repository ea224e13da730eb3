"""Grids to a workbook: typed cells, no formula, no link, the same bytes for the same grids."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reports import show
from reports.grid import Field, Form, Grid, Value

ROW_LIMIT = 1_048_576 - 8  # rows of a sheet, less title, notices and heading
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 (a fixed stamp: the workbook's bytes must not tell when it was made)
_FORMATS: dict[Form, str] = {
    "day": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm:ss",
    "count": "#,##0",
    "points": "0.00",
    "delta": "+0.00;-0.00;0.00",
    "yuan": "#,##0.00",
    "share": "0.00%",
}
_DIVISORS: dict[Form, int] = {"points": 100, "delta": 100, "yuan": 100, "share": 10_000}
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
Style = Any  # xlsxwriter ships no types


def workbook(grids: Sequence[Grid], title: str, notices: Sequence[str] = (), row_limit: int = ROW_LIMIT) -> bytes:
    """One sheet per grid: title and notices above a frozen heading with a filter.

    A grid longer than `row_limit` goes on in further sheets, so that no row is left out.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": title, "created": _CREATED})
        styles = _styles(book.add_format)
        for name, grid in _sheets(grids, row_limit):
            lines = (f"{title} · {grid.title}", *_cut(grid), *notices)
            _Sheet(book.add_worksheet(name), styles).write(grid, lines)
    return buffer.getvalue()


def _cut(grid: Grid) -> tuple[str, ...]:
    if not grid.left_out:
        return ()
    return (f"本表不全：只列前 {len(grid)} 项，另有 {grid.left_out} 项未列出；全部 {grid.total} 项见 {grid.all_in}。",)


def _sheets(grids: Iterable[Grid], row_limit: int) -> Iterator[tuple[str, Grid]]:
    for grid in grids:
        name = grid.title.translate(_FORBIDDEN)[:24]
        for part, start in enumerate(range(0, max(len(grid), 1), row_limit), 1):
            rows = grid.rows[start : start + row_limit]
            yield (name if part == 1 else f"{name} ({part})"), replace(grid, rows=rows)


def _styles(add_format: Callable[[dict[str, object]], Style]) -> dict[str, Style]:
    base: dict[str, object] = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
    styles: dict[str, Style] = {form: add_format({**base, "num_format": shown}) for form, shown in _FORMATS.items()}
    return styles | {
        "text": add_format({**base, "num_format": "@", "text_wrap": True}),
        "title": add_format({**base, "font_size": 13, "bold": True}),
        "notice": add_format({**base, "font_color": "#8A3B00"}),
        "heading": add_format({**base, "bold": True, "bg_color": "#E8EDF3", "bottom": 1, "text_wrap": True}),
    }


@dataclass(frozen=True)
class _Sheet:
    """A worksheet being written."""

    sheet: Any
    styles: dict[str, Style]

    def write(self, grid: Grid, lines: Sequence[str]) -> None:
        """Lines of title and notices, an empty row, the heading, the rows."""
        for row, line in enumerate(lines):
            self.sheet.write_string(row, 0, line, self.styles["title" if row == 0 else "notice"])
        heading = len(lines) + 1
        for column, shown in enumerate(grid.fields):
            self.sheet.set_column(column, column, shown.sheet_width)
            self.sheet.write_string(heading, column, _label(shown), self.styles["heading"])
        for row, values in enumerate(grid.rows, heading + 1):
            for column, (shown, value) in enumerate(zip(grid.fields, values, strict=True)):
                self._cell((row, column), shown, value)
        if not grid.rows:
            self.sheet.write_string(heading + 1, 0, grid.empty, self.styles["notice"])
        self._settings(heading, heading + max(len(grid), 1), len(grid.fields) - 1)

    def _settings(self, heading: int, last_row: int, last_column: int) -> None:
        self.sheet.autofilter(heading, 0, last_row, last_column)
        self.sheet.freeze_panes(heading + 1, 1)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(heading)

    def _cell(self, place: tuple[int, int], shown: Field, value: Value) -> None:
        style = self.styles.get(shown.form, self.styles["text"])
        match value:
            case None:
                self.sheet.write_blank(*place, None, style)
            case bool() | str() | tuple():
                self.sheet.write_string(*place, _fitting(shown.text(value)), self.styles["text"])
            case int():
                self.sheet.write_number(*place, value / _DIVISORS.get(shown.form, 1), style)
            case datetime():
                self.sheet.write_datetime(*place, show.beijing(value), style)
            case _:
                self.sheet.write_datetime(*place, value, style)


def _label(shown: Field) -> str:
    return f"{shown.label}（元）" if shown.form == "yuan" and "元" not in shown.label else shown.label


def _fitting(text: str) -> str:
    """A cell holds 32,767 characters; what is longer says that it was cut."""
    return text if len(text) <= 32_767 else text[:32_740] + "……（超长，已截断）"
