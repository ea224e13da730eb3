"""What a night says otherwise than the one before: whole answers, of the enterprises concerned alone."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from flows.night.plan import Night
from flows.store.buckets import split
from transforms.history import enterprises_that_differ
from transforms.tables import TABLES

Frames = Mapping[str, pl.LazyFrame]  # by table, without valid_from_on


def stage_differing(night: Night, before: Frames, after: Frames) -> None:
    """Stage `after`, of every enterprise of which a row of any table is otherwise than `before`.

    Rows go by the bucket of their enterprise, so that whoever looks at a bucket reads its own.
    """
    sides = [[side[name] for name in after] for side in (before, after)]
    differing = enterprises_that_differ(*sides).collect().lazy()
    for name, whole in after.items():
        table = TABLES[name]
        rows = whole.join(differing, on="enterprise_id", how="semi").with_columns(valid_from_on=pl.lit(night.as_of))
        ordered = rows.select(list(table.schema)).sort(table.key).collect()
        for bucket, part in split(ordered, night.buckets).items():
            night.stage(name, part, bucket)
