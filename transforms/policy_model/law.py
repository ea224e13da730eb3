"""The law as the files in policy/law state it: calendar, publicity, listing, repair, withdrawals.

The law of procedure is in `procedure`. Every value is dated, with its basis and confidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pydantic import Field, PositiveInt, model_validator

from transforms.policy_model.conditions import check_condition
from transforms.policy_model.document import (
    Confidence,
    Dated,
    Document,
    Duration,
    Place,
    PolicyModel,
    PolicyProblems,
    TransitionalRule,
    load_document,
    parse_document,
    read_document,
)
from transforms.policy_model.procedure import ProcedureLaw, load_procedure_law
from transforms.schemas import KINDS, Column, Kind
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT
from transforms.schemas.vocabularies import (
    ABNORMAL_GROUNDS,
    CASE_DUTIES,
    CASE_KINDS,
    EXTERNAL_LISTS,
    LICENCE_TYPES,
    PENALTY_KINDS,
    PENALTY_STATES,
    POSITIONS,
    PUBLICITY_SYSTEMS,
    SITUATIONS,
)


class CalendarYear(PolicyModel):
    """What a notice says of a year: weekdays that are holidays (`rest`), weekend days that are worked (`work`).

    It makes a year known that the library does not know, and changes single days of one that it does.
    """

    year: int = Field(ge=2000, le=2200)
    rest: tuple[date, ...] = ()
    work: tuple[date, ...] = ()
    basis: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def _of_the_year(self) -> CalendarYear:
        days = (*self.rest, *self.work)
        others = [day for day in days if day.year != self.year]
        if others:
            raise ValueError(f"{others[0]} is no day of {self.year}")
        _require_distinct(days, "a day is given twice")
        return self


class CalendarLaw(PolicyModel):
    """Days the library does not know, and how periods of months and years end.

    first_day: the end takes effect the day after the last day (next) or on it (corresponding). rollover: a last
    day that is no working day stays, or rolls to the next working day.
    """

    law: Literal["calendar"]
    title: str
    years: tuple[CalendarYear, ...] = ()
    first_day: Dated[Literal["next", "corresponding"]]
    rollover: Dated[Literal["stay", "roll"]]

    @model_validator(mode="after")
    def _years_once(self) -> CalendarLaw:
        _require_distinct([one.year for one in self.years], "a year is given twice")
        return self


def load_calendar_law(text: str, file_name: str) -> CalendarLaw:
    """The calendar written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    return load_document(text, file_name, CalendarLaw)


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
        _require_order(self.regimes)
        if (self.push_working_days is None) != (self.receive_working_days is None):
            raise ValueError("push_working_days and receive_working_days come together")
        return self


class ProvincialLowFine(PolicyModel):
    """What a province calls a low fine; `province` is the first two digits of its division code."""

    province: str = Field(pattern=r"^\d{2}$")
    title: str
    when: Dated[str]


class LowFines(PolicyModel):
    """Which fines are low. `asked_when`: penalties of which it is asked at all. The national rule comes first."""

    law: Literal["low_fines"]
    title: str
    asked_when: str
    national: Dated[str]
    provinces: tuple[ProvincialLowFine, ...]

    @model_validator(mode="after")
    def _provinces_once(self) -> LowFines:
        _require_distinct([one.province for one in self.provinces], "a province is given twice")
        return self


