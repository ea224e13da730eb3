"""Whole numbers and money out of text, exactly or not at all."""

from __future__ import annotations

import polars as pl

from transforms.records.text import halfwidth

# Decimal places of a unit down to fen, or of points down to hundredths.
PLACES = {"元": 2, "万元": 6, "分": 2}
_NUMBER = r"^[0-9]+(\.[0-9]*)?$"
_THOUSANDS = r"^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
_MOST_DIGITS = 12  # of the whole part: what is larger is no fine and would leave 64 bits


def number_text(text: pl.Expr) -> pl.Expr:
    """A number's text in plain digits: one width, well-formed thousands separators removed."""
    plain = halfwidth(text)
    return pl.when(plain.str.contains(_THOUSANDS)).then(plain.str.replace_all(",", "")).otherwise(plain)


def is_negative(number: pl.Expr) -> pl.Expr:
    """Whether the text is a number below zero."""
    return number.str.contains(r"^-[0-9]+(\.[0-9]*)?$")


def is_number(number: pl.Expr) -> pl.Expr:
    """Whether the text is a number, sign aside."""
    return number.str.strip_prefix("-").str.contains(_NUMBER)


def is_huge(number: pl.Expr) -> pl.Expr:
    """Whether the whole part has more digits than any sum can have."""
    return number.str.extract(r"^-?0*([0-9]*)").str.len_chars() > _MOST_DIGITS


def is_inexact(number: pl.Expr, places: int) -> pl.Expr:
    """Whether digits other than zero stand beyond `places` decimals."""
    return _decimals(number).str.slice(places).str.contains("[1-9]")


def scaled(number: pl.Expr, places: int) -> pl.Expr:
    """The number times ten to the power `places`, as an integer; by digits, so that nothing is ever rounded."""
    whole = number.str.extract(r"^([0-9]+)")
    digits = whole + _decimals(number).str.pad_end(places, "0").str.head(places)
    return digits.cast(pl.Int64(), strict=False)


def _decimals(number: pl.Expr) -> pl.Expr:
    return number.str.extract(r"\.([0-9]*)$").fill_null("")
