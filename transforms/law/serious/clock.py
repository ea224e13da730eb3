"""How long a listing stands: every clock that its steps have started, with the ends under all readings."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.by_day import value_on
from transforms.law.calendar import EARLIEST, LATEST, Calendar, effect_day, last_day, working_days_later
from transforms.law.classes import FOR_EVER
from transforms.law.confidence import weakened
from transforms.law.ends import Ends, outcome_column
from transforms.law.serious.records import ListLaw
from transforms.policy.dated import Dated
from transforms.policy.law_publicity import Transition
from transforms.policy.law_serious import ListRegime, SeriousList
from transforms.spans import end_of_span
from transforms.tables.shape import COUNT, DAY, TEXT

PUBLISHES = "publish_listing"
_OTHER: dict[Transition, Transition] = {"display": "decision", "decision": "display"}


def with_terms(frame: pl.LazyFrame, law: ListLaw, calendar: Calendar) -> pl.LazyFrame:
    """`frame` (listed_on, is_other_province) with the last days to push and to publish a listing, in working days."""
    listed = pl.col("listed_on")
    own = working_days_later(listed, value_on(_publish_term(law), listed, COUNT), calendar)
    pushed = working_days_later(listed, value_on(law.serious.push_working_days, listed, COUNT), calendar)
    days = value_on(law.serious.receive_working_days, listed, COUNT)
    push_by = pl.when("is_other_province").then(pushed)
    received = working_days_later(push_by, days, calendar)
    by_on = pl.when("is_other_province").then(received).otherwise(own)
    return frame.with_columns(push_by_on=push_by, publish_by_on=by_on)


def _publish_term(law: ListLaw) -> Dated[int] | None:
    terms = (term for term in law.procedure.of("listing").terms if PUBLISHES in term.awaits)
    return next((term.days for term in terms), None)


def with_stay(frame: pl.LazyFrame, law: SeriousList, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """A row per clock with its ends; restart_on: the day it was started anew, null for the first.

    Needs listed_on, published_on, publish_by_on, term_on. Adds stop_on and its other readings (FOR_EVER or later for no
    end), last_day_on, counts_from_on, regime, basis of the regime that governs on `as_of`, how sure all of it is; and
    credit_china_stop_on and credit_china_last_day_on, by the other system's own clock, which no revocation starts anew.
    """
    frame = frame.with_columns(decided_on=pl.coalesce("restart_on", "listed_on"))
    for position, regime in enumerate(law.regimes):
        frame = frame.with_columns(_outcome(regime, law).alias(outcome_column(position)))
    transition = law.transition.on(law.regimes[0].from_) or "display"
    ends = Ends(law.regimes, calendar)
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
    return frame.with_columns(confidence=weakened(pl.col("confidence"), *doubts)).drop(
        outcome_column(i) for i in range(len(law.regimes))
    )


def _on_credit_china(law: SeriousList, calendar: Calendar) -> dict[str, pl.Expr]:
    regime = law.credit_china
    end = end_of_span(pl.col("listed_on"), regime.stay)
    longer = pl.max_horizontal(end, "term_on") if regime.until_term_ends else end
    last = pl.when(longer >= FOR_EVER).then(longer).otherwise(last_day(longer, calendar.convention, calendar))
    stop = effect_day(last, calendar.convention)
    return {
        "credit_china_last_day_on": pl.when(last < FOR_EVER).then(last),
        # What another rule had shown before ends on the first day of this one at the soonest.
        "credit_china_stop_on": pl.when(stop.is_not_null()).then(pl.max_horizontal(stop, pl.lit(regime.from_))),
    }


def _outcome(regime: ListRegime, law: SeriousList) -> pl.Expr:
    """What Ends asks of a regime. Where the start is not known the end is not, whatever the restriction."""
    end = end_of_span(_start(regime, law), regime.stay)
    longer = pl.max_horizontal(end, "term_on") if regime.until_term_ends else end
    return pl.struct(is_shown=pl.lit(True), end_on=pl.when(end.is_not_null()).then(longer))


def _start(regime: ListRegime, law: SeriousList) -> pl.Expr:
    if regime.counts_from == "listing":
        return pl.coalesce("restart_on", "listed_on")
    is_listing = value_on(law.unstated_publication, pl.col("listed_on"), TEXT) == "listing"
    assumed = pl.when(is_listing).then("listed_on").otherwise("publish_by_on")
    return pl.coalesce("restart_on", "published_on", assumed)


def _is_assumed(regime: ListRegime) -> pl.Expr:
    is_unstated = pl.col("published_on").is_null() & pl.col("restart_on").is_null()
    return pl.lit(regime.counts_from == "publication") & is_unstated


def last_days(runs: pl.DataFrame) -> dict[tuple[str, date | None], date]:
    """By matter and restart: the last day of what ends by itself."""
    ending = runs.filter(pl.col("stop_on") < FOR_EVER)
    days = ending.select("matter_id", "restart_on", pl.col("stop_on").dt.offset_by("-1d").cast(DAY))
    return {(matter, restart): day for matter, restart, day in days.iter_rows()}
