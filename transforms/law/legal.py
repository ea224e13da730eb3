"""Everything the law makes of the records on a day, worked out once for whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import polars as pl

from transforms.law.calendar import Calendar
from transforms.law.findings import steps_with_notes
from transforms.law.publicity import Assessed, LegalDay, assessed, publicity_of
from transforms.law.register import Register, register_of
from transforms.law.repair import Records, releases, repair_of
from transforms.law.serious.bans import bans
from transforms.law.serious.records import ListLaw, ListRecords
from transforms.law.spot_checks import SpotRecords, spot_checks
from transforms.policy.law_measures import Bans
from transforms.policy.law_publicity import PublicityLaw
from transforms.policy.law_spot_checks import SpotChecks
from transforms.tables.law.listing import BAN
from transforms.tables.law.publicity import PUBLICITY

KINDS_ASKED = (
    "enterprise",
    "penalty",
    "decision",
    "commitment",
    "rectification",
    "person_ban",
    "inspection",
    "sampling",
)


@dataclass(frozen=True)
class LegalLaw:
    """The law of publicity and repair, spot checks, the list and the steps of the office, bans; and the calendar.

    spot_checks, bans: None where the policy has no such law. absent: files of law/ that an office may leave out and
    that are not there; what they would answer is not answered.
    """

    publicity: PublicityLaw
    spot_checks: SpotChecks | None
    listing: ListLaw
    bans: Bans | None
    calendar: Calendar
    absent: tuple[str, ...] = ()


def computed(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The frame, worked out once."""
    return computed_all([frame])[0].lazy()


def computed_all(frames: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    """Each frame worked out, in memory.

    The engine that streams, of Polars 2.1, broke off twice over ten million records where it put the texts of these
    together, an index beyond its buffers, and could not be brought to do it again.
    """
    return pl.collect_all(frames, engine="in-memory")


@dataclass(frozen=True)
class Legal:
    """The state of the law on `as_of`; each part is worked out when it is asked for, from the parts before it.

    records: current versions by kind, those of KINDS_ASKED, of one enterprise or all.
    """

    records: Mapping[str, pl.LazyFrame]
    law: LegalLaw
    as_of: date

    @cached_property
    def register(self) -> Register:
        """What the register of decisions comes to: matters, steps, open terms, and LISTING."""
        records = ListRecords(*(self.records[kind] for kind in ("decision", "enterprise", "penalty")))
        made = register_of(records, self.law.listing, self.law.calendar, self.as_of)
        return replace(made, listings=computed(made.listings))

    @cached_property
    def publicity(self) -> pl.LazyFrame:
        """PUBLICITY."""
        return computed(publicity_of(self.assessed))

    @cached_property
    def assessed(self) -> Assessed:
        """What PUBLICITY and REPAIR both rest on: by system, with the days on which publicity would end by itself."""
        systems = assessed(self.records["penalty"], self.records["enterprise"], self._day)
        frames = computed_all([frame for _, frame in systems])
        return [(system, frame.lazy()) for (system, _), frame in zip(systems, frames, strict=True)]

    @property
    def _day(self) -> LegalDay:
        return LegalDay(self.law.publicity, self.law.calendar, self.as_of, self.register)

    @cached_property
    def spot_checks(self) -> pl.LazyFrame:
        """PUBLICITY of bad results of spot checks that are public; none where there is no law of them."""
        if self.law.spot_checks is None:
            return PUBLICITY.empty().lazy()
        known = SpotRecords(
            self.records["inspection"],
            self.records["sampling"],
            self.records["penalty"],
            self.records["enterprise"],
            self.publicity,
            self.register.listings,
        )
        return computed(spot_checks(known, self.law.spot_checks, self.law.calendar, self.as_of))

    @cached_property
    def bans(self) -> pl.LazyFrame:
        """BAN: persons and firms barred from the trade; none where there is no law of bans."""
        if self.law.bans is None:
            return BAN.empty().lazy()
        given = (self.records["person_ban"], self.records["penalty"])
        return computed(bans(*given, self.law.bans, self.law.listing.serious, self.as_of))

    @cached_property
    def repair(self) -> pl.LazyFrame:
        """REPAIR."""
        kinds = ("penalty", "enterprise", "commitment", "rectification")
        known = Records(*(self.records[kind] for kind in kinds))
        return computed(repair_of(known, self.assessed, self._day))

    @cached_property
    def steps(self) -> pl.LazyFrame:
        """STEP_TABLE: the steps of the register, with what a person must look at."""
        given = (self.records["decision"], self.records["penalty"], self.repair)
        return computed(steps_with_notes(self.register, *given))

    @cached_property
    def releases(self) -> pl.LazyFrame:
        """What repairs and removals release for a rating."""
        return computed(releases(self.register, self.records["penalty"], self.law.publicity))
