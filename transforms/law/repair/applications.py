"""Applications for repair and early removal: where each stands, and what is awaited by when."""

from __future__ import annotations

import polars as pl

from transforms.law.effects import in_order
from transforms.law.register import Register
from transforms.tables.law.repair import APPLICATION, OF_TERM

_OF_LISTING = ("apply", "remove", "refuse_removal", "reject", "restore_listing")
_REFUSES = ("reject", "refuse_repair", "refuse_removal", "revoke_repair", "restore_listing")


def applications(register: Register, decisions: pl.LazyFrame, is_asked: pl.Expr | None = None) -> pl.LazyFrame:
    """Every repair of a penalty, and every listing of which an early removal was asked for or decided: APPLICATION.

    decisions: current versions of those records, for the reasons. is_asked: which of the matters; None for all. Sorted
    by key; where nothing is awaited there is one row, empty there.
    """
    followed = register.followed
    taken = followed.steps.filter(~pl.col("is_refused"))
    asked = taken.filter((pl.col("matter") == "penalty") | pl.col("step").is_in(_OF_LISTING))
    matters = followed.matters.filter(True if is_asked is None else is_asked).join(asked, on="matter_id", how="semi")
    last = taken.sort(*in_order()).group_by("matter_id", maintain_order=True).last()
    reasons = decisions.select("record_id", "reason")
    steps = last.join(reasons, on="record_id", how="left").select(
        "matter_id",
        last_title="step_title",
        last_on="on",
        last_no="decision_no",
        reason=pl.when(pl.col("step").is_in(_REFUSES)).then("reason"),
    )
    terms = followed.terms.select("matter_id", *OF_TERM)
    joined = matters.join(steps, on="matter_id").join(terms, on="matter_id", how="left")
    return joined.select(list(APPLICATION.schema)).sort(APPLICATION.key)
