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

from flows.publishing.approvals import NotApprovable
from flows.publishing.lists import LISTS, SERIOUS_LIST
from flows.publishing.steps import (
    Answer,
    Chosen,
    after_run,
    approve,
    prepare_and_publish,
    prepare_and_publish_all,
    release_signed,
    restore_all,
    summary_of,
    verify_all,
    waiting_draft,
)

__all__ = [
    "LISTS",
    "SERIOUS_LIST",
    "Answer",
    "Chosen",
    "NotApprovable",
    "after_run",
    "approve",
    "prepare_and_publish",
    "prepare_and_publish_all",
    "release_signed",
    "restore_all",
    "summary_of",
    "verify_all",
    "waiting_draft",
]
