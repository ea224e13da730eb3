"""Problems found in rows: place, value, reason, and what is expected, for the officer who corrects them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from transforms.person_numbers import mask_person_numbers
from transforms.records.text import HIDDEN_CHARACTERS

MAX_VALUE_CHARS = 80
# Codes of cells that leave their field unknown; their rows are accepted.
UNREAD_CODES = ("unread_amount", "unread_day")

PROBLEMS = pl.Schema(
    {
        "row_no": pl.Int64(),
        "column": pl.String(),
        "value": pl.String(),
        "code": pl.String(),
        "reason": pl.String(),
        "expected": pl.String(),
        "suggestions": pl.List(pl.String()),
    }
)


@dataclass(frozen=True)
class Check:
    """A rule on rows: where `fails` is true, the cell under `heading` with the text `value` has a problem.

    reason and expected are Chinese.
    """

    heading: str
    fails: pl.Expr
    code: str
    reason: str
    expected: str
    value: pl.Expr


def find_problems(frame: pl.DataFrame, checks: Iterable[Check]) -> pl.DataFrame:
    """The rows of `frame` (with row_no) that fail, one per row and check (PROBLEMS)."""
    listed = list(checks)
    if not listed:
        return PROBLEMS.to_frame()
    flags = frame.lazy().select(check.fails.fill_null(False).alias(str(i)) for i, check in enumerate(listed)).collect()
    found = [as_problems(frame.filter(flags[str(i)]), check) for i, check in enumerate(listed) if flags[str(i)].any()]
    return merge_problems(found)


def as_problems(rows: pl.DataFrame, check: Check) -> pl.DataFrame:
    """`rows` as problems of `check` (PROBLEMS), whether it fails or not."""
    return rows.select(
        "row_no",
        column=pl.lit(check.heading),
        value=shown_value(check.value),
        code=pl.lit(check.code),
        reason=pl.lit(check.reason),
        expected=pl.lit(check.expected),
        suggestions=pl.lit([], dtype=pl.List(pl.String())),
    ).cast(PROBLEMS)


def merge_problems(problems: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All problems, each cell and code of a row once, in total order."""
    found = [frame for frame in problems if not frame.is_empty()]
    if not found:
        return PROBLEMS.to_frame()
    key = ["row_no", "column", "code"]
    return pl.concat(found).sort([*key, "reason"]).unique(key, keep="first", maintain_order=True)


def shown_value(value: pl.Expr) -> pl.Expr:
    """A cell's text as a problem shows it: masked, invisible characters by their number ([U+200B]), shortened."""

    def reveal(texts: pl.Series) -> pl.Series:
        if not texts.str.contains(HIDDEN_CHARACTERS).any():
            return texts
        found = texts.str.extract_all(HIDDEN_CHARACTERS).explode().drop_nulls().unique().sort().to_list()
        return texts.str.replace_many({char: f"[U+{ord(char):04X}]" for char in found})

    masked = mask_person_numbers(value.cast(pl.String()))
    text = masked.map_batches(reveal, return_dtype=pl.String(), is_elementwise=True)
    return pl.when(text.str.len_chars() > MAX_VALUE_CHARS).then(text.str.head(MAX_VALUE_CHARS) + "…").otherwise(text)
