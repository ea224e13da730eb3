"""Numbers of natural persons' identity documents: found and masked in text, and what of them may be stored.

The only detector of the project.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

PersonNumberKind = Literal["resident", "old", "foreigner", "permit", "labelled"]
_FULL_WIDTH = {ord("０") + n: str(n) for n in range(10)} | {ord("Ａ") + n: chr(ord("A") + n) for n in range(26)}
_FULL_WIDTH |= {ord("ａ") + n: chr(ord("a") + n) for n in range(26)} | {ord("（"): "(", ord("）"): ")"}
_CHINESE = {
    ord(chinese): digit
    for digit, forms in zip("0123456789", ("〇○零", *"一二三四五六七八九"), strict=True)
    for chinese in forms
}
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff\ufffd"
# What people, programs and damaged files put between the digits of one number.
_GAP = rf"[ \u00a0\u2002-\u200a\u3000\-‐‑‒–—―－·._{_INVISIBLE}]{{0,3}}"
# Between the digits of a number that its check digit confirms: any signs but cell separators (U+001F), and line ends as
# JSON escapes them.
_WIDE_GAP = r"(?:[^0-9A-Za-z\x1f\u3007\u4e00-\u9fff\\]|\\[nrt]){0,6}"
_CHINESE_RUN = re.compile("[〇○零一二三四五六七八九]{6}")
_GROUP = re.compile(r"[0-9]+[Xx]?")
_RUN = re.compile(rf"[0-9](?:{_WIDE_GAP}+[0-9]){{13,}}(?:{_WIDE_GAP}+[Xx])?")
_NARROW_GAP = re.compile(_GAP)
_LOOKALIKES = str.maketrans("OoQIl", "00011")
_WITH_LETTERS = re.compile(rf"[0-9OoQIl](?:{_WIDE_GAP}+[0-9OoQIl]){{16}}")
_PERMIT = re.compile(r"(?<![0-9A-Za-z])[HMhm][0-9]{10}(?![0-9A-Za-z])")
_DATE = re.compile(r"(?:19|20)[0-9]{2}[-/.－–—][0-9]{1,2}[-/.－–—][0-9]{1,2}")
_FOREIGNER_CARD = re.compile(r"(?<![A-Za-z])[A-Za-z]{3}([0-9]{4})([0-9]{6})[0-9]{2}(?![0-9])")
_LABEL = (
    "身份证|身分证|居民证|公民身份|护照|通行证|居住证|居留证|永居|永久居留|台胞证|回乡证|军官证|士官证|警官证|军人证"
    "|社保号|社会保障号"
)
_LABELLED = re.compile(
    rf"(?:{_LABEL}|(?<!许可)(?<!执照)证件)[^，。；;、\n0-9A-Za-z]{{0,8}}"
    rf"(?P<number>(?:[A-Za-z]{{1,3}}{_GAP})?[0-9](?:{_GAP}[0-9]){{4,19}}(?:{_GAP}(?:[Xx]|\([0-9A-Za-z]\)))?)"
)
# What precedes a number that is no person's: of a register, a document, an account, a batch.
_OTHER_LABEL = re.compile(
    r"(?:注册号|登记号|许可证?号?|备案|执照|编号|文号|批号|批次|账号|帐号|卡号|条码|代码|单号|票号|证书)[^，。；;、\n0-9]{0,6}$"
)
_IN_A_DOCUMENT_NUMBER = re.compile(r"[字〕\]】]第?$")
_PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_FIRST_YEAR, _LAST_YEAR = 1850, 2099  # of birth
_LIKELY_YEARS = ("1900", "2019")  # of birth, where the digits are farther apart than one number is usually split
_MAX_PIECES = 5
_LOOK_BACK = 24
_MIN_SHOWN = 10
_RESIDENT_LENGTH = 18
# A text that does not match holds no number; testing that is many times as fast as searching it.
_ANY_DIGIT = "0-9０-９〇○零一二三四五六七八九"
_WIDE_GAP_POLARS = _WIDE_GAP.replace("u3007", "x{3007}").replace("u4e00", "x{4e00}").replace("u9fff", "x{9fff}")
_MAYBE = (
    rf"[{_ANY_DIGIT}OoQIl](?:{_WIDE_GAP_POLARS}[{_ANY_DIGIT}OoQIl]){{13}}"
    rf"|[A-Za-zＡ-Ｚａ-ｚ]{{3}}[0-9０-９]{{12}}|[HMhmＨＭｈｍ][0-9０-９]{{10}}|{_LABEL}|证件"
)
_CUT_NUMBER = re.compile(r"(?<![0-9０-９])[0-9０-９]++(?=…（共)")  # a number at which a shortened text breaks off
_CHARACTERS_IN_A_ROW = re.compile(r"[0-9０-９A-Za-z]++(?:[(（][0-9０-９A-Za-z][)）])?+")
# Passports, permits, officers' cards: few letters, then five digits or more; the last may be in brackets.
_FIVE_DIGITS = re.compile("[0-9０-９]{5}")
_CREDIT_CODE = re.compile(r"9[0-9A-HJ-NP-RTUW-Y]{17}")


@dataclass(frozen=True)
class PersonNumber:
    """A number found in a text, at [start, end). number: half width and unsplit."""

    start: int
    end: int
    kind: PersonNumberKind
    number: str


def mask_middle(number: str) -> str:
    """`number` with all but the first three and the last two characters masked; all of a short number is masked."""
    if len(number) < _MIN_SHOWN:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


def find_person_numbers(text: str, *, is_identifier: bool = False) -> list[PersonNumber]:
    """The numbers in `text`, in their order, none overlapping another.

    is_identifier: the text is the number of an enterprise or a document; only what can be nothing else is found.
    """
    plain = text.translate(_FULL_WIDTH)
    candidates = list(_candidates(plain, is_identifier))
    # Searched separately, as a name may end in a Chinese digit: 张三110105….
    if _CHINESE_RUN.search(plain):
        candidates += _candidates(plain.translate(_CHINESE), is_identifier)
    if _WITH_LETTERS.search(plain):
        candidates += _candidates(plain.translate(_LOOKALIKES), is_identifier=True)
    found: list[PersonNumber] = []
    # Of several with one place the first found remains, so that the result does not depend on a hash.
    for candidate in sorted(candidates, key=lambda one: (one.start, -one.end)):
        if not found or candidate.start >= found[-1].end:
            found.append(candidate)
    return found


def mask_text(text: str, *, is_identifier: bool = False) -> str:
    """`text` with every number masked. is_identifier: as in `find_person_numbers`."""
    pieces, at = [], 0
    for one in find_person_numbers(text, is_identifier=is_identifier):
        pieces += [text[at : one.start], mask_middle(one.number)]
        at = one.end
    return "".join((*pieces, text[at:]))


def mask_person_numbers(text: pl.Expr, *, is_identifier: bool = False) -> pl.Expr:
    """`mask_text` of a column of texts; null stays null."""

    def mask(texts: pl.Series) -> pl.Series:
        plain = texts.alias("text")
        is_suspect = plain.str.contains(_MAYBE).fill_null(False)
        if not is_suspect.any():
            return texts
        masked = [mask_text(each, is_identifier=is_identifier) for each in plain.filter(is_suspect)]
        return plain.scatter(is_suspect.arg_true(), pl.Series(masked, dtype=pl.String)).alias(texts.name)

    return text.map_batches(mask, return_dtype=pl.String(), is_elementwise=True)


def may_hold_person_number(text: pl.Expr) -> pl.Expr:
    """Whether a text may hold a number: false is certain, true is worth a search."""
    return text.str.contains(_MAYBE).fill_null(False)


def mask_number(number: pl.Expr) -> pl.Expr:
    """An identity number with all but its first three and last two characters masked; a short one wholly."""
    length = number.str.len_chars().cast(pl.Int64())  # unsigned lengths would wrap around below zero
    middle = pl.lit("*").repeat_by((length - 5).clip(lower_bound=0)).list.join("")
    masked = pl.concat_str(number.str.head(3), middle, number.str.tail(2))
    return pl.when(length >= 10).then(masked).otherwise(number.str.replace_all(".", "*"))


def keyed_hashes(numbers: pl.Series, key: bytes) -> pl.Series:
    """HMAC-SHA256 of each number as hexadecimal: the same for one person, and meaningless without the key.

    A number of the older kind, of 15 digits, is hashed as the one of 18 that took its place (GB 11643-1999).
    """
    hashes = {
        n: hmac.digest(key, _of_18_digits(n).encode(), "sha256").hex() for n in numbers.drop_nulls().unique().to_list()
    }
    return numbers.replace_strict(hashes, default=None, return_dtype=pl.String())


def is_miscounted(number: str) -> bool:
    """Whether a number that consists of digits can be no resident's: of another length, or with a wrong check digit."""
    if re.fullmatch("[0-9]{12,}X?", number) is None or re.fullmatch("[0-9]{15}", number) is not None:
        return False
    return len(number) != _RESIDENT_LENGTH or ric.calc_check_digit(number) != number[-1]


