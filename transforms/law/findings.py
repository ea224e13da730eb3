"""What a person must look at of the steps of the register, though they stand."""

from __future__ import annotations

import polars as pl

from transforms.law.procedure.stays import owner
from transforms.law.register import Register
from transforms.policy.law_procedure import START
from transforms.records.text import document_key
from transforms.tables.law.procedure import STEP_TABLE
from transforms.tables.shape import TEXT

_GRANTS = ("repair", "remove")
_LISTS = ("notify_listing", "list", "not_list")
_OF_GRANT = ("granted_early", "granted_never")


def steps_with_notes(
    register: Register, decisions: pl.LazyFrame, penalties: pl.LazyFrame, repair: pl.LazyFrame
) -> pl.LazyFrame:
    """STEP_TABLE with everything there is to be said of each step, sorted by its key.

    decisions, penalties: current versions. repair: REPAIR on the day. Noted are a step whose 对象文号 meets no penalty,
    listing or step of the party (a natural person is listed for the firm's penalty, which is none of the person's
    records: that is not looked for), and a grant in force that came before its time or could never come.
    """
    names = decisions.select("record_id", "party_name")
    steps = register.followed.steps.join(names, on="record_id", how="left")
    keyed = steps.with_columns(owner(), number_key=document_key(pl.col("target")))
    noted = keyed.join(_known(keyed, penalties), on=["owner", "number_key"], how="left")
    noted = noted.join(_of_grants(register, repair), on=["matter_id", "step", "on"], how="left")
    is_unknown = (
        pl.col("number_key").is_not_null() & pl.col("is_known").is_null() & (pl.col("from_state") == START)
    ) & ~(pl.col("is_refused") | (pl.col("step").is_in(_LISTS) & pl.col("enterprise_id").is_null()))
    unknown = pl.when(is_unknown).then(pl.lit("target_unknown")).otherwise(pl.lit(None, dtype=TEXT))
    notes = pl.concat_list("notes", unknown, "grant_note").list.drop_nulls()
    return noted.with_columns(notes=notes).select(list(STEP_TABLE.schema)).sort(STEP_TABLE.key)


def to_look_at() -> pl.Expr:
    """Whether a row of STEP_TABLE was refused, or has something to be looked at."""
    return pl.col("is_refused") | (pl.col("notes").list.len() > 0)


def _known(steps: pl.LazyFrame, penalties: pl.LazyFrame) -> pl.LazyFrame:
    """By owner the numbers that there are: of penalties, and of steps taken."""
    taken = steps.filter(~pl.col("is_refused")).select("owner", number_key=document_key(pl.col("decision_no")))
    punished = penalties.select(owner(), number_key=document_key(pl.col("decision_no")))
    return pl.concat([taken, punished]).unique().with_columns(is_known=pl.lit(True))


def _of_grants(register: Register, repair: pl.LazyFrame) -> pl.LazyFrame:
    """matter_id, step, on, grant_note: of grants in force that REPAIR has a note on."""
    noted = repair.select(
        "record_id",
        "system",
        "matter",
        owner(),
        number_key=document_key(pl.col("decision_no")),
        grant_note=pl.col("notes").list.eval(pl.element().filter(pl.element().is_in(_OF_GRANT))).list.first(),
    ).drop_nulls("grant_note")
    matters = register.followed.matters.select("matter_id", "matter", "system", owner(), "target_key", "listing_id")
    of_penalties = matters.filter(pl.col("matter") == "penalty").join(
        noted.filter(pl.col("matter") == "penalty").drop("matter"),
        left_on=["owner", "system", "target_key"],
        right_on=["owner", "system", "number_key"],
    )
    of_listings = matters.filter(pl.col("matter") == "listing").join(
        noted.filter(pl.col("matter") == "listing")
        .sort("system")
        .unique("record_id", keep="last", maintain_order=True),
        left_on="listing_id",
        right_on="record_id",
    )
    found = pl.concat([one.select("matter_id", "grant_note") for one in (of_penalties, of_listings)])
    taken = register.followed.steps.filter(~pl.col("is_refused"), pl.col("step").is_in(_GRANTS))
    last = taken.group_by("matter_id").agg(pl.col("step", "on").sort_by("on").last())
    return found.unique("matter_id").join(last, on="matter_id")
