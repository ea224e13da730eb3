"""What falls due (到期事项): what happens by itself on a day, and what someone must do by when.

`deadlines` gives the table DEADLINE for the coming days, from every part of a `LawState`. `publicity_duties` gives the
penalties with which something is due, overdue or ending on the day itself.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Literal

import polars as pl

from transforms.dates import day_after
from transforms.law.calendar.periods import dated_value
from transforms.law.calendar.working_days import Calendar, add_working_days, missing_notice
from transforms.law.law_state import LawState
from transforms.law.matters.cases import open_terms
from transforms.law.matters.decision_log import DecisionLog
from transforms.law.matters.licences import may_be_renewed, with_renewal
from transforms.law.matters.pushes import PushRecords
from transforms.law.texts import joined_or_null
from transforms.policy_model.law import CaseLaw, ExternalListLaw, LicenceLaw, RepairLaw, SpotCheckLaw
from transforms.records.licences import merged_licences
from transforms.records.text import document_key
from transforms.schemas import KINDS
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT
from transforms.schemas.law import (
    BAN_NOTES,
    CAUSES_OF_END,
    DEADLINE,
    LISTING_NOTES,
    PERSON_LISTING_NOTE,
    PUBLICITY,
    PUBLICITY_NOTES,
    REPAIR_EVENTS,
)
from transforms.schemas.run_tables import OUTLOOK_CAUSES
from transforms.schemas.vocabularies import EXTERNAL_LISTS, LICENCE_TYPES, POSITIONS, PUSH_TYPES

DutyFilter = Literal["due", "overdue", "ending"]
_ORDER = ("on", "is_automatic", "what", "enterprise_id", "decision_no", "record_id", "system")
_NO_TEXT = pl.lit(None, dtype=TEXT)


def deadlines(
    state: LawState,
    until: date | None = None,
    outlook: pl.LazyFrame | None = None,
    with_repair: bool = True,
) -> pl.LazyFrame:
    """DEADLINE from `state.as_of` to `until` (included; None: all): overdue duties first, then by day.

    What happens by itself on `as_of` has happened and is left out; duties are given from `as_of` on. If no record
    arrives, later days show the same. outlook: the predicted changes of tiers (OUTLOOK). with_repair: also the days
    from which an early end may be asked for.
    """
    as_of, law, records, log = state.as_of, state.law, state.records, state.decision_log
    publicity, bans = state.publicity.lazy(), state.bans.lazy()
    parts = [
        _with_repair_sources(
            _of_publicity(publicity, law.calendar, as_of, "penalty", state.pushes), log, law.publicity.repairs
        ),
        _of_publicity(state.spot_checks.lazy(), law.calendar, as_of, "spot_check", state.pushes),
        _of_listings(log.listings.lazy(), as_of, state.pushes),
        _of_matters(log, publicity, law.calendar, as_of),
        _of_restrictions(records["penalty"].filter(pl.col("decided_on") <= as_of), bans),
        _of_bans(bans),
        _of_orders(records["rectification"], as_of),
        _of_pushes(state.pushes, records, as_of),
    ]
    if law.spot_checks is not None:
        parts += _of_samplings(records["sampling"], law.spot_checks, law.calendar, as_of)
    if law.licences is not None:
        parts += _of_licences(records["licence"], law.licences, law.calendar, as_of)
    parts.append(_of_barred_posts(state.findings.lazy(), as_of))
    if law.external_lists is not None:
        parts += _of_external_lists(records["external_listing"], law.external_lists, law.calendar, as_of)
    if law.cases is not None:
        parts += _of_cases(records, law.cases, law.calendar, as_of)
    if with_repair:
        parts += _of_repair(state, until)
    if outlook is not None:
        parts.append(outlook_deadlines(outlook))
    is_ahead = pl.when("is_automatic").then(pl.col("on") > as_of).otherwise(pl.lit(True))
    is_near = pl.lit(True) if until is None else (pl.col("on") <= until).fill_null(True)
    rows = sort_deadlines(pl.concat(parts).filter(is_ahead & is_near))
    # Enterprises by their name in the register, a banned person by the person's own.
    names = records["enterprise"].select("enterprise_id", _name="name")
    is_person = pl.col("matter") == "ban"
    name = pl.when(is_person).then("party_name").otherwise(pl.coalesce("_name", "party_name"))
    named = rows.join(names, on="enterprise_id", how="left", maintain_order="left")
    return named.with_columns(party_name=name).drop("_name")


def sort_deadlines(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of DEADLINE in their order: overdue duties first, then by day."""
    ordered = rows.with_columns(_later=~pl.col("is_overdue")).sort("_later", *_ORDER, nulls_last=False)
    return ordered.select(list(DEADLINE.schema))


