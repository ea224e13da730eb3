"""The decision log (信用办决定) on a day: matters, steps and terms, and the listings that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.law.calendar.working_days import Calendar
from transforms.law.listing.listings import ListingPolicy, ListingRecords, listings_of_log, replay_with_clocks
from transforms.law.matters.procedure import ReplayedMatters, owner_key
from transforms.policy_model.law_procedure import START_STATE
from transforms.records.text import document_key
from transforms.schemas.base import TEXT
from transforms.schemas.law import STEP_TABLE


@dataclass(frozen=True)
class DecisionLog:
    """followed: the steps taken and refused, the matters, the open terms. listings: the table LISTING.

    clocks: of every listing when its stay would end, whatever cuts it short.
    """

    followed: ReplayedMatters
    listings: pl.LazyFrame
    clocks: pl.LazyFrame


def build_decision_log(records: ListingRecords, law: ListingPolicy, calendar: Calendar, as_of: date) -> DecisionLog:
    """The register on `as_of`, from current versions of those records."""
    followed, runs = replay_with_clocks(records, law, calendar, as_of)
    return DecisionLog(followed, listings_of_log(followed, runs, law, calendar, as_of), runs.lazy())


_GRANTS = ("repair", "remove")

_LISTS = ("notify_listing", "list", "not_list")

_OF_GRANT = ("granted_early", "granted_never")


def steps_with_notes(
    register: DecisionLog, decisions: pl.LazyFrame, penalties: pl.LazyFrame, repair: pl.LazyFrame
) -> pl.LazyFrame:
    """STEP_TABLE with everything there is to be said of each step, sorted by its key.

    decisions, penalties: current versions. repair: REPAIR on the day. Noted are a step whose 对象文号 meets no penalty,
    listing or step of the party (a natural person is listed for the firm's penalty, which is none of the person's
    records: that is not looked for), and a grant in force that came before its time or could never come.
    """
    names = decisions.select("record_id", "party_name")
    steps = register.followed.steps.join(names, on="record_id", how="left")
    keyed = steps.with_columns(owner_key(), number_key=document_key(pl.col("target")))
    noted = keyed.join(_known(keyed, penalties), on=["owner", "number_key"], how="left")
    noted = noted.join(_of_grants(register, repair), on=["matter_id", "step", "on"], how="left")
    is_unknown = (
        pl.col("number_key").is_not_null() & pl.col("is_known").is_null() & (pl.col("from_state") == START_STATE)
    ) & ~(pl.col("is_refused") | (pl.col("step").is_in(_LISTS) & pl.col("enterprise_id").is_null()))
    unknown = pl.when(is_unknown).then(pl.lit("target_unknown")).otherwise(pl.lit(None, dtype=TEXT))
    notes = pl.concat_list("notes", unknown, "grant_note").list.drop_nulls()
    return noted.with_columns(notes=notes).select(list(STEP_TABLE.schema)).sort(STEP_TABLE.key)


def needs_attention() -> pl.Expr:
    """Whether a row of STEP_TABLE was refused, or has something to be looked at."""
    return pl.col("is_refused") | (pl.col("notes").list.len() > 0)


def _known(steps: pl.LazyFrame, penalties: pl.LazyFrame) -> pl.LazyFrame:
    """By owner the numbers that there are: of penalties, and of steps taken."""
    taken = steps.filter(~pl.col("is_refused")).select("owner", number_key=document_key(pl.col("decision_no")))
    punished = penalties.select(owner_key(), number_key=document_key(pl.col("decision_no")))
    return pl.concat([taken, punished]).unique().with_columns(is_known=pl.lit(True))


def _of_grants(register: DecisionLog, repair: pl.LazyFrame) -> pl.LazyFrame:
    """matter_id, step, on, grant_note: of grants in force that REPAIR has a note on."""
    noted = repair.select(
        "record_id",
        "system",
        "matter",
        owner_key(),
        number_key=document_key(pl.col("decision_no")),
        grant_note=pl.col("notes").list.eval(pl.element().filter(pl.element().is_in(_OF_GRANT))).list.first(),
    ).drop_nulls("grant_note")
    matters = register.followed.matters.select("matter_id", "matter", "system", owner_key(), "target_key", "listing_id")
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
