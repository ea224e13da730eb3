"""Text in the form in which it is compared: names, document numbers, codes."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable

import polars as pl

# Texts that a change leaves as they are; most are, and that is seen many times as fast as the change is made.
_HALFWIDTH = r"^(?:[!-~\x{4E00}-\x{9FFF}〔〕][ -~\x{4E00}-\x{9FFF}〔〕]*[!-~\x{4E00}-\x{9FFF}〔〕])?$"
_SQUEEZED = r"^[!-~\x{4E00}-\x{9FFF}〔〕]*$"
_PLAIN_NAME = r"^[0-9A-Z()·\x{4E00}-\x{9FFF}_-]*$"
# Traditional characters of the names of authorities and of their documents; they are compared as simplified ones.
_TRADITIONAL = dict(
    zip(
        "藥監罰試號處當場執強許證醫療檢產業獸鹽衛農華東廣蘇雲寧遼龍陝貴瓊區縣鄉鎮國關質總銷經營審復議聽決沒鄭漢瀋連慶濟臺灣傳責維",
        "药监罚试号处当场执强许证医疗检产业兽盐卫农华东广苏云宁辽龙陕贵琼区县乡镇国关质总销经营审复议听决没郑汉沈连庆济台湾传责维",
        strict=True,
    )
)
_HAN = rf"[A-Z\x{{4E00}}-\x{{9FFF}}--[{''.join(_TRADITIONAL)}]]"
_PLAIN_NUMBER = rf"^(?:[0-9A-Z./_-]*|(?:〔?{_HAN}+〕?)*〔[12][0-9]{{3}}〕[1-9][0-9]*号)$"
_AT_A_TIME = 10_000  # texts hashed while they still stand in the cache
_DOTS = dict.fromkeys("•・‧∙⋅。.", "·")
# What Unicode lets a program draw as nothing: zero-width and joining characters, soft hyphens, marks of direction,
# fillers, variation selectors, tags, the blanks of Braille and of GBK's private area. Ranges are written out, since
# regular expressions of Python know no classes of it.
_INVISIBLE_CHARACTERS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ue5e5\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
INVISIBLE = f"[{_INVISIBLE_CHARACTERS}]"
_INVISIBLE = re.compile(INVISIBLE)
# With controls: what a screen does not show.
HIDDEN = f"[{_INVISIBLE_CHARACTERS}\\x00-\\x1F\\x7F-\\x9F\\u2028\\u2029]"
_OPENING = r"[\[({<«‹〔【〈《「『〖〘〚﹙﹛﹝⟨⟦⟪⟬⟮❨❪❬❮❰❲❴⁅⌈⌊⦃⦅⦇⦉⦋⦑⦗⧘⧚⧼⸢⸤⸦⸨]"
_CLOSING = r"[\])}>»›〕】〉》」』〗〙〛﹚﹜﹞⟩⟧⟫⟭⟯❩❫❭❯❱❳❵⁆⌉⌋⦄⦆⦈⦊⦌⦒⦘⧙⧛⧽⸣⸥⸧⸩]"
_YEAR = "[12][0-9]{3}"
_NUMERALS = dict(zip("〇零○一二三四五六七八九", "000123456789", strict=True))
_DASHES = "[\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63]"


def without_invisible(text: pl.Expr) -> pl.Expr:
    """Text without the characters that are drawn as nothing."""
    return text.str.replace_all(INVISIBLE, "")


def halfwidth(text: pl.Expr) -> pl.Expr:
    """Full-width digits, letters and signs as plain ones (NFKC); invisible characters and outer blanks removed."""
    # Twice: some characters are made invisible ones, and some stand between those that compose only when they meet.
    return _but_for(
        _HALFWIDTH, text, lambda odd: without_invisible(without_invisible(odd).str.normalize("NFKC")).str.strip_chars()
    )


def without_blanks(text: pl.Expr) -> pl.Expr:
    """As halfwidth, without any blank inside."""
    return _but_for(_SQUEEZED, text, lambda odd: halfwidth(odd).str.replace_all(r"\s", ""))


def _but_for(in_form: str, text: pl.Expr, change: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """`change` of the texts, not tried on those of the pattern `in_form`, which it would leave as they are."""

    def changed(texts: pl.Series) -> pl.Series:
        plain = texts.alias("text")
        is_odd = ~plain.str.contains(in_form)
        if not is_odd.any():
            return texts
        odd = plain.filter(is_odd).to_frame().select(change(pl.col("text"))).to_series()
        return plain.scatter(is_odd.arg_true(), odd).alias(texts.name)

    return text.map_batches(changed, return_dtype=pl.String(), is_elementwise=True)


def word_key(word: str) -> str:
    """As `squeezed`, for a word of a vocabulary."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", word)))
    return "".join(plain.split())


