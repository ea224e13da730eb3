"""Whether an early removal from the serious-violation list may be asked for: per system that knows of it."""

from __future__ import annotations

from datetime import date
from typing import Literal

import polars as pl

from transforms.law.by_day import value_on
from transforms.law.calendar import Calendar, Convention, effect_day, last_day
from transforms.law.classes import FOR_EVER
from transforms.law.effects import in_order
from transforms.law.facts import with_facts
from transforms.law.publicity import LegalDay
from transforms.law.repair.answers import Answer
from transforms.law.repair.evidence import Records, keyed, with_evidence, with_heavier
from transforms.law.repair.verdict import Question, Refusal, Segment, rank, with_verdict
from transforms.law.serious.standing import STANDING
from transforms.policy.law_repair import ListingRepairRegime, Repair
from transforms.records.text import document_key
from transforms.spans import end_of_span
from transforms.tables.law.listing import NOTES
from transforms.tables.shape import FLAG, TEXT
from transforms.tables.words import LISTING_STATES

CREDIT_CHINA = "credit_china"
_TAKES_OFF = ("remove", "revoke_listing")
_ENDED_THERE = "信用中国公示期满"
_OF_THE_OTHER_CLOCK = ["publication_assumed", "transition", "restarted"]
_UNKNOWN = "unknown"
_NEVER, _NO_TEXT = pl.lit(FOR_EVER), pl.lit(None, dtype=TEXT)


def listings_repair(records: Records, day: LegalDay) -> list[pl.LazyFrame]:
    """By system whose law speaks of listings: a row per listing, with the columns of REPAIR."""
    if day.register is None:
        return []
    laws = [law for law in day.law.repairs if law.listing]
    frame = _listings(day.register.listings, records, day)
    found = []
    for law in laws:
        shown = _on_credit_china(frame, day.as_of) if law.system == CREDIT_CHINA else frame
        known = with_evidence(shown, records, law, day).with_columns(
            system=pl.lit(law.system), system_title=pl.lit(law.title)
        )
        found.append(with_verdict(known, _question(law, day)))
    return found


