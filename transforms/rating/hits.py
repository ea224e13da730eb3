"""Rule hits: a row per rule and record it applies to, before it is known what counts on which day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

import polars as pl

from transforms.dates import day_after, end_of_duration, end_of_window
from transforms.policy_model.dated_values import Duration
from transforms.policy_model.scheme import Award, Window
from transforms.rating.facts import NO_END, Facts
from transforms.rating.frames import value_at, values_by_order
from transforms.rating.scheme_plan import DirectRule, ItemRule, RecordRule, SchemePlan
from transforms.schemas.run_tables import UNKNOWN_VALUE

_HIT = pl.Schema(
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
_ITEM_HIT = pl.Schema(_HIT | {"act": pl.Int64(), "raw": pl.Int64(), "used": pl.String()})
_NEED_HIT = pl.Schema((name, _HIT[name]) for name in ("key", "rule", "event_on", "withdrawn_by", "expires_on"))


@dataclass(frozen=True)
class Hits:
    """Everything a scheme finds in the records up to its day: hits of items, direct placements, hits of needs.

    Columns of all: key, rule (order), event_on; withdrawn_by, the reason code of a record withdrawn (revoked, released)
    by the plan's day, which then counts on no day; window_ends_on, the last day in the rule's window; expires_on, the
    last day of the record's own term where the window considers it. Null dates: no end.

    items and triggers also: record_id, record_no, withdrawn_on.
    items also: raw, centipoints of the award, null where the value it depends on is unknown and the scheme gives no
    points for that; used, that value as text; act, a number, where only the heaviest hit of an act counts; decay_N_on,
    the first day of step N of the decay.
    triggers also: tier (index), holds_until (last day, null for no end), stops_on (first day it no longer holds).
    """

    items: pl.DataFrame
    triggers: pl.DataFrame
    needs: pl.DataFrame

    def on_day(self, day: date) -> Hits:
        """Items and triggers as queried by every enterprise for this one day: adds on, and query, which is key."""
        columns = {"query": pl.col("key"), "on": pl.lit(day, dtype=pl.Date())}
        return replace(self, items=self.items.with_columns(**columns), triggers=self.triggers.with_columns(**columns))

    def for_queries(self, queries: pl.DataFrame) -> Hits:
        """Items and triggers joined to the queries (query, key, on) of their enterprise on whose day they may count."""
        is_queried = pl.col("key").is_in(queries["key"].unique().implode())  # the join alone takes three times as long
        last_on = pl.min_horizontal("window_ends_on", "expires_on")
        may_count = (pl.col("event_on") <= pl.col("on")) & (pl.col("on") <= last_on).fill_null(True)

        def joined(frame: pl.DataFrame) -> pl.DataFrame:
            in_force = frame.lazy().filter(is_queried & pl.col("withdrawn_by").is_null())
            return in_force.join(queries.lazy().select("query", "key", "on"), on="key").filter(may_count).collect()

        return replace(self, items=joined(self.items), triggers=joined(self.triggers))


def find_hits(facts: Facts, plan: SchemePlan) -> Hits:
    """The hits of items, direct rules and needs."""
    items = _hits(facts, plan.items, _ITEM_HIT)
    for n in range(plan.decay_steps):
        steps = ((item.order, item.decay[n : n + 1]) for item in plan.items)
        undiminished = {order: Window(rolling=step[0].after) if step else None for order, step in steps}
        items = items.with_columns(day_after(pl.lit(_window_ends(items, undiminished))).alias(f"decay_{n}_on"))
    return Hits(items, _triggers(_hits(facts, plan.directs, _HIT), plan), _hits(facts, plan.needs, _NEED_HIT))


def _hits(facts: Facts, rules: Sequence[RecordRule], schema: pl.Schema) -> pl.DataFrame:
    """The hits of some rules, in the columns of `schema`, with window_ends_on."""
    with_hits = (rule for rule in rules if rule.kind in facts and facts[rule.kind][rule.flag].any())
    frames = [_hits_of_rule(facts[rule.kind], rule, schema) for rule in with_hits]
    hits = pl.concat([pl.LazyFrame(schema=schema), *frames]).collect().rechunk()
    return hits.with_columns(window_ends_on=_window_ends(hits, {rule.order: rule.window for rule in rules}))


def _hits_of_rule(facts: pl.DataFrame, rule: RecordRule, schema: pl.Schema) -> pl.LazyFrame:
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
        of = rule.award.of
        value = pl.col(f"of_{of}").cast(pl.String()).fill_null(UNKNOWN_VALUE)
        used = pl.lit("") if of is None else pl.concat_str(pl.lit(f"{of}="), value)
        columns |= {"act": pl.col("act"), "raw": _raw_points(rule.award), "used": used}
    return facts.lazy().filter(pl.col(rule.flag)).select(columns[name].alias(name) for name in schema)


def _expires_on(rule: RecordRule) -> pl.Expr:
    """The last day of the record's own term, null where the rule does not consider it or it has no end."""
    no_day = pl.lit(None, dtype=pl.Date())
    if isinstance(rule, DirectRule) and rule.is_while_listed:
        default = no_day if rule.listed_for is None else end_of_duration(pl.col("event_on"), rule.listed_for)
        until = pl.coalesce("stands_until_on", default)
        return pl.when(until < NO_END).then(until)
    return pl.col("expires_on") if rule.window.until_expiry else no_day


