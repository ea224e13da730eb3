"""One enterprise, its records and a scheme on one day, with the oracle's own calendar and conditions."""

from __future__ import annotations

import calendar
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

Record = dict[str, Any]


class KindColumns(NamedTuple):
    """Which columns of a kind date it, number it, revoke it, end it and name its act."""

    event_on: str
    number: str
    revoked_on: str = ""
    expires_on: str = ""
    act: str = ""


KINDS = {
    "inspection": KindColumns("inspected_on", "inspection_no"),
    "penalty": KindColumns("decided_on", "decision_no", revoked_on="revoked_on", act="act_no"),
    "sampling": KindColumns("reported_on", "sample_no"),
    "signal": KindColumns("occurred_on", "signal_no"),
    "rectification": KindColumns("ordered_on", "order_no"),
    "commitment": KindColumns("made_on", "commitment_no"),
    "honour": KindColumns("awarded_on", "honour_no", expires_on="valid_until_on"),
    "decision": KindColumns("decided_on", "decision_no"),
    "person_ban": KindColumns("decided_on", "ban_no", expires_on="ends_on"),
    "enterprise": KindColumns("established_on", "uscc"),
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
class OracleCase:
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
        """The day of its repair or early removal, for a rule to which that matters."""
        lock = self.value(rule.get("lock")) or {}
        is_heeded = self.value(rule.get("until_released")) or lock.get("while_listed", False)
        day: date | None = record.get("released_on")
        return day if is_heeded else None

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


ONE_DAY = timedelta(days=1)

NO_END = date.max


def add_months(day: date, months: int) -> date:
    """The corresponding day so many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def end_of_duration(day: date, span: dict[str, int]) -> date:
    """The last day of a span after `day`; the day of the event itself does not count."""
    if "days" in span:
        return day + span["days"] * ONE_DAY
    return add_months(day, span["months"] if "months" in span else 12 * span["years"])


def end_of_window(day: date, window: dict[str, Any]) -> date:
    """The last day on which an event of `day` counts, whatever the record's own term; FOR_EVER without end."""
    if "rolling" in window:
        return end_of_duration(day, window["rolling"])
    if "calendar_years" in window:
        return date(day.year + window["calendar_years"] - 1, 12, 31)
    return NO_END


def full_years(first: date, last: date) -> int:
    """How many whole years lie between two days: a year is full from the day after the corresponding day."""
    years = 0
    while end_of_duration(first, {"years": years + 1}) < last:
        years += 1
    return years


def day_after(day: date) -> date | None:
    """The day after a last day; None where there is no last day."""
    return None if day == NO_END else day + ONE_DAY


def is_met(when: str, record: dict[str, Any]) -> bool:
    """Whether the SQL condition holds for the record; null is no."""
    names = sorted(record)
    columns = ", ".join(f'? AS "{name}"' for name in names)
    values = [_stored(record[name]) for name in names]
    [answer] = _engine().execute(f"SELECT ({when}) FROM (SELECT {columns})", values).fetchone()
    return answer is not None and bool(answer)


@cache
def _engine() -> sqlite3.Connection:
    engine = sqlite3.connect(":memory:", cached_statements=512)
    engine.execute("PRAGMA case_sensitive_like = ON")
    engine.create_function("array_contains", 2, _array_contains, deterministic=True)
    return engine


def _stored(value: object) -> object:
    if isinstance(value, list):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, date) else value


def _array_contains(array: str | None, item: str) -> bool | None:
    return None if array is None else item in json.loads(array)
