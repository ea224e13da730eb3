"""The office database: who the people are, what each signed, and whom that makes a signer.

- `office`      begin it, sign in, add and disable people, sign; where the journal's head is pinned besides
- `people`      who may do what, derived only from the signed acts, from one pinned key on; names compared
- `journal`     the acts, each bound to the previous one and signed
- `database`    the append-only database of keys and journal: a file, or on a PostgreSQL server
- `migrations`  the tables of the database, one Alembic migration per change
- `keys`        a key that only its person's passphrase unlocks
"""

from flows.office.database import OfficeDatabase
from flows.office.journal import ACTS, JOURNAL_START, JournalEntry, JournalHead, OfficeProblem
from flows.office.keys import MAX_PASSPHRASE_LENGTH, MIN_PASSPHRASE_LENGTH, WrongPassphrase
from flows.office.office import Office, SignedIn, journal_head_facts, office_of
from flows.office.people import ROLES, OfficeState, Person, Role

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
