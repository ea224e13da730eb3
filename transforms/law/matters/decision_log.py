"""The decision log (信用办决定) as of a day: matters, steps and terms, and the listings that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.law.calendar.working_days import Calendar
from transforms.law.listing.listings import ListingPolicy, ListingRecords, listing_clocks, listing_end_day, listings
from transforms.law.matters.procedure import ReplayedMatters, decided_steps, owner_key, replay_decisions
from transforms.policy_model.procedure import START_STATE
from transforms.records.text import document_key
from transforms.schemas.base import TEXT
from transforms.schemas.law import STEP_TABLE

_GRANTS = ("repair", "remove")
_LISTS = ("notify_listing", "list", "not_list")
_GRANT_NOTES = ("granted_early", "granted_never")


@dataclass(frozen=True)
class DecisionLog(ReplayedMatters):
    """The replayed decisions and the table LISTING.

    listing_clocks: for every listing when its period would end if nothing cut it short; see `listing_clocks`.
    """

    listings: pl.DataFrame
    listing_clocks: pl.DataFrame


def build_decision_log(records: ListingRecords, law: ListingPolicy, calendar: Calendar, as_of: date) -> DecisionLog:
    """The log on `as_of`, from current versions of `records`.

    When a listing ends follows from its steps, and which steps are possible from its end: the steps are replayed once
    for the clocks of the listings, and again with the ends these bring, where there are any.
    """
    steps = decided_steps(records.decisions, law.procedure, as_of)
    replayed = replay_decisions(steps, law.procedure, calendar, as_of)
    clocks = listing_clocks(replayed, records, law, calendar, as_of)
    if not clocks.is_empty():
        replayed = replay_decisions(steps, law.procedure, calendar, as_of, listing_end_day(clocks))
    found = listings(replayed, clocks, law, calendar, as_of).collect(engine="in-memory")
    return DecisionLog(replayed.matters, replayed.steps, replayed.terms, found, clocks)


def steps_with_notes(
    log: DecisionLog, decisions: pl.LazyFrame, penalties: pl.LazyFrame, repair: pl.DataFrame
) -> pl.LazyFrame:
    """STEP_TABLE with every note on each step, sorted by its key.

    decisions, penalties: current versions. repair: REPAIR on the day. Besides the notes of the replay, two are added:
    target_unknown, for a step whose 对象文号 is no number of a penalty or step of the party (not of a listing of a
    natural person, which rests on the firm's penalty); granted_early and granted_never, for a grant in force that came
    before its time or that the law excludes.
    """
    names = decisions.select("record_id", "party_name")
    steps = log.steps.lazy().join(names, on="record_id", how="left")
    keyed = steps.with_columns(owner_key(), number_key=document_key(pl.col("target")))
    taken = keyed.filter(~pl.col("is_refused")).select("owner", number_key=document_key(pl.col("decision_no")))
    punished = penalties.select(owner_key(), number_key=document_key(pl.col("decision_no")))
    numbers = pl.concat([taken, punished]).unique().with_columns(is_known=pl.lit(True))
    noted = keyed.join(numbers, on=["owner", "number_key"], how="left")
    noted = noted.join(_grant_notes(log, repair).lazy(), on=["matter_id", "step", "on"], how="left")
    is_unknown = (
        pl.col("number_key").is_not_null() & pl.col("is_known").is_null() & (pl.col("from_state") == START_STATE)
    ) & ~(pl.col("is_refused") | (pl.col("step").is_in(_LISTS) & pl.col("enterprise_id").is_null()))
    unknown = pl.when(is_unknown).then(pl.lit("target_unknown")).otherwise(pl.lit(None, dtype=TEXT))
    notes = pl.concat_list("notes", unknown, "grant_note").list.drop_nulls()
    return noted.with_columns(notes=notes).select(list(STEP_TABLE.schema)).sort(STEP_TABLE.key)


def needs_attention() -> pl.Expr:
    """Whether a row of STEP_TABLE was refused or has a note."""
    return pl.col("is_refused") | (pl.col("notes").list.len() > 0)


def _grant_notes(log: DecisionLog, repair: pl.DataFrame) -> pl.DataFrame:
    """matter_id, step, on, grant_note: the grants in force that REPAIR has a note on."""
    noted = repair.select(
        "record_id",
        "system",
        "matter",
        owner_key(),
        number_key=document_key(pl.col("decision_no")),
        grant_note=pl.col("notes").list.eval(pl.element().filter(pl.element().is_in(_GRANT_NOTES))).list.first(),
    ).drop_nulls("grant_note")
    matters = log.matters.select("matter_id", "matter", "system", owner_key(), "target_key", "listing_id")
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
    taken = log.steps.filter(~pl.col("is_refused"), pl.col("step").is_in(_GRANTS))
    last = taken.group_by("matter_id").agg(pl.col("step", "on").sort_by("on").last())
    return found.unique("matter_id", keep="any").join(last, on="matter_id")
