"""A publication of a list: prepared by the machine or a person, signed by two people, then released.

- `lists`      which lists there are
- `entries`    what stands on the serious-violation list, read from the store
- `penalties`  which penalties are in publicity, read from the store
- `contents`   what either gives
- `approvals`  the two signatures that let a draft out
- `latest`     the version that readers see, and whether it is what it says
- `withdrawals` what the law has ended, and what of it the run may take down by itself
- `release`    releases, alone in the store, and what was cut short before
- `restore`    a damaged latest version made anew from what is left of it
- `steps`      prepare, sign, release, verify; the command line, the publish flow and the nightly run take these
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
