"""Grids as CSV, XLSX and JSON: typed cells, no formula, the same bytes for the same grids."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from reports import formatting
from reports.grid import Grid, GridField, Value, ValueForm

FORMULA_MARKS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_bytes(grid: Grid, notices: Sequence[str] = ()) -> bytes:
    """Heading and rows, then each notice as a row of its own, so that the heading is the first row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(neutralised(shown.label) for shown in grid.fields)
    for row in grid.rows:
        texts = []
        for shown, value in zip(grid.fields, row, strict=True):
            text = shown.text(value)
            is_number = isinstance(value, int) and not isinstance(value, bool)
            texts.append(text.replace(",", "").replace(formatting.MINUS, "-") if is_number else neutralised(text))
        writer.writerow(texts)
    writer.writerows([f"# {notice}"] for notice in notices)
    return buffer.getvalue().encode("utf-8-sig")


def neutralised(text: str) -> str:
    """`text` with an apostrophe before it where it could be taken for a formula."""
    return f"'{text}" if text.lstrip().startswith(FORMULA_MARKS) or text[:1] in {"\t", "\r"} else text


_UNITS = {"points": "centipoints", "delta": "centipoints", "yuan": "fen", "share": "1/10000"}


def json_bytes(content: Mapping[str, Any]) -> bytes:
    """`content` with sorted keys, Chinese as it is, and a newline at the end."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, default=_plain)
    return f"{text}\n".encode()


def grid_content(grid: Grid) -> dict[str, Any]:
    """A grid as plain values: what each field is, and its rows by field name."""
    fields: list[dict[str, Any]] = []
    for shown in grid.fields:
        fields.append({"name": shown.name, "label": shown.label, "form": shown.form})
        if shown.form in _UNITS:
            fields[-1]["unit"] = _UNITS[shown.form]
        if shown.words:
            fields[-1]["words"] = dict(shown.words)
    return {
        "name": grid.name,
        "title": grid.title,
        "fields": fields,
        "rows": [
            {
                shown.name: _plain(value) if isinstance(value, date | tuple) else value
                for shown, value in zip(grid.fields, row, strict=True)
            }
            for row in grid.rows
        ],
    }


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
_CELL_LIMIT, _CUT_LENGTH = 32_767, 32_740  # characters that a cell holds, and that are kept of a longer text
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 (a fixed stamp: the workbook's bytes must not depend on when it was made)
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
        base = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
        styles = {form: book.add_format({**base, "num_format": shown}) for form, shown in _FORMATS.items()} | {
            "text": book.add_format({**base, "num_format": "@", "text_wrap": True}),
            "title": book.add_format({**base, "font_size": 13, "bold": True}),
            "notice": book.add_format({**base, "font_color": "#8A3B00"}),
            "heading": book.add_format({**base, "bold": True, "bg_color": "#E8EDF3", "bottom": 1, "text_wrap": True}),
        }
        for grid in grids:
            name = grid.title.translate(_FORBIDDEN)[:24]
            for number, start in enumerate(range(0, max(len(grid), 1), row_limit), 1):
                part = replace(grid, rows=grid.rows[start : start + row_limit])
                lines = [f"{title} · {part.title}"]
                if part.left_out:
                    shown = f"本表不全：只列前 {len(part)} 项，另有 {part.left_out} 项未列出"
                    lines.append(f"{shown}；全部 {part.total} 项见 {part.all_in}。")
                sheet = book.add_worksheet(name if number == 1 else f"{name} ({number})")
                _Sheet(sheet, styles).write(part, [*lines, *notices])
    return buffer.getvalue()


@dataclass(frozen=True)
class _Sheet:
    """A worksheet being written."""

    sheet: Any
    styles: Mapping[str, Style]

    def write(self, grid: Grid, lines: Sequence[str]) -> None:
        """Lines of title and notices, an empty row, the heading, the rows."""
        for row, line in enumerate(lines):
            self.sheet.write_string(row, 0, line, self.styles["title" if row == 0 else "notice"])
        heading = len(lines) + 1
        for column, shown in enumerate(grid.fields):
            self.sheet.set_column(column, column, shown.sheet_width)
            label = f"{shown.label}（元）" if shown.form == "yuan" and "元" not in shown.label else shown.label
            self.sheet.write_string(heading, column, label, self.styles["heading"])
        for row, values in enumerate(grid.rows, heading + 1):
            for column, (shown, value) in enumerate(zip(grid.fields, values, strict=True)):
                self._cell((row, column), shown, value)
        if not grid.rows:
            self.sheet.write_string(heading + 1, 0, grid.empty, self.styles["notice"])
        self.sheet.autofilter(heading, 0, heading + max(len(grid), 1), len(grid.fields) - 1)
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
                text = shown.text(value)
                if len(text) > _CELL_LIMIT:
                    text = text[:_CUT_LENGTH] + "……（超长，已截断）"
                self.sheet.write_string(*place, text, self.styles["text"])
            case int():
                self.sheet.write_number(*place, value / _DIVISORS.get(shown.form, 1), style)
            case datetime():
                self.sheet.write_datetime(*place, formatting.beijing(value), style)
            case _:
                self.sheet.write_datetime(*place, value, style)
