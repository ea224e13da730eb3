"""Conditions of a scheme, asked of one record at a time by SQLite: no code or engine shared with the ratings."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from functools import cache
from typing import Any


def is_met(when: str, record: dict[str, Any]) -> bool:
    """Whether the SQL condition holds for the record; null is no."""
    names = sorted(record)
    columns = ", ".join(f'? AS "{name}"' for name in names)
    values = [_stored(record[name]) for name in names]
    [answer] = _engine().execute(f"SELECT ({when}) FROM (SELECT {columns})", values).fetchone()
    return answer is not None and bool(answer)


@cache
def _engine() -> sqlite3.Connection:
    engine = sqlite3.connect(":memory:", cached_statements=512)
    engine.execute("PRAGMA case_sensitive_like = ON")
    engine.create_function("array_contains", 2, _array_contains, deterministic=True)
    return engine


def _stored(value: object) -> object:
    if isinstance(value, list):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, date) else value


def _array_contains(array: str | None, word: str) -> bool | None:
    return None if array is None else word in json.loads(array)
