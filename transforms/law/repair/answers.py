"""What the records answer to each condition of a repair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

from transforms.law.classes import FOR_EVER
from transforms.policy.dated import Confidence
from transforms.policy.law_repair import Condition, Test
from transforms.spans import day_after
from transforms.tables.law.publicity import CONFIDENCES
from transforms.tables.shape import DAY, TEXT

_NO_DAY, _NOTHING = pl.lit(None, dtype=DAY), pl.lit(None, dtype=TEXT)
_DECIDED = pl.col("decided_on")
NO_ABNORMAL_LIST = "经营异常名录不在本库，须向登记机关核对"
NO_LISTINGS = "没有严重违法失信名单的记录"


class Answer(NamedTuple):
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
    since: pl.Expr = pl.lit(date(1, 1, 1), dtype=DAY)


def answer(condition: Condition, wait: Answer) -> Answer:
    """The answer to `condition`; `wait` is the answer to that of time, which depends on the regime."""
    return wait if condition.test == "wait" else _ANSWERS[condition.test]()


def state_of(one: Answer, as_of: date) -> pl.Expr:
    """A word of CONDITION_STATES."""
    is_unmet = (one.met_on > as_of).fill_null(False)
    is_met = one.is_stated & (one.met_on <= as_of).fill_null(False)
    return pl.when(is_unmet).then(pl.lit("unmet")).when(is_met).then(pl.lit("met")).otherwise(pl.lit("unstated"))


def rank_of(condition: Condition, one: Answer) -> pl.Expr:
    """How sure article and answer are together: a place in CONFIDENCES."""
    article = _rank(condition.confidence)
    judged = pl.when(one.is_compared).then(_rank(condition.judged or condition.confidence))
    return pl.max_horizontal(article, judged, one.rank)


def shown(condition: Condition, one: Answer, as_of: date) -> pl.Expr:
    """The condition as a struct of CONDITION."""
    confidence = rank_of(condition, one).replace_strict(dict(enumerate(CONFIDENCES)), return_dtype=TEXT)
    return pl.struct(
        condition=pl.lit(condition.test),
        title=pl.lit(condition.title),
        state=state_of(one, as_of),
        earliest_on=pl.when((one.met_on < FOR_EVER) & (one.met_on > one.since)).then(one.met_on),
        evidence=one.evidence,
        basis=pl.lit(condition.basis),
        confidence=confidence,
    )


def _rank(confidence: Confidence) -> pl.Expr:
    return pl.lit(CONFIDENCES.index(confidence), dtype=pl.Int32)


def _stated_day(column: str, evidence: pl.Expr = _NOTHING) -> Answer:
    return Answer(pl.col(column), pl.col(column).is_not_null(), evidence=evidence)


def _not_again() -> Answer:
    """A later penalty of the same type stands against it; one whose type is not stated leaves it open."""
    has_later, same_until = pl.col("later_count") > 0, pl.col("same_until_on")
    is_open = has_later & (pl.col("violation_type").is_null() | (pl.col("untyped_count") > 0))
    is_known = pl.col("owner") != ""
    met_on = pl.coalesce("same_until_on", pl.when(~is_open & is_known).then("decided_on"))
    return Answer(
        met_on, is_known & (same_until.is_not_null() | ~is_open), has_later, pl.col("later_nos"), since=_DECIDED
    )


def _off_serious_list() -> Answer:
    is_known = pl.col("is_listing_known")
    until = pl.coalesce("listed_until_on", pl.when(is_known).then("decided_on"))
    evidence = pl.when(is_known).then("listing_nos").otherwise(pl.lit(NO_LISTINGS))
    return Answer(until, is_known, evidence=evidence, since=_DECIDED)


def _commitment() -> Answer:
    return _stated_day("committed_on", pl.col("commitment_nos"))


def _not_barred() -> Answer:
    until = day_after(pl.col("barred_until_on"))
    return Answer(pl.coalesce(until, "decided_on"), pl.lit(True), since=_DECIDED)


def _no_heavier() -> Answer:
    has_later, until = pl.col("heavier_nos").is_not_null(), pl.col("heavier_until_on")
    return Answer(pl.coalesce(until, "decided_on"), pl.lit(True), has_later, pl.col("heavier_nos"), since=_DECIDED)


def _measure_over() -> Answer:
    """The longest term that the listing or its penalty states; for life it is never over."""
    term = pl.col("measure_until_on")
    over = pl.when(term < FOR_EVER).then(day_after(term)).otherwise(term)
    return Answer(pl.coalesce(over, "decided_on"), ~pl.col("is_measure_unstated"), since=_DECIDED)


_ANSWERS: Mapping[Test, Callable[[], Answer]] = {
    "performed": lambda: _stated_day("performed_on"),
    "harm_removed": lambda: _stated_day("harm_removed_on", pl.col("order_nos")),
    "not_again": _not_again,
    "off_serious_list": _off_serious_list,
    "off_abnormal_list": lambda: Answer(_NO_DAY, pl.lit(False), evidence=pl.lit(NO_ABNORMAL_LIST)),
    "commitment": _commitment,
    "not_barred": _not_barred,
    "no_heavier": _no_heavier,
    "measure_over": _measure_over,
}
