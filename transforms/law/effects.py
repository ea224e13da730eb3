"""What the repairs and removals of the register change for the publicity of penalties."""

from __future__ import annotations

import polars as pl

from transforms.law.by_day import value_on
from transforms.law.calendar import Calendar, working_days_later
from transforms.law.procedure import Followed
from transforms.law.procedure.stays import owner, stays
from transforms.law.register import Register
from transforms.policy.law_repair import Repair
from transforms.records.text import document_key
from transforms.tables.shape import COUNT, DAY, FLAG
from transforms.tables.words import DECISION_TYPES

HIDES = "temporary_repair"
_OPENS = ("end_temporary_repair", "repair")
_CARRIES = "carry_out"
_GRANTS, _REVOKES = "repair", "revoke_repair"
_KEY = ["owner", "number_key"]
_REMOVED = ("standing", "removed", "ended")
_DAYS = ("repaired_on", "granted_on", "restored_on", "hidden_on", "resumed_on", "taken_down_on", "take_down_by_on")
_OTHERS = ("repaired_elsewhere_on", "repair_push_by_on", "restarted_on")


def with_effects(
    facts: pl.LazyFrame, law: Repair | None, register: Register | None, calendar: Calendar
) -> pl.LazyFrame:
    """`facts` with the days of _DAYS and _OTHERS, left_on: when a listing that rests on the penalty was over, and
    stayed_on: since when its execution is stayed (停止执行)."""
    if law is None or register is None:
        nothing = (*_DAYS, *_OTHERS, "left_on", "stayed_on")
        return facts.with_columns(pl.lit(None, dtype=DAY).alias(day) for day in nothing)
    keyed = facts.with_columns(owner(), number_key=document_key(pl.col("decision_no")))
    own = repairs(register.followed, law.system)
    elsewhere = _elsewhere(register.followed, law)
    joined = keyed.join(own, on=_KEY, how="left").join(elsewhere, on=_KEY, how="left")
    joined = joined.join(_left(register.listings), on=_KEY, how="left")
    joined = joined.join(stays(register.followed), on=_KEY, how="left").drop(_KEY)
    recognised = pl.when("is_recognised").then("repaired_elsewhere_on")
    restarts = value_on(law.revocation_restarts, pl.col("restored_on"), FLAG)
    return (
        joined.with_columns(repaired_on=pl.min_horizontal("repaired_on", recognised))
        .with_columns(repair_push_by_on=_push_by(law, calendar), restarted_on=pl.when(restarts).then("restored_on"))
        .drop("is_recognised")
    )


def repairs(followed: Followed, system: str) -> pl.LazyFrame:
    """By owner and number_key of the penalty: what its matter has come to in `system`.

    repaired_on: a granted repair in force. granted_on: the last one granted. restored_on: one was revoked.
    hidden_on: a temporary repair runs; resumed_on: one was ended. taken_down_on: carried out; take_down_by_on: to be
    by then.
    """
    matters = followed.matters.filter(pl.col("matter") == "penalty", pl.col("system") == system)
    taken = followed.steps.filter(~pl.col("is_refused"))
    days = (_last(taken, _CARRIES, "taken_down_on"), _last(taken, _GRANTS, "granted_on"))
    of_matter = [_hidden(taken), *days, _take_down_by(followed.terms)]
    for part in of_matter:
        matters = matters.join(part, on="matter_id", how="left")
    is_done = pl.col("taken_down_on") >= pl.col("released_on")
    return (
        matters.with_columns(owner(), repaired_on="released_on", taken_down_on=pl.when(is_done).then("taken_down_on"))
        .group_by(owner="owner", number_key="target_key")
        .agg(pl.col(*_DAYS).max())
    )


def has_revocations(register: Register | None) -> bool:
    """Whether any repair was revoked."""
    if register is None:
        return False
    revoked = register.followed.steps.filter(~pl.col("is_refused"), pl.col("step") == _REVOKES)
    return not revoked.select("record_id").collect().is_empty()


def _hidden(taken: pl.LazyFrame) -> pl.LazyFrame:
    steps = taken.filter(pl.col("step").is_in([HIDES, *_OPENS])).sort(*in_order())
    last = steps.group_by("matter_id", maintain_order=True).agg(pl.col("step").last(), pl.col("on").last())
    is_hidden = pl.col("step") == HIDES
    is_ended = pl.col("step") == _OPENS[0]
    return last.select("matter_id", hidden_on=pl.when(is_hidden).then("on"), resumed_on=pl.when(is_ended).then("on"))


def in_order() -> tuple[pl.Expr, ...]:
    """What sorts steps as they were taken."""
    ranks = {step: place for place, step in enumerate(DECISION_TYPES)}
    rank = pl.col("step").replace_strict(ranks, return_dtype=COUNT)
    return pl.col("on"), rank, pl.col("decision_no"), pl.col("record_id")


def _last(taken: pl.LazyFrame, step: str, name: str) -> pl.LazyFrame:
    return taken.filter(pl.col("step") == step).group_by("matter_id").agg(pl.col("on").max().alias(name))


def _take_down_by(terms: pl.LazyFrame) -> pl.LazyFrame:
    awaited = terms.filter(pl.col("awaited") == _CARRIES)
    return awaited.group_by("matter_id").agg(pl.col("by_on").max().alias("take_down_by_on"))


def _elsewhere(followed: Followed, law: Repair) -> pl.LazyFrame:
    """Repairs granted in other systems, and whether they count in this one."""
    matters = followed.matters.filter(pl.col("matter") == "penalty", pl.col("system") != law.system)
    granted = matters.filter(pl.col("released_on").is_not_null())
    return (
        granted.select(owner(), "system", number_key="target_key", repaired_elsewhere_on="released_on")
        .with_columns(is_recognised=_recognised(law))
        .sort("repaired_elsewhere_on", "system")
        .group_by("owner", "number_key", maintain_order=True)
        .agg(pl.col("repaired_elsewhere_on").first(), pl.col("is_recognised").first())
    )


def _recognised(law: Repair) -> pl.Expr:
    is_recognised: pl.Expr = pl.lit(False)
    for start, systems in sorted(law.recognises.values.items(), key=lambda one: one[0]):
        told = pl.col("system").is_in(list(systems or ()))
        is_recognised = pl.when(pl.col("repaired_elsewhere_on") >= start).then(told).otherwise(is_recognised)
    return is_recognised


def _left(listings: pl.LazyFrame) -> pl.LazyFrame:
    """By owner and number_key of the penalty: the first day off the list, past or foreseen, of what rested on it.

    A listing that was revoked was never removed: it ends nothing else.
    """
    ended = listings.filter(pl.col("state").is_in(_REMOVED))
    keyed = ended.select(owner="enterprise_id", number_key=document_key(pl.col("target")), left_on="stop_on")
    return keyed.drop_nulls().group_by("owner", "number_key").agg(pl.col("left_on").max())


def _push_by(law: Repair, calendar: Calendar) -> pl.Expr:
    """Last day to push a granted repair to the party's province."""
    days = value_on(law.push_working_days, pl.col("repaired_on"), COUNT)
    by = working_days_later(pl.col("repaired_on"), days, calendar)
    return pl.when("is_other_province").then(by)
