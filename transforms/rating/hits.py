"""Which records a rule applies to: one lazy pass per kind of record, one row per rule and record.

Nothing here depends on the day a rating asks about, save the scheme's values and what is revoked by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.policy.scheme import Award, Window
from transforms.rating.plan import ItemRule, Rule
from transforms.rating.spans import end_of_window
from transforms.tables import KINDS, Kind

SCHEMA = pl.Schema(
    {
        "key": pl.UInt32(),
        "rule": pl.Int16(),
        "kind": pl.Int8(),
        "record_id": pl.String(),
        "record_no": pl.String(),
        "event_on": pl.Date(),
        "revoked_on": pl.Date(),
        "is_revoked": pl.Boolean(),
        "act": pl.String(),
        "window_ends_on": pl.Date(),
        "expires_on": pl.Date(),
        "used": pl.Int64(),
        "raw": pl.Int64(),
    }
)


@dataclass(frozen=True)
class Known:
    """What is known: records by kind, one row each; `keys` has enterprise_id and its number `key`."""

    records: Mapping[str, pl.LazyFrame]
    keys: pl.LazyFrame


_KIND_NUMBERS = {name: number for number, name in enumerate(KINDS)}
_FACTS = ("key", "record_id", "record_no", "event_on", "revoked_on", "is_revoked")


def _column_or_null(name: str | None, dtype: pl.DataType) -> pl.Expr:
    return pl.lit(None, dtype=dtype) if name is None else pl.col(name)


def _units(award: Award) -> pl.Expr:
    return pl.col(award.of or "").cast(pl.Int64)


def raw_points(when: pl.Expr, award: Award) -> pl.Expr:
    """Centipoints an award gives where `when` holds; null where there is no hit."""
    if award.fixed is not None:
        return pl.when(when).then(pl.lit(award.fixed, dtype=pl.Int64))
    units = _units(award)
    if award.per_unit is not None:
        return pl.when(when & (units != 0)).then(units * award.per_unit)
    points = pl.lit(None, dtype=pl.Int64)
    for step in sorted(award.brackets or (), key=lambda step: step.from_):
        points = pl.when(units >= step.from_).then(pl.lit(step.points, dtype=pl.Int64)).otherwise(points)
    return pl.when(when).then(points)


def condition(rule: Rule) -> pl.Expr:
    """The rule's condition over the columns of its kind; what is unknown does not hold."""
    return pl.sql_expr(rule.when).fill_null(False)


def _raw(rule: Rule) -> pl.Expr:
    if isinstance(rule, ItemRule):
        return raw_points(condition(rule), rule.award)
    return pl.when(condition(rule)).then(pl.lit(0, dtype=pl.Int64))


def _used(rule: Rule) -> pl.Expr:
    if isinstance(rule, ItemRule) and rule.award.of is not None:
        return _units(rule.award)
    return pl.lit(None, dtype=pl.Int64)


def _facts(frame: pl.LazyFrame, kind: Kind, rules: Sequence[Rule], known_on: date) -> pl.LazyFrame:
    """The columns a rating needs of a kind, and per rule its raw points; records no rule takes are left out."""
    revoked_on = _column_or_null(kind.revoked_on, pl.Date())
    event_on = pl.col(kind.event_on)
    return frame.filter(event_on <= known_on).select(
        "enterprise_id",
        "record_id",
        pl.col(kind.number).alias("record_no"),
        event_on.alias("event_on"),
        revoked_on.alias("revoked_on"),
        (revoked_on <= known_on).fill_null(False).alias("is_revoked"),
        _column_or_null(kind.act, pl.String()).alias("act"),
        _column_or_null(kind.expires_on, pl.Date()).alias("expires_on"),
        *(_raw(rule).alias(f"raw_{rule.order}") for rule in rules),
        *(_used(rule).alias(f"used_{rule.order}") for rule in rules),
    )


def _expiry(window: Window) -> pl.Expr:
    return pl.col("expires_on") if window.until_expiry else pl.lit(None, dtype=pl.Date())


def _hits_of_rule(facts: pl.LazyFrame, rule: Rule, has_acts: bool) -> pl.LazyFrame:
    raw = pl.col(f"raw_{rule.order}")
    act = pl.col("act") if has_acts else pl.lit(None, dtype=pl.String())
    return (
        facts.filter(raw.is_not_null())
        .select(
            *_FACTS,
            pl.lit(rule.order, dtype=pl.Int16).alias("rule"),
            pl.lit(_KIND_NUMBERS[rule.kind], dtype=pl.Int8).alias("kind"),
            act.alias("act"),
            end_of_window(pl.col("event_on"), rule.window).alias("window_ends_on"),
            _expiry(rule.window).alias("expires_on"),
            pl.col(f"used_{rule.order}").alias("used"),
            raw.alias("raw"),
        )
        .select(SCHEMA.names())
    )


def _hits_of_kind(
    frame: pl.LazyFrame, keys: pl.LazyFrame, rules: Sequence[Rule], known_on: date, act_kinds: frozenset[str]
) -> Iterable[pl.LazyFrame]:
    kind = KINDS[rules[0].kind]
    is_hit = pl.any_horizontal(pl.col(f"raw_{rule.order}").is_not_null() for rule in rules)
    facts = _facts(frame, kind, rules, known_on).filter(is_hit).join(keys, on="enterprise_id")
    return (_hits_of_rule(facts, rule, kind.name in act_kinds) for rule in rules)


def find_hits(
    known: Known, rules: Sequence[Rule], known_on: date, act_kinds: frozenset[str] = frozenset()
) -> pl.LazyFrame:
    """Records with an event up to `known_on` to which rules apply, in the columns of SCHEMA.

    Records of enterprises that are not known are left out. window_ends_on is the last day the rule's
    window covers, expires_on the record's own term where the window heeds it. `act` is set for
    `act_kinds` alone. raw is in centipoints, 0 for rules that give none.
    """
    frames: list[pl.LazyFrame] = [pl.LazyFrame(schema=SCHEMA)]
    for name in sorted({rule.kind for rule in rules} & set(known.records)):
        of_kind = [rule for rule in rules if rule.kind == name]
        frames.extend(_hits_of_kind(known.records[name], known.keys, of_kind, known_on, act_kinds))
    return pl.concat(frames)
