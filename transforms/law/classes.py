"""A penalty's class in a regime, and the period that goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import polars as pl

from transforms.law.low_fines import LowFine, low_fine
from transforms.policy.law_publicity import LOW_FINE, LowFines, PublicityClass, PublicityRule, Regime
from transforms.policy.scheme import Span
from transforms.spans import end_of_span
from transforms.tables.law.publicity import CONFIDENCES
from transforms.tables.shape import DAY

FOR_EVER = date(9999, 1, 1)  # inside only: no end is an empty day outside
_START, _TERM = pl.col("counts_from_on"), pl.col("term_on")
_NEVER = pl.lit(None, dtype=DAY)


def with_class(frame: pl.LazyFrame, regime: Regime, low_fines: LowFines | None, name: str) -> pl.LazyFrame:
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


def _outcome(regime: Regime, of_class: PublicityClass, fits: Sequence[pl.Expr], low: LowFine, is_used: bool) -> pl.Expr:
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


def _end(rule: PublicityRule, span: Span | None) -> pl.Expr:
    if span is None:
        return _NEVER
    end = end_of_span(_START, span)
    return pl.max_horizontal(end, _TERM) if rule.until_term_ends else end


def _basis(rule: PublicityRule, low: LowFine) -> pl.Expr:
    return _joined([pl.lit(rule.basis), low.basis]) if _asks_low_fine(rule) else pl.lit(rule.basis)


def _rank(rule: PublicityRule, low: LowFine) -> pl.Expr:
    rank = pl.lit(CONFIDENCES.index(rule.confidence), dtype=pl.Int32)
    return pl.max_horizontal(rank, low.confidence) if _asks_low_fine(rule) else rank


def _joined(texts: Iterable[pl.Expr]) -> pl.Expr:
    return pl.concat_str(list(texts), separator="；", ignore_nulls=True)
