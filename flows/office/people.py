"""Who may do what in the office: derived each time from the signed acts of the journal, from one pinned key on.

`replay_journal` does it. Entry 1 founds the office: it is signed by the key whose fingerprint the settings pin.
Every later entry is signed by the key that an earlier one gave to its person, in a role that the person had at that
entry. Otherwise the journal is damaged, and nobody is a signer until it is restored. A row written into the database by
other means has no such signature and no effect.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from flows.office.journal import ACTS, JOURNAL_START, JournalEntry, JournalHead, OfficeRows, chain_faults
from flows.office.keys import KeyRecord, key_fingerprint

Role = Literal["administrator", "signer"]
ROLES: Mapping[str, str] = {"administrator": "管理员", "signer": "签发人"}
SIGNINGS = frozenset({"prepare", "approve"})
"""Acts of signers over a draft."""
LOOKUP = "look_up_person"
"""An act of anybody of the office. All others are of administrators, except changing one's own passphrase."""

# Format characters (zero width, joining, direction, soft hyphen), control characters, halves of pairs.
_UNSEEN = ("Cf", "Cc", "Cs")
# Fillers, and selectors of a glyph, that Unicode counts among letters and marks.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_SELECTORS = (("\ufe00", "\ufe0f"), ("\U000e0100", "\U000e01ef"))
_DOTS = frozenset("·•・‧∙⋅.")


@dataclass(frozen=True)
class Person:
    """A person of the office. key_digest: of the record of their key in force.

    entries: numbers of the entries that made them, and their roles. namesake: why this is another person than one of
    the same name, where there is one.
    """

    login: str
    name: str
    public_key: str
    roles: frozenset[str]
    key_digest: str
    entries: tuple[int, ...]
    namesake: str = ""
    is_disabled: bool = False

    @property
    def fingerprint(self) -> str:
        """Of the public key."""
        return key_fingerprint(self.public_key)

    def is_a(self, role: str) -> bool:
        """Whether they have the role now."""
        return role in self.roles and not self.is_disabled


@dataclass(frozen=True)
class OfficeState:
    """The state of the office after the entries of its journal.

    people: by fingerprint, oldest first; a login given to a new person occurs twice, once disabled. acts: the entries
    by which drafts were signed. faults: what is wrong with the journal, in Chinese; with any, nobody signs. remarks:
    rows without effect, in Chinese.
    """

    people: Mapping[str, Person] = field(default_factory=dict)
    acts: tuple[JournalEntry, ...] = ()
    head: JournalHead = JOURNAL_START
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def by_login(self, login: str) -> Person | None:
        """The person who has the login now, else the last who had it."""
        having = [person for person in self.people.values() if person.login == login]
        return next((person for person in having if not person.is_disabled), having[-1] if having else None)

    def enabled(self) -> tuple[Person, ...]:
        """People who may still act."""
        return tuple(person for person in self.people.values() if not person.is_disabled)

    def administrators(self) -> tuple[Person, ...]:
        """People who may add and disable others."""
        return tuple(person for person in self.enabled() if person.is_a("administrator"))


def replay_journal(rows: OfficeRows, pinned: str, upto: int | None = None) -> OfficeState:
    """The state after the entries up to number `upto` (None: all), trusted from the key `pinned` on."""
    entries = rows.entries if upto is None else rows.entries[:upto]
    faults = [*rows.faults, *chain_faults(entries)]
    found = OfficeState()
    for entry in () if faults else entries:
        wrong, found = _after(found, entry, pinned)
        if wrong:
            place = f"日志第 {entry.number} 条（{entry.person}，{ACTS.get(entry.act, entry.act)}，{entry.at}）"
            faults.append(f"{place}不是有效的签名行为：{wrong}")
            break
    named = {_text(entry.content, "key_digest") for entry in entries}
    remarks = tuple(
        f"人员表第 {number} 行（{record.login}）没有任何管理员签名的行为作依据，不起作用"
        for number, record in rows.keys.items()
        if record.digest not in named
    )
    return replace(found, faults=tuple(faults), remarks=remarks)


def key_record_of(rows: OfficeRows, person: Person) -> KeyRecord | None:
    """The record of the person's key that the journal names; None where it is missing or altered."""
    return next((record for record in rows.keys.values() if record.digest == person.key_digest), None)


def act_refusal(before: OfficeState, entry: JournalEntry, pinned: str) -> str:
    """Why the act is not possible now, in Chinese; empty where it is. The signature is checked last."""
    return _after(before, entry, pinned)[0]


def plain_name(name: str) -> str:
    """The name as it is shown: without characters that nobody sees, outer blanks removed, inner ones single."""
    return " ".join("".join(each for each in name if not _is_unseen(each)).split())