def _of_18_digits(number: str) -> str:
    if re.fullmatch("[0-9]{15}", number) is None:
        return number
    without_check = f"{number[:6]}19{number[6:]}"
    return without_check + str(ric.calc_check_digit(f"{without_check}0"))


def redact_text(text: str, is_torn: bool) -> str:
    """`text` without identity numbers.

    is_torn: it is a row that could not be split into cells, where any column may be, so whatever looks like a number is
    masked. Credit codes, which no person's number resembles, remain: they identify the enterprise.
    """

    def mask_run(found: re.Match[str]) -> str:
        is_harmless = _CREDIT_CODE.fullmatch(found[0]) or not _FIVE_DIGITS.search(found[0])
        return found[0] if is_harmless else mask_middle(found[0])

    masked = _CUT_NUMBER.sub("*", mask_text(text))
    return _CHARACTERS_IN_A_ROW.sub(mask_run, masked) if is_torn else masked


def _candidates(plain: str, is_identifier: bool) -> Iterator[PersonNumber]:
    for run in _RUN.finditer(plain):
        yield from _in_run(plain, run.start(), run.end(), is_identifier)
    if is_identifier:
        return
    for permit in _PERMIT.finditer(plain):
        if not _OTHER_LABEL.search(plain[max(0, permit.start() - _LOOK_BACK) : permit.start()]):
            yield PersonNumber(permit.start(), permit.end(), "permit", permit[0].upper())
    for card in _FOREIGNER_CARD.finditer(plain):
        if _PROVINCES.match(card[1]) and _has_birth_date(card[1] + "0019" + card[2]):
            yield PersonNumber(card.start(), card.end(), "foreigner", card[0])
    for label in _LABELLED.finditer(plain):
        number = re.sub(r"[^0-9A-Za-z()]", "", label["number"])
        before = plain[max(0, label.start("number") - _LOOK_BACK) : label.start("number")]
        is_other = _is_credit_code(number) or _DATE.fullmatch(label["number"]) or _OTHER_LABEL.search(before)
        if not is_other:
            yield PersonNumber(label.start("number"), label.end("number"), "labelled", number)


