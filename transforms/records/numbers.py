"""Whole numbers and amounts of money from text, exactly or not at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from transforms.records.text import halfwidth

# Decimal places of a unit down to fen, or of points down to hundredths.
PLACES = {"元": 2, "万元": 6, "分": 2}
_NUMBER = r"^[0-9]+(\.[0-9]*)?$"
_THOUSANDS = r"^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
_MAX_DIGITS = 12  # of the whole part: no fine is larger, and more would not fit into 64 bits
_DIGITS = {
    **{char: value for value, chars in enumerate(("零〇", "一壹", "二贰两", "三叁", "四肆")) for char in chars},
    **{char: value for value, chars in enumerate(("五伍", "六陆", "七柒", "八捌", "九玖"), 5) for char in chars},
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_NUMERALS = "".join((*_DIGITS, *_UNITS, *_GROUPS))
_UNIT_SIGNS, _DIGIT_SIGNS = "".join((*_UNITS, *_GROUPS)), "".join(_DIGITS)
# Possessive throughout, and a run without 元 behind it is skipped as a whole: the time is linear in the text.
_PART = rf"([0-9][0-9,]*+(?:\.[0-9]++)?+)\s*+[余多]?+\s*+([{_UNIT_SIGNS}]*+)\s*+"
# Figures with units before 元 (1.5万元, 50,000元, 12万5千元), or numerals alone (五千元, 叁万伍仟元整).
_AMOUNT = re.compile(
    rf"(?P<figures>(?:{_PART})++)(?P<yuan>[元圆])?+"
    rf"|(?P<numerals>[{_NUMERALS}]++)"
    rf"(?P<in_numerals>[元圆](?:(?P<jiao>[{_DIGIT_SIGNS}])角)?+(?:(?P<fen>[{_DIGIT_SIGNS}])分)?+)?+"
)
_PARTS = re.compile(_PART)
_MAX_CHARS = 40  # a longer run is no amount
_MAX_FEN = 10**15


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
    """Whether the whole part has more digits than any amount can have."""
    return number.str.extract(r"^-?0*([0-9]*)").str.len_chars() > _MAX_DIGITS


def is_inexact(number: pl.Expr, places: int) -> pl.Expr:
    """Whether there are digits other than zero beyond `places` decimals."""
    return _decimals(number).str.slice(places).str.contains("[1-9]")


def scaled(number: pl.Expr, places: int) -> pl.Expr:
    """The number times ten to the power `places`, as an integer; by digits, so that nothing is rounded."""
    whole = number.str.extract(r"^([0-9]+)")
    digits = whole + _decimals(number).str.pad_end(places, "0").str.head(places)
    return digits.cast(pl.Int64(), strict=False)


def _decimals(number: pl.Expr) -> pl.Expr:
    return number.str.extract(r"\.([0-9]*)$").fill_null("")


def stated_amounts(text: str) -> tuple[int, ...]:
    """The amounts of money written in `text`, in fen, in their order: 罚款五千元, 罚款人民币 1.5 万元, 伍仟元整.

    Amounts with fractions of a fen, and those too large to be one, are left out.
    """
    return tuple(_amounts(unicodedata.normalize("NFKC", text)))


def parse_amount(text: str) -> int | None:
    """The amount (fen) where `text` is one and nothing else, with its unit: 50万元, 人民币伍仟元整; else None."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = _AMOUNT.fullmatch(plain.removeprefix("人民币").rstrip("整正"))
    if found is None or "余" in plain or "多" in plain or not (found["yuan"] or found["in_numerals"]):
        return None
    return next(_amounts(found[0]), None)


def disagreeing_amount(fen: int, stated: tuple[int, ...], times: int) -> int | None:
    """The first `stated` amount where `fen` differs from all of them by a factor of at least `times`; else None.

    A sum in yuan under a heading in 万元, or the reverse, is off by 10,000.
    """
    is_far = all(fen >= amount * times or fen * times <= amount for amount in stated)
    return stated[0] if stated and is_far else None


def _amounts(text: str) -> Iterator[int]:
    for found in _AMOUNT.finditer(text):
        if len(found[0]) > _MAX_CHARS:
            continue
        fen = (
            _fen_of_figures(found["figures"])
            if found["yuan"]
            else _fen_of_numerals(found)
            if found["in_numerals"]
            else None
        )
        if fen is not None and fen < _MAX_FEN:
            yield fen


def _fen_of_figures(figures: str) -> int | None:
    parts = _PARTS.findall(figures)
    fen = sum(Decimal(digits.replace(",", "")) * _factor(units) * 100 for digits, units in parts)
    return int(fen) if fen == int(fen) else None


def _fen_of_numerals(found: re.Match[str]) -> int | None:
    yuan = parse_chinese_number(found["numerals"])
    if yuan is None:
        return None
    return yuan * 100 + _DIGITS[found["jiao"] or "零"] * 10 + _DIGITS[found["fen"] or "零"]


def _factor(units: str) -> int:
    factor = 1
    for unit in units:
        factor *= _UNITS.get(unit) or _GROUPS[unit]
    return factor


def parse_chinese_number(numerals: str) -> int | None:
    """The whole number of Chinese numerals, common or formal (三万五千, 叁万伍仟); None where they are none."""
    total = section = digit = 0
    has_digit = False
    for char in numerals:
        if char in _DIGITS:
            digit, has_digit = _DIGITS[char], True
        elif char in _UNITS:
            section += (digit or (0 if has_digit and section else 1)) * _UNITS[char]
            digit, has_digit = 0, True
        else:
            section += digit
            if not (section or total):
                return None
            total = (total + section) * _GROUPS[char] if _GROUPS[char] > 10**4 else total + section * _GROUPS[char]
            section = digit = 0
    return total + section + digit if has_digit else None
