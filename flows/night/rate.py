"""Staged and stored records become ratings, traces and changes."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from flows.night.plan import Night
from flows.policies import PolicyInForce
from flows.store import Run, Store, on_day
from transforms.history import enterprises_that_differ
from transforms.rating import Rating, rate, tier_changes
from transforms.records import current
from transforms.tables import KINDS, TABLES

ALL_RATINGS, ALL_TRACE = "all_ratings", "all_trace"


def stage_present(store: Store, night: Night) -> None:
    """Stage the current version of every record, stored or staged, that had arrived by `known_at`: read often."""
    for kind in KINDS:
        versions = pl.concat([store.scan(kind), night.staged(kind)])
        night.stage(f"present_{kind}", current(versions, night.known_at))


def known_records(night: Night) -> dict[str, pl.LazyFrame]:
    """Per kind the current version of every record, as `stage_present` found them."""
    return {kind: night.staged(f"present_{kind}") for kind in KINDS}


def rate_all(store: Store, night: Night, policy: PolicyInForce, former: Run | None) -> None:
    """Rate every enterprise of the register; stage the whole, and what differs from the night before.

    former: the last committed run of an earlier day, whose policy version tells whether the policy changed.
    """
    stage_present(store, night)
    records = known_records(night)
    enterprises = records["enterprise"].select("enterprise_id", "name")
    after = _stage_whole(night, rate(records, enterprises, policy.scheme, night.as_of))
    before = _without_start(*on_day(store, night.as_of - timedelta(days=1)))
    _stage_differences(night, before, after)
    is_policy_changed = former is not None and former.policy_hash != policy.version_on(night.as_of)
    changes = tier_changes(
        before,
        after,
        records,
        enterprises,
        night.as_of,
        is_policy_changed,
        received_after=former.known_at if former else None,
    )
    night.stage("changes", changes.changes)
    night.stage("change_trace", changes.change_trace)


def _stage_whole(night: Night, rating: Rating) -> Rating:
    """Both tables from one computation: they share nearly all of it."""
    parts = [_from(rating.ratings, night, "ratings"), _from(rating.trace, night, "trace")]
    for name, frame in zip((ALL_RATINGS, ALL_TRACE), pl.collect_all(parts), strict=True):
        night.stage(name, frame)
    return _without_start(night.staged(ALL_RATINGS), night.staged(ALL_TRACE))


def _from(frame: pl.LazyFrame, night: Night, table: str) -> pl.LazyFrame:
    shape = TABLES[table]
    return frame.with_columns(valid_from_on=pl.lit(night.as_of)).select(list(shape.schema)).sort(shape.key)


def _without_start(ratings: pl.LazyFrame, trace: pl.LazyFrame) -> Rating:
    return Rating(ratings.drop("valid_from_on"), trace.drop("valid_from_on"))


def _stage_differences(night: Night, before: Rating, after: Rating) -> None:
    differing = enterprises_that_differ([before.ratings, before.trace], [after.ratings, after.trace])
    for table, whole in (("ratings", ALL_RATINGS), ("trace", ALL_TRACE)):
        night.stage(table, night.staged(whole).join(differing, on="enterprise_id", how="semi").sort(TABLES[table].key))
