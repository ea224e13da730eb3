"""Who may have what repaired (信用修复) on a day: penalties and listings, by publicity system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import PeriodEnds, dated_value, outcome_column
from transforms.law.calendar.working_days import Calendar, Convention, effect_day, last_day
from transforms.law.listing.listings import ON_LIST
from transforms.law.matters.decision_log import DecisionLog
from transforms.law.publicity.penalties import (
    AssessedPenalties,
    LawContext,
    assess_penalties,
    step_order,
    transition_of,
)
from transforms.law.publicity.penalty_facts import FOR_EVER, with_penalty_facts
from transforms.law.repair.conditions import (
    ConditionAnswer,
    RepairRecords,
    with_evidence,
    with_heavier_penalties,
    with_keys,
    with_later_penalties,
)
from transforms.law.repair.verdict import RepairExclusion, RepairQuestion, RuleSegment, confidence_rank, with_verdict
from transforms.policy_model.dated_values import Dated
from transforms.policy_model.law_publicity import PublicityLaw, PublicitySystem
from transforms.policy_model.law_repair import ListingRepairRegime, PenaltyRepairRegime, RepairLaw
from transforms.records.text import document_key
from transforms.schemas.base import BOOLEAN, TEXT
from transforms.schemas.law import LISTING_NOTES, PUBLICITY_NOTES, PUBLICITY_STATES, REPAIR
from transforms.schemas.vocabularies import LISTING_STATES


def repair_eligibility(
    records: RepairRecords, law: PublicityLaw, calendar: Calendar, as_of: date, register: DecisionLog | None = None
) -> pl.LazyFrame:
    """A row per penalty or listing decided by `as_of` and system, in the columns of REPAIR, sorted by its key.

    register: what the register of decisions says on `as_of`; without it nothing was repaired, barred or listed.
    """
    day = LawContext(law, calendar, as_of, register)
    return eligibility_rows(records, assess_penalties(records.penalties, records.enterprises, day), day)


def eligibility_rows(records: RepairRecords, systems: AssessedPenalties, day: LawContext) -> pl.LazyFrame:
    """As `repair`, of penalties that were assessed already."""
    frames = [*penalty_eligibility(records, systems, day), *listing_eligibility(records, day)]
    shown = [frame.select(list(REPAIR.schema)) for frame in frames]
    return pl.concat([REPAIR.empty().lazy(), *shown]).sort(REPAIR.key)


_OVER = (
    "unpublished",
    "withdrawn",
    "to_withdraw",
    "annulled",
    "ended",
    "repaired",
    "delisted",
    "deregistered",
    "taken_off",
)

_UNKNOWN_penalties = ("unknown", "uncovered")

_NEVER_penalties = pl.lit(FOR_EVER)

_Field = Callable[[str], pl.Expr]


def penalty_eligibility(records: RepairRecords, systems: AssessedPenalties, day: LawContext) -> list[pl.LazyFrame]:
    """By system with a repair law: a row per penalty decided by then, with the columns of REPAIR."""
    found = []
    facts = with_penalty_facts(records.penalties, records.enterprises)
    for system, frame in systems:
        law = day.law.repair_of(system.system)
        if law is not None:
            known = _worded(with_later_penalties(with_evidence(with_keys(frame), records, law, day), facts, day.as_of))
            since = pl.when(pl.col("repaired_on") >= pl.col("granted_on")).then("granted_on")
            known = known.with_columns(in_force_since_on=since)
            found.append(with_verdict(known, _question_penalties(system, law, day)))
    return found


def _worded(frame: pl.LazyFrame) -> pl.LazyFrame:
    titles = pl.col("state").replace_strict(PUBLICITY_STATES, return_dtype=TEXT)
    is_told = ~pl.col("_position").is_null()
    return frame.with_columns(
        matter=pl.lit("penalty"),
        state_title=titles,
        _over=pl.when(pl.col("state") == "unpublished").then(pl.coalesce("reason", titles)).otherwise(titles),
        class_title=pl.when(is_told).then("class_title"),
    )


def _question_penalties(system: PublicitySystem, law: RepairLaw, day: LawContext) -> RepairQuestion:
    return RepairQuestion(
        segments=_segments(system, law, day.calendar),
        transition=law.transition.on(law.penalty[0].from_) or "display",
        calendar=day.calendar,
        as_of=day.as_of,
        is_over=pl.col("state").is_in(_OVER),
        **_over_penalties(system, law),
        is_unknown=pl.col("state").is_in(_UNKNOWN_penalties),
    )


def _over_penalties(system: PublicitySystem, law: RepairLaw) -> dict[str, pl.Expr]:
    """By the state: the articles by which it is off display, and how sure they are."""
    withdrawn = ("withdrawn", "to_withdraw", "annulled")
    told: dict[tuple[str, ...], tuple[pl.Expr, pl.Expr]] = {
        ("unpublished", "ended"): (pl.col("basis"), pl.col("confidence")),
        withdrawn: (pl.col("withdraw_basis"), pl.col("withdraw_confidence")),
        ("repaired",): _of(law.repair_ends or law.releases),
        ("delisted",): _of(law.listing_removal_ends),
        ("deregistered",): _of(system.deregistration_ends),
    }
    state = pl.col("state")
    basis, confidence = (
        pl.coalesce(pl.when(state.is_in(states)).then(pair[at]) for states, pair in told.items()) for at in (0, 1)
    )
    return {"over_basis": basis, "over_confidence": confidence}


def _of(dated: Dated[Any]) -> tuple[pl.Expr, pl.Expr]:
    return pl.lit(dated.basis), pl.lit(dated.confidence)


def _segments(system: PublicitySystem, law: RepairLaw, calendar: Calendar) -> list[RuleSegment]:
    """The times in which neither the periods nor the conditions change."""
    first = max(system.regimes[0].from_, law.penalty[0].from_)
    starts = {regime.from_ for regime in system.regimes} | {regime.from_ for regime in law.penalty}
    days = sorted(start for start in starts if start >= first)
    ends = PeriodEnds(system.regimes, calendar)
    return [
        _segment_penalties(start, until, system, law, ends)
        for start, until in zip(days, [*days[1:], None], strict=True)
    ]


def _segment_penalties(
    start: date, until: date | None, system: PublicitySystem, law: RepairLaw, ends: PeriodEnds
) -> RuleSegment:
    position = sum(regime.from_ <= start for regime in system.regimes) - 1
    regime = [regime for regime in law.penalty if regime.from_ <= start][-1]

    def field(name: str) -> pl.Expr:
        if transition_of(system) == "decision":
            return ends.at_decision(name)
        return pl.col(outcome_column(position)).struct.field(name)

    def wait(convention: Convention) -> ConditionAnswer:
        return _wait_penalties(field, convention, ends.calendar)

    return RuleSegment(start, until, regime.title, regime.conditions, wait, _refusal(regime, law, field))


def _wait_penalties(field: _Field, convention: Convention, calendar: Calendar) -> ConditionAnswer:
    """Met once the shortest period is over; never where there is none, or where a repair was revoked.

    Where the publication or a restriction's term is not stated, it is not known to be over.
    """
    early = field("early_on")
    is_never = early.is_null() | (early >= FOR_EVER) | pl.col("restarted_on").is_not_null()
    over = effect_day(last_day(early, convention, calendar), convention)
    met_on = pl.when(is_never & pl.col("counts_from_on").is_not_null()).then(_NEVER_penalties).otherwise(over)
    is_stated = ~field("is_term_unstated") & ~pl.col("is_publication_unstated")
    return ConditionAnswer(met_on, is_stated, evidence=_assumed(), rank=field("confidence"))


def _assumed() -> pl.Expr:
    words = {code: pl.lit(PUBLICITY_NOTES[code]) for code in ("not_begun", "publication_assumed")}
    told = pl.when(pl.col("counts_from_on").is_null()).then(words["not_begun"]).otherwise(words["publication_assumed"])
    return pl.when("is_publication_unstated").then(told)


def _refusal(regime: PenaltyRepairRegime, law: RepairLaw, field: _Field) -> RepairExclusion:
    """Why there is no shortest period: of the class, of a restriction for life, of a revoked repair."""
    restarts = law.revocation_restarts
    told: list[tuple[pl.Expr, str, str, str, pl.Expr]] = [
        (
            pl.col("restarted_on").is_not_null(),
            "never",
            "准予修复的决定已被撤销，不得提前停止公示",
            restarts.basis,
            confidence_rank(restarts.confidence),
        ),
        (field("early_on") >= FOR_EVER, "never", "限制没有期满之日", "", field("confidence")),
        *(
            (field("class") == name, one.verdict, one.title, one.basis, confidence_rank(one.confidence))
            for name, one in regime.no_early_end.items()
        ),
    ]
    other = RepairExclusion(pl.lit("never"), pl.lit("没有最短公示期"), field("basis"), field("confidence"))
    for test, verdict, why, basis, sure in reversed(told):
        fits = test.fill_null(False)
        other = RepairExclusion(
            pl.when(fits).then(pl.lit(verdict)).otherwise(other.verdict),
            pl.when(fits).then(pl.lit(why)).otherwise(other.why),
            pl.when(fits).then(pl.lit(basis) if basis else field("basis")).otherwise(other.basis),
            pl.when(fits).then(sure).otherwise(other.rank),
        )
    return other


CREDIT_CHINA = "credit_china"

_TAKES_OFF = ("remove", "revoke_listing")

_ENDED_THERE = "信用中国公示期满"

_OF_THE_OTHER_CLOCK = ["publication_assumed", "transition", "restarted"]

_UNKNOWN_listings = "unknown"

_NEVER_listings, _NO_TEXT = pl.lit(FOR_EVER), pl.lit(None, dtype=TEXT)


def listing_eligibility(records: RepairRecords, day: LawContext) -> list[pl.LazyFrame]:
    """By system whose law speaks of listings: a row per listing, with the columns of REPAIR."""
    if day.register is None:
        return []
    laws = [law for law in day.law.repairs if law.listing]
    frame = _listings(day.register.listings, records, day)
    found = []
    for law in laws:
        shown = _on_credit_china(frame, day.as_of) if law.system == CREDIT_CHINA else frame
        known = with_evidence(shown, records, law, day).with_columns(
            system=pl.lit(law.system), system_title=pl.lit(law.title)
        )
        found.append(with_verdict(known, _question_listings(law, day)))
    return found


def _on_credit_china(frame: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Listings as 信用中国 shows them, by its own clock, as LISTING has it; without what is said of the other clock."""
    is_over = (pl.col("credit_china_stop_on") <= as_of).fill_null(False)
    is_there = pl.col("state").is_in([ON_LIST, _UNKNOWN_listings])
    return frame.with_columns(
        stop_on="credit_china_stop_on",
        state=pl.when(is_over & is_there).then(pl.lit("ended")).otherwise("state"),
        _ended_there_basis=pl.when(is_over & is_there).then("credit_china_basis"),
        _ended_there_confidence=pl.when(is_over & is_there).then("credit_china_confidence"),
        state_title=pl.when(is_over & is_there).then(pl.lit(_ENDED_THERE)).otherwise("state_title"),
        notes=pl.col("notes").list.eval(pl.element().filter(~pl.element().is_in(_OF_THE_OTHER_CLOCK))),
    ).with_columns(_over="state_title")


