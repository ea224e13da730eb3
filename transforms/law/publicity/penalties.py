"""Publicity of penalties (行政处罚公示): whether, by when and until when, in every publicity system."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl

from transforms.dates import day_after
from transforms.law.calendar.periods import PeriodEnds, dated_value, first_day_true, outcome_column, weakest_confidence
from transforms.law.calendar.working_days import EARLIEST, LATEST, Calendar, add_working_days
from transforms.law.matters.decision_log import DecisionLog
from transforms.law.matters.procedure import ReplayedMatters, owner_key, stays_of_execution
from transforms.law.publicity.penalty_facts import FOR_EVER, with_class, with_penalty_facts
from transforms.policy_model.dated_values import Dated
from transforms.policy_model.law_publicity import PublicityLaw, PublicitySystem, TransitionalRule
from transforms.policy_model.law_repair import RepairLaw
from transforms.records.text import document_key
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT
from transforms.schemas.law import CONFIDENCES, PUBLICITY
from transforms.schemas.vocabularies import DECISION_TYPES

_OTHER: dict[TransitionalRule, TransitionalRule] = {"display": "decision", "decision": "display"}


class LawContext(NamedTuple):
    """A day and what holds on it: the law, working days, and what the register of decisions says by then."""

    law: PublicityLaw
    calendar: Calendar
    as_of: date
    register: DecisionLog | None = None


AssessedPenalties = list[tuple[PublicitySystem, pl.LazyFrame]]


def penalty_publicity(  # noqa: PLR0913, PLR0917 - records, the law and its calendar, the day, the register: all are needed
    penalties: pl.LazyFrame,
    enterprises: pl.LazyFrame,
    law: PublicityLaw,
    calendar: Calendar,
    as_of: date,
    register: DecisionLog | None = None,
) -> pl.LazyFrame:
    """A row per penalty decided by `as_of` and system, in the columns of PUBLICITY, sorted by its key.

    penalties, enterprises: current versions of those records. register: what the register of decisions says on
    `as_of`; without it no repair counts. Dates do not depend on `as_of` otherwise; the state, the regime shown and
    what was never to be shown do. What the policy or the calendar cannot tell is empty, with the reason in `gap`;
    `duties.unanswered` says where that matters.
    """
    return publicity_rows(assess_penalties(penalties, enterprises, LawContext(law, calendar, as_of, register)))


def publicity_rows(systems: AssessedPenalties) -> pl.LazyFrame:
    """As `publicity`, of penalties that were assessed already."""
    frames = [frame.select(list(PUBLICITY.schema)) for _, frame in systems]
    return pl.concat([PUBLICITY.empty().lazy(), *frames]).sort(PUBLICITY.key)


def assess_penalties(penalties: pl.LazyFrame, enterprises: pl.LazyFrame, day: LawContext) -> AssessedPenalties:
    """By system: the rows of `publicity` with the penalty's own columns, facts, and the outcomes of every regime."""
    facts = with_penalty_facts(penalties.filter(pl.col("decided_on") <= day.as_of), enterprises)
    return [(system, _in_system(facts, system, day)) for system in day.law.systems]


def _in_system(facts: pl.LazyFrame, system: PublicitySystem, day: LawContext) -> pl.LazyFrame:
    repair = day.law.repair_of(system.system)
    frame = with_decision_effects(facts, repair, day.register, day.calendar)
    if has_revocations(day.register):
        frame = _without_vain_restarts(frame, system, day)
    frame = _with_periods(frame, system, day)
    frame = _with_class_shown(frame, system, day.calendar, day.as_of)
    frame = _without_duties(with_early_ends(frame, system, repair, day.as_of))
    return with_publicity_state(frame, system, day.calendar, day.as_of)


def _with_periods(frame: pl.LazyFrame, system: PublicitySystem, day: LawContext) -> pl.LazyFrame:
    frame = with_period_start(with_publication_terms(frame, system, day.calendar), system)
    for position, regime in enumerate(system.regimes):
        frame = with_class(frame, regime, day.law.low_fines, outcome_column(position))
    return _with_ends(frame, system, day.calendar)


