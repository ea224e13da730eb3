"""Licences as a firm's public credit file (药品安全信用档案) shows them: those that hold, and what ended the others."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.calendar.periods import first_day_true
from transforms.law.publicity.penalty_facts import is_deregistered_undated
from transforms.policy_model.law import CreditFileLaw

HELD = "held"


def licences_of_files(
    licences: pl.LazyFrame, enterprises: pl.LazyFrame, law: CreditFileLaw, as_of: date
) -> pl.LazyFrame:
    """Licences and filings issued by `as_of` to enterprises of the register.

    The record's columns, and state: held, expired, revoked, cancelled, deregistered; stop_on: the first day on which
    it does not hold; is_suspended. Where several ended it, the first; of one day, what an act ended.
    """
    rule = law.deregistration_ends
    is_ended = as_of >= min(rule.values) and bool(rule.on(as_of))
    register = enterprises.select(
        "enterprise_id",
        _gone_on=first_day_true(rule, pl.col("deregistered_on")),
        _is_gone=is_deregistered_undated() & pl.lit(is_ended),
    )
    ends = {
        "revoked": pl.col("revoked_on"),
        "cancelled": pl.col("cancelled_on"),
        "deregistered": pl.col("_gone_on"),
        "expired": pl.col("valid_until_on").dt.offset_by("1d"),
    }
    frame = licences.filter(pl.col("issued_on") <= as_of).join(register, on="enterprise_id")
    frame = frame.with_columns(stop_on=pl.min_horizontal(*ends.values()))
    is_over = (pl.col("stop_on") <= as_of).fill_null(False)
    first = pl.coalesce(*(pl.when(day == pl.col("stop_on")).then(pl.lit(cause)) for cause, day in ends.items()))
    state = pl.when(is_over).then(first).when("_is_gone").then(pl.lit("deregistered")).otherwise(pl.lit(HELD))
    is_resumed = (pl.col("resumed_on") <= as_of) & (pl.col("resumed_on") > pl.col("suspended_on"))
    is_suspended = (pl.col("suspended_on") <= as_of) & ~is_resumed.fill_null(False)
    return frame.with_columns(state=state, is_suspended=is_suspended.fill_null(False)).drop("_gone_on", "_is_gone")
