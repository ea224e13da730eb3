"""Every enterprise's rating on a day, with its trace: the way into this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from transforms.policy_model.scheme import Scheme
from transforms.rating.facts import RELEASES, RatingInputs, read_facts
from transforms.rating.frames import value_at, values_by_order
from transforms.rating.hits import find_hits
from transforms.rating.holds import holds_in_force, tier_holds, with_hold
from transforms.rating.movement import with_movement
from transforms.rating.next_change import STABILITY, tier_stability, with_next_change
from transforms.rating.scheme_plan import Citation, SchemePlan, compile_scheme
from transforms.rating.tier import evaluate
from transforms.rating.trace import build_trace
from transforms.schemas.run_tables import RATINGS

_COLUMNS = [name for name in RATINGS.schema if name != "valid_from_on"]


@dataclass(frozen=True)
class RatingResult:
    """Ratings and trace in the columns of their tables but valid_from_on, each sorted by its key.

    ahead: AHEAD, what `outlook` goes by; empty where it is not asked for.
    """

    ratings: pl.LazyFrame
    trace: pl.LazyFrame
    ahead: pl.LazyFrame = field(default_factory=lambda: pl.LazyFrame(schema=STABILITY))


def number_enterprises(enterprises: pl.LazyFrame) -> pl.DataFrame:
    """enterprise_id and a number `key` in the order of the ids: narrower to group and join by."""
    ids = enterprises.select("enterprise_id").collect().sort("enterprise_id")
    is_first = pl.col("enterprise_id").ne_missing(pl.col("enterprise_id").shift())
    return ids.filter(is_first).with_row_index("key").with_columns(pl.col("key").cast(pl.UInt32))


def _text(column: str, texts: Mapping[int, str]) -> pl.Expr:
    """Small numbers to their text; null for what has none."""
    return value_at(pl.col(column), values_by_order(texts.items()), pl.String())


def _by_decider(cases: Mapping[str, pl.Expr], dtype: pl.DataType) -> pl.Expr:
    """One expression per decider; null for a decider without."""
    value = pl.lit(None, dtype=dtype)
    for decider, case in cases.items():
        value = pl.when(pl.col("decided_by") == decider).then(case).otherwise(value)
    return value


def _decided_by_id(plan: SchemePlan) -> pl.Expr:
    cases = {
        "cut_point": _text("score_index", dict(enumerate(plan.tiers))),
        "minimum_data": _text("failing_need", {need.order: need.id for need in plan.needs}),
        "direct": _text("direct_rule", {rule.order: rule.id for rule in plan.directs}),
        "movement": pl.lit("movement"),
        "decision": pl.col("decision_no"),
    }
    return _by_decider(cases, pl.String())


def _decided_by_basis(plan: SchemePlan) -> pl.Expr:
    def basis(source: Citation) -> pl.Expr:
        return pl.lit(source.basis)

    cases = {
        "cut_point": basis(plan.tiers_source),
        "minimum_data": _text("failing_need", {need.order: need.source.basis for need in plan.needs}),
        "direct": _text("direct_rule", {rule.order: rule.source.basis for rule in plan.directs}),
        "movement": basis(plan.movement_source),
        "decision": pl.col("reason"),
    }
    return _by_decider(cases, pl.String())


def _ratings(tiers: pl.DataFrame, keys: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    tiers_by_index = dict(enumerate(plan.tiers))
    locks = {"direct": pl.col("direct_until"), "decision": pl.col("ends_on")}
    named = tiers.lazy().select(
        value_at(pl.col("key"), keys["enterprise_id"], pl.String()).alias("enterprise_id"),
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


def rate_enterprises(
    records: Mapping[str, pl.LazyFrame],
    enterprises: pl.LazyFrame,
    scheme: Scheme,
    as_of: date,
    releases: pl.LazyFrame | None = None,
) -> RatingResult:
    """Rates every one of `enterprises` (column enterprise_id) on the day `as_of`, and none other.

    records: by kind, one row per record_id, with the columns of the kind's table. Kinds may be missing.
    releases: RELEASES. released_on: the first day of a repair or early removal that stands on `as_of`; it tells for
    rules with until_released. stands_until_on: as in `Known`. None for none.
    Points are centipoints. score_centipoints == base_centipoints + sum of the trace's points_centipoints.

    Reads the records here and now: what it gives is computed. Raises PolicyGap where a value of the scheme has
    none so early.
    """
    plan = compile_scheme(scheme, as_of)
    keys = number_enterprises(enterprises)
    known = RatingInputs(records, keys, pl.DataFrame(schema=RELEASES) if releases is None else releases.collect())
    facts, every_hold = read_facts(known, plan, tier_holds(records, plan))
    hits = find_hits(facts, plan)
    asks = keys.select("key", ask="key", on=pl.lit(as_of, dtype=pl.Date()))
    evaluation = evaluate(hits.on(as_of), asks, plan)
    moved = with_movement(evaluation.tiers, hits, plan)
    decided = with_hold(moved, holds_in_force(every_hold, plan))
    dated = with_next_change(decided, every_hold, facts, plan)
    ahead = tier_stability(evaluation, dated, keys, plan)
    return RatingResult(_ratings(dated, keys, plan).lazy(), build_trace(evaluation, keys, plan).lazy(), ahead)