def load_publicity_system(text: str, file_name: str) -> PublicitySystem:
    """The publicity system written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    system, document = parse_document(text, file_name, PublicitySystem)
    check_condition(document, ("lifelong_when",), PENALTY_IN_CONDITIONS, system.lifelong_when)
    _check_starts(document, system, system.regimes[0].from_, PublicitySystem.model_fields)
    for i, regime in enumerate(system.regimes):
        for j, of_class in enumerate(regime.classes):
            for k, rule in enumerate(of_class.rules):
                if rule.when is not None:
                    place = ("regimes", i, "classes", j, "rules", k, "when")
                    check_condition(document, place, PENALTY_IN_CLASS_CONDITIONS, rule.when)
    document.raise_problems()
    return system


def load_low_fines(text: str, file_name: str) -> LowFines:
    """The low fines written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    fines, document = parse_document(text, file_name, LowFines)
    check_condition(document, ("asked_when",), PENALTY_IN_CONDITIONS, fines.asked_when)
    places: list[tuple[Place, Dated[str]]] = [(("national",), fines.national)]
    places += [(("provinces", i, "when"), one.when) for i, one in enumerate(fines.provinces)]
    for place, dated in places:
        _check_dated_condition(document, place, PENALTY_IN_CONDITIONS, dated)
    document.raise_problems()
    return fines


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


class CheckResultLaw(PolicyModel):
    """Results of inspections and samples that the office makes public; values by the day they are on display.

    inspection_when, sampling_when: which are. inspection_bad_when, sampling_bad_when: which of these are bad; they end
    as SpotCheckLaw says. listed: whether any is public. good_shown: how long a good one stays; null: without an end.
    deregistration_ends_good: whether that of a deregistered firm ends. wrong_ends: whether one found wrong is off the
    list until it is corrected.
    """

    law: Literal["check_results"]
    title: str
    inspection_when: str
    inspection_bad_when: str
    sampling_when: str
    sampling_bad_when: str
    listed: Dated[bool]
    good_shown: Dated[Duration]
    deregistration_ends_good: Dated[bool]
    wrong_ends: Dated[bool]


def load_check_result_law(text: str, file_name: str) -> CheckResultLaw:
    """The law of published results written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, CheckResultLaw)
    for kind in ("inspection", "sampling"):
        for name in (f"{kind}_when", f"{kind}_bad_when"):
            check_condition(document, (name,), KINDS[kind], getattr(law, name))
    document.raise_problems()
    return law


CreditFileSection = Literal["licence", "inspection", "sampling", "penalty", "listing"]


class CreditFileLaw(PolicyModel):
    """The public credit file of a firm; values by the day it is shown.

    sections: the kinds of records in it; null: there is none. deregistration_ends: whether a deregistered firm has
    none.
    """

    law: Literal["credit_files"]
    title: str
    sections: Dated[tuple[CreditFileSection, ...]]
    deregistration_ends: Dated[bool]

    def sections_on(self, day: date) -> tuple[CreditFileSection, ...]:
        """The sections shown on `day`."""
        return (self.sections.on(day) or ()) if day >= min(self.sections.values) else ()


def load_credit_file_law(text: str, file_name: str) -> CreditFileLaw:
    """The law of credit files written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    return load_document(text, file_name, CreditFileLaw)


class WorkingDays(PolicyModel):
    """A number of working days. The day they are counted from does not count."""

    working_days: PositiveInt


class RenewalRule(PolicyModel):
    """When the renewal of licences of these types is applied for; values by the last day of the licence.

    opens, closes: the first and the last day to apply, so long before that day. Without opens there is no first day.
    """

    types: tuple[str, ...] = Field(min_length=1)
    opens: Dated[Duration | WorkingDays] | None = None
    closes: Dated[Duration | WorkingDays]


class LicenceLaw(PolicyModel):
    """The renewal of licences. A type of licence in no rule is not renewed."""

    law: Literal["licences"]
    title: str
    renewals: tuple[RenewalRule, ...] = Field(min_length=1)


