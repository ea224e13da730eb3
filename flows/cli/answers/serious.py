"""The serious-violation list and what belongs to it, as a night knew it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

import polars as pl

from flows.law import legal_of
from flows.policies import read_measures
from flows.settings import Settings
from flows.store import Run, Store, known
from transforms.law.legal import Legal
from transforms.tables.words import LISTING_STATES

Asked = Literal["listings", "candidates", "bans", "refused"]
_SUPERVISION = ("sampling", "signal", "inspection")


class Question(NamedTuple):
    """as_of: the day meant. state: of LISTING_STATES, or a state of procedure.yaml; None: who stands, or with an
    enterprise every listing of it. enterprise_id: None for every enterprise."""

    as_of: date
    asked: Asked = "listings"
    state: str | None = None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class Answer:
    """rows: of LISTING, CANDIDATE, BAN or STEP_TABLE by what was asked. below: what belongs to each row, of MEASURE or
    CHECKLIST, by record_id."""

    question: Question
    rows: pl.DataFrame
    below: pl.DataFrame | None = None

    def document(self) -> dict[str, Any]:
        """For --json."""
        asked, rows = self.question.asked, self.rows.to_dicts()
        if self.below is not None:
            name = "measures" if asked == "listings" else "checklist"
            parts = self.below.partition_by("record_id", as_dict=True)
            rows = [row | {name: _part(parts, row["record_id"])} for row in rows]
        return {"as_of": self.question.as_of, "asked": asked, "count": self.rows.height, asked: rows}


def _part(parts: dict[tuple[Any, ...], pl.DataFrame], record_id: str) -> list[dict[str, Any]]:
    return parts[(record_id,)].drop("record_id").to_dicts() if (record_id,) in parts else []


def find_answer(settings: Settings, store: Store, night: Run, question: Question) -> Answer:
    """What was asked, of what was known on `night`. Raises PolicyProblems."""
    legal = legal_of(settings, store, night, question.as_of, question.enterprise_id)
    if question.asked == "candidates":
        return _candidates(legal, store, night, question)
    if question.asked == "bans":
        return Answer(question, legal.bans.collect())
    if question.asked == "refused":
        return Answer(question, _refused(legal))
    rows = _listings(legal, question).collect()
    from transforms.law.serious.measures import measures

    return Answer(question, rows, measures(rows.lazy(), read_measures(settings.policy_dir), question.as_of).collect())


def _listings(legal: Legal, question: Question) -> pl.LazyFrame:
    if question.state is None:
        return (
            legal.register.listings
            if question.enterprise_id
            else legal.register.listings.filter(pl.col("state") == "standing")
        )
    column = "state" if question.state in LISTING_STATES else "procedure_state"
    return legal.register.listings.filter(pl.col(column) == question.state)


def _candidates(legal: Legal, store: Store, night: Run, question: Question) -> Answer:
    from transforms.law.serious.candidates import candidates
    from transforms.law.serious.checklist import EvidenceRecords, checklist

    serious, penalties = legal.law.listing.serious, legal.records["penalty"]
    found = candidates(
        penalties, legal.records["enterprise"], serious, legal.register.followed, question.as_of
    ).collect()
    supervision = (known(store, kind, night, question.enterprise_id) for kind in _SUPERVISION)
    records = EvidenceRecords(penalties, *supervision)
    return Answer(question, found, checklist(found.lazy(), records, serious, question.as_of).collect())


def _refused(legal: Legal) -> pl.DataFrame:
    refused = legal.register.followed.steps.filter("is_refused")
    return refused.sort("on", "decision_no", "record_id", "matter_id", descending=[True, False, False, False]).collect()


def states(settings: Settings) -> dict[str, str]:
    """Every state one may ask for: code to Chinese word."""
    from flows.policies import read_procedure

    procedure = read_procedure(settings.policy_dir).of("listing")
    return {one.state: one.title for one in procedure.states} | LISTING_STATES
