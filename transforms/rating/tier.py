"""From scores to tiers on any days: cut points, what the best tier needs, direct placement, movement, holds.

Movement: from an adverse event on, up by so many tiers for each full clean year. A hold (暂缓) is the office's decision
to keep a tier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from transforms.dates import add_years, day_after, full_years
from transforms.rating.compiled_scheme import SchemePlan, reason_code
from transforms.rating.hits import Hits, rows_at_places, value_at
from transforms.rating.totals import count_hits, next_item_changes, total_scores
from transforms.schemas.base import TEXT, TEXT_LIST

_HOLDS = pl.Schema(
    {
        "enterprise_id": pl.String(),
        "decision_no": pl.String(),
        "decided_on": pl.Date(),
        "ends_on": pl.Date(),
        "held_index": pl.Int64(),
        "reason": pl.String(),
    }
)
HOLD_NOTES = {
    "open": "没有写明终止日期，何时终止须人工核对",
    "other_tier": "与作出决定前的等级不同：暂缓只能维持原等级",
    "over_direct": "未予执行：列入名单或者其他直接判定期间，暂缓不改变等级",
    "replaced": "已由后一暂缓决定取代",
}


def tier_holds(records: Mapping[str, pl.LazyFrame], plan: SchemePlan) -> pl.LazyFrame:
    """Every decision, past, in force or future, that holds a tier of the scheme.

    enterprise_id, decision_no, decided_on, ends_on (last day; null for no end), held_index (the tier), reason.
    """
    if "decision" not in records:
        return pl.LazyFrame(schema=_HOLDS)
    indexes = {tier: index for index, tier in enumerate(plan.tiers)}
    index = pl.col("tier").replace_strict(indexes, default=None, return_dtype=pl.Int64)
    holds = records["decision"].filter(pl.col("decision_type") == "hold_tier").with_columns(held_index=index)
    return holds.filter(pl.col("held_index").is_not_null()).select(_HOLDS.names())


def holds_in_force(holds: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Per enterprise (key) the latest decision in force on the plan's day: by day of decision, then by number."""
    is_over = (pl.col("ends_on") < plan.day).fill_null(False)
    in_force = holds.filter((pl.col("decided_on") <= plan.day) & ~is_over)
    latest = [
        pl.col(name).sort_by("decided_on", "decision_no", descending=True).first()
        for name in ("decision_no", "ends_on", "held_index", "reason")
    ]
    return in_force.group_by("key").agg(latest)


def with_hold(tiers: pl.DataFrame, in_force: pl.DataFrame) -> pl.DataFrame:
    """Sets index and decided_by of `tiers` to the tier that is held, unless a direct placement is worse.

    Adds decision_no, ends_on and reason of the decision. tiers: one row per key, in their order.
    """
    joined = pl.concat([tiers, rows_at_places(in_force, "key", len(tiers))], how="horizontal")
    is_placed_worse = (pl.col("direct_tier") > pl.col("held_index")).fill_null(False)
    is_held = pl.col("held_index").is_not_null() & ~is_placed_worse
    return joined.with_columns(
        index=pl.when(is_held).then("held_index").otherwise("index"),
        decided_by=pl.when(is_held).then(pl.lit("decision")).otherwise(pl.col("decided_by")),
    )


def with_hold_notes(holding: pl.LazyFrame, ratings: pl.LazyFrame) -> pl.LazyFrame:
    """Adds tier_before and notes (codes of HOLD_NOTES) to `holding`, decisions to hold a tier that are not over.

    ratings: all rows of `ratings` of their enterprises, past ones included. tier_before: the tier on the day before
    the decision; null where the enterprise was not rated then.
    """
    # A decision has a column decided_by of its own: the authority.
    rated = ratings.select(
        "enterprise_id", "valid_from_on", "tier", _rated_by=pl.col("decided_by"), _rated_by_id=pl.col("decided_by_id")
    )
    of_decisions = holding.select("record_id", "enterprise_id", "decided_on").join(rated, on="enterprise_id")
    ordered = of_decisions.sort("record_id", "valid_from_on")
    before = ordered.filter(pl.col("valid_from_on") < pl.col("decided_on")).group_by("record_id")
    since = ordered.filter(pl.col("valid_from_on").max().over("record_id") >= pl.col("decided_on")).group_by(
        "record_id"
    )
    joined = holding.join(before.agg(tier_before=pl.col("tier").last()), on="record_id", how="left")
    joined = joined.join(since.agg(pl.col("_rated_by", "_rated_by_id").last()), on="record_id", how="left")
    conditions = {
        "open": pl.col("ends_on").is_null(),
        "other_tier": pl.col("tier") != pl.col("tier_before"),
        "over_direct": pl.col("_rated_by") == "direct",
        "replaced": (pl.col("_rated_by") == "decision") & (pl.col("_rated_by_id") != pl.col("decision_no")),
    }
    notes = [
        pl.when(is_met).then(pl.lit(code)).otherwise(pl.lit(None, dtype=TEXT)) for code, is_met in conditions.items()
    ]
    return joined.with_columns(notes=pl.concat_list(notes).list.drop_nulls().cast(TEXT_LIST)).drop(
        "_rated_by", "_rated_by_id"
    )