def load_licence_law(text: str, file_name: str) -> LicenceLaw:
    """The law of licences written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, LicenceLaw)
    seen: set[str] = set()
    for i, rule in enumerate(law.renewals):
        for j, name in enumerate(rule.types):
            place = ("renewals", i, "types", j)
            if name not in LICENCE_TYPES:
                document.add(place, f"there is no type of licence '{name}'", value=name, allowed=LICENCE_TYPES)
            elif name in seen:
                document.add(place, f"the type '{name}' is given twice", value=name)
            seen.add(name)
    document.raise_problems()
    return law


class WholeList(PolicyModel):
    """A list that `authority` hands over whole. counts_for_days: for so many days after the day on which it stood so, a
    party without an entry is not on it; by the day asked for."""

    list_type: str
    authority: str = Field(min_length=1)
    counts_for_days: Dated[PositiveInt]


class ExternalListLaw(PolicyModel):
    """Lists that others keep. A list not among `whole` proves nothing of a party without an entry.

    accept_working_days, decide_working_days: of an application to leave the abnormal list; decided_from_verification:
    grounds for which the second is counted from the verification. assist_working_days: to carry out a repair that the
    listing body granted, of entries on `assisted_lists`. Values are chosen by the day that is counted from.
    """

    law: Literal["external_lists"]
    title: str
    whole: tuple[WholeList, ...]
    accept_working_days: Dated[PositiveInt]
    decide_working_days: Dated[PositiveInt]
    decided_from_verification: Dated[tuple[str, ...]]
    assist_working_days: Dated[PositiveInt]
    assisted_lists: Dated[tuple[str, ...]]


def load_external_list_law(text: str, file_name: str) -> ExternalListLaw:
    """The law of others' lists written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, ExternalListLaw)
    named: list[tuple[Place, str, Mapping[str, str]]] = [
        (("whole", i, "list_type"), one.list_type, EXTERNAL_LISTS) for i, one in enumerate(law.whole)
    ]
    for field, codes in (("assisted_lists", EXTERNAL_LISTS), ("decided_from_verification", ABNORMAL_GROUNDS)):
        for day, names in getattr(law, field).values.items():
            root: Place = (field, "values", day.isoformat())
            named += [((*root, i), name, codes) for i, name in enumerate(names or ())]
    for place, name, allowed in named:
        if name not in allowed:
            document.add(place, f"there is no '{name}'", value=name, allowed=allowed)
    types = [one.list_type for one in law.whole]
    for i, name in enumerate(types):
        if name in types[:i]:
            document.add(("whole", i, "list_type"), f"the list '{name}' is given twice", value=name)
    document.raise_problems()
    return law


class PushLaw(PolicyModel):
    """Pushes and their receipts. recorded: whether every push is recorded, by the last day of the duty: then a missing
    record is overdue. reported_to: publicity systems that penalties are reported to by a push."""

    law: Literal["pushes"]
    title: str
    recorded: Dated[bool]
    reported_to: Dated[tuple[str, ...]]


