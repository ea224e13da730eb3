"""Text in the form in which it is compared (names, document numbers, codes), and the integers and amounts of money that
it states: exactly, or not at all.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal

import polars as pl

# Texts that a change leaves as they are. Most are, and a test by pattern is many times as fast as the change.
_HALFWIDTH = r"^(?:[!-~\x{4E00}-\x{9FFF}〔〕][ -~\x{4E00}-\x{9FFF}〔〕]*[!-~\x{4E00}-\x{9FFF}〔〕])?$"
_WITHOUT_BLANKS = r"^[!-~\x{4E00}-\x{9FFF}〔〕]*$"
_PLAIN_NAME = r"^[0-9A-Z()·\x{4E00}-\x{9FFF}_-]*$"
# Traditional characters in names of authorities and of their documents, compared as simplified ones.
_TRADITIONAL = dict(
    zip(
        "藥監罰試號處當場執強許證醫療檢產業獸鹽衛農華東廣蘇雲寧遼龍陝貴瓊區縣鄉鎮國關質總銷經營審復議聽決沒鄭漢瀋連慶濟臺灣傳責維",
        "药监罚试号处当场执强许证医疗检产业兽盐卫农华东广苏云宁辽龙陕贵琼区县乡镇国关质总销经营审复议听决没郑汉沈连庆济台湾传责维",
        strict=True,
    )
)
_NUMERALS = dict(zip("〇零○一二三四五六七八九", "000123456789", strict=True))
# Of a document number that is spelt already: no traditional character, no 年 that could end a year, no bracket but
# around words and the year.
_HAN = rf"\x{{4E00}}-\x{{9FFF}}--[年{''.join(_TRADITIONAL)}]"
_WORDS = rf"(?:[A-Z{_HAN}]|〔[A-Z{_HAN}--[{''.join(_NUMERALS)}]]+〕)*"
_AFTER_YEAR = rf"[1-9][0-9]*(?:-[0-9]+|-[{_HAN}]+)?号"
_WITHOUT_YEAR = rf"[0-9A-Z./_-]*|[0-9A-Z{_HAN}]*"
_SPELT_NUMBER = rf"^(?:{_WITHOUT_YEAR}|{_WORDS}〔[12][0-9]{{3}}〕0*{_AFTER_YEAR})$"
_PLAIN_NUMBER = rf"^(?:{_WITHOUT_YEAR}|{_WORDS}〔[12][0-9]{{3}}〕{_AFTER_YEAR})$"  # as _SPELT_NUMBER, without zeros
_DOTS = dict.fromkeys("•・‧∙⋅。.", "·")
# Characters that are drawn as nothing: zero-width and joining characters, soft hyphens, marks of direction,
# fillers, variation selectors, tags, the blanks of Braille and of GBK's private area. Ranges are written out, since
# Python's regular expressions have no class for them.
_INVISIBLE_CHARACTERS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ue5e5\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_INVISIBLE = f"[{_INVISIBLE_CHARACTERS}]"
_INVISIBLE_PATTERN = re.compile(_INVISIBLE)
# Invisible and control characters.
HIDDEN_CHARACTERS = f"[{_INVISIBLE_CHARACTERS}\\x00-\\x1F\\x7F-\\x9F\\u2028\\u2029]"
_OPENING = r"[\[({<«‹〔【〈《「『〖〘〚﹙﹛﹝⟨⟦⟪⟬⟮❨❪❬❮❰❲❴⁅⌈⌊⦃⦅⦇⦉⦋⦑⦗⧘⧚⧼⸢⸤⸦⸨]"
_CLOSING = r"[\])}>»›〕】〉》」』〗〙〛﹚﹜﹞⟩⟧⟫⟭⟯❩❫❭❯❱❳❵⁆⌉⌋⦄⦆⦈⦊⦌⦒⦘⧙⧛⧽⸣⸥⸧⸩]"
_YEAR = "[12][0-9]{3}"
_LEADING_ZEROS = (f"〔({_YEAR})〕0+([1-9A-Z])", "〔${1}〕${2}")  # and what replaces them
_DASHES = "[\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63]"
# Decimal places of a unit down to fen, or of points down to hundredths.
PLACES = {"元": 2, "万元": 6, "分": 2}
_NUMBER = r"^[0-9]+(\.[0-9]*)?$"
_THOUSANDS = r"^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
_MAX_DIGITS = 12  # of the integer part: no fine is larger, and more would not fit into 64 bits
_DIGITS = {
    **{char: value for value, chars in enumerate(("零〇", "一壹", "二贰两", "三叁", "四肆")) for char in chars},
    **{char: value for value, chars in enumerate(("五伍", "六陆", "七柒", "八捌", "九玖"), 5) for char in chars},
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_NUMERAL_SIGNS = "".join((*_DIGITS, *_UNITS, *_GROUPS))
_UNIT_SIGNS, _DIGIT_SIGNS = "".join((*_UNITS, *_GROUPS)), "".join(_DIGITS)
# Possessive throughout, and a run without 元 behind it is skipped at once: the time is linear in the text.
_PART = rf"([0-9][0-9,]*+(?:\.[0-9]++)?+)\s*+[余多]?+\s*+([{_UNIT_SIGNS}]*+)\s*+"
# Figures with units before 元 (1.5万元, 50,000元, 12万5千元), or numerals alone (五千元, 叁万伍仟元整).
_AMOUNT = re.compile(
    rf"(?P<figures>(?:{_PART})++)(?P<yuan>[元圆])?+"
    rf"|(?P<numerals>[{_NUMERAL_SIGNS}]++)"
    rf"(?P<in_numerals>[元圆](?:(?P<jiao>[{_DIGIT_SIGNS}])角)?+(?:(?P<fen>[{_DIGIT_SIGNS}])分)?+)?+"
)
_PARTS = re.compile(_PART)
_MAX_CHARS = 40  # a longer run is no amount
_MAX_FEN = 10**15


def without_invisible(text: pl.Expr) -> pl.Expr:
    """Text without the characters that are drawn as nothing."""
    return text.str.replace_all(_INVISIBLE, "")


def halfwidth(text: pl.Expr) -> pl.Expr:
    """Full-width digits, letters and signs as plain ones (NFKC); invisible characters and outer blanks removed."""
    # Twice: NFKC makes some characters invisible ones, and invisible ones keep others from being composed.
    return _change_others(
        _HALFWIDTH,
        text,
        lambda some: without_invisible(without_invisible(some).str.normalize("NFKC")).str.strip_chars(),
    )


def without_blanks(text: pl.Expr) -> pl.Expr:
    """As halfwidth, without any blank inside."""
    return _change_others(_WITHOUT_BLANKS, text, lambda some: halfwidth(some).str.replace_all(r"\s", ""))


def word_key(word: str) -> str:
    """As `without_blanks`, for one word of a vocabulary."""
    plain = _INVISIBLE_PATTERN.sub("", unicodedata.normalize("NFKC", _INVISIBLE_PATTERN.sub("", word)))
    return "".join(plain.split())


def normalise_name(name: pl.Expr) -> pl.Expr:
    """A name for exact comparison: no blanks, one width, one kind of bracket and of dot, capital letters."""

    def change(some: pl.Expr) -> pl.Expr:
        plain = without_blanks(some).str.replace_all(_OPENING, "(").str.replace_all(_CLOSING, ")")
        return plain.str.replace_many(_DOTS).str.to_uppercase()

    return _change_others(_PLAIN_NAME, name, change)


def person_number(text: pl.Expr) -> pl.Expr:
    """An identity number in half width as it is hashed: without blanks, in capital letters."""
    return without_blanks(text).str.to_uppercase()


def document_key(number: pl.Expr) -> pl.Expr:
    """A document number for comparison, in the form of GB/T 9704-2012 (7.2.5).

    All brackets become 〔〕 and hold the year alone, in figures: 2026年, 2026-, 〔二〇二六〕 become 〔2026〕. After it,
    第, dashes and zeros are removed; the number ends in 号. Traditional characters become simplified ones, all dashes
    one; no blanks, one width, capital letters.
    """
    return _change_others(_PLAIN_NUMBER, number, lambda some: _spelling(some).str.replace_all(*_LEADING_ZEROS))


def document_number(number: pl.Expr) -> pl.Expr:
    """A document number in the one spelling in which it is stored and shown.

    As `document_key`, but with the document's own leading zeros; brackets without a year become （）. A number without
    a Chinese character keeps its letters.
    """
    spelling = _spelling(number)
    shown = spelling.str.replace_all(r"〔([^〔〕]*)〕", "（${1}）").str.replace_all(f"（({_YEAR})）", "〔${1}〕")
    return pl.when(spelling.str.contains(r"\p{Han}")).then(shown).otherwise(halfwidth(number))


def without_leading_zeros(number: pl.Expr) -> pl.Expr:
    """A `document_number` for the comparison of two reports: what one writes 001, another writes 1."""
    bare = number.str.replace_all(*_LEADING_ZEROS)
    return pl.when(number.str.contains(r"\p{Han}")).then(bare).otherwise(number)


def is_document_number(column: str) -> bool:
    """Whether a column holds the number of a document, inspection, sample or order."""
    return column.endswith(("_no", "target"))


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
    """Whether the integer part has more digits than any amount can have."""
    return number.str.extract(r"^-?0*([0-9]*)").str.len_chars() > _MAX_DIGITS


def is_inexact(number: pl.Expr, places: int) -> pl.Expr:
    """Whether there are digits other than zero beyond `places` decimals."""
    return _decimals(number).str.slice(places).str.contains("[1-9]")


def scaled(number: pl.Expr, places: int) -> pl.Expr:
    """The number times ten to the power `places`, as an integer; by digits, so that nothing is rounded."""
    integer = number.str.extract(r"^([0-9]+)")
    digits = integer + _decimals(number).str.pad_end(places, "0").str.head(places)
    return digits.cast(pl.Int64(), strict=False)


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


def parse_chinese_number(numerals: str) -> int | None:
    """The integer of Chinese numerals, common or formal (三万五千, 叁万伍仟); None where they are none."""
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


def _change_others(pattern: str, text: pl.Expr, change: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """`change` of the texts that do not match `pattern`; the others it would leave as they are."""

    def changed(texts: pl.Series) -> pl.Series:
        plain = texts.alias("text")
        is_other = ~plain.str.contains(pattern)
        if not is_other.any():
            return texts
        others = plain.filter(is_other).to_frame().select(change(pl.col("text"))).to_series()
        return plain.scatter(is_other.arg_true(), others).alias(texts.name)

    return text.map_batches(changed, return_dtype=pl.String(), is_elementwise=True)


def _spelling(number: pl.Expr) -> pl.Expr:
    return _change_others(_SPELT_NUMBER, number, _spell)


def _spell(number: pl.Expr) -> pl.Expr:
    plain = without_blanks(number).str.to_uppercase().str.replace_all(_OPENING, "〔").str.replace_all(_CLOSING, "〕")
    plain = plain.str.replace_all(_DASHES, "-").str.replace_many(_TRADITIONAL)
    # A year in Chinese figures, in brackets or before 年, as 2026.
    parts = plain.str.extract_groups(f"^(.*?)([{''.join(_NUMERALS)}]{{4}})(〕.*|年.*)$").struct
    in_figures = pl.concat_str(parts.field("1"), parts.field("2").str.replace_many(_NUMERALS), parts.field("3"))
    plain = pl.coalesce(in_figures, plain).str.replace_all(f"〔({_YEAR})年〕", "〔${1}〕")
    bare = plain.str.replace(f"^(.*[^0-9〔])({_YEAR})年第?([0-9A-Z][^〔〕]*)$", "${1}〔${2}〕${3}")
    bare = bare.str.replace(rf"^(.*\p{{Han}})({_YEAR})-第?([0-9]+号?[。.,;、:]*)$", "${1}〔${2}〕${3}")
    yearly = pl.when(plain.str.contains(f"〔{_YEAR}〕")).then(plain).otherwise(bare)
    yearly = yearly.str.replace_all(f"〔({_YEAR})〕-*第?-*(0*[1-9A-Z])", "〔${1}〕${2}")
    return yearly.str.replace(rf"^(.*\p{{Han}}.*〔{_YEAR}〕0*[1-9][0-9]*(?:-[0-9]+)?)号?[。.,;、:]*$", "${1}号")


def _decimals(number: pl.Expr) -> pl.Expr:
    return number.str.extract(r"\.([0-9]*)$").fill_null("")


def _amounts(text: str) -> Iterator[int]:
    for found in _AMOUNT.finditer(text):
        if len(found[0]) > _MAX_CHARS:
            continue
        fen: int | Decimal
        if found["yuan"]:
            parts = _PARTS.findall(found["figures"])
            fen = sum(
                Decimal(digits.replace(",", "")) * math.prod(_UNITS.get(unit) or _GROUPS[unit] for unit in units) * 100
                for digits, units in parts
            )
        elif found["in_numerals"] and (yuan := parse_chinese_number(found["numerals"])) is not None:
            fen = yuan * 100 + _DIGITS[found["jiao"] or "零"] * 10 + _DIGITS[found["fen"] or "零"]
        else:
            continue
        if fen == int(fen) and fen < _MAX_FEN:
            yield int(fen)
