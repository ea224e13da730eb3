"""The legal part of the office report and of the enterprises' pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from flows.law import law_state_of_run, law_state_on
from flows.policy_folder import absent_law_files, read_calendar_law
from flows.run.snapshot import (
    NO_ENTERPRISE,
    REFUSED_STEPS,
    FramesByTable,
    Selection,
    Snapshot,
    current_legal_state,
    current_records,
    new_rows,
    previous_legal_state,
    refused_steps,
)
from flows.settings import Settings
from flows.store.ledger import Run
from reports.legal_state import EnterpriseLegalFrames, EnterpriseLegalState, enterprise_legal_state
from reports.office_report import HOLD_TABLE, OBJECTION_TABLE, OfficeLegalFrames
from transforms.law.calendar.working_days import Calendar, CalendarGap, calendar_of, working_days_after
from transforms.law.law_state import LAW_RECORD_KINDS, LawState
from transforms.law.listing.candidates import sort_candidates
from transforms.law.matters.deadlines import deadlines, is_repair_opportunity, sort_deadlines, undetermined_publicity
from transforms.law.policy_gaps import absent_file_messages
from transforms.law.stored_state import RELEVANT_RECORDS
from transforms.rating.holds import with_hold_notes
from transforms.schemas import LAW_TABLES
from transforms.schemas.law import LAW_DETAILS, PUBLICITY_GAPS, STEP_TABLE, detail_rows

WORKING_DAYS_AHEAD = 10  # how far the report looks for deadlines
_OF_OBJECTION = ("object", "push_objection", "objection")
MAX_CANDIDATES = 200  # told in the report, the newest; `yaoxin list --candidates` has all
_ID = "enterprise_id"


def office_legal_frames(seen: Snapshot, settings: Settings, former: Run | None) -> OfficeLegalFrames:
    """What the report says of the law. former: the last night of an earlier day. Raises PolicyProblems."""
    night = seen.night
    calendar = None if settings.law == "none" else calendar_of(read_calendar_law(settings.policy_dir), night.as_of)
    until, is_counted = _ten_working_days(night.as_of, calendar)
    before = previous_legal_state(seen)
    word = current_legal_state(seen, before)
    persons = _persons(seen, settings)
    own = _of_persons(persons, until) if persons else {}
    candidates = _told("law_candidates", word)
    steps = new_rows(seen, "decision", former).select("record_id").unique()
    is_near = ~is_repair_opportunity() & (pl.col("on") <= until).fill_null(True)
    under_way = _with(own, "law_applications", _told("law_applications", word)).filter(pl.col("by_on").is_not_null())
    refusals = _with(own, REFUSED_STEPS, night.staged(REFUSED_STEPS, table=STEP_TABLE)).join(
        steps, on="record_id", how="semi"
    )
    return OfficeLegalFrames(
        deadlines=sort_deadlines(_with(own, "law_coming", _told("law_coming", word).filter(is_near))),
        list_changes=_list_changes(seen, settings, former, (before, word)),
        candidates=sort_candidates(candidates).head(MAX_CANDIDATES),
        candidate_count=candidates.select(pl.len()).collect().item(),
        refused=refusals.sort("on", "decision_no", "record_id", "matter_id"),
        applications=_named(seen, under_way).sort("by_on", "matter_id", "awaited"),
        missing=[*_missing(_gaps(word, persons), calendar, until), *_absent(settings)],
        until=until,
        is_counted=is_counted,
        objections=_objections(seen, settings),
        holds=_holds(seen),
    )


def _ten_working_days(day: date, calendar: Calendar | None) -> tuple[date, bool]:
    """The tenth working day after `day`, and whether the calendar reaches it; past its end two weeks are taken.

    calendar: None where no law is applied.
    """
    if calendar is None:
        return day + timedelta(days=14), True
    try:
        return working_days_after(day, WORKING_DAYS_AHEAD, calendar), True
    except CalendarGap:
        return day + timedelta(days=14), False


def _objections(seen: Snapshot, settings: Settings) -> pl.DataFrame:
    """OBJECTION of the night: objections that were raised and are not settled, those due first."""
    decisions = current_records("decision", seen).collect().lazy()
    is_any = decisions.filter(pl.col("decision_type").is_in(_OF_OBJECTION)).select(pl.len()).collect().item() > 0
    if settings.law == "none" or not is_any:
        return OBJECTION_TABLE.empty()
    empty = {kind: current_records(kind, seen).clear() for kind in LAW_RECORD_KINDS if kind != "decision"}
    log = law_state_on(settings, {**empty, "decision": decisions}, seen.night.as_of).decision_log
    taken = (
        log.steps.lazy()
        .filter(~pl.col("is_refused"))
        .join(decisions.select("record_id", "reason"), on="record_id", how="left")
    )
    raised = taken.sort("on", "record_id").group_by("matter_id", maintain_order=True).first()
    matters = log.matters.lazy().filter(pl.col("matter") == "objection", pl.col("state") != "settled")
    named = _named(seen, matters)
    terms = log.terms.lazy().select("matter_id", "awaited_title", "who", "by_on", "basis", "confidence")
    joined = named.join(raised.select("matter_id", "decision_no", "reason"), on="matter_id", how="left")
    rows = joined.join(terms, on="matter_id", how="left").select(list(OBJECTION_TABLE.schema))
    return rows.sort("by_on", "since_on", "matter_id", nulls_last=True).collect()


def _holds(seen: Snapshot) -> pl.DataFrame:
    """HOLD of the night: decisions that hold a tier, in force or to come; those that end first come first."""
    day = pl.lit(seen.night.as_of)
    decisions = current_records("decision", seen).filter(pl.col("decision_type") == "hold_tier")
    standing = decisions.filter(pl.col("ends_on").is_null() | (pl.col("ends_on") >= day))
    named = _named(seen, standing).collect()
    ids = named[_ID].drop_nulls().unique()
    whose = Selection.these(ids, seen.night.buckets)
    ratings = whose.among(seen.rows("ratings", whose.part)).filter(pl.col("valid_from_on") <= day)
    rows = with_hold_notes(named.lazy(), ratings).select(list(HOLD_TABLE.schema))
    return rows.sort("ends_on", "decided_on", "decision_no", "record_id", nulls_last=True).collect()


def _named(seen: Snapshot, rows: pl.LazyFrame) -> pl.LazyFrame:
    """With the registered name as party_name, where the register has one."""
    found = rows.collect()
    ids = found[_ID].drop_nulls().unique()
    names = current_records("enterprise", seen, Selection(ids=ids)).select(_ID, _name="name")
    joined = found.lazy().join(names, on=_ID, how="left")
    return joined.with_columns(party_name=pl.coalesce("_name", "party_name")).drop("_name")


def _told(name: str, word: FramesByTable) -> pl.LazyFrame:
    return word[name].select(list(LAW_DETAILS[name].schema))


def _with(own: FramesByTable, name: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    return pl.concat([rows, own[name]]) if name in own else rows


def _persons(seen: Snapshot, settings: Settings) -> LawState | None:
    """The law's state of natural persons, who are no enterprise and have no word kept; None where it has none."""
    if settings.law == "none":
        return None
    whose = Selection.these(NO_ENTERPRISE, seen.night.buckets)
    found = {kind: current_records(kind, seen, whose).filter(test).collect() for kind, test in RELEVANT_RECORDS.items()}
    if all(rows.is_empty() for rows in found.values()):
        return None
    empty = {kind: current_records(kind, seen, whose).clear() for kind in LAW_RECORD_KINDS if kind not in found}
    return law_state_on(settings, {**empty, **{kind: rows.lazy() for kind, rows in found.items()}}, seen.night.as_of)


