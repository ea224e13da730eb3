"""The tier that the days to come bring if no new record arrives, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reports import show
from reports.views.scheme import SchemeFacts
from transforms.tables.outputs import FORETOLD

OUTLOOK_DAYS = 30  # as transforms.rating.OUTLOOK_DAYS: held by a test, so that no light command loads the rating
WORSE, BETTER = "下调", "上调"


@dataclass(frozen=True)
class Outlook:
    """What was looked at on `as_of`. row: of OUTLOOK, with a change of tier, or None; is_known: False where the night
    did not look ahead, being one of an earlier release.
    """

    as_of: date
    row: Mapping[str, Any] | None = None
    is_known: bool = True

    @property
    def until(self) -> date:
        """The last day looked at."""
        return self.as_of + timedelta(days=OUTLOOK_DAYS)

    def text(self, scheme: SchemeFacts) -> str:
        """In one line."""
        if not self.is_known:
            return "该次运行没有推算今后的等级"
        if self.row is None:
            return f"至 {self.until} 如无新记录，等级不变"
        after, on = self.row["tier_after"], self.row["changes_on"]
        score = show.points(self.row["score_after_centipoints"])
        why = FORETOLD.get(self.row["cause"], self.row["cause"])
        return f"如无新记录，{on} 起{direction(self.row)}为 {scheme.words.get(after, after)}（{why}，得分 {score}）"


def direction(row: Mapping[str, Any]) -> str:
    """上调 or 下调, by the places of the two tiers."""
    return WORSE if row["index_after"] > row["index_before"] else BETTER
