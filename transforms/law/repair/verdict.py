"""From the answers to the verdict: may it be asked for, from when, and what stands against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from transforms.dates import day_after
from transforms.law.calendar.working_days import EARLIEST, LATEST, Calendar, Convention
from transforms.law.publicity.penalty_facts import FOR_EVER
from transforms.law.repair.conditions import ConditionAnswer, answer_rank, answer_to, condition_state, condition_struct
from transforms.policy_model.dated_values import Confidence
from transforms.policy_model.law_publicity import TransitionalRule
from transforms.policy_model.law_repair import RepairCondition
from transforms.schemas.base import DATE, TEXT
from transforms.schemas.law import CONDITIONS, CONFIDENCES

TOO_LATE = "条件具备之前公示期已经届满，自行停止公示"
BARRED_OUT = "信用修复中弄虚作假，不得申请至 {}；在此之前公示期届满，自行停止公示"
_NO_DAY, _NO_TEXT = pl.lit(None, dtype=DATE), pl.lit(None, dtype=TEXT)


@dataclass(frozen=True)
class RepairExclusion:
    """Why there is no early end: a verdict of VERDICTS, reason, article, as expressions."""

    verdict: pl.Expr
    why: pl.Expr
    basis: pl.Expr
    rank: pl.Expr


@dataclass(frozen=True)
class RuleSegment:
    """A time in which one set of rules is asked: from `from_` until before `until`.

    wait: the answer to the condition of time under a convention. refusal: what it means that it is never met.
    """

    from_: date
    until: date | None
    title: str
    conditions: tuple[RepairCondition, ...]
    wait: Callable[[Convention], ConditionAnswer]
    refusal: RepairExclusion

    def answers(self, convention: Convention) -> list[tuple[RepairCondition, ConditionAnswer]]:
        """Every condition with its answer."""
        return [(one, answer_to(one, self.wait(convention))) for one in self.conditions]


@dataclass(frozen=True)
class RepairQuestion:
    """segments: in order of time. transition: whose rules are asked. is_over: nothing is left to repair.

    over_basis, over_confidence: the articles of that, and how sure they are. is_unknown: what the policy or the
    calendar cannot tell.
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
        """First day, in the segment of `as_of` or a later one, on which no condition is unmet; null for none."""
        days = []
        for segment in self.segments:
            met = [one.met_on for _, one in segment.answers(convention)]
            start = [pl.lit(segment.from_)] if self.transition == "display" else []
            found = pl.max_horizontal(*start, *met)
            # Where the calendar does not reach, the time is not known to be over, whatever else is met.
            is_known = segment.wait(convention).met_on.is_not_null()
            is_open = self._is_asked(segment) & is_known & self._is_within(segment, found)
            days.append(pl.when(is_open).then(found))
        return pl.coalesce(*days, _NO_DAY)

    def _is_asked(self, segment: RuleSegment) -> pl.Expr:
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
        """The time never comes, in the segment of `as_of` or a later one."""
        waits = [(segment, segment.wait(self.calendar.convention).met_on) for segment in self.segments]
        closed = [~self._is_within(segment, met).fill_null(True) | ~self._is_asked(segment) for segment, met in waits]
        return pl.all_horizontal(closed)

    def refusal(self, value: Callable[[RepairExclusion], pl.Expr], dtype: pl.DataType) -> pl.Expr:
        """`value` of the refusal of the first segment, from that of `as_of` on, in which the time never comes."""
        told: pl.Expr = pl.lit(None, dtype=dtype)
        for segment in reversed(self.segments):
            is_never = (segment.wait(self.calendar.convention).met_on >= FOR_EVER).fill_null(False)
            told = pl.when(self._is_asked(segment) & is_never).then(value(segment.refusal)).otherwise(told)
        return told

    def now(self, value: Callable[[RuleSegment], pl.Expr], dtype: pl.DataType) -> pl.Expr:
        """`value` of the segment that is asked on `as_of`; null before the first."""
        begun = [segment for segment in self.segments if segment.from_ <= self.as_of]
        chosen: pl.Expr = pl.lit(None, dtype=dtype)
        if self.transition == "display":
            return value(begun[-1]) if begun else chosen
        for segment in begun:
            chosen = pl.when(self._is_asked(segment)).then(value(segment)).otherwise(chosen)
        return chosen


