"""What is stayed (停止执行) on a day, by a reviewing body or a court."""

from __future__ import annotations

import polars as pl

from transforms.law.procedure.follow import Followed
from transforms.records.text import document_key

_STAY, _STAYED = "stay", "stayed"


def owner() -> pl.Expr:
    """Whom a record concerns: the enterprise, else the party by its name."""
    return pl.coalesce("enterprise_id", document_key(pl.col("party_name")), pl.lit("")).alias("owner")


def stays(followed: Followed) -> pl.LazyFrame:
    """By owner and number_key of what is stayed: stayed_on, the day of the order that is in force."""
    standing = followed.matters.filter(pl.col("matter") == _STAY, pl.col("state") == _STAYED)
    keyed = standing.select(owner(), number_key="target_key", stayed_on="since_on").drop_nulls()
    return keyed.group_by("owner", "number_key").agg(pl.col("stayed_on").max())
