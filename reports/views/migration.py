"""Who moved from which tier to which, the unmoved included."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reports.grid import Field, Grid, grid_from
from reports.views.scheme import SchemeFacts


@dataclass(frozen=True)
class Migration:
    """`counts[i][j]`: enterprises that stood in tier i and stand in tier j, tiers as in `tiers`, best first.

    arrivals[j]: rated for the first time. leavers[i]: no longer rated.
    """

    tiers: tuple[str, ...]
    words: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    arrivals: tuple[int, ...]
    leavers: tuple[int, ...]

    @property
    def before(self) -> tuple[int, ...]:
        """Enterprises by tier before the night."""
        return tuple(sum(row) + left for row, left in zip(self.counts, self.leavers, strict=True))

    @property
    def after(self) -> tuple[int, ...]:
        """Enterprises by tier now."""
        columns = zip(*self.counts, strict=True)
        return tuple(sum(column) + new for column, new in zip(columns, self.arrivals, strict=True))

    @property
    def rated(self) -> int:
        """Enterprises rated now."""
        return sum(self.after)

    @property
    def first_rated(self) -> int:
        """Enterprises rated for the first time."""
        return sum(self.arrivals)

    @property
    def grid(self) -> Grid:
        """The matrix as a table: a row per former tier, a column per present one."""
        present = [Field(f"to_{i}", f"现 {word}", "count") for i, word in enumerate(self.words)]
        fields = [Field("tier_before", "原等级"), *present, Field("left", "不再评价", "count")]
        rows = [(w, *row, left) for w, row, left in zip(self.words, self.counts, self.leavers, strict=True)]
        return grid_from("migration", "等级迁移", fields, [*rows, ("首次评价", *self.arrivals, 0)])


def migration_of(before: pl.LazyFrame, after: pl.LazyFrame, scheme: SchemeFacts) -> Migration:
    """Count the pairs of former and present tier. Both frames: enterprise_id, tier, one row per enterprise."""
    former = before.rename({"tier": "tier_before"})
    pairs = former.join(after, on="enterprise_id", how="full", coalesce=True).group_by("tier_before", "tier").len()
    counts = {(was, now): number for was, now, number in pairs.collect().iter_rows()}
    seen = {tier for pair in counts for tier in pair if tier is not None}
    # A tier that only the scheme of yesterday had still has to stand somewhere: after those of today.
    tiers = sorted(seen | set(scheme.words), key=lambda tier: (scheme.index(tier), tier))
    return Migration(
        tiers=tuple(tiers),
        words=tuple(scheme.words.get(tier, tier) for tier in tiers),
        counts=tuple(tuple(counts.get((was, now), 0) for now in tiers) for was in tiers),
        arrivals=tuple(counts.get((None, now), 0) for now in tiers),
        leavers=tuple(counts.get((was, None), 0) for was in tiers),
    )
