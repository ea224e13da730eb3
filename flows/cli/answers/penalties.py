"""Where penalties stand in the publicity systems, and what that asks to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from flows.law import legal_of
from flows.settings import Settings
from flows.store import Run, Store
from transforms.law import Asked, duties, gap_texts, unanswered
from transforms.law.gaps import absent_texts
from transforms.tables.law.publicity import PUBLICITY


class Question(NamedTuple):
    """as_of: the day meant. asked: which duties; None for all penalties. enterprise_id: None for every enterprise's."""

    as_of: date
    asked: Asked | None = None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class Penalties:
    """rows: the answer, columns of PUBLICITY, with task and by_on where duties are asked for.

    checks: bad results of spot checks that are public, columns of PUBLICITY; with duties they stand among the rows.
    asked: which duties, None for all penalties. missing: what the policy
    must say before the answer is whole. absent: what it leaves out.
    """

    as_of: date
    asked: Asked | None
    rows: pl.DataFrame
    checks: pl.DataFrame
    missing: tuple[str, ...]
    absent: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "as_of": self.as_of,
            "asked": self.asked,
            "count": self.rows.height,
            "penalties": self.rows.to_dicts(),
            "spot_checks": self.checks.to_dicts(),
            "missing": list(self.missing),
            "absent": list(self.absent),
        }


def find_penalties(settings: Settings, store: Store, night: Run, question: Question) -> Penalties:
    """The penalties known on `night`, and public results of spot checks, as they stand on the day of the question."""
    as_of, asked, enterprise_id = question
    legal = legal_of(settings, store, night, as_of, enterprise_id)
    calendar, found = legal.law.calendar, legal.publicity
    absent = tuple(absent_texts(legal.law.absent))
    if asked is None:
        rows = _in_order(found)
        unknown = rows.filter(pl.col("state") == "unknown")
        return Penalties(
            as_of,
            asked,
            rows,
            _in_order(legal.spot_checks),
            tuple(gap_texts(unknown, calendar)),
            absent,
        )
    rows = duties(pl.concat([found, legal.spot_checks]), asked, as_of).collect()
    unknown = unanswered(found, asked, as_of, calendar.last_on).collect()
    return Penalties(as_of, asked, rows, PUBLICITY.empty(), tuple(gap_texts(unknown, calendar)), absent)


def _in_order(found: pl.LazyFrame) -> pl.DataFrame:
    order = ["decided_on", "decision_no", "record_id", "system"]
    return found.sort(order, descending=[True, False, False, False]).collect()
