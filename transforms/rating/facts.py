"""What a scheme reads of the records: one pass per kind, each record once, with the rules that apply to it.

Nothing here depends on the day a rating asks about, save the scheme's values and what is known of the records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate

import polars as pl

from transforms.policy_model.scheme import Award
from transforms.rating.frames import first_day_in_window
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
Facts = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class RatingInputs:
    """What is known: records by kind, one row each; `keys` has enterprise_id and its number `key`.

    releases: RELEASES. released_on: the day of a repair or early removal that stands. stands_until_on: the last day
    that the law keeps a listing, NO_END where none is known; null for what is no listing.
    """

    records: Mapping[str, pl.LazyFrame]
    keys: pl.DataFrame
    releases: pl.DataFrame

    def of_enterprises(self, frames: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
        """Of each frame the rows of known enterprises, their number `key` in place of enterprise_id.

        The identities of all are looked for together, and alone: a join reads the register anew, and to carry other
        columns through it costs as much again.
        """
        ids = pl.concat([frame.select("enterprise_id") for frame in frames])
        keys = ids.join(self.keys, on="enterprise_id", how="left", maintain_order="left")["key"]
        starts = accumulate(map(len, frames), initial=0)
        return [_numbered(frame, keys.slice(start, len(frame))) for frame, start in zip(frames, starts, strict=False)]

    def released(self, kind: str) -> pl.DataFrame:
        """record_id, released_on (of several days the first) and stands_until_on of records of a kind."""
        of_kind = self.releases.filter(pl.col("record_kind") == kind)
        return of_kind.group_by("record_id").agg(pl.col("released_on").min(), pl.col("stands_until_on").max())


def _numbered(frame: pl.DataFrame, key: pl.Series) -> pl.DataFrame:
    numbered = frame.drop("enterprise_id").with_columns(key)
    return numbered.filter(key.is_not_null()) if key.null_count() else numbered


def read_facts(known: RatingInputs, plan: SchemePlan, beside: pl.LazyFrame) -> tuple[Facts, pl.DataFrame]:
    """By kind, the records of known enterprises, those that lie ahead of the plan's day included.

    Columns key, record_id, record_no, event_on, expires_on, revoked_on and revoked_by (the reason, if by the plan's
    day), of kinds that are released under some rule also released_on, stands_until_on, withdrawn_on and withdrawn_by
    (either way),
    act (number; one per act of the kinds of which the heaviest counts), of_NAME for each column that awards are
    computed from, and a flag per rule: whether it applies to the record, which it never does before its event.
    The rows of `beside` are read with them; enterprise_id becomes key in these as well.
    """
    names = [name for name in plan.kinds if name in known.records]
    told = (_told(known, KINDS[name], plan) for name in names)
    # What is filtered while it is read is computed twice.
    read = pl.collect_all([*told, beside], optimizations=pl.QueryOptFlags(predicate_pushdown=False))
    *facts, others = known.of_enterprises(read)
    return dict(zip(names, facts, strict=True)), others


def _read(records: pl.LazyFrame, kind: Kind, plan: SchemePlan) -> pl.LazyFrame:
    rules = plan.rules_on(kind.name)
    is_past = pl.col(kind.event_on) <= plan.day
    return records.select(
        "enterprise_id",
        "record_id",
        pl.col(kind.number).alias("record_no"),
        pl.col(kind.event_on).alias("event_on"),
        _day_or_null(kind.revoked_on).alias("revoked_on"),
        _is_undated(kind).alias("is_undated"),
        _day_or_null(kind.expires_on).alias("expires_on"),
        _act(kind, plan).alias("act"),
        *(pl.col(name).cast(pl.Int64).alias(f"of_{name}") for name in _columns_used(rules)),
        *((is_past & _is_told(rule, kind, plan)).alias(rule.flag) for rule in rules),
    )


def _told(known: RatingInputs, kind: Kind, plan: SchemePlan) -> pl.LazyFrame:
    """Of a kind the records that a rule applies to, or of which something lies ahead."""
    read = _read(known.records[kind.name], kind, plan)
    # From the day of its revocation on a record does not count, on any day where none is stated.
    undated = pl.when("is_undated").then(reason_code("revoked_undated"))
    by = undated.when(pl.col("revoked_on") <= plan.day).then(reason_code("revoked"))
    days, withdrawn = ["event_on", "revoked_on"], [by.alias("revoked_by")]
    if kind.name in plan.released_kinds:
        read = read.join(known.released(kind.name).lazy(), on="record_id", how="left")
        either = by.when(pl.col("released_on") <= plan.day).then(reason_code("released"))
        on = pl.min_horizontal("revoked_on", "released_on")
        withdrawn += [on.alias("withdrawn_on"), either.alias("withdrawn_by")]
        days.append("released_on")
    flags = [rule.flag for rule in plan.rules_on(kind.name)]
    return read.filter(pl.any_horizontal(*flags, pl.col(days) > plan.day)).with_columns(withdrawn)


def _is_undated(kind: Kind) -> pl.Expr:
    """Whether the record is annulled and does not say since when."""
    if kind.revoked_on is None or not kind.annulled_states:
        return pl.lit(False)
    is_annulled = pl.col("state").is_in(kind.annulled_states).fill_null(False)
    return is_annulled & pl.col(kind.revoked_on).is_null()


def _act(kind: Kind, plan: SchemePlan) -> pl.Expr:
    """A number for each act, another for each kind of record. A record that names no act is one of its own."""
    if kind.act is None or kind.name not in plan.act_kinds:
        return pl.lit(None, dtype=pl.Int64())
    named, own = without_leading_zeros(pl.col(kind.act)), pl.concat_str(pl.lit("record "), "record_id")
    number = pl.coalesce(named, own).rank("dense").cast(pl.Int64)
    return number * len(KINDS) + list(KINDS).index(kind.name)


def _day_or_null(name: str | None) -> pl.Expr:
    return pl.lit(None, dtype=pl.Date()) if name is None else pl.col(name)


def _columns_used(rules: Iterable[RecordRule]) -> list[str]:
    return sorted({rule.award.of for rule in rules if isinstance(rule, ItemRule) and rule.award.of})


@lru_cache(maxsize=1024)
def condition_expr(when: str) -> pl.Expr:
    """A rule's condition over the columns of its kind."""
    return pl.sql_expr(when)


def rule_applies(rule: RecordRule) -> pl.Expr:
    """Whether a rule applies to a record: its condition holds and its award gives something.

    A condition that is unknown is no. A value that is unknown may give something: the rule applies.
    """
    is_met = condition_expr(rule.when)
    if isinstance(rule, ItemRule) and rule.award.of is not None:
        units = pl.col(rule.award.of)
        is_met = is_met & (_gives(rule.award, units) | units.is_null())
    return is_met


def _is_told(rule: RecordRule, kind: Kind, plan: SchemePlan) -> pl.Expr:
    """Whether a rule applies; a need looks at nothing whose window is over."""
    if not isinstance(rule, NeedRule):
        return rule_applies(rule)
    first_on = first_day_in_window(rule.window, plan.day)
    return rule_applies(rule) if first_on is None else (pl.col(kind.event_on) >= first_on) & rule_applies(rule)


def _gives(award: Award, units: pl.Expr) -> pl.Expr:
    if award.brackets is None:
        return units != 0
    return units >= min(step.from_ for step in award.brackets)