_DAYS = 2**24  # more than twice the days a date can be away from 1970
_TIERS = 2**16  # more tiers than a scheme has
_SUMS = pl.col("^(burden|again_.*)$")


def with_movement(tiers: pl.DataFrame, hits: Hits, plan: SchemePlan) -> pl.DataFrame:
    """Worsens index to the tier that movement holds an enterprise to (decided_by: movement).

    Adds clean_year_on, the next day on which a year since the last unclean day is full; null where movement does not
    decide. tiers: one row per key, in their order.
    """
    if plan.tiers_per_clean_year is None:
        return tiers.with_columns(clean_year_on=pl.lit(None, dtype=pl.Date()))
    last, today = pl.col("last_on"), pl.lit(plan.day, dtype=pl.Date())
    clean_year_on = day_after(add_years(last, full_years(last, today) + 1))
    is_held = pl.col("floor") > value_at(pl.col("key"), tiers["index"], pl.Int64())
    queries = _past_queries(hits, tiers, plan)
    if queries.is_empty():  # as for most batches of few enterprises
        floors = pl.DataFrame(schema={"key": pl.UInt32(), "floor": pl.Int64(), "last_on": pl.Date()})
    else:
        # What the best tier needs is ignored on past days: an enterprise that nobody had inspected yet has not fallen.
        reached = evaluate(hits.for_queries(queries), queries, replace(plan, needs=())).tiers
        floor = (pl.col("index") - pl.col("credit")).max()
        floors = reached.group_by("key").agg(floor=floor, last_on=pl.col("last_on").max())
    held = floors.filter(is_held).select("key", "floor", clean_year_on=clean_year_on)
    joined = pl.concat([tiers, rows_at_places(held, "key", len(tiers))], how="horizontal")
    decided_by = pl.when(pl.col("floor").is_not_null()).then(pl.lit("movement")).otherwise("decided_by")
    return joined.with_columns(index=pl.coalesce("floor", "index"), decided_by=decided_by).drop("floor")


