"""One enterprise, its records and a scheme on one day: what the rest of the oracle asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tests.oracle.conditions import is_met

Record = dict[str, Any]


class Meaning(NamedTuple):
    """Which columns of a kind date it, number it, revoke it, end it and name its act."""

    event_on: str
    number: str
    revoked_on: str = ""
    expires_on: str = ""
    act: str = ""


KINDS = {
    "inspection": Meaning("inspected_on", "inspection_no"),
    "penalty": Meaning("decided_on", "decision_no", revoked_on="revoked_on", act="act_no"),
    "sampling": Meaning("reported_on", "sample_no"),
    "signal": Meaning("occurred_on", "signal_no"),
    "rectification": Meaning("ordered_on", "order_no"),
    "commitment": Meaning("made_on", "commitment_no"),
    "honour": Meaning("awarded_on", "honour_no", expires_on="valid_until_on"),
    "decision": Meaning("decided_on", "decision_no"),
    "person_ban": Meaning("decided_on", "ban_no", expires_on="ends_on"),
    "enterprise": Meaning("established_on", "uscc"),
}


# 撤销, 确认违法, 无效 (44号令第十九条): such a penalty burdens nobody; 变更 goes on counting.
ANNULLED = ("revoked", "unlawful", "void")


def centipoints(points: float) -> int:
    """Points as a scheme writes them, in hundredths."""
    return int(Decimal(str(points)) * 100)


def value_on(dated: dict[str, Any] | None, day: date) -> Any:
    """The value in force on a day; None where there is none or it has ended."""
    if dated is None:
        return None
    return dated["values"][max(start for start in dated["values"] if start <= day)]


def change_days(node: object) -> Iterator[date]:
    """The first day of every value anywhere in a scheme."""
    if isinstance(node, dict):
        if "values" in node and "basis" in node:
            yield from node["values"]
        for inner in node.values():
            yield from change_days(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from change_days(inner)


def term(record: Record, column: str) -> Any:
    """The column of the record that has this meaning in its kind; None where the kind has none."""
    name = getattr(KINDS[record["kind"]], column)
    return record.get(name) if name else None


@dataclass
class Case:
    """A scheme's values are those of `as_of`, and so are revocations, whichever day is looked at."""

    scheme: dict[str, Any]
    records: list[Record]
    as_of: date
    _met: dict[tuple[str, int], bool] = field(default_factory=dict)

    def value(self, dated: dict[str, Any] | None) -> Any:
        return value_on(dated, self.as_of)

    def optional(self, name: str) -> Any:
        return self.value(self.scheme.get(name))

    def is_adverse(self, points: int) -> bool:
        return points < 0 if self.scheme["mode"] == "deduct" else points > 0

    def is_undated(self, record: Record) -> bool:
        """Whether a penalty has been annulled and does not say since when."""
        is_annulled = record["kind"] == "penalty" and record.get("state") in ANNULLED
        return is_annulled and term(record, "revoked_on") is None

    def is_revoked(self, record: Record) -> bool:
        revoked_on = term(record, "revoked_on")
        return self.is_undated(record) or (revoked_on is not None and revoked_on <= self.as_of)

    def is_released(self, rule: dict[str, Any], record: Record) -> bool:
        """Whether a repair or early removal, up to the real day, has ended the record for this rule."""
        released_on = self.released_on(rule, record)
        return released_on is not None and released_on <= self.as_of

    def released_on(self, rule: dict[str, Any], record: Record) -> date | None:
        """The day of its repair or early removal, for a rule that heeds it."""
        lock = self.value(rule.get("lock")) or {}
        heeds = self.value(rule.get("until_released")) or lock.get("while_listed", False)
        day: date | None = record.get("released_on")
        return day if heeds else None

    def is_standing(self, rule: dict[str, Any], record: Record) -> bool:
        return not self.is_revoked(record) and not self.is_released(rule, record)

    def matching(self, rule: dict[str, Any], day: date) -> list[Record]:
        """The records up to `day` of the rule's kind for which its condition holds."""
        known = [record for record in self.records if record["kind"] == rule["kind"] and term(record, "event_on")]
        return [record for record in known if term(record, "event_on") <= day and self._is_met(rule["when"], record)]

    def _is_met(self, when: str, record: Record) -> bool:
        key = (when, id(record))
        if key not in self._met:
            self._met[key] = is_met(when, record)
        return self._met[key]
