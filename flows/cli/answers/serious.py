"""The serious-violation list and what belongs to it, as a night knew it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

import polars as pl

from flows.law import legal_of
from flows.policies import read_measures
from flows.settings import Settings
from flows.store import Run, Store, known
from transforms.law.findings import to_look_at
from transforms.law.gaps import absent_texts
from transforms.law.legal import Legal
from transforms.law.listing import listings_of_persons
from transforms.tables.law.listing import MEASURE

Asked = Literal["listings", "matters", "candidates", "bans", "refused"]
_BELOW = {"listings": ("measures", "record_id"), "matters": ("terms", "matter_id")}
_BELOW |= {"candidates": ("checklist", "record_id")}
_SUPERVISION = ("sampling", "signal", "inspection")


class Question(NamedTuple):
    """What is asked, of which day. state: of listings one of LISTING_STATES, of matters one of procedure.yaml; None:
    who stands, or with an enterprise every listing of it. enterprise_id: None for every enterprise.
    """

    as_of: date
    asked: Asked = "listings"
    state: str | None = None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class Answer:
    """rows: of LISTING, MATTER_TABLE with the name, CANDIDATE, BAN or STEP_TABLE by what was asked. below: what belongs
    to each row, of MEASURE, TERM_TABLE or CHECKLIST. history: the steps of an enterprise's listings, of STEP_TABLE.
    persons: listings of natural persons (MATTER_TABLE), on no published list, where all entries are asked for.
    absent: what the policy leaves out, and what is therefore not answered.
    """

    question: Question
    rows: pl.DataFrame
    below: pl.DataFrame | None = None
    history: pl.DataFrame | None = None
    persons: pl.DataFrame | None = None
    absent: tuple[str, ...] = ()

    def part(self, row: Mapping[str, Any]) -> pl.DataFrame:
        """What belongs to that row."""
        assert self.below is not None
        key = _BELOW[self.question.asked][1]
        return self.below.filter(pl.col(key) == row[key]).drop(key)

    def document(self) -> dict[str, Any]:
        """For --json."""
        asked, rows = self.question.asked, self.rows.to_dicts()
        if self.below is not None:
            rows = [row | {_BELOW[asked][0]: self.part(row).to_dicts()} for row in rows]
        made: dict[str, Any] = {"as_of": self.question.as_of, "asked": asked, "count": self.rows.height, asked: rows}
        made |= {"absent": list(self.absent)} if self.absent else {}
        more = {"history": self.history, "persons": self.persons}
        return made | {name: rows.to_dicts() for name, rows in more.items() if rows is not None}


def find_answer(settings: Settings, store: Store, night: Run, question: Question) -> Answer:
    """What was asked, of what was known on `night`. Raises PolicyProblems."""
    legal = legal_of(settings, store, night, question.as_of, question.enterprise_id)
    if question.asked == "candidates":
        return _candidates(legal, store, night, question)
    if question.asked == "bans":
        return Answer(question, legal.bans.collect(), absent=_absent(legal, "bans"))
    if question.asked == "refused":
        return Answer(question, _refused(legal))
    if question.asked == "matters":
        return _matters(legal, question)
    return _listings(settings, legal, question)


def _listings(settings: Settings, legal: Legal, question: Question) -> Answer:
    from transforms.law.serious.measures import measures

    found, firm = legal.register.listings, question.enterprise_id
    if question.state is not None or firm is None:
        found = found.filter(pl.col("state") == (question.state or "standing"))
    rows = found.collect()
    law = read_measures(settings.policy_dir)
    in_force = measures(rows.lazy(), law, question.as_of).collect() if law else MEASURE.empty()
    history = _history(legal, rows) if firm else None
    is_whole = firm is None and question.state is None
    persons = listings_of_persons(legal.register.followed).collect() if is_whole else None
    return Answer(question, rows, in_force, history, persons, _absent(legal, "measures"))


def _history(legal: Legal, listings: pl.DataFrame) -> pl.DataFrame:
    """The steps of an enterprise's listings, and the stays of their execution (停止执行) with the ends of these."""
    from transforms.records.text import document_key

    steps = legal.register.followed.steps
    numbers = listings.select(key=document_key(pl.col("decision_no")))["key"]
    is_of_listing = document_key(pl.col("target")).is_in(numbers.implode())
    own = steps.filter((pl.col("matter") == "listing") | ((pl.col("matter") == "stay") & is_of_listing))
    return own.sort("on", "record_id", "matter_id").collect()


def _absent(legal: Legal, name: str) -> tuple[str, ...]:
    return tuple(absent_texts(one for one in legal.law.absent if one == name))


def _matters(legal: Legal, question: Question) -> Answer:
    """Matters of the list in that state, also those that are no listing yet, with what is awaited."""
    followed, names = legal.register.followed, legal.records["enterprise"].select("enterprise_id", "name")
    matters = followed.matters.filter(pl.col("matter") == "listing", pl.col("state") == question.state)
    named = matters.join(names, on="enterprise_id", how="left").with_columns(name=pl.coalesce("name", "party_name"))
    rows = named.sort("since_on", "matter_id").collect()
    return Answer(question, rows, followed.terms.collect())


def _candidates(legal: Legal, store: Store, night: Run, question: Question) -> Answer:
    from transforms.law.serious.candidates import candidates
    from transforms.law.serious.checklist import EvidenceRecords, checklist

    serious, penalties = legal.law.listing.serious, legal.records["penalty"]
    found = candidates(
        penalties, legal.records["enterprise"], serious, legal.register.followed, question.as_of
    ).collect()
    supervision = (known(store, kind, night, question.enterprise_id) for kind in _SUPERVISION)
    records = EvidenceRecords(penalties, *supervision)
    return Answer(question, found, checklist(found, records, serious, question.as_of))


def _refused(legal: Legal) -> pl.DataFrame:
    refused = legal.steps.filter(to_look_at())
    return refused.sort("on", "decision_no", "record_id", "matter_id", descending=[True, False, False, False]).collect()


def states(settings: Settings) -> dict[str, str]:
    """The states of procedure.yaml a matter of the list may be in: code to Chinese word."""
    from flows.policies import read_procedure

    return {one.state: one.title for one in read_procedure(settings.policy_dir).of("listing").states}
