"""Which rules of a scheme apply to which records: one pass per kind, each record once.

A hit is a rule and a record it applies to, before it is known what counts on which day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import accumulate
from typing import cast

import polars as pl

from transforms.dates import day_after, end_of_duration, end_of_window, first_day_in_window
from transforms.policy_model.document import Duration
from transforms.policy_model.scheme import Award, Window
from transforms.rating.compiled_scheme import DirectRule, ItemRule, NeedRule, RecordRule, SchemePlan, reason_code
from transforms.records.text import without_leading_zeros
from transforms.schemas import KINDS, Kind
from transforms.schemas.run_tables import UNKNOWN_VALUE


def value_at(number: pl.Expr, values: Sequence[object] | pl.Series, dtype: pl.DataType) -> pl.Expr:
    """The value at the place that `number` gives; null where the number is null."""
    return pl.lit(pl.Series(values, dtype=dtype)).gather(number)


def values_by_order(parts: Iterable[tuple[int, object]]) -> list[object]:
    """Pairs of (order, value) as a list in which each value is at its order; None where there is none."""
    found = dict(parts)
    return [found.get(order) for order in range(max(found, default=0) + 1)]


def rows_at_places(rows: pl.DataFrame, place: str, count: int) -> pl.DataFrame:
    """`count` rows, with each of `rows` at the place (0-based, unique) that its column `place` gives; else nulls.

    The column `place` is dropped.
    """
    none = pl.Series([None], dtype=pl.UInt32()).new_from_index(0, count)
    found = none.scatter(rows[place], pl.int_range(len(rows), dtype=pl.UInt32(), eager=True))
    return rows.drop(place).select(pl.all().gather(found))


RELEASES = pl.Schema(
    {
        "record_kind": pl.String(),
        "record_id": pl.String(),
        "released_on": pl.Date(),
        "stands_until_on": pl.Date(),
    }
)
NO_END = date.max  # as stands_until_on: no last day is known
Facts = Mapping[str, pl.DataFrame]  # by kind, in the columns of `read_facts`


@dataclass(frozen=True)
class RatingInputs:
    """What a rating is made from.

    records: by kind, one row per record_id. keys: enterprise_id and its number `key`, of the enterprises to rate.
    releases: RELEASES. released_on: the day of a repair or early removal in force. stands_until_on: the last day on
    which the law keeps a listing, NO_END where none is known; null for records that are no listing.
    """

    records: Mapping[str, pl.LazyFrame]
    keys: pl.DataFrame
    releases: pl.DataFrame

    def with_keys(self, frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
        """Of each frame the rows of the enterprises to rate, with `key` in place of enterprise_id.

        One join for all frames, and of the identifiers alone: that is cheaper than a join per frame.
        """
        ids = pl.concat([frame.select("enterprise_id") for frame in frames])
        keys = ids.join(self.keys, on="enterprise_id", how="left", maintain_order="left")["key"]
        starts = accumulate(map(len, frames), initial=0)
        numbered = []
        for frame, start in zip(frames, starts, strict=False):
            key = keys.slice(start, len(frame))
            rows = frame.drop("enterprise_id").with_columns(key)
            numbered.append(rows.filter(key.is_not_null()) if key.null_count() else rows)
        return numbered

    def released(self, kind: str) -> pl.DataFrame:
        """record_id, released_on (the first of several days) and stands_until_on of the records of a kind."""
        of_kind = self.releases.filter(pl.col("record_kind") == kind)
        return of_kind.group_by("record_id").agg(pl.col("released_on").min(), pl.col("stands_until_on").max())


def read_facts(inputs: RatingInputs, plan: SchemePlan, tier_holds: pl.LazyFrame) -> tuple[Facts, pl.DataFrame]:
    """By kind, the records of the enterprises that a rule applies to, or of which an event lies after the plan's day.

    Columns: key, record_id, record_no, event_on, expires_on, revoked_on and revoked_by (a reason code, if revoked by
    the plan's day); of kinds that are released under some rule also released_on, stands_until_on, withdrawn_on and
    withdrawn_by (revoked or released); act (a number; one per act for kinds of which only the heaviest counts),
    of_NAME for each column that awards are computed from, and a flag per rule: whether it applies to the record, which
    it never does before its event.

    Second: the rows of `tier_holds`, collected in the same pass, also with key in place of enterprise_id.
    """
    kinds = [name for name in plan.kinds if name in inputs.records]
    frames = (_relevant_records(inputs, KINDS[name], plan) for name in kinds)
    # A predicate that is pushed down is computed twice: once to filter, once for its column.
    collected = pl.collect_all([*frames, tier_holds], optimizations=pl.QueryOptFlags(predicate_pushdown=False))
    *facts, holds = inputs.with_keys(collected)
    return dict(zip(kinds, facts, strict=True)), holds


def _relevant_records(inputs: RatingInputs, kind: Kind, plan: SchemePlan) -> pl.LazyFrame:
    """The records of a kind that a rule applies to, or of which something lies after the plan's day."""
    rules = plan.rules_on(kind.name)
    is_past = pl.col(kind.event_on) <= plan.day
    is_undated = pl.lit(False)  # annulled by its state, while the day of its revocation is missing
    if kind.revoked_on is not None and kind.annulled_states:
        is_annulled = pl.col("state").is_in(kind.annulled_states).fill_null(False)
        is_undated = is_annulled & pl.col(kind.revoked_on).is_null()
    act = pl.lit(None, dtype=pl.Int64())
    if kind.act is not None and kind.name in plan.act_kinds:
        # A number per act, unique among all kinds. A record that names no act is an act of its own.
        named, own = without_leading_zeros(pl.col(kind.act)), pl.concat_str(pl.lit("record "), "record_id")
        number = pl.coalesce(named, own).rank("dense").cast(pl.Int64)
        act = number * len(KINDS) + list(KINDS).index(kind.name)
    award_columns = sorted({rule.award.of for rule in rules if isinstance(rule, ItemRule) and rule.award.of})
    records = inputs.records[kind.name].select(
        "enterprise_id",
        "record_id",
        pl.col(kind.number).alias("record_no"),
        pl.col(kind.event_on).alias("event_on"),
        _date_column(kind.revoked_on).alias("revoked_on"),
        is_undated.alias("is_undated"),
        _date_column(kind.expires_on).alias("expires_on"),
        act.alias("act"),
        *(pl.col(name).cast(pl.Int64).alias(f"of_{name}") for name in award_columns),
        *((is_past & _applies(rule, kind, plan)).alias(rule.flag) for rule in rules),
    )
    # A revoked record does not count from the day of its revocation on; on no day where that day is unknown.
    undated = pl.when("is_undated").then(reason_code("revoked_undated"))
    revoked_by = undated.when(pl.col("revoked_on") <= plan.day).then(reason_code("revoked"))
    days, withdrawn = ["event_on", "revoked_on"], [revoked_by.alias("revoked_by")]
    if kind.name in plan.released_kinds:
        records = records.join(inputs.released(kind.name).lazy(), on="record_id", how="left")
        withdrawn_by = revoked_by.when(pl.col("released_on") <= plan.day).then(reason_code("released"))
        withdrawn_on = pl.min_horizontal("revoked_on", "released_on")
        withdrawn += [withdrawn_on.alias("withdrawn_on"), withdrawn_by.alias("withdrawn_by")]
        days.append("released_on")
    is_relevant = pl.any_horizontal(*(rule.flag for rule in rules), pl.col(days) > plan.day)
    return records.filter(is_relevant).with_columns(withdrawn)


def _date_column(name: str | None) -> pl.Expr:
    return pl.lit(None, dtype=pl.Date()) if name is None else pl.col(name)


def _applies(rule: RecordRule, kind: Kind, plan: SchemePlan) -> pl.Expr:
    """Whether a rule applies to a record: its condition holds and its award gives something.

    An unknown condition does not hold. An unknown value of the award's column may give something: the rule applies.
    A need applies only within its window.
    """
    is_met = _condition(rule.when)
    if isinstance(rule, ItemRule) and rule.award.of is not None:
        units, brackets = pl.col(rule.award.of), rule.award.brackets
        gives = units != 0 if brackets is None else units >= min(step.from_ for step in brackets)
        return is_met & (gives | units.is_null())
    if isinstance(rule, NeedRule):
        first_on = first_day_in_window(rule.window, plan.day)
        return is_met if first_on is None else (pl.col(kind.event_on) >= first_on) & is_met
    return is_met


@lru_cache(maxsize=1024)
def _condition(when: str) -> pl.Expr:
    return pl.sql_expr(when)


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
    # The last day of the record's own term, null where the rule does not consider it or it has no end.
    no_day = pl.lit(None, dtype=pl.Date())
    expires_on = pl.col("expires_on") if rule.window.until_expiry else no_day
    if isinstance(rule, DirectRule) and rule.is_while_listed:
        default = no_day if rule.listed_for is None else end_of_duration(pl.col("event_on"), rule.listed_for)
        until = pl.coalesce("stands_until_on", default)
        expires_on = pl.when(until < NO_END).then(until)
    columns = {
        "key": pl.col("key"),
        "rule": pl.lit(rule.order, dtype=pl.Int16()),
        "record_id": pl.col("record_id"),
        "record_no": pl.col("record_no"),
        "event_on": pl.col("event_on"),
        "withdrawn_on": pl.col(f"{withdrawn}_on"),
        "withdrawn_by": pl.col(f"{withdrawn}_by"),
        "expires_on": expires_on,
    }
    if isinstance(rule, ItemRule):
        of = rule.award.of
        value = pl.col(f"of_{of}").cast(pl.String()).fill_null(UNKNOWN_VALUE)
        used = pl.lit("") if of is None else pl.concat_str(pl.lit(f"{of}="), value)
        columns |= {"act": pl.col("act"), "raw": _raw_points(rule.award), "used": used}
    return facts.lazy().filter(pl.col(rule.flag)).select(columns[name].alias(name) for name in schema)


def _raw_points(award: Award) -> pl.Expr:
    """Centipoints that an award gives; null where its value is unknown and the scheme gives none for that."""
    if award.fixed is not None or award.unprovided:
        return pl.lit(award.fixed, dtype=pl.Int64)
    units = pl.col(f"of_{award.of}")
    points = units * award.per_unit if award.per_unit is not None else pl.lit(None)
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
