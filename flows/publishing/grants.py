"""Removals and repairs in the register of which the program itself finds something to look at."""

from __future__ import annotations

import polars as pl

from transforms.law.effects import in_order
from transforms.law.legal import Legal
from transforms.law.procedure.stays import owner
from transforms.tables.law.procedure import STEP_NOTES

_GRANTS = ("remove", "repair", "temporary_repair")


def noted_grants(legal: Legal) -> pl.DataFrame:
    """By matter whose last grant has a note: owner and target_key of what it concerns, listing_id of a listing, and
    why, in Chinese. What is noted: see `yaoxin list --refused`.
    """
    is_grant = ~pl.col("is_refused") & pl.col("step").is_in(_GRANTS)
    matters = legal.register.followed.matters.select("matter_id", owner(), "target_key", "listing_id")
    nothing = legal.register.followed.steps.filter(is_grant).limit(1).collect().is_empty()
    if nothing:  # then the notes, which cost much, are not asked for
        return matters.limit(0).with_columns(why=pl.lit("")).collect()
    last = legal.steps.filter(is_grant).sort(*in_order()).group_by("matter_id", maintain_order=True).last()
    words = pl.element().replace_strict(STEP_NOTES, default=pl.element())
    noted = last.filter(pl.col("notes").list.len() > 0)
    told = noted.select("matter_id", why=pl.col("notes").list.eval(words).list.join("；"))
    return matters.join(told, on="matter_id").sort("matter_id").collect()
