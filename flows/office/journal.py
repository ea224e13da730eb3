"""The journal of signed acts, each bound to the previous one.

`JournalEntry` is one act, `JournalHead` names an entry and by it everything before. What an act means, and whether its
person may do it, is decided in `people`; `database` holds the journal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from flows.office.keys import KeyRecord, SigningKey, canonical_json, is_signed_by, json_digest

Act = Literal[
    "found",
    "add_person",
    "give_role",
    "take_role",
    "disable_person",
    "change_passphrase",
    "prepare",
    "approve",
    "look_up_person",
]
ACTS: Mapping[str, str] = {
    "found": "设立首位管理员",
    "add_person": "增加人员",
    "give_role": "授予角色",
    "take_role": "收回角色",
    "disable_person": "停用人员",
    "change_passphrase": "更换口令",
    "prepare": "拟定",
    "approve": "批准",
    "look_up_person": "查询个人",
}
_PURPOSE = b"yaoxin-journal-1\n"  # a signature given for something else never counts here
_START = "0" * 64


class JournalHead(NamedTuple):
    """An entry by its number and digest. Number 0: before the first."""

    number: int
    digest: str


JOURNAL_START = JournalHead(0, _START)


@dataclass(frozen=True)
class JournalEntry:
    """One act. at: UTC, by the machine's clock. person: the login; fingerprint: of their key.

    role: in which they act. subject: whom or what it is about. payload: canonical JSON. previous: digest of the entry
    before. signature: of every field above, in hexadecimal.
    """

    number: int
    at: str
    person: str
    fingerprint: str
    role: str
    act: str
    subject: str
    payload: str
    previous: str
    signature: str = ""

    @property
    def signed(self) -> bytes:
        """The signed bytes."""
        fields = {name: value for name, value in asdict(self).items() if name != "signature"}
        return _PURPOSE + canonical_json(fields).encode()

    @property
    def digest(self) -> str:
        """SHA-256 over every field, signature included."""
        return json_digest(asdict(self))

    @property
    def head(self) -> JournalHead:
        """The head of the journal up to this entry."""
        return JournalHead(self.number, self.digest)

    @property
    def content(self) -> dict[str, Any]:
        """The payload as plain values; empty where it is no JSON object."""
        try:
            found = json.loads(self.payload)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def signed_by(self, key: SigningKey) -> JournalEntry:
        """The entry with the signature of that key."""
        return JournalEntry(**asdict(self) | {"signature": key.sign(self.signed)})

    def is_signed_by(self, public_key: str) -> bool:
        """Whether the signature is of that key and over these fields."""
        return is_signed_by(public_key, self.signed, self.signature)


def chain_faults(entries: Iterable[JournalEntry]) -> Iterator[str]:
    """The first break of numbering or chain, in Chinese."""
    before = JOURNAL_START
    for entry in entries:
        if entry.number != before.number + 1:
            yield f"日志第 {before.number + 1} 条缺失（其后是第 {entry.number} 条）"
            return
        if entry.previous != before.digest:
            yield f"日志第 {entry.number} 条与第 {before.number} 条不相接：其中一条被改动、替换或调换"
            return
        before = entry.head


class OfficeProblem(ValueError):
    """The office database cannot be used as asked; the message says why and what to do, in Chinese."""


@dataclass(frozen=True)
class OfficeRows:
    """Everything the database holds. keys: by row number. faults: malformed rows, in Chinese."""

    keys: dict[int, KeyRecord]
    entries: tuple[JournalEntry, ...]
    faults: tuple[str, ...] = ()

    @property
    def head(self) -> JournalHead:
        """The last entry."""
        return self.entries[-1].head if self.entries else JOURNAL_START
