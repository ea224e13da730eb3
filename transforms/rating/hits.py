"""Which records a rule applies to: one lazy pass per kind of record, one row per rule and record.

Nothing here depends on the day a rating asks about, save the scheme's values and what is revoked by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.policy.scheme import Award, Window
from transforms.rating.plan import ItemRule, Rule, reason_code
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
        "withdrawn_on": pl.Date(),
        "withdrawn_by": pl.Int8(),
        "act": pl.String(),
        "window_ends_on": pl.Date(),
        "expires_on": pl.Date(),
        "used": pl.Int64(),
        "raw": pl.Int64(),
    }
)


RELEASES = pl.Schema({"record_kind": pl.String(), "record_id": pl.String(), "released_on": pl.Date()})


@dataclass(frozen=True)
class Known:
    """What is known: records by kind, one row each; `keys` has enterprise_id and its number `key`.

    releases: record_kind, record_id, released_on, the day of a repair or early removal that stands.
    """

    records: Mapping[str, pl.LazyFrame]
    keys: pl.LazyFrame
    releases: pl.LazyFrame

    def released(self, kind: str) -> pl.LazyFrame:
        """record_id and released_on of the released records of a kind; of several days the first."""
        of_kind = self.releases.filter(pl.col("record_kind") == kind)
        return of_kind.group_by("record_id").agg(pl.col("released_on").min())


_KIND_NUMBERS = {name: number for number, name in enumerate(KINDS)}


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


def _of_rule(cases: Iterable[tuple[Rule, pl.Expr]], dtype: pl.DataType) -> pl.Expr:
    """One expression per rule, told apart by the column `rule`; null for the others."""
    value = pl.lit(None, dtype=dtype)
    for rule, case in cases:
        value = pl.when(pl.col("rule") == rule.order).then(case).otherwise(value)
    return value


def _used(rules: Sequence[Rule]) -> pl.Expr:
    """The value of the column the points were computed from."""
    cases = [(rule, pl.col(f"of_{rule.award.of}")) for rule in rules if isinstance(rule, ItemRule) and rule.award.of]
    return _of_rule(cases, pl.Int64())


def _columns_used(rules: Sequence[Rule]) -> list[str]:
    return sorted({rule.award.of for rule in rules if isinstance(rule, ItemRule) and rule.award.of})


def _facts(frame: pl.LazyFrame, kind: Kind, rules: Sequence[Rule], known_on: date) -> pl.LazyFrame:
    """The columns a rating needs of a kind, with the rules that apply and their raw points as two lists."""
    revoked_on = _column_or_null(kind.revoked_on, pl.Date())
    event_on = pl.col(kind.event_on)
    raw = {rule.order: _raw(rule) for rule in rules}
    applying = [pl.when(value.is_not_null()).then(pl.lit(order, dtype=pl.Int16)) for order, value in raw.items()]
    return frame.filter(event_on <= known_on).select(
        "enterprise_id",
        "record_id",
        pl.col(kind.number).alias("record_no"),
        event_on.alias("event_on"),
        revoked_on.alias("revoked_on"),
        _column_or_null(kind.act, pl.String()).alias("act"),
        _column_or_null(kind.expires_on, pl.Date()).alias("expires_on"),
        *(pl.col(name).cast(pl.Int64).alias(f"of_{name}") for name in _columns_used(rules)),
        pl.concat_list(applying).list.drop_nulls().alias("rule"),
        pl.concat_list(list(raw.values())).list.drop_nulls().alias("raw"),
    )


def _window_end(rules: Sequence[Rule]) -> pl.Expr:
    """End of each rule's window: one expression per window, not per rule."""
    value = pl.lit(None, dtype=pl.Date())
    for window in dict.fromkeys(_bare(rule.window) for rule in rules):
        orders = [rule.order for rule in rules if _bare(rule.window) == window]
        end = end_of_window(pl.col("event_on"), window)
        value = pl.when(pl.col("rule").is_in(orders)).then(end).otherwise(value)
    return value


def _bare(window: Window) -> Window:
    return window.model_copy(update={"until_expiry": False})


def _with_withdrawal(hits: pl.LazyFrame, known: Known, rules: Sequence[Rule], known_on: date) -> pl.LazyFrame:
    """Adds withdrawn_on, the first day a revocation or release takes the record away, and withdrawn_by, if it has."""
    released_on = pl.lit(None, dtype=pl.Date())
    if heeding := [rule.order for rule in rules if rule.is_until_released]:
        hits = hits.join(known.released(rules[0].kind), on="record_id", how="left")
        released_on = pl.when(pl.col("rule").is_in(heeding)).then(pl.col("released_on"))
    by = pl.when(pl.col("revoked_on") <= known_on).then(reason_code("revoked"))
    return hits.with_columns(
        withdrawn_on=pl.min_horizontal("revoked_on", released_on),
        withdrawn_by=by.when(released_on <= known_on).then(reason_code("released")),
    )


def _hits_of_kind(known: Known, rules: Sequence[Rule], known_on: date, act_kinds: frozenset[str]) -> pl.LazyFrame:
    kind = KINDS[rules[0].kind]
    facts = _facts(known.records[kind.name], kind, rules, known_on).filter(pl.col("rule").list.len() > 0)
    heeding_term = [rule.order for rule in rules if rule.window.until_expiry]
    act = pl.col("act") if kind.name in act_kinds else pl.lit(None, dtype=pl.String())
    hits = facts.join(known.keys, on="enterprise_id").explode("rule", "raw")
    return (
        _with_withdrawal(hits, known, rules, known_on)
        .with_columns(
            kind=pl.lit(_KIND_NUMBERS[kind.name], dtype=pl.Int8),
            act=act,
            window_ends_on=_window_end(rules),
            expires_on=pl.when(pl.col("rule").is_in(heeding_term)).then(pl.col("expires_on")),
            used=_used(rules),
        )
        .select(SCHEMA.names())
    )


def find_hits(
    known: Known, rules: Sequence[Rule], known_on: date, act_kinds: frozenset[str] = frozenset()
) -> pl.LazyFrame:
    """Records with an event up to `known_on` to which rules apply, in the columns of SCHEMA.

    Records of enterprises that are not known are left out. window_ends_on is the last day the rule's
    window covers, expires_on the record's own term where the window heeds it. withdrawn_by is why (a reason)
    a record taken away by `known_on` does not count, on whichever day; null for others. `act` is set for
    `act_kinds` alone. raw is in centipoints, 0 for rules that give none.
    """
    frames = [pl.LazyFrame(schema=SCHEMA)]
    for name in sorted({rule.kind for rule in rules} & set(known.records)):
        of_kind = [rule for rule in rules if rule.kind == name]
        frames.append(_hits_of_kind(known, of_kind, known_on, act_kinds))
    return pl.concat(frames)
