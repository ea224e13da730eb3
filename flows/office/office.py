"""What people do at the office database: begin it, sign in, add and disable others, sign a draft.

Each act is checked against the journal as it is at that moment, signed by the person who acts, and appended, while
nobody else writes. Heads of the journal are noted in `signatures.json` of every released version and in the ledger of
runs: who cuts the journal short must also change those.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.office.database import OfficeDatabase
from flows.office.journal import (
    JOURNAL_START,
    Act,
    JournalEntry,
    JournalHead,
    OfficeProblem,
    OfficeRows,
)
from flows.office.keys import KeyRecord, SigningKey, canonical_json, new_key, seal_key, unlock_key
from flows.office.people import (
    ROLES,
    OfficeState,
    Person,
    Role,
    act_refusal,
    key_record_of,
    name_key,
    plain_name,
    replay_journal,
)
from flows.settings import Settings
from flows.store import stored_names
from reports.publication.version import SIGNATURES
from transforms.person_numbers import find_person_numbers

WitnessedHeads = Iterable[tuple[str, JournalHead]]
"""Heads noted outside the journal, each with the place."""
_NOBODY = "办公数据库中还没有人员：请先设立首位管理员（yaoxin people add 登录名 --name 姓名）。"
_PIN = "请在设置中写明首位管理员的密钥指纹（administrator_key，见 yaoxin people add 的输出）。"
_RESTORE = "在恢复之前任何人都不能签名：请查明改动者，并从备份恢复办公数据库（见运维手册“人员与签名”）。"


@dataclass(frozen=True)
class SignedIn:
    """A person whose passphrase unlocked their key."""

    person: Person
    key: SigningKey


class Office:
    """The office in `database`, trusted from the key with the fingerprint `pinned` on.

    witnessed: heads noted elsewhere, which the journal must still hold.
    """

    def __init__(
        self, database: OfficeDatabase, pinned: str | None, witnessed: Callable[[], WitnessedHeads] = tuple
    ) -> None:
        self.database = database
        self.pinned = pinned or ""
        self._witnessed = witnessed

    def state(self, upto: JournalHead | None = None) -> OfficeState:
        """The state of the office now, or at a head; faults are listed in it, not raised.

        Raises OfficeProblem where the database cannot be read, or does not hold that head.
        """
        rows = self.database.rows()
        if upto is None:
            return self._state(rows)
        if not _holds(rows, upto):
            raise OfficeProblem(
                f"日志中没有第 {upto.number} 条（{upto.digest[:16]}…）：日志被截断、替换或改动。{_RESTORE}"
            )
        return replay_journal(rows, self.pinned, upto.number)

    def trusted_state(self) -> OfficeState:
        """The state of the office now. Raises OfficeProblem where it has faults, or no administrator is pinned."""
        return self._trusted_state(self.database.rows())

    def is_unused(self) -> bool:
        """Whether the office has nobody yet, and no administrator is pinned."""
        return not self.pinned and not self.database.rows().entries

    def begin(self, login: str, name: str, passphrase: str, roles: Iterable[Role] = ()) -> JournalEntry:
        """Make the first administrator of an empty database; the entry's fingerprint must then be pinned.

        Raises OfficeProblem where there is a person already, WrongPassphrase for an unfit one.
        """
        login, name = _fit(login, name)
        record, key = new_key(login, passphrase)

        def first(rows: OfficeRows) -> tuple[JournalEntry, KeyRecord]:
            if rows.entries or rows.keys or rows.faults or self.pinned:
                raise OfficeProblem(
                    "已有首位管理员，其他人员由管理员增加（--as 登录名）。"
                    if rows.entries
                    else f"设置中已写明管理员的密钥指纹，而办公数据库 {self.database.name} 是空的：请从备份恢复；"
                    "确要重新开始的，先删去设置 administrator_key。"
                )
            content = _new_person(name, record, {"administrator", *roles})
            entry = JournalEntry(
                1, _now(), login, record.fingerprint, "administrator", "found", login, content, JOURNAL_START.digest
            )
            return entry.signed_by(key), record

        return self.database.append(first)

    def sign_in(self, login: str, passphrase: Callable[[], str]) -> SignedIn:
        """The person with that login; `passphrase` is called only for an enabled one.

        Raises OfficeProblem where there is no such person or the office has faults, WrongPassphrase.
        """
        rows = self.database.rows()
        state = self._trusted_state(rows)
        person = state.by_login(login)
        if person is None:
            raise OfficeProblem(_no_such_person(login, state))
        if person.is_disabled:
            raise OfficeProblem(f"{login}（{person.name}）已停用，不能再签名。")
        record = key_record_of(rows, person)
        if record is None:
            raise OfficeProblem(
                f"{login} 的密钥记录缺失或被改动，不能解锁：请从备份恢复办公数据库，或由管理员停用后重新增加。"
            )
        return SignedIn(person, unlock_key(record, passphrase()))

    def add(  # noqa: PLR0913, PLR0917 (what is to be known of a person)
        self,
        by: SignedIn,
        login: str,
        name: str,
        passphrase: str,
        roles: Iterable[Role] = ("signer",),
        namesake: str = "",
    ) -> JournalEntry:
        """Add a person with a key of their own. Raises OfficeProblem, WrongPassphrase.

        namesake: why this is another person than one of the same name; required where there is one.
        """
        login, name = _fit(login, name)
        for other in self._trusted_state(self.database.rows()).enabled():
            if name_key(other.name) == name_key(name) and not namesake.strip():
                raise OfficeProblem(
                    f"已有姓名相同（不计空格、不可见字符、全半角和繁简写法）的在用人员 {other.login}（{other.name}）："
                    "同一人只能有一个登录名；确为另一人的，用 --namesake 写明如何区分。"
                )
        record, _ = new_key(login, passphrase)
        content = _new_person(name, record, set(roles), namesake)
        return self._do(by, "administrator", "add_person", login, content, record)

    def disable(self, by: SignedIn, login: str, reason: str = "") -> JournalEntry:
        """Take every right from a person. Raises OfficeProblem."""
        return self._about(by, "disable_person", login, {"reason": _without_person_numbers(reason)})

    def give_role(self, by: SignedIn, login: str, role: Role) -> JournalEntry:
        """Give a person a role. Raises OfficeProblem."""
        return self._about(by, "give_role", login, {"role": role})

    def take_role(self, by: SignedIn, login: str, role: Role) -> JournalEntry:
        """Take a role from a person. Raises OfficeProblem."""
        return self._about(by, "take_role", login, {"role": role})

    def change_passphrase(self, by: SignedIn, passphrase: str) -> JournalEntry:
        """Seal one's own key under another passphrase. Raises OfficeProblem, WrongPassphrase."""
        record = seal_key(by.person.login, by.key, passphrase)
        content = canonical_json({"key_digest": record.digest})
        role = min(by.person.roles, default="")
        return self._do(by, role, "change_passphrase", by.person.login, content, record)

    def sign(self, by: SignedIn, act: Act, subject: str, content: Mapping[str, object]) -> JournalEntry:
        """Sign as a signer. Raises OfficeProblem."""
        return self._do(by, "signer", act, subject, canonical_json(content))

    def log_person_lookup(self, by: SignedIn, person_hash: str, purpose: str) -> JournalEntry:
        """Log that a person was looked up, by keyed hash, and what for. Raises OfficeProblem."""
        content = canonical_json({"purpose": _without_person_numbers(purpose)})
        return self._do(by, min(by.person.roles, default=""), "look_up_person", person_hash, content)

    def _about(self, by: SignedIn, act: Act, login: str, content: Mapping[str, object]) -> JournalEntry:
        state = self._trusted_state(self.database.rows())
        whom = state.by_login(login)
        if whom is None:
            raise OfficeProblem(_no_such_person(login, state))
        return self._do(by, "administrator", act, login, canonical_json({"fingerprint": whom.fingerprint, **content}))

    def _do(  # noqa: PLR0913, PLR0917 (the fields of an entry)
        self, by: SignedIn, role: str, act: Act, subject: str, payload: str, record: KeyRecord | None = None
    ) -> JournalEntry:
        def next_entry(rows: OfficeRows) -> tuple[JournalEntry, KeyRecord | None]:
            before = self._trusted_state(rows)
            number, previous = before.head.number + 1, before.head.digest
            person = by.person
            entry = JournalEntry(
                number, _now(), person.login, person.fingerprint, role, act, subject, payload, previous
            )
            entry = entry.signed_by(by.key)
            if wrong := act_refusal(before, entry, self.pinned):
                raise OfficeProblem(f"{wrong}。")
            return entry, record

        return self.database.append(next_entry)

    def _trusted_state(self, rows: OfficeRows) -> OfficeState:
        if not self.pinned:
            raise OfficeProblem(_PIN if rows.entries else _NOBODY)
        if not rows.entries:
            raise OfficeProblem(f"办公数据库 {self.database.name} 不存在或是空的，而设置中已写明管理员：请从备份恢复。")
        found = self._state(rows)
        if found.faults:
            raise OfficeProblem(f"{'；'.join(found.faults)}。{_RESTORE}")
        return found

    def _state(self, rows: OfficeRows) -> OfficeState:
        found = replay_journal(rows, self.pinned)
        lost = [
            f"{place} 记有第 {head.number} 条（{head.digest[:16]}…），日志中没有这一条：日志被截断、替换或改动"
            for place, head in self._witnessed()
            if not _holds(rows, head)
        ]
        return replace(found, faults=(*found.faults, *lost))


