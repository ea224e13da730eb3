"""What other records say of a penalty or a listing that is to be repaired."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl

from transforms.law.classes import FOR_EVER
from transforms.law.procedure.stays import owner
from transforms.law.publicity import LegalDay
from transforms.law.register import Register
from transforms.policy.law_repair import Repair
from transforms.records.text import document_key
from transforms.tables.shape import COUNT, DAY, TEXT
from transforms.tables.words import RECTIFICATION_STATES

_BROKEN = ("partly", "unfulfilled")


class Records(NamedTuple):
    """Current versions of what conditions are read from."""

    penalties: pl.LazyFrame
    enterprises: pl.LazyFrame
    commitments: pl.LazyFrame
    rectifications: pl.LazyFrame


def with_evidence(frame: pl.LazyFrame, records: Records, law: Repair, day: LegalDay) -> pl.LazyFrame:
    """`frame` (keyed) with commitments, orders to rectify, listings and bars of its party."""
    frame = _with_commitments(frame, records.commitments)
    frame = _with_orders(frame, records.rectifications, day.as_of)
    return _with_bars(_with_listings(frame, day.register, day.as_of), day.register, law, day.as_of)


def with_later(frame: pl.LazyFrame, penalties: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """`frame` (with owner) with later_count, untyped_count, same_until_on, later_nos.

    Later penalties of the same party that were not annulled. same_until_on: when those of the same type cease to
    count, FOR_EVER for never; null where there is none.
    """
    later = _later(frame, penalties, as_of)
    is_same = pl.col("_type") == pl.col("violation_type").str.strip_chars()
    counted = later.group_by("record_id").agg(
        later_count=pl.len().cast(COUNT),
        untyped_count=pl.col("_type").is_null().sum().cast(COUNT),
        same_until_on=pl.col("_until").filter(is_same).max(),
        later_nos=_named(pl.format("{}（{}）", "_no", pl.col("_type").fill_null("类型未载明"))),
    )
    filled = {name: pl.col(name).fill_null(0) for name in ("later_count", "untyped_count")}
    return frame.join(counted, on="record_id", how="left").with_columns(**filled)


def with_heavier(frame: pl.LazyFrame, penalties: pl.LazyFrame, when: str | None, as_of: date) -> pl.LazyFrame:
    """`frame` (with owner) with heavier_until_on and heavier_nos: later heavier penalties (较重行政处罚)."""
    is_heavier = pl.sql_expr(when).fill_null(False) if when else pl.lit(False)
    later = _later(frame, penalties.filter(is_heavier), as_of)
    found = later.group_by("record_id").agg(heavier_until_on=pl.col("_until").max(), heavier_nos=_named(pl.col("_no")))
    return frame.join(found, on="record_id", how="left")


def _later(frame: pl.LazyFrame, penalties: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Pairs of a row of `frame` and a later penalty of its party that counts, until `_until`."""
    is_void = pl.col("is_annulled") & pl.col("annulled_on").is_null()
    until = pl.when(is_void).then("decided_on").otherwise(pl.coalesce("annulled_on", pl.lit(FOR_EVER)))
    others = penalties.filter(pl.col("decided_on") <= as_of).select(
        owner(),
        _on="decided_on",
        _no="decision_no",
        _type=pl.col("violation_type").str.strip_chars(),
        _until=until,
    )
    own = frame.select("record_id", "owner", "decided_on", "violation_type").filter(pl.col("owner") != "")
    pairs = own.join(others, on="owner")
    return pairs.filter(pl.col("_on") > pl.col("decided_on"), pl.col("_until") > as_of)


def _named(text: pl.Expr) -> pl.Expr:
    return text.unique().sort().str.join("、")