def _listings(listings: pl.LazyFrame, records: RepairRecords, day: LawContext) -> pl.LazyFrame:
    """Listings under the names that conditions ask for, with the penalty they rest on."""
    facts = with_penalty_facts(records.penalties, records.enterprises)
    serious = day.law.serious
    heavier = serious.heavier_when.on(max(day.as_of, min(serious.heavier_when.values))) if serious else None
    named = listings.with_columns(
        matter=pl.lit("listing"),
        party_name="name",
        decided_on="listed_on",
        violation_type=_NO_TEXT,
        class_title=_NO_TEXT,
        state_title=pl.col("state").replace_strict(LISTING_STATES, return_dtype=TEXT),
        measure_until_on=pl.when("is_lifelong").then(_NEVER_listings).otherwise("term_on"),
        is_measure_unstated=pl.col("notes").list.contains("term_unstated"),
        in_force_since_on=pl.when(pl.col("state") == "removed").then("left_on"),
        _ended_there_basis=_NO_TEXT,
        _ended_there_confidence=_NO_TEXT,
    ).with_columns(_over="state_title")
    ground = _grounds(facts, day.as_of)
    joined = with_keys(named).with_columns(_ground=document_key(pl.col("target")))
    joined = joined.join(ground, on=["enterprise_id", "_ground"], how="left")
    joined = joined.join(_releases(day), on="matter_id", how="left")
    return with_heavier_penalties(joined, facts, heavier, day.as_of)


