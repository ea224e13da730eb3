"""The tier on the days to come, from today's records: whose changes, on which day, to what, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import polars as pl

from transforms.policy_model.dated_values import PolicyGap
from transforms.policy_model.scheme import Scheme
from transforms.rating.changes import tier_changes
from transforms.rating.rate import RatingResult, rate_enterprises
from transforms.rating.scheme_plan import next_scheme_change
from transforms.schemas.run_tables import OUTLOOK

OUTLOOK_DAYS = 30  # how far is looked ahead; a matter of reading, not of policy
ReleasesOn = Callable[[Mapping[str, pl.LazyFrame], date], "pl.LazyFrame | None"]

_ID = "enterprise_id"
_COLUMNS = [name for name in OUTLOOK.schema if name != "valid_from_on"]
_NOTHING_NEW = datetime(9999, 1, 1, tzinfo=UTC)  # no record arrives after it


def tier_outlook(  # noqa: PLR0913, PLR0917 - a rating, what it was made from, and how far to look
    records: Mapping[str, pl.LazyFrame],
    rating: RatingResult,
    scheme: Scheme,
    as_of: date,
    until: date,
    releases_on: ReleasesOn,
) -> pl.LazyFrame:
    """OUTLOOK but valid_from_on, of those of the rated enterprises of whom anything may change up to `until`.

    Each such day is rated as if it had come and nothing new had arrived, until the tier is another. records: as `rate`
    had them. releases_on: what repairs release on a day, by the records of some enterprises.
    """
    today = rating.ratings.filter(pl.col("next_change_on") <= until).join(rating.ahead, on=_ID).collect()
    if today.is_empty():
        return OUTLOOK.empty().lazy().select(_COLUMNS)
    ids = today.lazy().select(_ID)
    known = {kind: rows.join(ids, on=_ID, how="semi").collect().lazy() for kind, rows in records.items()}
    waiting = today.select(_ID, "tier_index", *_next())
    ended: list[pl.DataFrame] = []
    changed: list[pl.DataFrame] = []
    ratings: list[pl.DataFrame] = []
    traces: list[pl.DataFrame] = []
    while True:
        is_open = (pl.col("on") <= until).fill_null(False)
        ended.append(waiting.filter(~is_open))
        waiting = waiting.filter(is_open)
        if waiting.is_empty():
            break
        day = waiting["on"].min()
        assert isinstance(day, date)
        due, waiting = waiting.filter(pl.col("on") == day), waiting.filter(pl.col("on") != day)
        try:
            found = rate_enterprises(known, due.lazy().select(_ID), scheme, day, releases_on(known, day))
        except PolicyGap:  # the scheme says nothing of that day: no tier can be foretold
            ended.append(due)
            continue
        then = found.ratings.join(found.ahead, on=_ID).collect()
        told = due.join(then.select(_ID, now="tier_index"), on=_ID)
        others = told.filter(pl.col("now").ne_missing(pl.col("tier_index")))
        if not others.is_empty():
            whose = others.lazy().select(_ID)
            changed.append(others)
            ratings.append(found.ratings.join(whose, on=_ID, how="semi").collect())
            traces.append(found.trace.join(whose, on=_ID, how="semi").collect())
        same = told.filter(pl.col("now").eq_missing(pl.col("tier_index")))
        waiting = pl.concat([waiting, then.join(same, on=_ID, how="semi").select(_ID, "tier_index", *_next())])
    rows = [_ended(pl.concat(ended))]
    if changed:
        after = RatingResult(pl.concat(ratings).lazy(), pl.concat(traces).lazy())
        rows += _changed(known, rating, after, pl.concat(changed), next_scheme_change(scheme, as_of), until)
    return pl.concat(rows).sort(_ID).lazy()


def _next() -> tuple[pl.Expr, pl.Expr]:
    """The day to look at next and what happens on it; where records alone change nothing, the day of anything else."""
    return (
        pl.when("is_steady").then("other_next_on").otherwise("next_change_on").alias("on"),
        pl.when("is_steady").then("other_next_why").otherwise("next_change_why").alias("why"),
    )


def _ended(rows: pl.DataFrame) -> pl.DataFrame:
    return _shaped(rows.select(_ID, is_near=pl.lit(True), next_look_on="on"))


def _changed(  # noqa: PLR0913, PLR0917 - as for `outlook`
    known: Mapping[str, pl.LazyFrame],
    rating: RatingResult,
    after: RatingResult,
    changed: pl.DataFrame,
    turn: date | None,
    until: date,
) -> list[pl.DataFrame]:
    """The rows of those whose tier changes; apart those from `turn` on, when the scheme says other things."""
    is_later = pl.col("on") >= turn if turn else pl.lit(False)
    parts = []
    for is_policy_changed in (False, True):
        whose = changed.lazy().filter(is_later if is_policy_changed else ~is_later)
        days = whose.select(_ID, next_change_on="on", next_change_why="why").collect().lazy()
        before = rating.ratings.drop("next_change_on", "next_change_why").join(days, on=_ID).collect().lazy()
        sides = (
            RatingResult(before.select(rating.ratings.collect_schema().names()), _of(rating.trace, days)),
            RatingResult(_of(after.ratings, days), _of(after.trace, days)),
        )
        found = tier_changes(*sides, known, known["enterprise"], until, is_policy_changed, _NOTHING_NEW)
        told = found.changes.join(days.select(_ID, changes_on="next_change_on"), on=_ID)
        parts.append(_shaped(told.with_columns(is_near=pl.lit(True)).collect()))
    return parts


def _of(rows: pl.LazyFrame, whose: pl.LazyFrame) -> pl.LazyFrame:
    return rows.join(whose, on=_ID, how="semi").collect().lazy()


def _shaped(rows: pl.DataFrame) -> pl.DataFrame:
    lacking = [pl.lit(None, OUTLOOK.schema[name]).alias(name) for name in _COLUMNS if name not in rows.columns]
    return rows.with_columns(lacking).select(_COLUMNS)
