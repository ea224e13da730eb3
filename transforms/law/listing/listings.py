"""The serious-violation list (严重违法失信名单): every listing with its status and its end on a day.

A listing has a clock from the decision to list, and another from each decision that restored it. `listing_clocks` works
out when the period of each clock ends by itself; `listings` takes the clock in force, cuts it short by removal,
revocation, annulment or deregistration, and gives the table LISTING. Source: 44号令 and 107号令, as in
policy/law/serious_list.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import (
    FOR_EVER,
    PeriodEnds,
    dated_condition,
    dated_value,
    first_day_true,
    outcome_column,
    weakest_confidence,
)
from transforms.law.calendar.working_days import EARLIEST, LATEST, Calendar, add_working_days, effect_day, last_day
from transforms.law.matters.procedure import EndDay, Matter, ReplayedMatters, stays_of_execution
from transforms.law.publicity.penalty_facts import IN_FORCE, is_deregistered_undated, with_penalty_facts
from transforms.policy_model.document import TransitionalRule
from transforms.policy_model.law import ListingRegime, SeriousListLaw
from transforms.policy_model.procedure import ProcedureLaw
from transforms.records.text import document_key
from transforms.schemas.base import DATE, INTEGER, TEXT, TEXT_LIST
from transforms.schemas.law import LISTING

LIST_ENTRY_SCHEMA = pl.Schema(
    {
        "listed_on": DATE,
        "decision_no": TEXT,
        "enterprise_id": TEXT,
        "name": TEXT,
        "uscc": TEXT,
        "reason": TEXT,
        "listed_by": TEXT,
        "removal_reason": TEXT,
        "removed_on": DATE,
        "removed_by": TEXT,
        "ends_on": DATE,
    }
)
ON_LIST = "standing"
_PUBLISH, _RESTORE = "publish_listing", "restore_listing"
_CLOCK_KEY = ("matter_id", "restart_on")
_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on")
_OTHER_TRANSITION: dict[TransitionalRule, TransitionalRule] = {"display": "decision", "decision": "display"}


@dataclass(frozen=True)
class ListingRecords:
    """Current versions of the records that a listing is about."""

    decisions: pl.LazyFrame
    enterprises: pl.LazyFrame
    penalties: pl.LazyFrame


@dataclass(frozen=True)
class ListingPolicy:
    """The law of the list, and of the steps that lead to a listing and out of it."""

    serious: SeriousListLaw
    procedure: ProcedureLaw


def listing_clocks(
    replayed: ReplayedMatters, records: ListingRecords, law: ListingPolicy, calendar: Calendar, as_of: date
) -> pl.DataFrame:
    """A row per clock of every listing of an enterprise in the register, keyed by matter_id and restart_on.

    restart_on: the day of the decision that restored the listing; null for its first clock. With the columns of
    `_with_period`, `_with_terms` and `_with_ground`. Decisions before the first regime are not of this list.
    """
    taken = replayed.steps.filter(~pl.col("is_refused"), pl.col("step") == _RESTORE)
    restarts = taken.select("matter_id", restart_on="on").unique()
    listed = replayed.matters.filter(pl.col("listed_on") >= law.serious.regimes[0].from_)
    firsts = listed.select("matter_id", restart_on=pl.lit(None, dtype=DATE))
    decisions = records.decisions.select(
        listing_id="record_id",
        decision_uscc="uscc",
        reason="reason",
        listed_by="authority",
        stated_until_on="ends_on",
        proposed_by="proposed_by",
        decided_by="decided_by",
        needs_consent=dated_condition(law.serious.consent_when, pl.col("decided_on")),
    )
    enterprises = records.enterprises.select(
        "enterprise_id",
        "name",
        "deregistered_on",
        is_deregistered_undated=is_deregistered_undated(),
        register_uscc="uscc",
    )
    columns = ("matter_id", "listing_id", "listing_no", "enterprise_id", "target", "target_key", "listed_on")
    matters = listed.lazy().select(*columns, "published_on")
    known = matters.join(decisions, on="listing_id").join(enterprises, on="enterprise_id")
    clocks = pl.concat([firsts, restarts]).lazy().join(known, on="matter_id")
    dated = _with_terms(_with_ground(clocks, records, law.serious), law, calendar)
    # A publication of what had ended by then does not bring it back: it counts as if none were recorded.
    unpublished = _with_period(dated.with_columns(published_on=pl.lit(None, dtype=DATE)), law.serious, calendar, as_of)
    ends = unpublished.select(*_CLOCK_KEY, _ended_on="stop_on")
    is_late = (pl.col("published_on") >= pl.col("_ended_on")).fill_null(False)
    joined = dated.join(ends, on=_CLOCK_KEY, how="left", nulls_equal=True)
    in_time = joined.with_columns(published_on=pl.when(~is_late).then("published_on")).drop("_ended_on")
    return _with_period(in_time, law.serious, calendar, as_of).collect()


def listing_end_day(clocks: pl.DataFrame) -> EndDay:
    """The last day of a matter that is a listing on the list, by its clock in force; None for no end."""
    ending = clocks.filter(pl.col("stop_on") < FOR_EVER)
    days = ending.select("matter_id", "restart_on", pl.col("stop_on").dt.offset_by("-1d").cast(DATE))
    by_clock: dict[tuple[str, date | None], date] = {(key, restart): day for key, restart, day in days.iter_rows()}

    def end_day(matter: Matter) -> date | None:
        is_on_list = matter.listing is not None and matter.release is None
        return by_clock.get((matter.first.record_id, matter.restored_on)) if is_on_list else None

    return end_day


def listings(
    replayed: ReplayedMatters, clocks: pl.DataFrame, law: ListingPolicy, calendar: Calendar, as_of: date
) -> pl.LazyFrame:
    """Every listing decided by `as_of` of an enterprise in the register: LISTING, in the order of the list.

    A listing holds from its decision until the first of: the end of its period by the rules of the day, or of a longer
    restriction (44号令 Art. 21, 107号令 Art. 13); a removal or a revocation; the annulment of the penalty it rests on
    (44号令 Art. 19); the enterprise's deregistration, where the law of the day says so (107号令 Art. 20). A revoked
    removal puts it back and starts the period anew. Beyond the calendar the end is null with the reason in `gap`, and
    the state is `unknown` once the listing could be over.

    replayed: the decisions with the ends of `clocks` (`listing_clocks`) applied.
    """
    matters = replayed.matters.filter(pl.col("listing_id").is_not_null()).select(
        "matter_id",
        "situation",
        "release",
        "released_on",
        "restored_on",
        "barred_until_on",
        "is_final",
        "since_on",
        procedure_state="state",
        procedure_title="state_title",
        matter_notes="notes",
        restart_on="restored_on",
    )
    stays = stays_of_execution(replayed.matters).rename({"owner": "enterprise_id", "number_key": "listing_key"})
    in_force = clocks.lazy().join(matters.lazy(), on=_CLOCK_KEY, nulls_equal=True)
    in_force = in_force.with_columns(listing_key=document_key(pl.col("listing_no")))
    in_force = in_force.join(stays.lazy(), on=["enterprise_id", "listing_key"], how="left")
    articles = {situation.id: situation.basis for situation in law.serious.situations}
    found = _with_status(in_force, law.serious, calendar, as_of).with_columns(
        record_id="listing_id",
        decision_no="listing_no",
        uscc=pl.coalesce("register_uscc", "decision_uscc"),
        situation_basis=pl.col("situation").replace_strict(articles, default=None, return_dtype=TEXT),
    )
    return found.select(list(LISTING.schema)).sort("listed_on", "decision_no", "enterprise_id", "record_id")


def list_entries(listings: pl.DataFrame) -> pl.DataFrame:
    """The rows of LISTING that are on the list, in the columns of LIST_ENTRY_SCHEMA; those of a removal are null."""
    values = {name: pl.lit(None, dtype=dtype) for name, dtype in LIST_ENTRY_SCHEMA.items()}
    values |= {name: pl.col(name) for name in LIST_ENTRY_SCHEMA if name in LISTING.schema}
    values |= {"ends_on": pl.col("last_day_on")}
    return listings.filter(pl.col("state") == ON_LIST).select(value.alias(name) for name, value in values.items())


def listings_of_persons(matters: pl.DataFrame) -> pl.DataFrame:
    """The rows of MATTER_TABLE that list a natural person and that no removal or revocation has ended.

    They are matters but not listings: see PERSON_LISTING_NOTE.
    """
    is_listing = (pl.col("matter") == "listing") & pl.col("listing_id").is_not_null()
    of_persons = matters.filter(is_listing, pl.col("enterprise_id").is_null(), pl.col("release").is_null())
    return of_persons.sort("listed_on", "listing_no", "matter_id")


# The penalty a listing rests on


_GROUND = ("is_known", "is_annulled", "annulled_on", "is_changed", "is_other_province", "term_on", "is_term_unstated")


def _with_ground(clocks: pl.LazyFrame, records: ListingRecords, law: SeriousListLaw) -> pl.LazyFrame:
    """`clocks` (enterprise_id, target_key, stated_until_on) with what the records say of the penalty of that number.

    Adds is_known, is_annulled, annulled_on, is_changed, is_other_province, term_on (FOR_EVER for life; the later of
    the penalty's term and the one the listing states) and is_term_unstated.
    """
    restricts = pl.sql_expr(law.restricts_when).fill_null(False)
    is_lifelong = pl.sql_expr(law.lifelong_when).fill_null(False)
    until = pl.when(is_lifelong).then(pl.lit(FOR_EVER, dtype=DATE)).otherwise(pl.col("valid_until_on"))
    penalties = with_penalty_facts(records.penalties.filter(pl.col("enterprise_id").is_not_null()), records.enterprises)
    grounds = (
        penalties.with_columns(target_key=document_key(pl.col("decision_no")))
        .with_columns(
            is_known=pl.lit(True),
            is_annulled=is_annulled_penalty(law),
            term_on=pl.when(restricts).then(until),
            is_term_unstated=restricts & until.is_null(),
        )
        .with_columns(
            is_changed=~pl.col("is_annulled") & (pl.col("state") != IN_FORCE).fill_null(False),
            annulled_on=pl.when("is_annulled").then("revoked_on"),
        )
        .sort("record_id")
        .group_by("enterprise_id", "target_key", maintain_order=True)
        .agg(pl.col(_GROUND).first())
    )
    joined = clocks.join(grounds, on=["enterprise_id", "target_key"], how="left", maintain_order="left")
    flags = [pl.col(name).fill_null(False) for name in _GROUND if name.startswith("is_")]
    return joined.with_columns(*flags, term_on=pl.max_horizontal("term_on", "stated_until_on"))


def is_annulled_penalty(law: SeriousListLaw) -> pl.Expr:
    """Whether a penalty is in a state that annuls it by the law of its day; a day without a state is a revocation."""
    states = dated_value(law.annulling, pl.coalesce("revoked_on", pl.lit(FOR_EVER)), TEXT_LIST)
    is_stated = states.list.contains(pl.col("state")).fill_null(False)
    is_silent = pl.col("state").is_null() | (pl.col("state") == IN_FORCE)
    return is_stated | (is_silent & pl.col("revoked_on").is_not_null())


# The period of a clock


def _with_terms(clocks: pl.LazyFrame, law: ListingPolicy, calendar: Calendar) -> pl.LazyFrame:
    """`clocks` (listed_on, is_other_province) with push_by_on and publish_by_on, last days in working days."""
    serious, listed = law.serious, pl.col("listed_on")
    terms = (term for term in law.procedure.of("listing").terms if _PUBLISH in term.awaits)
    publish_days = next((term.days for term in terms), None)
    own = add_working_days(listed, dated_value(publish_days, listed, INTEGER), calendar)
    pushed = add_working_days(listed, dated_value(serious.push_working_days, listed, INTEGER), calendar)
    push_by = pl.when("is_other_province").then(pushed)
    received = add_working_days(push_by, dated_value(serious.receive_working_days, listed, INTEGER), calendar)
    publish_by = pl.when("is_other_province").then(received).otherwise(own)
    return clocks.with_columns(push_by_on=push_by, publish_by_on=publish_by)


def _with_period(clocks: pl.LazyFrame, law: SeriousListLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """`clocks` (listed_on, restart_on, published_on, publish_by_on, term_on) with the end of each period.

    Adds stop_on and its other readings (FOR_EVER or later for no end); last_day_on, counts_from_on, regime, basis and
    confidence by the regime that governs on `as_of`; credit_china_stop_on and credit_china_last_day_on by the separate
    clock of 信用中国, which no restoration starts anew.
    """
    frame = clocks.with_columns(decided_on=pl.coalesce("restart_on", "listed_on"))
    for position, regime in enumerate(law.regimes):
        end = end_of_duration(_period_start(regime, law), regime.stay)
        longer = pl.max_horizontal(end, "term_on") if regime.until_term_ends else end
        # Where the start is unknown the end is, whatever the restriction.
        outcome = pl.struct(is_shown=pl.lit(True), end_on=pl.when(end.is_not_null()).then(longer))
        frame = frame.with_columns(outcome.alias(outcome_column(position)))
    transition = law.transition.on(law.regimes[0].from_) or "display"
    ends = PeriodEnds(law.regimes, calendar)
    frame = frame.with_columns(
        stop_on=ends.stop_on(calendar.convention, transition),
        stop_earliest_on=ends.stop_on(EARLIEST, transition),
        stop_latest_on=ends.stop_on(LATEST, transition),
        stop_other_transition_on=ends.stop_on(calendar.convention, _OTHER_TRANSITION[transition]),
    )
    end = end_of_duration(pl.col("listed_on"), law.credit_china.stay)
    longer = pl.max_horizontal(end, "term_on") if law.credit_china.until_term_ends else end
    last = pl.when(longer >= FOR_EVER).then(longer).otherwise(last_day(longer, calendar.convention, calendar))
    stop = effect_day(last, calendar.convention)
    frame = frame.with_columns(
        credit_china_last_day_on=pl.when(last < FOR_EVER).then(last),
        # What earlier rules let run longer ends on the first day of this one at the soonest.
        credit_china_stop_on=pl.when(stop.is_not_null()).then(pl.max_horizontal(stop, pl.lit(law.credit_china.from_))),
    )
    governing = ends.governing(as_of, transition)
    is_unpublished = pl.col("published_on").is_null() & pl.col("restart_on").is_null()
    assumed = [pl.lit(regime.counts_from == "publication") & is_unpublished for regime in law.regimes]
    frame = frame.with_columns(
        counts_from_on=ends.pick(governing, [_period_start(regime, law) for regime in law.regimes]),
        is_publication_assumed=ends.pick(governing, assumed),
        regime=ends.pick(governing, [pl.lit(regime.title) for regime in law.regimes]),
        basis=ends.pick(governing, [pl.lit(regime.basis) for regime in law.regimes]),
        confidence=ends.pick(governing, [pl.lit(regime.confidence) for regime in law.regimes]),
        last_day_on=ends.last_day(),
    )
    doubts = (
        (pl.col("stop_on") != pl.col("stop_other_transition_on"), law.transition.confidence),
        (pl.col("is_publication_assumed"), law.unstated_publication.confidence),
    )
    return frame.with_columns(confidence=weakest_confidence(pl.col("confidence"), *doubts)).drop(
        outcome_column(i) for i in range(len(law.regimes))
    )


def _period_start(regime: ListingRegime, law: SeriousListLaw) -> pl.Expr:
    if regime.counts_from == "listing":
        return pl.coalesce("restart_on", "listed_on")
    is_listing = dated_value(law.unstated_publication, pl.col("listed_on"), TEXT) == "listing"
    assumed = pl.when(is_listing).then("listed_on").otherwise("publish_by_on")
    return pl.coalesce("restart_on", "published_on", assumed)


# The status on a day


def _with_status(clocks: pl.LazyFrame, law: SeriousListLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """`clocks`, those in force, with state, left_on, revoke_by_on, notes, gap, and the ends cut short.

    Needs the columns of `listing_clocks` and of its matter release, released_on, restored_on, stayed_on. FOR_EVER
    becomes null.
    """
    # Where nobody states the day of the annulment, the penalty is gone today; since when is noted as unknown.
    annulled = pl.when("is_annulled").then(pl.coalesce("annulled_on", pl.lit(as_of)))
    deregistered = first_day_true(law.deregistration_ends, pl.col("deregistered_on"))
    stayed = first_day_true(law.stay_hides, pl.col("stayed_on"))
    rule = law.deregistration_ends
    is_ended_by_deregistration = as_of >= min(rule.values) and bool(rule.on(as_of))
    is_beyond_calendar = pl.col("stop_on").is_null()
    tests = {
        "publication_assumed": pl.col("is_publication_assumed"),
        "transition": pl.col("stop_on") != pl.col("stop_other_transition_on"),
        "ground_unknown": pl.col("target").is_not_null() & ~pl.col("is_known"),
        "ground_changed": pl.col("is_changed"),
        "annulled_on_unstated": pl.col("is_annulled") & pl.col("annulled_on").is_null(),
        "term_unstated": pl.col("is_term_unstated"),
        "consent": pl.col("needs_consent"),
        "deregistered_on_unstated": pl.col("is_deregistered_undated"),
        "restarted": pl.col("restart_on").is_not_null(),
        "stayed_rating": pl.col("state") == "stayed",
    }
    codes = [pl.when(test.fill_null(False)).then(pl.lit(code)) for code, test in tests.items()]
    frame = (
        clocks.with_columns(
            _annulled=pl.when(annulled.is_not_null()).then(pl.max_horizontal(annulled, "listed_on")),
            _deregistered=pl.when(deregistered.is_not_null()).then(pl.max_horizontal(deregistered, "listed_on")),
            _is_gone_undated=pl.col("is_deregistered_undated") & pl.lit(is_ended_by_deregistration),
            gap=pl.when(is_beyond_calendar).then(pl.lit("calendar")).otherwise(pl.lit(None, dtype=TEXT)),
            stayed_on=pl.when(stayed <= as_of).then(stayed),
        )
        .with_columns(_off=pl.min_horizontal("released_on", "_annulled", "_deregistered", "stop_on"))
        .with_columns(state=_state(law, as_of))
        .with_columns(notes=pl.concat_list("matter_notes", pl.concat_list(codes).list.drop_nulls()))
    )
    # The term to revoke what has lost its ground while it stood counts from the annulment.
    annulled = pl.when(pl.col("_annulled") == pl.col("_off")).then("annulled_on")
    revoke = law.revoke_working_days
    # What ends the listing itself ends it on 信用中国 too; a deregistration is not said to.
    china_stop = pl.min_horizontal("credit_china_stop_on", "released_on", "_annulled")
    is_china_cut = (china_stop < pl.col("credit_china_stop_on")).fill_null(False)
    return frame.with_columns(
        revoke_by_on=add_working_days(annulled, dated_value(revoke, annulled, INTEGER), calendar),
        revoke_basis=pl.when(annulled.is_not_null()).then(pl.lit(revoke.basis)),
        revoke_confidence=pl.when(annulled.is_not_null()).then(pl.lit(revoke.confidence)),
        credit_china_stop_on=pl.when(china_stop < FOR_EVER).then(china_stop),
        credit_china_last_day_on=pl.when(~is_china_cut).then("credit_china_last_day_on"),
        credit_china_basis=pl.lit(law.credit_china.basis),
        credit_china_confidence=pl.lit(law.credit_china.confidence),
        left_on=pl.when(pl.col("_off") <= as_of).then("_off"),
        **_cut_days(as_of),
    )


def _state(law: SeriousListLaw, as_of: date) -> pl.Expr:
    """What ended the listing first. A removal or a revocation that answers an annulment is what counts in the end."""
    off, release = pl.col("_off"), pl.col("release")
    is_annulled = pl.col("_annulled") == off
    is_answered = release.is_not_null() & (is_annulled | (release == "revoked") | (pl.col("released_on") == off))
    causes: list[tuple[pl.Expr, pl.Expr]] = [
        (is_answered, release),
        (is_annulled, pl.lit("annulled")),
        (pl.col("_deregistered") == off, pl.lit("deregistered")),
        (off.is_not_null(), pl.lit("ended")),
    ]
    over = pl.coalesce(pl.when(test.fill_null(False)).then(state) for test, state in causes)
    begun = pl.coalesce("restart_on", "listed_on")
    shortest = pl.min_horizontal(end_of_duration(begun, regime.stay) for regime in law.regimes)
    is_unknown = pl.col("gap").is_not_null() & (shortest < as_of)
    open_ = (
        pl.when(pl.col("_is_gone_undated"))
        .then(pl.lit("deregistered"))
        .when(is_unknown)
        .then(pl.lit("unknown"))
        .when(pl.col("stayed_on").is_not_null())
        .then(pl.lit("stayed"))
        .otherwise(pl.lit(ON_LIST))
    )
    return pl.when((off <= as_of).fill_null(False)).then(over).otherwise(open_)


def _cut_days(as_of: date) -> dict[str, pl.Expr]:
    """The ends, cut short where something ends the listing before; null for no end."""
    cut = pl.min_horizontal("released_on", "_annulled", "_deregistered")
    is_cut = (cut <= pl.coalesce("stop_on", pl.lit(FOR_EVER))).fill_null(False)
    is_off = (pl.col("_off") <= as_of).fill_null(False)
    is_gone_undated = pl.col("_is_gone_undated") & (pl.col("state") == "deregistered") & ~is_off
    stops = {}
    for name in _STOPS:
        sooner = pl.min_horizontal(name, cut) if name != "stop_latest_on" else pl.when(is_cut).then(cut)
        day = pl.coalesce(sooner, name)
        stops[name] = pl.when(~is_gone_undated & (day < FOR_EVER)).then(day)
    last = pl.when(is_cut).then(cut.dt.offset_by("-1d")).otherwise(pl.col("last_day_on"))
    return {
        **stops,
        "last_day_on": pl.when(~is_gone_undated).then(last),
        "term_on": pl.when(pl.col("term_on") < FOR_EVER).then("term_on"),
        "is_lifelong": (pl.col("term_on") >= FOR_EVER).fill_null(False),
    }
