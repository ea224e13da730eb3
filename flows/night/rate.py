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


def known_records(store: Store, night: Night) -> dict[str, pl.LazyFrame]:
    """Per kind the current version of every record, stored or staged, that had arrived by `known_at`."""
    return {kind: current(pl.concat([store.scan(kind), night.staged(kind)]), night.known_at) for kind in KINDS}


def rate_all(store: Store, night: Night, policy: PolicyInForce, former: Run | None) -> None:
    """Rate every enterprise of the register; stage the whole, and what differs from the night before.

    former: the last committed run of an earlier day, whose policy version tells whether the policy changed.
    """
    records = known_records(store, night)
    enterprises = records["enterprise"].select("enterprise_id", "name")
    after = _stage_whole(night, rate(records, enterprises, policy.scheme, night.as_of))
    before = _without_start(*on_day(store, night.as_of - timedelta(days=1)))
    _stage_differences(night, before, after)
    is_policy_changed = former is not None and former.policy_hash != policy.version_on(night.as_of)
    changes = tier_changes(before, after, records, enterprises, night.as_of, is_policy_changed)
    night.stage("changes", changes.changes)
    night.stage("change_trace", changes.change_trace)


def _stage_whole(night: Night, rating: Rating) -> Rating:
    """Computed once, read often."""
    night.stage(ALL_RATINGS, _from(rating.ratings, night, "ratings"))
    night.stage(ALL_TRACE, _from(rating.trace, night, "trace"))
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
