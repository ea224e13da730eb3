"""A publication of a list: prepared by the machine or a person, signed by two people, then released.

- `lists`      which lists there are
- `entries`    what stands on the serious-violation list, read from the store
- `penalties`  which penalties are in publicity, read from the store
- `contents`   what either gives
- `approvals`  the two signatures that let a draft out
- `steps`      prepare, sign, release; the command line and the publish flow both take these
"""

from flows.publishing.approvals import NotApprovable
from flows.publishing.lists import LISTS, SERIOUS_LIST
from flows.publishing.steps import (
    Chosen,
    approve,
    prepare_and_publish,
    prepare_and_publish_all,
    release_signed,
    summary_of,
    waiting_draft,
)

__all__ = [
    "LISTS",
    "SERIOUS_LIST",
    "Chosen",
    "NotApprovable",
    "approve",
    "prepare_and_publish",
    "prepare_and_publish_all",
    "release_signed",
    "summary_of",
    "waiting_draft",
]
