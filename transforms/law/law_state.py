"""Everything the law makes of the records on a day, each part computed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from transforms.law.calendar.working_days import Calendar
from transforms.law.listing.candidates import candidates
from transforms.law.listing.listings import ListingPolicy, ListingRecords
from transforms.law.listing.restrictions import bans
from transforms.law.matters.decision_log import DecisionLog, build_decision_log, steps_with_notes
from transforms.law.matters.external_lists import ListCoverage, list_coverage
from transforms.law.matters.findings import BarRecords, FindingRecords, bars_of_persons, findings
from transforms.law.matters.pushes import PushRecords
from transforms.law.publicity.penalties import AssessedPenalties, LawContext, assess_penalties, publicity_rows
from transforms.law.publicity.spot_checks import SpotCheckRecords, spot_check_publicity
from transforms.law.repair.applications import applications, falsehoods, releases
from transforms.law.repair.conditions import RepairRecords
from transforms.law.repair.eligibility import repair_eligibility
from transforms.policy_model.law import (
    BanLaw,
    CaseLaw,
    ExternalListLaw,
    FindingLaw,
    LicenceLaw,
    MeasureLaw,
    PublicityLaw,
    PushLaw,
    SpotCheckLaw,
)
from transforms.schemas.law import BAN, FINDING, PERSON_BAR, PUBLICITY

LAW_RECORD_KINDS = (
    "enterprise",
    "penalty",
    "decision",
    "commitment",
    "rectification",
    "person_ban",
    "inspection",
    "sampling",
    "licence",
    "post",
    "external_listing",
    "list_delivery",
    "push",
    "case",
    "case_transfer",
    "complaint",
)


@dataclass(frozen=True)
class LawPolicy:
    """The law of publicity and repair, spot checks, the list and its procedure, bans, licences, lists, cases.

    spot_checks, bans, licences, measures, findings, cases, external_lists, pushes: None where the policy has no such
    law. absent: the optional files of law/ that are missing; what they would answer is not answered.
    """

    publicity: PublicityLaw
    spot_checks: SpotCheckLaw | None
    listing: ListingPolicy
    bans: BanLaw | None
    calendar: Calendar
    licences: LicenceLaw | None = None
    measures: MeasureLaw | None = None
    findings: FindingLaw | None = None
    cases: CaseLaw | None = None
    absent: tuple[str, ...] = ()
    external_lists: ExternalListLaw | None = None
    pushes: PushLaw | None = None

    @property
    def shared_kinds(self) -> tuple[str, ...]:
        """Kinds of record that name no party, and from which the legal state of every enterprise may follow."""
        return ("list_delivery",) if self.external_lists and self.external_lists.whole else ()


@dataclass(frozen=True)
class LawState:
    """What the law makes of `records` on `as_of`. Each part is computed at its first use, from the parts it rests on.

    records: current versions by kind, of the kinds LAW_RECORD_KINDS, of one enterprise or of all. find_bars: gives
    PERSON_BAR of all enterprises on `as_of`, where `records` are not of all.
    """

    records: Mapping[str, pl.LazyFrame]
    law: LawPolicy
    as_of: date
    find_bars: Callable[[], pl.DataFrame] | None = None

    @cached_property
    def decision_log(self) -> DecisionLog:
        """The office's decisions: MATTER_TABLE, STEP_TABLE, TERM_TABLE and LISTING."""
        records = ListingRecords(*(self.records[kind] for kind in ("decision", "enterprise", "penalty")))
        return build_decision_log(records, self.law.listing, self.law.calendar, self.as_of)

    @property
    def _context(self) -> LawContext:
        return LawContext(self.law.publicity, self.law.calendar, self.as_of, self.decision_log, self.list_coverage)

    @cached_property
    def list_coverage(self) -> tuple[ListCoverage, ...]:
        """The lists of others that are known whole."""
        return list_coverage(self.records["list_delivery"], self.law.external_lists, self.as_of)

    @property
    def pushes(self) -> PushRecords:
        """What was pushed by the day, with the law of it."""
        return PushRecords(self.records["push"], self.law.pushes)

    @cached_property
    def assessed_penalties(self) -> AssessedPenalties:
        """The penalties by publicity system, with the days on which publicity would end by itself."""
        return assess_penalties(self.records["penalty"], self.records["enterprise"], self._context)

    @cached_property
    def publicity(self) -> pl.DataFrame:
        """PUBLICITY of penalties."""
        return publicity_rows(self.assessed_penalties)

    @cached_property
    def spot_checks(self) -> pl.DataFrame:
        """PUBLICITY of bad results of spot checks; empty where there is no law of them."""
        if self.law.spot_checks is None:
            return PUBLICITY.empty()
        records = SpotCheckRecords(
            inspections=self.records["inspection"],
            samplings=self.records["sampling"],
            penalties=self.records["penalty"],
            enterprises=self.records["enterprise"],
            publicity=self.publicity,
            listings=self.decision_log.listings,
        )
        return _computed(spot_check_publicity(records, self.law.spot_checks, self.law.calendar, self.as_of))

    @cached_property
    def bans(self) -> pl.DataFrame:
        """BAN; empty where there is no law of bans."""
        if self.law.bans is None:
            return BAN.empty()
        records = (self.records["person_ban"], self.records["penalty"])
        return _computed(bans(*records, self.law.bans, self.law.listing.serious, self.as_of))

    @cached_property
    def person_bars(self) -> pl.DataFrame:
        """PERSON_BAR of all enterprises."""
        if self.find_bars is not None:
            return self.find_bars()
        kinds = (self.records[kind] for kind in ("person_ban", "penalty", "post"))
        records = BarRecords(self.bans, self.decision_log.listings, *kinds)
        return _computed(bars_of_persons(records, self.law.bans, self.law.measures))

    @cached_property
    def findings(self) -> pl.DataFrame:
        """FINDING; empty where there is no law of findings."""
        if self.law.findings is None:
            return FINDING.empty()
        has_posts = not self.records["post"].head(1).collect().is_empty()
        records = FindingRecords(
            posts=self.records["post"],
            licences=self.records["licence"],
            enterprises=self.records["enterprise"],
            bars=self.person_bars if has_posts else PERSON_BAR.empty(),
            listings=self.decision_log.listings,
            bans=self.bans,
        )
        return _computed(findings(records, self.law.findings, self.as_of))

    @cached_property
    def candidates(self) -> pl.DataFrame:
        """CANDIDATE, newest first."""
        records = (self.records["penalty"], self.records["enterprise"])
        return _computed(candidates(*records, self.law.listing.serious, self.decision_log.matters, self.as_of))

    @cached_property
    def repair(self) -> pl.DataFrame:
        """REPAIR."""
        kinds = ("penalty", "enterprise", "commitment", "rectification", "external_listing")
        records = RepairRecords(*(self.records[kind] for kind in kinds))
        return _computed(repair_eligibility(records, self.assessed_penalties, self._context))

    @cached_property
    def applications(self) -> pl.DataFrame:
        """APPLICATION."""
        return _computed(applications(self.decision_log, self.records["decision"]))

    @cached_property
    def falsehoods(self) -> pl.DataFrame:
        """FALSEHOOD."""
        repairs, calendar = self.law.publicity.repairs, self.law.calendar
        return _computed(falsehoods(self.decision_log, self.records["decision"], repairs, calendar, self.as_of))

    @cached_property
    def steps(self) -> pl.DataFrame:
        """STEP_TABLE with the notes that a person must look at."""
        records = (self.records["decision"], self.records["penalty"])
        return _computed(steps_with_notes(self.decision_log, *records, self.repair))

    @cached_property
    def releases(self) -> pl.DataFrame:
        """RELEASES: what repairs and removals release for a rating."""
        return _computed(releases(self.decision_log, self.records["penalty"], self.law.publicity))


def _computed(frame: pl.LazyFrame) -> pl.DataFrame:
    """Collected by the in-memory engine.

    The streaming engine of Polars 2.1 failed twice over ten million records where it concatenated the texts of these
    frames, with an index out of its buffers.
    """
    return frame.collect(engine="in-memory")
