"""Who may apply for a repair (信用修复) on a day: penalties and listings, by publicity system.

Each kind of row asks a `RepairQuestion`: the times in which one set of rules applies, each with the wait and the
conditions of an early end; `verdict.with_verdict` answers it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import FOR_EVER, PeriodEnds, dated_value, outcome_column
from transforms.law.calendar.working_days import Calendar, Convention, effect_day, last_day
from transforms.law.listing.listings import ON_LIST
from transforms.law.matters.decision_log import DecisionLog
from transforms.law.matters.procedure import step_order
from transforms.law.publicity.penalties import AssessedPenalties, LawContext, transition_of
from transforms.law.publicity.penalty_facts import with_penalty_facts
from transforms.law.repair.conditions import (
    ConditionAnswer,
    RepairRecords,
    confidence_rank,
    with_evidence,
    with_heavier_penalties,
    with_keys,
    with_later_penalties,
)
from transforms.law.repair.verdict import RepairExclusion, RepairQuestion, RuleSegment, with_verdict
from transforms.policy_model.dated_values import Dated
from transforms.policy_model.law_publicity import PublicitySystem
from transforms.policy_model.law_repair import ListingRepairRegime, PenaltyRepairRegime, RepairLaw
from transforms.records.text import document_key
from transforms.schemas.base import BOOLEAN, TEXT
from transforms.schemas.law import LISTING_NOTES, PUBLICITY_NOTES, PUBLICITY_STATES, REPAIR
from transforms.schemas.vocabularies import LISTING_STATES

_CREDIT_CHINA = "credit_china"
_ENDED_ON_CREDIT_CHINA = "信用中国公示期满"
_NOTES_OF_THE_LIST = ["publication_assumed", "transition", "restarted"]  # of the clock of the list itself
_OVER = (
    *("unpublished", "withdrawn", "to_withdraw", "annulled", "ended"),
    *("repaired", "delisted", "deregistered", "taken_off"),
)
_UNKNOWN = ("unknown", "uncovered")
_TAKES_OFF_LIST = ("remove", "revoke_listing")
_NEVER, _NO_TEXT = pl.lit(FOR_EVER), pl.lit(None, dtype=TEXT)


def repair_eligibility(records: RepairRecords, assessed: AssessedPenalties, context: LawContext) -> pl.LazyFrame:
    """REPAIR: a row per penalty or listing decided by the day and system, sorted by its key.

    Where the context has no decision log, nothing was repaired, barred or listed.
    """
    frames = [*_of_penalties(records, assessed, context), *_of_listings(records, context)]
    rows = [frame.select(list(REPAIR.schema)) for frame in frames]
    return pl.concat([REPAIR.empty().lazy(), *rows]).sort(REPAIR.key)


# Penalties


def _of_penalties(records: RepairRecords, assessed: AssessedPenalties, context: LawContext) -> list[pl.LazyFrame]:
    """By system with a law of repair: the penalties with the columns of REPAIR."""
    facts = with_penalty_facts(records.penalties, records.enterprises)
    titles = pl.col("state").replace_strict(PUBLICITY_STATES, return_dtype=TEXT)
    frames = []
    for system, publicity in assessed:
        law = context.law.repair_of(system.system)
        if law is None:
            continue
        frame = with_evidence(with_keys(publicity.lazy()), records, law, context)
        frame = with_later_penalties(frame, facts, context.as_of).with_columns(
            matter=pl.lit("penalty"),
            state_title=titles,
            _over=pl.when(pl.col("state") == "unpublished").then(pl.coalesce("reason", titles)).otherwise(titles),
            class_title=pl.when(pl.col("_position").is_not_null()).then("class_title"),
            in_force_since_on=pl.when(pl.col("repaired_on") >= pl.col("granted_on")).then("granted_on"),
        )
        frames.append(with_verdict(frame, _penalty_question(system, law, context)))
    return frames


def _penalty_question(system: PublicitySystem, law: RepairLaw, context: LawContext) -> RepairQuestion:
    # The times in which neither the periods nor the conditions change.
    first = max(system.regimes[0].from_, law.penalty[0].from_)
    starts = {regime.from_ for regime in system.regimes} | {regime.from_ for regime in law.penalty}
    days = sorted(start for start in starts if start >= first)
    ends = PeriodEnds(system.regimes, context.calendar)
    segments = [
        _penalty_segment(start, until, system, law, ends) for start, until in zip(days, [*days[1:], None], strict=True)
    ]

    def source(dated: Dated[Any]) -> tuple[pl.Expr, pl.Expr]:
        return pl.lit(dated.basis), pl.lit(dated.confidence)

    # By the state, the articles by which the penalty is off display, and their confidence.
    sources: dict[tuple[str, ...], tuple[pl.Expr, pl.Expr]] = {
        ("unpublished", "ended"): (pl.col("basis"), pl.col("confidence")),
        ("withdrawn", "to_withdraw", "annulled"): (pl.col("withdraw_basis"), pl.col("withdraw_confidence")),
        ("repaired",): source(law.repair_ends or law.releases),
        ("delisted",): source(law.listing_removal_ends),
        ("deregistered",): source(system.deregistration_ends),
    }
    state = pl.col("state")
    basis, confidence = (
        pl.coalesce(pl.when(state.is_in(states)).then(pair[part]) for states, pair in sources.items())
        for part in (0, 1)
    )
    return RepairQuestion(
        segments=segments,
        transition=law.transition.on(law.penalty[0].from_) or "display",
        calendar=context.calendar,
        as_of=context.as_of,
        is_over=state.is_in(_OVER),
        over_basis=basis,
        over_confidence=confidence,
        is_unknown=state.is_in(_UNKNOWN),
    )


def _penalty_segment(
    start: date, until: date | None, system: PublicitySystem, law: RepairLaw, ends: PeriodEnds
) -> RuleSegment:
    position = sum(regime.from_ <= start for regime in system.regimes) - 1
    regime = [regime for regime in law.penalty if regime.from_ <= start][-1]

    def field(name: str) -> pl.Expr:
        """Of the outcome under the regime of the publicity that governs in this time."""
        if transition_of(system) == "decision":
            return ends.at_decision(name)
        return pl.col(outcome_column(position)).struct.field(name)

    def wait(convention: Convention) -> ConditionAnswer:
        """Met once the shortest period is over; never where there is none, or where a repair was revoked.

        Where the publication or a restriction's term is not stated, it is not known to be over.
        """
        early = field("early_on")
        is_never = early.is_null() | (early >= FOR_EVER) | pl.col("restarted_on").is_not_null()
        over = effect_day(last_day(early, convention, ends.calendar), convention)
        met_on = pl.when(is_never & pl.col("counts_from_on").is_not_null()).then(_NEVER).otherwise(over)
        is_stated = ~field("is_term_unstated") & ~pl.col("is_publication_unstated")
        assumed = (
            pl.when(pl.col("counts_from_on").is_null())
            .then(pl.lit(PUBLICITY_NOTES["not_begun"]))
            .otherwise(pl.lit(PUBLICITY_NOTES["publication_assumed"]))
        )
        evidence = pl.when("is_publication_unstated").then(assumed)
        return ConditionAnswer(met_on, is_stated, evidence=evidence, rank=field("confidence"))

    return RuleSegment(start, until, regime.title, regime.conditions, wait, _penalty_exclusion(regime, law, field))


def _penalty_exclusion(regime: PenaltyRepairRegime, law: RepairLaw, field: Callable[[str], pl.Expr]) -> RepairExclusion:
    """Why there is no shortest period: of a revoked repair, of a restriction for life, of the class."""
    restarts = law.revocation_restarts
    reasons: list[tuple[pl.Expr, str, str, pl.Expr, pl.Expr]] = [
        (
            pl.col("restarted_on").is_not_null(),
            "never",
            "准予修复的决定已被撤销，不得提前停止公示",
            pl.lit(restarts.basis),
            confidence_rank(restarts.confidence),
        ),
        (field("early_on") >= FOR_EVER, "never", "限制没有期满之日", field("basis"), field("confidence")),
        *(
            (field("class") == name, one.verdict, one.title, pl.lit(one.basis), confidence_rank(one.confidence))
            for name, one in regime.no_early_end.items()
        ),
    ]
    found = RepairExclusion(pl.lit("never"), pl.lit("没有最短公示期"), field("basis"), field("confidence"))
    for test, verdict, why, basis, rank in reversed(reasons):
        fits = test.fill_null(False)
        found = RepairExclusion(
            pl.when(fits).then(pl.lit(verdict)).otherwise(found.verdict),
            pl.when(fits).then(pl.lit(why)).otherwise(found.why),
            pl.when(fits).then(basis).otherwise(found.basis),
            pl.when(fits).then(rank).otherwise(found.rank),
        )
    return found


# Listings


def _of_listings(records: RepairRecords, context: LawContext) -> list[pl.LazyFrame]:
    """By system whose law speaks of listings: the listings with the columns of REPAIR."""
    log = context.decision_log
    if log is None:
        return []
    listed = _listings_with_ground(log, records, context)
    frames = []
    for law in context.law.repairs:
        if not law.listing:
            continue
        frame = _as_on_credit_china(listed, context.as_of) if law.system == _CREDIT_CHINA else listed
        frame = with_evidence(frame, records, law, context)
        frame = frame.with_columns(system=pl.lit(law.system), system_title=pl.lit(law.title))
        frames.append(with_verdict(frame, _listing_question(law, context)))
    return frames


def _listings_with_ground(log: DecisionLog, records: RepairRecords, context: LawContext) -> pl.LazyFrame:
    """LISTING under the column names that conditions use, with the penalty it rests on and the step that ended it."""
    facts = with_penalty_facts(records.penalties, records.enterprises)
    known = facts.filter(pl.col("decided_on") <= context.as_of, pl.col("enterprise_id").is_not_null())
    days = pl.col("performed_on", "harm_removed_on")
    grounds = (
        known.select("enterprise_id", "record_id", days, _ground=document_key(pl.col("decision_no")))
        .sort("record_id")
        .group_by("enterprise_id", "_ground", maintain_order=True)
        .agg(days.first())
    )
    taken = log.steps.filter(~pl.col("is_refused"), pl.col("step").is_in(_TAKES_OFF_LIST)).sort(*step_order())
    releases = taken.group_by("matter_id", maintain_order=True).agg(_release_basis=pl.col("basis").last())
    state_title = pl.col("state").replace_strict(LISTING_STATES, return_dtype=TEXT)
    named = log.listings.lazy().with_columns(
        matter=pl.lit("listing"),
        party_name="name",
        decided_on="listed_on",
        violation_type=_NO_TEXT,
        class_title=_NO_TEXT,
        state_title=state_title,
        _over=state_title,
        measure_until_on=pl.when("is_lifelong").then(_NEVER).otherwise("term_on"),
        is_measure_unstated=pl.col("notes").list.contains("term_unstated"),
        in_force_since_on=pl.when(pl.col("state") == "removed").then("left_on"),
        _ended_there_basis=_NO_TEXT,
        _ended_there_confidence=_NO_TEXT,
    )
    joined = with_keys(named).with_columns(_ground=document_key(pl.col("target")))
    joined = joined.join(grounds, on=["enterprise_id", "_ground"], how="left")
    joined = joined.join(releases.lazy(), on="matter_id", how="left")
    serious = context.law.serious
    rule = serious.heavier_when if serious else None
    heavier = rule.on(max(context.as_of, min(rule.values))) if rule else None
    return with_heavier_penalties(joined, facts, heavier, context.as_of)


def _as_on_credit_china(listed: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Listings as 信用中国 shows them, by its separate clock; without the notes on the clock of the list itself."""
    is_over = (pl.col("credit_china_stop_on") <= as_of).fill_null(False)
    is_ended = is_over & pl.col("state").is_in([ON_LIST, "unknown"])
    return listed.with_columns(
        stop_on="credit_china_stop_on",
        state=pl.when(is_ended).then(pl.lit("ended")).otherwise("state"),
        _ended_there_basis=pl.when(is_ended).then("credit_china_basis"),
        _ended_there_confidence=pl.when(is_ended).then("credit_china_confidence"),
        state_title=pl.when(is_ended).then(pl.lit(_ENDED_ON_CREDIT_CHINA)).otherwise("state_title"),
        notes=pl.col("notes").list.eval(pl.element().filter(~pl.element().is_in(_NOTES_OF_THE_LIST))),
    ).with_columns(_over="state_title")


