"""What may be stored of natural persons' numbers: masks and keyed hashes."""

from __future__ import annotations

import hmac
import re

import polars as pl

from transforms.person_numbers import mask_middle, mask_text

_CUT_NUMBER = re.compile(r"(?<![0-9０-９])[0-9０-９]++(?=…（共)")  # a number at which a shortened text breaks off
_RUN = re.compile(r"[0-9０-９A-Za-z]++(?:[(（][0-9０-９A-Za-z][)）])?+")
# Passports, permits, officers' cards: few letters, then five digits or more; the last may be in brackets.
_FIVE_DIGITS = re.compile("[0-9０-９]{5}")
_CREDIT_CODE = re.compile(r"9[0-9A-HJ-NP-RTUW-Y]{17}")


def mask_number(number: pl.Expr) -> pl.Expr:
    """An identity number with all but its first three and last two characters masked; a short one wholly."""
    length = number.str.len_chars().cast(pl.Int64())  # unsigned lengths would wrap around below zero
    middle = pl.lit("*").repeat_by((length - 5).clip(lower_bound=0)).list.join("")
    masked = pl.concat_str(number.str.head(3), middle, number.str.tail(2))
    return pl.when(length >= 10).then(masked).otherwise(number.str.replace_all(".", "*"))


def keyed_hashes(numbers: pl.Series, key: bytes) -> pl.Series:
    """HMAC-SHA256 of each number as hexadecimal: the same for one person, and meaningless without the key."""
    hashes = {n: hmac.digest(key, n.encode(), "sha256").hex() for n in numbers.drop_nulls().unique().to_list()}
    return numbers.replace_strict(hashes, default=None, return_dtype=pl.String())


def redact_text(text: str, is_torn: bool) -> str:
    """`text` without identity numbers.

    is_torn: it is a row that could not be split into cells, where any column may be, so whatever looks like a number is
    masked. Credit codes, which no person's number resembles, remain: they identify the enterprise.
    """

    def mask_run(found: re.Match[str]) -> str:
        is_harmless = _CREDIT_CODE.fullmatch(found[0]) or not _FIVE_DIGITS.search(found[0])
        return found[0] if is_harmless else mask_middle(found[0])

    masked = _CUT_NUMBER.sub("*", mask_text(text))
    return _RUN.sub(mask_run, masked) if is_torn else masked