def _in_run(plain: str, start: int, end: int, is_identifier: bool) -> Iterator[PersonNumber]:
    """Adjacent groups of digits that together make one number, and numbers within one long group."""
    groups = [(group.start() + start, group.end() + start, group[0]) for group in _GROUP.finditer(plain[start:end])]
    for at, _, digits in [] if is_identifier else groups:
        if len(digits) > 18 and not _OTHER_LABEL.search(plain[max(0, at - _LOOK_BACK) : at]):
            # Where numbers are joined, those with a date of birth and a right check digit.
            for offset in range(len(digits) - 17):
                number = digits[offset : offset + 18].upper()
                if _kind_of(number, True, False, "") == "resident":
                    yield PersonNumber(at + offset, at + offset + 18, "resident", number)
    for first in range(len(groups)):
        number, is_far = "", False
        for last in range(first, len(groups)):
            number += groups[last][2]
            is_far |= last > first and not _NARROW_GAP.fullmatch(plain, groups[last - 1][1], groups[last][0])
            if len(number) > 18:
                break
            if len(number) in (15, 18):
                before = plain[max(0, groups[first][0] - _LOOK_BACK) : groups[first][0]]
                kind = _kind_of(number.upper(), last > first, is_identifier, before)
                is_likely = last - first < _MAX_PIECES and _LIKELY_YEARS[0] <= number[6:10] <= _LIKELY_YEARS[1]
                if kind and (not is_far or (kind == "resident" and is_likely)):
                    yield PersonNumber(groups[first][0], groups[last][1], kind, number.upper())


def _kind_of(number: str, is_split: bool, is_identifier: bool, before: str) -> PersonNumberKind | None:
    if len(number) == 18:
        if not (number[:17].isdigit() and _has_birth_date(number)):
            return None
        is_right = ric.calc_check_digit(number) == number[17]
        if _is_credit_code(number) and not (is_right and number[0] != "9"):
            return None
        if number[0] == "9":
            return "foreigner" if is_right and not is_identifier else None
        # One wrong digit is a slip, and the number still a person's; not where it is split, or an identifier.
        is_sure = is_right or not (is_split or is_identifier)
        return "resident" if _PROVINCES.match(number) and is_sure else None
    is_other = _OTHER_LABEL.search(before) or _IN_A_DOCUMENT_NUMBER.search(before)
    is_old = number.isdigit() and _PROVINCES.match(number) and _has_birth_date(number[:6] + "19" + number[6:])
    return "old" if is_old and not is_split and not is_identifier and not is_other else None


def _has_birth_date(number: str) -> bool:
    """Whether the digits after the region (6 characters) are a date YYYYMMDD on which somebody may have been born."""
    try:
        return _FIRST_YEAR <= ric.get_birth_date(number).year <= _LAST_YEAR
    except ValidationError:
        return False


def _is_credit_code(number: str) -> bool:
    try:
        uscc.validate(number)
    except ValidationError:
        return False
    return True
