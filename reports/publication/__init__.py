"""Publications as version folders: `<publications>/<list>/<version>/` with files, a contract and a delta.

`prepare` writes a draft, `release` moves it into place and moves `latest` last. Readers go through `latest`
and see one whole version or the one before. `read_index` reads a version's contract, `apply` a delta.
"""

from reports.publication.contract import Index, IndexProblem, digest_of, read_index, verify
from reports.publication.delta import Causes, Delta, apply, delta_of
from reports.publication.folder import Shelf
from reports.publication.work import (
    Draft,
    Publication,
    ReleaseProblem,
    is_as_published,
    prepare,
    release,
    released_entries,
)

__all__ = [
    "Causes",
    "Delta",
    "Draft",
    "Index",
    "IndexProblem",
    "Publication",
    "ReleaseProblem",
    "Shelf",
    "apply",
    "delta_of",
    "digest_of",
    "is_as_published",
    "prepare",
    "read_index",
    "release",
    "released_entries",
    "verify",
]
