"""The lists that are published, by name."""

from __future__ import annotations

from flows.publishing.approvals import NotApprovable
from flows.publishing.contents import PublishedList
from flows.publishing.entries import listed
from flows.publishing.penalties import penalties
from reports.views.lists import PENALTIES, SERIOUS_VIOLATIONS

SERIOUS_LIST = SERIOUS_VIOLATIONS.name
LISTS = {
    each.spec.name: each for each in (PublishedList(SERIOUS_VIOLATIONS, listed), PublishedList(PENALTIES, penalties))
}


def list_called(name: str) -> PublishedList:
    """The list of that name. Raises NotApprovable where there is none."""
    if name not in LISTS:
        raise NotApprovable(f"没有名为 {name} 的名单。现有：{'、'.join(LISTS)}。")
    return LISTS[name]