def _without_person_numbers(text: str) -> str:
    """A text for the journal, of which nothing can be taken back. Raises OfficeProblem."""
    plain = _plain(text)
    if find_person_numbers(plain):
        raise OfficeProblem("所写文字中有自然人的证件号码，日志不能更改，不得写入：请删去号码后再办。")
    return plain


def office_of(settings: Settings) -> Office:
    """The office of these settings."""
    pinned = settings.administrator_key or ""

    def witnessed() -> Iterator[tuple[str, JournalHead]]:
        yield from released_heads(settings.publications, pinned)
        if noted := head_of_last_run(settings):
            yield noted

    return Office(OfficeDatabase(settings.office_database), pinned, witnessed)


def journal_head_facts(settings: Settings) -> dict[str, Any]:
    """The journal's head as a fact of a run; empty where there is no journal, or it cannot be read."""
    try:
        head = OfficeDatabase(settings.office_database).rows().head
    except OfficeProblem:
        return {}  # no run waits for it: whoever signs next sees it
    noted = {"number": head.number, "digest": head.digest, "administrator_key": settings.administrator_key}
    return {stored_names.JOURNAL_HEAD: noted} if head != JOURNAL_START else {}


def released_heads(publications: Path, pinned: str) -> Iterator[tuple[str, JournalHead]]:
    """The head that each released version of each list names, with the file.

    Versions signed under another first key than `pinned` rest on another journal. An unreadable file is passed over: a
    version with damaged signatures must not keep two people from signing the next.
    """
    for path in sorted(publications.glob(f"*/[0-9]*/{SIGNATURES}")):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            head, key = document["journal"], document["administrator_key"]
            found = JournalHead(int(head["number"]), str(head["digest"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if key == pinned:
            yield str(path), found


def head_of_last_run(settings: Settings) -> tuple[str, JournalHead] | None:
    """The head that the last nightly run noted, with the run; None where it noted none under this first key."""
    from flows.store.store import open_store  # imports heavy libraries

    run = open_store(settings).last("nightly")
    noted = run.facts.get(stored_names.JOURNAL_HEAD) if run is not None else None
    if run is None or not noted or noted["administrator_key"] != settings.administrator_key:
        return None
    return f"运行 {run.run_id}", JournalHead(noted["number"], noted["digest"])


def _holds(rows: OfficeRows, head: JournalHead) -> bool:
    return head == JOURNAL_START or any(
        entry.number == head.number and entry.digest == head.digest for entry in rows.entries
    )


def _new_person(name: str, record: KeyRecord, roles: Iterable[str], namesake: str = "") -> str:
    content = {
        "name": name,
        "public_key": record.public_key,
        "key_digest": record.digest,
        "roles": [role for role in ROLES if role in set(roles)],
    }
    return canonical_json(content | ({"namesake": _without_person_numbers(namesake)} if namesake.strip() else {}))


def _fit(login: str, name: str) -> tuple[str, str]:
    """Login and name as they are stored. Raises OfficeProblem for an unfit one."""
    shown = plain_name(name)
    if not (login.isascii() and login.replace("-", "").replace("_", "").replace(".", "").isalnum()) or len(login) > 64:
        raise OfficeProblem(f"登录名 {login!r} 不可用：只能用字母、数字和 . _ -，至多 64 个字符。")
    if not name_key(shown):
        raise OfficeProblem("须写明姓名（--name 姓名）。")
    return login, shown


def _no_such_person(login: str, state: OfficeState) -> str:
    known = "、".join(f"{person.login}（{person.name}）" for person in state.enabled())
    return f"没有登录名为 {login} 的人员。在用人员：{known}；详见 yaoxin people list"


def _plain(text: str) -> str:
    """A remark as it is stored: lone surrogates are replaced."""
    return text.strip().encode("utf-8", "replace").decode("utf-8")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
