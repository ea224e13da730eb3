"""What falls due, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from flows.law import legal_of
from flows.settings import Settings
from flows.store import Run, Store, outlook_of
from transforms.law import gap_texts
from transforms.law.coming import coming, untold
from transforms.law.gaps import absent_texts


class Span(NamedTuple):
    """Looked ahead from `as_of` to `until` (included; None: to the end), for one enterprise or the office."""

    as_of: date
    until: date | None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class Due:
    """rows: COMING. missing: what the policy must say before the answer is whole. absent: what it leaves out."""

    span: Span
    rows: pl.DataFrame
    missing: tuple[str, ...]
    absent: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "as_of": self.span.as_of,
            "until": self.span.until,
            "count": self.rows.height,
            "due": self.rows.to_dicts(),
            "missing": list(self.missing),
            "absent": list(self.absent),
        }


def find_due(settings: Settings, store: Store, night: Run, span: Span) -> Due:
    """What the night knows of the coming days."""
    legal = legal_of(settings, store, night, span.as_of, span.enterprise_id)
    rows = coming(legal, span.until, outlook_of(store, night, span.enterprise_id)).collect()
    missing = gap_texts(untold(legal, span.until).collect(), legal.law.calendar)
    return Due(span, rows, tuple(missing), tuple(absent_texts(legal.law.absent)))