def _on_credit_china(frame: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Listings as 信用中国 shows them, by its own clock, as LISTING has it; without what is said of the other clock."""
    is_over = (pl.col("credit_china_stop_on") <= as_of).fill_null(False)
    is_there = pl.col("state").is_in([STANDING, _UNKNOWN])
    return frame.with_columns(
        stop_on="credit_china_stop_on",
        state=pl.when(is_over & is_there).then(pl.lit("ended")).otherwise("state"),
        _ended_there_basis=pl.when(is_over & is_there).then("credit_china_basis"),
        _ended_there_confidence=pl.when(is_over & is_there).then("credit_china_confidence"),
        state_title=pl.when(is_over & is_there).then(pl.lit(_ENDED_THERE)).otherwise("state_title"),
        notes=pl.col("notes").list.eval(pl.element().filter(~pl.element().is_in(_OF_THE_OTHER_CLOCK))),
    ).with_columns(_over="state_title")


def _listings(listings: pl.LazyFrame, records: Records, day: LegalDay) -> pl.LazyFrame:
    """Listings under the names that conditions ask for, with the penalty they rest on."""
    facts = with_facts(records.penalties, records.enterprises)
    serious = day.law.serious
    heavier = serious.heavier_when.on(max(day.as_of, min(serious.heavier_when.values))) if serious else None
    named = listings.with_columns(
        matter=pl.lit("listing"),
        party_name="name",
        decided_on="listed_on",
        violation_type=_NO_TEXT,
        class_title=_NO_TEXT,
        state_title=pl.col("state").replace_strict(LISTING_STATES, return_dtype=TEXT),
        measure_until_on=pl.when("is_lifelong").then(_NEVER).otherwise("term_on"),
        is_measure_unstated=pl.col("notes").list.contains("term_unstated"),
        in_force_since_on=pl.when(pl.col("state") == "removed").then("left_on"),
        _ended_there_basis=_NO_TEXT,
        _ended_there_confidence=_NO_TEXT,
    ).with_columns(_over="state_title")
    ground = _grounds(facts, day.as_of)
    joined = keyed(named).with_columns(_ground=document_key(pl.col("target")))
    joined = joined.join(ground, on=["enterprise_id", "_ground"], how="left")
    joined = joined.join(_releases(day), on="matter_id", how="left")
    return with_heavier(joined, facts, heavier, day.as_of)


def _releases(day: LegalDay) -> pl.LazyFrame:
    """By matter: the article of the last step that took the listing off."""
    assert day.register is not None
    taken = day.register.followed.steps.filter(~pl.col("is_refused"), pl.col("step").is_in(_TAKES_OFF))
    last = taken.sort(*in_order()).group_by("matter_id", maintain_order=True)
    return last.agg(_release_basis=pl.col("basis").last())


def _grounds(facts: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """By enterprise and number: when the penalty's duties were performed and its harm removed."""
    known = facts.filter(pl.col("decided_on") <= as_of, pl.col("enterprise_id").is_not_null())
    keys = ["enterprise_id", "_ground"]
    days = pl.col("performed_on", "harm_removed_on")
    return (
        known.select("enterprise_id", "record_id", days, _ground=document_key(pl.col("decision_no")))
        .sort("record_id")
        .group_by(keys, maintain_order=True)
        .agg(days.first())
    )


def _question(law: Repair, day: LegalDay) -> Question:
    starts = [regime.from_ for regime in law.listing]
    ends = zip(law.listing, [*starts[1:], None], strict=True)
    return Question(
        segments=[_segment(regime, until, law, day.calendar) for regime, until in ends],
        transition=law.transition.on(law.penalty[0].from_) or "display",
        calendar=day.calendar,
        as_of=day.as_of,
        is_over=~pl.col("state").is_in([STANDING, _UNKNOWN]),
        over_basis=pl.coalesce("_ended_there_basis", _over(day, "basis")),
        over_confidence=pl.coalesce("_ended_there_confidence", _over(day, "confidence")),
        is_unknown=pl.col("state") == _UNKNOWN,
    )


def _over(day: LegalDay, part: Literal["basis", "confidence"]) -> pl.Expr:
    """By the state: the articles by which it left the list, or how sure they are."""
    serious, state = day.law.serious, pl.col("state")
    by_step = (
        pl.col("_release_basis")
        if part == "basis"
        else pl.when(pl.col("_release_basis").is_not_null()).then(pl.lit("C"))
    )
    gone = getattr(serious.deregistration_ends, part) if serious else None
    return pl.coalesce(
        pl.when(state.is_in(["removed", "revoked"])).then(by_step),
        pl.when(state == "annulled").then(f"revoke_{part}"),
        pl.when(state == "deregistered").then(pl.lit(gone, dtype=TEXT)),
        part,
    )


def _segment(regime: ListingRepairRegime, until: date | None, law: Repair, calendar: Calendar) -> Segment:
    def wait(convention: Convention) -> Answer:
        return _wait(regime, law, convention, calendar)

    restarts = law.revocation_restarts
    refusal = Refusal(
        pl.lit("never"), pl.lit("移出决定已被撤销，不得提前移出"), pl.lit(restarts.basis), rank(restarts.confidence)
    )
    return Segment(regime.from_, until, regime.title, regime.conditions, wait, refusal)


def _wait(regime: ListingRepairRegime, law: Repair, convention: Convention, calendar: Calendar) -> Answer:
    """Met once the least time on the list is over; after a revoked removal anew, or never where that is final."""
    by_publication = regime.counts_from == "publication"
    begun = pl.coalesce("published_on", "publish_by_on") if by_publication else pl.col("listed_on")
    restarts = value_on(law.revocation_restarts, pl.col("restored_on"), FLAG).fill_null(False)
    end = end_of_span(pl.when(restarts).then("restored_on").otherwise(begun), regime.at_least)
    over = effect_day(last_day(end, convention, calendar), convention)
    is_unstated = pl.lit(by_publication) & pl.col("published_on").is_null() & ~restarts
    evidence = pl.when(is_unstated).then(pl.lit(NOTES["publication_assumed"]))
    return Answer(pl.when(restarts & pl.col("is_final")).then(_NEVER).otherwise(over), ~is_unstated, evidence=evidence)