def with_verdict(frame: pl.LazyFrame, question: RepairQuestion) -> pl.LazyFrame:
    """`frame` with the columns of REPAIR that follow from its answers.

    Needs stop_on, publicity's basis and confidence, notes, barred_until_on, and in_force_since_on, the day of a grant
    in force: one that came too early, or could never come, is noted.
    """
    frame = frame.with_columns(notes=pl.concat_list("notes", _of_grant(question)).list.drop_nulls())
    frame = frame.with_columns(
        earliest_on=question.earliest(question.calendar.convention),
        earliest_soonest_on=question.earliest(EARLIEST),
        earliest_latest_on=question.earliest(LATEST),
        earliest_other_transition_on=_other(question).earliest(question.calendar.convention),
        **_of_now(question),
    ).with_columns(verdict=_verdict(question))
    is_refused = pl.col("verdict").is_in(["never", "unneeded"])
    is_told = is_refused & _is_told() & ~question.is_over
    rank = pl.when(is_told).then("_refusal_rank").when(question.is_over).then(_over_rank(question)).otherwise("_rank")
    days = ("earliest_on", "earliest_soonest_on", "earliest_latest_on", "earliest_other_transition_on")
    return frame.with_columns(
        *(pl.when(~is_refused & ~question.is_unknown).then(day).alias(day) for day in days),
        is_eligible=pl.col("verdict") == "eligible",
        why=_why(question, is_told),
        basis=_basis(question, is_told),
        confidence=rank.replace_strict(dict(enumerate(CONFIDENCES)), default=None, return_dtype=TEXT),
    )


def _other(question: RepairQuestion) -> RepairQuestion:
    """The same by the other reading of a change of rules."""
    return replace(question, transition="decision" if question.transition == "display" else "display")


def _of_grant(question: RepairQuestion) -> pl.Expr:
    """What is to be said of a grant in force, by the rules of its day; nothing where there is none."""
    granted = pl.col("in_force_since_on")
    wait, verdict = pl.lit(None, dtype=DATE), pl.lit(None, dtype=TEXT)
    for segment in question.segments:
        is_asked = granted >= segment.from_
        wait = pl.when(is_asked).then(segment.wait(question.calendar.convention).met_on).otherwise(wait)
        verdict = pl.when(is_asked).then(segment.refusal.verdict).otherwise(verdict)
    is_never = (wait >= FOR_EVER) & (verdict == "never")
    is_early = (wait < FOR_EVER) & (granted < wait)
    return pl.when(is_never).then(pl.lit("granted_never")).when(is_early).then(pl.lit("granted_early"))


def _of_now(question: RepairQuestion) -> dict[str, pl.Expr]:
    convention, as_of, now = question.calendar.convention, question.as_of, question.now
    rank = pl.Int32()

    def states(segment: RuleSegment) -> list[pl.Expr]:
        return [condition_state(one, as_of) for _, one in segment.answers(convention)]

    def articles(segment: RuleSegment, *asked: str) -> pl.Expr:
        """Those of the conditions in one of these states, each once; empty for none."""
        tests: dict[str, list[pl.Expr]] = {}
        for one, found in segment.answers(convention):
            tests.setdefault(one.basis, []).append(condition_state(found, as_of).is_in(asked))
        told = [pl.when(pl.any_horizontal(test)).then(pl.lit(basis)) for basis, test in tests.items()]
        return pl.concat_str(told, separator="；", ignore_nulls=True)

    def listed(segment: RuleSegment) -> pl.Expr:
        # Of a list of structs, one of fixed width is made twenty times faster.
        parts = [condition_struct(condition, one, as_of) for condition, one in segment.answers(convention)]
        return pl.concat_arr(parts).arr.to_list()

    return {
        "regime": now(lambda segment: pl.lit(segment.title), TEXT),
        "conditions": pl.coalesce(now(listed, CONDITIONS), pl.lit([], CONDITIONS)),  # none before the first rules
        "_basis": now(lambda segment: pl.lit("；".join(dict.fromkeys(c.basis for c in segment.conditions))), TEXT),
        "_unmet_basis": now(lambda segment: articles(segment, "unmet"), TEXT),
        "_open_basis": now(lambda segment: articles(segment, "unmet", "unstated"), TEXT),
        "_rank": now(
            lambda segment: pl.max_horizontal(answer_rank(*pair) for pair in segment.answers(convention)), rank
        ),
        "_is_open": now(lambda s: pl.any_horizontal(state == "unstated" for state in states(s)), pl.Boolean()),
        "_is_never": now(lambda s: (s.wait(convention).met_on >= FOR_EVER).fill_null(False), pl.Boolean()),
        "_is_timeless": question.is_timeless(),
        "_refusal": question.refusal(lambda refusal: refusal.verdict, TEXT),
        "_refusal_why": question.refusal(lambda refusal: refusal.why, TEXT),
        "_refusal_basis": question.refusal(lambda refusal: refusal.basis, TEXT),
        "_refusal_rank": question.refusal(lambda refusal: refusal.rank, rank),
    }