def load_push_law(text: str, file_name: str) -> PushLaw:
    """The law of pushes written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, PushLaw)
    for day, names in law.reported_to.values.items():
        for i, name in enumerate(names or ()):
            if name not in PUBLICITY_SYSTEMS:
                place = ("reported_to", "values", day.isoformat(), i)
                document.add(place, f"there is no '{name}'", value=name, allowed=PUBLICITY_SYSTEMS)
    document.raise_problems()
    return law


class CaseTerm(PolicyModel):
    """A term in which something is done with a record of `kind`.

    from: the column with the day it is counted from, which does not count; values are those in force on it. open_when:
    SQL over the record; as long as it is true the term runs. extension: added where extended_when is true.
    excluded_days: the column with the days that do not count. until: the column with a day that was decided, which
    goes before what is computed. rolls: a last day that is no working day moves to the next one. lapses: a right, shown
    up to its last day and never overdue.
    """

    duty: str
    kind: str
    who: Literal["office", "party", "police"] = "office"
    from_: str = Field(alias="from")
    open_when: str
    length: Dated[Duration | WorkingDays]
    extension: Dated[Duration | WorkingDays] | None = None
    extended_when: str | None = None
    excluded_days: str | None = None
    until: str | None = None
    rolls: bool = False
    lapses: bool = False
    note: str | None = None

    @model_validator(mode="after")
    def _extended_by_something(self) -> CaseTerm:
        if (self.extension is None) != (self.extended_when is None):
            raise ValueError("extension and extended_when come together")
        return self


class CaseLaw(PolicyModel):
    """The terms of cases, referrals to the police and complaints; and which decisions need a review for legality."""

    law: Literal["cases"]
    title: str
    terms: tuple[CaseTerm, ...] = Field(min_length=1)
    legal_review_when: Dated[str]


def load_case_law(text: str, file_name: str) -> CaseLaw:
    """The law of cases written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, CaseLaw)
    for i, term in enumerate(law.terms):
        place = ("terms", i)
        if term.duty not in CASE_DUTIES:
            document.add((*place, "duty"), f"there is no duty '{term.duty}'", value=term.duty, allowed=CASE_DUTIES)
        if term.kind not in CASE_KINDS:
            document.add((*place, "kind"), f"'{term.kind}' has no terms", value=term.kind, allowed=CASE_KINDS)
            continue
        kind = KINDS[term.kind]
        for key, dtype in (("from", DATE), ("until", DATE), ("excluded_days", INTEGER)):
            name = term.from_ if key == "from" else getattr(term, key)
            allowed = [column.name for column in kind.columns if column.dtype == dtype]
            if name is not None and name not in allowed:
                document.add((*place, key), f"{kind.name} has no such column '{name}'", value=name, allowed=allowed)
        for key in ("open_when", "extended_when"):
            if (when := getattr(term, key)) is not None:
                check_condition(document, (*place, key), kind, when)
    _check_dated_condition(document, ("legal_review_when",), KINDS["case"], law.legal_review_when)
    document.raise_problems()
    return law


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
    """A situation of listing. `when`: penalties that may be in it, SQL over their columns; null: no penalty shows it.

    basis: the article; the condition has its own confidence. needs_heavier: only together with a heavier penalty.
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
        _require_order(self.regimes)
        return self


def load_serious_list_law(text: str, file_name: str) -> SeriousListLaw:
    """The law of the list written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, SeriousListLaw)
    check_condition(document, ("restricts_when",), PENALTY_IN_CONDITIONS, law.restricts_when)
    check_condition(document, ("lifelong_when",), PENALTY_IN_CONDITIONS, law.lifelong_when)
    _check_dated_condition(document, ("heavier_when",), PENALTY_IN_CONDITIONS, law.heavier_when)
    _check_dated_condition(document, ("consent_when",), KINDS["decision"], law.consent_when)
    ids = [one.id for one in law.situations]
    for i, situation in enumerate(law.situations):
        name, place = situation.id, ("situations", i, "id")
        _check_dated_condition(document, ("situations", i, "when"), PENALTY_IN_CONDITIONS, situation.when)
        if name not in SITUATIONS:
            document.add(place, f"there is no situation '{name}'", value=name, allowed=SITUATIONS)
        elif ids.index(name) < i:
            document.add(place, f"the situation '{name}' is given twice", value=name)
    for day, states in law.annulling.values.items():
        for state in states or ():
            if state not in PENALTY_STATES:
                at = ("annulling", "values", day.isoformat())
                document.add(at, f"there is no state '{state}'", value=state, allowed=PENALTY_STATES)
    # What the stay needs; the other values may begin later.
    needed = ("transition", "unstated_publication", "annulling", "deregistration_ends", "stay_hides")
    _check_starts(document, law, law.regimes[0].from_, needed)
    document.raise_problems()
    return law


Lifelong = Literal["life"]


