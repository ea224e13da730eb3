"""From the answers to conditions to the verdict on a repair: whether and from when it may be applied for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from transforms.dates import day_after
from transforms.law.calendar.periods import FOR_EVER
from transforms.law.calendar.working_days import EARLIEST, LATEST, Calendar, Convention
from transforms.law.repair.conditions import ConditionAnswer, answer_rank, answer_to, condition_state, condition_struct
from transforms.policy_model.dated_values import TransitionalRule
from transforms.policy_model.law_repair import RepairCondition
from transforms.schemas.base import DATE, TEXT
from transforms.schemas.law import CONDITIONS, CONFIDENCES

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
    # Only the articles that the verdict rests on: of what stands against it, or of all that was met.
    unmet, open_ = pl.col("_unmet_basis"), pl.col("_open_basis")
    basis = (
        pl.when(is_excluded)
        .then("_exclusion_basis")
        .when(question.is_over)
        .then(question.over_basis)
        .when(verdict == "unneeded")
        .then(pl.concat_str("basis", pl.when(unmet != "").then(unmet), separator="；", ignore_nulls=True))
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
        return pl.concat_str(found, separator="；", ignore_nulls=True)

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
