"""Every rating as it will stand, beside its trace, the register and the scheme: what the gate sees of the whole."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from flows.gate import PRESENT_RATINGS, present_ratings
from flows.night import standing
from flows.night.records import Seen
from flows.store import Part

PRESENT = PRESENT_RATINGS.name


def stage_present(seen: Seen, tiers: Sequence[str]) -> None:
    """Stage PRESENT_RATINGS, a bucket at a time. tiers: of the scheme, best first."""
    night = seen.night
    for bucket in range(night.buckets):
        part = Part(frozenset([bucket]))
        ratings = standing.after(night, part.buckets).collect().lazy()
        frame = present_ratings(ratings, _trace(seen, part, ratings), _register(seen, part), tiers, night.as_of)
        night.stage(PRESENT, frame, bucket)


def _trace(seen: Seen, part: Part, ratings: pl.LazyFrame) -> pl.LazyFrame:
    """The points of tonight's trace, and of what stands in the store but of ratings that were replaced."""
    columns = ["enterprise_id", "points_centipoints"]
    stored = seen.stored("trace", part).filter(pl.col("valid_from_on") < seen.night.as_of)
    # Summed first: there are several rows to an enterprise, and the next step goes by its name.
    sums = stored.group_by("enterprise_id", "valid_from_on").agg(pl.col("points_centipoints").sum())
    since = ratings.select("enterprise_id", since="valid_from_on")
    is_over = (pl.col("valid_from_on") < pl.col("since")).fill_null(False)  # a trace without a rating is a fault
    kept = sums.join(since, on="enterprise_id", how="left").filter(~is_over)
    return pl.concat([kept.select(columns), seen.night.staged("trace", part.buckets).select(columns)])


def _register(seen: Seen, part: Part) -> pl.LazyFrame:
    """enterprise_id and is_known: whether the night knew of it, and not only a later instant."""
    is_known = (pl.col("received_at") <= seen.night.known_at).any()
    return seen.rows("enterprise", part).group_by("enterprise_id").agg(is_known=is_known)
