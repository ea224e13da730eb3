"""What falls due, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from flows.law import legal_of
from flows.settings import Settings
from flows.store import Run, Store, present
from transforms.law import gap_texts
from transforms.law.coming import coming
from transforms.law.legal import Legal
from transforms.tables import TABLES

_REASONS = TABLES["ratings"].column("next_change_why").words


class Span(NamedTuple):
    """Looked ahead from `as_of` to `until` (included; None: to the end), for one enterprise or the office."""

    as_of: date
    until: date | None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class Due:
    """rows: COMING. missing: what the policy must say before the answer is whole."""

    span: Span
    rows: pl.DataFrame
    missing: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "as_of": self.span.as_of,
            "until": self.span.until,
            "count": self.rows.height,
            "due": self.rows.to_dicts(),
            "missing": list(self.missing),
        }


def find_due(settings: Settings, store: Store, night: Run, span: Span) -> Due:
    """What the night knows of the coming days."""
    legal = legal_of(settings, store, night, span.as_of, span.enterprise_id)
    rows = coming(legal, span.until, present(store, night, span.enterprise_id).ratings, _REASONS).collect()
    return Due(span, rows, missing(legal, span.until))


def missing(legal: Legal, until: date | None) -> tuple[str, ...]:
    """What the policy or the calendar must say first: of penalties on display whose end or term it cannot tell."""
    is_open = ~pl.col("state").is_in(["unpublished", "uncovered"]) & pl.col("gap").is_not_null()
    is_near = (pl.col("gap") == "low_fine") | pl.lit(until is None or until > legal.law.calendar.last_on)
    return tuple(gap_texts(legal.publicity.filter(is_open & is_near).collect(), legal.law.calendar))
