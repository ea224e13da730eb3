"""Which fines are low (较低数额罚款): by province, then for the country."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.policy.dated import Dated
from transforms.policy.law_publicity import LowFines
from transforms.tables.law.publicity import CONFIDENCES
from transforms.tables.shape import FLAG, TEXT


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
    is_low = pl.coalesce(*(pl.when(s.applies).then(pl.sql_expr(when)) for s, when in known), pl.lit(None, dtype=FLAG))
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
