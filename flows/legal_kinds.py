"""The records on which the law has a word: told without reading any law."""

from __future__ import annotations

import polars as pl

_ALWAYS = pl.lit(True)
LEGAL = {
    "penalty": _ALWAYS,
    "decision": _ALWAYS,
    "person_ban": _ALWAYS,
    "rectification": pl.col("completed_on").is_null(),
    "inspection": pl.col("published_on").is_not_null(),
    "sampling": pl.col("published_on").is_not_null(),
}
