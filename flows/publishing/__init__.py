"""A publication of a list: prepared by one person, approved by another, then released.

- `lists`      which lists there are
- `entries`    what stands on the serious-violation list, read from the store
- `penalties`  which penalties are in publicity, read from the store
- `contents`   what either gives
- `approvals`  the decision that lets a draft out: one row of the decision table, whoever writes it
- `steps`      prepare, approve, release; the command line and the publish flow both take these
"""

from flows.publishing.approvals import NotApprovable
from flows.publishing.lists import LISTS, SERIOUS_LIST
from flows.publishing.steps import (
    Chosen,
    approve,
    prepare_and_publish,
    prepare_and_publish_all,
    release_approved,
    summary_of,
)

__all__ = [
    "LISTS",
    "SERIOUS_LIST",
    "Chosen",
    "NotApprovable",
    "approve",
    "prepare_and_publish",
    "prepare_and_publish_all",
    "release_approved",
    "summary_of",
]