def normalise_name(name: pl.Expr) -> pl.Expr:
    """A name for exact comparison: no blanks, one width, one kind of bracket and of dot, capital letters."""
    return _but_for(_PLAIN_NAME, name, _name_key)


def _name_key(name: pl.Expr) -> pl.Expr:
    plain = without_blanks(name).str.replace_all(_OPENING, "(").str.replace_all(_CLOSING, ")")
    return plain.str.replace_many(_DOTS).str.to_uppercase()


def document_key(number: pl.Expr) -> pl.Expr:
    """A document number for comparison, as GB/T 9704-2012 (7.2.5) has it written.

    All pairs of brackets are 〔〕 and hold the year alone, in figures (2026年, 2026-, 〔二〇二六〕 are 〔2026〕); after
    the year stands neither 第 nor a dash or zero in front; the number ends in 号; traditional characters are simplified
    ones, all dashes are one; no blanks, one width, capital letters.
    """
    return _but_for(_PLAIN_NUMBER, number, _document_key)


def _document_key(number: pl.Expr) -> pl.Expr:
    return _spelt(number).str.replace_all(f"〔({_YEAR})〕0+([1-9A-Z])", "〔${1}〕${2}")


def _spelt(number: pl.Expr) -> pl.Expr:
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
    """A document number in the one spelling in which it is kept and shown: as `document_key`, but with the document's
    own zeros in front; brackets that hold no year are （）. Without a Chinese character letters stay as they are.
    """
    spelt = _but_for(_PLAIN_NUMBER, number, _spelt)
    shown = spelt.str.replace_all(r"〔([^〔〕]*)〕", "（${1}）").str.replace_all(f"（({_YEAR})）", "〔${1}〕")
    return pl.when(spelt.str.contains(r"\p{Han}")).then(shown).otherwise(halfwidth(number))


def without_leading_zeros(number: pl.Expr) -> pl.Expr:
    """A `document_number` as two reports of it are compared: what one writes 001, another writes 1."""
    bare = number.str.replace_all(f"〔({_YEAR})〕0+([1-9A-Z])", "〔${1}〕${2}")
    return pl.when(number.str.contains(r"\p{Han}")).then(bare).otherwise(number)


def is_document_number(column: str) -> bool:
    """Whether a column of a record has the number of a document, inspection, sample or order."""
    return column.endswith(("_no", "target"))


def mask_number(number: pl.Expr) -> pl.Expr:
    """An identity number with all but its first three and last two characters masked; a short one wholly."""
    length = number.str.len_chars().cast(pl.Int64())  # unsigned lengths would wrap around below zero
    middle = pl.lit("*").repeat_by((length - 5).clip(lower_bound=0)).list.join("")
    shown = pl.concat_str(number.str.head(3), middle, number.str.tail(2))
    return pl.when(length >= 10).then(shown).otherwise(number.str.replace_all(".", "*"))


def keyed_hashes(numbers: pl.Series, key: bytes) -> pl.Series:
    """HMAC-SHA256 of each number as hexadecimal: joins the same person, and tells nothing without the key."""
    known = {n: hmac.digest(key, n.encode(), "sha256").hex() for n in numbers.drop_nulls().unique().to_list()}
    return numbers.replace_strict(known, default=None, return_dtype=pl.String())


def sha256_digests(texts: pl.Series) -> pl.Series:
    """128 bits of SHA-256 of each text, as hexadecimal. Polars' own hash differs between its versions."""
    pieces = texts.cast(pl.Binary()).to_frame().iter_slices(_AT_A_TIME)
    hashes = [_hashes(piece.to_series().to_list()) for piece in pieces]
    return pl.concat([pl.Series(dtype=pl.String()), *hashes]).alias(texts.name)


def _hashes(texts: list[bytes]) -> pl.Series:
    sha256 = hashlib.sha256
    return pl.Series([sha256(text).digest() for text in texts], dtype=pl.Binary()).bin.slice(0, 16).bin.encode("hex")
