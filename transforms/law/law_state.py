"""Everything the law makes of the records on a day, each part computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import polars as pl

from transforms.law.calendar.working_days import Calendar
from transforms.law.listing.listings import ListingPolicy, ListingRecords
from transforms.law.listing.restrictions import bans
from transforms.law.matters.decision_log import DecisionLog, build_decision_log, steps_with_notes
from transforms.law.publicity.penalties import AssessedPenalties, LawContext, assess_penalties, publicity_rows
from transforms.law.publicity.spot_checks import SpotCheckRecords, spot_check_publicity
from transforms.law.repair.applications import releases
from transforms.law.repair.conditions import RepairRecords
from transforms.law.repair.eligibility import eligibility_rows
from transforms.policy_model.law_listing import BanLaw
from transforms.policy_model.law_publicity import PublicityLaw, SpotCheckLaw
from transforms.schemas.law import BAN, PUBLICITY

LAW_RECORD_KINDS = (
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
class LawPolicy:
    """The law of publicity and repair, spot checks, the list and the steps of the office, bans; and the calendar.

    spot_checks, bans: None where the policy has no such law. absent: files of law/ that an office may leave out and
    that are not there; what they would answer is not answered.
    """

    publicity: PublicityLaw
    spot_checks: SpotCheckLaw | None
    listing: ListingPolicy
    bans: BanLaw | None
    calendar: Calendar
    absent: tuple[str, ...] = ()


def collected(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The frame, worked out once."""
    return collect_in_memory([frame])[0].lazy()


def collect_in_memory(frames: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    """Each frame worked out, in memory.

    The engine that streams, of Polars 2.1, broke off twice over ten million records where it put the texts of these
    together, an index beyond its buffers, and could not be brought to do it again.
    """
    return pl.collect_all(frames, engine="in-memory")


@dataclass(frozen=True)
class LawState:
    """The state of the law on `as_of`; each part is worked out when it is asked for, from the parts before it.

    records: current versions by kind, those of KINDS_ASKED, of one enterprise or all.
    """

    records: Mapping[str, pl.LazyFrame]
    law: LawPolicy
    as_of: date

    @cached_property
    def register(self) -> DecisionLog:
        """What the register of decisions comes to: matters, steps, open terms, and LISTING."""
        records = ListingRecords(*(self.records[kind] for kind in ("decision", "enterprise", "penalty")))
        made = build_decision_log(records, self.law.listing, self.law.calendar, self.as_of)
        return replace(made, listings=collected(made.listings))

    @cached_property
    def publicity(self) -> pl.LazyFrame:
        """PUBLICITY."""
        return collected(publicity_rows(self.assessed))

    @cached_property
    def assessed(self) -> AssessedPenalties:
        """What PUBLICITY and REPAIR both rest on: by system, with the days on which publicity would end by itself."""
        systems = assess_penalties(self.records["penalty"], self.records["enterprise"], self._day)
        frames = collect_in_memory([frame for _, frame in systems])
        return [(system, frame.lazy()) for (system, _), frame in zip(systems, frames, strict=True)]

    @property
    def _day(self) -> LawContext:
        return LawContext(self.law.publicity, self.law.calendar, self.as_of, self.register)

    @cached_property
    def spot_checks(self) -> pl.LazyFrame:
        """PUBLICITY of bad results of spot checks that are public; none where there is no law of them."""
        if self.law.spot_checks is None:
            return PUBLICITY.empty().lazy()
        known = SpotCheckRecords(
            self.records["inspection"],
            self.records["sampling"],
            self.records["penalty"],
            self.records["enterprise"],
            self.publicity,
            self.register.listings,
        )
        return collected(spot_check_publicity(known, self.law.spot_checks, self.law.calendar, self.as_of))

    @cached_property
    def bans(self) -> pl.LazyFrame:
        """BAN: persons and firms barred from the trade; none where there is no law of bans."""
        if self.law.bans is None:
            return BAN.empty().lazy()
        given = (self.records["person_ban"], self.records["penalty"])
        return collected(bans(*given, self.law.bans, self.law.listing.serious, self.as_of))

    @cached_property
    def repair(self) -> pl.LazyFrame:
        """REPAIR."""
        kinds = ("penalty", "enterprise", "commitment", "rectification")
        known = RepairRecords(*(self.records[kind] for kind in kinds))
        return collected(eligibility_rows(known, self.assessed, self._day))

    @cached_property
    def steps(self) -> pl.LazyFrame:
        """STEP_TABLE: the steps of the register, with what a person must look at."""
        given = (self.records["decision"], self.records["penalty"], self.repair)
        return collected(steps_with_notes(self.register, *given))

    @cached_property
    def releases(self) -> pl.LazyFrame:
        """What repairs and removals release for a rating."""
        return collected(releases(self.register, self.records["penalty"], self.law.publicity))
