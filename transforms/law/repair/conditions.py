"""The conditions of a repair (信用修复): what the records say of a party, and what that answers to each condition.

`with_evidence`, `with_later_penalties` and `with_heavier_penalties` add what other records say; `answer_to` turns that
into a `ConditionAnswer`, an expression for the day from which a condition is met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

from transforms.dates import day_after
from transforms.law.calendar.periods import FOR_EVER
from transforms.law.matters.decision_log import DecisionLog
from transforms.law.matters.external_lists import with_external_lists
from transforms.law.matters.procedure import owner_key
from transforms.law.publicity.penalties import LawContext
from transforms.law.texts import joined_or_null
from transforms.policy_model.document import Confidence
from transforms.policy_model.law import RepairCondition, RepairLaw, RepairTest
from transforms.records.text import document_key
from transforms.schemas.base import DATE, INTEGER, TEXT
from transforms.schemas.law import CONFIDENCES
from transforms.schemas.vocabularies import RECTIFICATION_STATES

NO_LISTINGS = "没有严重违法失信名单的记录"
_BROKEN = ("partly", "unfulfilled")
_NO_DAY, _NO_TEXT = pl.lit(None, dtype=DATE), pl.lit(None, dtype=TEXT)
_DECIDED = pl.col("decided_on")


class RepairRecords(NamedTuple):
    """Current versions of the records that conditions are read from."""

    penalties: pl.LazyFrame
    enterprises: pl.LazyFrame
    commitments: pl.LazyFrame
    rectifications: pl.LazyFrame
    external_listings: pl.LazyFrame


# What other records say


def with_keys(frame: pl.LazyFrame) -> pl.LazyFrame:
    """`frame` with owner and number_key, by which other records are joined."""
    return frame.with_columns(owner_key(), number_key=document_key(pl.col("decision_no")))


def with_evidence(frame: pl.LazyFrame, records: RepairRecords, law: RepairLaw, context: LawContext) -> pl.LazyFrame:
    """`frame` (with_keys) with the commitments, orders to rectify, listings, entries elsewhere and bars of its party.

    Adds committed_on, commitment_nos, order_nos, is_listing_known, listed_until_on, listing_nos, barred_until_on, and
    what `with_external_lists` adds.
    """
    as_of, log = context.as_of, context.decision_log
    # Commitments to repair since the decision that were not broken. Only one that is open to the public counts for
    # committed_on; the numbers are of all.
    is_broken = pl.col("state").is_in(_BROKEN).fill_null(False)
    made = records.commitments.filter(pl.col("commitment_type") == "repair", ~is_broken)
    own = frame.select("record_id", "owner", "decided_on")
    commitments = (
        own.join(made.select(owner_key(), "commitment_no", "made_on", "is_open"), on="owner")
        .filter(pl.col("made_on") >= pl.col("decided_on"), pl.col("owner") != "")
        .group_by("record_id")
        .agg(
            committed_on=pl.col("made_on").filter(pl.col("is_open").fill_null(False)).min(),
            commitment_nos=_named(pl.col("commitment_no")),
        )
    )
    frame = frame.join(commitments, on="record_id", how="left")
    # The party's orders to rectify and their states. No record ties one to a penalty.
    is_done = (pl.col("completed_on") <= as_of).fill_null(False)
    state = pl.when(is_done).then(pl.lit("completed")).when(pl.col("state") == "overdue").then(pl.lit("overdue"))
    title = state.otherwise(pl.lit("open")).replace_strict(RECTIFICATION_STATES, return_dtype=TEXT)
    ordered = records.rectifications.filter(pl.col("ordered_on") <= as_of)
    orders = ordered.select(owner_key(), _order=pl.format("{}（{}）", "order_no", title)).group_by("owner")
    frame = frame.join(orders.agg(order_nos=_named(pl.col("_order"))), on="owner", how="left")
    frame = with_external_lists(frame, records.external_listings, context.list_coverage, as_of)
    if log is None:
        return frame.with_columns(
            listed_until_on=_NO_DAY, listing_nos=_NO_TEXT, is_listing_known=pl.lit(False), barred_until_on=_NO_DAY
        )
    # listed_until_on: the party's first day off the list again.
    until = pl.coalesce("stop_on", pl.lit(FOR_EVER))
    listings = log.listings.filter(until > as_of).group_by(owner="enterprise_id")
    listed = listings.agg(listed_until_on=until.max(), listing_nos=_named(pl.col("decision_no")))
    frame = frame.join(listed.lazy(), on="owner", how="left").with_columns(is_listing_known=pl.lit(True))
    return _with_bars(frame, log, law, as_of)


def with_later_penalties(frame: pl.LazyFrame, penalties: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """`frame` (with_keys) with later_count, untyped_count, same_until_on and later_nos.

    Of later penalties of the same party that are not annulled. same_until_on: when those of the same type cease to
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
    """`frame` (with_keys) with heavier_until_on and heavier_nos, of later heavier penalties (较重行政处罚).

    when: the SQL condition of a heavier penalty; None where the law has none.
    """
    is_heavier = pl.sql_expr(when).fill_null(False) if when else pl.lit(False)
    later = _later(frame, penalties.filter(is_heavier), as_of)
    found = later.group_by("record_id").agg(heavier_until_on=pl.col("_until").max(), heavier_nos=_named(pl.col("_no")))
    return frame.join(found, on="record_id", how="left")


