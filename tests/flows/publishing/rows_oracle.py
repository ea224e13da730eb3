"""Which rows may be public on a day, by datetime alone and day by day: shares no code with the product.

Penalties of the bureau of Hubei (or of another province, by `low_fen`) in the national system; listings that rest on
them. The defaults of what is unsettled are those docs/law.md names: the rules of a day govern what is on display that
day, the corresponding day is the last one, and an end does not roll over holidays.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

DAY = timedelta(days=1)
NEW_RULES = date(2025, 12, 25)
FIRST_RULES = date(2021, 9, 1)
NEVER_EARLY = {"revoke_licence", "downgrade", "close"}
ENDS_OF_REPAIR = ("revoke_repair", "end_temporary_repair")
Record = Mapping[str, Any]
SHORT, STAY = 3, 36
HUBEI, FUJIAN = (10_000_000, 1_000_000), (5_000_000, 500_000)  # low fines in fen: below, of organisations and persons


def months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def months_shown(p: Record, day: date) -> int:
    """45号令 Art. 13 with Hubei's low fines; 107号令 Art. 7, 8, 9 from its first day on."""
    kinds, is_person = set(p["penalty_kinds"]), p["party_class"] == "person"
    if kinds <= {"warning", "criticism"}:
        return 3 if "criticism" in kinds else 0
    is_only_fine = kinds <= {"warning", "criticism", "fine"}
    if day < NEW_RULES:
        return 3 if is_only_fine and p["fine_fen"] < p.get("low_fen", HUBEI)[is_person] else 36
    is_lenient = p["discretion"] in ("reduced", "light")
    if is_only_fine and is_lenient and p["fine_fen"] <= (500_000 if is_person else 5_000_000):
        return 3
    return 36 if p["field"] != "other" or kinds & (NEVER_EARLY | {"stop_order", "restrict_trade"}) else 12


def term_of(p: Record, day: date) -> date:
    """Last day of a restriction that holds publicity open: 45号令 Art. 13; 107号令 Art. 8 adds 责令停产停业."""
    holding = {"restrict_trade"} | ({"stop_order"} if day >= NEW_RULES else set())
    return p["valid_until_on"] if p["valid_until_on"] and holding & set(p["penalty_kinds"]) else date.min


def is_gone(party: Record | None, day: date) -> bool:
    """107号令 Art. 20: deregistered parties, from its first day on."""
    return bool(party and party["deregistered_on"]) and max(party["deregistered_on"], NEW_RULES) <= day


