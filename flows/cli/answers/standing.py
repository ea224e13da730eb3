"""An enterprise's rating on a night: as a view for people and as plain values for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.cli.answers.law_of_one import LawOfOne, law_of_one
from flows.cli.answers.rated import identity, last_of, outlook_document, outlook_on, ratings_of, scheme_of
from flows.settings import Settings
from flows.store import Run, Store, known
from reports.views.enterprise import EnterpriseFrames, EnterpriseView, enterprise_view
from reports.views.outlook import Outlook
from reports.views.scheme import SchemeFacts
from transforms.tables import KINDS, TABLES


@dataclass(frozen=True)
class Standing:
    """enterprise: its current row in the register. rating: its row in `ratings`, or None for one not rated yet.

    trace: of that rating, in order. history: all its ratings up to the night, oldest first. outlook: what is
    foretold. law: where it has a word.
    """

    run: Run
    scheme: SchemeFacts
    enterprise: Mapping[str, Any]
    rating: Mapping[str, Any] | None
    trace: pl.DataFrame
    history: pl.DataFrame
    outlook: Outlook
    law: LawOfOne | None = None

    @property
    def tier(self) -> str:
        """The tier as it is read: "B 基本守信"; empty for one not rated yet."""
        return self.scheme.words.get(self.rating["tier"], self.rating["tier"]) if self.rating else ""

    def view(self, records: Mapping[str, pl.LazyFrame] | None = None) -> EnterpriseView:
        """The view; `records` by kind where the page is to show them."""
        rating = pl.DataFrame([self.rating] if self.rating else [], schema=self.history.schema)
        enterprise = pl.DataFrame([self.enterprise], schema=KINDS["enterprise"].table.schema)
        law = self.law.view if self.law else None
        frames = EnterpriseFrames(enterprise, rating, self.trace, self.history, records or {}, law, self.outlook)
        return enterprise_view(frames, self.run.as_of, self.scheme)


def standing(settings: Settings, store: Store, run: Run, enterprise: Mapping[str, Any]) -> Standing:
    """The rating of `enterprise` (a row of the register) as the night `run` left it, and the law's word."""
    key = enterprise["enterprise_id"]
    history = ratings_of(store, run, key)
    rating = last_of(history)
    return Standing(
        run=run,
        scheme=scheme_of(settings, store, run),
        enterprise=enterprise,
        rating=rating,
        trace=_trace(store, run, rating),
        history=history,
        outlook=outlook_on(store, run, key),
        law=law_of_one(settings, store, run, key),
    )


def _trace(store: Store, run: Run, rating: Mapping[str, Any] | None) -> pl.DataFrame:
    if rating is None:
        return TABLES["trace"].empty()
    trace = store.scan("trace", run, rating["enterprise_id"])
    return trace.filter(valid_from_on=rating["valid_from_on"]).sort("position").collect()


def records_of(store: Store, run: Run, enterprise_id: str) -> dict[str, pl.LazyFrame]:
    """Current versions of the enterprise's records by kind, as known on the night."""
    return {kind: known(store, kind, run, enterprise_id) for kind in KINDS if kind != "enterprise"}


def document(found: Standing) -> dict[str, Any]:
    """For `explain --json`: rows have the column names of the tables, points are centipoints."""
    return {
        **identity(found.enterprise),
        "as_of": found.run.as_of,
        "run_id": found.run.run_id,
        "known_at": found.run.known_at,
        "scheme": {
            "name": found.scheme.name,
            "title": found.scheme.title,
            "is_illustrative": found.scheme.is_illustrative,
        },
        "tier_title": dict(found.scheme.tiers).get(found.rating["tier"], "") if found.rating else "",
        "rating": found.rating,
        "outlook": outlook_document(found.outlook),
        "trace": found.trace.to_dicts(),
        "history": found.history.to_dicts(),
        "law": found.law.document() if found.law else None,
    }