def _listing_question(law: RepairLaw, context: LawContext) -> RepairQuestion:
    state, serious = pl.col("state"), context.law.serious
    ends = [*(regime.from_ for regime in law.listing[1:]), None]

    def over(part: Literal["basis", "confidence"]) -> pl.Expr:
        """By the state, the articles by which it left the list, or their confidence."""
        step = pl.col("_release_basis")
        by_step = step if part == "basis" else pl.when(step.is_not_null()).then(pl.lit("C"))
        deregistered = getattr(serious.deregistration_ends, part) if serious else None
        return pl.coalesce(
            f"_ended_there_{part}",
            pl.when(state.is_in(["removed", "revoked"])).then(by_step),
            pl.when(state == "annulled").then(f"revoke_{part}"),
            pl.when(state == "deregistered").then(pl.lit(deregistered, dtype=TEXT)),
            part,
        )

    return RepairQuestion(
        segments=[
            _listing_segment(regime, until, law, context.calendar)
            for regime, until in zip(law.listing, ends, strict=True)
        ],
        transition=law.transition.on(law.penalty[0].from_) or "display",
        calendar=context.calendar,
        as_of=context.as_of,
        is_over=~state.is_in([ON_LIST, "unknown"]),
        over_basis=over("basis"),
        over_confidence=over("confidence"),
        is_unknown=state == "unknown",
    )


