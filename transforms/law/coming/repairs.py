"""From when an early end may be asked for, across the days on which the rules change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise

import polars as pl

from transforms.law.coming.rows import automatic, joined, other_day
from transforms.law.legal import Legal

_KEY = ["record_id", "system"]
_OPEN = ("eligible", "unknown")
_CLOSED = ("not_yet", "never")


def of_repairs(legal: Legal, until: date | None) -> pl.LazyFrame:
    """Of REPAIR, as the rules of each time judge it: who may ask from when, and who may no longer once they change."""
    starts = [legal.as_of, *_changes_of_rules(legal, until)]
    states = [legal, *(replace(legal, as_of=start) for start in starts[1:])]
    parts = [_within(state.repair, end) for state, end in zip(states, [*starts[1:], None], strict=True)]
    turns = (_turn(before.repair, after.repair, after.as_of) for before, after in pairwise(states))
    return pl.concat([*parts, *(part for turn in turns for part in turn)])


def _changes_of_rules(legal: Legal, until: date | None) -> list[date]:
    law = legal.law.publicity
    days = {regime.from_ for system in law.systems for regime in system.regimes}
    for one in law.repairs:
        days |= {regime.from_ for regime in one.penalty} | {regime.from_ for regime in one.listing}
    return sorted(day for day in days if legal.as_of < day and (until is None or day <= until))


def _within(repair: pl.LazyFrame, end: date | None) -> pl.LazyFrame:
    is_in_time = pl.lit(True) if end is None else pl.col("earliest_on") < end
    return _opening(repair.filter(pl.col("verdict") == "not_yet", is_in_time), pl.col("earliest_on"))


def _turn(before: pl.LazyFrame, after: pl.LazyFrame, start: date) -> Iterator[pl.LazyFrame]:
    """Who may ask on the first day of new rules and could not the day before, and the other way round."""
    was_open = pl.col("verdict").is_in(_OPEN) | ((pl.col("verdict") == "not_yet") & (pl.col("earliest_on") < start))
    former = before.select(*_KEY, was_open=was_open.fill_null(False), was_closed=pl.col("verdict").is_in(_CLOSED))
    both = after.join(former, on=_KEY)
    opened = both.filter(~pl.col("was_open") & pl.col("was_closed"), pl.col("verdict").is_in(_OPEN))
    yield _opening(opened, pl.lit(start))
    closed = both.filter("was_open", pl.col("verdict").is_in(_CLOSED))
    yield automatic(closed, "repair_closes", pl.lit(start), note=_again())


def _opening(repair: pl.LazyFrame, on: pl.Expr) -> pl.LazyFrame:
    unstated = _titles("unstated")
    is_listing, is_judged = pl.col("matter") == "listing", unstated != ""
    what = (
        pl.when(is_listing & is_judged)
        .then(pl.lit("wait_on_list_over"))
        .when(is_listing)
        .then(pl.lit("removal_possible"))
        .when(is_judged)
        .then(pl.lit("wait_over"))
        .otherwise(pl.lit("repair_possible"))
    )
    note = joined(
        other_day("earliest_on", "earliest_soonest_on", "earliest_latest_on"),
        pl.when(is_judged).then(pl.format("未载明，须由人工判断：{}", unstated)),
    )
    return automatic(repair, what, on, note=note)


def _titles(state: str) -> pl.Expr:
    """The conditions in that state, by their titles."""
    in_state = pl.element().filter(pl.element().struct.field("state") == state)
    return pl.col("conditions").list.eval(in_state.struct.field("title")).list.join("、")


def _again() -> pl.Expr:
    later = pl.format("最早{}可以申请", "earliest_on")
    return pl.when(pl.col("earliest_on").is_not_null()).then(later)
