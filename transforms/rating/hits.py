"""Rule hits: a row per rule and record it applies to, before it is known what counts on which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from transforms.dates import day_after, end_of_duration
from transforms.policy_model.scheme import Award, Duration, Window
from transforms.rating.facts import NO_END, Facts
from transforms.rating.frames import value_at, values_by_order, window_ends
from transforms.rating.scheme_plan import DirectRule, ItemRule, RecordRule, SchemePlan, reason_code
from transforms.schemas.run_tables import UNKNOWN_VALUE

HIT = pl.Schema(
    {
        "key": pl.UInt32(),
        "rule": pl.Int16(),
        "record_id": pl.String(),
        "record_no": pl.String(),
        "event_on": pl.Date(),
        "withdrawn_on": pl.Date(),
        "withdrawn_by": pl.Int8(),
        "expires_on": pl.Date(),
    }
)

NEED = pl.Schema((name, HIT[name]) for name in ("key", "rule", "event_on", "withdrawn_by", "expires_on"))

_NO_DAY = pl.lit(None, dtype=pl.Date())

ITEM = pl.Schema({"act": pl.Int64(), "raw": pl.Int64(), "used": pl.String()})


@dataclass(frozen=True)
class Hits:
    """All a scheme finds in the records up to its day: hits of items and needs, and what places directly.

    withdrawn_by is why (a reason) a record taken away by the plan's day does not count, on whichever day; null for
    others. window_ends_on is the last day the rule's window covers, expires_on the record's own term where the window
    heeds it. Hits of needs do not name the record. Those of items have raw, the centipoints of the award, null where
    the value it goes by is unknown and the scheme gives no points for that; used, the value they were computed from;
    act, a number, where of one act only the heaviest counts; and decay_N_on, the day from which step N of the decay
    tells.
    """

    items: pl.DataFrame
    triggers: pl.DataFrame
    needs: pl.DataFrame

    def on(self, day: date) -> Hits:
        """Every enterprise asks on this one day: adds on, and ask, which is its key."""
        today = {"ask": pl.col("key"), "on": pl.lit(day, dtype=pl.Date())}
        return replace(self, items=self.items.with_columns(**today), triggers=self.triggers.with_columns(**today))

    def beside(self, asks: pl.DataFrame) -> Hits:
        """Items and triggers beside each of `asks` (ask, key, on) of their enterprise on which they may count."""
        is_asked = pl.col("key").is_in(asks["key"].unique().implode())  # the join alone takes three times as long
        last_on = pl.min_horizontal("window_ends_on", "expires_on")
        may_count = (pl.col("event_on") <= pl.col("on")) & (pl.col("on") <= last_on).fill_null(True)

        def asked(frame: pl.DataFrame) -> pl.DataFrame:
            standing = frame.lazy().filter(is_asked & pl.col("withdrawn_by").is_null())
            return standing.join(asks.lazy().select("ask", "key", "on"), on="key").filter(may_count).collect()

        return replace(self, items=asked(self.items), triggers=asked(self.triggers))


def find_hits(facts: Facts, plan: SchemePlan) -> Hits:
    """The hits of items, direct rules and needs."""
    return Hits(
        items=_with_decay(_found(facts, plan.items, pl.Schema(HIT | ITEM)), plan),
        triggers=find_triggers(_found(facts, plan.directs, HIT), plan),
        needs=_found(facts, plan.needs, NEED),
    )


def _found(facts: Facts, rules: Sequence[RecordRule], schema: pl.Schema) -> pl.DataFrame:
    told = (rule for rule in rules if rule.kind in facts and facts[rule.kind][rule.flag].any())
    frames = [_hits(facts[rule.kind], rule, schema) for rule in told]
    found = pl.concat([pl.LazyFrame(schema=schema), *frames]).collect().rechunk()
    return found.with_columns(window_ends_on=window_ends(found, {rule.order: rule.window for rule in rules}))


def _with_decay(hits: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Adds the first day of each step of the decay."""
    for n in range(plan.decay_steps):
        steps = ((item.order, item.decay[n : n + 1]) for item in plan.items)
        before = {order: Window(rolling=step[0].after) if step else None for order, step in steps}
        hits = hits.with_columns(day_after(pl.lit(window_ends(hits, before))).alias(f"decay_{n}_on"))
    return hits


def _hits(facts: pl.DataFrame, rule: RecordRule, schema: pl.Schema) -> pl.LazyFrame:
    withdrawn = "withdrawn" if rule.is_until_released else "revoked"
    columns = {
        "key": pl.col("key"),
        "rule": pl.lit(rule.order, dtype=pl.Int16()),
        "record_id": pl.col("record_id"),
        "record_no": pl.col("record_no"),
        "event_on": pl.col("event_on"),
        "withdrawn_on": pl.col(f"{withdrawn}_on"),
        "withdrawn_by": pl.col(f"{withdrawn}_by"),
        "expires_on": _expires_on(rule),
    }
    if isinstance(rule, ItemRule):
        columns |= _of_item(rule)
    return facts.lazy().filter(pl.col(rule.flag)).select(columns[name].alias(name) for name in schema)


