"""Results of inspections and samples that the office makes public, good and bad: which, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import first_day_true
from transforms.law.calendar.working_days import Calendar, effect_day, last_day
from transforms.law.publicity.penalty_facts import is_deregistered_undated
from transforms.law.publicity.spot_checks import SpotCheckRecords, assessed_checks
from transforms.policy_model.law import CheckResultLaw, SpotCheckLaw
from transforms.schemas.base import DATE, TEXT

CheckKind = Literal["inspection", "sampling"]
SHOWN = "public"
_STATE = {"state": TEXT, "stop_on": DATE, "stop_cause": TEXT, "gap": TEXT}


def published_results(
    kind: CheckKind,
    records: SpotCheckRecords,
    laws: tuple[CheckResultLaw, SpotCheckLaw],
    calendar: Calendar,
    as_of: date,
) -> pl.LazyFrame:
    """Results of the kind that were made public by `as_of`, of enterprises of the register that are no natural persons.

    The record's columns, and of the register name and uscc; is_bad; state: public, ended, deregistered, wrong (found
    wrong and not corrected yet), unknown (with gap), uncovered (no rule yet). stop_on: first day off display.
    stop_cause: period, followed, followed_act (what followed was ended by an act), good_period, deregistered, wrong.
    """
    law, spot_law = laws
    shown = records.inspections if kind == "inspection" else records.samplings
    when, bad_when = (getattr(law, name) for name in (f"{kind}_when", f"{kind}_bad_when"))
    register = records.enterprises.select(
        "enterprise_id",
        "deregistered_on",
        name="name",
        register_uscc="uscc",
        is_person=(pl.col("party_class") == "person").fill_null(False),
        is_gone=is_deregistered_undated(),
    )
    results = shown.filter(pl.sql_expr(when), pl.col("published_on") <= as_of)
    results = results.join(register, on="enterprise_id").filter(~pl.col("is_person"))
    results = results.with_columns(
        uscc=pl.coalesce("register_uscc", "uscc"), is_bad=pl.sql_expr(bad_when).fill_null(False)
    )
    if as_of < min(law.listed.values) or not law.listed.on(as_of):
        none = {name: pl.lit(None, dtype=dtype) for name, dtype in _STATE.items()}
        return results.with_columns(**none | {"state": pl.lit("uncovered")})
    bad = _bad(kind, records, law, spot_law, calendar, as_of)
    good = _good(results.filter(~pl.col("is_bad")), law, calendar, as_of)
    joined = pl.concat([results.filter("is_bad").join(bad, on="record_id"), good])
    return joined if kind == "inspection" else _without_wrong(joined, law, as_of)


def _bad(  # noqa: PLR0913, PLR0917 (what the end of a bad result follows from)
    kind: CheckKind,
    records: SpotCheckRecords,
    law: CheckResultLaw,
    spot_law: SpotCheckLaw,
    calendar: Calendar,
    as_of: date,
) -> pl.LazyFrame:
    """record_id of the bad results of the kind with the columns of _STATE (107号令 Art. 10)."""
    conditions = {f"{kind}_when": f"({getattr(law, f'{kind}_when')}) AND ({getattr(law, f'{kind}_bad_when')})"}
    if kind == "inspection":
        asked = replace(records, samplings=records.samplings.limit(0))
    else:
        asked = replace(records, inspections=records.inspections.limit(0))
    found = assessed_checks(asked, spot_law.model_copy(update=conditions), calendar, as_of)
    by_act = (pl.col("stop_cause") == "followed") & pl.col("is_ended_by_act")
    cause = pl.when(by_act).then(pl.lit("followed_act")).otherwise("stop_cause")
    return found.with_columns(stop_cause=cause).select("record_id", *_STATE)


def _good(results: pl.LazyFrame, law: CheckResultLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """`results`, the good ones, with the columns of _STATE; without an end where no value gives a period."""
    period, rule = law.good_shown.on(as_of), law.deregistration_ends_good
    over: pl.Expr = pl.lit(None, dtype=DATE)
    if period is not None:
        end = end_of_duration(pl.col("published_on"), period)
        over = effect_day(last_day(end, calendar.convention, calendar), calendar.convention)
    is_gone = pl.col("is_gone") & pl.lit(as_of >= min(rule.values) and bool(rule.on(as_of)))
    frame = results.with_columns(over=over, left=first_day_true(rule, pl.col("deregistered_on")), is_gone=is_gone)
    is_left = (pl.col("left") <= pl.coalesce("over", "left")).fill_null(False)
    stop = pl.min_horizontal("over", "left")
    state = (
        pl.when(pl.col("is_gone") | (is_left & (stop <= as_of)))
        .then(pl.lit("deregistered"))
        .when(stop <= as_of)
        .then(pl.lit("ended"))
        .when(pl.col("over").is_null() & pl.lit(period is not None))
        .then(pl.lit("unknown"))
        .otherwise(pl.lit(SHOWN))
    )
    cause = pl.when(pl.col("is_gone") | is_left).then(pl.lit("deregistered")).when(stop.is_not_null())
    return frame.with_columns(
        state=state,
        stop_on=pl.when(~pl.col("is_gone")).then(stop),
        stop_cause=cause.then(pl.lit("good_period")),
        gap=pl.when(state == "unknown").then(pl.lit("calendar")),
    ).drop("over", "left")


def _without_wrong(results: pl.LazyFrame, law: CheckResultLaw, as_of: date) -> pl.LazyFrame:
    """`results` of samples, those that were found wrong off display until they are corrected (828号 Art. 68)."""
    found, corrected = first_day_true(law.wrong_ends, pl.col("found_wrong_on")), pl.col("corrected_on")
    is_wrong = (found <= as_of) & ~(corrected <= as_of).fill_null(False) & pl.col("state").is_in([SHOWN, "unknown"])
    is_wrong = is_wrong.fill_null(False)
    return results.with_columns(
        state=pl.when(is_wrong).then(pl.lit("wrong")).otherwise("state"),
        stop_on=pl.when(is_wrong).then(found).otherwise("stop_on"),
        stop_cause=pl.when(is_wrong).then(pl.lit("wrong")).otherwise("stop_cause"),
    )
