"""Grids to JSON: for programs, so codes stay codes, money is in fen and points are in centipoints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from reports.grid import Field, Grid, Value
from reports.views.enterprise import EnterpriseView

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
        "rows": [_row(grid.fields, row) for row in grid.rows],
    }


def enterprise_content(view: EnterpriseView) -> dict[str, Any]:
    """The view of an enterprise as plain values: what decided, the sum, and every table."""
    plain = ("enterprise_id", "name", "uscc", "as_of", "tier", "score_tier")
    decided = (
        "decided_by",
        "decided_by_id",
        "rule",
        "basis",
        "locked_until_on",
        "next_change_on",
        "next_change_why",
        "outlook",
    )
    return {
        **{name: getattr(view, name) for name in (*plain, *decided)},
        "scheme": view.scheme.name,
        "is_illustrative": view.scheme.is_illustrative,
        "notices": view.scheme.notices,
        "base_centipoints": view.base,
        "counted_centipoints": view.counted_sum,
        "score_centipoints": view.score,
        "tables": {grid.name: grid_content(grid) for grid in view.grids},
    }


def _field(shown: Field) -> dict[str, Any]:
    described: dict[str, Any] = {"name": shown.name, "label": shown.label, "form": shown.form}
    if shown.form in _UNITS:
        described["unit"] = _UNITS[shown.form]
    if shown.words:
        described["words"] = dict(shown.words)
    return described


def _row(fields: tuple[Field, ...], row: tuple[Value, ...]) -> dict[str, Any]:
    return {shown.name: _plain_value(value) for shown, value in zip(fields, row, strict=True)}


def _plain_value(value: Value) -> object:
    return _plain(value) if isinstance(value, date | tuple) else value


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
