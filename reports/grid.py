"""Grids: titled columns and rows, the one model from which HTML, XLSX, CSV, JSON and terminal tables are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, cast

import polars as pl

from reports import formatting
from transforms.schemas import Column, Table

ValueForm = Literal[
    "text", "id", "words", "texts", "day", "instant", "count", "points", "delta", "yuan", "share", "flag", "link"
]
Value = str | int | bool | date | datetime | tuple[str, ...] | None
Frame = pl.LazyFrame | pl.DataFrame

# How certain the article behind a value is: read in the source, inferred, or not verified yet.
CONFIDENCE_LABELS = {"C": "已核对", "M": "待查", "I": "推定", "GAP": "待查"}
NUMERIC_FORMS: frozenset[ValueForm] = frozenset({"count", "points", "delta", "yuan", "share"})
_WIDTHS: dict[ValueForm, int] = {"text": 28, "id": 24, "words": 14, "texts": 30, "day": 12, "instant": 20, "link": 28}
_NUMBER_WIDTH = 12


@dataclass(frozen=True)
class GridField:
    """A column as it is shown. words: Chinese terms of codes. width: in characters of a sheet.

    Values by form: points, delta in centipoints; yuan in fen; share in hundredths of a percent.
    """

    name: str
    label: str
    form: ValueForm = "text"
    words: Mapping[str, str] = field(default_factory=dict)
    width: int = 0

    @property
    def is_number(self) -> bool:
        """Whether it is aligned right and sorted by size."""
        return self.form in NUMERIC_FORMS

    @property
    def sheet_width(self) -> int:
        """Width in a sheet, at least that of the heading; a Chinese character counts two."""
        return max(self.width or _WIDTHS.get(self.form, _NUMBER_WIDTH), 2 * len(self.label) + 3)

    def text(self, value: Value) -> str:
        """`value` as text; empty for None."""
        return "" if value is None else _SHOWN[self.form](self, value)


@dataclass(frozen=True)
class Grid:
    """A titled table. empty: the text where it has no rows.

    left_out: number of rows cut off at the end; all_in: the command that shows all.
    """

    name: str
    title: str
    fields: tuple[GridField, ...]
    rows: tuple[tuple[Value, ...], ...]
    empty: str = "无"
    left_out: int = 0
    all_in: str = ""

    @property
    def total(self) -> int:
        """Number of rows, those left out included."""
        return len(self.rows) + self.left_out

    def of(self, total: int, all_in: str) -> Grid:
        """The grid as the head of one with `total` rows, all of which the command `all_in` shows."""
        return replace(self, left_out=max(0, total - len(self.rows)), all_in=all_in)

    def __len__(self) -> int:
        return len(self.rows)

    def position(self, name: str) -> int:
        """The place of a field among the fields."""
        return next(at for at, shown in enumerate(self.fields) if shown.name == name)

    def head(self, count: int) -> Grid:
        """The first `count` rows."""
        return replace(self, rows=self.rows[:count])

    def texts(self) -> list[list[str]]:
        """Every cell as text."""
        return [[f.text(value) for f, value in zip(self.fields, row, strict=True)] for row in self.rows]


_SHOWN: dict[ValueForm, Callable[[GridField, Any], str]] = {
    "text": lambda _, value: str(value),
    "id": lambda _, value: str(value),
    "link": lambda _, value: str(value),
    "words": lambda shown, value: shown.words.get(value, value),
    "texts": lambda shown, value: "；".join(shown.words.get(part, part) for part in value),
    "day": lambda _, value: formatting.day(value),
    "instant": lambda _, value: formatting.instant(value),
    "count": lambda _, value: formatting.count(value),
    "points": lambda _, value: formatting.points(value),
    "delta": lambda _, value: formatting.delta(value),
    "yuan": lambda _, value: formatting.yuan(value),
    "share": lambda _, value: formatting.share(value),
    "flag": lambda _, value: "是" if value else "否",
}


def collected(frame: Frame) -> pl.DataFrame:
    """The frame, computed where it is lazy."""
    return frame if isinstance(frame, pl.DataFrame) else frame.collect()


def grid_from_frame(name: str, title: str, frame: pl.DataFrame, fields: Sequence[GridField], empty: str = "无") -> Grid:
    """A grid of the frame's columns named by `fields`, in the frame's order of rows. Texts are made safe."""
    return grid_from_rows(name, title, fields, frame.select([shown.name for shown in fields]).iter_rows(), empty)


def grid_from_rows(
    name: str, title: str, fields: Sequence[GridField], rows: Iterable[Sequence[Any]], empty: str = "无"
) -> Grid:
    """A grid of plain rows. Texts are made safe."""
    safe = (tuple(safe_value(f.form, value) for f, value in zip(fields, row, strict=True)) for row in rows)
    return Grid(name, title, tuple(fields), tuple(safe), empty)


def safe_value(form: ValueForm, value: object) -> Value:
    """`value` as a page may show it: no control or direction characters, and no identity number in free text."""
    match value:
        case str():
            cleaned = formatting.clean(value)
            return cleaned if form == "id" else formatting.redact(cleaned)
        case list() | tuple():
            return tuple(formatting.redact(formatting.clean(str(part))) for part in value)
        case _:
            return cast(Value, value)


def grid_fields(table: Table, *names: str, **labels: str) -> tuple[GridField, ...]:
    """Fields for columns of a stored table. labels: headings other than the columns' own."""
    return tuple(grid_field(table.column(name), labels.get(name)) for name in names)


def grid_field(column: Column, label: str | None = None) -> GridField:
    """The field of a stored column: its label and terms, its unit as the reader's (yuan, points).

    Letters of confidence in an article are shown as Chinese terms.
    """
    if column.name.endswith("confidence") and not column.codes:
        return GridField(column.name, label or column.label, "words", CONFIDENCE_LABELS)
    form = _form_of(column)
    own = column.label.replace("（百分之一分）", "").replace("（分）", "（元）")
    return GridField(column.name, label or own, form, column.codes)


def _form_of(column: Column) -> ValueForm:
    if column.dtype == pl.List(pl.String()):
        return "texts"
    if column.name.endswith("_centipoints"):
        return "points"
    if column.name.endswith("_fen"):
        return "yuan"
    if column.codes:
        return "words"
    if column.name.endswith(("_no", "_id")) or column.name == "uscc":
        return "id"
    return _BY_TYPE.get(column.dtype, "text")


_BY_TYPE: dict[pl.DataType, ValueForm] = {
    pl.Date(): "day",
    pl.Datetime("us", "UTC"): "instant",
    pl.Int64(): "count",
    pl.Boolean(): "flag",
}
