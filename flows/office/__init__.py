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

from typing import TYPE_CHECKING

from flows.office.database import Database, OfficeProblem
from flows.office.journal import ACTS, START, Entry, Head
from flows.office.keys import LEAST_LENGTH, MOST_LENGTH, WrongPassphrase
from flows.office.office import Office, SignedIn
from flows.office.people import ROLES, Person, Role, Standing
from flows.office.witnesses import heads_in

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
]


def office_of(settings: Settings) -> Office:
    """The office of these settings."""
    database = Database(settings.office_database)
    return Office(database, settings.administrator_key, lambda: heads_in(settings.publications))