def _without_vain_restarts(frame: pl.LazyFrame, system: PublicitySystem, day: LawContext) -> pl.LazyFrame:
    """A revoked repair brings back what was on display before it: what was over by then begins no new period."""
    alone = _with_periods(frame.with_columns(restarted_on=pl.lit(None, dtype=DATE)), system, day)
    was_over = alone.filter(pl.col("natural_stop_on") <= pl.col("granted_on")).select(
        "record_id", was_over=pl.lit(True)
    )
    restarted = pl.when(pl.col("was_over").is_null()).then("restarted_on")
    joined = frame.join(was_over, on="record_id", how="left", maintain_order="left")
    return joined.with_columns(restarted_on=restarted).drop("was_over")


def _with_ends(frame: pl.LazyFrame, system: PublicitySystem, calendar: Calendar) -> pl.LazyFrame:
    """The days off display under the conventions in force, at the earliest, at the latest, by the other transition."""
    ends, chosen = PeriodEnds(system.regimes, calendar), transition_of(system)
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


def transition_of(system: PublicitySystem) -> TransitionalRule:
    """Which regime governs what was on display when the rules changed."""
    return system.transition.on(system.regimes[0].from_) or "display"


def _without_duties(frame: pl.LazyFrame) -> pl.LazyFrame:
    """What is not to be published has no terms and no clock."""
    terms = ("push_by_on", "publish_by_on", "withdraw_by_on", "counts_from_on")
    return frame.with_columns(pl.when("is_public").then(term).alias(term) for term in terms)