def _expires_on(rule: RecordRule) -> pl.Expr:
    if isinstance(rule, DirectRule) and rule.is_while_listed:
        untold = _NO_DAY if rule.listed_for is None else end_of_duration(pl.col("event_on"), rule.listed_for)
        until = pl.coalesce("stands_until_on", untold)
        return pl.when(until < NO_END).then(until)
    return pl.col("expires_on") if rule.window.until_expiry else _NO_DAY


def _of_item(rule: ItemRule) -> dict[str, pl.Expr]:
    of = rule.award.of
    used = pl.lit("") if of is None else pl.concat_str(pl.lit(f"{of}="), _value_or_unknown(of))
    return {"act": pl.col("act"), "raw": _points_of_award(rule.award), "used": used}


def _value_or_unknown(of: str) -> pl.Expr:
    return pl.col(f"of_{of}").cast(pl.String()).fill_null(UNKNOWN_VALUE)


def _points_of_award(award: Award) -> pl.Expr:
    """Centipoints an award gives to a record that it applies to; null where the value is unknown and no rule says."""
    if award.fixed is not None or award.unprovided:
        return pl.lit(award.fixed, dtype=pl.Int64)
    units = pl.col(f"of_{award.of}")
    points = units * award.per_unit if award.per_unit is not None else pl.lit(None, dtype=pl.Int64)
    for step in sorted(award.brackets or (), key=lambda step: step.from_):
        points = pl.when(units >= step.from_).then(pl.lit(step.points, dtype=pl.Int64)).otherwise(points)
    when_unknown = pl.lit(award.when_unknown, dtype=pl.Int64)
    return pl.when(units.is_null()).then(when_unknown).otherwise(points)


def _repeated(hits: pl.LazyFrame, rule: DirectRule, within: Duration) -> pl.LazyFrame:
    """The hits with at least so many not withdrawn, themselves included, in the span that ends with them."""
    standing = hits.filter(pl.col("withdrawn_by").is_null())
    others = standing.select("key", other_id="record_id", other_on="event_on")
    is_within = (pl.col("other_on") <= pl.col("event_on")) & (
        end_of_duration(pl.col("other_on"), within) >= pl.col("event_on")
    )
    is_other = pl.col("other_id") != pl.col("record_id")
    counts = (
        hits.join(others, on="key")
        .filter(is_within & is_other)
        .group_by("key", "record_id")
        .agg(others=pl.len().cast(pl.Int64))
    )
    enough = counts.filter(pl.col("others") + 1 >= rule.at_least)
    return hits.join(enough, on=["key", "record_id"], how="semi")


def find_triggers(hits: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Of the hits of direct rules those that place: the record, or enough of them within the rule's span.

    Adds tier (index), holds_until (last day; null for ever) and stops_on (the day after, or of withdrawal: the first).
    """
    is_alone = pl.col("rule").is_in([rule.order for rule in plan.directs if rule.within is None])
    frames = [hits.lazy().filter(is_alone)]
    for rule in plan.directs:
        if rule.within is not None:
            frames.append(_repeated(hits.lazy().filter(pl.col("rule") == rule.order), rule, rule.within))
    tiers = values_by_order((rule.order, rule.tier) for rule in plan.directs)
    holds_until = pl.min_horizontal("window_ends_on", "expires_on")
    stops_on = pl.min_horizontal(day_after(holds_until), "withdrawn_on")
    tier = value_at(pl.col("rule"), tiers, pl.Int64())
    return pl.concat(frames).with_columns(tier=tier, holds_until=holds_until, stops_on=stops_on).collect()


def with_trigger_reason(asked: pl.DataFrame) -> pl.DataFrame:
    """Triggers with `ask` and `on`, with the reason a placement does not hold; null while it does."""
    reason = (
        pl.when(pl.col("withdrawn_by").is_not_null())
        .then("withdrawn_by")
        .when(pl.col("on") > pl.col("holds_until"))
        .then(reason_code("aged_out"))
    )
    return asked.with_columns(reason=reason)


def decisive_placements(judged: pl.DataFrame) -> pl.DataFrame:
    """Per ask the placement that holds and weighs most: worst tier, then the longest lock, then file order.

    Columns ask, direct_tier, direct_until (null for ever), direct_rule (order), and lock_next_on, the first day
    any of those that hold does no longer.
    """
    weight = ["tier", "holds_until", "rule"]  # no end sorts before any end
    holding = judged.lazy().filter(pl.col("reason").is_null())
    in_order = holding.sort("ask", *weight, descending=[False, True, True, False], nulls_last=False)
    first = [pl.col(name).first() for name in weight]
    named = {"tier": "direct_tier", "holds_until": "direct_until", "rule": "direct_rule"}
    return in_order.group_by("ask").agg(*first, lock_next_on=pl.col("stops_on").min()).rename(named).collect()
