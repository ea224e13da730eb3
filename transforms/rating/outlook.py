"""The outlook: the first change of an enterprise's tier on the days to come if no new record arrives, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl

from transforms.policy_model.document import PolicyGap
from transforms.rating.changes import ComparedRuns, tier_changes
from transforms.rating.rate import RatingResult, TradeRatings
from transforms.schemas.run_tables import OUTLOOK

# Rates some enterprises (enterprise_id) on a day, with RELEASES of that day.
RateOn = Callable[[Mapping[str, pl.LazyFrame], pl.LazyFrame, date, "pl.DataFrame | None"], RatingResult]
ReleasesOn = Callable[[Mapping[str, pl.LazyFrame], date], "pl.DataFrame | None"]

_ID = "enterprise_id"
_COLUMNS = [name for name in OUTLOOK.schema if name != "valid_from_on"]
_NOTHING_NEW = datetime(9999, 1, 1, tzinfo=UTC)  # no record arrives after it


def tier_outlook(  # noqa: PLR0913, PLR0917 - a rating, what it was made from, and how far to look
    records: Mapping[str, pl.LazyFrame],
    rating: RatingResult,
    rate_on: RateOn,
    policy_changes_on: date | None,
    until: date,
    releases_on: ReleasesOn,
) -> pl.DataFrame:
    """OUTLOOK without valid_from_on, of the rated enterprises for which anything may change up to `until`.

    Each such day is rated as if it had come without new records, until the tier differs. records: those that `rating`
    was made from. rate_on: rates as `rating` was. policy_changes_on: the first day on which the policy is another.
    releases_on: RELEASES on a day, from the records of some enterprises.
    """
    near = rating.ratings.filter(pl.col("next_change_on") <= until)
    if near.is_empty():
        return OUTLOOK.empty().select(_COLUMNS)
    waiting = _with_next_day(near, rating)
    of_near = {kind: rows.join(near.lazy(), on=_ID, how="semi") for kind, rows in records.items()}
    # Collected, as every day to come reads them again.
    collected = map(pl.DataFrame.lazy, pl.collect_all(of_near.values()))
    records = dict(zip(of_near, collected, strict=True))
    unchanged, changed, then = [], [], []
    while True:
        is_open = (pl.col("on") <= until).fill_null(False)
        unchanged.append(waiting.filter(~is_open))
        waiting = waiting.filter(is_open)
        if waiting.is_empty():
            break
        day = waiting["on"].min()
        assert isinstance(day, date)
        due, waiting = waiting.filter(pl.col("on") == day), waiting.filter(pl.col("on") != day)
        try:
            rating_then = rate_on(records, due.lazy().select(_ID), day, releases_on(records, day))
        except PolicyGap:  # the scheme says nothing about that day: the outlook ends before it
            unchanged.append(due)
            continue
        is_same = pl.col("tier_index_then") == pl.col("tier_index")
        compared = due.join(rating_then.ratings.select(_ID, tier_index_then="tier_index"), on=_ID)
        differing = compared.filter(~is_same).drop("tier_index_then")
        if not differing.is_empty():
            changed.append(differing)
            then.append(_of_enterprises(rating_then, differing))
        same = rating_then.ratings.join(compared.filter(is_same), on=_ID, how="semi")
        waiting = pl.concat([waiting, _with_next_day(same, rating_then)])
    rows = [_outlook_rows(pl.concat(unchanged).select(_ID, next_look_on="on"))]
    if changed:
        trades = TradeRatings(
            pl.concat(one.trades.ratings for one in then), pl.concat(one.trades.trace for one in then)
        )
        after = RatingResult(
            pl.concat(one.ratings for one in then), pl.concat(one.trace for one in then), trades=trades
        )
        days = pl.concat(changed).select(_ID, next_change_on="on", next_change_why="why")
        is_by_new_policy = pl.col("next_change_on") >= policy_changes_on if policy_changes_on else pl.lit(False)
        for is_policy_changed, part in ((False, days.filter(~is_by_new_policy)), (True, days.filter(is_by_new_policy))):
            runs = ComparedRuns(until, is_policy_changed, _NOTHING_NEW)
            rows.append(_changes_ahead(rating, _of_enterprises(after, part), records, part, runs))
    return pl.concat(rows).sort(_ID)


def _with_next_day(ratings: pl.DataFrame, rating: RatingResult) -> pl.DataFrame:
    """enterprise_id, tier_index, and the day to rate next (on) with what happens on it (why).

    Where the end and decay of item hits cannot change the tier, the first day of any other change.
    """
    return (
        ratings.lazy()
        .join(rating.stability, on=_ID)
        .select(
            _ID,
            "tier_index",
            pl.when("is_stable").then("next_other_on").otherwise("next_change_on").alias("on"),
            pl.when("is_stable").then("next_other_why").otherwise("next_change_why").alias("why"),
        )
        .collect()
    )


def _changes_ahead(
    rating: RatingResult,
    after: RatingResult,
    records: Mapping[str, pl.LazyFrame],
    days: pl.DataFrame,
    runs: ComparedRuns,
) -> pl.DataFrame:
    """Outlook rows of enterprises whose tier changes. days: enterprise_id, and the day as next_change_on, _why."""
    columns = rating.ratings.columns
    before_change = rating.ratings.drop("next_change_on", "next_change_why").join(days, on=_ID).select(columns)
    before = replace(_of_enterprises(rating, days), ratings=before_change)
    changes = tier_changes(before, after, records, records["enterprise"], runs).changes
    return _outlook_rows(changes.join(days.select(_ID, changes_on="next_change_on"), on=_ID))


def _of_enterprises(rating: RatingResult, some: pl.DataFrame) -> RatingResult:
    ratings, trace = (frame.join(some, on=_ID, how="semi") for frame in (rating.ratings, rating.trace))
    return RatingResult(ratings, trace, trades=rating.trades.of_enterprises(some))


def _outlook_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows in the columns of OUTLOOK: is_near, and null where `rows` has no such column."""
    near = rows.with_columns(is_near=pl.lit(True))
    missing = [pl.lit(None, OUTLOOK.schema[name]).alias(name) for name in _COLUMNS if name not in near.columns]
    return near.with_columns(missing).select(_COLUMNS)