class Measure(PolicyModel):
    """A measure while `in_force`. situation: only for listings of it. lasts: from the listing; null: as the entry.

    positions: what the subject may not be in other enterprises, where the measure says so.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    who: Literal["enterprise", "representative"]
    situation: str | None = None
    lasts: Duration | None = None
    positions: tuple[str, ...] = ()
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
    """Bans from the trade. unstated_start, unstated_end: what is taken where a record does not say.

    fields: by law, the field of the trade that its articles bar persons from.
    """

    law: Literal["bans"]
    title: str
    unstated_start: Dated[Literal["decision"]]
    unstated_end: Dated[Literal["longest", "shortest"]]
    fields: dict[str, Literal["drug", "device", "cosmetic"]] = Field(default_factory=dict)
    articles: tuple[BanArticle, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> BanLaw:
        _require_distinct(
            [(one.title, one.who, one.bars, one.in_force) for one in self.articles], "an article is given twice"
        )
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
            document.add(("measures", i, "id"), f"the measure '{one.id}' is given twice", value=one.id)
        _check_codes(document, ("measures", i, "positions"), one.positions, POSITIONS)
    document.raise_problems()
    return law


def load_ban_law(text: str, file_name: str) -> BanLaw:
    """The bans written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    return load_document(text, file_name, BanLaw)


FindingId = Literal[
    "barred_post",
    "same_name",
    "licensed_while_listed",
    "licensed_on_promise",
    "licensed_while_barred",
    "licensed_with_barred_person",
]


class FindingRule(PolicyModel):
    """A finding that is made from its days on. The article of the bar itself stands beside `in_force`'s basis."""

    id: FindingId
    in_force: Dated[bool]


class FindingLaw(PolicyModel):
    """What records show together, for a person to check.

    single_positions: posts that one person at a time can hold. licence_fields: types of licence by field; a bar on
    applications concerns those of its own field.
    """

    law: Literal["findings"]
    title: str
    single_positions: tuple[str, ...]
    licence_fields: dict[Literal["drug", "device", "cosmetic"], tuple[str, ...]]
    findings: tuple[FindingRule, ...] = Field(min_length=1)


