"""Applications for repair and early removal: where each stands, and what is awaited by when."""

from __future__ import annotations

import polars as pl

from transforms.law.effects import in_order
from transforms.law.procedure import MATTER_TABLE, TERM_TABLE
from transforms.law.register import Register
from transforms.tables.kinds.common import day
from transforms.tables.shape import TEXT, Column, Table

_OF_LISTING = ("apply", "remove", "refuse_removal", "reject", "restore_listing")
_REFUSES = ("reject", "refuse_repair", "refuse_removal", "revoke_repair", "restore_listing")
_OF_MATTER = (
    *("matter_id", "matter", "system", "enterprise_id", "party_name", "target", "listing_no", "state", "state_title"),
    *("since_on", "opened_on", "applied_on", "released_on", "restored_on", "barred_until_on"),
)
_OF_TERM = ("awaited", "awaited_title", "who", "by_on", "is_extended", "basis", "confidence")

APPLICATION = Table(
    "applications",
    "信用修复办理",
    "Applications for repair or early removal, a row for each thing awaited. Computed for a day, not stored.",
    (
        *(MATTER_TABLE.column(name) for name in _OF_MATTER),
        *(Column(c.name, c.dtype, c.label, c.doc, words=c.words) for c in map(TERM_TABLE.column, _OF_TERM)),
        Column("last_title", TEXT, "最近环节", "the last step taken", True),
        day("last_on", "最近环节日期", "its day", True),
        Column("last_no", TEXT, "最近环节文号", "its number", True),
        Column("reason", TEXT, "不予或者撤销的理由", "reason of the last step, where it refuses or revokes"),
        MATTER_TABLE.column("notes"),
    ),
    ("matter_id", "awaited"),
)


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
    terms = followed.terms.select("matter_id", *_OF_TERM)
    joined = matters.join(steps, on="matter_id").join(terms, on="matter_id", how="left")
    return joined.select(list(APPLICATION.schema)).sort(APPLICATION.key)
