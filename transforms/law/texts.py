"""Chinese texts made of several, with ； between them."""

from __future__ import annotations

import polars as pl


def joined(*texts: pl.Expr) -> pl.Expr:
    """The texts that are not null, one after the other; empty for none."""
    return pl.concat_str(texts, separator="；", ignore_nulls=True)


def joined_or_null(*texts: pl.Expr) -> pl.Expr:
    """The texts that are not null, one after the other; null for none."""
    whole = joined(*texts)
    return pl.when(whole != "").then(whole)
