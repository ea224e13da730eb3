"""What the value of each setting must be: `FORMS`.

A form takes a value as a flag, a variable or a TOML file gave it and returns it as the type it is to have. Raises
ValueError, whose message says what is wrong. By hand, for every command waits for it: see decision 16.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from flows.store_address import address_fault

_TRUE, _FALSE = frozenset({"1", "on", "t", "true", "y", "yes"}), frozenset({"0", "f", "false", "n", "no", "off"})
_KEY_LENGTH = 16
_MOST_BUCKETS = 1000


class Secret:
    """A text that no message, page or log shows by accident: who lists its attributes finds the mask alone."""

    __slots__ = ("__dict__", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self.shown = "**********"

    def get_secret_value(self) -> str:
        """The text."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({self.shown})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _path(value: object) -> Path:
    if not (text := _text(value)).strip():
        raise ValueError("it is blank")
    try:
        return Path(text).expanduser()
    except RuntimeError as fault:
        raise ValueError(str(fault)) from None


def _store(value: object) -> str:
    text = _text(value)
    if fault := address_fault(text):
        raise ValueError(fault)
    return str(_path(text)) if "://" not in text else text


def _texts_by_name(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("not a table of names and texts")
    wrong = sorted(str(name) for name, one in value.items() if not isinstance(one, str))
    if wrong:
        raise ValueError(f"not a text: the value of {', '.join(wrong)}")
    return value


def _zone(value: object) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    name = _text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no such time zone") from None
    return name


def _title(value: object) -> str:
    if not (text := _text(value)):
        raise ValueError("it is empty")
    return text


def _buckets(value: object) -> int:
    text = "" if isinstance(value, bool) else str(value).strip()
    if re.fullmatch("[0-9]{1,9}", text) is None or not 1 <= int(text) <= _MOST_BUCKETS:
        raise ValueError(f"not a whole number from 1 to {_MOST_BUCKETS}")
    return int(text)


def _nights(value: object) -> int:
    text = "" if isinstance(value, bool) else str(value).strip()
    if re.fullmatch("[0-9]{1,4}", text) is None:
        raise ValueError("not a number of nights, 0 to 9999")
    return int(text)


def _truth(value: object) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise ValueError("neither true nor false")
    return text in _TRUE


def _secret(value: object) -> Secret:
    text = _text(value)
    if len(text) < _KEY_LENGTH:
        raise ValueError("it is too short to protect identity numbers")
    return Secret(text)


def _fingerprint(value: object) -> str:
    text = re.sub(r"[\s:]", "", _text(value)).lower()
    if re.fullmatch("[0-9a-f]{64}", text) is None:
        raise ValueError("not the fingerprint of a key")
    return text


def _law(value: object) -> str:
    text = _text(value)
    if text not in ("policy", "none"):
        raise ValueError("neither policy nor none")
    return text


class Form(NamedTuple):
    """read: from a value as given to the type it is to have. expected: what a person is told to give."""

    read: Callable[[object], object]
    expected: str


FORMS: Mapping[str, Form] = {
    "inbox": Form(_path, "the folder where the sources' files arrive"),
    "store": Form(_store, "a folder, or an address such as s3://bucket/yaoxin"),
    "storage_options": Form(_texts_by_name, "names and texts for the object storage, such as AWS_REGION"),
    "state_dir": Form(_path, "a folder of this machine for the lock of a store in object storage"),
    "publications": Form(_path, "the folder publications are written to"),
    "policy_dir": Form(_path, "a folder with schemes/, sources/ and law/"),
    "scheme": Form(_text, "the name of a file in schemes/ of the policy folder"),
    "law": Form(_law, "policy: by the folder law/ of the policy folder; none: no law of lists, publicity and repair"),
    "timezone": Form(_zone, "a time zone such as Asia/Shanghai"),
    "office_name": Form(_title, "the Chinese title of the office, for reports"),
    "buckets": Form(_buckets, f"a number of parts for the store, 1 to {_MOST_BUCKETS}"),
    "full": Form(_truth, "true to rate every enterprise anew, not only those that may have changed"),
    "catch_up": Form(_nights, "how many missed nights are caught up without asking"),
    "identity_key": Form(_secret, f"a secret text of at least {_KEY_LENGTH} characters, always the same for one store"),
    "office_database": Form(_path, "the file of the office database: people, their keys, and what they signed"),
    "administrator_key": Form(_fingerprint, "64 hexadecimal digits: the fingerprint of the first administrator's key"),
}


def nearest(word: str, words: list[str]) -> str:
    """A question whether the word most like it was meant; empty where none is like it."""
    from difflib import get_close_matches

    found = get_close_matches(word, words, n=1, cutoff=0.55)
    return f"; did you mean '{found[0]}'?" if found else ""