def _with_class_shown(frame: pl.LazyFrame, system: PublicitySystem, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """Class, reason, articles and last days by the regime that governs on `as_of`."""
    ends = PeriodEnds(system.regimes, calendar)
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


TEMPORARY_REPAIR = "temporary_repair"

_OPENS = ("end_temporary_repair", "repair")

_CARRIES = "carry_out"

_GRANTS, _REVOKES = "repair", "revoke_repair"

_KEY = ["owner", "number_key"]

_REMOVED = ("standing", "removed", "ended")

_DAYS = ("repaired_on", "granted_on", "restored_on", "hidden_on", "resumed_on", "taken_down_on", "take_down_by_on")

_OTHERS = ("repaired_elsewhere_on", "repair_push_by_on", "restarted_on")


def with_decision_effects(
    facts: pl.LazyFrame, law: RepairLaw | None, register: DecisionLog | None, calendar: Calendar
) -> pl.LazyFrame:
    """`facts` with the days of _DAYS and _OTHERS, left_on: when a listing that rests on the penalty was over, and
    stayed_on: since when its execution is stayed (停止执行)."""
    if law is None or register is None:
        nothing = (*_DAYS, *_OTHERS, "left_on", "stayed_on")
        return facts.with_columns(pl.lit(None, dtype=DATE).alias(day) for day in nothing)
    keyed = facts.with_columns(owner_key(), number_key=document_key(pl.col("decision_no")))
    own = repair_effects(register.followed, law.system)
    elsewhere = _elsewhere(register.followed, law)
    joined = keyed.join(own, on=_KEY, how="left").join(elsewhere, on=_KEY, how="left")
    joined = joined.join(_left(register.listings), on=_KEY, how="left")
    joined = joined.join(stays_of_execution(register.followed), on=_KEY, how="left").drop(_KEY)
    recognised = pl.when("is_recognised").then("repaired_elsewhere_on")
    restarts = dated_value(law.revocation_restarts, pl.col("restored_on"), BOOLEAN)
    return (
        joined.with_columns(repaired_on=pl.min_horizontal("repaired_on", recognised))
        .with_columns(repair_push_by_on=_push_by(law, calendar), restarted_on=pl.when(restarts).then("restored_on"))
        .drop("is_recognised")
    )


def repair_effects(followed: ReplayedMatters, system: str) -> pl.LazyFrame:
    """By owner and number_key of the penalty: what its matter has come to in `system`.

    repaired_on: a granted repair in force. granted_on: the last one granted. restored_on: one was revoked.
    hidden_on: a temporary repair runs; resumed_on: one was ended. taken_down_on: carried out; take_down_by_on: to be
    by then.
    """
    matters = followed.matters.filter(pl.col("matter") == "penalty", pl.col("system") == system)
    taken = followed.steps.filter(~pl.col("is_refused"))
    days = (_last(taken, _CARRIES, "taken_down_on"), _last(taken, _GRANTS, "granted_on"))
    of_matter = [_hidden(taken), *days, _take_down_by(followed.terms)]
    for part in of_matter:
        matters = matters.join(part, on="matter_id", how="left")
    is_done = pl.col("taken_down_on") >= pl.col("released_on")
    return (
        matters.with_columns(
            owner_key(), repaired_on="released_on", taken_down_on=pl.when(is_done).then("taken_down_on")
        )
        .group_by(owner="owner", number_key="target_key")
        .agg(pl.col(*_DAYS).max())
    )


def has_revocations(register: DecisionLog | None) -> bool:
    """Whether any repair was revoked."""
    if register is None:
        return False
    revoked = register.followed.steps.filter(~pl.col("is_refused"), pl.col("step") == _REVOKES)
    return not revoked.select("record_id").collect().is_empty()


def _hidden(taken: pl.LazyFrame) -> pl.LazyFrame:
    steps = taken.filter(pl.col("step").is_in([TEMPORARY_REPAIR, *_OPENS])).sort(*step_order())
    last = steps.group_by("matter_id", maintain_order=True).agg(pl.col("step").last(), pl.col("on").last())
    is_hidden = pl.col("step") == TEMPORARY_REPAIR
    is_ended = pl.col("step") == _OPENS[0]
    return last.select("matter_id", hidden_on=pl.when(is_hidden).then("on"), resumed_on=pl.when(is_ended).then("on"))


def step_order() -> tuple[pl.Expr, ...]:
    """What sorts steps as they were taken."""
    ranks = {step: place for place, step in enumerate(DECISION_TYPES)}
    rank = pl.col("step").replace_strict(ranks, return_dtype=INTEGER)
    return pl.col("on"), rank, pl.col("decision_no"), pl.col("record_id")


def _last(taken: pl.LazyFrame, step: str, name: str) -> pl.LazyFrame:
    return taken.filter(pl.col("step") == step).group_by("matter_id").agg(pl.col("on").max().alias(name))


def _take_down_by(terms: pl.LazyFrame) -> pl.LazyFrame:
    awaited = terms.filter(pl.col("awaited") == _CARRIES)
    return awaited.group_by("matter_id").agg(pl.col("by_on").max().alias("take_down_by_on"))


def _elsewhere(followed: ReplayedMatters, law: RepairLaw) -> pl.LazyFrame:
    """Repairs granted in other systems, and whether they count in this one."""
    matters = followed.matters.filter(pl.col("matter") == "penalty", pl.col("system") != law.system)
    granted = matters.filter(pl.col("released_on").is_not_null())
    return (
        granted.select(owner_key(), "system", number_key="target_key", repaired_elsewhere_on="released_on")
        .with_columns(is_recognised=_recognised(law))
        .sort("repaired_elsewhere_on", "system")
        .group_by("owner", "number_key", maintain_order=True)
        .agg(pl.col("repaired_elsewhere_on").first(), pl.col("is_recognised").first())
    )


def _recognised(law: RepairLaw) -> pl.Expr:
    is_recognised: pl.Expr = pl.lit(False)
    for start, systems in sorted(law.recognises.values.items(), key=lambda one: one[0]):
        told = pl.col("system").is_in(list(systems or ()))
        is_recognised = pl.when(pl.col("repaired_elsewhere_on") >= start).then(told).otherwise(is_recognised)
    return is_recognised


def _left(listings: pl.LazyFrame) -> pl.LazyFrame:
    """By owner and number_key of the penalty: the first day off the list, past or foreseen, of what rested on it.

    A listing that was revoked was never removed: it ends nothing else.
    """
    ended = listings.filter(pl.col("state").is_in(_REMOVED))
    keyed = ended.select(owner="enterprise_id", number_key=document_key(pl.col("target")), left_on="stop_on")
    return keyed.drop_nulls().group_by("owner", "number_key").agg(pl.col("left_on").max())


def _push_by(law: RepairLaw, calendar: Calendar) -> pl.Expr:
    """Last day to push a granted repair to the party's province."""
    days = dated_value(law.push_working_days, pl.col("repaired_on"), INTEGER)
    by = add_working_days(pl.col("repaired_on"), days, calendar)
    return pl.when("is_other_province").then(by)


_NO_DAY_clock = pl.lit(None, dtype=DATE)


def with_publication_terms(facts: pl.LazyFrame, system: PublicitySystem, calendar: Calendar) -> pl.LazyFrame:
    """Terms in working days: push and publish from the decision, withdraw from the annulment."""
    decided = pl.col("decided_on")
    direct = add_working_days(decided, _on(system.publish_working_days), calendar)
    pushed = add_working_days(decided, _on(system.push_working_days), calendar)
    received = add_working_days(pl.col("push_by_on"), _on(system.receive_working_days), calendar)
    is_pushed = pl.lit(system.push_working_days is not None) & pl.col("is_other_province")
    return (
        facts.with_columns(push_by_on=pl.when(is_pushed).then(pushed))
        .with_columns(
            publish_by_on=pl.when(is_pushed).then(received).otherwise(direct),
            withdraw_by_on=add_working_days(pl.col("annulled_on"), _on(system.withdraw_working_days), calendar),
        )
        .with_columns(_source(system.publish_working_days, "publish"))
        .with_columns(_source(system.withdraw_working_days, "withdraw"))
    )


def _on(dated: Dated[int] | None) -> pl.Expr:
    return dated_value(dated, pl.col("decided_on"), INTEGER)


def _source(dated: Dated[int] | None, name: str) -> list[pl.Expr]:
    basis = pl.lit(dated.basis if dated else None, dtype=TEXT).alias(f"{name}_basis")
    return [basis, pl.lit(dated.confidence if dated else None, dtype=TEXT).alias(f"{name}_confidence")]


def with_period_start(frame: pl.LazyFrame, system: PublicitySystem) -> pl.LazyFrame:
    """counts_from_on, is_publication_unstated, term_on: where periods begin, and where a restriction ends.

    What was not published, as far as the record says, has no period yet where the law counts from the publication.

    A revoked repair begins the period anew (`restarted_on`); that it was off display before says nothing then.
    """
    is_lifelong = pl.sql_expr(system.lifelong_when).fill_null(False)
    published = pl.col(system.published_column) if system.published_column else _NO_DAY_clock
    withdrawn = pl.col(system.withdrawn_column) if system.withdrawn_column else _NO_DAY_clock
    back = pl.max_horizontal("restored_on", "resumed_on")
    start = system.regimes[0].from_
    days = {"publish_by": pl.col("publish_by_on"), "decision": pl.col("decided_on")}
    assumed = days.get(system.unstated_publication.on(start) or "none", _NO_DAY_clock)
    is_by_publication = system.counts_from.on(start) == "publication"
    begun = pl.coalesce("published_on", assumed) if is_by_publication else pl.col("decided_on")
    unstated = pl.lit(is_by_publication) & pl.coalesce("restarted_on", published).is_null()
    return frame.with_columns(
        published_on=published, unpublished_on=pl.when((withdrawn >= back).fill_null(True)).then(withdrawn)
    ).with_columns(
        counts_from_on=pl.coalesce("restarted_on", begun),
        is_publication_unstated=unstated,
        term_on=pl.when(is_lifelong).then(pl.lit(FOR_EVER)).otherwise(pl.col("valid_until_on")),
    )


_NO_DAY_cuts, _NO_TEXT = pl.lit(None, dtype=DATE), pl.lit(None, dtype=TEXT)

_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on")


def with_early_ends(frame: pl.LazyFrame, system: PublicitySystem, law: RepairLaw | None, as_of: date) -> pl.LazyFrame:
    """`frame` with the ends that an annulment, a repair, the end of a listing or a deregistration brings.

    Adds cut_cause (empty where the period itself ends it), delisted_on, deregistration_on, and is_gone: a party that
    the register has as deregistered without a day is gone, nobody knows since when, where that ends publicity.
    """
    causes = {
        "annulled": pl.col("annulled_on"),
        "repaired": pl.col("repaired_on"),
        "delisted": pl.col("delisted_on"),
        "deregistered": pl.col("deregistration_on"),
    }
    cut = pl.min_horizontal(*causes.values())
    is_cut = (cut <= pl.coalesce("stop_on", pl.lit(FOR_EVER))).fill_null(False)
    why = pl.coalesce(*(pl.when(is_cut & (day == cut)).then(pl.lit(cause)) for cause, day in causes.items()), _NO_TEXT)
    latest = pl.col("stop_latest_on")
    gone = first_day_true(system.deregistration_ends, pl.col("deregistered_on"))
    is_ended_by_it = as_of >= min(system.deregistration_ends.values) and bool(system.deregistration_ends.on(as_of))
    return frame.with_columns(
        deregistration_on=pl.when(~pl.col("is_person")).then(gone),
        is_gone=~pl.col("is_person") & pl.col("is_gone_undated") & pl.lit(is_ended_by_it),
        delisted_on=_delisting_day(system, law),
    ).with_columns(
        *(pl.min_horizontal(stop, cut).alias(stop) for stop in _STOPS if stop != "stop_latest_on"),
        # Where the calendar does not reach, the latest day is unknown, unless the publicity is cut short before.
        stop_latest_on=pl.when(is_cut).then(pl.min_horizontal(latest, cut)).otherwise(latest),
        cut_cause=why,
    )


def _delisting_day(system: PublicitySystem, law: RepairLaw | None) -> pl.Expr:
    """The day on which the end of the listing that rests on the penalty takes it off display too; null for none.

    A penalty that may never end early, by the regime of that day, keeps its own period; a restriction its term.
    """
    left = pl.col("left_on")
    if law is None:
        return _NO_DAY_cuts
    early, term = (_governing(system, name) for name in ("early_on", "term_end_on"))
    with_term = pl.max_horizontal(left, day_after(pl.when(term < FOR_EVER).then(term)))
    kept = pl.when((early < FOR_EVER) & pl.col("restarted_on").is_null()).then(with_term)
    rule = dated_value(law.listing_removal_ends, left, TEXT)
    return pl.when(rule == "all").then(left).when(rule == "unless_never_early").then(kept)


def _governing(system: PublicitySystem, name: str) -> pl.Expr:
    """That field of the outcome under the regime in force when the listing was over."""
    value = _NO_DAY_cuts
    for position, regime in enumerate(system.regimes):
        field = pl.col(outcome_column(position)).struct.field(name)
        value = pl.when(pl.col("left_on") >= regime.from_).then(field).otherwise(value)
    return value


_VOID = ("withdrawn", "to_withdraw", "annulled")

# Off display, and not because its period was over.
_CUT = (*_VOID, "repaired", "delisted", "deregistered", "taken_off")


def with_publicity_state(frame: pl.LazyFrame, system: PublicitySystem, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """`frame` with state, stop_cause, gap, notes and how sure its days are; FOR_EVER becomes an empty day.

    What is off display before its time has no last day of a period any more, what is void no shortest one, and what was
    never on display nothing to be withdrawn by.
    """
    frame = frame.with_columns(gap=_gap(as_of), stayed_on=first_day_true(system.stay_hides, pl.col("stayed_on")))
    frame = frame.with_columns(state=_state(system, calendar, as_of), notes=_notes(as_of))
    ended = pl.when(pl.col("is_cut_by_regime")).then(pl.lit("regime")).otherwise(pl.lit("period"))
    doubts = (
        (pl.col("is_public") & (pl.col("stop_on") != pl.col("stop_other_transition_on")), system.transition.confidence),
        (pl.col("notes").list.contains("publication_assumed"), system.unstated_publication.confidence),
    )
    has_end = pl.col("stop_on") < FOR_EVER
    is_gone = pl.col("is_gone") & (pl.col("state") == "deregistered")
    return frame.with_columns(
        *(pl.when(~is_gone & (pl.col(stop) < FOR_EVER)).then(pl.col(stop)).alias(stop) for stop in _STOPS),
        confidence=weakest_confidence(pl.col("confidence"), *doubts),
        last_day_on=pl.when(~pl.col("state").is_in(_CUT)).then("last_day_on"),
        shortest_until_on=pl.when(~pl.col("state").is_in(_VOID)).then("shortest_until_on"),
        withdraw_by_on=pl.when(pl.col("state") != "annulled").then("withdraw_by_on"),
        stop_cause=pl.when(is_gone)
        .then(pl.lit("deregistered"))
        .otherwise(pl.coalesce("cut_cause", pl.when(has_end).then(ended))),
    )


def _gap(as_of: date) -> pl.Expr:
    """What the policy must say before the end can be known; nothing where the publicity is over whatever it says."""
    is_over = (pl.col("stop_on") <= as_of).fill_null(False)
    is_endless = pl.col("stop_on").is_null() & pl.col("counts_from_on").is_not_null()
    no_term = pl.col("publish_by_on").is_null() | (is_endless & pl.col("is_public"))
    missing = pl.when(pl.col("is_missing")).then(pl.lit("low_fine"))
    gap = missing.when(pl.col("is_public") & no_term).then(pl.lit("calendar"))
    return pl.when(~is_over).then(gap.otherwise(pl.lit(None, dtype=TEXT)))


def _state(system: PublicitySystem, calendar: Calendar, as_of: date) -> pl.Expr:
    is_off = pl.col("unpublished_on") <= as_of
    is_down = is_off | (pl.col("taken_down_on") <= as_of) | (_went_by_itself() <= pl.col("annulled_on"))
    is_never_shown = pl.lit(system.published_column is not None) & pl.col("published_on").is_null()
    is_published = pl.col("published_on") <= as_of
    if system.published_column is None:  # nothing says when: taken as done on its last day
        is_published = pl.col("publish_by_on") < as_of
    # A term beyond the calendar is still to come as long as the calendar knows today.
    is_in_term = (pl.col("publish_by_on") >= as_of).fill_null(as_of <= calendar.last_on)
    is_natural_end = pl.col("natural_stop_on") <= as_of
    steps: list[tuple[pl.Expr, str]] = [
        (pl.col("is_public").is_null(), "uncovered"),
        (~pl.col("is_public"), "unpublished"),
        (is_natural_end, "ended"),
        (_is_annulled(as_of) & is_never_shown, "annulled"),
        (_is_annulled(as_of) & (is_down.fill_null(False) | pl.lit(system.withdrawn_column is None)), "withdrawn"),
        (_is_annulled(as_of), "to_withdraw"),
        (pl.col("repaired_on") <= as_of, "repaired"),
        (pl.col("delisted_on") <= as_of, "delisted"),
        (pl.col("is_gone") | (pl.col("deregistration_on") <= as_of), "deregistered"),
        (is_off, "taken_off"),
        (pl.col("hidden_on") <= as_of, "hidden"),
        (pl.col("stayed_on") <= as_of, "stayed"),
        (pl.col("gap") == "low_fine", "unknown"),
        (is_published, "public"),
        (is_in_term, "awaiting"),
        (pl.col("publish_by_on").is_null(), "unknown"),
    ]
    return pl.coalesce(*(pl.when(test).then(pl.lit(state)) for test, state in steps), pl.lit("overdue"))


def _went_by_itself() -> pl.Expr:
    """First day off display that nobody had to bring about."""
    return pl.min_horizontal("delisted_on", "deregistration_on")


def _is_annulled(as_of: date) -> pl.Expr:
    """Annulled by `as_of`; also where the day is not stated."""
    return pl.col("is_annulled") & (pl.col("annulled_on") <= as_of).fill_null(True)


def _notes(as_of: date) -> pl.Expr:
    is_public, stop = pl.col("is_public").fill_null(False), pl.col("stop_on")
    is_unstated, is_firm = pl.col("is_publication_unstated"), ~pl.col("is_person")
    is_deregistered = is_firm & ((pl.col("deregistered_on") <= as_of) | pl.col("is_gone_undated"))
    is_ended_by_it = pl.col("is_gone") | pl.col("deregistration_on").is_not_null()
    tests = {
        "publication_assumed": is_public & is_unstated & pl.col("counts_from_on").is_not_null(),
        "not_begun": is_public & is_unstated & pl.col("counts_from_on").is_null(),
        "receipt_assumed": is_public & pl.col("push_by_on").is_not_null() & pl.col("published_on").is_null(),
        "term_unstated": is_public & pl.col("is_term_unstated"),
        "low_fine_unclear": pl.col("is_unclear"),
        "transition": is_public & (stop != pl.col("stop_other_transition_on")),
        "restored": is_public & pl.col("restarted_on").is_not_null(),
        "repaired_elsewhere": is_public & pl.col("repaired_on").is_null() & (pl.col("repaired_elsewhere_on") <= as_of),
        "delisting": is_public & (pl.col("left_on") <= as_of) & ~(pl.col("natural_stop_on") <= pl.col("left_on")),
        "deregistration_unsettled": is_public & is_deregistered & ~is_ended_by_it,
        "deregistered_on_unstated": is_public & is_firm & pl.col("is_gone_undated"),
        "revoked_on_unstated": pl.col("is_annulled") & pl.col("annulled_on").is_null(),
    }
    is_up = (pl.col("published_on") <= as_of) & ~(pl.col("unpublished_on") <= as_of).fill_null(False)
    tests["published_unduly"] = ~pl.col("is_public") & is_up
    told = [pl.when(test.fill_null(False)).then(pl.lit(code)) for code, test in tests.items()]
    return pl.concat_list(told).list.drop_nulls()
