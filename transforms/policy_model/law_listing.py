"""The law of the serious-violation list (严重违法失信名单): listing, its measures, and bans from the trade."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import Field, PositiveInt, model_validator

from transforms.policy_model.conditions import check_condition
from transforms.policy_model.dated_values import Confidence, Dated, Duration, PolicyModel, TransitionalRule
from transforms.policy_model.document import Document, Place, parse_document
from transforms.policy_model.law_publicity import PENALTY_IN_CONDITIONS
from transforms.schemas import KINDS
from transforms.schemas.vocabularies import PENALTY_STATES, SITUATIONS

FactorId = Literal[
    "intent", "frequency", "duration", "kinds", "sums", "goods_value", "harm", "loss", "social_effect", "exemption"
]


class ListingRegime(PolicyModel):
    """The stay from a day until the next regime. until_term_ends: it waits for the end of a restriction of trade or
    occupation."""

    from_: date = Field(alias="from")
    title: str
    stay: Duration
    counts_from: Literal["listing", "publication"]
    until_term_ends: bool
    basis: str = Field(min_length=1)
    confidence: Confidence


class ListingSituation(PolicyModel):
    """A situation of listing. `when`: penalties that may be in it, SQL over their columns; null: no penalty tells.

    basis: the article; how sure the condition is stands with it. needs_heavier: only together with a heavier penalty.
    """

    id: str
    basis: str = Field(min_length=1)
    needs_heavier: bool = True
    when: Dated[str]


class ListingFactor(PolicyModel):
    """A factor to be weighed; `evidence` names what the records say of it, and what they leave blank.

    from: of penalties decided from that day on.
    """

    id: FactorId
    from_: date | None = Field(default=None, alias="from")
    title: str
    question: str
    basis: str = Field(min_length=1)
    confidence: Confidence


class SeriousListLaw(PolicyModel):
    """The serious-violation list. Numbers are working days from the day after the event, by the day of the event.

    transition: whether the regime of each day on the list governs it, or the listing's for good. unstated_publication:
    the day taken for an unstated publication. push, receive: to and in the party's province. revoke: after the penalty
    was annulled, which the states `annulling` do. stay_hides: a stay of execution (停止执行) hides an entry.
    credit_china: how long the other system shows a listing, by its own clock. consent_when: decisions to list that
    need the consent of the level above. restricts_when, lifelong_when: penalties with a restriction of trade or
    occupation, and those for life. heavier_when: heavier penalties (较重行政处罚). evidence_window: findings of
    supervision so long before the penalty are evidence.
    """

    law: Literal["serious_list"]
    title: str
    regimes: tuple[ListingRegime, ...] = Field(min_length=1)
    transition: Dated[TransitionalRule]
    unstated_publication: Dated[Literal["publish_by", "listing"]]
    push_working_days: Dated[PositiveInt]
    receive_working_days: Dated[PositiveInt]
    revoke_working_days: Dated[PositiveInt]
    annulling: Dated[tuple[str, ...]]
    deregistration_ends: Dated[bool]
    stay_hides: Dated[bool]
    credit_china: ListingRegime
    consent_when: Dated[str]
    restricts_when: str
    lifelong_when: str
    heavier_when: Dated[str]
    situations: tuple[ListingSituation, ...]
    evidence_window: Dated[Duration]
    factors: tuple[ListingFactor, ...]

    @model_validator(mode="after")
    def _in_order(self) -> SeriousListLaw:
        starts = [regime.from_ for regime in self.regimes]
        if starts != sorted(set(starts)):
            raise ValueError("regimes stand in the order of their first days")
        return self


def load_serious_list_law(text: str, file_name: str) -> SeriousListLaw:
    """The law of the list written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, SeriousListLaw)
    for place, when in _conditions(law):
        check_condition(document, place, PENALTY_IN_CONDITIONS, when)
    for day, when in _stated(law.consent_when):
        check_condition(document, ("consent_when", "values", day), KINDS["decision"], when)
    _check_words(law, document)
    _check_starts(law, document)
    document.raise_problems()
    return law


