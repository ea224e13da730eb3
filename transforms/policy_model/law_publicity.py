"""The law of publicity: publicity systems, low fines, spot-check results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Literal

from pydantic import Field, PositiveInt, model_validator

from transforms.policy_model.conditions import check_condition
from transforms.policy_model.dated_values import Confidence, Dated, Duration, PolicyModel, TransitionalRule
from transforms.policy_model.document import Document, Place, parse_document
from transforms.schemas import KINDS, Column
from transforms.schemas.base import BOOLEAN, TEXT
from transforms.schemas.vocabularies import PENALTY_KINDS

LOW_FINE = "is_low_fine"

DERIVED_PENALTY_COLUMNS = (
    Column("heaviest_kind", TEXT, "最重处罚种类", "heaviest kind in the penalty law's order", codes=PENALTY_KINDS),
    Column("is_person", BOOLEAN, "是否自然人", "the party is a natural person"),
)

# A penalty as conditions of the law see it.
PENALTY_IN_CONDITIONS = replace(KINDS["penalty"], columns=(*KINDS["penalty"].columns, *DERIVED_PENALTY_COLUMNS))

PENALTY_IN_CLASS_CONDITIONS = replace(
    PENALTY_IN_CONDITIONS,
    columns=(*PENALTY_IN_CONDITIONS.columns, Column(LOW_FINE, BOOLEAN, "是否较低数额罚款", "see low_fines.yaml")),
)


class PublicityRule(PolicyModel):
    """Penalties that fit `when` (all, without it) are published for `shown`; null: not at all.

    at_least: length of publicity before its early end may be asked for; null: never. until_term_ends: both wait
    for the end of the restriction that the decision states.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    when: str | None = None
    shown: Duration | None
    at_least: Duration | None = None
    until_term_ends: bool = False
    basis: str = Field(min_length=1)
    confidence: Confidence


