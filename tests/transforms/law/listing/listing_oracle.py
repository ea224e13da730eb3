"""The life of listings by plain dates and ifs: replays the register against the facts, asks each day "is it on?".

Shares no code with the product: no procedure file, no expressions, its own calendar.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.transforms.law.law_oracle import months_after, working_days_after

DAY = timedelta(days=1)
NEW_44, NEW_107 = date(2021, 9, 1), date(2025, 12, 25)
HOLIDAYS_KNOWN_FROM, HOLIDAYS_KNOWN_TO = date(2024, 1, 1), date(2026, 12, 31)
ON_LIST = ("listed", "published", "restored")


class Unknown(Exception):
    """The oracle's own calendar does not reach."""


@dataclass
class Facts:
    """What the records say now: of the penalty, and of the enterprise."""

    annulled_on: date | None = None
    restricted_until: date | None = None
    gone_on: date | None = None


@dataclass
class Matter:
    """Where a listing stands after the steps replayed so far."""

    facts: Facts
    stage: str = "nothing"
    rest: str = "nothing"
    listed_on: date | None = None
    published_on: date | None = None
    restored_on: date | None = None
    refused_for_falsehood_on: date | None = None
    off_since: date | None = None
    refused: list[int] = field(default_factory=list)

    def try_step(self, n, kind, on, situation=None):
        self.end_by_itself(on)
        if self._may(kind, on):
            self._do(kind, on, situation)
        else:
            self.refused.append(n)

    def end_by_itself(self, on):
        if self.rest in ON_LIST and self.has_ended_by(on):
            self.stage = self.rest = "ended"

    def _may(self, kind, on):
        was_restored_for_good = self.restored_on and self.restored_on >= NEW_107
        return {
            "notify_listing": self.stage == "nothing",
            "hear": self.stage in ("notified", "heard"),
            "list": self.stage in ("nothing", "notified", "heard"),
            "not_list": self.stage in ("nothing", "notified", "heard"),
            "publish_listing": self.rest == "listed" and self.stage in ("listed", "applied", "accepted"),
            "apply": self.stage in ON_LIST and not self._is_barred(on),
            "accept": self.stage == "applied",
            "refuse_removal": self.stage in ("applied", "accepted"),
            "remove": self.rest in ON_LIST and not was_restored_for_good,
            "restore_listing": self.stage == "removed",
            "revoke_listing": self.listed_on is not None and self.stage != "revoked",
        }[kind]

    def _is_barred(self, on):
        since = [self.restored_on, self.refused_for_falsehood_on]
        return any(day and day >= NEW_107 and on <= months_after(day, 36) for day in since)

    def _do(self, kind, on, situation):
        to = {"notify_listing": "notified", "hear": "heard", "list": "listed", "not_list": "not_listed"}
        to |= {"publish_listing": "published", "apply": "applied", "accept": "accepted", "remove": "removed"}
        to |= {"restore_listing": "restored", "revoke_listing": "revoked", "refuse_removal": self.rest}
        under_way = kind == "publish_listing" and self.stage != "listed"  # the application goes on
        self.stage = self.stage if under_way else to[kind]
        if under_way:
            self.rest = "published"
        elif self.stage not in ("applied", "accepted"):
            self.rest = self.stage
        if kind == "list":
            self.listed_on = on
        if kind == "publish_listing":
            self.published_on = on
        if kind == "restore_listing":
            self.restored_on, self.off_since = on, None
        if kind in ("remove", "revoke_listing") and self.off_since is None:
            self.off_since = on
        if kind == "refuse_removal" and situation == "falsehood":
            self.refused_for_falsehood_on = on

    def has_ended_by(self, day):
        """Whether a day up to `day` was past the last one that the rules of that very day allow."""
        start = self.restored_on or self.listed_on
        turns = [NEW_44 - DAY, NEW_107 - DAY, date.max]
        first = date.min
        for turn in turns:
            latest = min(day, turn)
            if latest >= max(start, first) and latest > self._last_day_by_rules_of(latest):
                return True
            first = turn + DAY if turn < date.max else turn
        return False

    def _last_day_by_rules_of(self, day):
        if day < NEW_44:
            return months_after(self.restored_on or self.listed_on, 60)
        if day < NEW_107 or self.restored_on:
            start = self.restored_on or self.listed_on
        else:
            start = self.published_on or self._publish_by()
        return max(months_after(start, 36), self.facts.restricted_until or date.min)

    def _publish_by(self):
        if self.listed_on < NEW_44:
            return self.listed_on
        if not HOLIDAYS_KNOWN_FROM <= self.listed_on <= HOLIDAYS_KNOWN_TO - timedelta(days=60):
            raise Unknown
        return working_days_after(self.listed_on, 20)

    def is_on(self, day):
        if self.rest not in ON_LIST or self.off_since:
            return False
        if self.facts.annulled_on and self.facts.annulled_on <= day:
            return False
        gone_on = self.facts.gone_on
        if gone_on and day >= max(gone_on, NEW_107):
            return False
        return not self.has_ended_by(day)