def _later(frame: pl.LazyFrame, penalties: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Pairs of a row of `frame` and a later penalty of its party, which counts until `_until`."""
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


def _with_bars(frame: pl.LazyFrame, log: DecisionLog, law: RepairLaw, as_of: date) -> pl.LazyFrame:
    """`frame` with barred_until_on: the last day of the three years without an application after falsehood.

    Of its own matter; where the law bars the party, of any matter of the enterprise, listings and penalties alike.
    """
    is_listing = pl.col("matter") == "listing"
    number = pl.when(is_listing).then(document_key(pl.col("listing_no"))).otherwise("target_key")
    bars = log.matters.filter(
        is_listing | (pl.col("system") == law.system), pl.col("barred_until_on").is_not_null()
    ).select(owner_key(), "enterprise_id", "barred_until_on", number_key=number)
    own = bars.group_by("owner", "number_key").agg(pl.col("barred_until_on").max())
    frame = frame.join(own.lazy(), on=["owner", "number_key"], how="left")
    if law.bar_covers.on(max(as_of, law.penalty[0].from_)) != "party":
        return frame
    of_firms = (
        bars.drop_nulls("enterprise_id").group_by("enterprise_id").agg(_firm_until=pl.col("barred_until_on").max())
    )
    joined = frame.join(of_firms.lazy(), on="enterprise_id", how="left")
    return joined.with_columns(barred_until_on=pl.max_horizontal("barred_until_on", "_firm_until")).drop("_firm_until")


# What that answers to each condition


class ConditionAnswer(NamedTuple):
    """Expressions for the answer to a condition.

    met_on: the day from which it is met, FOR_EVER for never; null where it is not known to be met. is_stated: the
    records say enough. is_compared: other records had to be compared. evidence: what the records say. rank: the
    confidence beyond that of the article, a rank in CONFIDENCES. since: a day met_on up to which is of no interest.
    """

    met_on: pl.Expr
    is_stated: pl.Expr
    is_compared: pl.Expr = pl.lit(False)
    evidence: pl.Expr = _NO_TEXT
    rank: pl.Expr = pl.lit(0, dtype=pl.Int32)
    since: pl.Expr = pl.lit(date(1, 1, 1), dtype=DATE)


def answer_to(condition: RepairCondition, wait: ConditionAnswer) -> ConditionAnswer:
    """The answer to `condition`. wait: the answer to that of time, which depends on the regime."""
    return wait if condition.test == "wait" else _ANSWERS[condition.test]()


def condition_state(answer: ConditionAnswer, as_of: date) -> pl.Expr:
    """The state of the condition on `as_of`, a code of CONDITION_STATES."""
    is_unmet = (answer.met_on > as_of).fill_null(False)
    is_met = answer.is_stated & (answer.met_on <= as_of).fill_null(False)
    return pl.when(is_unmet).then(pl.lit("unmet")).when(is_met).then(pl.lit("met")).otherwise(pl.lit("unstated"))


def confidence_rank(confidence: Confidence) -> pl.Expr:
    """The rank of `confidence` in CONFIDENCES."""
    return pl.lit(CONFIDENCES.index(confidence), dtype=pl.Int32)


def answer_rank(condition: RepairCondition, answer: ConditionAnswer) -> pl.Expr:
    """The confidence of article and answer together, a rank in CONFIDENCES."""
    judged = pl.when(answer.is_compared).then(confidence_rank(condition.judged or condition.confidence))
    return pl.max_horizontal(confidence_rank(condition.confidence), judged, answer.rank)


def condition_struct(condition: RepairCondition, answer: ConditionAnswer, as_of: date) -> pl.Expr:
    """Condition and answer as a struct of CONDITION."""
    confidence = answer_rank(condition, answer).replace_strict(dict(enumerate(CONFIDENCES)), return_dtype=TEXT)
    met_on = answer.met_on
    return pl.struct(
        condition=pl.lit(condition.test),
        title=pl.lit(condition.title),
        state=condition_state(answer, as_of),
        earliest_on=pl.when((met_on < FOR_EVER) & (met_on > answer.since)).then(met_on),
        evidence=answer.evidence,
        basis=pl.lit(condition.basis),
        confidence=confidence,
    )


def _stated_day(column: str, evidence: pl.Expr = _NO_TEXT) -> ConditionAnswer:
    return ConditionAnswer(pl.col(column), pl.col(column).is_not_null(), evidence=evidence)


def _not_again() -> ConditionAnswer:
    """A later penalty of the same type fails it; one of unknown type leaves it open."""
    has_later, same_until = pl.col("later_count") > 0, pl.col("same_until_on")
    is_open = has_later & (pl.col("violation_type").is_null() | (pl.col("untyped_count") > 0))
    is_known = pl.col("owner") != ""
    met_on = pl.coalesce("same_until_on", pl.when(~is_open & is_known).then("decided_on"))
    is_stated = is_known & (same_until.is_not_null() | ~is_open)
    return ConditionAnswer(met_on, is_stated, has_later, pl.col("later_nos"), since=_DECIDED)


def _off_serious_list() -> ConditionAnswer:
    """By the office's decisions, and by entries of others, of which only those are known that were sent."""
    is_known = pl.col("is_listing_known")
    listed = pl.max_horizontal("listed_until_on", "elsewhere_until_on")
    until = pl.coalesce(listed, pl.when(is_known).then("decided_on"))
    evidence = joined_or_null(
        pl.col("elsewhere_nos"), pl.when(is_known).then("listing_nos").otherwise(pl.lit(NO_LISTINGS))
    )
    return ConditionAnswer(until, is_known, evidence=evidence, since=_DECIDED)


def _off_abnormal_list() -> ConditionAnswer:
    """Unmet while an entry stands; met only where the whole list proves that there is none."""
    is_off, listed = pl.col("is_off_abnormal_list"), pl.col("abnormal_until_on")
    left = pl.when(is_off).then(pl.max_horizontal("abnormal_left_on", "decided_on"))
    return ConditionAnswer(
        pl.coalesce(listed, left), listed.is_not_null() | is_off, evidence=pl.col("abnormal_note"), since=_DECIDED
    )


def _not_barred() -> ConditionAnswer:
    until = day_after(pl.col("barred_until_on"))
    return ConditionAnswer(pl.coalesce(until, "decided_on"), pl.lit(True), since=_DECIDED)


def _no_heavier() -> ConditionAnswer:
    numbers, until = pl.col("heavier_nos"), pl.col("heavier_until_on")
    met_on = pl.coalesce(until, "decided_on")
    return ConditionAnswer(met_on, pl.lit(True), numbers.is_not_null(), numbers, since=_DECIDED)


def _measure_over() -> ConditionAnswer:
    """The longest term that the listing or its penalty states; one for life is never over."""
    term = pl.col("measure_until_on")
    over = pl.when(term < FOR_EVER).then(day_after(term)).otherwise(term)
    return ConditionAnswer(pl.coalesce(over, "decided_on"), ~pl.col("is_measure_unstated"), since=_DECIDED)


_ANSWERS: Mapping[RepairTest, Callable[[], ConditionAnswer]] = {
    "performed": lambda: _stated_day("performed_on"),
    "harm_removed": lambda: _stated_day("harm_removed_on", pl.col("order_nos")),
    "not_again": _not_again,
    "off_serious_list": _off_serious_list,
    "off_abnormal_list": _off_abnormal_list,
    "commitment": lambda: _stated_day("committed_on", pl.col("commitment_nos")),
    "not_barred": _not_barred,
    "no_heavier": _no_heavier,
    "measure_over": _measure_over,
}
