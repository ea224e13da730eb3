"""The publicity of penalties (行政处罚公示): published or not and why, by when, until when, in every system."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl

from transforms.law.calendar import EARLIEST, LATEST, Calendar
from transforms.law.classes import FOR_EVER, with_class
from transforms.law.clock import with_clock, with_terms
from transforms.law.cuts import cut_short
from transforms.law.effects import has_revocations, with_effects
from transforms.law.ends import Ends, outcome_column
from transforms.law.facts import with_facts
from transforms.law.register import Register
from transforms.law.state import with_state
from transforms.policy.law_publicity import Publicity, PublicityLaw, Transition
from transforms.tables.law.publicity import CONFIDENCES, PUBLICITY
from transforms.tables.shape import DAY, TEXT

_OTHER: dict[Transition, Transition] = {"display": "decision", "decision": "display"}


class LegalDay(NamedTuple):
    """A day and what holds on it: the law, working days, and what the register of decisions says by then."""

    law: PublicityLaw
    calendar: Calendar
    as_of: date
    register: Register | None = None


Assessed = list[tuple[Publicity, pl.LazyFrame]]


def publicity(  # noqa: PLR0913, PLR0917 - records, the law and its calendar, the day, the register: all are needed
    penalties: pl.LazyFrame,
    enterprises: pl.LazyFrame,
    law: PublicityLaw,
    calendar: Calendar,
    as_of: date,
    register: Register | None = None,
) -> pl.LazyFrame:
    """A row per penalty decided by `as_of` and system, in the columns of PUBLICITY, sorted by its key.

    penalties, enterprises: current versions of those records. register: what the register of decisions says on
    `as_of`; without it no repair counts. Dates do not depend on `as_of` otherwise; the state, the regime shown and
    what was never to be shown do. What the policy or the calendar cannot tell is empty, with the reason in `gap`;
    `duties.unanswered` says where that matters.
    """
    return publicity_of(assessed(penalties, enterprises, LegalDay(law, calendar, as_of, register)))


def publicity_of(systems: Assessed) -> pl.LazyFrame:
    """As `publicity`, of penalties that were assessed already."""
    frames = [frame.select(list(PUBLICITY.schema)) for _, frame in systems]
    return pl.concat([PUBLICITY.empty().lazy(), *frames]).sort(PUBLICITY.key)


def assessed(penalties: pl.LazyFrame, enterprises: pl.LazyFrame, day: LegalDay) -> Assessed:
    """By system: the rows of `publicity` with the penalty's own columns, facts, and the outcomes of every regime."""
    facts = with_facts(penalties.filter(pl.col("decided_on") <= day.as_of), enterprises)
    return [(system, _in_system(facts, system, day)) for system in day.law.systems]


def _in_system(facts: pl.LazyFrame, system: Publicity, day: LegalDay) -> pl.LazyFrame:
    repair = day.law.repair_of(system.system)
    frame = with_effects(facts, repair, day.register, day.calendar)
    if has_revocations(day.register):
        frame = _without_vain_restarts(frame, system, day)
    frame = _with_periods(frame, system, day)
    frame = _with_class_shown(frame, system, day.calendar, day.as_of)
    frame = _without_duties(cut_short(frame, system, repair, day.as_of))
    return with_state(frame, system, day.calendar, day.as_of)


def _with_periods(frame: pl.LazyFrame, system: Publicity, day: LegalDay) -> pl.LazyFrame:
    frame = with_clock(with_terms(frame, system, day.calendar), system)
    for position, regime in enumerate(system.regimes):
        frame = with_class(frame, regime, day.law.low_fines, outcome_column(position))
    return _with_ends(frame, system, day.calendar)


def _without_vain_restarts(frame: pl.LazyFrame, system: Publicity, day: LegalDay) -> pl.LazyFrame:
    """A revoked repair brings back what was on display before it: what was over by then begins no new period."""
    alone = _with_periods(frame.with_columns(restarted_on=pl.lit(None, dtype=DAY)), system, day)
    was_over = alone.filter(pl.col("natural_stop_on") <= pl.col("granted_on")).select(
        "record_id", was_over=pl.lit(True)
    )
    restarted = pl.when(pl.col("was_over").is_null()).then("restarted_on")
    joined = frame.join(was_over, on="record_id", how="left", maintain_order="left")
    return joined.with_columns(restarted_on=restarted).drop("was_over")


def _with_ends(frame: pl.LazyFrame, system: Publicity, calendar: Calendar) -> pl.LazyFrame:
    """The days off display under the conventions in force, at the earliest, at the latest, by the other transition."""
    ends, chosen = Ends(system.regimes, calendar), transition_of(system)
    is_missing = ends.is_over_regimes("is_missing", chosen) & ends.at_decision("is_shown")
    stops = {
        "stop_on": ends.stop_on(calendar.convention, chosen),
        "stop_earliest_on": ends.stop_on(EARLIEST, chosen),
        "stop_latest_on": ends.stop_on(LATEST, chosen),
        "stop_other_transition_on": ends.stop_on(calendar.convention, _OTHER[chosen]),
    }
    known = {name: pl.when(~pl.col("is_missing")).then(stop) for name, stop in stops.items()}
    return (
        frame.with_columns(is_public=ends.at_decision("is_shown"), is_missing=is_missing.fill_null(False))
        .with_columns(**known)
        .with_columns(natural_stop_on=pl.col("stop_on"))
    )


def transition_of(system: Publicity) -> Transition:
    """Which regime governs what was on display when the rules changed."""
    return system.transition.on(system.regimes[0].from_) or "display"


def _without_duties(frame: pl.LazyFrame) -> pl.LazyFrame:
    """What is not to be published has no terms and no clock."""
    terms = ("push_by_on", "publish_by_on", "withdraw_by_on", "counts_from_on")
    return frame.with_columns(pl.when("is_public").then(term).alias(term) for term in terms)


def _with_class_shown(frame: pl.LazyFrame, system: Publicity, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """Class, reason, articles and last days by the regime that governs on `as_of`."""
    ends = Ends(system.regimes, calendar)
    frame = frame.with_columns(_position=ends.governing(as_of, transition_of(system)))
    position, regimes = pl.col("_position"), range(len(system.regimes))
    known = ~pl.col("is_missing")
    names = ("class", "class_title", "regime", "reason", "basis", "confidence", "is_term_unstated", "is_unclear")
    shown = {name: pl.when(known).then(ends.pick(position, ends.fields(name))) for name in names}
    early = ends.pick(position, [ends.shortest_until(i) for i in regimes])
    rank = shown.pop("confidence").replace_strict(dict(enumerate(CONFIDENCES)), return_dtype=TEXT)
    return frame.with_columns(
        **shown,
        confidence=rank,
        last_day_on=ends.last_day(),
        shortest_until_on=pl.when(known & (early < FOR_EVER) & pl.col("restarted_on").is_null()).then(early),
        is_cut_by_regime=ends.is_cut_by_regime(),
        system=pl.lit(system.system),
        system_title=pl.lit(system.title),
    )