def _of_persons(legal: LawState, until: date) -> dict[str, pl.LazyFrame]:
    return {
        "law_coming": deadlines(legal, until, with_repair=False),
        "law_applications": legal.applications.lazy(),
        REFUSED_STEPS: refused_steps(legal),
    }


def _gaps(word: FramesByTable, persons: LawState | None) -> pl.DataFrame:
    """gap, a row for every penalty whose publicity cannot be told."""
    found = [word["law"].select(gap=pl.col("gaps").explode()).drop_nulls()]
    if persons:
        found.append(undetermined_publicity(persons, None).lazy().select("gap"))
    return pl.concat(found).collect()


def _missing(gaps: pl.DataFrame, calendar: Calendar | None, until: date) -> Iterator[str]:
    if calendar is None or gaps.is_empty():
        return
    asked = gaps.filter((pl.col("gap") == "low_fine") | pl.lit(until > calendar.last_on))
    for gap, count in asked.group_by("gap").len().sort("gap").iter_rows():
        yield f"{PUBLICITY_GAPS[gap]}，{count} 件处罚的公示期不能确定"


def _absent(settings: Settings) -> list[str]:
    """What the office's law leaves out; a whole law left out is said elsewhere."""
    return [] if settings.law == "none" else absent_file_messages(absent_law_files(settings.policy_dir))


def _list_changes(
    seen: Snapshot, settings: Settings, former: Run | None, words: tuple[FramesByTable, FramesByTable]
) -> pl.DataFrame:
    """Listings that stand and did not the night before, or stood and do not now. words: before and after."""
    stands = pl.col("state") == "standing"
    told = seen.night.staged("law").select(_ID).collect().lazy()
    now = _told("law_listings", words[1]).join(told, on=_ID, how="semi").collect()
    before = words[0]["law_listings"]
    if former is not None and "law" not in former.versions:  # a night of an earlier release
        before = law_state_of_run(settings, seen.store, former).decision_log.listings.lazy()
    listed = before.filter(stands).join(now.lazy(), on="record_id", how="semi").collect()["record_id"]
    was_on = pl.col("record_id").is_in(listed.implode())
    changed = now.filter(was_on != stands)
    return changed.sort("listed_on", "decision_no", _ID, "record_id")


def enterprise_legal_states(seen: Snapshot, enterprises: pl.Series) -> dict[str, EnterpriseLegalState]:
    """The view of each of these enterprises; without those of whom the law says nothing."""
    whose = Selection.these(enterprises, seen.night.buckets)
    word = current_legal_state(seen, previous_legal_state(seen, whose), whose)
    names = ("law_listings", "law_repair", "law_coming")
    heads, *details = pl.collect_all([word[name] for name in ("law", *names)])
    parts = {name: rows.partition_by(_ID, as_dict=True) for name, rows in zip(names, details, strict=True)}

    def of(key: str) -> EnterpriseLegalState:
        rows = (part.get((key,), LAW_TABLES[name].empty()) for name, part in parts.items())
        return enterprise_legal_state(EnterpriseLegalFrames(*map(detail_rows, names, (one.lazy() for one in rows))))

    return {key: of(key) for key in heads.filter(pl.col("record_count") > 0)[_ID].sort()}
