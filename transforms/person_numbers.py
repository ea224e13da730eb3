"""Numbers of natural persons' papers, wherever they stand in a text: the one detector of the project.

- resident: 18 characters (GB 11643-1999), residents of Hong Kong, Macao and Taiwan included
- old: 15 figures, as before 1999
- foreigner: permanent residence cards, 18 figures that begin with 9 (from 2023), or three letters and 12 figures
- permit: of residents of Hong Kong and Macao (回乡证), H or M and 10 figures
- labelled: what follows the name of a paper (护照, 通行证, 军官证, …) and is written like its number

A number may be written full width or in Chinese figures, with letters that look like figures (O for 0), split by
blanks, signs, line ends or invisible characters, and glued to the words or figures around it. `find` says where they
stand, `masked` and `mask_person_numbers` leave the first three and the last two characters of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

PersonNumberKind = Literal["resident", "old", "foreigner", "permit", "labelled"]

_FULL_WIDTH = {ord("０") + n: str(n) for n in range(10)} | {ord("Ａ") + n: chr(ord("A") + n) for n in range(26)}
_FULL_WIDTH |= {ord("ａ") + n: chr(ord("a") + n) for n in range(26)} | {ord("（"): "(", ord("）"): ")"}
_CHINESE = {
    ord(figure): value
    for value, figures in zip("0123456789", ("〇○零", *"一二三四五六七八九"), strict=True)
    for figure in figures
}
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff\ufffd"
# What people, programs and damaged files put between the figures of one number.
_BETWEEN = rf"[ \u00a0\u2002-\u200a\u3000\-‐‑‒–—―－·._{_INVISIBLE}]{{0,3}}"
# Between the figures of a number that its check figure proves: any signs but those that part cells (U+001F), and line
# ends as JSON writes them.
_APART = r"(?:[^0-9A-Za-z\x1f\u3007\u4e00-\u9fff\\]|\\[nrt]){0,6}"
_CHINESE_RUN = re.compile("[〇○零一二三四五六七八九]{6}")
_GROUP = re.compile(r"[0-9]+[Xx]?")
_RUN = re.compile(rf"[0-9](?:{_APART}+[0-9]){{13,}}(?:{_APART}+[Xx])?")
_NARROW = re.compile(_BETWEEN)
_LIKE_FIGURES = str.maketrans("OoQIl", "00011")
_WITH_LETTERS = re.compile(rf"[0-9OoQIl](?:{_APART}+[0-9OoQIl]){{16}}")
_PERMIT = re.compile(r"(?<![0-9A-Za-z])[HMhm][0-9]{10}(?![0-9A-Za-z])")
_A_DAY = re.compile(r"(?:19|20)[0-9]{2}[-/.－–—][0-9]{1,2}[-/.－–—][0-9]{1,2}")
_OLD_CARD = re.compile(r"(?<![A-Za-z])[A-Za-z]{3}([0-9]{4})([0-9]{6})[0-9]{2}(?![0-9])")
_LABEL = (
    "身份证|身分证|居民证|公民身份|护照|通行证|居住证|居留证|永居|永久居留|台胞证|回乡证|军官证|士官证|警官证|军人证"
    "|社保号|社会保障号"
)
_LABELLED = re.compile(
    rf"(?:{_LABEL}|(?<!许可)(?<!执照)证件)[^，。；;、\n0-9A-Za-z]{{0,8}}"
    rf"(?P<number>(?:[A-Za-z]{{1,3}}{_BETWEEN})?[0-9](?:{_BETWEEN}[0-9]){{4,19}}(?:{_BETWEEN}(?:[Xx]|\([0-9A-Za-z]\)))?)"
)
# What stands before figures that are no person's: numbers of registers, documents, accounts, batches.
_NO_PERSON = re.compile(
    r"(?:注册号|登记号|许可证?号?|备案|执照|编号|文号|批号|批次|账号|帐号|卡号|条码|代码|单号|票号|证书)[^，。；;、\n0-9]{0,6}$"
)
_IN_A_DOCUMENT_NUMBER = re.compile(r"[字〕\]】]第?$")
_PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_FIRST_YEAR = 1850
_SURE_YEARS = ("1900", "2019")  # of a birth, where figures stand farther apart than one number is usually split
_MOST_PIECES = 5
_LOOK_BACK = 24
_LEAST_SHOWN = 10
# Texts without it hold no number, which is seen many times as fast as they are searched.
_FIGURE = "0-9０-９〇○零一二三四五六七八九"
_MAYBE = (
    rf"[{_FIGURE}OoQIl](?:{_APART.replace('u3007', 'x{3007}').replace('u4e00', 'x{4e00}').replace('u9fff', 'x{9fff}')}"
    rf"[{_FIGURE}OoQIl]){{13}}|[A-Za-zＡ-Ｚａ-ｚ]{{3}}[0-9０-９]{{12}}|[HMhmＨＭｈｍ][0-9０-９]{{10}}|{_LABEL}|证件"
)


@dataclass(frozen=True)
class PersonNumber:
    """Where a number stands in its text, and what it is. number: as it is meant, half width and unsplit."""

    start: int
    end: int
    kind: PersonNumberKind
    number: str

    @property
    def masked(self) -> str:
        """As it may be shown."""
        return mask_middle(self.number)


def mask_middle(number: str) -> str:
    """The first three and the last two characters shown; a short number not at all."""
    if len(number) < _LEAST_SHOWN:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


def find_person_numbers(text: str, *, is_identifier: bool = False) -> list[PersonNumber]:
    """The numbers in `text`, in their order, none within another.

    is_identifier: the text is the number of an enterprise or a document; only what can be nothing else is found.
    """
    plain = text.translate(_FULL_WIDTH)
    candidates = set(_candidates(plain, is_identifier))
    # Apart, for a name may end in a figure: 张三110105….
    if _CHINESE_RUN.search(plain):
        candidates |= set(_candidates(plain.translate(_CHINESE), is_identifier))
    if _WITH_LETTERS.search(plain):
        candidates |= set(_candidates(plain.translate(_LIKE_FIGURES), is_identifier=True))
    found: list[PersonNumber] = []
    for candidate in sorted(candidates, key=lambda one: (one.start, -one.end)):
        if not found or candidate.start >= found[-1].end:
            found.append(candidate)
    return found


def mask_text(text: str, *, is_identifier: bool = False) -> str:
    """`text` with every number masked."""
    pieces, at = [], 0
    for one in find_person_numbers(text, is_identifier=is_identifier):
        pieces += [text[at : one.start], one.masked]
        at = one.end
    return "".join((*pieces, text[at:]))


def mask_person_numbers(text: pl.Expr, *, is_identifier: bool = False) -> pl.Expr:
    """`masked` of a column of texts."""

    def changed(texts: pl.Series) -> pl.Series:
        plain = texts.alias("text")
        may_hold = plain.str.contains(_MAYBE).fill_null(False)
        if not may_hold.any():
            return texts
        hidden = [mask_text(each, is_identifier=is_identifier) for each in plain.filter(may_hold)]
        return plain.scatter(may_hold.arg_true(), pl.Series(hidden, dtype=pl.String)).alias(texts.name)

    return text.map_batches(changed, return_dtype=pl.String(), is_elementwise=True)


def may_hold_person_number(text: pl.Expr) -> pl.Expr:
    """Whether a text may hold a number: false is sure, true is worth a search."""
    return text.str.contains(_MAYBE).fill_null(False)


def _candidates(plain: str, is_identifier: bool) -> Iterator[PersonNumber]:
    for run in _RUN.finditer(plain):
        yield from _in_run(plain, run.start(), run.end(), is_identifier)
    if is_identifier:
        return
    for permit in _PERMIT.finditer(plain):
        if not _NO_PERSON.search(plain[max(0, permit.start() - _LOOK_BACK) : permit.start()]):
            yield PersonNumber(permit.start(), permit.end(), "permit", permit[0].upper())
    for card in _OLD_CARD.finditer(plain):
        if _PROVINCES.match(card[1]) and _is_born("19" + card[2]):
            yield PersonNumber(card.start(), card.end(), "foreigner", card[0])
    for told in _LABELLED.finditer(plain):
        number = re.sub(r"[^0-9A-Za-z()]", "", told["number"])
        before = plain[max(0, told.start("number") - _LOOK_BACK) : told.start("number")]
        is_other = _is_credit_code(number) or _A_DAY.fullmatch(told["number"]) or _NO_PERSON.search(before)
        if not is_other:
            yield PersonNumber(told.start("number"), told.end("number"), "labelled", number)


def _in_run(plain: str, start: int, end: int, is_identifier: bool) -> Iterator[PersonNumber]:
    """Whole groups of figures that stand side by side and together are one number, and such as stand within one."""
    groups = [(group.start() + start, group.end() + start, group[0]) for group in _GROUP.finditer(plain[start:end])]
    for at, _, figures in [] if is_identifier else groups:
        if len(figures) > 18 and not _NO_PERSON.search(plain[max(0, at - _LOOK_BACK) : at]):
            yield from _within(figures, at)
    for first in range(len(groups)):
        number, is_far = "", False
        for last in range(first, len(groups)):
            number += groups[last][2]
            is_far |= last > first and not _NARROW.fullmatch(plain, groups[last - 1][1], groups[last][0])
            if len(number) > 18:
                break
            if len(number) in (15, 18):
                before = plain[max(0, groups[first][0] - _LOOK_BACK) : groups[first][0]]
                kind = _kind_of(number.upper(), last > first, is_identifier, before)
                if kind and (not is_far or (kind == "resident" and _is_surely_one(number, last - first + 1))):
                    yield PersonNumber(groups[first][0], groups[last][1], kind, number.upper())


def _is_surely_one(number: str, pieces: int) -> bool:
    return pieces <= _MOST_PIECES and _SURE_YEARS[0] <= number[6:10] <= _SURE_YEARS[1]


def _within(figures: str, at: int) -> Iterator[PersonNumber]:
    """Numbers within a longer run of figures, as where two are glued: with a birthday and a right check figure."""
    for start in range(len(figures) - 17):
        number = figures[start : start + 18].upper()
        if _kind_of(number, True, False, "") == "resident":
            yield PersonNumber(at + start, at + start + 18, "resident", number)


def _kind_of(number: str, is_split: bool, is_identifier: bool, before: str) -> PersonNumberKind | None:
    if len(number) == 18:
        if not (number[:17].isdigit() and _is_born(number[6:14])):
            return None
        is_right = ric.calc_check_digit(number) == number[17]
        if _is_credit_code(number) and not (is_right and number[0] != "9"):
            return None
        if number[0] == "9":
            return "foreigner" if is_right and not is_identifier else None
        # One wrong figure is a slip of the pen, and the number still a person's. Split or an identifier, it is another.
        is_sure = is_right or not (is_split or is_identifier)
        return "resident" if _PROVINCES.match(number) and is_sure else None
    is_other = _NO_PERSON.search(before) or _IN_A_DOCUMENT_NUMBER.search(before)
    is_old = number.isdigit() and _PROVINCES.match(number) and _is_born("19" + number[6:12])
    return "old" if is_old and not is_split and not is_identifier and not is_other else None


def _is_born(day: str) -> bool:
    """Whether YYYYMMDD is a day on which somebody may have been born."""
    if not (day.isdigit() and int(day[:4]) >= _FIRST_YEAR):
        return False
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:])).year < 2100
    except ValueError:
        return False


def _is_credit_code(number: str) -> bool:
    try:
        uscc.validate(number)
    except ValidationError:
        return False
    return True
