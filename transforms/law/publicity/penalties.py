"""Publicity of penalties (行政处罚公示): whether, by when and until when, in every publicity system; and the published
rows.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl

from transforms.dates import day_after
from transforms.law.calendar.periods import (
    FOR_EVER,
    PeriodEnds,
    dated_value,
    first_day_true,
    outcome_column,
    weakest_confidence,
)
from transforms.law.calendar.working_days import EARLIEST, LATEST, Calendar, add_working_days
from transforms.law.matters.decision_log import DecisionLog
from transforms.law.matters.external_lists import ListCoverage
from transforms.law.matters.procedure import owner_key, stays_of_execution, step_order
from transforms.law.publicity.penalty_facts import sums_in_yuan, with_class, with_penalty_facts
from transforms.policy_model.document import Dated, TransitionalRule
from transforms.policy_model.law import PublicityLaw, PublicitySystem, RepairLaw
from transforms.records.text import document_key
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT
from transforms.schemas.law import CONFIDENCES, PUBLICITY
from transforms.schemas.vocabularies import PENALTY_KINDS

_OTHER_TRANSITION: dict[TransitionalRule, TransitionalRule] = {"display": "decision", "decision": "display"}
_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on")
_VOID = ("withdrawn", "to_withdraw", "annulled")
_CUT = (*_VOID, "repaired", "delisted", "deregistered", "taken_off")  # off display before the period was over
_REPAIR, _REVOKE_REPAIR, _CARRY_OUT = "repair", "revoke_repair", "carry_out"
_HIDE, _END_HIDE = "temporary_repair", "end_temporary_repair"
_ENDING_LISTINGS = ("standing", "removed", "ended")  # a listing that was revoked was never removed: it ends nothing
_OF_REPAIR = ("repaired_on", "granted_on", "restored_on", "hidden_on", "resumed_on", "taken_down_on", "take_down_by_on")
_OF_LOG = (*_OF_REPAIR, "repaired_elsewhere_on", "repair_push_by_on", "restarted_on", "left_on", "stayed_on")
_KEY = ["owner", "number_key"]
_NO_DAY, _NO_TEXT = pl.lit(None, dtype=DATE), pl.lit(None, dtype=TEXT)


class LawContext(NamedTuple):
    """A day and what holds on it. decision_log: None where the office's decisions are left aside. list_coverage: the
    lists of others that are known whole."""

    law: PublicityLaw
    calendar: Calendar
    as_of: date
    decision_log: DecisionLog | None = None
    list_coverage: tuple[ListCoverage, ...] = ()


AssessedPenalties = list[tuple[PublicitySystem, pl.DataFrame]]
"""By system: the columns of PUBLICITY beside the penalty's own, its facts, and the outcome under every regime."""


def publicity_rows(assessed: AssessedPenalties) -> pl.DataFrame:
    """PUBLICITY, a row per penalty decided by the day and system, sorted by its key.

    What the policy or the calendar does not determine is null, with the reason in `gap`.
    """
    frames = [frame.select(list(PUBLICITY.schema)) for _, frame in assessed]
    return pl.concat([PUBLICITY.empty(), *frames]).sort(PUBLICITY.key)


def assess_penalties(penalties: pl.LazyFrame, enterprises: pl.LazyFrame, context: LawContext) -> AssessedPenalties:
    """The penalties decided by the day, in every publicity system.

    penalties, enterprises: current versions of those records. Of the result only the state, the regime shown and the
    repairs depend on the day: dates do not.
    """
    facts = with_penalty_facts(penalties.filter(pl.col("decided_on") <= context.as_of), enterprises)
    systems = context.law.systems
    frames = pl.collect_all([_in_system(facts, system, context) for system in systems], engine="in-memory")
    return list(zip(systems, frames, strict=True))


