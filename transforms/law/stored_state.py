"""The legal state of enterprises as the tables of the store, and the day until which it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from transforms.law.law_state import LawState
from transforms.law.matters.cases import OPEN_RECORDS
from transforms.law.matters.deadlines import deadlines, undetermined_publicity
from transforms.law.matters.external_lists import coverage_days_ahead, is_in_progress
from transforms.law.matters.findings import barred_posts
from transforms.law.matters.licences import may_be_renewed
from transforms.policy_model.law import FindingLaw
from transforms.schemas.base import DATE, INTEGER, TEXT_LIST
from transforms.schemas.law import LAW_HEAD, LAW_TABLES

_ID, _FROM = "enterprise_id", "valid_from_on"
_ALWAYS = pl.lit(True)
# By kind, the records from which a legal state follows; decided without reading any law.
RELEVANT_RECORDS = {
    "penalty": _ALWAYS,
    "decision": _ALWAYS,
    "person_ban": _ALWAYS,
    "rectification": pl.col("completed_on").is_null(),
    "inspection": pl.col("published_on").is_not_null(),
    "sampling": pl.any_horizontal(pl.col("published_on", "notified_on", "found_wrong_on").is_not_null()),
    "licence": may_be_renewed(),
    "external_listing": is_in_progress(),
    "push": _ALWAYS,
    **OPEN_RECORDS,
}


def relevant_enterprises(
    records: Mapping[str, pl.LazyFrame], bars: pl.DataFrame, law: FindingLaw | None
) -> pl.LazyFrame:
    """Column enterprise_id, one row for every record from which a legal state follows, but those of natural persons.

    records: current versions by kind. bars: PERSON_BAR of all enterprises; a post is relevant if it meets one.
    """
    parts = [records[kind].filter(test).select(_ID) for kind, test in RELEVANT_RECORDS.items()]
    if law is not None and not bars.is_empty():
        pairs = barred_posts(records["post"], records["enterprise"], bars, law)
        parts.append(pairs.unique("record_id").select(_ID))
    return pl.concat(parts).drop_nulls()


def stored_state(state: LawState) -> dict[str, pl.DataFrame]:
    """By name the tables of LAW_TABLES, without valid_from_on: the legal state of enterprises on `state.as_of`.

    Natural persons are left out. Table `law` has an enterprise as soon as it has one of the RELEVANT_RECORDS.
    """
    tables = {
        "law_listings": state.decision_log.listings,
        "law_repair": state.repair,
        "law_coming": deadlines(state).collect(engine="in-memory"),
        "law_candidates": state.candidates,
        "law_applications": state.applications,
        "law_findings": state.findings,
    }
    numbered = {
        name: rows.filter(pl.col(_ID).is_not_null())
        .with_columns(position=pl.int_range(1, pl.len() + 1, dtype=INTEGER).over(_ID))
        .select(column for column in LAW_TABLES[name].schema if column != _FROM)
        for name, rows in tables.items()
    }
    return {"law": _heads(state, list(tables.values())), **numbered}


def without_state(enterprises: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of table `law` for enterprises (enterprise_id) that have no legal state any more."""
    nothing = {"record_count": pl.lit(0, INTEGER), "gaps": pl.lit([], TEXT_LIST), "next_on": pl.lit(None, DATE)}
    return enterprises.with_columns(**nothing)


def _heads(state: LawState, tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Table `law` without valid_from_on: the number of relevant records, gaps, and the next day of a change.

    A state changes by itself only on a day that a record or a result names, or on the day after one.
    """
    relevant = relevant_enterprises(state.records, state.person_bars, state.law.findings)
    counts = relevant.group_by(_ID).agg(record_count=pl.len().cast(INTEGER))
    gaps = undetermined_publicity(state, None).group_by(_ID).agg(gaps=pl.col("gap").sort())
    log = state.decision_log
    # Also the days on which what was cut short would have ended: from then on it has another state.
    uncut = [log.listing_clocks, *(frame for _, frame in state.assessed_penalties)]
    results = [*uncut, state.spot_checks, state.bans, log.matters, log.terms, *tables]
    frames = [*state.records.values(), *(frame.lazy() for frame in results)]
    days = pl.concat([_days_ahead(frame, state.as_of) for frame in frames])
    soonest = days.group_by(_ID).agg(pl.col("next_on").min())
    end = state.law.calendar.last_on + timedelta(days=1)  # beyond the calendar less is known
    deliveries = state.records["list_delivery"]
    common = [end, *coverage_days_ahead(deliveries, state.list_coverage, state.law.external_lists, state.as_of)]
    next_on = pl.min_horizontal(
        "next_on", pl.lit(min((day for day in common if day > state.as_of), default=None), DATE)
    )
    heads = counts.join(gaps.lazy(), on=_ID, how="left").join(soonest, on=_ID, how="left")
    heads = heads.with_columns(pl.col("gaps").fill_null([]), next_on=next_on)
    return heads.select(name for name in LAW_HEAD.schema if name != _FROM).sort(_ID).collect(engine="in-memory")


def _days_ahead(frame: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """enterprise_id and next_on: the first day ahead that a row names, or tomorrow where it names today."""

    def ahead(day: pl.Expr) -> pl.Expr:
        return pl.when(day > as_of).then(day).when(day == as_of).then(pl.lit(as_of + timedelta(days=1)))

    schema = frame.collect_schema()
    days = [ahead(pl.col(name)) for name, dtype in schema.items() if dtype == DATE]
    if "conditions" in schema:
        condition_days = pl.col("conditions").list.eval(ahead(pl.element().struct.field("earliest_on")))
        days.append(condition_days.list.min())
    return frame.select(_ID, next_on=pl.min_horizontal(days)).drop_nulls()