class PublicityClass(PolicyModel):
    """A class of penalties; of its rules that fit, the longest period counts."""

    class_: str = Field(alias="class", pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    rules: tuple[PublicityRule, ...] = Field(min_length=1)


class PublicityRegime(PolicyModel):
    """The classes in force from a day until the next regime; the first with a rule that fits is the penalty's."""

    from_: date = Field(alias="from")
    title: str
    classes: tuple[PublicityClass, ...] = Field(min_length=1)


class PublicitySystem(PolicyModel):
    """A publicity system. Numbers are working days from the day after the decision, by the decision's day.

    published_column, withdrawn_column: columns of a penalty that say when it was published and taken off there.
    unstated_publication: the day taken for an unstated publication; none: the period has not begun.
    withdraw_working_days: after a penalty was changed or annulled. stay_hides: a stay of execution (停止执行) takes
    the penalty off display while it lasts. transition: whether the regime of each day on display governs it, or the
    decision's for good.
    """

    law: Literal["publicity"]
    system: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    published_column: Literal["published_on"] | None
    withdrawn_column: Literal["unpublished_on"] | None
    counts_from: Dated[Literal["publication", "decision"]]
    unstated_publication: Dated[Literal["none", "publish_by", "decision"]]
    publish_working_days: Dated[PositiveInt]
    push_working_days: Dated[PositiveInt] | None
    receive_working_days: Dated[PositiveInt] | None
    withdraw_working_days: Dated[PositiveInt] | None
    deregistration_ends: Dated[bool]
    stay_hides: Dated[bool]
    transition: Dated[TransitionalRule]
    lifelong_when: str
    regimes: tuple[PublicityRegime, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> PublicitySystem:
        starts = [regime.from_ for regime in self.regimes]
        if starts != sorted(set(starts)):
            raise ValueError("regimes stand in the order of their first days")
        if (self.push_working_days is None) != (self.receive_working_days is None):
            raise ValueError("push_working_days and receive_working_days come together")
        return self


class ProvincialLowFine(PolicyModel):
    """What a province calls a low fine; `province` is the first two digits of its division code."""

    province: str = Field(pattern=r"^\d{2}$")
    title: str
    when: Dated[str]


class LowFines(PolicyModel):
    """Which fines are low. `asked_when`: penalties of which it is asked at all. The country's word comes first."""

    law: Literal["low_fines"]
    title: str
    asked_when: str
    national: Dated[str]
    provinces: tuple[ProvincialLowFine, ...]

    @model_validator(mode="after")
    def _provinces_once(self) -> LowFines:
        named = [one.province for one in self.provinces]
        if len(set(named)) < len(named):
            raise ValueError("a province stands twice")
        return self


def load_publicity_system(text: str, file_name: str) -> PublicitySystem:
    """The publicity system written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    system, document = parse_document(text, file_name, PublicitySystem)
    check_condition(document, ("lifelong_when",), PENALTY_IN_CONDITIONS, system.lifelong_when)
    _check_starts(system, document)
    for place, when in _conditions(system):
        check_condition(document, (*place, "when"), PENALTY_IN_CLASS_CONDITIONS, when)
    document.raise_problems()
    return system


def load_low_fines(text: str, file_name: str) -> LowFines:
    """The low fines written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    fines, document = parse_document(text, file_name, LowFines)
    check_condition(document, ("asked_when",), PENALTY_IN_CONDITIONS, fines.asked_when)
    places: list[tuple[Place, Dated[str]]] = [(("national",), fines.national)]
    places += [(("provinces", i, "when"), one.when) for i, one in enumerate(fines.provinces)]
    for place, dated in places:
        for day, when in dated.values.items():
            if when is not None:
                check_condition(document, (*place, "values", day.isoformat()), PENALTY_IN_CONDITIONS, when)
    document.raise_problems()
    return fines


def _conditions(system: PublicitySystem) -> Iterator[tuple[Place, str]]:
    for i, regime in enumerate(system.regimes):
        for j, of_class in enumerate(regime.classes):
            for k, rule in enumerate(of_class.rules):
                if rule.when is not None:
                    yield ("regimes", i, "classes", j, "rules", k), rule.when


def _check_starts(system: PublicitySystem, document: Document) -> None:
    """Every value is there from the first regime on: a gap is a mistake, not a default."""
    first = system.regimes[0].from_
    for name in type(system).model_fields:
        dated = getattr(system, name)
        if isinstance(dated, Dated) and min(dated.values) > first:
            document.add((name, "values"), f"has no value on {first}, the first day of the first regime")


class SpotCheckLaw(PolicyModel):
    """Bad results of inspections and samples in a publicity system; values by the day they are on display.

    shown: how long one stays that nothing heavier followed; null: no rule. with_penalty: whether one that a heavier
    penalty followed ends with it. minor_classes: classes of penalties that are not heavier. may_follow: how long after
    a check a penalty may follow from it. retest_days: natural days from receiving a result that meets retest_when, to
    ask for a retest. correct_working_days: from finding an announced result wrong, to correct it.
    """

    law: Literal["spot_checks"]
    title: str
    system: str
    inspection_when: str
    sampling_when: str
    shown: Dated[Duration]
    with_penalty: Dated[bool]
    minor_classes: tuple[str, ...]
    may_follow: Dated[Duration]
    retest_when: str
    retest_days: Dated[PositiveInt]
    correct_working_days: Dated[PositiveInt]
    deregistration_ends: Dated[bool]


def load_spot_check_law(text: str, file_name: str) -> SpotCheckLaw:
    """The law of spot checks written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, SpotCheckLaw)
    check_condition(document, ("inspection_when",), KINDS["inspection"], law.inspection_when)
    check_condition(document, ("sampling_when",), KINDS["sampling"], law.sampling_when)
    check_condition(document, ("retest_when",), KINDS["sampling"], law.retest_when)
    document.raise_problems()
    return law