@dataclass(frozen=True)
class Case:
    """A penalty, its party's register row, and the days of the steps of its repair and of the listing it led to."""

    penalty: Record
    party: Record | None
    repair: Mapping[str, date]
    listing: Mapping[str, date]

    @property
    def listing_taken(self) -> Mapping[str, date]:
        """Without a removal that came after the party's falsehood in a repair (107号令 Art. 23)."""
        revoked, removed = self.repair.get("revoke_repair"), self.listing.get("remove")
        is_barred = revoked is not None and removed is not None and NEW_RULES <= revoked < removed
        void = ("remove", "restore_listing") if is_barred else ()
        return {step: day for step, day in self.listing.items() if step not in void}

    @property
    def repair_taken(self) -> Mapping[str, date]:
        """Without a repair that came after the party's falsehood in a removal (107号令 Art. 23)."""
        restored = self.listing_taken.get("restore_listing")
        void: set[str] = set()
        for grant, end in (("repair", "revoke_repair"), ("temporary_repair", "end_temporary_repair")):
            if restored is not None and NEW_RULES <= restored < self.repair.get(grant, date.min):
                void |= {grant, end}
        return {step: day for step, day in self.repair.items() if step not in void}

    def is_public(self, day: date) -> bool:
        """45号令 Art. 2, 9, 11, 13; 107号令 Art. 7-9, 13, 17, 20, 22, 23."""
        p = self.penalty
        if not FIRST_RULES <= p["decided_on"] <= day or p["procedure"] == "summary":
            return False
        if set(p["penalty_kinds"]) == {"warning"} or reached(p["revoked_on"], day) or self.is_taken_off(day):
            return False
        return not (self.is_repaired(day) or self.is_delisted(day) or is_gone(self.party, day) or self.is_over(day))

    def is_taken_off(self, day: date) -> bool:
        """The record says so, and no end of a repair brought it back since."""
        off, back = self.penalty["unpublished_on"], [self.repair_taken.get(step) for step in ENDS_OF_REPAIR]
        return reached(off, day) and not any(reached(end, day) and end > off for end in back)

    def is_repaired(self, day: date) -> bool:
        """A repair is in force, or a temporary one of a reorganisation."""
        is_granted = self.has(self.repair_taken, "repair", day) and not self.has(
            self.repair_taken, "revoke_repair", day
        )
        is_hidden = self.has(self.repair_taken, "temporary_repair", day)
        return is_granted or (is_hidden and not self.has(self.repair_taken, "end_temporary_repair", day))

    def is_over(self, day: date) -> bool:
        """Whether the rules of one of the days saw the period end; a revoked repair starts it again (Art. 23)."""
        p = self.penalty
        if not self.has(self.repair_taken, "revoke_repair", day):
            return self._is_period_over(p["published_on"], p["decided_on"], day)
        # What was over before the repair had nothing to go back to.
        return self._is_period_over(
            p["published_on"], p["decided_on"], self.repair_taken["repair"]
        ) or self._is_period_over(self.repair_taken["revoke_repair"], self.repair_taken["revoke_repair"], day)

    def _is_period_over(self, start: date, first: date, last: date) -> bool:
        p = self.penalty
        return any(
            each > max(months_after(start, months_shown(p, each)), term_of(p, each)) for each in days(first, last)
        )

    def is_delisted(self, day: date) -> bool:
        """107号令 Art. 13: with the listing goes the penalty's publicity, but for what has a period of its own."""
        p, left = self.penalty, self.removed_on(day)
        if left is None or left < NEW_RULES or self.has(self.repair_taken, "revoke_repair", day):
            return False
        has_own = NEVER_EARLY & set(p["penalty_kinds"]) or months_shown(p, left) == SHORT
        return not has_own and term_of(p, left) < day

    def is_listed(self, day: date) -> bool:
        """44号令 Art. 16, 19, 20, 21; 107号令 Art. 13, 20, 23."""
        p, listing = self.penalty, self.listing_taken
        if not self.has(listing, "list", day) or self.has(listing, "revoke_listing", day):
            return False
        is_annulled = reached(p["revoked_on"], day) and p["state"] in ("revoked", "unlawful", "void")
        return not (is_annulled or is_gone(self.party, day)) and self.removed_on(day) is None

    def removed_on(self, day: date) -> date | None:
        """The day on which it was taken off the list early, or its stay was over, where that has come."""
        listing = self.listing_taken
        if not self.has(listing, "list", day) or self.has(listing, "revoke_listing", day):
            return None
        removed, restored = (listing.get(step, date.max) for step in ("remove", "restore_listing"))
        over = self._stay_over(listing["list"], listing["publish_listing"], min(day, removed - DAY))
        if over is not None or day < removed:
            return over  # what was over could not be removed any more
        return removed if day < restored else self._stay_over(restored, restored, day)

    def _stay_over(self, listed_on: date, published_on: date, last: date) -> date | None:
        """44号令: three years from the listing; 107号令: of publicity; again where a removal was revoked."""
        p = self.penalty
        restricts = p["valid_until_on"] and "restrict_trade" in p["penalty_kinds"]
        for each in days(listed_on, last):
            start = listed_on if each < NEW_RULES else published_on
            if each > max(months_after(start, STAY), p["valid_until_on"] if restricts else date.min):
                return each
        return None

    @staticmethod
    def has(steps: Mapping[str, date], step: str, day: date) -> bool:
        """Whether the step was taken by that day."""
        return reached(steps.get(step), day)


def reached(event: date | None, day: date) -> bool:
    return event is not None and event <= day
