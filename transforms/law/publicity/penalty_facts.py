"""What a penalty is to the law: facts beside its columns, whether its fine is low, its class in a regime."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.dates import end_of_duration
from transforms.policy_model.dated_values import Dated
from transforms.policy_model.law_publicity import LOW_FINE, LowFines, PublicityClass, PublicityRegime, PublicityRule
from transforms.policy_model.scheme import Duration
from transforms.schemas.base import BOOLEAN, DATE, TEXT
from transforms.schemas.law import CONFIDENCES
from transforms.schemas.vocabularies import PENALTY_KINDS

IN_FORCE = "in_force"

_RANKS = {kind: rank for rank, kind in enumerate(PENALTY_KINDS)}  # lightest first

_SUMS = {"fine": "fine_fen", "confiscation_gains": "confiscated_fen"}

_NATIONAL = "10"  # a code given out by the national registry says nothing of the province


def with_penalty_facts(penalties: pl.LazyFrame, enterprises: pl.LazyFrame) -> pl.LazyFrame:
    """`penalties` with what they leave to be worked out, from their own columns and the register.

    Adds heaviest_kind, is_person, is_other_province, deregistered_on, is_gone_undated, annulled_on, is_annulled, and
    province: that of the authority, by its code; without one, of the party, whom its own province's bodies punish.
    """
    own = ("enterprise_id", "region_code", "deregistered_on")
    register = enterprises.select(*own, is_gone_undated=is_deregistered_undated(), enterprise_uscc="uscc")
    return (
        penalties.join(register, on="enterprise_id", how="left", maintain_order="left")
        .with_columns(
            heaviest_kind=_heaviest_kind(),
            is_gone_undated=pl.col("is_gone_undated").fill_null(False),
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
    """Whether the register has the enterprise as deregistered (注销) and does not say since when."""
    return ((pl.col("state") == "deregistered") & pl.col("deregistered_on").is_null()).fill_null(False)


def _heaviest_kind() -> pl.Expr:
    """The heaviest of the kinds named, and of a fine or confiscation of which only the sum is stated."""
    named = pl.col("penalty_kinds").list.eval(pl.element().replace_strict(_RANKS, return_dtype=pl.Int64)).list.max()
    sums = [pl.when(pl.col(column) > 0).then(pl.lit(_RANKS[kind])) for kind, column in _SUMS.items()]
    kinds = {rank: kind for kind, rank in _RANKS.items()}
    return pl.max_horizontal(named, *sums).replace_strict(kinds, return_dtype=pl.String)


def _division(code: pl.Expr) -> pl.Expr:
    digits = code.str.slice(0, 2)
    return pl.when(digits.str.contains(r"^\d\d$") & (digits != _NATIONAL)).then(digits)


FOR_EVER = date(9999, 1, 1)  # inside only: no end is an empty day outside

_START, _TERM = pl.col("counts_from_on"), pl.col("term_on")

_NEVER = pl.lit(None, dtype=DATE)


def with_class(frame: pl.LazyFrame, regime: PublicityRegime, low_fines: LowFines | None, name: str) -> pl.LazyFrame:
    """`frame` with the struct `name`: what `regime` makes of each penalty; null where no class fits.

    Needs the facts of a penalty, counts_from_on and term_on (last day of a restriction, FOR_EVER for life). Fields:
    class, class_title, regime, reason, is_shown, end_on (corresponding day), early_on, term_end_on (of a restriction
    that publicity waits for), basis, confidence (a rank), is_term_unstated, is_missing and is_unclear (a low fine's).
    """
    if low_fines is None:
        raise ValueError("a publicity system without the law of low fines")
    low = low_fine(low_fines, regime.from_)
    is_used = any(_asks_low_fine(rule) for of_class in regime.classes for rule in of_class.rules)
    found = pl.lit(None)
    for of_class in reversed(regime.classes):
        fits = [_fits(rule) for rule in of_class.rules]
        found = pl.when(pl.any_horizontal(fits)).then(_outcome(regime, of_class, fits, low, is_used)).otherwise(found)
    return frame.with_columns(low.is_low.fill_null(False).alias(LOW_FINE)).with_columns(found.alias(name))


def _asks_low_fine(rule: PublicityRule) -> bool:
    return rule.when is not None and LOW_FINE in pl.sql_expr(rule.when).meta.root_names()


def _fits(rule: PublicityRule) -> pl.Expr:
    return pl.lit(True) if rule.when is None else pl.sql_expr(rule.when).fill_null(False)


def _outcome(
    regime: PublicityRegime, of_class: PublicityClass, fits: Sequence[pl.Expr], low: LowFine, is_used: bool
) -> pl.Expr:
    met = list(zip(of_class.rules, fits, strict=True))
    never_early = [fit for rule, fit in met if rule.at_least is None]
    early = pl.max_horizontal(_NEVER, *(pl.when(fit).then(_end(rule, rule.at_least)) for rule, fit in met))
    with_term = [fit for rule, fit in met if rule.until_term_ends]
    nothing = pl.lit(False)
    return pl.struct(
        pl.lit(of_class.class_).alias("class"),
        class_title=pl.lit(of_class.title),
        regime=pl.lit(regime.title),
        reason=_joined(pl.when(fit).then(pl.lit(rule.title)) for rule, fit in met),
        is_shown=pl.any_horizontal(False, *(fit for rule, fit in met if rule.shown)),
        end_on=pl.max_horizontal(_NEVER, *(pl.when(fit).then(_end(rule, rule.shown)) for rule, fit in met)),
        early_on=pl.when(~pl.any_horizontal(False, *never_early)).then(early),
        term_end_on=pl.when(pl.any_horizontal(False, *with_term)).then(_TERM),
        basis=_joined(pl.when(fit).then(_basis(rule, low)) for rule, fit in met),
        confidence=pl.max_horizontal(pl.when(fit).then(_rank(rule, low)) for rule, fit in met),
        is_term_unstated=pl.any_horizontal(False, *with_term) & _TERM.is_null(),
        is_missing=low.is_missing if is_used else nothing,
        is_unclear=low.is_unclear if is_used else nothing,
    )


def _end(rule: PublicityRule, span: Duration | None) -> pl.Expr:
    if span is None:
        return _NEVER
    end = end_of_duration(_START, span)
    return pl.max_horizontal(end, _TERM) if rule.until_term_ends else end


def _basis(rule: PublicityRule, low: LowFine) -> pl.Expr:
    return _joined([pl.lit(rule.basis), low.basis]) if _asks_low_fine(rule) else pl.lit(rule.basis)


def _rank(rule: PublicityRule, low: LowFine) -> pl.Expr:
    rank = pl.lit(CONFIDENCES.index(rule.confidence), dtype=pl.Int32)
    return pl.max_horizontal(rank, low.confidence) if _asks_low_fine(rule) else rank


def _joined(texts: Iterable[pl.Expr]) -> pl.Expr:
    return pl.concat_str(list(texts), separator="；", ignore_nulls=True)


@dataclass(frozen=True)
class LowFine:
    """is_low: null where it cannot be told. is_missing: the policy must name the province's threshold first.

    basis and confidence (its rank in CONFIDENCES) of the provision that was asked.
    """

    is_low: pl.Expr
    is_missing: pl.Expr
    is_unclear: pl.Expr
    basis: pl.Expr
    confidence: pl.Expr


def low_fine(law: LowFines, day: date) -> LowFine:
    """Low fines by what is in force on `day`, as expressions over a penalty with its facts."""
    is_asked = _met(law.asked_when)
    national = law.national.on(day, "national")
    if national is not None:
        is_low, nothing = pl.sql_expr(national), pl.lit(False)
        source = _Source(law.national, pl.lit(True))
        return LowFine(is_low, nothing, is_asked & is_low.is_null(), source.basis(), source.rank())
    known = [
        (_Source(one.when, pl.col("province") == one.province), when)
        for one in law.provinces
        if (when := one.when.on(day, one.title)) is not None
    ]
    is_known = pl.any_horizontal(False, *(source.applies for source, _ in known)).fill_null(False)
    is_low = pl.coalesce(
        *(pl.when(s.applies).then(pl.sql_expr(when)) for s, when in known), pl.lit(None, dtype=BOOLEAN)
    )
    return LowFine(
        is_low=is_low,
        is_missing=is_asked & ~is_known,
        is_unclear=is_asked & is_known & is_low.is_null(),
        basis=pl.coalesce(*(source.basis() for source, _ in known), pl.lit(None, dtype=TEXT)),
        confidence=pl.coalesce(*(source.rank() for source, _ in known), pl.lit(None, dtype=pl.Int32)),
    )


@dataclass(frozen=True)
class _Source:
    """A provision and the penalties it applies to."""

    provision: Dated[str]
    applies: pl.Expr

    def basis(self) -> pl.Expr:
        return pl.when(self.applies).then(pl.lit(self.provision.basis))

    def rank(self) -> pl.Expr:
        return pl.when(self.applies).then(pl.lit(CONFIDENCES.index(self.provision.confidence), dtype=pl.Int32))


def _met(when: str) -> pl.Expr:
    return pl.sql_expr(when).fill_null(False)
