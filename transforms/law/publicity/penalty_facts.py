"""What the law makes of a single penalty: facts that no column states, and its class under a publicity regime.

`with_penalty_facts` adds the facts, `with_class` the class and its periods, `low_fine` whether a fine is low
(较低数额罚款): by the national threshold, else by that of the province.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.texts import joined, joined_or_null
from transforms.policy_model.document import Duration
from transforms.policy_model.law import LOW_FINE, LowFines, PublicityClass, PublicityRegime, PublicityRule
from transforms.schemas.base import BOOLEAN, DATE, TEXT
from transforms.schemas.law import CONFIDENCES
from transforms.schemas.vocabularies import PENALTY_KINDS

IN_FORCE = "in_force"
_KIND_RANKS = {kind: rank for rank, kind in enumerate(PENALTY_KINDS)}  # lightest first
_SUMS = {"fine": "fine_fen", "confiscation_gains": "confiscated_fen"}
_NATIONAL = "10"  # a code issued by the national registry says nothing of the province
_START, _TERM = pl.col("counts_from_on"), pl.col("term_on")
_NO_DAY = pl.lit(None, dtype=DATE)


def with_penalty_facts(penalties: pl.LazyFrame, enterprises: pl.LazyFrame) -> pl.LazyFrame:
    """`penalties` with facts derived from their own columns and from the enterprise register.

    Adds heaviest_kind, is_person, is_other_province, deregistered_on, is_deregistered_undated, annulled_on,
    is_annulled, and province: that of the authority by its code, else that of the party, which is punished by the
    bodies of its own province unless stated.
    """
    register = enterprises.select(
        "enterprise_id",
        "region_code",
        "deregistered_on",
        is_deregistered_undated=is_deregistered_undated(),
        enterprise_uscc="uscc",
    )
    named = pl.col("penalty_kinds").list.eval(pl.element().replace_strict(_KIND_RANKS, return_dtype=pl.Int64))
    # Also the kind of a fine or confiscation of which only the sum is stated.
    sums = [pl.when(pl.col(column) > 0).then(pl.lit(_KIND_RANKS[kind])) for kind, column in _SUMS.items()]
    kinds = {rank: kind for kind, rank in _KIND_RANKS.items()}
    return (
        penalties.join(register, on="enterprise_id", how="left", maintain_order="left")
        .with_columns(
            heaviest_kind=pl.max_horizontal(named.list.max(), *sums).replace_strict(kinds, return_dtype=pl.String),
            is_deregistered_undated=pl.col("is_deregistered_undated").fill_null(False),
            is_person=(pl.col("party_class") == "person").fill_null(pl.col("enterprise_id").is_null()),
            _of_authority=_division(pl.col("authority_code").str.slice(2, 2)),
            _of_party=_division(pl.coalesce("region_code", pl.coalesce("enterprise_uscc", "uscc").str.slice(2, 6))),
            annulled_on=pl.col("revoked_on"),
            is_annulled=pl.col("revoked_on").is_not_null() | (pl.col("state") != IN_FORCE).fill_null(False),
        )
        .with_columns(
            province=pl.coalesce("_of_authority", "_of_party"),
            is_other_province=(pl.col("_of_authority") != pl.col("_of_party")).fill_null(False),
        )
        .drop("region_code", "enterprise_uscc", "_of_authority", "_of_party")
    )


def is_deregistered_undated() -> pl.Expr:
    """Whether the register has the enterprise as deregistered (注销) without a day."""
    return ((pl.col("state") == "deregistered") & pl.col("deregistered_on").is_null()).fill_null(False)


def sums_in_yuan(*, with_zero: bool) -> pl.Expr:
    """In Chinese: fine and confiscation of a penalty in yuan, those that are stated; null for none."""
    parts = []
    for word, column in (("罚款", "fine_fen"), ("没收", "confiscated_fen")):
        fen = pl.col(column)
        yuan = pl.format("{}.{}", fen // 100, (fen % 100).cast(pl.String).str.zfill(2))
        parts.append(pl.when(fen.is_not_null() if with_zero else fen > 0).then(pl.format("{}{}元", pl.lit(word), yuan)))
    return joined_or_null(*parts)


def _division(code: pl.Expr) -> pl.Expr:
    """The province of an administrative division code; null for none."""
    digits = code.str.slice(0, 2)
    return pl.when(digits.str.contains(r"^\d\d$") & (digits != _NATIONAL)).then(digits)


def with_class(frame: pl.LazyFrame, regime: PublicityRegime, low_fines: LowFines | None, name: str) -> pl.LazyFrame:
    """`frame` with the struct `name`, the outcome of each penalty under `regime`; null where no class fits.

    frame: with the facts of `with_penalty_facts`, counts_from_on and term_on (last day of a restriction, FOR_EVER for
    life). Fields: class, class_title, regime, reason; is_shown; end_on and early_on, the corresponding days of the
    period and of the shortest one; term_end_on, of a restriction that the period waits for; basis; confidence, a rank
    in CONFIDENCES; is_term_unstated; is_missing and is_unclear, those of `LowFine`. Raises ValueError where the policy
    has publicity systems but no law of low fines.
    """
    if low_fines is None:
        raise ValueError("a publicity system without the law of low fines")
    low = low_fine(low_fines, regime.from_)
    is_used = any(_uses_low_fine(rule) for of_class in regime.classes for rule in of_class.rules)
    found = pl.lit(None)
    for of_class in reversed(regime.classes):
        fits = [pl.lit(True) if rule.when is None else _is_met(rule.when) for rule in of_class.rules]
        found = pl.when(pl.any_horizontal(fits)).then(_outcome(regime, of_class, fits, low, is_used)).otherwise(found)
    return frame.with_columns(low.is_low.fill_null(False).alias(LOW_FINE)).with_columns(found.alias(name))


def _uses_low_fine(rule: PublicityRule) -> bool:
    return rule.when is not None and LOW_FINE in pl.sql_expr(rule.when).meta.root_names()


def _outcome(
    regime: PublicityRegime, of_class: PublicityClass, fits: Sequence[pl.Expr], low: LowFine, is_used: bool
) -> pl.Expr:
    met = list(zip(of_class.rules, fits, strict=True))
    ends, early_ends, bases, ranks = [_NO_DAY], [_NO_DAY], [], []
    for rule, fit in met:
        ends.append(pl.when(fit).then(_end(rule, rule.shown)))
        early_ends.append(pl.when(fit).then(_end(rule, rule.at_least)))
        basis, rank = pl.lit(rule.basis), pl.lit(CONFIDENCES.index(rule.confidence), dtype=pl.Int32)
        if _uses_low_fine(rule):
            basis, rank = joined(basis, low.basis), pl.max_horizontal(rank, low.confidence)
        bases.append(pl.when(fit).then(basis))
        ranks.append(pl.when(fit).then(rank))
    is_never_early = pl.any_horizontal(False, *(fit for rule, fit in met if rule.at_least is None))
    is_with_term = pl.any_horizontal(False, *(fit for rule, fit in met if rule.until_term_ends))
    return pl.struct(
        pl.lit(of_class.class_).alias("class"),
        class_title=pl.lit(of_class.title),
        regime=pl.lit(regime.title),
        reason=joined(*(pl.when(fit).then(pl.lit(rule.title)) for rule, fit in met)),
        is_shown=pl.any_horizontal(False, *(fit for rule, fit in met if rule.shown)),
        end_on=pl.max_horizontal(ends),
        early_on=pl.when(~is_never_early).then(pl.max_horizontal(early_ends)),
        term_end_on=pl.when(is_with_term).then(_TERM),
        basis=joined(*bases),
        confidence=pl.max_horizontal(ranks),
        is_term_unstated=is_with_term & _TERM.is_null(),
        is_missing=low.is_missing if is_used else pl.lit(False),
        is_unclear=low.is_unclear if is_used else pl.lit(False),
    )


def _end(rule: PublicityRule, duration: Duration | None) -> pl.Expr:
    if duration is None:
        return _NO_DAY
    end = end_of_duration(_START, duration)
    return pl.max_horizontal(end, _TERM) if rule.until_term_ends else end


@dataclass(frozen=True)
class LowFine:
    """Expressions over a penalty with its facts.

    is_low: null where it cannot be determined. is_missing: the policy has no threshold for the province. is_unclear:
    it has one, and the record does not state what it asks for. basis and confidence (a rank in CONFIDENCES): of the
    provision applied.
    """

    is_low: pl.Expr
    is_missing: pl.Expr
    is_unclear: pl.Expr
    basis: pl.Expr
    confidence: pl.Expr


def low_fine(law: LowFines, day: date) -> LowFine:
    """Whether a fine is low by the provisions in force on `day`: the national one, else that of the province."""
    is_asked = _is_met(law.asked_when)
    national = law.national.on(day, "national")
    if national is not None:
        is_low, rank = pl.sql_expr(national), CONFIDENCES.index(law.national.confidence)
        basis = pl.lit(law.national.basis)
        return LowFine(is_low, pl.lit(False), is_asked & is_low.is_null(), basis, pl.lit(rank, dtype=pl.Int32))
    applies: list[pl.Expr] = []
    is_lows: list[pl.Expr] = [pl.lit(None, dtype=BOOLEAN)]
    bases: list[pl.Expr] = [pl.lit(None, dtype=TEXT)]
    ranks: list[pl.Expr] = [pl.lit(None, dtype=pl.Int32)]
    for one in law.provinces:
        when = one.when.on(day, one.title)
        if when is None:
            continue
        in_province = pl.col("province") == one.province
        applies.append(in_province)
        is_lows.append(pl.when(in_province).then(pl.sql_expr(when)))
        bases.append(pl.when(in_province).then(pl.lit(one.when.basis)))
        ranks.append(pl.when(in_province).then(pl.lit(CONFIDENCES.index(one.when.confidence), dtype=pl.Int32)))
    is_known, is_low = pl.any_horizontal(False, *applies).fill_null(False), pl.coalesce(is_lows)
    return LowFine(
        is_low=is_low,
        is_missing=is_asked & ~is_known,
        is_unclear=is_asked & is_known & is_low.is_null(),
        basis=pl.coalesce(bases),
        confidence=pl.coalesce(ranks),
    )


def _is_met(when: str) -> pl.Expr:
    return pl.sql_expr(when).fill_null(False)
