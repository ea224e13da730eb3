"""The journal: acts of signed-in people, each bound to the one before by its digest and signed by whoever acts.

`Entry` is one act; `Head` names an entry, and by it everything before. `faults_of` looks at numbers, chain and form.
What an act means, and whether its person may do it, is the matter of `people`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from flows.office.keys import SigningKey, is_signed_by

Act = Literal[
    "found", "add_person", "give_role", "take_role", "disable_person", "change_passphrase", "prepare", "approve"
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
}
_PURPOSE = b"yaoxin-journal-1\n"  # a signature given for something else never counts here
_START = "0" * 64


class Head(NamedTuple):
    """An entry by its number and digest. Number 0: before the first."""

    number: int
    digest: str


START = Head(0, _START)


@dataclass(frozen=True)
class Entry:
    """One act. at: the instant by the clock of the machine, UTC. person: the login; fingerprint: of their key.

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
        """The bytes that the signature lies over."""
        fields = {name: value for name, value in asdict(self).items() if name != "signature"}
        return _PURPOSE + canonical(fields).encode()

    @property
    def digest(self) -> str:
        """SHA-256 over every field, the signature too."""
        return hashlib.sha256(canonical(asdict(self)).encode()).hexdigest()

    @property
    def head(self) -> Head:
        """The entry as the head of the journal up to it."""
        return Head(self.number, self.digest)

    @property
    def content(self) -> dict[str, Any]:
        """The payload as plain values; empty where it is no JSON object."""
        try:
            found = json.loads(self.payload)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def signed_by(self, key: SigningKey) -> Entry:
        """The entry with the signature of that key."""
        return Entry(**asdict(self) | {"signature": key.sign(self.signed)})

    def is_signed_by(self, public_key: str) -> bool:
        """Whether the signature is of that key and over these fields."""
        return is_signed_by(public_key, self.signed, self.signature)


def canonical(content: Mapping[str, object]) -> str:
    """JSON with one spelling: sorted names, no blanks, Chinese as it is."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def faults_of(entries: Iterable[Entry]) -> Iterator[str]:
    """The first place where numbers or chain are broken, in Chinese; nothing where they hold."""
    before = START
    for entry in entries:
        if entry.number != before.number + 1:
            yield f"日志第 {before.number + 1} 条缺失（其后是第 {entry.number} 条）"
            return
        if entry.previous != before.digest:
            yield f"日志第 {entry.number} 条与第 {before.number} 条不相接：其中一条被改动、替换或调换"
            return
        before = entry.head
