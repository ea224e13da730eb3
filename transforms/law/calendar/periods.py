"""Values and periods of the law across the days on which its rules change.

A rule is dated: it holds from a day until the next one begins. `dated_value` and its kin read a dated rule by a column
of days. `PeriodEnds` works out when a period ends that began under one regime and runs into the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

import polars as pl

from transforms.law.calendar.working_days import Calendar, Convention, effect_day, last_day
from transforms.policy_model.document import Confidence, Dated, TransitionalRule
from transforms.schemas.base import DATE, TEXT
from transforms.schemas.law import CONFIDENCES

Value = TypeVar("Value")
FOR_EVER = date(9999, 1, 1)  # no end, inside computations only: published columns hold null instead
_NO_DAY = pl.lit(None, dtype=DATE)


def dated_value(dated: Dated[Value] | None, day: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The value in force on `day`; null before the first date, after the end, and where `dated` is None."""
    values: Mapping[date, Value | None] = dated.values if dated else {}
    value: pl.Expr = pl.lit(None, dtype=dtype)
    for start, stated in sorted(values.items(), key=lambda one: one[0]):
        value = pl.when(day >= start).then(pl.lit(stated, dtype=dtype)).otherwise(value)
    return value


def dated_condition(dated: Dated[str], day: pl.Expr) -> pl.Expr:
    """Whether the SQL condition in force on `day` is met; false where there is none or it evaluates to null."""
    met: pl.Expr = pl.lit(False)
    for start, when in sorted(dated.values.items(), key=lambda one: one[0]):
        test = pl.sql_expr(when).fill_null(False) if when else pl.lit(False)
        met = pl.when(day >= start).then(test).otherwise(met)
    return met


def first_day_true(dated: Dated[bool], day: pl.Expr) -> pl.Expr:
    """The first day on or after `day` on which the value is true; null where there is none."""
    rules = sorted(dated.values.items(), key=lambda one: one[0])
    found: pl.Expr = pl.lit(None, dtype=DATE)
    for (start, is_true), successor in reversed(list(zip(rules, [*rules[1:], None], strict=True))):
        if is_true:
            candidate = pl.when(day.is_not_null()).then(pl.max_horizontal(day, pl.lit(start)))
            is_before = pl.lit(True) if successor is None else candidate < successor[0]
            found = pl.when(candidate.is_not_null() & is_before).then(candidate).otherwise(found)
    return found


def outcome_column(position: int) -> str:
    """Name of the struct column with the outcome under the regime at `position`."""
    return f"_regime_{position}"


class Regime(Protocol):
    """A set of rules that is in force from a day until the next one begins."""

    @property
    def from_(self) -> date:
        """Its first day in force."""
        ...