def outlook_deadlines(outlook: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of DEADLINE from those of OUTLOOK: the first day on which the tier changes if no record arrives.

    A column `party_name` of `outlook` is taken over.
    """
    why = pl.col("cause").replace_strict(OUTLOOK_CAUSES, default=pl.col("cause"), return_dtype=TEXT)
    is_worse = pl.col("index_after") > pl.col("index_before")
    way = pl.when(is_worse).then(pl.lit("下调")).otherwise(pl.lit("上调"))
    note = pl.format("由 {} {}为 {}（{}）", "tier_before", way, "tier_after", why)
    own = {"matter": pl.lit("rating"), "record_id": pl.col("enterprise_id"), "note": note}
    return _automatic(outlook, "tier_may_change", pl.col("changes_on"), **own)


def is_repair_opportunity() -> pl.Expr:
    """Whether a row of DEADLINE is a day from which an early end may, or may no longer, be asked for."""
    return pl.col("what").is_in(REPAIR_EVENTS)


def undetermined_publicity(state: LawState, until: date | None) -> pl.DataFrame:
    """Rows of PUBLICITY whose deadlines up to `until` (None: all) the policy or the calendar does not determine."""
    is_open = ~pl.col("state").is_in(["unpublished", "uncovered"]) & pl.col("gap").is_not_null()
    is_beyond = until is None or until > state.law.calendar.last_on
    return state.publicity.filter(is_open & ((pl.col("gap") == "low_fine") | pl.lit(is_beyond)))


# How rows are made


def _automatic(frame: pl.LazyFrame, what: str | pl.Expr, on: pl.Expr, **columns: pl.Expr) -> pl.LazyFrame:
    """`frame` as rows of what happens by itself on the day `on`; rows without one are left out.

    columns: those of DEADLINE that `frame` does not have under that name.
    """
    event = pl.lit(what) if isinstance(what, str) else what
    flags = {"is_overdue": pl.lit(False), "is_automatic": pl.lit(True), "who": _NO_TEXT}
    return _shaped(frame, {"what": event, "on": on, **flags, **columns}).filter(pl.col("on").is_not_null())


def _duties(
    frame: pl.LazyFrame,
    what: pl.Expr,
    by: pl.Expr,
    as_of: date,
    calendar: Calendar | None = None,
    /,
    **columns: pl.Expr,
) -> pl.LazyFrame:
    """`frame` as rows of what must be done by the day `by`: by the office, unless `who` is given.

    calendar: given where a null `by` is a day beyond it: not overdue, with a note that says which notice is missing.
    Without it a null `by` is not stated, and overdue.
    """
    overdue = (by < as_of).fill_null(calendar is None)
    flags = {"is_overdue": overdue, "is_automatic": pl.lit(False, dtype=BOOLEAN), "who": pl.lit("office")}
    if calendar is not None:
        beyond = pl.when(by.is_null()).then(pl.lit(missing_notice(calendar)))
        columns["note"] = joined_or_null(columns["note"], beyond) if "note" in columns else beyond
    return _shaped(frame, {"what": what, "on": by, **flags, **columns})


def _shaped(frame: pl.LazyFrame, given: dict[str, pl.Expr]) -> pl.LazyFrame:
    has = frame.collect_schema()
    missing = {name: pl.lit(None, dtype=dtype) for name, dtype in DEADLINE.schema.items() if name not in has}
    values = {**missing, **given}
    return frame.select(
        values.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in DEADLINE.schema.items()
    )


def _other_readings(day: str, earliest: str, latest: str, transition: str | None = None) -> pl.Expr:
    """In Chinese, the other days that the law leaves open; null where all readings agree."""
    readings = [("最早口径", earliest), ("最迟口径", latest)]
    if transition is not None:
        readings.append(("另一衔接口径", transition))
    texts = [pl.when(pl.col(other) != pl.col(day)).then(pl.format(f"{word}{{}}", other)) for word, other in readings]
    return joined_or_null(*texts)


def _noted(codes: Sequence[str], words: dict[str, str]) -> list[pl.Expr]:
    """The words of each of the codes that is in the column notes, else null."""
    return [pl.when(pl.col("notes").list.contains(code)).then(pl.lit(words[code])) for code in codes]


# Publicity of penalties and spot checks


_ON_DISPLAY = pl.col("state").is_in(["awaiting", "overdue", "public", "hidden", "stayed"])
_NOTES_OF_ENDS = (
    *("publication_assumed", "receipt_assumed", "term_unstated", "low_fine_unclear", "link_unstated"),
    "deregistration_unsettled",
)


def _of_publicity(
    publicity: pl.LazyFrame, calendar: Calendar, as_of: date, matter: str, pushes: PushRecords
) -> pl.LazyFrame:
    """From PUBLICITY of penalties or spot checks: what to publish or take down by when, and when publicity ends."""
    own = {"matter": pl.lit(matter)}
    is_publication = pl.col("task").is_in(["push", "publish"])
    is_moot = is_publication & (pl.col("stop_on") <= pl.col("by_on")).fill_null(False)
    tasks = _open_tasks(publicity, as_of, pushes).filter(~is_moot)
    # The source of a repair's terms is that of the step that grants it: see `_with_repair_sources`.
    sources = {
        name: pl.when(pl.col("task") == "withdraw")
        .then(f"withdraw_{name}")
        .when(is_publication)
        .then(f"publish_{name}")
        .otherwise(_NO_TEXT)
        for name in ("basis", "confidence")
    }
    duties = _duties(tasks, pl.col("task"), pl.col("by_on"), as_of, note=pl.col("push_note"), **own, **sources)
    # To be published by a day beyond the calendar.
    is_beyond = (pl.col("state") == "awaiting") & pl.col("publish_by_on").is_null() & (pl.col("gap") == "calendar")
    beyond = _duties(
        publicity.filter(is_beyond),
        pl.lit("publish"),
        pl.col("publish_by_on"),
        as_of,
        calendar,
        basis=pl.col("publish_basis"),
        confidence=pl.col("publish_confidence"),
        **own,
    )
    ends = _automatic(
        publicity.filter(_ON_DISPLAY),
        "publicity_ends",
        pl.col("stop_on"),
        note=joined_or_null(
            pl.col("stop_cause").replace_strict(CAUSES_OF_END, default=None, return_dtype=TEXT),
            _other_readings("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on"),
            *_noted(_NOTES_OF_ENDS, PUBLICITY_NOTES),
        ),
        **own,
    )
    return pl.concat([duties, beyond, ends])


def _with_repair_sources(rows: pl.LazyFrame, log: DecisionLog, repairs: Sequence[RepairLaw]) -> pl.LazyFrame:
    """Rows of penalties with the article and confidence of what a granted repair asks for, by its procedure."""
    key = ["enterprise_id", "system", "target_key"]
    carried_out = log.terms.filter(pl.col("awaited") == "carry_out", pl.col("matter") == "penalty")
    matters = log.matters.select("matter_id", "target_key")
    sources = carried_out.join(matters, on="matter_id").select(*key, _basis="basis", _confidence="confidence")
    keyed = rows.with_columns(target_key=document_key(pl.col("decision_no")))
    sources = sources.unique(key)
    joined = keyed.join(sources.lazy(), on=key, how="left", nulls_equal=True, maintain_order="left")

    def source(part: str) -> pl.Expr:
        pushed = {law.system: getattr(law.push_working_days, part) for law in repairs}
        of_push = pl.col("system").replace_strict(pushed, default=None, return_dtype=TEXT)
        is_take_down, is_push = pl.col("what") == "take_down", pl.col("what") == "push_repair"
        return pl.coalesce(part, pl.when(is_take_down).then(f"_{part}").when(is_push).then(of_push)).alias(part)

    return joined.with_columns(source("basis"), source("confidence")).select(list(DEADLINE.schema))


def _of_restrictions(penalties: pl.LazyFrame, bans: pl.LazyFrame) -> pl.LazyFrame:
    """From penalties in force: the first day after the term of what they restrict, unless BAN has it."""
    in_force = penalties.filter(pl.col("revoked_on").is_null(), (pl.col("state") == "in_force").fill_null(True))
    others = in_force.join(bans.filter(pl.col("record_kind") == "penalty"), on="record_id", how="anti")
    source = {"basis": pl.lit("处罚决定书载明的期限"), "confidence": pl.lit("C")}
    over = day_after(pl.col("valid_until_on")).cast(DATE)
    return _automatic(others, "term_ends", over, matter=pl.lit("penalty"), system=_NO_TEXT, note=_NO_TEXT, **source)


# Repair


_OPEN, _CLOSED = ("eligible", "unknown"), ("not_yet", "never")


def _of_repair(state: LawState, until: date | None) -> Iterator[pl.LazyFrame]:
    """From REPAIR, as the rules of each time judge it: from when an early end may be asked for, and until when."""
    law = state.law.publicity
    days = {regime.from_ for system in law.systems for regime in system.regimes}
    for repair in law.repairs:
        days |= {regime.from_ for regime in repair.penalty} | {regime.from_ for regime in repair.listing}
    changes = sorted(day for day in days if state.as_of < day and (until is None or day <= until))
    states = [state, *(replace(state, as_of=day) for day in changes)]
    for one, end in zip(states, [*changes, None], strict=True):
        is_in_time = pl.lit(True) if end is None else pl.col("earliest_on") < end
        yield _openings(one.repair.lazy().filter(pl.col("verdict") == "not_yet", is_in_time), pl.col("earliest_on"))
    # On the first day of new rules: who could not ask on the day before and now may, and the other way round.
    for previous, one in pairwise(states):
        start, verdict, key = one.as_of, pl.col("verdict"), ["record_id", "system"]
        was_open = verdict.is_in(_OPEN) | ((verdict == "not_yet") & (pl.col("earliest_on") < start))
        before = previous.repair.lazy().select(
            *key, was_open=was_open.fill_null(False), was_closed=verdict.is_in(_CLOSED)
        )
        both = one.repair.lazy().join(before, on=key)
        yield _openings(both.filter(~pl.col("was_open") & pl.col("was_closed"), verdict.is_in(_OPEN)), pl.lit(start))
        again = pl.when(pl.col("earliest_on").is_not_null()).then(pl.format("最早{}可以申请", "earliest_on"))
        closed = both.filter("was_open", verdict.is_in(_CLOSED))
        yield _automatic(closed, "repair_closes", pl.lit(start), note=again)


def _openings(repair: pl.LazyFrame, on: pl.Expr) -> pl.LazyFrame:
    """Rows of REPAIR as days from which an early end may be asked for, with what a person must judge before."""
    unstated = pl.element().filter(pl.element().struct.field("state") == "unstated").struct.field("title")
    titles = pl.col("conditions").list.eval(unstated).list.join("、")
    is_listing, is_to_judge = pl.col("matter") == "listing", titles != ""
    what = (
        pl.when(is_listing & is_to_judge)
        .then(pl.lit("wait_on_list_over"))
        .when(is_listing)
        .then(pl.lit("removal_possible"))
        .when(is_to_judge)
        .then(pl.lit("wait_over"))
        .otherwise(pl.lit("repair_possible"))
    )
    note = joined_or_null(
        _other_readings("earliest_on", "earliest_soonest_on", "earliest_latest_on"),
        pl.when(is_to_judge).then(pl.format("未载明，须由人工判断：{}", titles)),
    )
    return _automatic(repair, what, on, note=note)


# Listings, matters, bans, orders, samples, tiers


def _of_listings(listings: pl.LazyFrame, as_of: date, pushes: PushRecords) -> pl.LazyFrame:
    """From LISTING: when its period ends by itself, and by when one without a ground must be revoked."""
    own = {"matter": pl.lit("listing"), "system": _NO_TEXT, "party_name": pl.col("name")}
    is_on_list = pl.col("state") == "standing"
    note = joined_or_null(
        _other_readings("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on"),
        *_noted(("publication_assumed", "ground_changed", "term_unstated"), LISTING_NOTES),
    )
    running = listings.filter(is_on_list | (pl.col("state") == "stayed"))
    ends = _automatic(running, "listing_ends", pl.col("stop_on"), note=note, **own)
    credit_china = {
        "system": pl.lit("credit_china"),
        "basis": pl.col("credit_china_basis"),
        "confidence": pl.col("credit_china_confidence"),
    }
    elsewhere = _automatic(listings, "publicity_ends", pl.col("credit_china_stop_on"), **{**own, **credit_china})
    is_groundless = (pl.col("state") == "annulled") | (is_on_list & pl.col("revoke_by_on").is_not_null())
    revoke = _duties(
        listings.filter(is_groundless),
        pl.lit("revoke_listing"),
        pl.col("revoke_by_on"),
        as_of,
        note=pl.when(pl.col("revoke_by_on").is_null()).then(pl.lit(LISTING_NOTES["annulled_on_unstated"])),
        basis=pl.col("revoke_basis"),
        confidence=pl.col("revoke_confidence"),
        **own,
    )
    to_push = listings.filter(is_on_list, pl.col("published_on").is_null(), pl.col("push_by_on").is_not_null())
    to_push = pushes.open_duties(to_push.with_columns(party_name="name"), "listing", pl.col("push_by_on"), as_of)
    note = pl.col("push_note")
    push = _duties(to_push, pl.lit("push_listing"), pl.col("push_by_on"), as_of, note=note, **own)
    return pl.concat([ends, elsewhere, revoke, push])


def _of_matters(log: DecisionLog, publicity: pl.LazyFrame, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """From TERM_TABLE: what is awaited in matters by when.

    Without taking down a penalty that PUBLICITY has, which is a row of its own. A listing is published by the day that
    LISTING states, as long as it may be on the list.
    """
    key = ["enterprise_id", "system", "target_key"]
    names = log.matters.select("matter_id", "party_name", "target", "target_key", "listing_no")
    shown = publicity.select("enterprise_id", "system", target_key=document_key(pl.col("decision_no"))).unique()
    is_off = ~pl.col("state").is_in(["standing", "unknown"])
    listed = log.listings.select("matter_id", "stop_on", _publish_by_on="publish_by_on", is_off=is_off)
    terms = log.terms.join(names, on="matter_id", how="left").lazy()
    is_take_down = (pl.col("awaited") == "carry_out") & (pl.col("matter") == "penalty")
    others = terms.filter(~is_take_down)
    unshown = terms.filter(is_take_down).join(shown, on=key, how="anti", nulls_equal=True)
    rows = pl.concat([others, unshown]).join(listed.lazy(), on="matter_id", how="left")
    is_publication = pl.col("awaited") == "publish_listing"
    by_on = pl.when(is_publication).then(pl.coalesce("_publish_by_on", "by_on")).otherwise("by_on")
    is_moot = is_publication & (pl.col("is_off") | (pl.col("stop_on") <= by_on)).fill_null(False)
    return _duties(
        rows.filter(~is_moot),
        pl.col("awaited"),
        by_on,
        as_of,
        calendar,
        who=pl.col("who"),
        note=pl.when(is_publication & pl.col("enterprise_id").is_null()).then(pl.lit(PERSON_LISTING_NOTE)),
        record_id=pl.col("matter_id"),
        decision_no=pl.coalesce("listing_no", "target"),
    )


def _of_bans(bans: pl.LazyFrame) -> pl.LazyFrame:
    """From BAN: the first day after its end, where there is one."""
    note = pl.when(pl.col("notes").list.contains("period_filled")).then(pl.lit(BAN_NOTES["period_filled"]))
    own = {"matter": pl.lit("ban"), "decision_no": pl.col("ban_no"), "party_name": pl.col("name"), "note": note}
    source = {"basis": pl.coalesce("article", "basis"), "confidence": pl.col("article_confidence")}
    running = bans.filter(~pl.col("notes").list.contains("annulled"))
    what = pl.when(pl.col("record_kind") == "application_bar").then(pl.lit("bar_ends")).otherwise(pl.lit("ban_ends"))
    return _automatic(running, what, day_after(pl.col("ends_on")), **own, **source)


def _of_orders(rectifications: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """From orders to rectify that nobody found obeyed: by when they must be."""
    is_done = (pl.col("completed_on") <= as_of).fill_null(False) | (pl.col("state") == "completed")
    own = {"matter": pl.lit("rectification"), "decision_no": pl.col("order_no"), "who": pl.lit("party")}
    return _duties(rectifications.filter(~is_done), pl.lit("rectify"), pl.col("due_on"), as_of, **own)


def _of_samplings(
    samplings: pl.LazyFrame, law: SpotCheckLaw, calendar: Calendar, as_of: date
) -> Iterator[pl.LazyFrame]:
    """By when the party may ask for a retest, and by when an announced result that was wrong must be corrected."""
    own = {"matter": pl.lit("spot_check"), "decision_no": pl.col("sample_no")}
    received = pl.col("notified_on")
    retest_by = received + pl.duration(days=dated_value(law.retest_days, received, INTEGER))
    is_asked = (pl.col("retest_asked_on") <= as_of).fill_null(False)
    is_possible = pl.sql_expr(law.retest_when).fill_null(False) & (received <= as_of) & (retest_by >= as_of)
    retests = samplings.filter((is_possible & ~is_asked).fill_null(False))
    source = {"basis": pl.lit(law.retest_days.basis), "confidence": pl.lit(law.retest_days.confidence)}
    yield _duties(retests, pl.lit("ask_retest"), retest_by, as_of, who=pl.lit("party"), **own, **source)
    found = pl.col("found_wrong_on")
    days = dated_value(law.correct_working_days, found, INTEGER)
    is_done = (pl.col("corrected_on") <= as_of).fill_null(False)
    wrong = samplings.filter((found <= as_of).fill_null(False) & days.is_not_null() & ~is_done)
    correct = law.correct_working_days
    source = {"basis": pl.lit(correct.basis), "confidence": pl.lit(correct.confidence)}
    correct_by = add_working_days(found, days, calendar)
    yield _duties(wrong, pl.lit("correct_result"), correct_by, as_of, calendar, **own, **source)


def _of_licences(licences: pl.LazyFrame, law: LicenceLaw, calendar: Calendar, as_of: date) -> Iterator[pl.LazyFrame]:
    """By when the renewal of a licence must be applied for, and the first day after its term.

    No record says that an application was made: the duty is open up to its last day.
    """
    title = pl.col("licence_type").replace_strict(LICENCE_TYPES, default=pl.col("licence_type"), return_dtype=TEXT)
    own = {"matter": pl.lit("licence"), "decision_no": pl.col("licence_no")}
    running = with_renewal(merged_licences(licences).filter(may_be_renewed()), law, calendar)
    from_on = pl.when(pl.col("renewal_opens_on").is_not_null()).then(pl.format("自{}起可以申请", "renewal_opens_on"))
    timely = running.filter(pl.col("renewal_closes_on") >= as_of)
    source = {"basis": pl.col("renewal_basis"), "confidence": pl.col("renewal_confidence")}
    note = joined_or_null(title, from_on)
    by_on = pl.col("renewal_closes_on")
    yield _duties(timely, pl.lit("renew_licence"), by_on, as_of, who=pl.lit("party"), note=note, **own, **source)
    beyond = pl.when("is_beyond_calendar").then(pl.lit(f"延续申请：{missing_notice(calendar)}"))
    over = day_after(pl.col("valid_until_on"))
    yield _automatic(running, "licence_ends", over, note=joined_or_null(title, beyond), **own)


def _of_barred_posts(findings: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """From FINDING: posts of barred persons, which end when the bar begins; a row for each post."""
    rows = findings.filter(pl.col("finding") == "barred_post", pl.col("state") != "over")
    first = rows.sort("since_on", "bar_id").unique("record_id", keep="first", maintain_order=True)
    title = pl.col("post").replace_strict(POSITIONS, default=pl.col("post"), return_dtype=TEXT)
    note = pl.concat_str(title, "person_name", pl.format("（{}）", "person_masked"), ignore_nulls=True)
    own = {"matter": pl.lit("post"), "decision_no": pl.col("bar_no"), "note": note}
    return _duties(first, pl.lit("end_barred_post"), pl.col("since_on"), as_of, **own)


def _of_external_lists(
    listings: pl.LazyFrame, law: ExternalListLaw, calendar: Calendar, as_of: date
) -> Iterator[pl.LazyFrame]:
    """By when the listing body must answer who asks to leave the abnormal list, and by when a repair that others
    granted must be carried out here."""
    title = pl.col("list_type").replace_strict(EXTERNAL_LISTS, default=pl.col("list_type"), return_dtype=TEXT)
    own = {"matter": pl.lit("external_listing"), "decision_no": pl.col("entry_no")}

    def has_come(day: str) -> pl.Expr:
        return (pl.col(day) <= as_of).fill_null(False)

    is_answered = pl.any_horizontal(has_come("repaired_on"), has_come("refused_on"), has_come("left_on"))
    asked = listings.filter(pl.col("list_type") == "abnormal", has_come("applied_on"), ~is_answered)
    needs_verification = pl.any_horizontal(
        pl.lit(False),
        *(
            (pl.col("accepted_on") >= start) & pl.col("ground").is_in(list(grounds or ()))
            for start, grounds in law.decided_from_verification.values.items()
        ),
    ).fill_null(False)
    verified = pl.when(has_come("verified_on")).then("verified_on")
    begun = pl.when(needs_verification).then(verified).otherwise("accepted_on")
    terms = [
        ("accept_delisting", ~has_come("accepted_on"), pl.col("applied_on"), law.accept_working_days),
        ("decide_delisting", has_come("accepted_on"), begun, law.decide_working_days),
    ]
    for what, is_open, start_on, term in terms:
        days = dated_value(term, start_on, INTEGER)
        rows = asked.filter(is_open, days.is_not_null())
        source = {"basis": pl.lit(term.basis), "confidence": pl.lit(term.confidence)}
        by_on, who = add_working_days(start_on, days, calendar), pl.lit("lister")
        note = joined_or_null(title, pl.col("authority"))
        yield _duties(rows, pl.lit(what), by_on, as_of, calendar, who=who, note=note, **own, **source)
    is_assisted = pl.any_horizontal(
        pl.lit(False),
        *(
            (pl.col("repaired_on") >= start) & pl.col("list_type").is_in(list(lists or ()))
            for start, lists in law.assisted_lists.values.items()
        ),
    )
    is_shown = (pl.col("system") == "gsxt").fill_null(True)
    repaired = listings.filter(has_come("repaired_on"), ~has_come("taken_down_on"), is_assisted, is_shown)
    received = pl.col("repair_received_on")
    by_on = add_working_days(received, dated_value(law.assist_working_days, received, INTEGER), calendar)
    source = {"basis": pl.lit(law.assist_working_days.basis), "confidence": pl.lit(law.assist_working_days.confidence)}
    notes = [title, pl.col("authority"), pl.col("repair_no")]
    for is_stated in (True, False):  # without the day of receipt the last day is not stated, whatever the calendar
        rows = repaired.filter(received.is_not_null() if is_stated else received.is_null())
        unstated = () if is_stated else (pl.lit("收到修复决定的日期未载明"),)
        note = joined_or_null(*notes, *unstated)
        beyond = calendar if is_stated else None
        yield _duties(rows, pl.lit("assist_take_down"), by_on, as_of, beyond, note=note, **own, **source)


def _of_pushes(pushes: PushRecords, records: Mapping[str, pl.LazyFrame], as_of: date) -> pl.LazyFrame:
    """From pushes about a number that nothing of the party bears: to be looked at, without a last day."""
    unknown = pushes.of_unknown_subjects(records["penalty"], records["decision"], as_of)
    title = pl.col("push_type").replace_strict(PUSH_TYPES, default=pl.col("push_type"), return_dtype=TEXT)
    note = joined_or_null(title, pl.format("{}推送{}（{}）", "pushed_on", "addressee", "push_no"))
    own = {"matter": pl.lit("push"), "decision_no": pl.col("subject_no"), "note": note}
    return _duties(unknown, pl.lit("check_push"), pl.lit(None, dtype=DATE), as_of, **own)


def _of_cases(
    records: Mapping[str, pl.LazyFrame], law: CaseLaw, calendar: Calendar, as_of: date
) -> Iterator[pl.LazyFrame]:
    """What must be done with cases, referrals to the police and complaints, by when and by whom."""
    for term, rows in open_terms(records, law, calendar, as_of):
        source = {"basis": pl.lit(term.length.basis), "confidence": pl.lit(term.length.confidence)}
        own = {"matter": pl.lit(term.kind), "decision_no": pl.col(KINDS[term.kind].number), "who": pl.lit(term.who)}
        note = pl.lit(term.note, dtype=TEXT)
        yield _duties(rows, pl.lit(term.duty), pl.col("last_on"), as_of, calendar, note=note, **own, **source)


# What the publicity of penalties asks for on a day


_UNPUBLISHED = pl.col("state").is_in(["awaiting", "overdue"])
_SHOWN = pl.col("state").is_in(["awaiting", "overdue", "public"])
_REPAIRED = pl.col("state") == "repaired"
_NOT_TAKEN_DOWN = pl.col("taken_down_on").is_null() & pl.col("unpublished_on").is_null()
# By task, the column of its last day and whether it is open.
_TASKS: dict[str, tuple[str, pl.Expr]] = {
    "push": ("push_by_on", _UNPUBLISHED),
    "publish": ("publish_by_on", _UNPUBLISHED),
    "withdraw": (
        "withdraw_by_on",
        (pl.col("state") == "to_withdraw") | (_SHOWN & (pl.col("stop_cause") == "annulled")),
    ),
    "take_down": ("take_down_by_on", _REPAIRED & _NOT_TAKEN_DOWN),
    "push_repair": ("repair_push_by_on", _REPAIRED),
}
_PUSHED = {"push": "penalty", "push_repair": "repair"}  # tasks that a push does, with its code of PUSH_TYPES


def _open_tasks(publicity: pl.LazyFrame, as_of: date, pushes: PushRecords) -> pl.LazyFrame:
    """Rows of PUBLICITY with task, by_on, its last day, and push_note: everything that is still to be done on `as_of`.

    by_on is null for a withdrawal whose day nobody stated. Nothing else is a task without a last day.
    """
    no_note = pl.lit(None, dtype=TEXT).alias("push_note")
    is_reported = pl.col("system").is_in(list(pushes.reported_to(as_of)))
    parts = []
    for task, (by, is_open) in _TASKS.items():
        is_undated = pl.lit(task == "withdraw") & (pl.col("state") == "to_withdraw")
        has_day = pl.col(by).is_not_null() | is_undated
        rows = publicity.filter((is_open & has_day).fill_null(False))
        rows = rows.with_columns(task=pl.lit(task), by_on=pl.col(by))
        if task == "publish":
            # A report is open until its receipt, though the display is taken to begin with the end of the term.
            reported = publicity.filter(is_reported, _SHOWN, pl.col(by).is_not_null())
            reported = reported.with_columns(task=pl.lit(task), by_on=pl.col(by))
            parts.append(pushes.open_duties(reported, "penalty_report", pl.col("by_on"), as_of))
            rows = rows.filter(~is_reported)
        if task in _PUSHED:
            parts.append(pushes.open_duties(rows, _PUSHED[task], pl.col("by_on"), as_of))
        else:
            parts.append(rows.with_columns(no_note))
    return pl.concat(parts)


def publicity_duties(publicity: pl.DataFrame, asked: DutyFilter, as_of: date, pushes: PushRecords) -> pl.DataFrame:
    """Rows of PUBLICITY with task and by_on, its last day, sorted by day.

    due: to be pushed, published, withdrawn, or taken down after a repair, on `as_of` at the latest. overdue: the last
    day is over, or not stated. ending: the last day of publicity is in the month of `as_of`, from that day on.
    """
    if asked == "ending":
        is_near = _SHOWN & pl.col("last_day_on").is_between(as_of, _month_end(as_of))
        rows = publicity.lazy().filter(is_near.fill_null(False))
        rows = rows.with_columns(task=pl.lit("end"), by_on=pl.col("last_day_on"))
    else:
        by = pl.col("by_on")
        is_asked = by == as_of if asked == "due" else (by < as_of).fill_null(True)
        rows = _open_tasks(publicity.lazy(), as_of, pushes).filter(is_asked)
    return rows.sort("by_on", *PUBLICITY.key, "task", nulls_last=True).collect()


def undetermined_duties(publicity: pl.DataFrame, asked: DutyFilter, as_of: date, known_until: date) -> pl.DataFrame:
    """Rows of PUBLICITY that may belong to `publicity_duties`, which the policy or the calendar does not determine.

    known_until: last day of the calendar.
    """
    is_unknown = pl.col("state") == "unknown"
    if asked == "due":
        may_belong = is_unknown & pl.col("publish_by_on").is_null()
    elif asked == "overdue":
        may_belong = is_unknown & ~(pl.col("publish_by_on") >= as_of).fill_null(False)
    else:
        is_near = (pl.col("gap") == "low_fine") | pl.lit(_month_end(as_of) > known_until)
        may_belong = (is_unknown | _SHOWN) & pl.col("last_day_on").is_null() & pl.col("gap").is_not_null() & is_near
    return publicity.filter(may_belong).sort(PUBLICITY.key)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
