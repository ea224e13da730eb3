"""Who may apply for a repair (信用修复) on a day: penalties and listings, by publicity system.

From the answers to the conditions follows whether, and from when, a repair may be applied for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import polars as pl

from transforms.dates import day_after, end_of_duration
from transforms.law.calendar.periods import FOR_EVER, PeriodEnds, dated_value, outcome_column
from transforms.law.calendar.working_days import EARLIEST, LATEST, Calendar, Convention, effect_day, last_day
from transforms.law.listing.listings import ON_LIST
from transforms.law.matters.decision_log import DecisionLog
from transforms.law.matters.procedure import step_order
from transforms.law.publicity.penalties import AssessedPenalties, LawContext, transition_of
from transforms.law.publicity.penalty_facts import with_penalty_facts
from transforms.law.repair.conditions import (
    ConditionAnswer,
    RepairRecords,
    answer_rank,
    answer_to,
    condition_state,
    condition_struct,
    confidence_rank,
    with_evidence,
    with_heavier_penalties,
    with_keys,
    with_later_penalties,
)
from transforms.law.texts import joined
from transforms.policy_model.document import Dated, TransitionalRule
from transforms.policy_model.law import (
    ListingRepairRegime,
    PenaltyRepairRegime,
    PublicitySystem,
    RepairCondition,
    RepairLaw,
)
from transforms.records.text import document_key
from transforms.schemas.base import BOOLEAN, DATE, TEXT
from transforms.schemas.law import CONDITIONS, CONFIDENCES, LISTING_NOTES, PUBLICITY_NOTES, PUBLICITY_STATES, REPAIR
from transforms.schemas.vocabularies import LISTING_STATES

TOO_LATE = "条件具备之前公示期已经届满，自行停止公示"
BARRED_OUT = "信用修复中弄虚作假，不得申请至 {}；在此之前公示期届满，自行停止公示"
_NO_DAY, _NO_TEXT = pl.lit(None, dtype=DATE), pl.lit(None, dtype=TEXT)


@dataclass(frozen=True)
class RepairExclusion:
    """Why there is no early end, as expressions: a code of VERDICTS, the reason in Chinese, article and confidence."""

    verdict: pl.Expr
    why: pl.Expr
    basis: pl.Expr
    rank: pl.Expr


@dataclass(frozen=True)
class RuleSegment:
    """A time in which one set of rules applies: from `from_` until before `until`.

    wait: the answer to the condition of time under a convention. exclusion: why the time never comes where it does not.
    """

    from_: date
    until: date | None
    title: str
    conditions: tuple[RepairCondition, ...]
    wait: Callable[[Convention], ConditionAnswer]
    exclusion: RepairExclusion

    def answers(self, convention: Convention) -> list[tuple[RepairCondition, ConditionAnswer]]:
        """Every condition with its answer."""
        return [(one, answer_to(one, self.wait(convention))) for one in self.conditions]


@dataclass(frozen=True)
class RepairQuestion:
    """What a verdict is made from.

    segments: the times of the rules, in order. transition: which of them apply to what was on display when they
    changed. is_over: nothing is left to repair, by the articles over_basis, with over_confidence. is_unknown: the
    policy or the calendar does not determine the publicity.
    """

    segments: Sequence[RuleSegment]
    transition: TransitionalRule
    calendar: Calendar
    as_of: date
    is_over: pl.Expr
    over_basis: pl.Expr
    over_confidence: pl.Expr
    is_unknown: pl.Expr

    def earliest(self, convention: Convention) -> pl.Expr:
        """The first day, in the segment of `as_of` or a later one, on which no condition is unmet; null for none."""
        days = []
        for segment in self.segments:
            met = [one.met_on for _, one in segment.answers(convention)]
            start = [pl.lit(segment.from_)] if self.transition == "display" else []
            found = pl.max_horizontal(*start, *met)
            # Beyond the calendar the time is not known to be over, whatever else is met.
            is_known = segment.wait(convention).met_on.is_not_null()
            is_open = self._applies(segment) & is_known & self._is_within(segment, found)
            days.append(pl.when(is_open).then(found))
        return pl.coalesce(*days, _NO_DAY)

    def _applies(self, segment: RuleSegment) -> pl.Expr:
        if self.transition == "display":
            return pl.lit(segment.until is None or segment.until > self.as_of)
        is_before = pl.lit(True) if segment.until is None else pl.col("decided_on") < segment.until
        return (pl.col("decided_on") >= segment.from_) & is_before

    def _is_within(self, segment: RuleSegment, found: pl.Expr) -> pl.Expr:
        is_ever = found < FOR_EVER
        if self.transition == "decision" or segment.until is None:
            return is_ever
        return is_ever & (found < segment.until)

    def is_timeless(self) -> pl.Expr:
        """Whether the time never comes, neither in the segment of `as_of` nor in a later one."""
        waits = [(segment, segment.wait(self.calendar.convention).met_on) for segment in self.segments]
        closed = [~self._is_within(segment, met).fill_null(True) | ~self._applies(segment) for segment, met in waits]
        return pl.all_horizontal(closed)

    def exclusion(self, value: Callable[[RepairExclusion], pl.Expr], dtype: pl.DataType) -> pl.Expr:
        """`value` of the exclusion of the first segment, from that of `as_of` on, in which the time never comes."""
        chosen: pl.Expr = pl.lit(None, dtype=dtype)
        for segment in reversed(self.segments):
            is_never = (segment.wait(self.calendar.convention).met_on >= FOR_EVER).fill_null(False)
            chosen = pl.when(self._applies(segment) & is_never).then(value(segment.exclusion)).otherwise(chosen)
        return chosen

    def now(self, value: Callable[[RuleSegment], pl.Expr], dtype: pl.DataType) -> pl.Expr:
        """`value` of the segment that applies on `as_of`; null before the first."""
        begun = [segment for segment in self.segments if segment.from_ <= self.as_of]
        chosen: pl.Expr = pl.lit(None, dtype=dtype)
        if self.transition == "display":
            return value(begun[-1]) if begun else chosen
        for segment in begun:
            chosen = pl.when(self._applies(segment)).then(value(segment)).otherwise(chosen)
        return chosen


# Publicity ends by itself before a repair could be applied for.
_IS_TOO_LATE = (pl.col("earliest_on") >= pl.col("stop_on")).fill_null(False)
# The falsehood of the party bars it until publicity is over.
_IS_BARRED_OUT = _IS_TOO_LATE & (pl.col("earliest_on") == day_after(pl.col("barred_until_on")))
# There is no early end by the rules in force, and no later rules bring it in time.
_IS_EXCLUDED = pl.col("_is_timeless") | (pl.col("_is_never") & _IS_TOO_LATE)


def with_verdict(frame: pl.LazyFrame, question: RepairQuestion) -> pl.LazyFrame:
    """`frame` with the columns of REPAIR that follow from the answers to its conditions.

    Needs stop_on, basis and confidence of the publicity, notes, barred_until_on, _over (in Chinese, why nothing is left
    to repair), and in_force_since_on, the day of a grant in force: one that came too early or is excluded is noted.
    """
    other = replace(question, transition="decision" if question.transition == "display" else "display")
    frame = frame.with_columns(notes=pl.concat_list("notes", _grant_note(question)).list.drop_nulls())
    frame = frame.with_columns(
        earliest_on=question.earliest(question.calendar.convention),
        earliest_soonest_on=question.earliest(EARLIEST),
        earliest_latest_on=question.earliest(LATEST),
        earliest_other_transition_on=other.earliest(question.calendar.convention),
        **_on_the_day(question),
    )
    earliest, verdict = pl.col("earliest_on"), pl.col("verdict")
    verdicts: list[tuple[pl.Expr, pl.Expr]] = [
        (question.is_over, pl.lit("unneeded")),
        (question.is_unknown | pl.col("regime").is_null(), pl.lit("unknown")),
        (_IS_EXCLUDED, pl.col("_exclusion")),
        (_IS_BARRED_OUT, pl.lit("never")),
        (_IS_TOO_LATE, pl.lit("unneeded")),
        (earliest.is_null() | (earliest > question.as_of), pl.lit("not_yet")),
        (pl.col("_is_open"), pl.lit("unknown")),
    ]
    found = pl.coalesce(*(pl.when(test.fill_null(False)).then(one) for test, one in verdicts), pl.lit("eligible"))
    frame = frame.with_columns(verdict=found)
    is_refused = verdict.is_in(["never", "unneeded"])
    is_excluded = is_refused & _IS_EXCLUDED & ~question.is_over
    why = (
        pl.when(question.is_over)
        .then("_over")
        .when(is_excluded)
        .then("_exclusion_why")
        .when((verdict == "unneeded") & _IS_TOO_LATE)
        .then(pl.lit(TOO_LATE))
        .when((verdict == "never") & _IS_BARRED_OUT)
        .then(pl.format(BARRED_OUT, "barred_until_on"))
        .otherwise(_NO_TEXT)
    )
    # Only the articles that the verdict rests on: of what is unmet, or of all that was met.
    unmet, open_ = pl.col("_unmet_basis"), pl.col("_open_basis")
    basis = (
        pl.when(is_excluded)
        .then("_exclusion_basis")
        .when(question.is_over)
        .then(question.over_basis)
        .when(verdict == "unneeded")
        .then(joined(pl.col("basis"), pl.when(unmet != "").then(unmet)))
        .when(verdict.is_in(["never", "not_yet"]) & (unmet != ""))
        .then(unmet)
        .when((verdict == "unknown") & ~question.is_unknown & (open_ != ""))
        .then(open_)
        .otherwise(pl.col("_basis"))
    )
    ranks = {confidence: rank for rank, confidence in enumerate(CONFIDENCES)}
    over_rank = question.over_confidence.replace_strict(ranks, default=None, return_dtype=pl.Int32)
    rank = pl.when(is_excluded).then("_exclusion_rank").when(question.is_over).then(over_rank).otherwise("_rank")
    days = ("earliest_on", "earliest_soonest_on", "earliest_latest_on", "earliest_other_transition_on")
    return frame.with_columns(
        *(pl.when(~is_refused & ~question.is_unknown).then(day).alias(day) for day in days),
        is_eligible=verdict == "eligible",
        why=why,
        basis=pl.when(basis != "").then(basis),
        confidence=rank.replace_strict(dict(enumerate(CONFIDENCES)), default=None, return_dtype=TEXT),
    )


def _grant_note(question: RepairQuestion) -> pl.Expr:
    """granted_never or granted_early of a grant in force, by the rules of its day; null for none."""
    granted = pl.col("in_force_since_on")
    wait, verdict = pl.lit(None, dtype=DATE), pl.lit(None, dtype=TEXT)
    for segment in question.segments:
        is_later = granted >= segment.from_
        wait = pl.when(is_later).then(segment.wait(question.calendar.convention).met_on).otherwise(wait)
        verdict = pl.when(is_later).then(segment.exclusion.verdict).otherwise(verdict)
    is_never = (wait >= FOR_EVER) & (verdict == "never")
    is_early = (wait < FOR_EVER) & (granted < wait)
    return pl.when(is_never).then(pl.lit("granted_never")).when(is_early).then(pl.lit("granted_early"))


def _on_the_day(question: RepairQuestion) -> dict[str, pl.Expr]:
    """regime and conditions by the rules that apply on the day, and what the verdict is made from."""
    convention, as_of, now, rank = question.calendar.convention, question.as_of, question.now, pl.Int32()

    def states(segment: RuleSegment) -> list[pl.Expr]:
        return [condition_state(answer, as_of) for _, answer in segment.answers(convention)]

    def articles(segment: RuleSegment, *asked: str) -> pl.Expr:
        """Of the conditions in one of the states `asked`, each article once; empty for none."""
        tests: dict[str, list[pl.Expr]] = {}
        for condition, answer in segment.answers(convention):
            tests.setdefault(condition.basis, []).append(condition_state(answer, as_of).is_in(asked))
        found = [pl.when(pl.any_horizontal(test)).then(pl.lit(basis)) for basis, test in tests.items()]
        return joined(*found)

    def conditions(segment: RuleSegment) -> pl.Expr:
        # Polars makes an array of structs, which has a fixed width, twenty times faster than a list of them.
        structs = [condition_struct(condition, answer, as_of) for condition, answer in segment.answers(convention)]
        return pl.concat_arr(structs).arr.to_list()

    return {
        "regime": now(lambda segment: pl.lit(segment.title), TEXT),
        "conditions": pl.coalesce(now(conditions, CONDITIONS), pl.lit([], CONDITIONS)),  # none before the first rules
        "_basis": now(lambda segment: pl.lit("；".join(dict.fromkeys(c.basis for c in segment.conditions))), TEXT),
        "_unmet_basis": now(lambda segment: articles(segment, "unmet"), TEXT),
        "_open_basis": now(lambda segment: articles(segment, "unmet", "unstated"), TEXT),
        "_rank": now(
            lambda segment: pl.max_horizontal(answer_rank(*pair) for pair in segment.answers(convention)), rank
        ),
        "_is_open": now(lambda s: pl.any_horizontal(state == "unstated" for state in states(s)), pl.Boolean()),
        "_is_never": now(lambda s: (s.wait(convention).met_on >= FOR_EVER).fill_null(False), pl.Boolean()),
        "_is_timeless": question.is_timeless(),
        "_exclusion": question.exclusion(lambda one: one.verdict, TEXT),
        "_exclusion_why": question.exclusion(lambda one: one.why, TEXT),
        "_exclusion_basis": question.exclusion(lambda one: one.basis, TEXT),
        "_exclusion_rank": question.exclusion(lambda one: one.rank, rank),
    }


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
    rule = context.law.serious.heavier_when
    heavier = rule.on(max(context.as_of, min(rule.values)))
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
    state, deregistration = pl.col("state"), context.law.serious.deregistration_ends
    ends = [*(regime.from_ for regime in law.listing[1:]), None]

    def over(part: Literal["basis", "confidence"]) -> pl.Expr:
        """By the state, the articles by which it left the list, or their confidence."""
        step = pl.col("_release_basis")
        by_step = step if part == "basis" else pl.when(step.is_not_null()).then(pl.lit("C"))
        return pl.coalesce(
            f"_ended_there_{part}",
            pl.when(state.is_in(["removed", "revoked"])).then(by_step),
            pl.when(state == "annulled").then(f"revoke_{part}"),
            pl.when(state == "deregistered").then(pl.lit(getattr(deregistration, part), dtype=TEXT)),
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
