"""What a listing brings with it, and who may be barred from the trade for how long."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from transforms.policy.dated import Confidence, Dated, Strict
from transforms.policy.document import parse_document
from transforms.policy.scheme import Span
from transforms.tables.words import SITUATIONS

Life = Literal["life"]


class Measure(Strict):
    """A measure while `in_force`. situation: only for listings of it. lasts: from the listing; null: as the entry."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    who: Literal["enterprise", "representative"]
    situation: str | None = None
    lasts: Span | None = None
    in_force: Dated[bool]


class Measures(Strict):
    """Measures of the serious-violation list, in the order of the law."""

    law: Literal["measures"]
    title: str
    measures: tuple[Measure, ...] = Field(min_length=1)


class BanArticle(Strict):
    """The period that an article gives: from `least` to `most`, from a day on.

    who: whom it bars, persons or the firm that is punished. bars: from what. only_if_grave: only where the decision
    finds the circumstances grave (情节严重), which no record says.
    """

    law: str
    article: str
    in_force: date
    least: Span | Life
    most: Span | Life
    who: Literal["person", "firm"] = "person"
    bars: Literal["trade", "testing", "applications", "trials"] = "trade"
    only_if_grave: bool = False
    confidence: Confidence

    @property
    def title(self) -> str:
        """Law and article, as one reads them."""
        return f"{self.law}{self.article}"


class Bans(Strict):
    """Bans from the trade. unstated_start, unstated_end: what is taken where a record does not say."""

    law: Literal["bans"]
    title: str
    unstated_start: Dated[Literal["decision"]]
    unstated_end: Dated[Literal["longest", "shortest"]]
    articles: tuple[BanArticle, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Bans:
        named = [(one.title, one.who, one.bars, one.in_force) for one in self.articles]
        if len(set(named)) < len(named):
            raise ValueError("an article stands twice")
        return self


def load_measures(text: str, file_name: str) -> Measures:
    """The measures written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, Measures)
    ids = [one.id for one in law.measures]
    for i, one in enumerate(law.measures):
        if one.situation is not None and one.situation not in SITUATIONS:
            path = ("measures", i, "situation")
            document.add(path, f"there is no situation '{one.situation}'", value=one.situation, words=SITUATIONS)
        if ids.index(one.id) < i:
            document.add(("measures", i, "id"), f"the measure '{one.id}' stands twice", value=one.id)
    document.settle()
    return law


def load_bans(text: str, file_name: str) -> Bans:
    """The bans written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, Bans)
    document.settle()
    return law
