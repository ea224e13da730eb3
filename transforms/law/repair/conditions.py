"""The conditions of a repair: what the records say of a party, and what that answers to each condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

from transforms.dates import day_after
from transforms.law.matters.decision_log import DecisionLog
from transforms.law.matters.procedure import owner_key
from transforms.law.publicity.penalties import LawContext
from transforms.law.publicity.penalty_facts import FOR_EVER
from transforms.policy_model.dated_values import Confidence
from transforms.policy_model.law_repair import RepairCondition, RepairLaw, RepairTest
from transforms.records.text import document_key
from transforms.schemas.base import DATE, INTEGER, TEXT
from transforms.schemas.law import CONFIDENCES
from transforms.schemas.vocabularies import RECTIFICATION_STATES

_NO_DAY, _NOTHING = pl.lit(None, dtype=DATE), pl.lit(None, dtype=TEXT)

_DECIDED = pl.col("decided_on")

NO_ABNORMAL_LIST = "经营异常名录不在本库，须向登记机关核对"

NO_LISTINGS = "没有严重违法失信名单的记录"


class ConditionAnswer(NamedTuple):
    """met_on: the day from which it is met, FOR_EVER for none; null: not known to be met.

    is_stated: the records say enough. is_compared: other records had to be compared. evidence: what the records say.
    rank: how sure, in CONFIDENCES, beyond the article itself. since: a day up to which it is of no interest when it was
    met.
    """

    met_on: pl.Expr
    is_stated: pl.Expr
    is_compared: pl.Expr = pl.lit(False)
    evidence: pl.Expr = _NOTHING
    rank: pl.Expr = pl.lit(0, dtype=pl.Int32)
    since: pl.Expr = pl.lit(date(1, 1, 1), dtype=DATE)


def answer_to(condition: RepairCondition, wait: ConditionAnswer) -> ConditionAnswer:
    """The answer to `condition`; `wait` is the answer to that of time, which depends on the regime."""
    return wait if condition.test == "wait" else _ANSWERS[condition.test]()


def condition_state(one: ConditionAnswer, as_of: date) -> pl.Expr:
    """A word of CONDITION_STATES."""
    is_unmet = (one.met_on > as_of).fill_null(False)
    is_met = one.is_stated & (one.met_on <= as_of).fill_null(False)
    return pl.when(is_unmet).then(pl.lit("unmet")).when(is_met).then(pl.lit("met")).otherwise(pl.lit("unstated"))


def answer_rank(condition: RepairCondition, one: ConditionAnswer) -> pl.Expr:
    """How sure article and answer are together: a place in CONFIDENCES."""
    article = _rank(condition.confidence)
    judged = pl.when(one.is_compared).then(_rank(condition.judged or condition.confidence))
    return pl.max_horizontal(article, judged, one.rank)


def condition_struct(condition: RepairCondition, one: ConditionAnswer, as_of: date) -> pl.Expr:
    """The condition as a struct of CONDITION."""
    confidence = answer_rank(condition, one).replace_strict(dict(enumerate(CONFIDENCES)), return_dtype=TEXT)
    return pl.struct(
        condition=pl.lit(condition.test),
        title=pl.lit(condition.title),
        state=condition_state(one, as_of),
        earliest_on=pl.when((one.met_on < FOR_EVER) & (one.met_on > one.since)).then(one.met_on),
        evidence=one.evidence,
        basis=pl.lit(condition.basis),
        confidence=confidence,
    )


def _rank(confidence: Confidence) -> pl.Expr:
    return pl.lit(CONFIDENCES.index(confidence), dtype=pl.Int32)


def _stated_day(column: str, evidence: pl.Expr = _NOTHING) -> ConditionAnswer:
    return ConditionAnswer(pl.col(column), pl.col(column).is_not_null(), evidence=evidence)


def _not_again() -> ConditionAnswer:
    """A later penalty of the same type stands against it; one whose type is not stated leaves it open."""
    has_later, same_until = pl.col("later_count") > 0, pl.col("same_until_on")
    is_open = has_later & (pl.col("violation_type").is_null() | (pl.col("untyped_count") > 0))
    is_known = pl.col("owner") != ""
    met_on = pl.coalesce("same_until_on", pl.when(~is_open & is_known).then("decided_on"))
    return ConditionAnswer(
        met_on, is_known & (same_until.is_not_null() | ~is_open), has_later, pl.col("later_nos"), since=_DECIDED
    )


def _off_serious_list() -> ConditionAnswer:
    is_known = pl.col("is_listing_known")
    until = pl.coalesce("listed_until_on", pl.when(is_known).then("decided_on"))
    evidence = pl.when(is_known).then("listing_nos").otherwise(pl.lit(NO_LISTINGS))
    return ConditionAnswer(until, is_known, evidence=evidence, since=_DECIDED)


def _commitment() -> ConditionAnswer:
    return _stated_day("committed_on", pl.col("commitment_nos"))


def _not_barred() -> ConditionAnswer:
    until = day_after(pl.col("barred_until_on"))
    return ConditionAnswer(pl.coalesce(until, "decided_on"), pl.lit(True), since=_DECIDED)


def _no_heavier() -> ConditionAnswer:
    has_later, until = pl.col("heavier_nos").is_not_null(), pl.col("heavier_until_on")
    return ConditionAnswer(
        pl.coalesce(until, "decided_on"), pl.lit(True), has_later, pl.col("heavier_nos"), since=_DECIDED
    )


def _measure_over() -> ConditionAnswer:
    """The longest term that the listing or its penalty states; for life it is never over."""
    term = pl.col("measure_until_on")
    over = pl.when(term < FOR_EVER).then(day_after(term)).otherwise(term)
    return ConditionAnswer(pl.coalesce(over, "decided_on"), ~pl.col("is_measure_unstated"), since=_DECIDED)


_ANSWERS: Mapping[RepairTest, Callable[[], ConditionAnswer]] = {
    "performed": lambda: _stated_day("performed_on"),
    "harm_removed": lambda: _stated_day("harm_removed_on", pl.col("order_nos")),
    "not_again": _not_again,
    "off_serious_list": _off_serious_list,
    "off_abnormal_list": lambda: ConditionAnswer(_NO_DAY, pl.lit(False), evidence=pl.lit(NO_ABNORMAL_LIST)),
    "commitment": _commitment,
    "not_barred": _not_barred,
    "no_heavier": _no_heavier,
    "measure_over": _measure_over,
}

_BROKEN = ("partly", "unfulfilled")


class RepairRecords(NamedTuple):
    """Current versions of what conditions are read from."""

    penalties: pl.LazyFrame
    enterprises: pl.LazyFrame
    commitments: pl.LazyFrame
    rectifications: pl.LazyFrame


def with_evidence(frame: pl.LazyFrame, records: RepairRecords, law: RepairLaw, day: LawContext) -> pl.LazyFrame:
    """`frame` (keyed) with commitments, orders to rectify, listings and bars of its party."""
    frame = _with_commitments(frame, records.commitments)
    frame = _with_orders(frame, records.rectifications, day.as_of)
    return _with_bars(_with_listings(frame, day.register, day.as_of), day.register, law, day.as_of)


def with_later_penalties(frame: pl.LazyFrame, penalties: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """`frame` (with owner) with later_count, untyped_count, same_until_on, later_nos.

    Later penalties of the same party that were not annulled. same_until_on: when those of the same type cease to
    count, FOR_EVER for never; null where there is none.
    """
    later = _later(frame, penalties, as_of)
    is_same = pl.col("_type") == pl.col("violation_type").str.strip_chars()
    counted = later.group_by("record_id").agg(
        later_count=pl.len().cast(INTEGER),
        untyped_count=pl.col("_type").is_null().sum().cast(INTEGER),
        same_until_on=pl.col("_until").filter(is_same).max(),
        later_nos=_named(pl.format("{}（{}）", "_no", pl.col("_type").fill_null("类型未载明"))),
    )
    filled = {name: pl.col(name).fill_null(0) for name in ("later_count", "untyped_count")}
    return frame.join(counted, on="record_id", how="left").with_columns(**filled)


def with_heavier_penalties(frame: pl.LazyFrame, penalties: pl.LazyFrame, when: str | None, as_of: date) -> pl.LazyFrame:
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
        owner_key(),
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
    pairs = own.join(made.select(owner_key(), "commitment_no", "made_on", "is_open"), on="owner")
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
    named = orders.select(owner_key(), _order=pl.format("{}（{}）", "order_no", word))
    return frame.join(named.group_by("owner").agg(order_nos=_named(pl.col("_order"))), on="owner", how="left")


def _with_listings(frame: pl.LazyFrame, register: DecisionLog | None, as_of: date) -> pl.LazyFrame:
    """`frame` with is_listing_known, listed_until_on (the party's first day off the list again) and listing_nos."""
    if register is None:
        nothing = {"listed_until_on": pl.lit(None, dtype=DATE), "listing_nos": pl.lit(None, dtype=TEXT)}
        return frame.with_columns(**nothing, is_listing_known=pl.lit(False))
    until = pl.coalesce("stop_on", pl.lit(FOR_EVER))
    standing = register.listings.filter(until > as_of)
    found = standing.group_by(owner="enterprise_id").agg(
        listed_until_on=until.max(), listing_nos=_named(pl.col("decision_no"))
    )
    return frame.join(found, on="owner", how="left").with_columns(is_listing_known=pl.lit(True))


def _with_bars(frame: pl.LazyFrame, register: DecisionLog | None, law: RepairLaw, as_of: date) -> pl.LazyFrame:
    """`frame` (with number_key) with barred_until_on: the last day of three years after falsehood.

    That of its own matter; where the law bars the party, that of any of the enterprise's, listings and penalties alike.
    """
    if register is None:
        return frame.with_columns(barred_until_on=pl.lit(None, dtype=DATE))
    is_listing = pl.col("matter") == "listing"
    barred = register.followed.matters.filter(is_listing | (pl.col("system") == law.system)).filter(
        pl.col("barred_until_on").is_not_null()
    )
    number = pl.when(is_listing).then(document_key(pl.col("listing_no"))).otherwise("target_key")
    bars = barred.select(owner_key(), "enterprise_id", "barred_until_on", number_key=number)
    own = bars.group_by("owner", "number_key").agg(pl.col("barred_until_on").max())
    frame = frame.join(own, on=["owner", "number_key"], how="left")
    if law.bar_covers.on(max(as_of, law.penalty[0].from_)) != "party":
        return frame
    of_firms = (
        bars.drop_nulls("enterprise_id").group_by("enterprise_id").agg(_firm_until=pl.col("barred_until_on").max())
    )
    joined = frame.join(of_firms, on="enterprise_id", how="left")
    return joined.with_columns(barred_until_on=pl.max_horizontal("barred_until_on", "_firm_until")).drop("_firm_until")


def with_keys(frame: pl.LazyFrame) -> pl.LazyFrame:
    """`frame` with owner and number_key."""
    return frame.with_columns(owner_key(), number_key=document_key(pl.col("decision_no")))