def _past_queries(hits: Hits, tiers: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """The unclean days that may hold an enterprise to a worse tier: query (row number), key, on, credit, last_on.

    tiers: one row per key, in their order, with index, the tier without movement.
    """
    burdens = _burdens(hits, plan)
    # The worst tier that summed burdens and placements can give.
    extra = [
        pl.col(f"again_{rule.order}") // rule.every * rule.points
        for rule in plan.accumulations
        if rule.points * plan.worse > 0
    ]
    start = plan.score.base + sum(part.start - part.base for part in plan.sections)
    score = (pl.sum_horizontal("burden", *extra) + start).clip(plan.score.lowest, plan.score.highest)
    worst = pl.max_horizontal(tier_of_score(score, plan), "tier")
    of_all_days = burdens.lazy().group_by("key").agg(_SUMS.sum(), pl.col("tier").max())
    now = value_at(pl.col("key"), tiers["index"], pl.Int64())
    concerned = of_all_days.filter(worst > now).select("key", is_concerned=pl.lit(True)).collect()
    is_concerned = value_at(pl.col("key"), rows_at_places(concerned, "key", len(tiers))["is_concerned"], pl.Boolean())
    days = _with_credit(_unclean_days(burdens.filter(is_concerned), plan), plan)
    may_matter = (worst - pl.col("credit") > now) & (pl.col("on") < plan.day)
    return days.filter(may_matter).select("key", "on", "credit", "last_on").with_row_index("query")


def _burdens(hits: Hits, plan: SchemePlan) -> pl.DataFrame:
    """What weighs on enterprises: key, on, ends_on (last day it weighs), is_unclean, burden, tier, again_N.

    burden: centipoints without decay, 0 where not adverse. tier: where a direct placement places, -1 for hits of
    items. again_N: 1 where the hit is of an item of accumulation N. An item hit of unknown amount weighs nothing; it
    makes its day unclean where its item can be adverse.
    """
    last_on = pl.min_horizontal("window_ends_on", "expires_on")
    is_adverse = (pl.col("raw") * plan.worse > 0).fill_null(False)
    may_be_adverse = [
        item.order for item in plan.items if any(p * plan.worse > 0 for p in item.award.possible_points())
    ]
    is_unknown_burden = pl.col("raw").is_null() & pl.col("rule").is_in(may_be_adverse)
    again = {f"again_{rule.order}": pl.col("rule").is_in(rule.of).cast(pl.Int64) for rule in plan.accumulations}
    of_items = {
        "is_unclean": is_adverse | is_unknown_burden,
        "burden": pl.when(is_adverse).then("raw").otherwise(0),
        "tier": pl.lit(-1, dtype=pl.Int64),
        **again,
    }
    none = dict.fromkeys(("burden", *again), pl.lit(0, dtype=pl.Int64))
    of_triggers = {"is_unclean": pl.lit(True), "tier": pl.col("tier"), **none}
    frames = [
        frame.lazy()
        .filter(pl.col("withdrawn_by").is_null())
        .select("key", on="event_on", ends_on=last_on, **{name: columns[name] for name in of_items})
        for frame, columns in ((hits.items, of_items), (hits.triggers, of_triggers))
    ]
    return pl.concat(frames).collect().rechunk()


def _unclean_days(burdens: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Per unclean day of an enterprise (key, on; in this order) the sum of the burdens that weigh on it."""
    ends = burdens.filter(pl.col("ends_on") < plan.day).with_columns(
        _SUMS * -1, on=day_after(pl.col("ends_on")), is_unclean=False, tier=pl.lit(-1, dtype=pl.Int64)
    )
    changes = pl.concat([burdens, ends]).sort(_key_and("on", _DAYS), multithreaded=False)
    worst_placement = (_key_and("tier", _TIERS) + 1).cum_max() % _TIERS - 1  # within each key, as keys rise
    unclean = pl.col("is_unclean").cum_sum()
    # Sums within each key: of all rows up to here, less those before the first row of the key.
    is_first = pl.col("key") != pl.col("key").shift(1)
    before_key = pl.when(is_first).then(_SUMS.cum_sum() - _SUMS).forward_fill().fill_null(0)
    summed = changes.with_columns(_SUMS.cum_sum() - before_key, tier=worst_placement, unclean=unclean)
    is_last = (pl.col("key") != pl.col("key").shift(-1)) | (pl.col("on") != pl.col("on").shift(-1))
    days = summed.filter(is_last.fill_null(True))
    return days.filter(pl.col("unclean") != pl.col("unclean").shift(1, fill_value=0))


def _key_and(column: str, room: int) -> pl.Expr:
    """Key and another number, less than `room`, as one number that sorts as both do."""
    return pl.col("key").cast(pl.Int64) * room + pl.col(column).to_physical().cast(pl.Int64)


def _with_credit(days: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Adds to unclean days (key, on; in this order) credit, the tiers that full clean years have regained since.

    Also last_on, the last unclean day of the enterprise.
    """
    day, today = pl.col("on"), pl.lit(plan.day, dtype=pl.Date())
    is_last = (pl.col("key") != pl.col("key").shift(-1)).fill_null(True)
    until = pl.when(is_last).then(today).otherwise(day.shift(-1))
    summed = days.with_columns(years=full_years(day, until)).with_columns(years_so_far=pl.col("years").cum_sum())
    # Summed over all keys at once; the value at the last day of each key applies to all its days.
    years_in_all, last_on = (pl.when(is_last).then(name).backward_fill() for name in ("years_so_far", "on"))
    years_since = years_in_all - pl.col("years_so_far") + pl.col("years")
    return summed.with_columns(credit=years_since * (plan.tiers_per_clean_year or 0), last_on=last_on)


@dataclass(frozen=True)
class Evaluation:
    """items, triggers: the hits of the queries, with reason (code; null where the hit counts or the placement holds).

    adjustments: as in `Totals`. tiers: see `evaluate`.
    """

    items: pl.DataFrame
    adjustments: pl.DataFrame
    triggers: pl.DataFrame
    tiers: pl.DataFrame


def evaluate(hits: Hits, queries: pl.DataFrame, plan: SchemePlan) -> Evaluation:
    """The tier of each query.

    hits: items and triggers with query and on. queries: query (the row's number), key, on. Needs are those of the
    plan's day, where query is key.

    `tiers` has one row per query, in their order: query, key, on, score (centipoints); score_index (the tier by cut
    points), failing_need (order; null where all are met), index (the tier after needs and direct placement),
    decided_by; direct_tier, direct_until, direct_rule of the placement that decides; and the first days after `on`
    that may change it: item_next_on, decay_next_on, lock_next_on, need_next_on.
    """
    items = count_hits(hits.items, plan)
    reason = (
        pl.when(pl.col("withdrawn_by").is_not_null())
        .then("withdrawn_by")
        .when(pl.col("on") > pl.col("holds_until"))
        .then(reason_code("aged_out"))
    )
    triggers = hits.triggers.with_columns(reason=reason)
    totals = total_scores(items, queries, plan)
    parts = [totals.scores, next_item_changes(items, plan), _decisive_placements(triggers)]
    if plan.needs:
        # need_N: the number of records within need N on the plan's day. need_next_on: the first day on which one of
        # them leaves its window.
        last_on = pl.min_horizontal("window_ends_on", "expires_on")
        is_counted = pl.col("withdrawn_by").is_null() & (last_on.is_null() | (last_on >= plan.day))
        counted = hits.needs.lazy().filter(is_counted).select("rule", query="key", last_on=last_on)
        counts = {f"need_{need.order}": (pl.col("rule") == need.order).sum().cast(pl.Int64) for need in plan.needs}
        need_next_on = day_after(pl.col("last_on").min())
        parts.append(counted.group_by("query").agg(**counts, need_next_on=need_next_on).collect())
    tiers = pl.concat([queries, *(rows_at_places(part, "query", len(queries)) for part in parts)], how="horizontal")
    scored = tiers.lazy().with_columns(pl.col("score").fill_null(plan.score.base))
    return Evaluation(items, totals.adjustments, triggers, _with_tier(scored, plan).collect())


def tier_of_score(score: pl.Expr, plan: SchemePlan) -> pl.Expr:
    """The index of the tier of a score: half-open intervals, lower bound included."""
    cuts = sorted((cut, index) for index, cut in enumerate(plan.cuts) if cut is not None)
    tier = pl.lit(plan.worst if plan.worse < 0 else 0, dtype=pl.Int64())
    for cut, index in cuts:
        tier = pl.when(score >= cut).then(pl.lit(index, dtype=pl.Int64())).otherwise(tier)
    return tier


def _decisive_placements(triggers: pl.DataFrame) -> pl.DataFrame:
    """Per query the placement that decides: the worst tier, then the longest lock, then the first in the policy file.

    query, direct_tier, direct_until (null for no end), direct_rule (order), and lock_next_on, the first day on which
    any of the placements in force no longer holds.
    """
    weight = ["tier", "holds_until", "rule"]  # a lock without end sorts before any other
    in_force = triggers.lazy().filter(pl.col("reason").is_null())
    ordered = in_force.sort("query", *weight, descending=[False, True, True, False], nulls_last=False)
    first = [pl.col(name).first() for name in weight]
    names = {"tier": "direct_tier", "holds_until": "direct_until", "rule": "direct_rule"}
    return ordered.group_by("query").agg(*first, lock_next_on=pl.col("stops_on").min()).rename(names).collect()


def _with_tier(scored: pl.LazyFrame, plan: SchemePlan) -> pl.LazyFrame:
    """Adds score_index, failing_need, index and decided_by; need_next_on too where the scheme has no needs.

    scored: score, need_N and need_next_on where there are needs, and those of `_decisive_placements`.
    """
    failing = []
    for need in plan.needs:
        count = pl.col(f"need_{need.order}").fill_null(0)
        is_failing = count < need.at_least if need.at_least is not None else count > (need.at_most or 0)
        failing.append(pl.when(is_failing).then(pl.lit(need.order, dtype=pl.Int16)))
    first_failing = pl.coalesce(pl.lit(None, dtype=pl.Int16), *failing)
    frame = scored.with_columns(score_index=tier_of_score(pl.col("score"), plan), failing_need=first_failing)
    if not plan.needs:
        frame = frame.with_columns(need_next_on=pl.lit(None, dtype=pl.Date()))
    is_lacking = (pl.col("score_index") == 0) & pl.col("failing_need").is_not_null()
    second_best = pl.lit(min(1, plan.worst), dtype=pl.Int64())
    after_needs = pl.when(is_lacking).then(second_best).otherwise(pl.col("score_index"))
    is_placed = (pl.col("direct_tier") > after_needs).fill_null(False)
    index = pl.when(is_placed).then(pl.col("direct_tier")).otherwise(after_needs)
    decided_by = pl.when(is_placed).then(pl.lit("direct")).when(is_lacking).then(pl.lit("minimum_data"))
    return frame.with_columns(index=index, decided_by=decided_by.otherwise(pl.lit("cut_point")))
