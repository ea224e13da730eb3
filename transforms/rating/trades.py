"""A scheme for each trade: an enterprise is rated in every field by the scheme of its role there, and as a whole by the
worst of these tiers. Where no policy says so one scheme rates all (`rate`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.dates import day_after
from transforms.policy_model.rating import RatingPolicy, TradeScheme
from transforms.policy_model.scheme import Scheme
from transforms.rating.changes import ComparedRuns, tier_changes
from transforms.rating.compiled_scheme import compile_scheme
from transforms.rating.hits import RELEASES, RatingInputs
from transforms.rating.next_change import packed, unpacked
from transforms.rating.rate import RatingResult, TradeRatings, number_enterprises, rate_enterprises
from transforms.rating.tier import holds_in_force, tier_holds, with_hold
from transforms.schemas import KINDS
from transforms.schemas.run_tables import (
    RATINGS,
    TRACE,
    TRADE_CHANGES,
    TRADE_FIELDS,
    TRADE_RATINGS,
    TRADE_ROLES,
    TRADE_TRACE,
    UNKNOWN_TRADE,
    UNRATED_TRADE,
)

_ID = "enterprise_id"
_UNIT = [_ID, "field", "scheme"]  # what is rated once: several roles may share it
_TRADE = [_ID, "field", "role"]
_COLUMNS = {
    table.name: [name for name in table.schema if name != "valid_from_on"]
    for table in (RATINGS, TRACE, TRADE_RATINGS, TRADE_TRACE)
}
_COUNTED_IN = "_counted_in"
Records = Mapping[str, pl.LazyFrame]


@dataclass(frozen=True)
class TradeSchemes:
    """The policy of trades, and the schemes that it names, by name."""

    policy: RatingPolicy
    schemes: Mapping[str, Scheme]

    @property
    def whole(self) -> Scheme:
        """The scheme whose tiers are those of the whole."""
        return self.schemes[self.policy.whole.scheme]

    def change_days(self) -> frozenset[date]:
        """Every day on which a value of the policy or of one of its schemes begins or ends."""
        return self.policy.change_days().union(*(scheme.change_days() for scheme in self.schemes.values()))


def rate_trades(
    records: Records, register: pl.LazyFrame, by: TradeSchemes, as_of: date, releases: pl.DataFrame | None = None
) -> RatingResult:
    """Rate every enterprise of `register` (enterprise_id, fields, roles), and no other, on the day `as_of`.

    records, releases: as for `rate_enterprises`. The ratings are those of the whole, in the tiers of its scheme, with
    the score and the trace of the trade that decides. Raises PolicyGap where a value has no date so early.
    """
    day = _RatingDay(records, register, by, as_of, releases)
    trades = by.policy.trades_on(as_of)
    if trades is None:
        return day.by_one_scheme()
    return day.by_trades(trades)


@dataclass(frozen=True)
class _RatingDay:
    """What `rate_trades` is asked for."""

    records: Records
    register: pl.LazyFrame
    by: TradeSchemes
    as_of: date
    releases: pl.DataFrame | None

    def by_one_scheme(self) -> RatingResult:
        """As without a policy of trades, but for the day on which it begins."""
        result = rate_enterprises(self.records, self.register.select(_ID), self.by.whole, self.as_of, self.releases)
        none = pl.DataFrame(schema={_ID: pl.String(), "next": pl.Int64()})
        own = _first_days(result.ratings.lazy(), "next_change")
        days = self._with_days_of_whole(own, none, "next_change").collect()
        ratings = result.ratings.drop("next_change_on", "next_change_why").join(days, on=_ID, maintain_order="left")
        other = self._with_days_of_whole(_first_days(result.stability, "next_other"), none, "next_other")
        stability = result.stability.drop("next_other_on", "next_other_why").join(other, on=_ID)
        return RatingResult(
            ratings.select(_COLUMNS[RATINGS.name]),
            result.trace,
            stability.select(result.stability.collect_schema().names()),
        )

    def by_trades(self, trades: list[TradeScheme]) -> RatingResult:
        register = self.register.select(_ID, "fields", "roles").collect()
        assigned = assign_schemes(register, trades)
        without_holds = self._without_holds()
        parts: list[tuple[str, str, RatingResult]] = []
        for field, scheme, ids, of_field in self._units(assigned, without_holds, register):
            result = rate_enterprises(of_field, ids.lazy(), self.by.schemes[scheme], self.as_of, self.releases)
            parts.append((field, scheme, result))
        unrated = register.select(_ID).unique().join(assigned.drop_nulls("scheme"), on=_ID, how="anti")
        # Of no field: an enterprise none of whose trades is rated, by the scheme of the whole and all its records.
        rest = rate_enterprises(without_holds, unrated.lazy(), self.by.whole, self.as_of, self.releases)
        parts.append((UNKNOWN_TRADE, self.by.whole.scheme, rest))
        units = pl.concat(one.ratings.with_columns(field=pl.lit(field)) for field, _, one in parts)
        traces = pl.concat(
            one.trace.with_columns(field=pl.lit(field), scheme=pl.lit(scheme)) for field, scheme, one in parts
        )
        units = self._with_whole_tier(units)
        deciding = _deciding(units)
        ratings, stability = self._whole_ratings(
            assigned, units, traces, deciding, [one.stability for *_, one in parts]
        )
        trace = traces.join(deciding, on=_UNIT, how="semi").select(_COLUMNS[TRACE.name]).sort(_ID, "position")
        return RatingResult(ratings, trace, stability, _trade_ratings(assigned, units, traces, deciding))

    def _without_holds(self) -> dict[str, pl.LazyFrame]:
        """The records without decisions that hold a tier: these hold that of the whole."""
        records = dict(self.records)
        if "decision" in records:
            records["decision"] = records["decision"].filter(pl.col("decision_type") != "hold_tier")
        return records

    def _units(
        self, assigned: pl.DataFrame, records: Records, register: pl.DataFrame
    ) -> Iterator[tuple[str, str, pl.DataFrame, dict[str, pl.LazyFrame]]]:
        """Field and scheme, with the enterprises that are rated by it there and the records that count."""
        counted = dict(self._counted_records(records, register))
        rated = assigned.drop_nulls("scheme").select(_UNIT).unique()
        for field, scheme in rated.select("field", "scheme").unique().sort("field", "scheme").iter_rows():
            ids = rated.filter(field=field, scheme=scheme).select(_ID)
            is_counted = (pl.col(_COUNTED_IN) == field) | pl.col(_COUNTED_IN).is_null()
            yield (
                field,
                scheme,
                ids,
                {kind: rows.filter(is_counted).drop(_COUNTED_IN) for kind, rows in counted.items()},
            )

    def _counted_records(self, records: Records, register: pl.DataFrame) -> Iterator[tuple[str, pl.LazyFrame]]:
        """By kind the records that count in some field, with that field as _counted_in; null for every field."""
        rules = self.by.policy.records
        is_without_counted = rules.without_field.on(self.as_of) == "every_field"
        is_other_counted = rules.of_other_field.on(self.as_of) == "every_field"
        own = register.select(_ID, field=pl.col("fields")).explode("field").drop_nulls().unique()
        own = own.with_columns(pl.col("field").alias(_COUNTED_IN))
        for kind, rows in records.items():
            if any(column.name == "field" for column in KINDS[kind].columns):
                joined = rows.join(own.lazy(), on=[_ID, "field"], how="left")
                is_without = pl.col("field").is_null()
                is_other = ~is_without & pl.col(_COUNTED_IN).is_null()
                is_left_out = (is_without & (not is_without_counted)) | (is_other & (not is_other_counted))
                yield kind, joined.filter(~is_left_out)
            else:
                everywhere = rows.with_columns(pl.lit(None, dtype=pl.String()).alias(_COUNTED_IN))
                yield kind, everywhere.filter(pl.lit(is_without_counted))

    def _with_whole_tier(self, units: pl.DataFrame) -> pl.DataFrame:
        """Adds whole_tier, whole_index, whole_score_tier: the tiers of the whole that tier and score_tier are."""
        tiers = compile_scheme(self.by.whole, self.as_of).tiers
        rows = [(self.by.whole.scheme, tier, tier, index) for index, tier in enumerate(tiers)]
        for name, dated in self.by.policy.tiers.items():
            if name != self.by.whole.scheme and min(dated.values) <= self.as_of:
                rows += [(name, own, tier, tiers.index(tier)) for own, tier in (dated.on(self.as_of) or {}).items()]
        schema = {
            "scheme": pl.String(),
            "tier": pl.String(),
            "whole_tier": pl.String(),
            "whole_index": pl.Int64(),
        }
        places = pl.DataFrame(rows, schema=schema, orient="row")
        by_score = places.select("scheme", score_tier="tier", whole_score_tier="whole_tier")
        return units.join(places, on=["scheme", "tier"], how="left").join(
            by_score, on=["scheme", "score_tier"], how="left"
        )

    def _whole_ratings(
        self,
        assigned: pl.DataFrame,
        units: pl.DataFrame,
        traces: pl.DataFrame,
        deciding: pl.DataFrame,
        stabilities: list[pl.LazyFrame],
    ) -> tuple[pl.DataFrame, pl.LazyFrame]:
        """`ratings` and STABILITY of the whole."""
        plan, policy = compile_scheme(self.by.whole, self.as_of), self.by.policy
        keys = number_enterprises(self.register)
        best = plan.tiers.index(policy.whole.best_while_unrated.on(self.as_of) or "")
        incomplete = assigned.filter(pl.col("scheme").is_null()).select(_ID).unique()
        placed = self._placements(traces)
        joined = (
            keys.join(units.join(deciding, on=_UNIT, how="semi"), on=_ID, how="left", maintain_order="left")
            .join(incomplete.with_columns(is_incomplete=pl.lit(True)), on=_ID, how="left", maintain_order="left")
            .join(placed, on=_ID, how="left", maintain_order="left")
        )
        is_limited = pl.col("is_incomplete").fill_null(False) & (pl.col("whole_index") < best)
        limited = {
            "whole_index": pl.lit(best, dtype=pl.Int64()),
            "decided_by": pl.lit("minimum_data"),
            "decided_by_id": pl.lit(UNRATED_TRADE),
            "decided_by_basis": pl.lit(policy.whole.best_while_unrated.basis),
            "locked_until_on": pl.lit(None, dtype=pl.Date()),
        }
        tiers = joined.with_columns(
            pl.when(is_limited).then(value).otherwise(pl.col(name)).alias(name) for name, value in limited.items()
        ).rename({"whole_index": "index"})
        inputs = RatingInputs(self.records, keys, pl.DataFrame(schema=RELEASES))
        [holds] = inputs.with_keys([tier_holds(self.records, plan).collect()])
        in_force = holds_in_force(holds, plan)
        held = with_hold(tiers, in_force)
        hold_days = self._hold_days(holds, in_force, keys)
        days = self._with_days_of_whole(_first_days(units.lazy(), "next_change"), hold_days, "next_change").collect()
        is_held = pl.col("decided_by") == "decision"
        by_decision = {"decided_by_id": "decision_no", "decided_by_basis": "reason", "locked_until_on": "ends_on"}
        names = pl.DataFrame(
            {"index": range(len(plan.tiers)), "whole": plan.tiers}, schema={"index": pl.Int64(), "whole": pl.String()}
        )
        ratings = (
            held.drop("next_change_on", "next_change_why", "tier", "tier_index", "score_tier")
            .with_columns(
                pl.when(is_held).then(other).otherwise(name).alias(name) for name, other in by_decision.items()
            )
            .join(names, on="index", how="left", maintain_order="left")
            .join(days, on=_ID, how="left", maintain_order="left")
            .rename({"whole": "tier", "index": "tier_index", "whole_score_tier": "score_tier"})
            .select(_COLUMNS[RATINGS.name])
        )
        stability = pl.concat(stabilities)
        others = self._with_days_of_whole(_first_days(stability, "next_other"), hold_days, "next_other")
        is_stable = stability.group_by(_ID).agg(pl.col("is_stable").all())
        return ratings, is_stable.join(others, on=_ID).select(_ID, "is_stable", "next_other_on", "next_other_why")

    def _placements(self, traces: pl.DataFrame) -> pl.DataFrame:
        """enterprise_id, direct_tier: the worst tier of the whole in which a trade places directly."""
        rows = [
            (name, rule.id, tier)
            for name, scheme in self.by.schemes.items()
            if name in set(traces["scheme"])
            for plan in [compile_scheme(scheme, self.as_of)]
            for rule in plan.directs
            for tier in [plan.tiers[rule.tier]]
        ]
        schema = {"scheme": pl.String(), "item_id": pl.String(), "tier": pl.String()}
        rules = pl.DataFrame(rows, schema=schema, orient="row").with_columns(score_tier="tier")
        placing = traces.filter(pl.col("role") == "direct", pl.col("is_counted"))
        placed = placing.join(self._with_whole_tier(rules), on=["scheme", "item_id"])
        return placed.group_by(_ID).agg(direct_tier=pl.col("whole_index").max())

    def _hold_days(self, holds: pl.DataFrame, in_force: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
        """enterprise_id, next (see `packed`): the days on which a hold begins or ends."""
        begins = holds.filter(pl.col("decided_on") > self.as_of).select("key", on="decided_on")
        ends = in_force.select("key", on=day_after(pl.col("ends_on"))).drop_nulls()
        days = pl.concat([begins, ends]).join(keys, on="key")
        return days.select(_ID, next=packed(pl.col("on"), "decision"))

    def _with_days_of_whole(self, days: pl.LazyFrame, hold_days: pl.DataFrame, name: str) -> pl.LazyFrame:
        """Per enterprise the first of its days, of those of holds and of a change of policy: NAME_on, NAME_why."""
        change_days = self.by.policy.change_days() | self.by.whole.change_days()
        changes_on = min((day for day in change_days if day > self.as_of), default=None)
        first = pl.concat([days, hold_days.lazy()]).group_by(_ID).agg(pl.col("next").min())
        of_policy = packed(pl.lit(changes_on, dtype=pl.Date()), "policy")
        return first.with_columns(next=pl.min_horizontal("next", of_policy)).select(_ID, *unpacked("next", name))


def assign_schemes(register: pl.DataFrame, trades: list[TradeScheme]) -> pl.DataFrame:
    """The trades of each enterprise: enterprise_id, field, role, scheme, unrated; one of scheme and unrated is null.

    register: enterprise_id, fields, roles. Every pair of a field and a role is a trade.
    """

    def known(name: str) -> pl.Expr:
        return pl.when(pl.col(name).list.len() > 0).then(pl.col(name)).otherwise(pl.lit([UNKNOWN_TRADE]))

    pairs = register.select(_ID, field=known("fields"), role=known("roles")).explode("field").explode("role")
    rows = [(one.field, role, one.scheme) for one in trades for role in one.roles or TRADE_ROLES]
    schema = {name: pl.String() for name in ("field", "role", "scheme")}
    schemes = pl.DataFrame(rows, schema=schema, orient="row")
    reason = (
        pl.when(pl.col("field") == UNKNOWN_TRADE)
        .then(pl.lit("field_unknown"))
        .when((pl.col("role") == UNKNOWN_TRADE) & pl.col("field").is_in({one.field for one in trades}))
        .then(pl.lit("role_unknown"))
        .otherwise(pl.lit("no_scheme"))
    )
    assigned = pairs.unique().join(schemes, on=["field", "role"], how="left")
    return assigned.with_columns(unrated=pl.when(pl.col("scheme").is_null()).then(reason)).sort(_TRADE)


def _deciding(units: pl.DataFrame) -> pl.DataFrame:
    """Of each enterprise the field and scheme that decide the whole: the worst, of equals one that places directly."""
    order = {field: place for place, field in enumerate(TRADE_FIELDS)}
    ranked = units.with_columns(
        is_direct=pl.col("decided_by") == "direct",
        place=pl.col("field").replace_strict(order, default=len(order), return_dtype=pl.Int64),
    )
    by = {"whole_index": True, "is_direct": True, "place": False, "scheme": False}
    ordered = ranked.sort(_ID, *by, descending=[False, *by.values()], maintain_order=True)
    return ordered.unique(_ID, keep="first", maintain_order=True).select(_UNIT)


def _first_days(rows: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """enterprise_id, next: the days NAME_on with their causes, see `packed`; null for none."""
    return rows.select(_ID, next=packed(pl.col(f"{name}_on"), pl.col(f"{name}_why")))


def _trade_ratings(
    assigned: pl.DataFrame, units: pl.DataFrame, traces: pl.DataFrame, deciding: pl.DataFrame
) -> TradeRatings:
    is_decisive = deciding.with_columns(is_decisive=pl.lit(True))
    rows = assigned.join(units, on=_UNIT, how="left").join(is_decisive, on=_UNIT, how="left")
    ratings = (
        rows.with_columns(pl.col("is_decisive").fill_null(False)).select(_COLUMNS[TRADE_RATINGS.name]).sort(_TRADE)
    )
    trace = traces.filter(pl.col("field") != UNKNOWN_TRADE).select(_COLUMNS[TRADE_TRACE.name])
    return TradeRatings(ratings, trace.sort(*_UNIT, "position"))


def trade_changes(
    before: TradeRatings, after: TradeRatings, records: Records, enterprises: pl.LazyFrame, runs: ComparedRuns
) -> pl.DataFrame:
    """TRADE_CHANGES of the trades rated both times whose tier differs; of another scheme, whose tier of the whole does.

    Arguments as for `tier_changes`.
    """
    columns = list(TRADE_CHANGES.schema)
    both = before.ratings.drop_nulls("tier").join(after.ratings.drop_nulls("tier"), on=_TRADE, suffix="_now")
    is_same_scheme = pl.col("scheme") == pl.col("scheme_now")
    moved = both.filter(is_same_scheme, pl.col("tier_index") != pl.col("tier_index_now"))
    rows = [TRADE_CHANGES.empty()]
    for field, scheme in moved.select("field", "scheme").unique().sort("field", "scheme").iter_rows():
        of_unit = moved.filter(field=field, scheme=scheme)
        found = tier_changes(_of_unit(before, of_unit), _of_unit(after, of_unit), records, enterprises, runs).changes
        rows.append(found.join(of_unit.select(*_TRADE, "scheme"), on=_ID).select(columns))
    other = both.filter(~is_same_scheme, pl.col("whole_tier") != pl.col("whole_tier_now"))
    if not other.is_empty():
        names = enterprises.select(_ID, "name").join(other.lazy(), on=_ID, how="semi").collect()
        policy = pl.lit("policy")
        rows.append(
            other.join(names, on=_ID, how="left").select(
                pl.lit(runs.as_of, dtype=pl.Date()).alias("as_of"),
                *_TRADE,
                pl.col("scheme_now").alias("scheme"),
                pl.col("name").fill_null(pl.col(_ID)),
                pl.col("tier").alias("tier_before"),
                pl.col("tier_now").alias("tier_after"),
                pl.col("tier_index").alias("index_before"),
                pl.col("tier_index_now").alias("index_after"),
                pl.col("score_centipoints").alias("score_before_centipoints"),
                pl.col("score_centipoints_now").alias("score_after_centipoints"),
                policy.alias("cause"),
                pl.concat_list(policy).alias("causes"),
                pl.col("decided_by_now").alias("decided_by"),
            )
        )
    return pl.concat(one.select(columns) for one in rows).sort(TRADE_CHANGES.key)


def _of_unit(side: TradeRatings, unit: pl.DataFrame) -> RatingResult:
    """The ratings of one field and scheme as if it alone rated these enterprises."""
    ratings = side.ratings.join(unit, on=_UNIT, how="semi").unique(_UNIT, maintain_order=True)
    trace = side.trace.join(unit, on=_UNIT, how="semi")
    return RatingResult(ratings.select(_COLUMNS[RATINGS.name]).sort(_ID), trace.select(_COLUMNS[TRACE.name]))
