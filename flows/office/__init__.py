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

from flows.office.database import Database, OfficeProblem
from flows.office.journal import ACTS, START, Entry, Head
from flows.office.keys import LEAST_LENGTH, MOST_LENGTH, WrongPassphrase
from flows.office.office import Office, SignedIn
from flows.office.people import ROLES, Person, Role, Standing
from flows.office.witnesses import NOTED, head_noted_by, heads_in

if TYPE_CHECKING:
    from flows.settings import Settings

__all__ = [
    "ACTS",
    "LEAST_LENGTH",
    "MOST_LENGTH",
    "ROLES",
    "START",
    "Database",
    "Entry",
    "Head",
    "Office",
    "OfficeProblem",
    "Person",
    "Role",
    "SignedIn",
    "Standing",
    "WrongPassphrase",
    "office_of",
    "to_be_noted",
]


def office_of(settings: Settings) -> Office:
    """The office of these settings."""
    pinned = settings.administrator_key or ""

    def witnessed() -> Iterator[tuple[str, Head]]:
        yield from heads_in(settings.publications, pinned)
        if noted := head_noted_by(settings):
            yield noted

    return Office(Database(settings.office_database), pinned, witnessed)


def to_be_noted(settings: Settings) -> dict[str, Any]:
    """What a run notes of the journal among its facts; nothing where there is none, or it cannot be read."""
    try:
        head = Database(settings.office_database).rows().head
    except OfficeProblem:
        return {}  # who signs next is told; no night waits for it
    noted = {"number": head.number, "digest": head.digest, "administrator_key": settings.administrator_key}
    return {NOTED: noted} if head != START else {}