def _in_system(facts: pl.LazyFrame, system: PublicitySystem, context: LawContext) -> pl.LazyFrame:
    repair, log = context.law.repair_of(system.system), context.decision_log
    frame = _with_decisions(facts, repair, log, context.calendar)
    if log is not None and not log.steps.filter(~pl.col("is_refused"), pl.col("step") == _REVOKE_REPAIR).is_empty():
        # A revoked repair brings back what was on display before it: a period that was over by then is not restarted.
        alone = _with_periods(frame.with_columns(restarted_on=_NO_DAY), system, context)
        was_over = alone.filter(pl.col("natural_stop_on") <= pl.col("granted_on"))
        marked = was_over.select("record_id", _was_over=pl.lit(True))
        joined = frame.join(marked, on="record_id", how="left", maintain_order="left")
        restarted = pl.when(pl.col("_was_over").is_null()).then("restarted_on")
        frame = joined.with_columns(restarted_on=restarted).drop("_was_over")
    frame = _with_periods(frame, system, context)
    frame = _with_governing_regime(frame, system, context.calendar, context.as_of)
    frame = _with_early_ends(frame, system, repair, context.as_of)
    # What is not to be published has no terms and no period.
    of_publication = ("push_by_on", "publish_by_on", "withdraw_by_on", "counts_from_on")
    frame = frame.with_columns(pl.when("is_public").then(name).alias(name) for name in of_publication)
    return _with_state(frame, system, context.calendar, context.as_of)


# What the decision log changes


def _with_decisions(
    facts: pl.LazyFrame, law: RepairLaw | None, log: DecisionLog | None, calendar: Calendar
) -> pl.LazyFrame:
    """`facts` with the days of _OF_LOG, null where the log says nothing.

    Those of `_repairs_in`; repaired_elsewhere_on, in another system; repair_push_by_on, the last day to push the repair
    to the party's province; restarted_on, the day from which a revoked repair starts the period anew; left_on, the
    first day off the list of a listing that rests on the penalty; stayed_on, of a stay of execution (停止执行).
    """
    if law is None or log is None:
        return facts.with_columns(pl.lit(None, dtype=DATE).alias(day) for day in _OF_LOG)
    listed = log.listings.filter(pl.col("state").is_in(_ENDING_LISTINGS))
    left = listed.select(owner="enterprise_id", number_key=document_key(pl.col("target")), left_on="stop_on")
    left = left.drop_nulls().group_by(_KEY).agg(pl.col("left_on").max())
    joined = facts.with_columns(owner_key(), number_key=document_key(pl.col("decision_no")))
    for part in (
        _repairs_in(law.system, log),
        _repairs_elsewhere(law, log),
        left,
        stays_of_execution(log.matters),
    ):
        joined = joined.join(part.lazy(), on=_KEY, how="left")
    recognised = pl.when("is_recognised").then("repaired_elsewhere_on")
    restarts = dated_value(law.revocation_restarts, pl.col("restored_on"), BOOLEAN)
    push_days = dated_value(law.push_working_days, pl.col("repaired_on"), INTEGER)
    push_by = add_working_days(pl.col("repaired_on"), push_days, calendar)
    return (
        joined.drop(_KEY)
        .with_columns(repaired_on=pl.min_horizontal("repaired_on", recognised))
        .with_columns(
            repair_push_by_on=pl.when("is_other_province").then(push_by),
            restarted_on=pl.when(restarts).then("restored_on"),
        )
        .drop("is_recognised")
    )


def _repairs_in(system: str, log: DecisionLog) -> pl.DataFrame:
    """By owner and number_key of the penalty: the days of its repair in `system`.

    repaired_on: of the repair in force. granted_on: of the last grant. restored_on: of the last revocation. hidden_on:
    of the temporary repair that runs. resumed_on: of the end of one. taken_down_on, take_down_by_on: the day on which
    the repair was carried out, and the last day to do so.
    """
    taken = log.steps.filter(~pl.col("is_refused"))
    hiding = taken.filter(pl.col("step").is_in([_HIDE, _END_HIDE, _REPAIR])).sort(*step_order())
    last_hiding = hiding.group_by("matter_id", maintain_order=True).agg(pl.col("step", "on").last())
    parts = (
        last_hiding.select(
            "matter_id",
            hidden_on=pl.when(pl.col("step") == _HIDE).then("on"),
            resumed_on=pl.when(pl.col("step") == _END_HIDE).then("on"),
        ),
        taken.filter(pl.col("step") == _CARRY_OUT).group_by("matter_id").agg(taken_down_on=pl.col("on").max()),
        taken.filter(pl.col("step") == _REPAIR).group_by("matter_id").agg(granted_on=pl.col("on").max()),
        log.terms.filter(pl.col("awaited") == _CARRY_OUT)
        .group_by("matter_id")
        .agg(take_down_by_on=pl.col("by_on").max()),
    )
    matters = log.matters.filter(pl.col("matter") == "penalty", pl.col("system") == system)
    for part in parts:
        matters = matters.join(part, on="matter_id", how="left")
    is_carried_out = pl.col("taken_down_on") >= pl.col("released_on")
    days = matters.with_columns(
        owner_key(), repaired_on="released_on", taken_down_on=pl.when(is_carried_out).then("taken_down_on")
    )
    return days.group_by(owner="owner", number_key="target_key").agg(pl.col(*_OF_REPAIR).max())


