"""What a scheme reads of the records: one pass per kind, each record once, with the rules that apply to it.

The rows depend on the scheme as in force on the plan's day and on what is known of the records, on no other day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate

import polars as pl

from transforms.dates import first_day_in_window
from transforms.rating.scheme_plan import ItemRule, NeedRule, RecordRule, SchemePlan, reason_code
from transforms.records.text import without_leading_zeros
from transforms.schemas import KINDS, Kind

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
    award_columns = sorted({rule.award.of for rule in rules if isinstance(rule, ItemRule) and rule.award.of})
    records = inputs.records[kind.name].select(
        "enterprise_id",
        "record_id",
        pl.col(kind.number).alias("record_no"),
        pl.col(kind.event_on).alias("event_on"),
        _date_column(kind.revoked_on).alias("revoked_on"),
        _is_revoked_undated(kind).alias("is_undated"),
        _date_column(kind.expires_on).alias("expires_on"),
        _act_number(kind, plan).alias("act"),
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


def _is_revoked_undated(kind: Kind) -> pl.Expr:
    """Whether the record's state says that it is annulled and its date of revocation is missing."""
    if kind.revoked_on is None or not kind.annulled_states:
        return pl.lit(False)
    is_annulled = pl.col("state").is_in(kind.annulled_states).fill_null(False)
    return is_annulled & pl.col(kind.revoked_on).is_null()


def _act_number(kind: Kind, plan: SchemePlan) -> pl.Expr:
    """A number per act, unique among all kinds. A record that names no act is an act of its own."""
    if kind.act is None or kind.name not in plan.act_kinds:
        return pl.lit(None, dtype=pl.Int64())
    named, own = without_leading_zeros(pl.col(kind.act)), pl.concat_str(pl.lit("record "), "record_id")
    number = pl.coalesce(named, own).rank("dense").cast(pl.Int64)
    return number * len(KINDS) + list(KINDS).index(kind.name)


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
