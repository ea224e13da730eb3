"""What falls due (到期事项): what happens by itself, and what someone must do by when."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Literal

import polars as pl

from transforms.dates import day_after
from transforms.law.calendar.periods import dated_value
from transforms.law.calendar.working_days import Calendar, add_working_days, missing_notice
from transforms.law.law_state import LawState
from transforms.law.matters.decision_log import DecisionLog
from transforms.law.matters.procedure import ReplayedMatters
from transforms.policy_model.law_publicity import SpotCheckLaw
from transforms.policy_model.law_repair import RepairLaw
from transforms.records.text import document_key
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

_ORDER = ("on", "is_automatic", "what", "enterprise_id", "decision_no", "record_id", "system")


def deadlines(
    legal: LawState,
    until: date | None = None,
    outlook: pl.LazyFrame | None = None,
    with_repair: bool = True,
) -> pl.LazyFrame:
    """COMING from `legal.as_of` to `until` (included; None: all): overdue duties first, then by day.

    What happens by itself is told after `as_of`, for what happens on it has happened; duties from `as_of` on. It is
    what later days will show if no record comes in between. outlook: the changes of tier that are foretold.
    with_repair: also when early ends may be asked for.
    """
    as_of = legal.as_of
    records = legal.records
    parts = [
        with_repair_sources(
            publicity_deadlines(legal.publicity, legal.law.calendar, as_of),
            legal.register.followed,
            legal.law.publicity.repairs,
        ),
        publicity_deadlines(legal.spot_checks, legal.law.calendar, as_of, "spot_check"),
        listing_deadlines(legal.register.listings, as_of),
        matter_deadlines(legal.register, legal.publicity, legal.law.calendar, as_of),
        restriction_deadlines(records["penalty"].filter(pl.col("decided_on") <= as_of), legal.bans),
        ban_deadlines(legal.bans),
        order_deadlines(records["rectification"], as_of),
    ]
    if legal.law.spot_checks is not None:
        parts.append(sampling_deadlines(records["sampling"], legal.law.spot_checks, legal.law.calendar, as_of))
    if with_repair:
        parts.append(repair_deadlines(legal, until))
    if outlook is not None:
        parts.append(outlook_deadlines(outlook))
    return _named(_in_time(pl.concat(parts), as_of, until), records["enterprise"])


def undetermined_publicity(legal: LawState, until: date | None) -> pl.LazyFrame:
    """Rows of PUBLICITY of which COMING cannot tell all up to `until`: the policy or the calendar lacks something."""
    is_open = ~pl.col("state").is_in(["unpublished", "uncovered"]) & pl.col("gap").is_not_null()
    is_beyond = until is None or until > legal.law.calendar.last_on
    return legal.publicity.filter(is_open & ((pl.col("gap") == "low_fine") | pl.lit(is_beyond)))


def _in_time(rows: pl.LazyFrame, as_of: date, until: date | None) -> pl.LazyFrame:
    is_ahead = pl.when("is_automatic").then(pl.col("on") > as_of).otherwise(pl.lit(True))
    is_near = pl.lit(True) if until is None else (pl.col("on") <= until).fill_null(True)
    return sort_deadlines(rows.filter(is_ahead & is_near))


def sort_deadlines(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of COMING: overdue duties first, then by day."""
    ordered = rows.with_columns(_later=~pl.col("is_overdue")).sort("_later", *_ORDER, nulls_last=False)
    return ordered.select(list(DEADLINE.schema))


def is_repair_opportunity() -> pl.Expr:
    """Whether a row of COMING tells from when an early end may be asked for."""
    return pl.col("what").is_in(REPAIR_EVENTS)


def _named(rows: pl.LazyFrame, enterprises: pl.LazyFrame) -> pl.LazyFrame:
    """Enterprises by their name in the register; a barred person by the person's own."""
    names = enterprises.select("enterprise_id", _name="name")
    is_person = pl.col("matter") == "ban"
    name = pl.when(is_person).then("party_name").otherwise(pl.coalesce("_name", "party_name"))
    joined = rows.join(names, on="enterprise_id", how="left", maintain_order="left")
    return joined.with_columns(party_name=name).drop("_name")


_ON_DISPLAY_publicity = pl.col("state").is_in(["awaiting", "overdue", "public", "hidden", "stayed"])

_BY_THE_DECISION = "处罚决定书载明的期限"

_BASES = {"publish": "publish", "withdraw": "withdraw"}


