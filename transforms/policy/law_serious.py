"""What the law says of the serious-violation list (严重违法失信名单): who may be listed, for how long, what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import Field, PositiveInt, model_validator

from transforms.policy.conditions import check_condition
from transforms.policy.dated import Confidence, Dated, Strict
from transforms.policy.document import parse_document
from transforms.policy.law_publicity import ASKED, Transition
from transforms.policy.scheme import Span
from transforms.policy.yaml_text import Document, Path
from transforms.tables import KINDS
from transforms.tables.words import PENALTY_STATES, SITUATIONS

Evidence = Literal[
    "intent", "frequency", "duration", "kinds", "sums", "goods_value", "harm", "loss", "social_effect", "exemption"
]


class ListRegime(Strict):
    """The stay from a day until the next regime. until_term_ends: it waits for the end of a restriction of trade or
    occupation."""

    from_: date = Field(alias="from")
    title: str
    stay: Span
    counts_from: Literal["listing", "publication"]
    until_term_ends: bool
    basis: str = Field(min_length=1)
    confidence: Confidence


class Situation(Strict):
    """A situation of listing. `when`: penalties that may be in it, SQL over their columns; null: no penalty tells.

    basis: the article; how sure the condition is stands with it. needs_heavier: only together with a heavier penalty.
    """

    id: str
    basis: str = Field(min_length=1)
    needs_heavier: bool = True
    when: Dated[str]


class Factor(Strict):
    """A factor to be weighed; `evidence` names what the records say of it, and what they leave blank.

    from: of penalties decided from that day on.
    """

    id: Evidence
    from_: date | None = Field(default=None, alias="from")
    title: str
    question: str
    basis: str = Field(min_length=1)
    confidence: Confidence


class SeriousList(Strict):
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
    regimes: tuple[ListRegime, ...] = Field(min_length=1)
    transition: Dated[Transition]
    unstated_publication: Dated[Literal["publish_by", "listing"]]
    push_working_days: Dated[PositiveInt]
    receive_working_days: Dated[PositiveInt]
    revoke_working_days: Dated[PositiveInt]
    annulling: Dated[tuple[str, ...]]
    deregistration_ends: Dated[bool]
    stay_hides: Dated[bool]
    credit_china: ListRegime
    consent_when: Dated[str]
    restricts_when: str
    lifelong_when: str
    heavier_when: Dated[str]
    situations: tuple[Situation, ...]
    evidence_window: Dated[Span]
    factors: tuple[Factor, ...]

    @model_validator(mode="after")
    def _in_order(self) -> SeriousList:
        starts = [regime.from_ for regime in self.regimes]
        if starts != sorted(set(starts)):
            raise ValueError("regimes stand in the order of their first days")
        return self


def load_law(text: str, file_name: str) -> SeriousList:
    """The law of the list written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, SeriousList)
    for path, when in _conditions(law):
        check_condition(document, path, ASKED, when)
    for day, when in _stated(law.consent_when):
        check_condition(document, ("consent_when", "values", day), KINDS["decision"], when)
    _check_words(law, document)
    _check_starts(law, document)
    document.settle()
    return law


def _conditions(law: SeriousList) -> Iterator[tuple[Path, str]]:
    yield ("restricts_when",), law.restricts_when
    yield ("lifelong_when",), law.lifelong_when
    places: list[tuple[Path, Dated[str]]] = [(("heavier_when",), law.heavier_when)]
    places += [(("situations", i, "when"), one.when) for i, one in enumerate(law.situations)]
    for path, dated in places:
        yield from (((*path, "values", day), when) for day, when in _stated(dated))


def _stated(dated: Dated[str]) -> Iterator[tuple[str, str]]:
    yield from ((day.isoformat(), when) for day, when in dated.values.items() if when is not None)


def _check_words(law: SeriousList, document: Document) -> None:
    ids = [one.id for one in law.situations]
    for i, name in enumerate(ids):
        if name not in SITUATIONS:
            document.add(("situations", i, "id"), f"there is no situation '{name}'", value=name, words=SITUATIONS)
        elif ids.index(name) < i:
            document.add(("situations", i, "id"), f"the situation '{name}' stands twice", value=name)
    for day, states in law.annulling.values.items():
        for state in states or ():
            if state not in PENALTY_STATES:
                path: Path = ("annulling", "values", day.isoformat())
                document.add(path, f"there is no state '{state}'", value=state, words=PENALTY_STATES)


def _check_starts(law: SeriousList, document: Document) -> None:
    """What the stay needs is there from the first regime on: a gap is a mistake, not a default."""
    first = law.regimes[0].from_
    for name in ("transition", "unstated_publication", "annulling", "deregistration_ends", "stay_hides"):
        if min(getattr(law, name).values) > first:
            document.add((name, "values"), f"has no value on {first}, the first day of the first regime")