def _releases(day: LawContext) -> pl.LazyFrame:
    """By matter: the article of the last step that took the listing off."""
    assert day.register is not None
    taken = day.register.followed.steps.filter(~pl.col("is_refused"), pl.col("step").is_in(_TAKES_OFF))
    last = taken.sort(*step_order()).group_by("matter_id", maintain_order=True)
    return last.agg(_release_basis=pl.col("basis").last())


def _grounds(facts: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """By enterprise and number: when the penalty's duties were performed and its harm removed."""
    known = facts.filter(pl.col("decided_on") <= as_of, pl.col("enterprise_id").is_not_null())
    keys = ["enterprise_id", "_ground"]
    days = pl.col("performed_on", "harm_removed_on")
    return (
        known.select("enterprise_id", "record_id", days, _ground=document_key(pl.col("decision_no")))
        .sort("record_id")
        .group_by(keys, maintain_order=True)
        .agg(days.first())
    )


def _question_listings(law: RepairLaw, day: LawContext) -> RepairQuestion:
    starts = [regime.from_ for regime in law.listing]
    ends = zip(law.listing, [*starts[1:], None], strict=True)
    return RepairQuestion(
        segments=[_segment_listings(regime, until, law, day.calendar) for regime, until in ends],
        transition=law.transition.on(law.penalty[0].from_) or "display",
        calendar=day.calendar,
        as_of=day.as_of,
        is_over=~pl.col("state").is_in([ON_LIST, _UNKNOWN_listings]),
        over_basis=pl.coalesce("_ended_there_basis", _over_listings(day, "basis")),
        over_confidence=pl.coalesce("_ended_there_confidence", _over_listings(day, "confidence")),
        is_unknown=pl.col("state") == _UNKNOWN_listings,
    )


def _over_listings(day: LawContext, part: Literal["basis", "confidence"]) -> pl.Expr:
    """By the state: the articles by which it left the list, or how sure they are."""
    serious, state = day.law.serious, pl.col("state")
    by_step = (
        pl.col("_release_basis")
        if part == "basis"
        else pl.when(pl.col("_release_basis").is_not_null()).then(pl.lit("C"))
    )
    gone = getattr(serious.deregistration_ends, part) if serious else None
    return pl.coalesce(
        pl.when(state.is_in(["removed", "revoked"])).then(by_step),
        pl.when(state == "annulled").then(f"revoke_{part}"),
        pl.when(state == "deregistered").then(pl.lit(gone, dtype=TEXT)),
        part,
    )


def _segment_listings(
    regime: ListingRepairRegime, until: date | None, law: RepairLaw, calendar: Calendar
) -> RuleSegment:
    def wait(convention: Convention) -> ConditionAnswer:
        return _wait_listings(regime, law, convention, calendar)

    restarts = law.revocation_restarts
    refusal = RepairExclusion(
        pl.lit("never"),
        pl.lit("移出决定已被撤销，不得提前移出"),
        pl.lit(restarts.basis),
        confidence_rank(restarts.confidence),
    )
    return RuleSegment(regime.from_, until, regime.title, regime.conditions, wait, refusal)


def _wait_listings(
    regime: ListingRepairRegime, law: RepairLaw, convention: Convention, calendar: Calendar
) -> ConditionAnswer:
    """Met once the least time on the list is over; after a revoked removal anew, or never where that is final."""
    by_publication = regime.counts_from == "publication"
    begun = pl.coalesce("published_on", "publish_by_on") if by_publication else pl.col("listed_on")
    restarts = dated_value(law.revocation_restarts, pl.col("restored_on"), BOOLEAN).fill_null(False)
    end = end_of_duration(pl.when(restarts).then("restored_on").otherwise(begun), regime.at_least)
    over = effect_day(last_day(end, convention, calendar), convention)
    is_unstated = pl.lit(by_publication) & pl.col("published_on").is_null() & ~restarts
    evidence = pl.when(is_unstated).then(pl.lit(LISTING_NOTES["publication_assumed"]))
    return ConditionAnswer(
        pl.when(restarts & pl.col("is_final")).then(_NEVER_listings).otherwise(over), ~is_unstated, evidence=evidence
    )