def _repairs_elsewhere(law: RepairLaw, log: DecisionLog) -> pl.DataFrame:
    """By owner and number_key: repaired_elsewhere_on, the first grant in another system; is_recognised in this one."""
    is_elsewhere = (pl.col("matter") == "penalty") & (pl.col("system") != law.system)
    granted = log.matters.filter(is_elsewhere, pl.col("released_on").is_not_null())
    is_recognised: pl.Expr = pl.lit(False)
    for start, systems in sorted(law.recognises.values.items(), key=lambda one: one[0]):
        is_named = pl.col("system").is_in(list(systems or ()))
        is_recognised = pl.when(pl.col("repaired_elsewhere_on") >= start).then(is_named).otherwise(is_recognised)
    return (
        granted.select(owner_key(), "system", number_key="target_key", repaired_elsewhere_on="released_on")
        .with_columns(is_recognised=is_recognised)
        .sort("repaired_elsewhere_on", "system")
        .group_by(_KEY, maintain_order=True)
        .agg(pl.col("repaired_elsewhere_on", "is_recognised").first())
    )


# Terms, the start of the period, and its end under every regime


def _with_periods(frame: pl.LazyFrame, system: PublicitySystem, context: LawContext) -> pl.LazyFrame:
    """`frame` with terms, starts, the outcome of every regime, is_public, is_missing and the ends of the period.

    The ends: stop_on, first day off display under the conventions in force; the earliest and the latest reading; the
    other transition; natural_stop_on, stop_on before anything cuts it short.
    """
    frame = _with_period_start(_with_terms(frame, system, context.calendar), system)
    for position, regime in enumerate(system.regimes):
        frame = with_class(frame, regime, context.law.low_fines, outcome_column(position))
    ends, transition = PeriodEnds(system.regimes, context.calendar), transition_of(system)
    is_missing = ends.is_true_under_any("is_missing", transition) & ends.at_decision("is_shown")
    stops = {
        "stop_on": ends.stop_on(context.calendar.convention, transition),
        "stop_earliest_on": ends.stop_on(EARLIEST, transition),
        "stop_latest_on": ends.stop_on(LATEST, transition),
        "stop_other_transition_on": ends.stop_on(context.calendar.convention, _OTHER_TRANSITION[transition]),
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


def _with_terms(facts: pl.LazyFrame, system: PublicitySystem, calendar: Calendar) -> pl.LazyFrame:
    """`facts` with push_by_on and publish_by_on, counted from the decision, and withdraw_by_on, from the annulment.

    All in working days by the law on the day of the decision; with basis and confidence of the last two.
    """

    def days(dated: Dated[int] | None) -> pl.Expr:
        return dated_value(dated, pl.col("decided_on"), INTEGER)

    def source(dated: Dated[int] | None, name: str) -> list[pl.Expr]:
        basis = pl.lit(dated.basis if dated else None, dtype=TEXT).alias(f"{name}_basis")
        return [basis, pl.lit(dated.confidence if dated else None, dtype=TEXT).alias(f"{name}_confidence")]

    decided = pl.col("decided_on")
    direct = add_working_days(decided, days(system.publish_working_days), calendar)
    pushed = add_working_days(decided, days(system.push_working_days), calendar)
    received = add_working_days(pl.col("push_by_on"), days(system.receive_working_days), calendar)
    is_pushed = pl.lit(system.push_working_days is not None) & pl.col("is_other_province")
    return (
        facts.with_columns(push_by_on=pl.when(is_pushed).then(pushed))
        .with_columns(
            publish_by_on=pl.when(is_pushed).then(received).otherwise(direct),
            withdraw_by_on=add_working_days(pl.col("annulled_on"), days(system.withdraw_working_days), calendar),
        )
        .with_columns(source(system.publish_working_days, "publish"))
        .with_columns(source(system.withdraw_working_days, "withdraw"))
    )


def _with_period_start(frame: pl.LazyFrame, system: PublicitySystem) -> pl.LazyFrame:
    """`frame` with published_on, unpublished_on, counts_from_on, is_publication_unstated and term_on.

    counts_from_on: the start of the period; null where the law counts from a publication that is neither recorded nor
    assumed. A revoked repair starts the period anew (restarted_on); having been off display before does not count then.
    term_on: the last day of a restriction, FOR_EVER for life.
    """
    is_lifelong = pl.sql_expr(system.lifelong_when).fill_null(False)
    published = pl.col(system.published_column) if system.published_column else _NO_DAY
    withdrawn = pl.col(system.withdrawn_column) if system.withdrawn_column else _NO_DAY
    back_on = pl.max_horizontal("restored_on", "resumed_on")
    start = system.regimes[0].from_
    days = {"publish_by": pl.col("publish_by_on"), "decision": pl.col("decided_on")}
    assumed = days.get(system.unstated_publication.on(start) or "none", _NO_DAY)
    is_by_publication = system.counts_from.on(start) == "publication"
    begun = pl.coalesce("published_on", assumed) if is_by_publication else pl.col("decided_on")
    unstated = pl.lit(is_by_publication) & pl.coalesce("restarted_on", published).is_null()
    return frame.with_columns(
        published_on=published, unpublished_on=pl.when((withdrawn >= back_on).fill_null(True)).then(withdrawn)
    ).with_columns(
        counts_from_on=pl.coalesce("restarted_on", begun),
        is_publication_unstated=unstated,
        term_on=pl.when(is_lifelong).then(pl.lit(FOR_EVER)).otherwise(pl.col("valid_until_on")),
    )


def _with_governing_regime(
    frame: pl.LazyFrame, system: PublicitySystem, calendar: Calendar, as_of: date
) -> pl.LazyFrame:
    """`frame` with class, reason, articles and last days by the regime that governs on `as_of` (_position)."""
    ends = PeriodEnds(system.regimes, calendar)
    frame = frame.with_columns(_position=ends.governing(as_of, transition_of(system)))
    position, is_known = pl.col("_position"), ~pl.col("is_missing")
    names = ("class", "class_title", "regime", "reason", "basis", "confidence", "is_term_unstated", "is_unclear")
    shown = {name: pl.when(is_known).then(ends.pick(position, ends.fields(name))) for name in names}
    rank = shown.pop("confidence").replace_strict(dict(enumerate(CONFIDENCES)), return_dtype=TEXT)
    positions = range(len(system.regimes))
    early = ends.pick(position, [ends.period_last_day(i, "early_on", calendar.convention) for i in positions])
    return frame.with_columns(
        **shown,
        confidence=rank,
        last_day_on=ends.last_day(),
        shortest_until_on=pl.when(is_known & (early < FOR_EVER) & pl.col("restarted_on").is_null()).then(early),
        is_cut_by_regime=ends.is_cut_by_regime(),
        system=pl.lit(system.system),
        system_title=pl.lit(system.title),
    )


# What ends it early


def _with_early_ends(frame: pl.LazyFrame, system: PublicitySystem, law: RepairLaw | None, as_of: date) -> pl.LazyFrame:
    """`frame` with its ends cut short by an annulment, a repair, the end of a listing or a deregistration.

    Adds cut_cause (null where the period itself ends it), delisted_on, deregistration_on, and is_gone: the register has
    the party as deregistered without a day, and the law of the day ends publicity with a deregistration.
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
    latest, rule = pl.col("stop_latest_on"), system.deregistration_ends
    is_ended_by_deregistration = as_of >= min(rule.values) and bool(rule.on(as_of))
    return frame.with_columns(
        deregistration_on=pl.when(~pl.col("is_person")).then(first_day_true(rule, pl.col("deregistered_on"))),
        is_gone=~pl.col("is_person") & pl.col("is_deregistered_undated") & pl.lit(is_ended_by_deregistration),
        delisted_on=_delisting_day(system, law),
    ).with_columns(
        *(pl.min_horizontal(stop, cut).alias(stop) for stop in _STOPS if stop != "stop_latest_on"),
        # Beyond the calendar the latest day is unknown, unless the publicity is cut short before.
        stop_latest_on=pl.when(is_cut).then(pl.min_horizontal(latest, cut)).otherwise(latest),
        cut_cause=why,
    )


def _delisting_day(system: PublicitySystem, law: RepairLaw | None) -> pl.Expr:
    """The day on which the end of the listing that rests on the penalty takes it off display too; null for none.

    A penalty that may never end early, by the regime of that day, keeps its own period; a restriction keeps its term.
    """
    left = pl.col("left_on")
    if law is None:
        return _NO_DAY

    def field(name: str) -> pl.Expr:
        """Under the regime in force when the listing was over."""
        value = _NO_DAY
        for position, regime in enumerate(system.regimes):
            own = pl.col(outcome_column(position)).struct.field(name)
            value = pl.when(left >= regime.from_).then(own).otherwise(value)
        return value

    early, term = field("early_on"), field("term_end_on")
    with_term = pl.max_horizontal(left, day_after(pl.when(term < FOR_EVER).then(term)))
    kept = pl.when((early < FOR_EVER) & pl.col("restarted_on").is_null()).then(with_term)
    rule = dated_value(law.listing_removal_ends, left, TEXT)
    return pl.when(rule == "all").then(left).when(rule == "unless_never_early").then(kept)


# The state on a day


def _with_state(frame: pl.LazyFrame, system: PublicitySystem, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """`frame` with state, stop_cause, gap, notes and the confidence of its days; FOR_EVER becomes null.

    What is off display before its time has no last day of the period, what is void no shortest one, and what was never
    on display no day to withdraw it by.
    """
    # What the policy must say before the end can be known; null where the publicity is over whatever it says.
    is_over = (pl.col("stop_on") <= as_of).fill_null(False)
    is_endless = pl.col("stop_on").is_null() & pl.col("counts_from_on").is_not_null()
    no_term = pl.col("publish_by_on").is_null() | (is_endless & pl.col("is_public"))
    missing = pl.when(pl.col("is_missing")).then(pl.lit("low_fine"))
    unsaid = missing.when(pl.col("is_public") & no_term).then(pl.lit("calendar")).otherwise(_NO_TEXT)
    gap = pl.when(~is_over).then(unsaid)
    frame = frame.with_columns(gap=gap, stayed_on=first_day_true(system.stay_hides, pl.col("stayed_on")))
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


def _state(system: PublicitySystem, calendar: Calendar, as_of: date) -> pl.Expr:
    is_annulled = pl.col("is_annulled") & (pl.col("annulled_on") <= as_of).fill_null(True)
    is_off = pl.col("unpublished_on") <= as_of
    off_by_itself = pl.min_horizontal("delisted_on", "deregistration_on")
    is_down = is_off | (pl.col("taken_down_on") <= as_of) | (off_by_itself <= pl.col("annulled_on"))
    is_never_shown = pl.lit(system.published_column is not None) & pl.col("published_on").is_null()
    is_published = pl.col("published_on") <= as_of
    if system.published_column is None:  # no record says when: taken as done on the last day of the term
        is_published = pl.col("publish_by_on") < as_of
    # A term beyond the calendar is still to come as long as the calendar covers today.
    is_in_term = (pl.col("publish_by_on") >= as_of).fill_null(as_of <= calendar.last_on)
    tests: list[tuple[pl.Expr, str]] = [
        (pl.col("is_public").is_null(), "uncovered"),
        (~pl.col("is_public"), "unpublished"),
        (pl.col("natural_stop_on") <= as_of, "ended"),
        (is_annulled & is_never_shown, "annulled"),
        (is_annulled & (is_down.fill_null(False) | pl.lit(system.withdrawn_column is None)), "withdrawn"),
        (is_annulled, "to_withdraw"),
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
    return pl.coalesce(*(pl.when(test).then(pl.lit(state)) for test, state in tests), pl.lit("overdue"))


def _notes(as_of: date) -> pl.Expr:
    is_public, stop = pl.col("is_public").fill_null(False), pl.col("stop_on")
    is_unstated, is_firm = pl.col("is_publication_unstated"), ~pl.col("is_person")
    is_deregistered = is_firm & ((pl.col("deregistered_on") <= as_of) | pl.col("is_deregistered_undated"))
    is_ended_by_deregistration = pl.col("is_gone") | pl.col("deregistration_on").is_not_null()
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
        "deregistration_unsettled": is_public & is_deregistered & ~is_ended_by_deregistration,
        "deregistered_on_unstated": is_public & is_firm & pl.col("is_deregistered_undated"),
        "revoked_on_unstated": pl.col("is_annulled") & pl.col("annulled_on").is_null(),
    }
    is_up = (pl.col("published_on") <= as_of) & ~(pl.col("unpublished_on") <= as_of).fill_null(False)
    tests["published_unduly"] = ~pl.col("is_public") & is_up
    codes = [pl.when(test.fill_null(False)).then(pl.lit(code)) for code, test in tests.items()]
    return pl.concat_list(codes).list.drop_nulls()


ON_DISPLAY = ("awaiting", "overdue", "public")
NATIONAL_SYSTEM = "gsxt"
PUBLISHED_PENALTY_SCHEMA = pl.Schema(
    {
        "decided_on": DATE,
        "decision_no": TEXT,
        "record_id": TEXT,
        "name": TEXT,
        "uscc": TEXT,
        "party_class": TEXT,
        "violation_type": TEXT,
        "penalty_kinds": TEXT,
        "content": TEXT,
        "authority": TEXT,
        "published_on": DATE,
        "state": TEXT,
        "stop_on": DATE,
        "stop_cause": TEXT,
        "gap": TEXT,
        "restored_on": DATE,
        "resumed_on": DATE,
        "facts": TEXT,
        "remark": TEXT,
    }
)


def published_penalties(publicity: pl.DataFrame, penalties: pl.LazyFrame, enterprises: pl.LazyFrame) -> pl.LazyFrame:
    """Every penalty of PUBLICITY in the national system: PUBLISHED_PENALTY_SCHEMA, in the order of the list.

    penalties, enterprises: the records that `publicity` was made from. A row is on the list where its state is one of
    ON_DISPLAY. name: of the register, or of the record where the party is in no register. penalty_kinds: in Chinese.
    content: as the record has it, or its sums in yuan. facts and remark are not published: they show what must not be.
    """
    register = enterprises.select("enterprise_id", register_name="name", register_uscc="uscc")
    kinds = pl.element().replace_strict(PENALTY_KINDS, default=pl.element(), return_dtype=TEXT)
    shown = (
        "record_id",
        "decided_on",
        "published_on",
        "state",
        "stop_on",
        "stop_cause",
        "gap",
        "restored_on",
        "resumed_on",
    )
    own = penalties.drop("state", "decided_on", "published_on")
    return (
        publicity.lazy()
        .filter(pl.col("system") == NATIONAL_SYSTEM)
        .select(shown)
        .join(own, on="record_id")
        .join(register, on="enterprise_id", how="left")
        .with_columns(
            name=pl.coalesce("register_name", "party_name"),
            uscc=pl.coalesce("register_uscc", "uscc"),
            party_class=pl.coalesce("party_class", pl.when(pl.col("enterprise_id").is_null()).then(pl.lit("person"))),
            penalty_kinds=pl.col("penalty_kinds").list.eval(kinds).list.join("；"),
            content=pl.coalesce("content", sums_in_yuan(with_zero=False)),
        )
        .select(list(PUBLISHED_PENALTY_SCHEMA))
        .sort("decided_on", "decision_no", "record_id")
    )