@dataclass(frozen=True)
class PeriodEnds:
    """Expressions for the end of a period across `regimes`, in order of time.

    They read a frame with decided_on, and per regime the struct `outcome_column(i)` with is_shown (whether there is a
    period), end_on (its corresponding day, FOR_EVER for none) and, where asked for, other fields. From `governing` on
    they also read stop_on, the column made of the expression `stop_on`.
    """

    regimes: Sequence[Regime]
    calendar: Calendar

    def stop_on(self, convention: Convention, transition: TransitionalRule) -> pl.Expr:
        """First day after the period; FOR_EVER or later for no end; null where there is none to begin with.

        transition "display": each regime governs the periods that run in its time, so the end is the first that falls
        under any regime, and what has ended stays ended. "decision": the regime of the decision's day governs for good.
        Null also where the end, rolled over to a working day, lies beyond the calendar.
        """
        own = [self._own_stop(i, convention) for i in range(len(self.regimes))]
        stop = own[-1]
        stops = [stop]
        for i in range(len(self.regimes) - 2, -1, -1):
            successor = self.regimes[i + 1].from_
            stop = pl.when(own[i] <= successor).then(own[i]).otherwise(stop)
            stops.insert(0, stop)
        chosen = stops if transition == "display" else own
        return pl.when(self.at_decision("is_shown")).then(self._by_decision(chosen))

    def at_decision(self, name: str) -> pl.Expr:
        """The field `name` under the regime in force on the day of the decision; null before the first regime."""
        return self._by_decision([_field(i, name) for i in range(len(self.regimes))])

    def is_true_under_any(self, name: str, transition: TransitionalRule) -> pl.Expr:
        """Whether the field is true under a regime that can govern the period."""
        if transition == "decision":
            return self.at_decision(name).fill_null(False)
        flags = [_field(i, name).fill_null(False) & self._can_govern(i) for i in range(len(self.regimes))]
        return pl.any_horizontal(False, *flags)

    def governing(self, as_of: date, transition: TransitionalRule) -> pl.Expr:
        """Position of the regime that governs on `as_of`, or governed on the last day of the period."""
        position = self._by_decision([pl.lit(i) for i in range(len(self.regimes))])
        if transition == "decision":
            return position
        for i, regime in enumerate(self.regimes[1:], 1):
            if regime.from_ <= as_of:
                is_later = self._is_taken_over(i) & position.is_not_null()
                position = pl.when(is_later).then(pl.lit(i)).otherwise(position)
        return position

    def is_cut_by_regime(self) -> pl.Expr:
        """Whether a new regime ends on its first day a period that its predecessor would have let run longer."""
        cuts = [
            self._is_taken_over(i) & (pl.col("stop_on") == regime.from_) for i, regime in enumerate(self.regimes[1:], 1)
        ]
        return pl.any_horizontal(False, *cuts).fill_null(False)

    def last_day(self) -> pl.Expr:
        """Last day of the period that stop_on ends; null for no end."""
        stop = pl.col("stop_on")
        is_day_before = self.is_cut_by_regime() | pl.lit(self.calendar.convention.first_day == "next")
        return pl.when(stop < FOR_EVER).then(pl.when(is_day_before).then(stop.dt.offset_by("-1d")).otherwise(stop))

    def _is_taken_over(self, position: int) -> pl.Expr:
        """Whether the period was running, or yet to begin, when that regime began."""
        start = self.regimes[position].from_
        is_over = self._own_stop(position - 1, self.calendar.convention) <= start
        is_running = (pl.col("stop_on") >= start).fill_null(True) & ~is_over.fill_null(False)
        return (pl.col("decided_on") < start) & is_running

    def pick(self, position: pl.Expr, values: list[pl.Expr]) -> pl.Expr:
        """The value at `position` of one value per regime."""
        return pl.coalesce(pl.when(position == i).then(value) for i, value in enumerate(values))

    def fields(self, name: str) -> list[pl.Expr]:
        """The field `name` of every regime's outcome."""
        return [_field(i, name) for i in range(len(self.regimes))]

    def _own_stop(self, position: int, convention: Convention) -> pl.Expr:
        start = self.regimes[position].from_
        stop = effect_day(self.period_last_day(position, "end_on", convention), convention)
        own = pl.when(stop < start).then(pl.lit(start)).otherwise(stop)
        return pl.when(_field(position, "is_shown")).then(own).otherwise(pl.lit(start))

    def period_last_day(self, position: int, name: str, convention: Convention) -> pl.Expr:
        """Last day of the period whose corresponding day is the field `name` under the regime at `position`."""
        end = _field(position, name)
        return pl.when(end >= FOR_EVER).then(end).otherwise(last_day(end, convention, self.calendar))

    def _can_govern(self, position: int) -> pl.Expr:
        is_last = position == len(self.regimes) - 1
        return pl.lit(True) if is_last else pl.col("decided_on") < self.regimes[position + 1].from_

    def _by_decision(self, values: list[pl.Expr]) -> pl.Expr:
        chosen: pl.Expr = pl.lit(None)
        for regime, value in zip(self.regimes, values, strict=True):
            chosen = pl.when(pl.col("decided_on") >= regime.from_).then(value).otherwise(chosen)
        return chosen


def _field(position: int, name: str) -> pl.Expr:
    return pl.col(outcome_column(position)).struct.field(name)


def weakest_confidence(confidence: pl.Expr, *doubts: tuple[pl.Expr, Confidence]) -> pl.Expr:
    """The weakest of `confidence` and the confidence of each doubt whose test is true; null stays null."""
    ranks = {one: rank for rank, one in enumerate(CONFIDENCES)}
    own = confidence.replace_strict(ranks, default=None, return_dtype=pl.Int32)
    others = (pl.when(test.fill_null(False)).then(pl.lit(ranks[one], pl.Int32)) for test, one in doubts)
    weakest = pl.when(own.is_not_null()).then(pl.max_horizontal(own, *others))
    return weakest.replace_strict(dict(enumerate(CONFIDENCES)), default=None, return_dtype=TEXT)
