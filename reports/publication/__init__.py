"""Publications as version folders: `<publications>/<list>/<version>/` with files, a contract and a delta.

`prepare_draft` writes a draft for people to sign, `write_withdrawal` the version that the machine may make,
`release_draft` moves either to its place and points `latest` at it last. Readers go through `latest` and see the new
version with all its files, or the previous one. `read_index` reads a version's contract, `apply_delta` applies a delta;
`file_faults` and `derivation_faults` say what is wrong with a version.
"""

from reports.publication.draft import (
    Draft,
    DraftBase,
    Publication,
    ReleaseProblem,
    draft_files,
    is_as_published,
    prepare_draft,
    release_draft,
    released_entries,
)
from reports.publication.version import (
    Causes,
    Delta,
    Index,
    IndexProblem,
    ListFolder,
    WithdrawnEntry,
    apply_delta,
    delta_of,
    digest_of,
    file_faults,
    files_in,
    read_index,
    verify_files,
)
from reports.publication.withdrawal import WithdrawalReason, derivation_faults, withdrawal_files, write_withdrawal

__all__ = [
    "Causes",
    "Delta",
    "Draft",
    "DraftBase",
    "Index",
    "IndexProblem",
    "ListFolder",
    "Publication",
    "ReleaseProblem",
    "WithdrawalReason",
    "WithdrawnEntry",
    "apply_delta",
    "delta_of",
    "derivation_faults",
    "digest_of",
    "draft_files",
    "file_faults",
    "files_in",
    "is_as_published",
    "prepare_draft",
    "read_index",
    "release_draft",
    "released_entries",
    "verify_files",
    "withdrawal_files",
    "write_withdrawal",
]
