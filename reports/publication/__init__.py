"""Publications as version folders: `<publications>/<list>/<version>/` with files, a contract and a delta.

`prepare` writes a draft for people to sign, `withdraw` the version that the machine may make, `release` moves either
into its place and moves `latest` last. Readers go through `latest` and see one whole version or the one before.
`read_index` reads a version's contract, `apply` a delta; `faults_of` and `derivation_faults` say what is wrong with a
version.
"""

from reports.publication.contract import (
    Index,
    IndexProblem,
    Withdrawn,
    digest_of,
    faults_of,
    files_in,
    read_index,
    verify,
)
from reports.publication.delta import Causes, Delta, apply, delta_of
from reports.publication.folder import Shelf
from reports.publication.withdrawal import Reason, derivation_faults, withdraw, withdrawal_files
from reports.publication.work import (
    Base,
    Draft,
    Publication,
    ReleaseProblem,
    drafted,
    is_as_published,
    prepare,
    release,
    released_entries,
)

__all__ = [
    "Base",
    "Causes",
    "Delta",
    "Draft",
    "Index",
    "IndexProblem",
    "Publication",
    "Reason",
    "ReleaseProblem",
    "Shelf",
    "Withdrawn",
    "apply",
    "delta_of",
    "derivation_faults",
    "digest_of",
    "drafted",
    "faults_of",
    "files_in",
    "is_as_published",
    "prepare",
    "read_index",
    "release",
    "released_entries",
    "verify",
    "withdraw",
    "withdrawal_files",
]