def _conditions(law: SeriousListLaw) -> Iterator[tuple[Place, str]]:
    yield ("restricts_when",), law.restricts_when
    yield ("lifelong_when",), law.lifelong_when
    places: list[tuple[Place, Dated[str]]] = [(("heavier_when",), law.heavier_when)]
    places += [(("situations", i, "when"), one.when) for i, one in enumerate(law.situations)]
    for place, dated in places:
        yield from (((*place, "values", day), when) for day, when in _stated(dated))


def _stated(dated: Dated[str]) -> Iterator[tuple[str, str]]:
    yield from ((day.isoformat(), when) for day, when in dated.values.items() if when is not None)


def _check_words(law: SeriousListLaw, document: Document) -> None:
    ids = [one.id for one in law.situations]
    for i, name in enumerate(ids):
        if name not in SITUATIONS:
            document.add(("situations", i, "id"), f"there is no situation '{name}'", value=name, allowed=SITUATIONS)
        elif ids.index(name) < i:
            document.add(("situations", i, "id"), f"the situation '{name}' stands twice", value=name)
    for day, states in law.annulling.values.items():
        for state in states or ():
            if state not in PENALTY_STATES:
                place: Place = ("annulling", "values", day.isoformat())
                document.add(place, f"there is no state '{state}'", value=state, allowed=PENALTY_STATES)


def _check_starts(law: SeriousListLaw, document: Document) -> None:
    """What the stay needs is there from the first regime on: a gap is a mistake, not a default."""
    first = law.regimes[0].from_
    for name in ("transition", "unstated_publication", "annulling", "deregistration_ends", "stay_hides"):
        if min(getattr(law, name).values) > first:
            document.add((name, "values"), f"has no value on {first}, the first day of the first regime")


Lifelong = Literal["life"]


class Measure(PolicyModel):
    """A measure while `in_force`. situation: only for listings of it. lasts: from the listing; null: as the entry."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    who: Literal["enterprise", "representative"]
    situation: str | None = None
    lasts: Duration | None = None
    in_force: Dated[bool]


class MeasureLaw(PolicyModel):
    """Measures of the serious-violation list, in the order of the law."""

    law: Literal["measures"]
    title: str
    measures: tuple[Measure, ...] = Field(min_length=1)


class BanArticle(PolicyModel):
    """The period that an article gives: from `least` to `most`, from a day on.

    who: whom it bars, persons or the firm that is punished. bars: from what. only_if_grave: only where the decision
    finds the circumstances grave (情节严重), which no record says.
    """

    law: str
    article: str
    in_force: date
    least: Duration | Lifelong
    most: Duration | Lifelong
    who: Literal["person", "firm"] = "person"
    bars: Literal["trade", "testing", "applications", "trials"] = "trade"
    only_if_grave: bool = False
    confidence: Confidence

    @property
    def title(self) -> str:
        """Law and article, as one reads them."""
        return f"{self.law}{self.article}"


class BanLaw(PolicyModel):
    """Bans from the trade. unstated_start, unstated_end: what is taken where a record does not say."""

    law: Literal["bans"]
    title: str
    unstated_start: Dated[Literal["decision"]]
    unstated_end: Dated[Literal["longest", "shortest"]]
    articles: tuple[BanArticle, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> BanLaw:
        named = [(one.title, one.who, one.bars, one.in_force) for one in self.articles]
        if len(set(named)) < len(named):
            raise ValueError("an article stands twice")
        return self


def load_measure_law(text: str, file_name: str) -> MeasureLaw:
    """The measures written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, MeasureLaw)
    ids = [one.id for one in law.measures]
    for i, one in enumerate(law.measures):
        if one.situation is not None and one.situation not in SITUATIONS:
            place = ("measures", i, "situation")
            document.add(place, f"there is no situation '{one.situation}'", value=one.situation, allowed=SITUATIONS)
        if ids.index(one.id) < i:
            document.add(("measures", i, "id"), f"the measure '{one.id}' stands twice", value=one.id)
    document.raise_problems()
    return law


def load_ban_law(text: str, file_name: str) -> BanLaw:
    """The bans written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, BanLaw)
    document.raise_problems()
    return law
