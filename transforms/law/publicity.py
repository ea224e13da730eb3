"""The publicity of penalties (行政处罚公示): published or not and why, by when, until when, in every system."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.calendar import EARLIEST, LATEST, Calendar, working_days_later
from transforms.law.classes import FOR_EVER, with_class
from transforms.law.ends import Ends, outcome_column
from transforms.law.facts import with_facts
from transforms.law.state import with_state
from transforms.law.words import CONFIDENCES, PUBLICITY
from transforms.policy.dated import Dated
from transforms.policy.law_publicity import LowFines, Publicity, PublicityLaw, Transition
from transforms.tables.shape import COUNT, DAY, TEXT

_OTHER: dict[Transition, Transition] = {"display": "decision", "decision": "display"}
_NO_DAY, _NO_TEXT = pl.lit(None, dtype=DAY), pl.lit(None, dtype=TEXT)


def publicity(
    penalties: pl.LazyFrame, enterprises: pl.LazyFrame, law: PublicityLaw, calendar: Calendar, as_of: date
) -> pl.LazyFrame:
    """A row per penalty decided by `as_of` and system, in the columns of PUBLICITY, sorted by its key.

    penalties, enterprises: current versions of those records. Dates do not depend on `as_of`; the state, the
    regime shown and what was never to be shown do. What the policy or the calendar cannot tell is empty, with the
    reason in `gap`; `duties.unanswered` says where that matters.
    """
    facts = with_facts(penalties.filter(pl.col("decided_on") <= as_of), enterprises)
    systems = [_in_system(facts, system, law.low_fines, calendar, as_of) for system in law.systems]
    return pl.concat(systems).sort(PUBLICITY.key)


def _in_system(
    facts: pl.LazyFrame, system: Publicity, low_fines: LowFines, calendar: Calendar, as_of: date
) -> pl.LazyFrame:
    frame = _with_clock(_with_terms(facts, system, calendar), system)
    for position, regime in enumerate(system.regimes):
        frame = with_class(frame, regime, low_fines, outcome_column(position))
    frame = _with_ends(frame, system, calendar)
    frame = _with_class_shown(frame, system, calendar, as_of)
    frame = _without_duties(_cut_short(frame, system))
    return with_state(frame, system, calendar, as_of).select(list(PUBLICITY.schema))


def _with_terms(facts: pl.LazyFrame, system: Publicity, calendar: Calendar) -> pl.LazyFrame:
    """Terms in working days: push and publish from the decision, withdraw from the annulment."""
    decided = pl.col("decided_on")
    direct = working_days_later(decided, _on(system.publish_working_days), calendar)
    pushed = working_days_later(decided, _on(system.push_working_days), calendar)
    received = working_days_later(pl.col("push_by_on"), _on(system.receive_working_days), calendar)
    is_pushed = pl.lit(system.push_working_days is not None) & pl.col("is_other_province")
    return (
        facts.with_columns(push_by_on=pl.when(is_pushed).then(pushed))
        .with_columns(
            publish_by_on=pl.when(is_pushed).then(received).otherwise(direct),
            withdraw_by_on=working_days_later(pl.col("annulled_on"), _on(system.withdraw_working_days), calendar),
        )
        .with_columns(_source(system.publish_working_days, "publish"))
        .with_columns(_source(system.withdraw_working_days, "withdraw"))
    )


def _on(dated: Dated[int] | None) -> pl.Expr:
    """The value in force on the day of the decision; null before the first."""
    value: pl.Expr = pl.lit(None, dtype=COUNT)
    for start, number in sorted(dated.values.items()) if dated else ():
        value = pl.when(pl.col("decided_on") >= start).then(pl.lit(number, dtype=COUNT)).otherwise(value)
    return value


def _source(dated: Dated[int] | None, name: str) -> list[pl.Expr]:
    basis = pl.lit(dated.basis if dated else None, dtype=TEXT).alias(f"{name}_basis")
    return [basis, pl.lit(dated.confidence if dated else None, dtype=TEXT).alias(f"{name}_confidence")]


def _with_clock(frame: pl.LazyFrame, system: Publicity) -> pl.LazyFrame:
    """counts_from_on, is_publication_assumed, term_on: where periods begin, and where a restriction ends."""
    is_lifelong = pl.sql_expr(system.lifelong_when).fill_null(False)
    published = pl.col(system.published_column) if system.published_column else _NO_DAY
    withdrawn = pl.col(system.withdrawn_column) if system.withdrawn_column else _NO_DAY
    assumed, start = pl.col("decided_on"), system.regimes[0].from_
    if system.unstated_publication.on(start) == "publish_by":
        assumed = pl.col("publish_by_on")
    is_by_publication = system.counts_from.on(start) == "publication"
    return frame.with_columns(published_on=published, unpublished_on=withdrawn).with_columns(
        counts_from_on=pl.coalesce("published_on", assumed) if is_by_publication else pl.col("decided_on"),
        is_publication_assumed=pl.lit(is_by_publication) & pl.col("published_on").is_null(),
        term_on=pl.when(is_lifelong).then(pl.lit(FOR_EVER)).otherwise(pl.col("valid_until_on")),
    )


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
        shortest_until_on=pl.when(known & (early < FOR_EVER)).then(early),
        is_cut_by_regime=ends.is_cut_by_regime(),
        system=pl.lit(system.system),
        system_title=pl.lit(system.title),
    )


def _cut_short(frame: pl.LazyFrame, system: Publicity) -> pl.LazyFrame:
    """What ends publicity before its time: an annulment, or a deregistration where the law of the day says so."""
    gone = pl.when(~pl.col("is_person")).then(_deregistration_day(system))
    cut = pl.min_horizontal("annulled_on", gone)
    stops = ("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on")
    is_cut = (cut <= pl.coalesce("stop_on", pl.lit(FOR_EVER))).fill_null(False)
    is_annulled = is_cut & (pl.col("annulled_on") == cut)
    why = pl.when(is_annulled).then(pl.lit("annulled")).when(is_cut).then(pl.lit("deregistered"))
    return frame.with_columns(
        *(pl.min_horizontal(stop, cut).alias(stop) for stop in stops if stop != "stop_latest_on"),
        # Where the calendar does not reach, the latest day is unknown, unless the publicity is cut short before.
        stop_latest_on=pl.when(is_cut).then(pl.min_horizontal("stop_latest_on", cut)).otherwise("stop_latest_on"),
        cut_cause=why.otherwise(_NO_TEXT),
        deregistration_on=gone,
    )


def _deregistration_day(system: Publicity) -> pl.Expr:
    """The first day from the deregistration on whose law ends publicity; null where none does."""
    rules = sorted(system.deregistration_ends.values.items())
    day: pl.Expr = _NO_DAY
    for (start, is_ending), follower in reversed(list(zip(rules, [*rules[1:], None], strict=True))):
        if is_ending:
            candidate = pl.max_horizontal("deregistered_on", pl.lit(start))
            is_before = pl.lit(True) if follower is None else candidate < follower[0]
            gone = pl.col("deregistered_on").is_not_null()
            day = pl.when(gone & is_before).then(candidate).otherwise(day)
    return day
