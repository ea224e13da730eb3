"""What the law says of credit repair (信用修复): one file per publicity system."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from pydantic import Field, PositiveInt, model_validator

from transforms.policy_model.conditions import check_condition
from transforms.policy_model.dated_values import Confidence, Dated, Duration, PolicyModel, TransitionalRule
from transforms.policy_model.document import Document, parse_document
from transforms.schemas import KINDS

RepairTest = Literal[
    "wait",
    "performed",
    "harm_removed",
    "not_again",
    "off_serious_list",
    "off_abnormal_list",
    "commitment",
    "not_barred",
    "no_heavier",
    "measure_over",
]
ListingRemovalEnds = Literal["none", "unless_never_early", "all"]
_WITHOUT_LISTING = ("not_again", "off_serious_list", "off_abnormal_list")
_WITHOUT_PENALTY = ("no_heavier", "measure_over")


class RepairCondition(PolicyModel):
    """A condition of repair: `test` says how the records answer it; docs/law.md says what each test asks.

    confidence: of the article. judged: how sure the records' answer is where other records had to be compared.
    """

    test: RepairTest
    title: str
    basis: str = Field(min_length=1)
    confidence: Confidence
    judged: Confidence | None = None


class NoEarlyEnd(PolicyModel):
    """What it means that a class of penalties has no shortest period: it ends by itself soon, or never early."""

    verdict: Literal["unneeded", "never"]
    title: str
    basis: str = Field(min_length=1)
    confidence: Confidence


class PenaltyRepairRegime(PolicyModel):
    """What is asked of an application from a day on until the next regime.

    no_early_end: by class of the publicity law, for those without a shortest period.
    """

    from_: date = Field(alias="from")
    title: str
    no_early_end: dict[str, NoEarlyEnd] = Field(default_factory=dict)
    conditions: tuple[RepairCondition, ...] = Field(min_length=1)


class ListingRepairRegime(PolicyModel):
    """The same for removal from the serious-violation list; `at_least` counts from the listing or its publication."""

    from_: date = Field(alias="from")
    title: str
    counts_from: Literal["listing", "publication"]
    at_least: Duration
    conditions: tuple[RepairCondition, ...] = Field(min_length=1)


class RepairLaw(PolicyModel):
    """Credit repair in a publicity system. Values are chosen by the day of the decision they follow from.

    recognises: systems whose granted repair ends publicity here. revocation_restarts: a revoked repair begins the
    period anew, never to end early. push_working_days: a repair to the party's province. releases: it releases the
    record for a rating. repair_ends: it ends publicity, by the articles shown then. listing_removal_ends: which related
    penalties leave with a listing. bar_covers: whom the bar of procedure.yaml keeps from applying. falsehood_when:
    decisions that find falsehood, public for `falsehood_shown`. transition: whether the rules of the day of application
    are asked, or those of the decision's day.
    """

    law: Literal["repair"]
    system: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    recognises: Dated[tuple[str, ...]]
    revocation_restarts: Dated[bool]
    push_working_days: Dated[PositiveInt]
    releases: Dated[bool]
    repair_ends: Dated[bool] | None = None
    listing_removal_ends: Dated[ListingRemovalEnds]
    bar_covers: Dated[Literal["party", "record"]]
    falsehood_when: str
    falsehood_shown: Dated[Duration]
    transition: Dated[TransitionalRule]
    penalty: tuple[PenaltyRepairRegime, ...] = Field(min_length=1)
    listing: tuple[ListingRepairRegime, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> RepairLaw:
        for regimes in (self.penalty, self.listing):
            starts = [regime.from_ for regime in regimes]
            if starts != sorted(set(starts)):
                raise ValueError("regimes stand in the order of their first days")
        return self


def load_repair_law(text: str, file_name: str) -> RepairLaw:
    """The repair law of a system written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, RepairLaw)
    check_condition(document, ("falsehood_when",), KINDS["decision"], law.falsehood_when)
    _check_tests(document, "penalty", law.penalty, _WITHOUT_PENALTY)
    _check_tests(document, "listing", law.listing, _WITHOUT_LISTING)
    _check_starts(document, law)
    document.raise_problems()
    return law


def _check_tests(
    document: Document,
    matter: str,
    regimes: Sequence[PenaltyRepairRegime | ListingRepairRegime],
    barred: tuple[str, ...],
) -> None:
    for i, regime in enumerate(regimes):
        named = [one.test for one in regime.conditions]
        for j, test in enumerate(named):
            place = (matter, i, "conditions", j, "test")
            if test in barred:
                document.add(place, f"'{test}' cannot be asked of a {matter}", value=test)
            elif test in named[:j]:
                document.add(place, f"'{test}' stands twice", value=test)


def _check_starts(document: Document, law: RepairLaw) -> None:
    first = law.penalty[0].from_
    for name, dated in _dated(law):
        if min(dated.values) > first:
            document.add((name, "values"), f"has no value on {first}, the first day of the first regime")


def _dated(law: RepairLaw) -> Iterator[tuple[str, Dated[object]]]:
    for name in RepairLaw.model_fields:
        value = getattr(law, name)
        if isinstance(value, Dated):
            yield name, value
