"""What falls due about listings, the office's matters, bans, orders to rectify and the outlook of tiers."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.calendar import Calendar
from transforms.law.coming.rows import automatic, joined, other_day, to_be_done
from transforms.law.register import Register
from transforms.records.text import document_key
from transforms.spans import day_after
from transforms.tables.law.listing import BAN_NOTES, NOTES, OF_PERSON
from transforms.tables.outputs import FORETOLD
from transforms.tables.shape import TEXT

_STANDING = pl.col("state") == "standing"
_STAYED = pl.col("state") == "stayed"
_MAY_STAND = pl.col("state").is_in(["standing", "unknown"])
_NOTED = ("publication_assumed", "ground_changed", "term_unstated")


def of_listings(found: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Of LISTING: when a stay ends by itself, and by when one without a ground must be revoked."""
    own = {"matter": pl.lit("listing"), "system": pl.lit(None, dtype=TEXT), "party_name": pl.col("name")}
    told = [pl.when(pl.col("notes").list.contains(code)).then(pl.lit(NOTES[code])) for code in _NOTED]
    readings = other_day("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on")
    ends = automatic(
        found.filter(_STANDING | _STAYED), "listing_ends", pl.col("stop_on"), note=joined(readings, *told), **own
    )
    there = {**own, "system": pl.lit("credit_china"), "basis": pl.col("credit_china_basis")}
    there["confidence"] = pl.col("credit_china_confidence")
    elsewhere = automatic(found, "publicity_ends", pl.col("credit_china_stop_on"), **there)
    is_groundless = (pl.col("state") == "annulled") | (_STANDING & pl.col("revoke_by_on").is_not_null())
    sources = {"basis": pl.col("revoke_basis"), "confidence": pl.col("revoke_confidence")}
    note = pl.when(pl.col("revoke_by_on").is_null()).then(pl.lit(NOTES["annulled_on_unstated"]))
    revoke = to_be_done(
        found.filter(is_groundless),
        pl.lit("revoke_listing"),
        pl.col("revoke_by_on"),
        as_of,
        note=note,
        **own,
        **sources,
    )
    is_to_push = _STANDING & pl.col("published_on").is_null() & (pl.col("push_by_on") >= as_of)
    push = to_be_done(found.filter(is_to_push), pl.lit("push_listing"), pl.col("push_by_on"), as_of, **own)
    return pl.concat([ends, elsewhere, revoke, push])


def of_matters(register: Register, publicity: pl.LazyFrame, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """The open terms of the register. Taking down a penalty that PUBLICITY knows is said there.

    A listing is published by the day that LISTING says, while it stands.
    """
    key = ["enterprise_id", "system", "target_key"]
    followed = register.followed
    names = followed.matters.select("matter_id", "party_name", "target", "target_key", "listing_no")
    shown = publicity.select("enterprise_id", "system", target_key=document_key(pl.col("decision_no")))
    listed = register.listings.select("matter_id", "stop_on", listed_by="publish_by_on", is_off=~_MAY_STAND)
    terms = followed.terms.join(names, on="matter_id", how="left")
    is_told = (pl.col("awaited") == "carry_out") & (pl.col("matter") == "penalty")
    others = terms.filter(~is_told)
    untold = terms.filter(is_told).join(shown.unique(), on=key, how="anti", nulls_equal=True)
    rows = pl.concat([others, untold]).join(listed, on="matter_id", how="left")
    is_publication = pl.col("awaited") == "publish_listing"
    by_on = pl.when(is_publication).then(pl.coalesce("listed_by", "by_on")).otherwise("by_on")
    is_moot = is_publication & (pl.col("is_off") | (pl.col("stop_on") <= by_on)).fill_null(False)
    return to_be_done(
        rows.filter(~is_moot),
        pl.col("awaited"),
        by_on,
        as_of,
        calendar,
        who=pl.col("who"),
        note=pl.when(is_publication & pl.col("enterprise_id").is_null()).then(pl.lit(OF_PERSON)),
        record_id=pl.col("matter_id"),
        decision_no=pl.coalesce("listing_no", "target"),
    )


def of_bans(found: pl.LazyFrame) -> pl.LazyFrame:
    """Of BAN: the first day on which one is over. What is for life, or of an end nobody states, is not told."""
    note = pl.when(pl.col("notes").list.contains("period_filled")).then(pl.lit(BAN_NOTES["period_filled"]))
    own = {"matter": pl.lit("ban"), "decision_no": pl.col("ban_no"), "party_name": pl.col("name"), "note": note}
    sources = {"basis": pl.coalesce("article", "basis"), "confidence": pl.col("article_confidence")}
    running = found.filter(~pl.col("notes").list.contains("annulled"))
    what = pl.when(pl.col("record_kind") == "application_bar").then(pl.lit("bar_ends")).otherwise(pl.lit("ban_ends"))
    return automatic(running, what, day_after(pl.col("ends_on")), **own, **sources)


def of_orders(rectifications: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Of orders to rectify that nobody found obeyed: by when they must be."""
    is_done = (pl.col("completed_on") <= as_of).fill_null(False) | (pl.col("state") == "completed")
    own = {"matter": pl.lit("rectification"), "decision_no": pl.col("order_no"), "who": pl.lit("party")}
    return to_be_done(rectifications.filter(~is_done), pl.lit("rectify"), pl.col("due_on"), as_of, **own)


def of_outlook(outlook: pl.LazyFrame) -> pl.LazyFrame:
    """Of OUTLOOK: the first day on which the tier is another if nothing new arrives."""
    why = pl.col("cause").replace_strict(FORETOLD, default=pl.col("cause"), return_dtype=TEXT)
    is_worse = pl.col("index_after") > pl.col("index_before")
    way = pl.when(is_worse).then(pl.lit("下调")).otherwise(pl.lit("上调"))
    note = pl.format("由 {} {}为 {}（{}）", "tier_before", way, "tier_after", why)
    own = {"matter": pl.lit("rating"), "record_id": pl.col("enterprise_id"), "note": note}
    return automatic(outlook, "tier_may_change", pl.col("changes_on"), **own)
