"""The entry point of the rating: every enterprise's tier on a day, with its trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from transforms.policy_model.scheme import Scheme
from transforms.rating.compiled_scheme import SchemePlan, compile_scheme
from transforms.rating.hits import RELEASES, RatingInputs, find_hits, read_facts, value_at, values_by_order
from transforms.rating.next_change import STABILITY, tier_stability, with_next_change
from transforms.rating.tier import evaluate, holds_in_force, tier_holds, with_hold, with_movement
from transforms.rating.trace import build_trace
from transforms.schemas.run_tables import RATINGS, TRADE_RATINGS, TRADE_TRACE

_COLUMNS = [name for name in RATINGS.schema if name != "valid_from_on"]


@dataclass(frozen=True)
class TradeRatings:
    """Ratings and trace of the trades in the columns of their tables without valid_from_on, each sorted by its key."""

    ratings: pl.DataFrame
    trace: pl.DataFrame

    @classmethod
    def none(cls) -> TradeRatings:
        """Of a run in which one scheme rates all."""
        return cls(TRADE_RATINGS.empty().drop("valid_from_on"), TRADE_TRACE.empty().drop("valid_from_on"))

    def of_enterprises(self, some: pl.DataFrame) -> TradeRatings:
        """The rows of some enterprises (column enterprise_id)."""
        return TradeRatings(*(rows.join(some, on="enterprise_id", how="semi") for rows in (self.ratings, self.trace)))


@dataclass(frozen=True)
class RatingResult:
    """Ratings and trace in the columns of their tables without valid_from_on, each sorted by its key.

    stability: STABILITY, collected by `tier_outlook` alone; empty where there is no outlook. trades: none where one
    scheme rates all.
    """

    ratings: pl.DataFrame
    trace: pl.DataFrame
    stability: pl.LazyFrame = field(default_factory=lambda: pl.LazyFrame(schema=STABILITY))
    trades: TradeRatings = field(default_factory=TradeRatings.none)


def rate_enterprises(
    records: Mapping[str, pl.LazyFrame],
    enterprises: pl.LazyFrame,
    scheme: Scheme,
    as_of: date,
    releases: pl.DataFrame | None = None,
) -> RatingResult:
    """Rate every one of `enterprises` (column enterprise_id), and no other, on the day `as_of`.

    records: by kind, one row per record_id, with the columns of the kind's table; kinds may be missing. releases:
    RELEASES, see `RatingInputs`; released_on applies to rules with until_released. None: there are none.

    Points are centipoints: score_centipoints == base_centipoints + sum of points_centipoints in the trace.

    Collects the records. Raises PolicyGap where a value of the scheme has no date so early.
    """
    plan = compile_scheme(scheme, as_of)
    keys = number_enterprises(enterprises)
    inputs = RatingInputs(records, keys, pl.DataFrame(schema=RELEASES) if releases is None else releases)
    facts, holds = read_facts(inputs, plan, tier_holds(records, plan))
    hits = find_hits(facts, plan)
    queries = keys.select("key", query="key", on=pl.lit(as_of, dtype=pl.Date()))
    evaluation = evaluate(hits.on_day(as_of), queries, plan)
    tiers = with_movement(evaluation.tiers, hits, plan)
    tiers = with_hold(tiers, holds_in_force(holds, plan))
    tiers = with_next_change(tiers, holds, facts, plan)
    return RatingResult(
        ratings=_ratings(tiers, keys, plan),
        trace=build_trace(evaluation, keys, plan),
        stability=tier_stability(evaluation, tiers, keys, plan),
    )


def number_enterprises(enterprises: pl.LazyFrame) -> pl.DataFrame:
    """enterprise_id, without repeats, and its number `key` in the order of the identifiers."""
    ids = enterprises.select("enterprise_id").collect().sort("enterprise_id")
    is_first = pl.col("enterprise_id").ne_missing(pl.col("enterprise_id").shift())
    return ids.filter(is_first).with_row_index("key").with_columns(pl.col("key").cast(pl.UInt32))


def _ratings(tiers: pl.DataFrame, keys: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """The rows of the table `ratings` without valid_from_on."""
    tier_names = dict(enumerate(plan.tiers))
    ids = {
        "cut_point": _named("score_index", tier_names),
        "minimum_data": _named("failing_need", {need.order: need.id for need in plan.needs}),
        "direct": _named("direct_rule", {rule.order: rule.id for rule in plan.directs}),
        "movement": pl.lit("movement"),
        "decision": pl.col("decision_no"),
    }
    bases = {
        "cut_point": pl.lit(plan.tiers_citation.basis),
        "minimum_data": _named("failing_need", {need.order: need.citation.basis for need in plan.needs}),
        "direct": _named("direct_rule", {rule.order: rule.citation.basis for rule in plan.directs}),
        "movement": pl.lit(plan.movement_citation.basis),
        "decision": pl.col("reason"),
    }
    locks = {"direct": pl.col("direct_until"), "decision": pl.col("ends_on")}
    named = tiers.lazy().select(
        value_at(pl.col("key"), keys["enterprise_id"], pl.String()).alias("enterprise_id"),
        pl.lit(plan.scheme).alias("scheme"),
        _named("index", tier_names).alias("tier"),
        pl.col("index").alias("tier_index"),
        pl.col("score").alias("score_centipoints"),
        pl.lit(plan.score.base, dtype=pl.Int64).alias("base_centipoints"),
        _named("score_index", tier_names).alias("score_tier"),
        "decided_by",
        _by_decider(ids).alias("decided_by_id"),
        _by_decider(bases).alias("decided_by_basis"),
        _by_decider(locks).alias("locked_until_on"),
        "next_change_on",
        "next_change_why",
    )
    return named.select(_COLUMNS).collect()


def _named(column: str, names: Mapping[int, str]) -> pl.Expr:
    """The names of the small numbers in a column; null where there is none."""
    return value_at(pl.col(column), values_by_order(names.items()), pl.String())


def _by_decider(cases: Mapping[str, pl.Expr]) -> pl.Expr:
    """The expression of the decider in decided_by; null where there is none."""
    value: pl.Expr = pl.lit(None)
    for decider, case in cases.items():
        value = pl.when(pl.col("decided_by") == decider).then(case).otherwise(value)
    return value
