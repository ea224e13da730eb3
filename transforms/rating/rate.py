"""Every enterprise's rating on a day, with its trace: the way into this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from transforms.policy.scheme import Scheme
from transforms.rating.ahead import AHEAD, ahead_of
from transforms.rating.compile import plan_on
from transforms.rating.decision import hold_in_force, holds, with_decision
from transforms.rating.evaluate import evaluate
from transforms.rating.facts import RELEASES, Known, read_facts
from transforms.rating.frames import by_order, looked_up
from transforms.rating.hits import find
from transforms.rating.horizon import with_next_change
from transforms.rating.movement import with_movement
from transforms.rating.plan import Plan, Source
from transforms.rating.trace import trace_of
from transforms.tables.outputs import RATINGS

_COLUMNS = [name for name in RATINGS.schema if name != "valid_from_on"]


@dataclass(frozen=True)
class Rating:
    """Ratings and trace in the columns of their tables but valid_from_on, each sorted by its key.

    ahead: AHEAD, what `outlook` goes by; empty where it is not asked for.
    """

    ratings: pl.LazyFrame
    trace: pl.LazyFrame
    ahead: pl.LazyFrame = field(default_factory=lambda: pl.LazyFrame(schema=AHEAD))


def numbered(enterprises: pl.LazyFrame) -> pl.DataFrame:
    """enterprise_id and a number `key` in the order of the ids: narrower to group and join by."""
    ids = enterprises.select("enterprise_id").collect().sort("enterprise_id")
    is_first = pl.col("enterprise_id").ne_missing(pl.col("enterprise_id").shift())
    return ids.filter(is_first).with_row_index("key").with_columns(pl.col("key").cast(pl.UInt32))


def _text(column: str, texts: Mapping[int, str]) -> pl.Expr:
    """Small numbers to their text; null for what has none."""
    return looked_up(pl.col(column), by_order(texts.items()), pl.String())


def _by_decider(cases: Mapping[str, pl.Expr], dtype: pl.DataType) -> pl.Expr:
    """One expression per decider; null for a decider without."""
    value = pl.lit(None, dtype=dtype)
    for decider, case in cases.items():
        value = pl.when(pl.col("decided_by") == decider).then(case).otherwise(value)
    return value


def _decided_by_id(plan: Plan) -> pl.Expr:
    cases = {
        "cut_point": _text("score_index", dict(enumerate(plan.tiers))),
        "minimum_data": _text("failing_need", {need.order: need.id for need in plan.needs}),
        "direct": _text("direct_rule", {rule.order: rule.id for rule in plan.directs}),
        "movement": pl.lit("movement"),
        "decision": pl.col("decision_no"),
    }
    return _by_decider(cases, pl.String())


def _decided_by_basis(plan: Plan) -> pl.Expr:
    def basis(source: Source) -> pl.Expr:
        return pl.lit(source.basis)

    cases = {
        "cut_point": basis(plan.tiers_source),
        "minimum_data": _text("failing_need", {need.order: need.source.basis for need in plan.needs}),
        "direct": _text("direct_rule", {rule.order: rule.source.basis for rule in plan.directs}),
        "movement": basis(plan.movement_source),
        "decision": pl.col("reason"),
    }
    return _by_decider(cases, pl.String())


def _ratings(tiers: pl.DataFrame, keys: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    tiers_by_index = dict(enumerate(plan.tiers))
    locks = {"direct": pl.col("direct_until"), "decision": pl.col("ends_on")}
    named = tiers.lazy().select(
        looked_up(pl.col("key"), keys["enterprise_id"], pl.String()).alias("enterprise_id"),
        pl.lit(plan.scheme).alias("scheme"),
        _text("index", tiers_by_index).alias("tier"),
        pl.col("index").alias("tier_index"),
        pl.col("score").alias("score_centipoints"),
        pl.lit(plan.whole.base, dtype=pl.Int64).alias("base_centipoints"),
        _text("score_index", tiers_by_index).alias("score_tier"),
        "decided_by",
        _decided_by_id(plan).alias("decided_by_id"),
        _decided_by_basis(plan).alias("decided_by_basis"),
        _by_decider(locks, pl.Date()).alias("locked_until_on"),
        "next_change_on",
        "next_change_why",
    )
    return named.select(_COLUMNS).collect()


def rate(
    records: Mapping[str, pl.LazyFrame],
    enterprises: pl.LazyFrame,
    scheme: Scheme,
    as_of: date,
    releases: pl.LazyFrame | None = None,
) -> Rating:
    """Rates every one of `enterprises` (column enterprise_id) on the day `as_of`, and none other.

    records: by kind, one row per record_id, with the columns of the kind's table. Kinds may be missing.
    releases: RELEASES. released_on: the first day of a repair or early removal that stands on `as_of`; it tells for
    rules with until_released. stands_until_on: as in `Known`. None for none.
    Points are centipoints. score_centipoints == base_centipoints + sum of the trace's points_centipoints.

    Reads the records here and now: what it gives is computed. Raises PolicyGap where a value of the scheme has
    none so early.
    """
    plan = plan_on(scheme, as_of)
    keys = numbered(enterprises)
    known = Known(records, keys, pl.DataFrame(schema=RELEASES) if releases is None else releases.collect())
    facts, every_hold = read_facts(known, plan, holds(records, plan))
    hits = find(facts, plan)
    asks = keys.select("key", ask="key", on=pl.lit(as_of, dtype=pl.Date()))
    evaluation = evaluate(hits.on(as_of), asks, plan)
    moved = with_movement(evaluation.tiers, hits, plan)
    decided = with_decision(moved, hold_in_force(every_hold, plan))
    dated = with_next_change(decided, every_hold, facts, plan)
    ahead = ahead_of(evaluation, dated, keys, plan)
    return Rating(_ratings(dated, keys, plan).lazy(), trace_of(evaluation, keys, plan).lazy(), ahead)
