"""A publication from decided entries: prepared by one person, approved by another, then released.

- `entries`    what stands on the list, read from the store
- `approvals`  the decision that lets a draft out: one row of the decision table, whoever writes it
- `steps`      prepare, approve, release; the command line and the publish flow both take these
"""

from flows.publishing.approvals import NotApprovable
from flows.publishing.steps import SERIOUS_LIST, approve, prepare_and_publish, release_approved

__all__ = ["SERIOUS_LIST", "NotApprovable", "approve", "prepare_and_publish", "release_approved"]
