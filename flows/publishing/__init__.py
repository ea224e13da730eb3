"""Publications of the lists: prepared by the machine or a person, signed by two people, then released.

- `actions`       prepare, sign, release, verify, restore: for the command line, the publish flow and the nightly run
- `contents`      which lists there are, and what each holds by what a run knew
- `approval`      the two signatures by which a draft may be released
- `versions`      versions on disk and in the ledger
- `withdrawals`   what the law has ended, and what of it a run may withdraw by itself
- `verification`  whether the latest version, or a draft, is what it claims to be
- `release`       releases while the store is locked, interrupted ones, and restoring a damaged version
"""

from flows.publishing.actions import (
    DraftRef,
    ListOutcome,
    approve_draft,
    outcome_summary,
    publish_list,
    publish_lists,
    release_if_signed,
    restore_lists,
    update_published_lists,
    verify_lists,
    waiting_draft,
)
from flows.publishing.approval import NotApprovable
from flows.publishing.contents import PUBLISHED_LISTS, SERIOUS_LIST

__all__ = [
    "PUBLISHED_LISTS",
    "SERIOUS_LIST",
    "DraftRef",
    "ListOutcome",
    "NotApprovable",
    "approve_draft",
    "outcome_summary",
    "publish_list",
    "publish_lists",
    "release_if_signed",
    "restore_lists",
    "update_published_lists",
    "verify_lists",
    "waiting_draft",
]
