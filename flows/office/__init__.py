"""The office database: who the people are, what each signed, and whom that makes a signer.

- `office`    begin it, sign in, add and disable people, sign
- `people`    who may do what: derived from the signed acts alone, from one pinned key on
- `journal`   the acts, each bound to the one before and signed
- `keys`      a key that only its person's passphrase unlocks
- `names`     two spellings of one name are one
- `witnesses` where heads of the journal stand besides, so that one cut short is seen
- `database`  two tables that are only added to
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flows.office.journal import ACTS, JOURNAL_START, JournalEntry, JournalHead, OfficeDatabase, OfficeProblem
from flows.office.keys import MAX_PASSPHRASE_LENGTH, MIN_PASSPHRASE_LENGTH, WrongPassphrase
from flows.office.office import JOURNAL_HEAD_FACT, Office, SignedIn, head_of_last_run, released_heads
from flows.office.people import ROLES, OfficeState, Person, Role

if TYPE_CHECKING:
    from flows.settings import Settings

__all__ = [
    "ACTS",
    "JOURNAL_START",
    "MAX_PASSPHRASE_LENGTH",
    "MIN_PASSPHRASE_LENGTH",
    "ROLES",
    "JournalEntry",
    "JournalHead",
    "Office",
    "OfficeDatabase",
    "OfficeProblem",
    "OfficeState",
    "Person",
    "Role",
    "SignedIn",
    "WrongPassphrase",
    "journal_head_facts",
    "office_of",
]


def office_of(settings: Settings) -> Office:
    """The office of these settings."""
    pinned = settings.administrator_key or ""

    def witnessed() -> Iterator[tuple[str, JournalHead]]:
        yield from released_heads(settings.publications, pinned)
        if noted := head_of_last_run(settings):
            yield noted

    return Office(OfficeDatabase(settings.office_database), pinned, witnessed)


def journal_head_facts(settings: Settings) -> dict[str, Any]:
    """What a run notes of the journal among its facts; nothing where there is none, or it cannot be read."""
    try:
        head = OfficeDatabase(settings.office_database).rows().head
    except OfficeProblem:
        return {}  # who signs next is told; no night waits for it
    noted = {"number": head.number, "digest": head.digest, "administrator_key": settings.administrator_key}
    return {JOURNAL_HEAD_FACT: noted} if head != JOURNAL_START else {}
