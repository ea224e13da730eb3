"""Where penalties stand in the publicity systems, and what that asks to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from flows.policies import read_calendar, read_publicity_law
from flows.settings import Settings
from flows.store import Run, Store
from transforms.law import Asked, Calendar, calendar_of, duties, gap_texts, publicity, unanswered


class Question(NamedTuple):
    """as_of: the day meant. asked: which duties; None for all penalties. enterprise_id: None for every enterprise's."""

    as_of: date
    asked: Asked | None = None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class Penalties:
    """rows: the answer, columns of PUBLICITY, with task and by_on where duties are asked for.

    asked: which duties, None for all penalties. missing: what the policy must say before the answer is whole.
    """

    as_of: date
    asked: Asked | None
    rows: pl.DataFrame
    missing: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """For --json."""
        return {
            "as_of": self.as_of,
            "asked": self.asked,
            "count": self.rows.height,
            "penalties": self.rows.to_dicts(),
            "missing": list(self.missing),
        }


def find_penalties(settings: Settings, store: Store, night: Run, question: Question) -> Penalties:
    """The penalties known on `night` as they stand on the day of the question."""
    as_of, asked, _ = question
    calendar = calendar_of(read_calendar(settings.policy_dir), as_of)
    found = _publicity(settings, store, night, question, calendar).lazy()
    if asked is None:
        rows = found.sort("decided_on", "decision_no", "record_id", "system", descending=[True] + [False] * 3).collect()
        unknown = rows.filter(pl.col("state") == "unknown")
    else:
        rows = duties(found, asked, as_of).collect()
        unknown = unanswered(found, asked, as_of, calendar.last_on).collect()
    return Penalties(as_of, asked, rows, tuple(gap_texts(unknown, calendar)))


def _publicity(settings: Settings, store: Store, night: Run, question: Question, calendar: Calendar) -> pl.DataFrame:
    from transforms.records import current

    penalties, enterprises = (
        current(store.scan(kind, night, question.enterprise_id), night.known_at) for kind in ("penalty", "enterprise")
    )
    law = read_publicity_law(settings.policy_dir)
    return publicity(penalties, enterprises, law, calendar, question.as_of).collect()
