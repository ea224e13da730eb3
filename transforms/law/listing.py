"""The serious-violation list (严重违法失信名单): every listing with where it stands, and the entries on the list."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.calendar import Calendar
from transforms.law.procedure import Followed
from transforms.law.procedure.stays import stays
from transforms.law.serious.records import ListLaw, ListRecords
from transforms.law.serious.runs import RUN, followed_with_runs
from transforms.law.serious.standing import STANDING, with_standing
from transforms.policy.law_serious import SeriousList
from transforms.records.text import document_key
from transforms.tables.law.listing import LISTING
from transforms.tables.shape import DAY, TEXT

ENTRY_SCHEMA = pl.Schema(
    {
        "listed_on": DAY,
        "decision_no": TEXT,
        "enterprise_id": TEXT,
        "name": TEXT,
        "uscc": TEXT,
        "reason": TEXT,
        "listed_by": TEXT,
        "removal_reason": TEXT,
        "removed_on": DAY,
        "removed_by": TEXT,
        "ends_on": DAY,
    }
)


def serious_list(records: ListRecords, law: ListLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """Entries on the list on `as_of`, in the columns of ENTRY_SCHEMA, sorted by listing day, number, enterprise."""
    return entries_of(listings(records, law, calendar, as_of))


def entries_of(found: pl.LazyFrame) -> pl.LazyFrame:
    """Of `listings`, those on the list, in the columns of ENTRY_SCHEMA. How it left is empty: it stands."""
    values = {name: pl.lit(None, dtype=dtype) for name, dtype in ENTRY_SCHEMA.items()}
    values |= {name: pl.col(name) for name in ENTRY_SCHEMA if name in LISTING.schema}
    values |= {"ends_on": pl.col("last_day_on")}
    standing = found.filter(pl.col("state") == STANDING)
    return standing.select(value.alias(name) for name, value in values.items())


def listings(records: ListRecords, law: ListLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """Every listing decided by `as_of` of an enterprise of the register, in the columns of LISTING, sorted as the list.

    An entry stands from its decision until the first of: the end of its stay by the rules of the day, or of a longer
    restriction (44号令 Art. 21, 107号令 Art. 13); a removal or a revocation; the annulment of the penalty it rests on
    (44号令 Art. 19); the enterprise's deregistration, where the law of the day says so (107号令 Art. 20). A revoked
    removal puts it back and starts the stay anew. Listings before the law's first date are none of this list. Where
    the calendar does not reach, the end is empty with the reason in `gap`, and the state `unknown` once it could be
    over.
    """
    register, runs = followed_with_runs(records, law, calendar, as_of)
    return listings_of(register, runs, law, calendar, as_of)


def listings_of(register: Followed, runs: pl.DataFrame, law: ListLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """As `listings`, of a register that was followed already, with its clocks."""
    matters = register.matters.filter(pl.col("listing_id").is_not_null()).select(
        "matter_id",
        "situation",
        "release",
        "released_on",
        "restored_on",
        "barred_until_on",
        "is_final",
        "since_on",
        procedure_state="state",
        procedure_title="state_title",
        register_notes="notes",
        restart_on="restored_on",
    )
    stayed = stays(register).rename({"owner": "enterprise_id", "number_key": "listing_key"})
    clocks = runs.lazy().join(matters, on=RUN, nulls_equal=True)
    clocks = clocks.with_columns(listing_key=document_key(pl.col("listing_no")))
    clocks = clocks.join(stayed, on=["enterprise_id", "listing_key"], how="left")
    found = with_standing(clocks, law, calendar, as_of).with_columns(
        record_id="listing_id",
        decision_no="listing_no",
        uscc=pl.coalesce("register_uscc", "decision_uscc"),
        situation_basis=_situation_basis(law.serious),
    )
    return found.select(list(LISTING.schema)).sort("listed_on", "decision_no", "enterprise_id", "record_id")


def listings_of_persons(register: Followed) -> pl.LazyFrame:
    """Listings of natural persons that no removal or revocation has ended, in the columns of MATTER_TABLE.

    They are matters alone: see OF_PERSON.
    """
    is_listing = (pl.col("matter") == "listing") & pl.col("listing_id").is_not_null()
    of_persons = register.matters.filter(is_listing, pl.col("enterprise_id").is_null(), pl.col("release").is_null())
    return of_persons.sort("listed_on", "listing_no", "matter_id")


def _situation_basis(law: SeriousList) -> pl.Expr:
    articles = {one.id: one.basis for one in law.situations}
    return pl.col("situation").replace_strict(articles, default=None, return_dtype=TEXT)