def publicity_deadlines(found: pl.LazyFrame, calendar: Calendar, as_of: date, matter: str = "penalty") -> pl.LazyFrame:
    """Of PUBLICITY, penalties or spot checks: what must be published or taken down by when, and when it ends."""
    of = {"matter": pl.lit(matter)}
    is_moot = pl.col("task").is_in(["push", "publish"]) & (pl.col("stop_on") <= pl.col("by_on")).fill_null(False)
    tasks = open_publicity_tasks(found, as_of).filter(~is_moot)
    done_by = duty_rows(tasks, pl.col("task"), pl.col("by_on"), as_of, **of, **_source())
    # To be published by a day that the calendar does not reach.
    is_beyond = (pl.col("state") == "awaiting") & pl.col("publish_by_on").is_null() & (pl.col("gap") == "calendar")
    beyond = duty_rows(
        found.filter(is_beyond),
        pl.lit("publish"),
        pl.col("publish_by_on"),
        as_of,
        calendar,
        basis=pl.col("publish_basis"),
        confidence=pl.col("publish_confidence"),
        **of,
    )
    ends = automatic_rows(
        found.filter(_ON_DISPLAY_publicity),
        "publicity_ends",
        pl.col("stop_on"),
        note=joined_texts(
            _worded("stop_cause", CAUSES_OF_END),
            other_readings("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on"),
            *(pl.when(pl.col("notes").list.contains(code)).then(pl.lit(PUBLICITY_NOTES[code])) for code in _ASSUMED),
        ),
        **of,
    )
    return pl.concat([done_by, beyond, ends])


_ASSUMED = (
    *("publication_assumed", "receipt_assumed", "term_unstated", "low_fine_unclear", "link_unstated"),
    "deregistration_unsettled",
)


def _source() -> dict[str, pl.Expr]:
    """Article and confidence of a duty's own term; a repair's stand with the step that grants it."""
    made = {}
    for name in ("basis", "confidence"):
        value = pl.lit(None, dtype=TEXT)
        for task, prefix in _BASES.items():
            told = (pl.col("task") == task) | (pl.lit(task == "publish") & (pl.col("task") == "push"))
            value = pl.when(told).then(f"{prefix}_{name}").otherwise(value)
        made[name] = value
    return made


def with_repair_sources(rows: pl.LazyFrame, followed: ReplayedMatters, repairs: Sequence[RepairLaw]) -> pl.LazyFrame:
    """Of COMING rows of penalties: article and confidence of what a granted repair asks for, by its procedure."""
    key = ["enterprise_id", "system", "target_key"]
    carried = followed.terms.filter(pl.col("awaited") == "carry_out", pl.col("matter") == "penalty")
    matters = followed.matters.select("matter_id", "target_key")
    sources = carried.join(matters, on="matter_id").select(*key, _basis="basis", _confidence="confidence")
    keyed = rows.with_columns(target_key=document_key(pl.col("decision_no")))
    joined = keyed.join(sources.unique(key), on=key, how="left", nulls_equal=True, maintain_order="left")
    is_taking, is_pushing = pl.col("what") == "take_down", pl.col("what") == "push_repair"
    pushed = {law.system: law.push_working_days for law in repairs}

    def of(part: str) -> pl.Expr:
        told = {system: getattr(dated, part) for system, dated in pushed.items()}
        by_system = pl.col("system").replace_strict(told, default=None, return_dtype=TEXT)
        own = pl.when(is_taking).then(f"_{part}").when(is_pushing).then(by_system)
        return pl.coalesce(part, own).alias(part)

    return joined.with_columns(of("basis"), of("confidence")).select(list(DEADLINE.schema))


def restriction_deadlines(penalties: pl.LazyFrame, bans: pl.LazyFrame) -> pl.LazyFrame:
    """Of penalties in force: the first day after the term of what they restrict, unless that is told as a ban."""
    in_force = penalties.filter(pl.col("revoked_on").is_null(), (pl.col("state") == "in_force").fill_null(True))
    over = day_after(pl.col("valid_until_on"))
    nothing = {name: pl.lit(None, dtype=TEXT) for name in ("system", "note")}
    nothing |= {"basis": pl.lit(_BY_THE_DECISION), "confidence": pl.lit("C")}
    told = bans.filter(pl.col("record_kind") == "penalty")
    others = in_force.join(told, on="record_id", how="anti")
    return automatic_rows(others, "term_ends", over.cast(DATE), matter=pl.lit("penalty"), **nothing)