def _with_commitments(frame: pl.LazyFrame, commitments: pl.LazyFrame) -> pl.LazyFrame:
    """`frame` with committed_on and commitment_nos: commitments of repair since the decision that were not broken.

    Only one that is said to be open to the public counts; others are named.
    """
    made = commitments.filter(pl.col("commitment_type") == "repair", ~pl.col("state").is_in(_BROKEN).fill_null(False))
    own = frame.select("record_id", "owner", "decided_on")
    pairs = own.join(made.select(owner(), "commitment_no", "made_on", "is_open"), on="owner")
    found = (
        pairs.filter(pl.col("made_on") >= pl.col("decided_on"), pl.col("owner") != "")
        .group_by("record_id")
        .agg(
            committed_on=pl.col("made_on").filter(pl.col("is_open").fill_null(False)).min(),
            commitment_nos=_named(pl.col("commitment_no")),
        )
    )
    return frame.join(found, on="record_id", how="left")


def _with_orders(frame: pl.LazyFrame, rectifications: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """`frame` with order_nos: the party's orders to rectify and how they stand. None is tied to a penalty."""
    is_done = (pl.col("completed_on") <= as_of).fill_null(False)
    state = pl.when(is_done).then(pl.lit("completed")).when(pl.col("state") == "overdue").then(pl.lit("overdue"))
    word = state.otherwise(pl.lit("open")).replace_strict(RECTIFICATION_STATES, return_dtype=TEXT)
    orders = rectifications.filter(pl.col("ordered_on") <= as_of)
    named = orders.select(owner(), _order=pl.format("{}（{}）", "order_no", word))
    return frame.join(named.group_by("owner").agg(order_nos=_named(pl.col("_order"))), on="owner", how="left")


def _with_listings(frame: pl.LazyFrame, register: Register | None, as_of: date) -> pl.LazyFrame:
    """`frame` with is_listing_known, listed_until_on (the party's first day off the list again) and listing_nos."""
    if register is None:
        nothing = {"listed_until_on": pl.lit(None, dtype=DAY), "listing_nos": pl.lit(None, dtype=TEXT)}
        return frame.with_columns(**nothing, is_listing_known=pl.lit(False))
    until = pl.coalesce("stop_on", pl.lit(FOR_EVER))
    standing = register.listings.filter(until > as_of)
    found = standing.group_by(owner="enterprise_id").agg(
        listed_until_on=until.max(), listing_nos=_named(pl.col("decision_no"))
    )
    return frame.join(found, on="owner", how="left").with_columns(is_listing_known=pl.lit(True))


def _with_bars(frame: pl.LazyFrame, register: Register | None, law: Repair, as_of: date) -> pl.LazyFrame:
    """`frame` (with number_key) with barred_until_on: the last day of three years after falsehood.

    That of its own matter; where the law bars the party, that of any of the enterprise's, listings and penalties alike.
    """
    if register is None:
        return frame.with_columns(barred_until_on=pl.lit(None, dtype=DAY))
    is_listing = pl.col("matter") == "listing"
    barred = register.followed.matters.filter(is_listing | (pl.col("system") == law.system)).filter(
        pl.col("barred_until_on").is_not_null()
    )
    number = pl.when(is_listing).then(document_key(pl.col("listing_no"))).otherwise("target_key")
    bars = barred.select(owner(), "enterprise_id", "barred_until_on", number_key=number)
    own = bars.group_by("owner", "number_key").agg(pl.col("barred_until_on").max())
    frame = frame.join(own, on=["owner", "number_key"], how="left")
    if law.bar_covers.on(max(as_of, law.penalty[0].from_)) != "party":
        return frame
    of_firms = (
        bars.drop_nulls("enterprise_id").group_by("enterprise_id").agg(_firm_until=pl.col("barred_until_on").max())
    )
    joined = frame.join(of_firms, on="enterprise_id", how="left")
    return joined.with_columns(barred_until_on=pl.max_horizontal("barred_until_on", "_firm_until")).drop("_firm_until")


def keyed(frame: pl.LazyFrame) -> pl.LazyFrame:
    """`frame` with owner and number_key."""
    return frame.with_columns(owner(), number_key=document_key(pl.col("decision_no")))