def load_finding_law(text: str, file_name: str) -> FindingLaw:
    """The findings written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, FindingLaw)
    _check_codes(document, ("single_positions",), law.single_positions, POSITIONS)
    for field, types in law.licence_fields.items():
        _check_codes(document, ("licence_fields", field), types, LICENCE_TYPES)
    ids = [rule.id for rule in law.findings]
    for i, name in enumerate(ids):
        if ids.index(name) < i:
            document.add(("findings", i, "id"), f"the finding '{name}' is given twice", value=name)
    document.raise_problems()
    return law


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
            _require_order(regimes)
        return self


def load_repair_law(text: str, file_name: str) -> RepairLaw:
    """The repair law of a system written in `text` (YAML). Raises PolicyProblems with every mistake found."""
    law, document = parse_document(text, file_name, RepairLaw)
    check_condition(document, ("falsehood_when",), KINDS["decision"], law.falsehood_when)
    _check_tests(document, "penalty", law.penalty, _WITHOUT_PENALTY)
    _check_tests(document, "listing", law.listing, _WITHOUT_LISTING)
    _check_starts(document, law, law.penalty[0].from_, RepairLaw.model_fields)
    document.raise_problems()
    return law


class WithdrawalCause(Dated[bool]):
    """Whether the run may withdraw for this cause, by day.

    ends_by: time (an end that was known before its day came), or act (a decision, a judgment, a change in a register).
    unless_noted: the entry waits for people where something is to be looked at of the removal or repair it goes by.
    """

    ends_by: Literal["time", "act"]
    unless_noted: bool = True

    def allows(self, day: date) -> bool:
        """Whether the run may withdraw for it on `day`."""
        return min(self.values) <= day and bool(self.on(day))


class Withdrawals(PolicyModel):
    """`policy/withdrawals.yaml`. lists: by name and code of the cause; what is not named waits for people."""

    withdrawals: str
    lists: dict[str, dict[str, WithdrawalCause]]

    def cause(self, name: str, code: str | None, day: date) -> WithdrawalCause | None:
        """The cause, where the run may withdraw for it from that list on `day`."""
        found = self.lists.get(name, {}).get(code or "")
        return found if found and found.allows(day) else None


def load_withdrawals(text: str, file_name: str) -> Withdrawals:
    """The causes in `text`. Raises PolicyProblems."""
    return load_document(text, file_name, Withdrawals)


LawFile = (
    SeriousListLaw
    | PublicitySystem
    | LowFines
    | CalendarLaw
    | ProcedureLaw
    | RepairLaw
    | MeasureLaw
    | BanLaw
    | SpotCheckLaw
    | CheckResultLaw
    | CreditFileLaw
    | LicenceLaw
    | FindingLaw
    | ExternalListLaw
    | PushLaw
    | CaseLaw
)

# By the value of `law:` in the file.
_LOADERS: Mapping[str, Callable[[str, str], LawFile]] = {
    "serious_list": load_serious_list_law,
    "publicity": load_publicity_system,
    "low_fines": load_low_fines,
    "calendar": load_calendar_law,
    "repair": load_repair_law,
    "spot_checks": load_spot_check_law,
    "check_results": load_check_result_law,
    "credit_files": load_credit_file_law,
    "procedure": load_procedure_law,
    "measures": load_measure_law,
    "bans": load_ban_law,
    "licences": load_licence_law,
    "findings": load_finding_law,
    "external_lists": load_external_list_law,
    "pushes": load_push_law,
    "cases": load_case_law,
}


@dataclass(frozen=True)
class PublicityLaw:
    """Everything the law says of the publicity of penalties and of repair.

    serious: the law of the list, which says what a heavier penalty is. low_fines: None only where there is no system.
    """

    systems: tuple[PublicitySystem, ...]
    low_fines: LowFines | None
    serious: SeriousListLaw
    repairs: tuple[RepairLaw, ...] = ()

    def repair_of(self, system: str) -> RepairLaw | None:
        """The repair law of `system`; None where there is none."""
        return next((one for one in self.repairs if one.system == system), None)


def load_law_file(text: str, file_name: str) -> LawFile:
    """The law written in `text` (YAML), whatever its subject. Raises PolicyProblems with every mistake found."""
    document = read_document(text, file_name)
    subject = document.value.get("law") if isinstance(document.value, dict) else None
    if subject not in _LOADERS:
        document.add(("law",), f"there is no law '{subject}'", value=subject, allowed=_LOADERS)
        raise PolicyProblems(document.problems)
    return _LOADERS[str(subject)](text, file_name)


def _require_order(
    regimes: Sequence[PublicityRegime | ListingRegime | PenaltyRepairRegime | ListingRepairRegime],
) -> None:
    """Raise ValueError unless each regime begins after the one before it."""
    starts = [regime.from_ for regime in regimes]
    if starts != sorted(set(starts)):
        raise ValueError("regimes stand in the order of their first days")


def _require_distinct(values: Sequence[object], message: str) -> None:
    """Raise ValueError with `message` where a value is repeated."""
    if len(set(values)) < len(values):
        raise ValueError(message)


def _check_starts(document: Document, law: PolicyModel, first: date, names: Iterable[str]) -> None:
    """The dated values of those names have begun by `first`, the first day of the first regime: a gap is a mistake,
    not a default."""
    for name in names:
        dated = getattr(law, name)
        if isinstance(dated, Dated) and min(dated.values) > first:
            document.add((name, "values"), f"has no value on {first}, the first day of the first regime")


def _check_codes(document: Document, place: Place, names: Sequence[str], codes: Mapping[str, str]) -> None:
    """Add a mistake for every name that is no code of the vocabulary."""
    for i, name in enumerate(names):
        if name not in codes:
            document.add((*place, i), f"there is no code '{name}'", value=name, allowed=codes)


def _check_dated_condition(document: Document, place: Place, kind: Kind, dated: Dated[str]) -> None:
    for day, when in dated.values.items():
        if when is not None:
            check_condition(document, (*place, "values", day.isoformat()), kind, when)


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
                document.add(place, f"'{test}' is given twice", value=test)
