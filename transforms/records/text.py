"""Text in the form in which it is compared: names, document numbers, codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

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
_HAN = rf"[A-Z\x{{4E00}}-\x{{9FFF}}--[{''.join(_TRADITIONAL)}]]"
_PLAIN_NUMBER = rf"^(?:[0-9A-Z./_-]*|(?:〔?{_HAN}+〕?)*〔[12][0-9]{{3}}〕[1-9][0-9]*号)$"
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
_NUMERALS = dict(zip("〇零○一二三四五六七八九", "000123456789", strict=True))
_DASHES = "[\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63]"


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


def word_key(word: str) -> str:
    """As `without_blanks`, for one word of a vocabulary."""
    plain = _INVISIBLE_PATTERN.sub("", unicodedata.normalize("NFKC", _INVISIBLE_PATTERN.sub("", word)))
    return "".join(plain.split())


def normalise_name(name: pl.Expr) -> pl.Expr:
    """A name for exact comparison: no blanks, one width, one kind of bracket and of dot, capital letters."""
    return _change_others(_PLAIN_NAME, name, _name_key)


def _name_key(name: pl.Expr) -> pl.Expr:
    plain = without_blanks(name).str.replace_all(_OPENING, "(").str.replace_all(_CLOSING, ")")
    return plain.str.replace_many(_DOTS).str.to_uppercase()


def document_key(number: pl.Expr) -> pl.Expr:
    """A document number for comparison, in the form of GB/T 9704-2012 (7.2.5).

    All brackets become 〔〕 and hold the year alone, in figures: 2026年, 2026-, 〔二〇二六〕 become 〔2026〕. After it,
    第, dashes and zeros are removed; the number ends in 号. Traditional characters become simplified ones, all dashes
    one; no blanks, one width, capital letters.
    """
    return _change_others(_PLAIN_NUMBER, number, _document_key)


def _document_key(number: pl.Expr) -> pl.Expr:
    return _spell(number).str.replace_all(f"〔({_YEAR})〕0+([1-9A-Z])", "〔${1}〕${2}")


def _spell(number: pl.Expr) -> pl.Expr:
    plain = without_blanks(number).str.to_uppercase().str.replace_all(_OPENING, "〔").str.replace_all(_CLOSING, "〕")
    plain = plain.str.replace_all(_DASHES, "-").str.replace_many(_TRADITIONAL)
    plain = _with_year_in_figures(plain).str.replace_all(f"〔({_YEAR})年〕", "〔${1}〕")
    bare = plain.str.replace(f"^(.*[^0-9〔])({_YEAR})年第?([0-9A-Z][^〔〕]*)$", "${1}〔${2}〕${3}")
    bare = bare.str.replace(rf"^(.*\p{{Han}})({_YEAR})-第?([0-9]+号?[。.,;、:]*)$", "${1}〔${2}〕${3}")
    yearly = pl.when(plain.str.contains(f"〔{_YEAR}〕")).then(plain).otherwise(bare)
    yearly = yearly.str.replace_all(f"〔({_YEAR})〕-*第?-*(0*[1-9A-Z])", "〔${1}〕${2}")
    return yearly.str.replace(rf"^(.*\p{{Han}}.*〔{_YEAR}〕0*[1-9][0-9]*(?:-[0-9]+)?)号?[。.,;、:]*$", "${1}号")


def _with_year_in_figures(number: pl.Expr) -> pl.Expr:
    """A year in Chinese figures, in brackets or before 年, as 2026."""
    parts = number.str.extract_groups(f"^(.*?)([{''.join(_NUMERALS)}]{{4}})(〕.*|年.*)$").struct
    year = parts.field("2").str.replace_many(_NUMERALS)
    return pl.coalesce(pl.concat_str(parts.field("1"), year, parts.field("3")), number)


def document_number(number: pl.Expr) -> pl.Expr:
    """A document number in the one spelling in which it is stored and shown.

    As `document_key`, but with the document's own leading zeros; brackets without a year become （）. A number without
    a Chinese character keeps its letters.
    """
    spelling = _change_others(_PLAIN_NUMBER, number, _spell)
    shown = spelling.str.replace_all(r"〔([^〔〕]*)〕", "（${1}）").str.replace_all(f"（({_YEAR})）", "〔${1}〕")
    return pl.when(spelling.str.contains(r"\p{Han}")).then(shown).otherwise(halfwidth(number))


def without_leading_zeros(number: pl.Expr) -> pl.Expr:
    """A `document_number` for the comparison of two reports: what one writes 001, another writes 1."""
    bare = number.str.replace_all(f"〔({_YEAR})〕0+([1-9A-Z])", "〔${1}〕${2}")
    return pl.when(number.str.contains(r"\p{Han}")).then(bare).otherwise(number)


def is_document_number(column: str) -> bool:
    """Whether a column holds the number of a document, inspection, sample or order."""
    return column.endswith(("_no", "target"))
