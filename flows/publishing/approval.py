"""Approval: the two signatures by which a draft may be released, over exactly its bytes.

One person prepares or approves, another approves: their entries in the journal of the office name the list, the version
and the digest of every byte. Who counts is decided when the draft is to be released. A released version carries its
signatures in `signatures.json`, from which anyone can check them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from flows.office import JournalEntry, JournalHead, Office, OfficeProblem, OfficeState, SignedIn, office_of
from flows.office.people import Person, name_key
from flows.settings import Settings
from reports.exports import json_bytes
from reports.publication import Draft
from reports.publication.version import SIGNATURES

_FORMAT = "yaoxin-signatures-1"


class NotApprovable(ValueError):
    """A publication that cannot be prepared or approved as asked; the message says why, in Chinese."""


@dataclass(frozen=True)
class DraftSignature:
    """A valid signature over a draft. fingerprint: of the key. at: by the machine's clock."""

    login: str
    name: str
    act: Literal["prepare", "approve"]
    fingerprint: str
    at: datetime


def signing_target(draft: Draft) -> str:
    """What a signature names: list, version and the digest of every byte of the draft."""
    return f"{draft.index.list}/{draft.version}#{draft.digest}"


def draft_signatures(settings: Settings, draft: Draft) -> tuple[DraftSignature, ...]:
    """The signatures over exactly these bytes of people who are signers now, the first of each person, oldest first.

    Two keys of one name are one person, unless an administrator stated that the later one is another. Raises
    OfficeProblem where the office database is damaged: then no signature counts.
    """
    return tuple(_signature(*each) for each in _valid_entries(_office_state(settings), signing_target(draft)))


def has_two_signatures(settings: Settings, draft: Draft) -> bool:
    """Whether two people signed exactly these bytes, one of them at least to approve them. Raises OfficeProblem."""
    return _are_enough(draft_signatures(settings, draft))


def signatures_document(settings: Settings, draft: Draft) -> bytes:
    """The bytes of `signatures.json`: the signatures, the acts that made their people signers, the journal's head.

    Raises OfficeProblem, NotApprovable where there are not two signatures.
    """
    office = office_of(settings)
    return _document(office, office.trusted_state(), draft)


def signature_fault(settings: Settings, folder: Path, draft: Draft) -> str:
    """Why the `signatures.json` of a released version does not prove two signatures, in Chinese; empty where it does.

    Checked against the office as it was when the version was released: a signer disabled since counts.
    """
    path, office = folder / SIGNATURES, office_of(settings)
    try:
        content = path.read_bytes()
        document = json.loads(content)
        head, key = document["journal"], str(document["administrator_key"])
        if key != office.pinned:
            return (
                f"{path} 的签名以另一首位管理员的密钥（指纹 {key[:16]}…）为准，与设置 administrator_key（"
                f"{office.pinned[:16] or '未设'}…）不同：该版本由另一办公数据库的人员签名，或者设置有误"
            )
        then = office.state(JournalHead(head["number"], head["digest"]))
        if then.faults:
            return "；".join(then.faults)
        return "" if _document(office, then, draft) == content else f"{path} 的内容与办公数据库的日志不符"
    except FileNotFoundError:
        return f"{path} 不存在：该版本没有两人签名的凭据"
    except (NotApprovable, OfficeProblem) as problem:
        return str(problem)
    except (OSError, ValueError, KeyError, TypeError):
        return f"{path} 不能读取"


def named_signers(folder: Path) -> list[str]:
    """Name and login of each person by the `signatures.json` of a version, unchecked; empty where it cannot be read."""
    try:
        signatures = json.loads((folder / SIGNATURES).read_bytes())["signatures"]
        return [f"{one['name']}（{one['person']}）" for one in signatures]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def preparer_of(signatures: tuple[DraftSignature, ...]) -> DraftSignature | None:
    """Who signed the draft as its preparer; None where the machine prepared it."""
    return next((each for each in signatures if each.act == "prepare"), None)


def has_outdated_approval(settings: Settings, draft: Draft) -> bool:
    """Whether a signer approved this version when it had other bytes. Raises OfficeProblem."""
    target = signing_target(draft)
    of_version = target.removesuffix(draft.digest)
    acts = _office_state(settings).acts
    return any(e.act == "approve" and e.subject.startswith(of_version) and e.subject != target for e in acts)


def sign_draft(
    settings: Settings, draft: Draft, by: SignedIn, act: Literal["prepare", "approve"], note: str = ""
) -> DraftSignature:
    """Sign the draft and append the act to the journal.

    Raises NotApprovable where the person has signed it already, OfficeProblem where they may not sign.
    """
    mine = next((one for one in draft_signatures(settings, draft) if one.fingerprint == by.person.fingerprint), None)
    if mine is not None:
        done = "拟定" if mine.act == "prepare" else "批准"
        raise NotApprovable(
            f"拟定人与批准人不得为同一人：版本 {draft.version} 已由 {mine.name}（{mine.login}）{done}，须由他人批准。"
        )
    content = {"list": draft.index.list, "version": draft.version, "digest": draft.digest, "note": note.strip()}
    entry = office_of(settings).sign(by, act, signing_target(draft), content)
    return _signature(entry, by.person)


def _document(office: Office, state: OfficeState, draft: Draft) -> bytes:
    valid = list(_valid_entries(state, signing_target(draft)))
    if not _are_enough(tuple(_signature(*each) for each in valid)):
        raise NotApprovable(f"版本 {draft.version} 没有两人的有效签名，不能发布。")
    by_number = {entry.number: entry for entry in office.database.rows().entries}
    # The entries that made these people signers, and those that made the people who did so administrators.
    grounds: set[int] = set()
    people = [person for _, person in valid]
    while people:
        for number in set(people.pop().entries) - grounds:
            grounds.add(number)
            people.append(state.people[by_number[number].fingerprint])
    return json_bytes(
        {
            "format": _FORMAT,
            "list": draft.index.list,
            "version": draft.version,
            "digest": draft.digest,
            "administrator_key": office.pinned,
            "journal": {"number": state.head.number, "digest": state.head.digest},
            "signatures": [
                asdict(entry) | {"name": person.name, "public_key": person.public_key} for entry, person in valid
            ],
            "grounds": [asdict(by_number[number]) for number in sorted(grounds)],
        }
    )


def _office_state(settings: Settings) -> OfficeState:
    office = office_of(settings)
    return OfficeState() if office.is_unused() else office.trusted_state()


def _valid_entries(state: OfficeState, target: str) -> Iterator[tuple[JournalEntry, Person]]:
    """The first entry over the target of each person who is a signer by `state`."""
    counted: list[Person] = []
    for entry in state.acts:
        person = state.people[entry.fingerprint]
        is_counted = any(_are_one(person, other) for other in counted)
        if entry.subject == target and person.is_a("signer") and not is_counted:
            counted.append(person)
            yield entry, person


def _are_one(one: Person, other: Person) -> bool:
    """Whether two keys must be taken for one person's: the same key, or the same name unless stated otherwise."""
    is_same_name = name_key(one.name) == name_key(other.name)
    return one.fingerprint == other.fingerprint or (is_same_name and not (one.namesake or other.namesake))


def _are_enough(signatures: tuple[DraftSignature, ...]) -> bool:
    return len(signatures) >= 2 and any(each.act == "approve" for each in signatures)


def _signature(entry: JournalEntry, person: Person) -> DraftSignature:
    act: Literal["prepare", "approve"] = "prepare" if entry.act == "prepare" else "approve"
    return DraftSignature(person.login, person.name, act, person.fingerprint, datetime.fromisoformat(entry.at))
