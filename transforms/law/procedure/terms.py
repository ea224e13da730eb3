"""What is awaited in each matter, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import polars as pl

from transforms.law.calendar import Calendar, working_days_later
from transforms.law.procedure.life import Life, value_on
from transforms.law.procedure.refusals import extension_on
from transforms.policy.law_procedure import ProcedureLaw, Term
from transforms.tables.law.procedure import TERM_TABLE
from transforms.tables.shape import COUNT, FLAG


def terms_of(lives: Iterable[Life], law: ProcedureLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """The open terms of `lives` in the columns of TERM_TABLE, sorted by its key.

    A term of the party that ran on into a later state is told until its last day: nobody waits for it after that.
    """
    is_running = value_on(law.terms_by, as_of) == "running"
    rows = [row for life in lives for row in _open(life, as_of if is_running else None)]
    schema = {**TERM_TABLE.schema, "days": COUNT, "runs_on": FLAG}
    frame = pl.DataFrame(rows, schema=schema, orient="row").lazy()
    by_on = working_days_later(pl.col("from_on"), pl.col("days"), calendar)
    is_over = (pl.col("who") == "party") & pl.col("runs_on") & (pl.col("by_on") < as_of)
    open_ = frame.with_columns(by_on=by_on).filter(~is_over.fill_null(False))
    return open_.select(list(TERM_TABLE.schema)).sort(TERM_TABLE.key)


def _open(life: Life, day: date | None) -> Iterator[dict[str, object]]:
    for term, start in life.terms():
        days = value_on(term.days, day or start)
        if days is not None:
            is_own = term.state == life.state
            more = (extension_on(term, day or start) or 0) if life.is_extended and is_own else 0
            yield _row(life, term, start, days + more, is_extended=more > 0) | {"runs_on": not is_own}


def _row(life: Life, term: Term, start: date, days: int, *, is_extended: bool) -> dict[str, object]:
    source = term.extension if is_extended and term.extension else term.days
    return {
        "matter_id": life.first.record_id,
        "matter": life.first.matter,
        "system": life.first.system,
        "enterprise_id": life.first.enterprise_id,
        "awaited": term.awaits[0],
        "awaited_title": "、".join(life.procedure.title_of(step) for step in term.awaits),
        "who": term.who,
        "from_on": start,
        "by_on": None,
        "is_extended": is_extended,
        "basis": source.basis,
        "confidence": source.confidence,
        "days": days,
    }
