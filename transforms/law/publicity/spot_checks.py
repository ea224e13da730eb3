"""Bad results of spot checks (抽查检查结果负面信息) that are public: until when, by what followed from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.dates import end_of_duration
from transforms.law.calendar.periods import FOR_EVER, first_day_true
from transforms.law.calendar.working_days import EARLIEST, LATEST, Calendar, effect_day, last_day
from transforms.law.publicity.penalty_facts import is_deregistered_undated
from transforms.law.texts import joined
from transforms.policy_model.document import Duration
from transforms.policy_model.law import SpotCheckLaw
from transforms.records.text import document_key
from transforms.schemas.base import TEXT, TEXT_LIST
from transforms.schemas.law import PUBLICITY
from transforms.schemas.vocabularies import INSPECTION_CONCLUSIONS, SAMPLING_RESULTS

_STOPS = ("stop_on", "stop_earliest_on", "stop_latest_on")
_VOID = ("withdrawn", "to_withdraw")
# Causes and states by which a penalty or a listing ends in time; all others are acts.
_IN_TIME = ("period", "regime", "ended")
_OF_CHECK = ("record_id", "enterprise_id", "party_name", "published_on")
_ENDLESS = pl.lit(FOR_EVER)


@dataclass(frozen=True)
class SpotCheckRecords:
    """Current versions of checks and of what may have followed from them, and what the law made of that on the day.

    publicity: PUBLICITY of the penalties. listings: LISTING.
    """

    inspections: pl.LazyFrame
    samplings: pl.LazyFrame
    penalties: pl.LazyFrame
    enterprises: pl.LazyFrame
    publicity: pl.DataFrame
    listings: pl.DataFrame


def spot_check_publicity(records: SpotCheckRecords, law: SpotCheckLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """PUBLICITY of bad results that were public by `as_of`, sorted by its key.

    decision_no and decided_on are the number and the day of the check. A result that nothing heavier followed ends
    after its period, any other with the last penalty or listing that followed (107号令 Art. 10). Where a heavier
    penalty may have followed and no record says so, the state is unknown once the period is over.
    """
    return assessed_checks(records, law, calendar, as_of).select(list(PUBLICITY.schema)).sort(PUBLICITY.key)


def assessed_checks(records: SpotCheckRecords, law: SpotCheckLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """`spot_check_publicity` in no order, with is_ended_by_act: an act ends what followed last, not its period."""
    start = min(day for day, period in law.shown.values.items() if period is not None)
    frame = _with_followers(_bad_results(records, law, as_of), records, law, max(start, as_of))
    enterprises = records.enterprises.select("enterprise_id", "deregistered_on", is_gone=is_deregistered_undated())
    frame = frame.join(enterprises, on="enterprise_id", how="left")
    rule = law.deregistration_ends
    is_ended_by_deregistration = as_of >= min(rule.values) and bool(rule.on(as_of))
    frame = frame.with_columns(
        gone_on=first_day_true(rule, pl.col("deregistered_on")),
        is_gone=pl.col("is_gone").fill_null(False) & pl.lit(is_ended_by_deregistration),
    )
    period = law.shown.on(max(start, as_of)) or Duration(days=1)
    readings = dict(zip(_STOPS, (calendar.convention, EARLIEST, LATEST), strict=True))
    end, own, stops = end_of_duration(pl.col("published_on"), period), {}, {}
    for name, convention in readings.items():
        # First day off display where nothing heavier followed, not before the rule began; null beyond the calendar.
        stop = effect_day(last_day(end, convention, calendar), convention)
        own[name] = pl.when(stop.is_not_null()).then(pl.max_horizontal(stop, pl.lit(start)))
        # The later of that and the end of what followed; null beyond the calendar, unless what followed has no end.
        with_stop = pl.col(f"with_{name}")
        is_known = own[name].is_not_null() | (with_stop >= FOR_EVER).fill_null(False)
        stops[name] = pl.when(is_known).then(pl.max_horizontal(own[name], with_stop))
    frame = frame.with_columns(own_stop_on=own["stop_on"], **stops)
    frame = frame.with_columns(pl.min_horizontal(name, "gone_on").alias(name) for name in _STOPS)
    return _described(frame, law, start, as_of)


def _bad_results(records: SpotCheckRecords, law: SpotCheckLaw, as_of: date) -> pl.LazyFrame:
    """The bad results that are public, of inspections and samplings under the same column names."""
    inspected = records.inspections.filter(pl.sql_expr(law.inspection_when)).select(
        *_OF_CHECK,
        authority="authority",
        number="inspection_no",
        checked_on="inspected_on",
        reason=pl.col("conclusion").replace_strict(INSPECTION_CONCLUSIONS, return_dtype=TEXT),
    )
    sampled = records.samplings.filter(pl.sql_expr(law.sampling_when)).select(
        *_OF_CHECK,
        authority="laboratory",
        number="sample_no",
        checked_on=pl.coalesce("sampled_on", "reported_on"),
        reason=pl.col("result").replace_strict(SAMPLING_RESULTS, return_dtype=TEXT),
    )
    return pl.concat([inspected, sampled]).filter(pl.col("published_on") <= as_of)


def _with_followers(checks: pl.LazyFrame, records: SpotCheckRecords, law: SpotCheckLaw, day: date) -> pl.LazyFrame:
    """`checks` with with_stop_on and its other readings, is_ended_by_act, followed_nos and possible_nos.

    with_stop_on: the end of the last penalty that followed, FOR_EVER for none; null where nothing heavier followed.
    is_ended_by_act: an act ends that one.
    followed_nos, possible_nos: numbers of the penalties that followed, and of those that may have.
    """
    within = law.may_follow.on(max(day, min(law.may_follow.values))) or Duration(days=1)
    asked = checks.select("record_id", "enterprise_id", "number", "checked_on")
    number = pl.col("number")
    is_named = [pl.col(text).str.contains(number, literal=True).fill_null(False) for text in ("facts", "remark")]
    is_act = (document_key(pl.col("act_no")) == document_key(number)).fill_null(False)
    is_linked = pl.any_horizontal(is_act, *is_named)
    pairs = asked.join(_heavier(records, law), on="enterprise_id").with_columns(is_linked=is_linked)
    last_on = end_of_duration(pl.col("checked_on"), within)
    is_near = pl.col("decided_on").is_between(pl.col("checked_on"), last_on)
    is_tied = pl.col("is_linked").any().over("penalty_id")  # to this check or to another
    pairs = pairs.with_columns(is_possible=~is_tied & is_near)
    ends = pairs.filter(pl.lit(bool(law.with_penalty.on(day))))
    linked = pl.col("is_linked")
    is_last = linked & (pl.col("penalty_stop_on") == pl.col("penalty_stop_on").filter(linked).max())
    found = ends.group_by("record_id").agg(
        *(pl.col(f"penalty_{name}").filter(linked).max().alias(f"with_{name}") for name in _STOPS),
        is_ended_by_act=pl.col("is_ended_by_act").filter(is_last).any(),
        followed_nos=pl.col("decision_no").filter(linked).unique().sort(),
        possible_nos=pl.col("decision_no").filter("is_possible").unique().sort(),
    )
    nos = [pl.col(name).fill_null([]) for name in ("followed_nos", "possible_nos")]
    by_act = pl.col("is_ended_by_act").fill_null(False)
    return checks.join(found, on="record_id", how="left").with_columns(*nos, by_act)


def _heavier(records: SpotCheckRecords, law: SpotCheckLaw) -> pl.LazyFrame:
    """Penalties in force that are more than minor, with the end of their publicity or of a listing resting on them.

    is_ended_by_act: an act, no period, is the later of these two ends.
    """
    shown = records.publicity.lazy().filter(pl.col("system") == law.system, ~pl.col("state").is_in(_VOID))
    shown = shown.filter(~pl.col("class").is_in(law.minor_classes).fill_null(False))
    ends = shown.select("record_id", "class", "stop_cause", *_STOPS)
    listed = records.listings.lazy().select(
        "enterprise_id",
        number_key=document_key(pl.col("target")),
        is_act=~pl.col("state").is_in(_IN_TIME),
        **{f"listing_{name}": pl.coalesce(name, _ENDLESS) for name in _STOPS},
    )
    is_last = pl.col("listing_stop_on") == pl.col("listing_stop_on").max()
    listed = listed.group_by("enterprise_id", "number_key").agg(
        *(pl.col(f"listing_{name}").max() for name in _STOPS), is_listing_act=pl.col("is_act").filter(is_last).any()
    )
    texts = ("act_no", "facts", "remark")
    own = records.penalties.select("record_id", "enterprise_id", "decision_no", "decided_on", *texts)
    joined = own.join(ends, on="record_id").with_columns(number_key=document_key(pl.col("decision_no")))
    joined = joined.join(listed, on=["enterprise_id", "number_key"], how="left")
    last = {f"penalty_{name}": pl.max_horizontal(pl.coalesce(name, _ENDLESS), f"listing_{name}") for name in _STOPS}
    is_of_listing = (pl.col("listing_stop_on") > pl.coalesce("stop_on", _ENDLESS)).fill_null(False)
    is_penalty_act = ~pl.col("stop_cause").is_in(_IN_TIME).fill_null(True)
    last["is_ended_by_act"] = pl.when(is_of_listing).then("is_listing_act").otherwise(is_penalty_act)
    return joined.select("enterprise_id", "decision_no", "decided_on", *texts, penalty_id="record_id", **last)


def _described(frame: pl.LazyFrame, law: SpotCheckLaw, start: date, as_of: date) -> pl.LazyFrame:
    """`frame` with the columns of PUBLICITY. start: the first day of the rule."""
    stop, is_gone, is_with = pl.col("stop_on"), pl.col("is_gone"), pl.col("with_stop_on").is_not_null()
    # Nothing is recorded to have followed, and something may have that keeps the result on display longer: noted from
    # the start, and open once the result's own period is over.
    may_be_kept = ~is_with & (pl.col("possible_nos").list.len() > 0)
    is_open = (may_be_kept & (pl.col("own_stop_on") <= as_of)).fill_null(False)
    states = [
        (pl.lit(as_of < start), "uncovered"),
        (is_gone | (pl.col("gone_on") <= as_of), "deregistered"),
        (is_open, "unknown"),
        (stop <= as_of, "ended"),
    ]
    state = pl.coalesce(*(pl.when(test.fill_null(False)).then(pl.lit(name)) for test, name in states), pl.lit("public"))
    cause = pl.when(pl.col("gone_on") == stop).then(pl.lit("deregistered")).when(is_with).then(pl.lit("followed"))
    named = {"followed_nos": "其后处罚：", "possible_nos": "可能相关的处罚："}
    penalties = [
        pl.when(pl.col(name).list.len() > 0).then(pl.concat_str(pl.lit(title), pl.col(name).list.join("、")))
        for name, title in named.items()
    ]
    notes = {"link_unstated": may_be_kept, "deregistered_on_unstated": is_gone}
    codes = [pl.when(test).then(pl.lit(code)).otherwise(pl.lit(None, dtype=TEXT)) for code, test in notes.items()]
    known = {
        "system": pl.lit(law.system),
        "system_title": pl.lit(law.title),
        "decision_no": pl.col("number"),
        "decided_on": pl.col("checked_on"),
        "penalty_kinds": pl.lit([], dtype=TEXT_LIST),
        "state": state,
        "is_public": pl.lit(as_of >= start),
        "reason": joined(pl.col("reason"), *penalties),
        "basis": pl.when(is_with).then(pl.lit(law.with_penalty.basis)).otherwise(pl.lit(law.shown.basis)),
        "confidence": pl.when(may_be_kept)
        .then(pl.lit(law.may_follow.confidence))
        .otherwise(pl.lit(law.shown.confidence)),
        "counts_from_on": pl.col("published_on"),
        "last_day_on": pl.when(~is_gone & (stop < FOR_EVER)).then(stop.dt.offset_by("-1d")),
        "stop_cause": pl.when(is_gone)
        .then(pl.lit("deregistered"))
        .when(stop < FOR_EVER)
        .then(cause.otherwise(pl.lit("period"))),
        "notes": pl.concat_list(codes).list.drop_nulls(),
        "gap": pl.when(is_open).then(pl.lit("link")).when(stop.is_null()).then(pl.lit("calendar")),
        **{name: pl.when(~is_gone & (pl.col(name) < FOR_EVER)).then(name) for name in _STOPS},
    }
    own = ("record_id", "enterprise_id", "party_name", "authority", "reason", "published_on")
    missing = [name for name in PUBLICITY.schema if name not in known and name not in own]
    empty = {name: pl.lit(None, dtype=PUBLICITY.schema[name]) for name in missing}
    return frame.with_columns(**known, **empty)
