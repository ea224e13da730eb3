"""The legal state of enterprises as the tables of the store, and the day until which it holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from transforms.law.law_state import LawState, collect_in_memory
from transforms.law.listing.candidates import candidates
from transforms.law.matters.deadlines import deadlines, undetermined_publicity
from transforms.law.repair.applications import applications
from transforms.schemas.base import DATE, INTEGER, TEXT_LIST
from transforms.schemas.law import LAW_HEAD, LAW_TABLES

_ID = "enterprise_id"
_FROM = "valid_from_on"
_ALWAYS = pl.lit(True)
RELEVANT_RECORDS = {
    "penalty": _ALWAYS,
    "decision": _ALWAYS,
    "person_ban": _ALWAYS,
    "rectification": pl.col("completed_on").is_null(),
    "inspection": pl.col("published_on").is_not_null(),
    "sampling": pl.any_horizontal(pl.col("published_on", "notified_on", "found_wrong_on").is_not_null()),
}  # the records on which the law has a word, told without reading any law


def relevant_enterprises(records: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Column enterprise_id, one row for every record on which the law has a word; those of natural persons left out.

    records: current versions by kind.
    """
    return pl.concat([records[kind].filter(test).select(_ID) for kind, test in RELEVANT_RECORDS.items()]).drop_nulls()


def stored_state(legal: LawState) -> dict[str, pl.LazyFrame]:
    """By name the tables of LAW_KEPT, without valid_from_on: what holds of the enterprises on `legal.as_of`.

    Natural persons are left out. In `law` an enterprise stands once a record is there on which the law has a word.
    """
    given = (legal.records["penalty"], legal.records["enterprise"], legal.law.listing.serious)
    found = {
        "law_listings": legal.register.listings,
        "law_repair": legal.repair,
        "law_coming": deadlines(legal),
        "law_candidates": candidates(*given, legal.register.followed, legal.as_of),
        "law_applications": applications(legal.register, legal.records["decision"]),
    }
    frames = collect_in_memory(list(found.values()))
    details = {name: _numbered(name, frame) for name, frame in zip(found, frames, strict=True)}
    return {"law": _headed(legal, list(frames)).lazy(), **details}


def without_state(enterprises: pl.LazyFrame) -> pl.LazyFrame:
    """`law` of these enterprises (enterprise_id): nothing to be said."""
    nothing = {"record_count": pl.lit(0, INTEGER), "gaps": pl.lit([], TEXT_LIST), "next_on": pl.lit(None, DATE)}
    return enterprises.with_columns(**nothing)


def _numbered(name: str, frame: pl.DataFrame) -> pl.LazyFrame:
    own = frame.lazy().filter(pl.col(_ID).is_not_null())
    position = pl.int_range(1, pl.len() + 1, dtype=INTEGER).over(_ID)
    return own.with_columns(position=position).select(column for column in LAW_TABLES[name].schema if column != _FROM)


def _headed(legal: LawState, told: list[pl.DataFrame]) -> pl.DataFrame:
    counts = relevant_enterprises(legal.records).group_by(_ID).agg(record_count=pl.len().cast(INTEGER))
    gaps = undetermined_publicity(legal, None).group_by(_ID).agg(gaps=pl.col("gap").sort())
    followed = legal.register.followed
    # Also when what was cut short would have ended: from that day on it is called otherwise.
    natural = [legal.register.clocks, *(frame for _, frame in legal.assessed)]
    said = [*natural, legal.spot_checks, legal.bans, followed.matters, followed.terms]
    frames = [*said, *legal.records.values(), *(frame.lazy() for frame in told)]
    days = [_ahead(frame, legal.as_of) for frame in frames]
    soonest = pl.concat(days).group_by(_ID).agg(pl.col("next_on").min())
    end = legal.law.calendar.last_on + timedelta(days=1)  # past it more is unknown
    next_on = pl.min_horizontal("next_on", pl.lit(end if end > legal.as_of else None, DATE))
    joined = counts.join(gaps, on=_ID, how="left").join(soonest, on=_ID, how="left")
    known = joined.with_columns(pl.col("gaps").fill_null([]), next_on=next_on)
    (heads,) = collect_in_memory([known.select(name for name in LAW_HEAD.schema if name != _FROM).sort(_ID)])
    return heads


def _ahead(frame: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """enterprise_id and next_on: the first day ahead that a row names, or the day after one it names.

    Whatever changes by itself does so on a day that a record or an answer names, or on the day after.
    """
    columns = frame.collect_schema()
    days = [_day_ahead(pl.col(name), as_of) for name, dtype in columns.items() if dtype == DATE]
    if "conditions" in columns:
        day = pl.element().struct.field("earliest_on")
        days.append(pl.col("conditions").list.eval(_day_ahead(day, as_of)).list.min())
    return frame.select(_ID, next_on=pl.min_horizontal(days)).drop_nulls()


def _day_ahead(day: pl.Expr, as_of: date) -> pl.Expr:
    tomorrow = pl.lit(as_of + timedelta(days=1))
    return pl.when(day > as_of).then(day).when(day == as_of).then(tomorrow)
