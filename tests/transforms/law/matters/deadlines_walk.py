"""Walks the days: what later days show, beside what was said to come.

The later days are asked by their states alone; nothing here reads COMING's own rules.
"""

from dataclasses import replace
from datetime import timedelta

import polars as pl

ON_DISPLAY = ("awaiting", "overdue", "public", "hidden", "stayed")
DAY = timedelta(days=1)


def on(legal, day):
    """The state on another day, by the same records."""
    return replace(legal, as_of=day)


def _pairs(frame, test, *columns):
    return set(frame.filter(test).select(columns or ("record_id", "system")).collect().rows())


def states(legal):
    """What stands on the day: sets of (record, system) by what is true of them."""
    parts = (legal.publicity, legal.decision_log.listings, legal.repair, legal.spot_checks, legal.bans)
    publicity, listings, repair, checks, banned = (part.lazy() for part in parts)
    day = legal.as_of
    every = banned.with_columns(system=pl.lit(None, dtype=pl.String))
    bans = every.filter(pl.col("record_kind") != "application_bar")
    bars = every.filter(pl.col("record_kind") == "application_bar")
    penalties = legal.records["penalty"].with_columns(system=pl.lit(None, dtype=pl.String))
    penalties = penalties.filter(pl.col("revoked_on").is_null()).join(bans, on="record_id", how="anti")
    licences = legal.records["licence"].with_columns(system=pl.lit(None, dtype=pl.String))
    licences = licences.filter(pl.col("cancelled_on").is_null())
    listed = listings.with_columns(system=pl.lit(None, dtype=pl.String))
    verdict = pl.col("verdict")
    elsewhere = listings.with_columns(system=pl.lit("credit_china"))
    is_there = (pl.col("credit_china_stop_on") > day).fill_null(True)
    return {
        "shown": _pairs(pl.concat([publicity, checks]), pl.col("state").is_in(ON_DISPLAY))
        | _pairs(elsewhere, is_there),
        "listed": _pairs(listed, pl.col("state") == "standing"),
        "barred": _pairs(bans, "is_in_force"),
        "bar": _pairs(bars, "is_in_force"),
        "restricted": _pairs(penalties, (pl.col("valid_until_on") >= day).fill_null(True)),
        "licensed": _pairs(licences, (pl.col("valid_until_on") >= day).fill_null(True)),
        "not_yet": _pairs(repair, verdict == "not_yet"),
        "never": _pairs(repair, verdict == "never"),
        "eligible": _pairs(repair, verdict == "eligible"),
        "open": _pairs(repair, verdict == "unknown"),
    }


def happened(before, after):
    """What was otherwise the day before: (what, record, system). That something came on display is never foretold."""
    gone = {name: before[name] - after[name] for name in before}
    found = {("publicity_ends", *pair) for pair in gone["shown"]} | {("listing_ends", *pair) for pair in gone["listed"]}
    found |= {("bar_ends", *pair) for pair in gone["bar"]}
    found |= {("ban_ends", *pair) for pair in gone["barred"]} | {("term_ends", *pair) for pair in gone["restricted"]}
    found |= {("licence_ends", *pair) for pair in gone["licensed"]}
    found |= {("may_ask", *pair) for pair in gone["not_yet"] & after["eligible"]}
    found |= {("time_over", *pair) for pair in gone["not_yet"] & after["open"]}
    found |= {("came", *pair) for pair in (after["shown"] - before["shown"]) | (after["listed"] - before["listed"])}
    shut = after["not_yet"] | after["never"]
    return found | {("repair_closes", *pair) for pair in shut & (before["eligible"] | before["open"])}


_AS_SEEN = {
    "repair_possible": "may_ask",
    "removal_possible": "may_ask",
    "wait_over": "time_over",
    "wait_on_list_over": "time_over",
}


def foretold(rows, day):
    """The same, of COMING."""
    by_itself = rows.filter(pl.col("is_automatic"), pl.col("on") == day)
    seen = by_itself.select(pl.col("what").replace(_AS_SEEN), "record_id", "system")
    return set(seen.rows())


def overdue(legal):
    """Duties whose last day is over, by what is late in each table: (what, record, system)."""
    day, none = legal.as_of, pl.lit(None, dtype=pl.String).alias("system")
    log = legal.decision_log
    publicity, terms, listings = (part.lazy() for part in (legal.publicity, log.terms, log.listings))
    state = pl.col("state")
    late = [
        publicity.filter(state == "overdue").select(pl.lit("publish").alias("what"), "record_id", "system"),
        publicity.filter(state == "to_withdraw", (pl.col("withdraw_by_on") < day).fill_null(True)).select(
            pl.lit("withdraw").alias("what"), "record_id", "system"
        ),
        publicity.filter(
            state == "repaired",
            pl.col("take_down_by_on") < day,
            pl.col("taken_down_on").is_null(),
            pl.col("unpublished_on").is_null(),
        ).select(pl.lit("take_down").alias("what"), "record_id", "system"),
        listings.filter(state == "annulled", (pl.col("revoke_by_on") < day).fill_null(True)).select(
            pl.lit("revoke_listing").alias("what"), "record_id", none
        ),
        legal.records["rectification"]
        .filter(pl.col("completed_on").is_null(), pl.col("due_on") < day)
        .select(pl.lit("rectify").alias("what"), "record_id", none),
        legal.findings.lazy()
        .filter(pl.col("finding") == "barred_post", state == "open", pl.col("since_on") < day)
        .select(pl.lit("end_barred_post").alias("what"), "record_id", none),
        _terms(terms, listings).filter(pl.col("by_on") < day).select("awaited", "matter_id", "system"),
    ]
    return {row for frame in late for row in frame.collect().rows()}


def _terms(terms, listings):
    """Open terms but for taking penalties down, which PUBLICITY tells, and publishing what is not on the list."""
    off = listings.filter(pl.col("state") != "standing").select("matter_id", awaited=pl.lit("publish_listing"))
    told = (pl.col("awaited") == "carry_out") & (pl.col("matter") == "penalty")
    return terms.filter(~told).join(off, on=["matter_id", "awaited"], how="anti")


def said_overdue(rows, day=None):
    """Of COMING, duties whose last day is `day`; None: those that are overdue already."""
    is_asked = pl.col("is_overdue") if day is None else (pl.col("on") == day) & ~pl.col("is_overdue")
    recorded = rows.filter(~pl.col("is_automatic"), is_asked, ~_UNRECORDED)
    return set(recorded.select("what", "record_id", "system").rows())


# Nobody records that these were done: nothing is ever late.
_UNRECORDED = pl.col("what").is_in(["push", "push_repair", "push_listing", "renew_licence"]) | (
    (pl.col("what") == "publish") & (pl.col("system") == "credit_china")
)


# What stays as it has become, so that one look from the first day to the last sees it.
LASTING = ("publicity_ends", "listing_ends", "ban_ends", "bar_ends", "term_ends", "licence_ends", "came")


def all_foretold(rows):
    """What COMING says will happen by itself, whenever."""
    return set(rows.filter("is_automatic").select("what", "record_id", "system").rows())
