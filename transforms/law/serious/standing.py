"""Whether a listing stands on a day: what ends it before its time, and what came first."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.by_day import first_day_true, value_on
from transforms.law.calendar import Calendar, working_days_later
from transforms.law.classes import FOR_EVER
from transforms.law.serious.records import ListLaw
from transforms.policy.law_serious import SeriousList
from transforms.spans import end_of_span
from transforms.tables.shape import COUNT, TEXT

STANDING = "standing"
_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on")


def with_standing(frame: pl.LazyFrame, law: ListLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
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


def _gone(law: SeriousList) -> pl.Expr:
    day = first_day_true(law.deregistration_ends, pl.col("deregistered_on"))
    return pl.when(day.is_not_null()).then(pl.max_horizontal(day, "listed_on"))


def _is_gone(law: SeriousList, as_of: date) -> pl.Expr:
    """The register has the enterprise as deregistered without a day: it is gone, nobody knows since when."""
    rule = law.deregistration_ends
    return pl.col("is_gone_undated") & pl.lit(as_of >= min(rule.values) and bool(rule.on(as_of)))


def _stayed(law: SeriousList, as_of: date) -> pl.Expr:
    day = first_day_true(law.stay_hides, pl.col("stayed_on"))
    return pl.when(day <= as_of).then(day)


def _credit_china(law: SeriousList) -> list[pl.Expr]:
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


def _state(law: SeriousList, as_of: date) -> pl.Expr:
    """What came first. A removal or a revocation that answers an annulment is what stands in the end."""
    off, release = pl.col("_off"), pl.col("release")
    is_annulled = pl.col("_annulled") == off
    is_answered = release.is_not_null() & (is_annulled | (release == "revoked") | (pl.col("released_on") == off))
    begun = pl.coalesce("restart_on", "listed_on")
    shortest = pl.min_horizontal(end_of_span(begun, regime.stay) for regime in law.regimes)
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
        .otherwise(pl.lit(STANDING))
    )
    return pl.when((off <= as_of).fill_null(False)).then(over).otherwise(open_)


def _revocation(law: SeriousList, calendar: Calendar) -> list[pl.Expr]:
    """The term to revoke what has lost its ground while it stood, from the annulment."""
    is_cause = pl.col("_annulled") == pl.col("_off")
    annulled, dated = pl.when(is_cause).then("annulled_on"), law.revoke_working_days
    by_on = working_days_later(annulled, value_on(dated, annulled, COUNT), calendar)
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