def _listing_segment(
    regime: ListingRepairRegime, until: date | None, law: RepairLaw, calendar: Calendar
) -> RuleSegment:
    def wait(convention: Convention) -> ConditionAnswer:
        """Met once the least time on the list is over; after a revoked removal anew, or never where that is final."""
        is_by_publication = regime.counts_from == "publication"
        begun = pl.coalesce("published_on", "publish_by_on") if is_by_publication else pl.col("listed_on")
        restarts = dated_value(law.revocation_restarts, pl.col("restored_on"), BOOLEAN).fill_null(False)
        end = end_of_duration(pl.when(restarts).then("restored_on").otherwise(begun), regime.at_least)
        over = effect_day(last_day(end, convention, calendar), convention)
        met_on = pl.when(restarts & pl.col("is_final")).then(_NEVER).otherwise(over)
        is_unstated = pl.lit(is_by_publication) & pl.col("published_on").is_null() & ~restarts
        evidence = pl.when(is_unstated).then(pl.lit(LISTING_NOTES["publication_assumed"]))
        return ConditionAnswer(met_on, ~is_unstated, evidence=evidence)

    restarts = law.revocation_restarts
    exclusion = RepairExclusion(
        pl.lit("never"),
        pl.lit("移出决定已被撤销，不得提前移出"),
        pl.lit(restarts.basis),
        confidence_rank(restarts.confidence),
    )
    return RuleSegment(regime.from_, until, regime.title, regime.conditions, wait, exclusion)