def _is_too_late() -> pl.Expr:
    """Publicity ends by itself before it could be asked for."""
    return (pl.col("earliest_on") >= pl.col("stop_on")).fill_null(False)


def _is_barred_out() -> pl.Expr:
    """The falsehood of the party bars it until publicity is over."""
    return _is_too_late() & (pl.col("earliest_on") == day_after(pl.col("barred_until_on")))


def _is_told() -> pl.Expr:
    """There is no early end by the rules in force, and no later ones will bring it in time."""
    return pl.col("_is_timeless") | (pl.col("_is_never") & _is_too_late())


def _verdict(question: RepairQuestion) -> pl.Expr:
    earliest = pl.col("earliest_on")
    steps: list[tuple[pl.Expr, pl.Expr]] = [
        (question.is_over, pl.lit("unneeded")),
        (question.is_unknown | pl.col("regime").is_null(), pl.lit("unknown")),
        (_is_told(), pl.col("_refusal")),
        (_is_barred_out(), pl.lit("never")),
        (_is_too_late(), pl.lit("unneeded")),
        (earliest.is_null() | (earliest > question.as_of), pl.lit("not_yet")),
        (pl.col("_is_open"), pl.lit("unknown")),
    ]
    return pl.coalesce(*(pl.when(test.fill_null(False)).then(word) for test, word in steps), pl.lit("eligible"))


def _why(question: RepairQuestion, is_told: pl.Expr) -> pl.Expr:
    is_later = (pl.col("verdict") == "unneeded") & _is_too_late()
    return (
        pl.when(question.is_over)
        .then("_over")
        .when(is_told)
        .then("_refusal_why")
        .when(is_later)
        .then(pl.lit(TOO_LATE))
        .when((pl.col("verdict") == "never") & _is_barred_out())
        .then(pl.format(BARRED_OUT, "barred_until_on"))
        .otherwise(_NO_TEXT)
    )


def _basis(question: RepairQuestion, is_told: pl.Expr) -> pl.Expr:
    """The articles that the verdict rests on, and no others: of what stands against it, or of all that was met."""
    verdict, unmet, open_ = pl.col("verdict"), pl.col("_unmet_basis"), pl.col("_open_basis")
    of_period = pl.concat_str("basis", pl.when(unmet != "").then(unmet), separator="；", ignore_nulls=True)
    own = (
        pl.when(is_told)
        .then("_refusal_basis")
        .when(question.is_over)
        .then(question.over_basis)
        .when(verdict == "unneeded")
        .then(of_period)
        .when(verdict.is_in(["never", "not_yet"]) & (unmet != ""))
        .then(unmet)
        .when((verdict == "unknown") & ~question.is_unknown & (open_ != ""))
        .then(open_)
        .otherwise(pl.col("_basis"))
    )
    return pl.when(own != "").then(own)


def _over_rank(question: RepairQuestion) -> pl.Expr:
    ranks = {one: place for place, one in enumerate(CONFIDENCES)}
    return question.over_confidence.replace_strict(ranks, default=None, return_dtype=pl.Int32)


def confidence_rank(confidence: Confidence) -> pl.Expr:
    """A confidence as its place in CONFIDENCES."""
    return pl.lit(CONFIDENCES.index(confidence), dtype=pl.Int32)
