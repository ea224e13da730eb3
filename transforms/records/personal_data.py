"""What may be kept of natural persons' numbers: masks and keyed hashes."""

from __future__ import annotations

import re

from transforms.person_numbers import mask_middle, mask_text

_CUT = re.compile(r"(?<![0-9０-９])[0-9０-９]++(?=…（共)")  # a number that a shortened text breaks off
_RUN = re.compile(r"[0-9０-９A-Za-z]++(?:[(（][0-9０-９A-Za-z][)）])?+")
# Passports, permits, officers' cards: few letters, then five digits or more; the last may stand in brackets.
_LIKE_A_NUMBER = re.compile("[0-9０-９]{5}")
_CREDIT_CODE = re.compile(r"9[0-9A-HJ-NP-RTUW-Y]{17}")


def redact_text(text: str, is_torn: bool) -> str:
    """`text` without identity numbers. is_torn: any column may stand in it, so whatever looks like a number is masked.

    Credit codes, which no person's number is like, stay where a row is torn: they say whose row it is.
    """
    known = _CUT.sub("*", mask_text(text))
    return _RUN.sub(_hidden, known) if is_torn else known


def _hidden(found: re.Match[str]) -> str:
    is_shown = _CREDIT_CODE.fullmatch(found[0]) or not _LIKE_A_NUMBER.search(found[0])
    return found[0] if is_shown else mask_middle(found[0])