def name_key(name: str) -> str:
    """The name for comparison: no blanks, no dots, nothing unseen, one width, one case, simplified characters."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    kept = (each for each in plain if not (_is_unseen(each) or each.isspace() or each in _DOTS))
    return "".join(_simplified(each) for each in kept)


class _Refused(Exception):
    """What is wrong with an act, in Chinese."""


def _after(before: OfficeState, entry: JournalEntry, pinned: str) -> tuple[str, OfficeState]:
    """What is wrong with the entry, and the office after it; unchanged where something is."""
    try:
        public_key = _founder(entry, pinned) if entry.number == 1 else _actor(before, entry)
        if not entry.is_signed_by(public_key):
            raise _Refused("签名与内容不符")
    except _Refused as wrong:
        return str(wrong), before
    changed = _changed(before, entry)
    acts = (*before.acts, entry) if entry.act in SIGNINGS else before.acts
    return "", replace(before, people={**before.people, **changed}, acts=acts, head=entry.head)


def _founder(entry: JournalEntry, pinned: str) -> str:
    """The public key of the first administrator, who signs for themselves. Raises _Refused."""
    content = entry.content
    if entry.act != "found":
        raise _Refused("第一条必须是设立首位管理员")
    if _fingerprint(content) != pinned or entry.fingerprint != pinned:
        raise _Refused("其密钥指纹与设置 administrator_key 不同")
    if "administrator" not in _roles(content) or entry.subject != entry.person:
        raise _Refused("首位管理员必须以管理员角色设立自己")
    return _text(content, "public_key")


def _actor(before: OfficeState, entry: JournalEntry) -> str:
    """The public key of the acting person. Raises _Refused where they may not do this."""
    actor = before.people.get(entry.fingerprint)
    if actor is None or actor.login != entry.person:
        raise _Refused("签名的密钥不属于该登录名的人员")
    if actor.is_disabled:
        raise _Refused(f"{actor.login} 已停用")
    if entry.act == "change_passphrase":
        if entry.subject != actor.login:
            raise _Refused("只能更换自己的口令")
        return actor.public_key
    if entry.act == LOOKUP:
        if entry.role not in actor.roles or not entry.subject or not _text(entry.content, "purpose"):
            raise _Refused("没有写明查询的角色、证件指纹或者目的")
        return actor.public_key
    needed = "signer" if entry.act in SIGNINGS else "administrator"
    if entry.role != needed or not actor.is_a(needed):
        raise _Refused(f"{actor.login} 不是{ROLES[needed]}")
    if entry.act == "add_person":
        _check_addition(before, entry)
    elif entry.act not in SIGNINGS:
        _check_change(before, entry)
    return actor.public_key


def _check_addition(before: OfficeState, entry: JournalEntry) -> None:
    """Raise _Refused where the person cannot be added."""
    content = entry.content
    if not (_text(content, "name") and entry.subject and _roles(content) and _roles(content) <= set(ROLES)):
        raise _Refused("没有写明登录名、姓名或者角色")
    if not _fingerprint(content) or _fingerprint(content) in before.people:
        raise _Refused("没有写明密钥，或者该密钥已属于某人")
    if any(other.login.casefold() == entry.subject.casefold() for other in before.enabled()):
        raise _Refused(f"登录名 {entry.subject} 已在用")


def _check_change(before: OfficeState, entry: JournalEntry) -> None:
    """Raise _Refused where the person, or their role, cannot be changed so."""
    whom = before.people.get(_text(entry.content, "fingerprint"))
    if whom is None or whom.login != entry.subject or whom.is_disabled:
        raise _Refused(f"没有在用的人员 {entry.subject}")
    role = _text(entry.content, "role")
    is_last = before.administrators() == (whom,)
    if entry.act not in ("disable_person", "give_role", "take_role"):
        raise _Refused(f"没有名为 {entry.act} 的行为")
    if is_last and (entry.act == "disable_person" or (entry.act == "take_role" and role == "administrator")):
        raise _Refused(f"{whom.login} 是最后一位管理员，不能停用，也不能收回其管理员角色")
    if entry.act == "give_role" and (role not in ROLES or role in whom.roles):
        raise _Refused(f"{whom.login} 已有该角色，或者没有名为 {role} 的角色")
    if entry.act == "take_role" and role not in whom.roles:
        raise _Refused(f"{whom.login} 没有名为 {role} 的角色")


def _changed(before: OfficeState, entry: JournalEntry) -> dict[str, Person]:
    """The people whom the entry, which is valid, changes."""
    content, at = entry.content, entry.number
    if entry.act in ("found", "add_person"):
        person = Person(
            entry.subject,
            _text(content, "name"),
            _text(content, "public_key"),
            _roles(content),
            _text(content, "key_digest"),
            (at,),
            _text(content, "namesake"),
        )
        return {person.fingerprint: person}
    if entry.act in (*SIGNINGS, LOOKUP):
        return {}
    if entry.act == "change_passphrase":
        person = before.people[entry.fingerprint]
        return {person.fingerprint: replace(person, key_digest=_text(content, "key_digest"))}
    person = before.people[_text(content, "fingerprint")]
    entries = (*person.entries, at)
    match entry.act:
        case "disable_person":
            changed = replace(person, is_disabled=True, entries=entries)
        case "give_role":
            changed = replace(person, roles=person.roles | {_text(content, "role")}, entries=entries)
        case _:
            changed = replace(person, roles=person.roles - {_text(content, "role")}, entries=entries)
    return {person.fingerprint: changed}


def _fingerprint(content: Mapping[str, Any]) -> str:
    """Of the public key in a payload; empty where it is none."""
    try:
        return key_fingerprint(_text(content, "public_key"))
    except ValueError:
        return ""


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name, "")
    return value if isinstance(value, str) else ""


def _roles(content: Mapping[str, Any]) -> frozenset[str]:
    given = content.get("roles", [])
    return frozenset(each for each in given if isinstance(each, str)) if isinstance(given, list) else frozenset()


def _is_unseen(character: str) -> bool:
    """Whether it leaves no mark on paper. Blanks separate words and do not count."""
    is_selector = any(first <= character <= last for first, last in _SELECTORS)
    is_hidden = unicodedata.category(character) in _UNSEEN and not character.isspace()
    return is_selector or is_hidden or character in _FILLERS


@cache
def _simplified(character: str) -> str:
    """張 as 张. One at a time: in phrases the converter would choose by their meaning."""
    from opencc import OpenCC

    return str(OpenCC("t2s").convert(character)) if character >= "\u2e80" else character
