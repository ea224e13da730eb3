"""What may be kept of rows that could not be read: numbers of natural persons are found without knowing the columns."""

from __future__ import annotations

import re

from transforms.records.text import MASKED, PERSON_NO

_PERSON_NO = re.compile(PERSON_NO)
_SHOWN = re.sub(r"\$\{(\d)\}", r"\\g<\1>", MASKED)
_CUT = re.compile(r"[0-9０-９]+(?=…（共)")  # a number that a shortened text breaks off
# Passports, permits, officers' cards: few letters, then five digits or more; the last may stand in brackets.
_LIKE_A_NUMBER = re.compile(r"[0-9０-９A-Za-z]*[0-9０-９]{5}[0-9０-９A-Za-z]*(?:[(（][0-9０-９A-Za-z][)）])?")
_CREDIT_CODE = re.compile(r"9[0-9A-HJ-NP-RTUW-Y]{17}")
_LEAST_SHOWN = 10


def kept_text(text: str, is_torn: bool) -> str:
    """`text` without identity numbers. is_torn: any column may stand in it, so whatever looks like a number is masked.

    Credit codes, which no person's number is like, stay where a row is torn: they say whose row it is.
    """
    once = _PERSON_NO.sub(_SHOWN, text)
    known = _CUT.sub("*", _PERSON_NO.sub(_SHOWN, once))  # twice: neighbours share the character between them
    return _LIKE_A_NUMBER.sub(_hidden, known) if is_torn else known


def masked_number(number: str) -> str:
    """As `text.mask`: the first three and last two characters shown, a short number not at all."""
    if len(number) < _LEAST_SHOWN:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


def _hidden(found: re.Match[str]) -> str:
    return found[0] if _CREDIT_CODE.fullmatch(found[0]) else masked_number(found[0])
