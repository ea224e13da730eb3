"""Grids as CSV, XLSX and JSON: typed cells, no formula, the same bytes for the same grids."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from reports import formatting
from reports.grid import Grid, GridField, Value, ValueForm

FORMULA_MARKS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_bytes(grid: Grid, notices: Sequence[str] = ()) -> bytes:
    """Heading and rows; notices, each a row of its own, stand after them, so that the heading stays first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(neutralised(shown.label) for shown in grid.fields)
    for row in grid.rows:
        writer.writerow(_cell(shown, value) for shown, value in zip(grid.fields, row, strict=True))
    writer.writerows([f"# {notice}"] for notice in notices)
    return buffer.getvalue().encode("utf-8-sig")


def neutralised(text: str) -> str:
    """`text` with an apostrophe before it where it could be taken for a formula."""
    return f"'{text}" if text.lstrip().startswith(FORMULA_MARKS) or text[:1] in {"\t", "\r"} else text


def _cell(shown: GridField, value: Value) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return shown.text(value).replace(",", "").replace(formatting.MINUS, "-")
    return neutralised(shown.text(value))


_UNITS = {"points": "centipoints", "delta": "centipoints", "yuan": "fen", "share": "1/10000"}


def json_bytes(content: Mapping[str, Any]) -> bytes:
    """`content` with sorted keys, Chinese as it is, and a newline at the end."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, default=_plain)
    return f"{text}\n".encode()


def grid_content(grid: Grid) -> dict[str, Any]:
    """A grid as plain values: what each field is, and its rows by field name."""
    return {
        "name": grid.name,
        "title": grid.title,
        "fields": [_field(shown) for shown in grid.fields],
        "rows": [
            {
                shown.name: _plain(value) if isinstance(value, date | tuple) else value
                for shown, value in zip(grid.fields, row, strict=True)
            }
            for row in grid.rows
        ],
    }


def _field(shown: GridField) -> dict[str, Any]:
    described: dict[str, Any] = {"name": shown.name, "label": shown.label, "form": shown.form}
    if shown.form in _UNITS:
        described["unit"] = _UNITS[shown.form]
    if shown.words:
        described["words"] = dict(shown.words)
    return described


def _plain(value: object) -> object:
    match value:
        case datetime():
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a published file: {value!r}")


ROW_LIMIT = 1_048_576 - 8  # rows of a sheet, less title, notices and heading
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 (a fixed stamp: the workbook's bytes must not tell when it was made)
_FORMATS: dict[ValueForm, str] = {
    "day": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm:ss",
    "count": "#,##0",
    "points": "0.00",
    "delta": "+0.00;-0.00;0.00",
    "yuan": "#,##0.00",
    "share": "0.00%",
}
_DIVISORS: dict[ValueForm, int] = {"points": 100, "delta": 100, "yuan": 100, "share": 10_000}
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
Style = Any  # xlsxwriter ships no types


def xlsx_bytes(grids: Sequence[Grid], title: str, notices: Sequence[str] = (), row_limit: int = ROW_LIMIT) -> bytes:
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
            lines = [f"{title} · {grid.title}"]
            if grid.left_out:
                shown = f"本表不全：只列前 {len(grid)} 项，另有 {grid.left_out} 项未列出"
                lines.append(f"{shown}；全部 {grid.total} 项见 {grid.all_in}。")
            _Sheet(book.add_worksheet(name), styles).write(grid, [*lines, *notices])
    return buffer.getvalue()


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

    def _cell(self, place: tuple[int, int], shown: GridField, value: Value) -> None:
        style = self.styles.get(shown.form, self.styles["text"])
        match value:
            case None:
                self.sheet.write_blank(*place, None, style)
            case bool() | str() | tuple():
                self.sheet.write_string(*place, _fitting(shown.text(value)), self.styles["text"])
            case int():
                self.sheet.write_number(*place, value / _DIVISORS.get(shown.form, 1), style)
            case datetime():
                self.sheet.write_datetime(*place, formatting.beijing(value), style)
            case _:
                self.sheet.write_datetime(*place, value, style)


def _label(shown: GridField) -> str:
    return f"{shown.label}（元）" if shown.form == "yuan" and "元" not in shown.label else shown.label


def _fitting(text: str) -> str:
    """A cell holds 32,767 characters; what is longer says that it was cut."""
    return text if len(text) <= 32_767 else text[:32_740] + "……（超长，已截断）"
