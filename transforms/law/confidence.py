"""How sure a day is: as sure as the weakest of everything it rests on."""

from __future__ import annotations

import polars as pl

from transforms.policy.dated import Confidence
from transforms.tables.law.publicity import CONFIDENCES
from transforms.tables.shape import TEXT


def weakened(confidence: pl.Expr, *doubts: tuple[pl.Expr, Confidence]) -> pl.Expr:
    """`confidence`, or that of a doubt whose test holds, where that is weaker; null stays null."""
    ranks = {one: rank for rank, one in enumerate(CONFIDENCES)}
    own = confidence.replace_strict(ranks, default=None, return_dtype=pl.Int32)
    others = (pl.when(test.fill_null(False)).then(pl.lit(ranks[one], pl.Int32)) for test, one in doubts)
    weakest = pl.when(own.is_not_null()).then(pl.max_horizontal(own, *others))
    return weakest.replace_strict(dict(enumerate(CONFIDENCES)), default=None, return_dtype=TEXT)
