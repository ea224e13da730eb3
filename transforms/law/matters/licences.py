"""When a licence (许可证) must be renewed: days that the law counts back from its last day."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from transforms.law.calendar.working_days import Calendar, working_day_before
from transforms.policy_model.document import Dated, Duration
from transforms.policy_model.law import LicenceLaw, RenewalRule, WorkingDays
from transforms.schemas.base import DATE, TEXT

Length = Duration | WorkingDays
_END = pl.col("valid_until_on")


def may_be_renewed() -> pl.Expr:
    """Whether a licence has a term that nothing ended before its last day."""
    return _END.is_not_null() & pl.col("revoked_on").is_null() & pl.col("cancelled_on").is_null()


def with_renewal(licences: pl.LazyFrame, law: LicenceLaw, calendar: Calendar) -> pl.LazyFrame:
    """Rows of LICENCE with the first and the last day to apply for renewal, and what these follow from.

    renewal_opens_on, renewal_closes_on: null where no rule gives one, or the calendar does not reach that far
    (is_beyond_calendar). renewal_basis, renewal_confidence: of the last day.
    """

    def first(value: Callable[[RenewalRule], pl.Expr], dtype: pl.DataType) -> pl.Expr:
        by_rule = [pl.when(pl.col("licence_type").is_in(rule.types)).then(value(rule)) for rule in law.renewals]
        return pl.coalesce(*by_rule, pl.lit(None, dtype=dtype)).cast(dtype)

    is_beyond = first(lambda rule: _is_counted_by_calendar(rule.closes), pl.Boolean()) & (calendar.last_on < _END)
    return licences.with_columns(
        renewal_opens_on=first(lambda rule: _day_before(rule.opens, calendar), DATE),
        renewal_closes_on=first(lambda rule: _day_before(rule.closes, calendar), DATE),
        renewal_basis=first(lambda rule: pl.lit(rule.closes.basis), TEXT),
        renewal_confidence=first(lambda rule: pl.lit(rule.closes.confidence), TEXT),
        is_beyond_calendar=is_beyond.fill_null(False),
    )


def _day_before(dated: Dated[Length] | None, calendar: Calendar) -> pl.Expr:
    """The day so long before the end of the licence as the value in force on that end says."""
    return _in_force(dated, lambda length: _counted_back(length, calendar), pl.lit(None, dtype=DATE))


def _is_counted_by_calendar(dated: Dated[Length]) -> pl.Expr:
    return _in_force(dated, lambda length: pl.lit(isinstance(length, WorkingDays)), pl.lit(False))


def _in_force(dated: Dated[Length] | None, read: Callable[[Length], pl.Expr], nothing: pl.Expr) -> pl.Expr:
    """What `read` makes of the value in force on the last day of the licence."""
    value = nothing
    for start, length in sorted(dated.values.items()) if dated else ():
        value = pl.when(start <= _END).then(nothing if length is None else read(length)).otherwise(value)
    return value


def _counted_back(length: Length, calendar: Calendar) -> pl.Expr:
    if isinstance(length, WorkingDays):
        return working_day_before(_END, pl.lit(length.working_days), calendar)
    if length.days is not None:
        return _END.dt.offset_by(f"-{length.days}d")
    return _END.dt.offset_by(f"-{length.months or 12 * (length.years or 0)}mo")
