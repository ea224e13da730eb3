"""The serious-violation list (严重违法失信名单): every listing with its status and its end on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import (
    PeriodEnds,
    dated_condition,
    dated_value,
    first_day_true,
    outcome_column,
    weakest_confidence,
)
from transforms.law.calendar.working_days import EARLIEST, LATEST, Calendar, add_working_days, effect_day, last_day
from transforms.law.matters.matter import Matter
from transforms.law.matters.procedure import Lapse, ReplayedMatters, replay_decisions, stays_of_execution
from transforms.law.publicity.penalty_facts import FOR_EVER, IN_FORCE, is_deregistered_undated, with_penalty_facts
from transforms.policy_model.dated_values import Dated
from transforms.policy_model.law_listing import ListingRegime, SeriousListLaw
from transforms.policy_model.law_procedure import ProcedureLaw
from transforms.policy_model.law_publicity import TransitionalRule
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


def serious_list_on(records: ListingRecords, law: ListingPolicy, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """Entries on the list on `as_of`, in the columns of ENTRY_SCHEMA, sorted by listing day, number, enterprise."""
    return list_entries(listings_on(records, law, calendar, as_of))


def list_entries(found: pl.LazyFrame) -> pl.LazyFrame:
    """Of `listings`, those on the list, in the columns of ENTRY_SCHEMA. How it left is empty: it stands."""
    values = {name: pl.lit(None, dtype=dtype) for name, dtype in LIST_ENTRY_SCHEMA.items()}
    values |= {name: pl.col(name) for name in LIST_ENTRY_SCHEMA if name in LISTING.schema}
    values |= {"ends_on": pl.col("last_day_on")}
    standing = found.filter(pl.col("state") == ON_LIST)
    return standing.select(value.alias(name) for name, value in values.items())


def listings_on(records: ListingRecords, law: ListingPolicy, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """Every listing decided by `as_of` of an enterprise of the register, in the columns of LISTING, sorted as the list.

    An entry stands from its decision until the first of: the end of its stay by the rules of the day, or of a longer
    restriction (44号令 Art. 21, 107号令 Art. 13); a removal or a revocation; the annulment of the penalty it rests on
    (44号令 Art. 19); the enterprise's deregistration, where the law of the day says so (107号令 Art. 20). A revoked
    removal puts it back and starts the stay anew. Listings before the law's first date are none of this list. Where
    the calendar does not reach, the end is empty with the reason in `gap`, and the state `unknown` once it could be
    over.
    """
    register, runs = replay_with_clocks(records, law, calendar, as_of)
    return listings_of_log(register, runs, law, calendar, as_of)


def listings_of_log(
    register: ReplayedMatters, runs: pl.DataFrame, law: ListingPolicy, calendar: Calendar, as_of: date
) -> pl.LazyFrame:
    """As `listings`, of a register that was followed already, with its clocks."""
    matters = register.matters.filter(pl.col("listing_id").is_not_null()).select(
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
        register_notes="notes",
        restart_on="restored_on",
    )
    stayed = stays_of_execution(register).rename({"owner": "enterprise_id", "number_key": "listing_key"})
    clocks = runs.lazy().join(matters, on=CLOCK_KEY, nulls_equal=True)
    clocks = clocks.with_columns(listing_key=document_key(pl.col("listing_no")))
    clocks = clocks.join(stayed, on=["enterprise_id", "listing_key"], how="left")
    found = with_listing_status(clocks, law, calendar, as_of).with_columns(
        record_id="listing_id",
        decision_no="listing_no",
        uscc=pl.coalesce("register_uscc", "decision_uscc"),
        situation_basis=_situation_basis(law.serious),
    )
    return found.select(list(LISTING.schema)).sort("listed_on", "decision_no", "enterprise_id", "record_id")


def listings_of_persons(register: ReplayedMatters) -> pl.LazyFrame:
    """Listings of natural persons that no removal or revocation has ended, in the columns of MATTER_TABLE.

    They are matters alone: see OF_PERSON.
    """
    is_listing = (pl.col("matter") == "listing") & pl.col("listing_id").is_not_null()
    of_persons = register.matters.filter(is_listing, pl.col("enterprise_id").is_null(), pl.col("release").is_null())
    return of_persons.sort("listed_on", "listing_no", "matter_id")


def _situation_basis(law: SeriousListLaw) -> pl.Expr:
    articles = {one.id: one.basis for one in law.situations}
    return pl.col("situation").replace_strict(articles, default=None, return_dtype=TEXT)


ON_LIST = "standing"

_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on")


def with_listing_status(frame: pl.LazyFrame, law: ListingPolicy, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """`frame`, the clock in force of every listing, with state, left_on, the ends cut short, revoke_by_on, notes, gap.

    Needs what `clock.with_stay` and `grounds.with_grounds` add, and of its matter release, released_on, restored_on.
    FOR_EVER becomes an empty day.
    """
    return (
        frame.with_columns(_annulled=_annulled(as_of), _gone=_gone(law.serious), gap=_gap())
        .with_columns(_is_gone=_is_gone(law.serious, as_of), stayed_on=_stayed(law.serious, as_of))
        .with_columns(_off=pl.min_horizontal("released_on", "_annulled", "_gone", "stop_on"))
        .with_columns(state=_state(law.serious, as_of))
        .with_columns(notes=_notes())
        .with_columns(_revocation(law.serious, calendar))
        .with_columns(_credit_china(law.serious))
        .with_columns(left_on=pl.when(pl.col("_off") <= as_of).then("_off"), **_days(as_of))
    )


def _annulled(as_of: date) -> pl.Expr:
    """First day without the penalty. Where nobody states it, it is gone today, and since when is said to be unknown."""
    day = pl.when("is_annulled").then(pl.coalesce("annulled_on", pl.lit(as_of)))
    return pl.when(day.is_not_null()).then(pl.max_horizontal(day, "listed_on"))


def _gone(law: SeriousListLaw) -> pl.Expr:
    day = first_day_true(law.deregistration_ends, pl.col("deregistered_on"))
    return pl.when(day.is_not_null()).then(pl.max_horizontal(day, "listed_on"))


def _is_gone(law: SeriousListLaw, as_of: date) -> pl.Expr:
    """The register has the enterprise as deregistered without a day: it is gone, nobody knows since when."""
    rule = law.deregistration_ends
    return pl.col("is_gone_undated") & pl.lit(as_of >= min(rule.values) and bool(rule.on(as_of)))


def _stayed(law: SeriousListLaw, as_of: date) -> pl.Expr:
    day = first_day_true(law.stay_hides, pl.col("stayed_on"))
    return pl.when(day <= as_of).then(day)


def _credit_china(law: SeriousListLaw) -> list[pl.Expr]:
    """The end on 信用中国: what ends the listing itself ends it there too; a deregistration is not said to."""
    stop = pl.min_horizontal("credit_china_stop_on", "released_on", "_annulled")
    is_cut = (stop < pl.col("credit_china_stop_on")).fill_null(False)
    return [
        pl.when(stop < FOR_EVER).then(stop).alias("credit_china_stop_on"),
        pl.when(~is_cut).then("credit_china_last_day_on").alias("credit_china_last_day_on"),
        pl.lit(law.credit_china.basis).alias("credit_china_basis"),
        pl.lit(law.credit_china.confidence).alias("credit_china_confidence"),
    ]


def _gap() -> pl.Expr:
    return pl.when(pl.col("stop_on").is_null()).then(pl.lit("calendar")).otherwise(pl.lit(None, dtype=TEXT))


def _state(law: SeriousListLaw, as_of: date) -> pl.Expr:
    """What came first. A removal or a revocation that answers an annulment is what stands in the end."""
    off, release = pl.col("_off"), pl.col("release")
    is_annulled = pl.col("_annulled") == off
    is_answered = release.is_not_null() & (is_annulled | (release == "revoked") | (pl.col("released_on") == off))
    begun = pl.coalesce("restart_on", "listed_on")
    shortest = pl.min_horizontal(end_of_duration(begun, regime.stay) for regime in law.regimes)
    came: list[tuple[pl.Expr, pl.Expr]] = [
        (is_answered, release),
        (is_annulled, pl.lit("annulled")),
        (pl.col("_gone") == off, pl.lit("deregistered")),
        (off.is_not_null(), pl.lit("ended")),
    ]
    over = pl.coalesce(pl.when(test.fill_null(False)).then(state) for test, state in came)
    is_unknown = pl.col("gap").is_not_null() & (shortest < as_of)
    open_ = (
        pl.when(pl.col("_is_gone"))
        .then(pl.lit("deregistered"))
        .when(is_unknown)
        .then(pl.lit("unknown"))
        .when(pl.col("stayed_on").is_not_null())
        .then(pl.lit("stayed"))
        .otherwise(pl.lit(ON_LIST))
    )
    return pl.when((off <= as_of).fill_null(False)).then(over).otherwise(open_)


def _revocation(law: SeriousListLaw, calendar: Calendar) -> list[pl.Expr]:
    """The term to revoke what has lost its ground while it stood, from the annulment."""
    is_cause = pl.col("_annulled") == pl.col("_off")
    annulled, dated = pl.when(is_cause).then("annulled_on"), law.revoke_working_days
    by_on = add_working_days(annulled, dated_value(dated, annulled, INTEGER), calendar)
    return [
        by_on.alias("revoke_by_on"),
        pl.when(annulled.is_not_null()).then(pl.lit(dated.basis)).alias("revoke_basis"),
        pl.when(annulled.is_not_null()).then(pl.lit(dated.confidence)).alias("revoke_confidence"),
    ]


def _days(as_of: date) -> dict[str, pl.Expr]:
    """The ends as the reader wants them: cut short where something ends the entry before, empty for no end."""
    cut = pl.min_horizontal("released_on", "_annulled", "_gone")
    is_cut = (cut <= pl.coalesce("stop_on", pl.lit(FOR_EVER))).fill_null(False)
    is_gone = pl.col("_is_gone") & (pl.col("state") == "deregistered") & ~(pl.col("_off") <= as_of).fill_null(False)
    stops = {}
    for name in _STOPS:
        sooner = pl.min_horizontal(name, cut) if name != "stop_latest_on" else pl.when(is_cut).then(cut)
        day = pl.coalesce(sooner, name)
        stops[name] = pl.when(~is_gone & (day < FOR_EVER)).then(day)
    last = pl.when(is_gone).then(None).when(is_cut).then(cut.dt.offset_by("-1d")).otherwise(pl.col("last_day_on"))
    term = pl.when(pl.col("term_on") < FOR_EVER).then("term_on")
    is_lifelong = (pl.col("term_on") >= FOR_EVER).fill_null(False)
    return {**stops, "last_day_on": last, "term_on": term, "is_lifelong": is_lifelong}


def _notes() -> pl.Expr:
    tests = {
        "publication_assumed": pl.col("is_publication_assumed"),
        "transition": pl.col("stop_on") != pl.col("stop_other_transition_on"),
        "ground_unknown": pl.col("target").is_not_null() & ~pl.col("is_known"),
        "ground_changed": pl.col("is_changed"),
        "annulled_on_unstated": pl.col("is_annulled") & pl.col("annulled_on").is_null(),
        "term_unstated": pl.col("is_term_unstated"),
        "consent": pl.col("needs_consent"),
        "deregistered_on_unstated": pl.col("is_gone_undated"),
        "restarted": pl.col("restart_on").is_not_null(),
        "stayed_rating": pl.col("state") == "stayed",
    }
    told = [pl.when(test.fill_null(False)).then(pl.lit(code)) for code, test in tests.items()]
    return pl.concat_list("register_notes", pl.concat_list(told).list.drop_nulls())


RESTORE_LISTING = "restore_listing"

CLOCK_KEY = ("matter_id", "restart_on")


def replay_with_clocks(
    records: ListingRecords, law: ListingPolicy, calendar: Calendar, as_of: date
) -> tuple[ReplayedMatters, pl.DataFrame]:
    """The register on `as_of`, and a row per clock of every listing: the first, and one for each restart.

    Followed twice: when a listing ends follows from its steps, and which steps are possible from its end.
    """
    alone = replay_decisions(records.decisions, law.procedure, calendar, as_of)
    runs = _runs(alone, records, law, calendar, as_of).collect()
    return replay_decisions(records.decisions, law.procedure, calendar, as_of, _lapse(runs)), runs


def _lapse(runs: pl.DataFrame) -> Lapse:
    days = last_days_by_clock(runs)

    def lapse(life: Matter) -> date | None:
        is_on = life.listing is not None and life.release is None
        return days.get((life.first.record_id, life.restored_on)) if is_on else None

    return lapse


def _runs(
    register: ReplayedMatters, records: ListingRecords, law: ListingPolicy, calendar: Calendar, as_of: date
) -> pl.LazyFrame:
    taken = register.steps.filter(~pl.col("is_refused"), pl.col("step") == RESTORE_LISTING)
    again = taken.select("matter_id", restart_on="on").unique()
    listed = register.matters.filter(pl.col("listed_on") >= law.serious.regimes[0].from_)
    firsts = listed.select("matter_id", restart_on=pl.lit(None, dtype=DATE))
    runs = pl.concat([firsts, again]).join(_listed(listed, records, law), on="matter_id")
    dated = with_listing_terms(with_ground_penalty(runs, records, law.serious), law, calendar)
    return with_listing_period(_published_in_time(dated, law, calendar, as_of), law.serious, calendar, as_of)


def _published_in_time(frame: pl.LazyFrame, law: ListingPolicy, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """Without publications of what had ended by then, as it counts until one is recorded: none brings it back."""
    unstated = with_listing_period(
        frame.with_columns(published_on=pl.lit(None, dtype=DATE)), law.serious, calendar, as_of
    )
    ends = unstated.select(*CLOCK_KEY, over_on="stop_on")
    is_late = (pl.col("published_on") >= pl.col("over_on")).fill_null(False)
    joined = frame.join(ends, on=CLOCK_KEY, how="left", nulls_equal=True)
    return joined.with_columns(published_on=pl.when(~is_late).then("published_on")).drop("over_on")


def _listed(matters: pl.LazyFrame, records: ListingRecords, law: ListingPolicy) -> pl.LazyFrame:
    """Listings of enterprises of the register, with what the decision and the register say of them."""
    said = records.decisions.select(
        listing_id="record_id",
        decision_uscc="uscc",
        reason="reason",
        listed_by="authority",
        stated_until_on="ends_on",
        proposed_by="proposed_by",
        decided_by="decided_by",
        needs_consent=dated_condition(law.serious.consent_when, pl.col("decided_on")),
    )
    own = ("enterprise_id", "name", "deregistered_on")
    names = records.enterprises.select(*own, is_gone_undated=is_deregistered_undated(), register_uscc="uscc")
    asked = matters.select(
        "matter_id", "listing_id", "listing_no", "enterprise_id", "target", "target_key", "listed_on", "published_on"
    )
    return asked.join(said, on="listing_id").join(names, on="enterprise_id")


PUBLISH_LISTING = "publish_listing"

_OTHER: dict[TransitionalRule, TransitionalRule] = {"display": "decision", "decision": "display"}


def with_listing_terms(frame: pl.LazyFrame, law: ListingPolicy, calendar: Calendar) -> pl.LazyFrame:
    """`frame` (listed_on, is_other_province) with the last days to push and to publish a listing, in working days."""
    listed = pl.col("listed_on")
    own = add_working_days(listed, dated_value(_publish_term(law), listed, INTEGER), calendar)
    pushed = add_working_days(listed, dated_value(law.serious.push_working_days, listed, INTEGER), calendar)
    days = dated_value(law.serious.receive_working_days, listed, INTEGER)
    push_by = pl.when("is_other_province").then(pushed)
    received = add_working_days(push_by, days, calendar)
    by_on = pl.when("is_other_province").then(received).otherwise(own)
    return frame.with_columns(push_by_on=push_by, publish_by_on=by_on)


def _publish_term(law: ListingPolicy) -> Dated[int] | None:
    terms = (term for term in law.procedure.of("listing").terms if PUBLISH_LISTING in term.awaits)
    return next((term.days for term in terms), None)


def with_listing_period(frame: pl.LazyFrame, law: SeriousListLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """A row per clock with its ends; restart_on: the day it was started anew, null for the first.

    Needs listed_on, published_on, publish_by_on, term_on. Adds stop_on and its other readings (FOR_EVER or later for no
    end), last_day_on, counts_from_on, regime, basis of the regime that governs on `as_of`, how sure all of it is; and
    credit_china_stop_on and credit_china_last_day_on, by the other system's own clock, which no revocation starts anew.
    """
    frame = frame.with_columns(decided_on=pl.coalesce("restart_on", "listed_on"))
    for position, regime in enumerate(law.regimes):
        frame = frame.with_columns(_outcome(regime, law).alias(outcome_column(position)))
    transition = law.transition.on(law.regimes[0].from_) or "display"
    ends = PeriodEnds(law.regimes, calendar)
    frame = frame.with_columns(
        stop_on=ends.stop_on(calendar.convention, transition),
        stop_earliest_on=ends.stop_on(EARLIEST, transition),
        stop_latest_on=ends.stop_on(LATEST, transition),
        stop_other_transition_on=ends.stop_on(calendar.convention, _OTHER[transition]),
    )
    frame = frame.with_columns(**_on_credit_china(law, calendar))
    governing = ends.governing(as_of, transition)
    frame = frame.with_columns(
        counts_from_on=ends.pick(governing, [_start(regime, law) for regime in law.regimes]),
        is_publication_assumed=ends.pick(governing, [_is_assumed(regime) for regime in law.regimes]),
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


def _on_credit_china(law: SeriousListLaw, calendar: Calendar) -> dict[str, pl.Expr]:
    regime = law.credit_china
    end = end_of_duration(pl.col("listed_on"), regime.stay)
    longer = pl.max_horizontal(end, "term_on") if regime.until_term_ends else end
    last = pl.when(longer >= FOR_EVER).then(longer).otherwise(last_day(longer, calendar.convention, calendar))
    stop = effect_day(last, calendar.convention)
    return {
        "credit_china_last_day_on": pl.when(last < FOR_EVER).then(last),
        # What another rule had shown before ends on the first day of this one at the soonest.
        "credit_china_stop_on": pl.when(stop.is_not_null()).then(pl.max_horizontal(stop, pl.lit(regime.from_))),
    }


def _outcome(regime: ListingRegime, law: SeriousListLaw) -> pl.Expr:
    """What Ends asks of a regime. Where the start is not known the end is not, whatever the restriction."""
    end = end_of_duration(_start(regime, law), regime.stay)
    longer = pl.max_horizontal(end, "term_on") if regime.until_term_ends else end
    return pl.struct(is_shown=pl.lit(True), end_on=pl.when(end.is_not_null()).then(longer))


def _start(regime: ListingRegime, law: SeriousListLaw) -> pl.Expr:
    if regime.counts_from == "listing":
        return pl.coalesce("restart_on", "listed_on")
    is_listing = dated_value(law.unstated_publication, pl.col("listed_on"), TEXT) == "listing"
    assumed = pl.when(is_listing).then("listed_on").otherwise("publish_by_on")
    return pl.coalesce("restart_on", "published_on", assumed)


def _is_assumed(regime: ListingRegime) -> pl.Expr:
    is_unstated = pl.col("published_on").is_null() & pl.col("restart_on").is_null()
    return pl.lit(regime.counts_from == "publication") & is_unstated


def last_days_by_clock(runs: pl.DataFrame) -> dict[tuple[str, date | None], date]:
    """By matter and restart: the last day of what ends by itself."""
    ending = runs.filter(pl.col("stop_on") < FOR_EVER)
    days = ending.select("matter_id", "restart_on", pl.col("stop_on").dt.offset_by("-1d").cast(DATE))
    return {(matter, restart): day for matter, restart, day in days.iter_rows()}


_NAMES = ("is_known", "is_annulled", "annulled_on", "is_changed", "is_other_province", "term_on", "is_term_unstated")


def with_ground_penalty(matters: pl.LazyFrame, records: ListingRecords, law: SeriousListLaw) -> pl.LazyFrame:
    """`matters` (with enterprise_id, target_key and stated_until_on) with what is known of the penalty of that number.

    Adds is_known, is_annulled, annulled_on, is_changed, is_other_province, term_on (FOR_EVER for life; the later of
    the penalty's and of what the listing states) and is_term_unstated.
    """
    key = ["enterprise_id", "target_key"]
    joined = matters.join(_grounds(records, law), on=key, how="left", maintain_order="left")
    flags = [pl.col(name).fill_null(False) for name in _NAMES if name.startswith("is_")]
    return joined.with_columns(*flags, term_on=pl.max_horizontal("term_on", "stated_until_on"))


def _grounds(records: ListingRecords, law: SeriousListLaw) -> pl.LazyFrame:
    penalties = with_penalty_facts(records.penalties.filter(pl.col("enterprise_id").is_not_null()), records.enterprises)
    return (
        penalties.with_columns(target_key=document_key(pl.col("decision_no")))
        .with_columns(is_known=pl.lit(True), is_annulled=is_annulled_penalty(law), **_term(law))
        .with_columns(
            is_changed=~pl.col("is_annulled") & (pl.col("state") != IN_FORCE).fill_null(False),
            annulled_on=pl.when("is_annulled").then("revoked_on"),
        )
        .sort("record_id")
        .group_by("enterprise_id", "target_key", maintain_order=True)
        .agg(pl.col(_NAMES).first())
    )


def is_annulled_penalty(law: SeriousListLaw) -> pl.Expr:
    """In one of the states that the law of the day names; a day without a state is a revocation."""
    states = dated_value(law.annulling, pl.coalesce("revoked_on", pl.lit(FOR_EVER)), TEXT_LIST)
    is_stated = states.list.contains(pl.col("state")).fill_null(False)
    is_silent = pl.col("state").is_null() | (pl.col("state") == IN_FORCE)
    return is_stated | (is_silent & pl.col("revoked_on").is_not_null())


def _term(law: SeriousListLaw) -> dict[str, pl.Expr]:
    restricts = pl.sql_expr(law.restricts_when).fill_null(False)
    is_lifelong = pl.sql_expr(law.lifelong_when).fill_null(False)
    until = pl.when(is_lifelong).then(pl.lit(FOR_EVER, dtype=DATE)).otherwise(pl.col("valid_until_on"))
    return {"term_on": pl.when(restricts).then(until), "is_term_unstated": restricts & until.is_null()}


@dataclass(frozen=True)
class ListingRecords:
    """Current versions of the records that a listing is about."""

    decisions: pl.LazyFrame
    enterprises: pl.LazyFrame
    penalties: pl.LazyFrame


@dataclass(frozen=True)
class ListingPolicy:
    """The law of the list, and of the steps that lead to it and from it."""

    serious: SeriousListLaw
    procedure: ProcedureLaw