def _worded(column: str, words: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(words, default=None, return_dtype=TEXT)


_KEY = ["record_id", "system"]

_OPEN_repairs = ("eligible", "unknown")

_CLOSED = ("not_yet", "never")


def repair_deadlines(legal: LawState, until: date | None) -> pl.LazyFrame:
    """Of REPAIR, as the rules of each time judge it: who may ask from when, and who may no longer once they change."""
    starts = [legal.as_of, *_changes_of_rules(legal, until)]
    states = [legal, *(replace(legal, as_of=start) for start in starts[1:])]
    parts = [_within(state.repair, end) for state, end in zip(states, [*starts[1:], None], strict=True)]
    turns = (_turn(before.repair, after.repair, after.as_of) for before, after in pairwise(states))
    return pl.concat([*parts, *(part for turn in turns for part in turn)])


def _changes_of_rules(legal: LawState, until: date | None) -> list[date]:
    law = legal.law.publicity
    days = {regime.from_ for system in law.systems for regime in system.regimes}
    for one in law.repairs:
        days |= {regime.from_ for regime in one.penalty} | {regime.from_ for regime in one.listing}
    return sorted(day for day in days if legal.as_of < day and (until is None or day <= until))


def _within(repair: pl.LazyFrame, end: date | None) -> pl.LazyFrame:
    is_in_time = pl.lit(True) if end is None else pl.col("earliest_on") < end
    return _opening(repair.filter(pl.col("verdict") == "not_yet", is_in_time), pl.col("earliest_on"))


def _turn(before: pl.LazyFrame, after: pl.LazyFrame, start: date) -> Iterator[pl.LazyFrame]:
    """Who may ask on the first day of new rules and could not the day before, and the other way round."""
    was_open = pl.col("verdict").is_in(_OPEN_repairs) | (
        (pl.col("verdict") == "not_yet") & (pl.col("earliest_on") < start)
    )
    former = before.select(*_KEY, was_open=was_open.fill_null(False), was_closed=pl.col("verdict").is_in(_CLOSED))
    both = after.join(former, on=_KEY)
    opened = both.filter(~pl.col("was_open") & pl.col("was_closed"), pl.col("verdict").is_in(_OPEN_repairs))
    yield _opening(opened, pl.lit(start))
    closed = both.filter("was_open", pl.col("verdict").is_in(_CLOSED))
    yield automatic_rows(closed, "repair_closes", pl.lit(start), note=_again())


def _opening(repair: pl.LazyFrame, on: pl.Expr) -> pl.LazyFrame:
    unstated = _titles("unstated")
    is_listing, is_judged = pl.col("matter") == "listing", unstated != ""
    what = (
        pl.when(is_listing & is_judged)
        .then(pl.lit("wait_on_list_over"))
        .when(is_listing)
        .then(pl.lit("removal_possible"))
        .when(is_judged)
        .then(pl.lit("wait_over"))
        .otherwise(pl.lit("repair_possible"))
    )
    note = joined_texts(
        other_readings("earliest_on", "earliest_soonest_on", "earliest_latest_on"),
        pl.when(is_judged).then(pl.format("未载明，须由人工判断：{}", unstated)),
    )
    return automatic_rows(repair, what, on, note=note)


def _titles(state: str) -> pl.Expr:
    """The conditions in that state, by their titles."""
    in_state = pl.element().filter(pl.element().struct.field("state") == state)
    return pl.col("conditions").list.eval(in_state.struct.field("title")).list.join("、")


def _again() -> pl.Expr:
    later = pl.format("最早{}可以申请", "earliest_on")
    return pl.when(pl.col("earliest_on").is_not_null()).then(later)


_STANDING = pl.col("state") == "standing"

_STAYED = pl.col("state") == "stayed"

_MAY_STAND = pl.col("state").is_in(["standing", "unknown"])

_NOTED = ("publication_assumed", "ground_changed", "term_unstated")


def listing_deadlines(found: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Of LISTING: when a stay ends by itself, and by when one without a ground must be revoked."""
    own = {"matter": pl.lit("listing"), "system": pl.lit(None, dtype=TEXT), "party_name": pl.col("name")}
    told = [pl.when(pl.col("notes").list.contains(code)).then(pl.lit(LISTING_NOTES[code])) for code in _NOTED]
    readings = other_readings("stop_on", "stop_earliest_on", "stop_latest_on", "stop_other_transition_on")
    ends = automatic_rows(
        found.filter(_STANDING | _STAYED), "listing_ends", pl.col("stop_on"), note=joined_texts(readings, *told), **own
    )
    there = {**own, "system": pl.lit("credit_china"), "basis": pl.col("credit_china_basis")}
    there["confidence"] = pl.col("credit_china_confidence")
    elsewhere = automatic_rows(found, "publicity_ends", pl.col("credit_china_stop_on"), **there)
    is_groundless = (pl.col("state") == "annulled") | (_STANDING & pl.col("revoke_by_on").is_not_null())
    sources = {"basis": pl.col("revoke_basis"), "confidence": pl.col("revoke_confidence")}
    note = pl.when(pl.col("revoke_by_on").is_null()).then(pl.lit(LISTING_NOTES["annulled_on_unstated"]))
    revoke = duty_rows(
        found.filter(is_groundless),
        pl.lit("revoke_listing"),
        pl.col("revoke_by_on"),
        as_of,
        note=note,
        **own,
        **sources,
    )
    is_to_push = _STANDING & pl.col("published_on").is_null() & (pl.col("push_by_on") >= as_of)
    push = duty_rows(found.filter(is_to_push), pl.lit("push_listing"), pl.col("push_by_on"), as_of, **own)
    return pl.concat([ends, elsewhere, revoke, push])


def matter_deadlines(register: DecisionLog, publicity: pl.LazyFrame, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """The open terms of the register. Taking down a penalty that PUBLICITY knows is said there.

    A listing is published by the day that LISTING says, while it stands.
    """
    key = ["enterprise_id", "system", "target_key"]
    followed = register.followed
    names = followed.matters.select("matter_id", "party_name", "target", "target_key", "listing_no")
    shown = publicity.select("enterprise_id", "system", target_key=document_key(pl.col("decision_no")))
    listed = register.listings.select("matter_id", "stop_on", listed_by="publish_by_on", is_off=~_MAY_STAND)
    terms = followed.terms.join(names, on="matter_id", how="left")
    is_told = (pl.col("awaited") == "carry_out") & (pl.col("matter") == "penalty")
    others = terms.filter(~is_told)
    untold = terms.filter(is_told).join(shown.unique(), on=key, how="anti", nulls_equal=True)
    rows = pl.concat([others, untold]).join(listed, on="matter_id", how="left")
    is_publication = pl.col("awaited") == "publish_listing"
    by_on = pl.when(is_publication).then(pl.coalesce("listed_by", "by_on")).otherwise("by_on")
    is_moot = is_publication & (pl.col("is_off") | (pl.col("stop_on") <= by_on)).fill_null(False)
    return duty_rows(
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


def ban_deadlines(found: pl.LazyFrame) -> pl.LazyFrame:
    """Of BAN: the first day on which one is over. What is for life, or of an end nobody states, is not told."""
    note = pl.when(pl.col("notes").list.contains("period_filled")).then(pl.lit(BAN_NOTES["period_filled"]))
    own = {"matter": pl.lit("ban"), "decision_no": pl.col("ban_no"), "party_name": pl.col("name"), "note": note}
    sources = {"basis": pl.coalesce("article", "basis"), "confidence": pl.col("article_confidence")}
    running = found.filter(~pl.col("notes").list.contains("annulled"))
    what = pl.when(pl.col("record_kind") == "application_bar").then(pl.lit("bar_ends")).otherwise(pl.lit("ban_ends"))
    return automatic_rows(running, what, day_after(pl.col("ends_on")), **own, **sources)


def order_deadlines(rectifications: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Of orders to rectify that nobody found obeyed: by when they must be."""
    is_done = (pl.col("completed_on") <= as_of).fill_null(False) | (pl.col("state") == "completed")
    own = {"matter": pl.lit("rectification"), "decision_no": pl.col("order_no"), "who": pl.lit("party")}
    return duty_rows(rectifications.filter(~is_done), pl.lit("rectify"), pl.col("due_on"), as_of, **own)


def outlook_deadlines(outlook: pl.LazyFrame) -> pl.LazyFrame:
    """Of OUTLOOK: the first day on which the tier is another if nothing new arrives."""
    why = pl.col("cause").replace_strict(OUTLOOK_CAUSES, default=pl.col("cause"), return_dtype=TEXT)
    is_worse = pl.col("index_after") > pl.col("index_before")
    way = pl.when(is_worse).then(pl.lit("下调")).otherwise(pl.lit("上调"))
    note = pl.format("由 {} {}为 {}（{}）", "tier_before", way, "tier_after", why)
    own = {"matter": pl.lit("rating"), "record_id": pl.col("enterprise_id"), "note": note}
    return automatic_rows(outlook, "tier_may_change", pl.col("changes_on"), **own)


def sampling_deadlines(samplings: pl.LazyFrame, law: SpotCheckLaw, calendar: Calendar, as_of: date) -> pl.LazyFrame:
    """By when a retest may be asked for, told up to that day; by when an announced result must be corrected."""
    own = {"matter": pl.lit("spot_check"), "decision_no": pl.col("sample_no")}
    return pl.concat([_retests(samplings, law, as_of, own), _corrections(samplings, law, calendar, as_of, own)])


def _retests(samplings: pl.LazyFrame, law: SpotCheckLaw, as_of: date, own: dict[str, pl.Expr]) -> pl.LazyFrame:
    received = pl.col("notified_on")
    days = dated_value(law.retest_days, received, INTEGER)
    by_on = received + pl.duration(days=days)
    is_asked = (pl.col("retest_asked_on") <= as_of).fill_null(False)
    is_open = pl.sql_expr(law.retest_when).fill_null(False) & (received <= as_of) & (by_on >= as_of) & ~is_asked
    said = {"basis": pl.lit(law.retest_days.basis), "confidence": pl.lit(law.retest_days.confidence)}
    rows = samplings.filter(is_open.fill_null(False))
    return duty_rows(rows, pl.lit("ask_retest"), by_on, as_of, who=pl.lit("party"), **own, **said)


def _corrections(
    samplings: pl.LazyFrame, law: SpotCheckLaw, calendar: Calendar, as_of: date, own: dict[str, pl.Expr]
) -> pl.LazyFrame:
    found = pl.col("found_wrong_on")
    days = dated_value(law.correct_working_days, found, INTEGER)
    is_done = (pl.col("corrected_on") <= as_of).fill_null(False)
    rows = samplings.filter((found <= as_of).fill_null(False) & days.is_not_null() & ~is_done)
    said = {"basis": pl.lit(law.correct_working_days.basis), "confidence": pl.lit(law.correct_working_days.confidence)}
    by_on = add_working_days(found, days, calendar)
    return duty_rows(rows, pl.lit("correct_result"), by_on, as_of, calendar, **own, **said)


def automatic_rows(frame: pl.LazyFrame, what: str | pl.Expr, on: pl.Expr, **columns: pl.Expr) -> pl.LazyFrame:
    """`frame` as rows of what happens by itself on the day `on`. columns: those that it does not have by that name."""
    event = pl.lit(what) if isinstance(what, str) else what
    flags = {"is_overdue": pl.lit(False), "is_automatic": pl.lit(True), "who": pl.lit(None, dtype=TEXT)}
    return _shaped(frame, {"what": event, "on": on, **flags, **columns}).filter(pl.col("on").is_not_null())


def duty_rows(
    frame: pl.LazyFrame,
    what: pl.Expr,
    by: pl.Expr,
    as_of: date,
    calendar: Calendar | None = None,
    /,
    **columns: pl.Expr,
) -> pl.LazyFrame:
    """`frame` as rows of what must be done by the day `by`; the office's duty unless `who` says otherwise.

    calendar: given where an empty `by` is a day that it does not reach: not overdue, and the note says what is missing.
    Elsewhere an empty `by` is not stated, and overdue.
    """
    overdue = (by < as_of).fill_null(calendar is None)
    flags = {"is_overdue": overdue, "is_automatic": pl.lit(False, dtype=BOOLEAN), "who": pl.lit("office")}
    if calendar is not None:
        beyond = pl.when(by.is_null()).then(pl.lit(missing_notice(calendar)))
        columns["note"] = joined_texts(columns["note"], beyond) if "note" in columns else beyond
    return _shaped(frame, {"what": what, "on": by, **flags, **columns})


def _shaped(frame: pl.LazyFrame, given: dict[str, pl.Expr]) -> pl.LazyFrame:
    has = frame.collect_schema()
    nothing = {name: pl.lit(None, dtype=dtype) for name, dtype in DEADLINE.schema.items() if name not in has}
    made = {**nothing, **given}
    return frame.select(made.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in DEADLINE.schema.items())


def other_readings(day: str, earliest: str, latest: str, transition: str | None = None) -> pl.Expr:
    """The other days that the law leaves open, in words; null where all readings agree."""
    readings = [("最早口径", earliest), ("最迟口径", latest)]
    if transition is not None:
        readings.append(("另一衔接口径", transition))
    told = [pl.when(pl.col(other) != pl.col(day)).then(pl.format(f"{word}{{}}", other)) for word, other in readings]
    return joined_texts(*told)


def joined_texts(*texts: pl.Expr) -> pl.Expr:
    """The texts that are there, one after the other; null for none."""
    whole = pl.concat_str(list(texts), separator="；", ignore_nulls=True)
    return pl.when(whole != "").then(whole)


DutyFilter = Literal["due", "overdue", "ending"]

_OPEN_duties = pl.col("state").is_in(["awaiting", "overdue"])

_SHOWN = pl.col("state").is_in(["awaiting", "overdue", "public"])

_PUSHED = _OPEN_duties & pl.col("push_by_on").is_not_null()

_REPAIRED = pl.col("state") == "repaired"

_ON_DISPLAY_duties = pl.col("taken_down_on").is_null() & pl.col("unpublished_on").is_null()

_TO_WITHDRAW = (pl.col("state") == "to_withdraw") | (_SHOWN & (pl.col("stop_cause") == "annulled"))

# Task to its last day and to what is open; nobody records that a push was made.
_TASKS: dict[str, tuple[str, pl.Expr]] = {
    "push": ("push_by_on", _PUSHED),
    "publish": ("publish_by_on", _OPEN_duties),
    "withdraw": ("withdraw_by_on", _TO_WITHDRAW),
    "take_down": ("take_down_by_on", _REPAIRED & _ON_DISPLAY_duties & pl.col("take_down_by_on").is_not_null()),
    "push_repair": ("repair_push_by_on", _REPAIRED & pl.col("repair_push_by_on").is_not_null()),
}

_UNRECORDED = ("push", "push_repair")


def open_publicity_tasks(found: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Rows of PUBLICITY with `task` and `by_on`, its last day: everything that is still to be done on `as_of`.

    An empty last day is not stated. That a push was made is nowhere recorded: it is open up to its last day.
    """
    return pl.concat([_open(found, task, *one, as_of) for task, one in _TASKS.items()])


def _open(found: pl.LazyFrame, task: str, by: str, is_open: pl.Expr, as_of: date) -> pl.LazyFrame:
    in_time = pl.col(by) >= as_of
    test = is_open & in_time if task in _UNRECORDED else is_open
    # Nothing is overdue for want of a day, but a withdrawal: whoever revoked should have said when.
    stated = test & (pl.col(by).is_not_null() | pl.lit(task == "withdraw") & (pl.col("state") == "to_withdraw"))
    return found.filter(stated.fill_null(False)).with_columns(task=pl.lit(task), by_on=pl.col(by))


def publicity_duties(found: pl.LazyFrame, asked: DutyFilter, as_of: date) -> pl.LazyFrame:
    """Rows of PUBLICITY with `task` and `by_on`, its last day, sorted by day.

    due: to be pushed, published, withdrawn, or taken down after a repair, on `as_of` at the latest. overdue: the last
    day is over, or not stated. ending: the last day of publicity lies in the month of `as_of`, from that day on.
    """
    if asked == "ending":
        is_near = _SHOWN & pl.col("last_day_on").is_between(as_of, _month_end(as_of))
        rows = found.filter(is_near.fill_null(False)).with_columns(task=pl.lit("end"), by_on=pl.col("last_day_on"))
    else:
        by = pl.col("by_on")
        is_asked = by == as_of if asked == "due" else (by < as_of).fill_null(True)
        rows = open_publicity_tasks(found, as_of).filter(is_asked)
    return rows.sort("by_on", *PUBLICITY.key, "task", nulls_last=True)


def undetermined_duties(found: pl.LazyFrame, asked: DutyFilter, as_of: date, known_until: date) -> pl.LazyFrame:
    """Rows of PUBLICITY that may belong to the answer of `duties`, but the policy or the calendar cannot tell.

    known_until: last day of the calendar; what it cannot tell comes after it.
    """
    is_unknown = pl.col("state") == "unknown"
    if asked == "due":
        may_belong = is_unknown & pl.col("publish_by_on").is_null()
    elif asked == "overdue":
        may_belong = is_unknown & ~(pl.col("publish_by_on") >= as_of).fill_null(False)
    else:
        is_near = (pl.col("gap") == "low_fine") | pl.lit(_month_end(as_of) > known_until)
        may_belong = (is_unknown | _SHOWN) & pl.col("last_day_on").is_null() & pl.col("gap").is_not_null() & is_near
    return found.filter(may_belong).sort(PUBLICITY.key)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