def _raw_points(award: Award) -> pl.Expr:
    """Centipoints that an award gives; null where its value is unknown and the scheme gives none for that."""
    if award.fixed is not None or award.unprovided:
        return pl.lit(award.fixed, dtype=pl.Int64)
    units = pl.col(f"of_{award.of}")
    points = units * award.per_unit if award.per_unit is not None else pl.lit(None, dtype=pl.Int64)
    for step in sorted(award.brackets or (), key=lambda step: step.from_):
        points = pl.when(units >= step.from_).then(pl.lit(step.points, dtype=pl.Int64)).otherwise(points)
    return pl.when(units.is_null()).then(pl.lit(award.when_unknown, dtype=pl.Int64)).otherwise(points)


def _window_ends(hits: pl.DataFrame, windows: Mapping[int, Window | None]) -> pl.Series:
    """Last day of each hit (event_on, rule) in the window of its rule; null for no end, and for no window.

    Computed once per window for every day between the first and the last event, then looked up by hit.
    """
    days, place = _calendar_of(hits["event_on"])
    distinct = [window for window in dict.fromkeys(windows.values()) if window is not None]
    ends = days.to_frame("day").with_columns(
        end_of_window(pl.col("day"), window).alias(str(n)) for n, window in enumerate(distinct)
    )
    table = pl.concat([pl.Series(dtype=pl.Date()), *(ends[str(n)] for n in range(len(distinct)))])
    starts = values_by_order(
        (order, window and distinct.index(window) * len(days)) for order, window in windows.items()
    )
    start = value_at(pl.col("rule"), starts, pl.Int32())
    return hits.select(value_at(start + place, table, pl.Date())).to_series()


def _calendar_of(column: pl.Series) -> tuple[pl.Series, pl.Expr]:
    """All days from the first to the last of a column, and the place in them of each of its rows.

    The column itself, and row numbers, where it is shorter than that calendar.
    """
    first, last = cast("tuple[date | None, date | None]", (column.min(), column.max()))
    if first is None or last is None or (last - first).days > len(column):
        return column, pl.int_range(pl.len(), dtype=pl.Int32())
    since = (first - date(1970, 1, 1)).days
    return pl.date_range(first, last, eager=True), pl.col(column.name).cast(pl.Int32()) - since


def _triggers(hits: pl.DataFrame, plan: SchemePlan) -> pl.DataFrame:
    """Of the hits of direct rules those that place: the record alone, or enough records within the rule's span."""
    is_alone = pl.col("rule").is_in([rule.order for rule in plan.directs if rule.within is None])
    frames = [hits.lazy().filter(is_alone)]
    for rule in plan.directs:
        if rule.within is not None:
            frames.append(_repeated(hits.lazy().filter(pl.col("rule") == rule.order), rule.at_least, rule.within))
    tiers = values_by_order((rule.order, rule.tier) for rule in plan.directs)
    tier = value_at(pl.col("rule"), tiers, pl.Int64())
    holds_until = pl.min_horizontal("window_ends_on", "expires_on")
    stops_on = pl.min_horizontal(day_after(holds_until), "withdrawn_on")
    return pl.concat(frames).with_columns(tier=tier, holds_until=holds_until, stops_on=stops_on).collect()


def _repeated(hits: pl.LazyFrame, at_least: int, within: Duration) -> pl.LazyFrame:
    """The hits with at least so many hits not withdrawn, themselves included, in the span that ends with them."""
    others = hits.filter(pl.col("withdrawn_by").is_null()).select("key", other_id="record_id", other_on="event_on")
    is_other = pl.col("other_id") != pl.col("record_id")
    is_earlier = pl.col("other_on") <= pl.col("event_on")
    is_within = end_of_duration(pl.col("other_on"), within) >= pl.col("event_on")
    counts = (
        hits.join(others, on="key")
        .filter(is_other & is_earlier & is_within)
        .group_by("key", "record_id")
        .agg(others=pl.len().cast(pl.Int64))
    )
    enough = counts.filter(pl.col("others") + 1 >= at_least)
    return hits.join(enough, on=["key", "record_id"], how="semi")
