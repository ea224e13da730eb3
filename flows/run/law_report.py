"""The legal part of the office report and of the enterprises' pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from flows.law import law_state_of_run, law_state_on
from flows.policy_folder import absent_law_files, read_calendar_law
from flows.run.rate import STAGED_REFUSED_STEPS, refused_steps
from flows.run.snapshot import NO_ENTERPRISE, FramesByTable, Selection, Snapshot
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

WORKING_DAYS_AHEAD = 10  # for deadlines in the report
MAX_CANDIDATES = 200  # in the report, the newest; `yaoxin list --candidates` shows all
_OBJECTION_STEPS = ("object", "push_objection", "objection")
_ID = "enterprise_id"


def office_legal_frames(snapshot: Snapshot, settings: Settings, previous_run: Run | None) -> OfficeLegalFrames:
    """What the office report shows of the law.

    previous_run: the last committed run of an earlier day. Raises PolicyProblems.
    """
    context = snapshot.context
    calendar = None if settings.law == "none" else calendar_of(read_calendar_law(settings.policy_dir), context.as_of)
    until, is_counted = _end_of_deadlines(context.as_of, calendar)
    previous = snapshot.previous_legal_state()
    current = snapshot.current_legal_state(previous)
    # Natural persons are no enterprise: nothing of them is stored, and their state is computed for the report.
    persons = _law_state_of_persons(snapshot, settings)
    details = {name: _details(name, current) for name in ("law_coming", "law_applications", "law_candidates")}
    refused = context.staged(STAGED_REFUSED_STEPS, table=STEP_TABLE)
    is_near = ~is_repair_opportunity() & (pl.col("on") <= until).fill_null(True)
    details["law_coming"] = details["law_coming"].filter(is_near)
    if persons:
        details["law_coming"] = pl.concat([details["law_coming"], deadlines(persons, until, with_repair=False)])
        details["law_applications"] = pl.concat([details["law_applications"], persons.applications.lazy()])
        refused = pl.concat([refused, refused_steps(persons).lazy()])
    new_decisions = snapshot.new_rows("decision", previous_run).select("record_id").unique()
    under_way = details["law_applications"].filter(pl.col("by_on").is_not_null())
    return OfficeLegalFrames(
        deadlines=sort_deadlines(details["law_coming"]),
        list_changes=_list_changes(snapshot, settings, previous_run, previous, current),
        candidates=sort_candidates(details["law_candidates"]).head(MAX_CANDIDATES),
        candidate_count=details["law_candidates"].select(pl.len()).collect().item(),
        refused=refused.join(new_decisions, on="record_id", how="semi").sort(
            "on", "decision_no", "record_id", "matter_id"
        ),
        applications=_with_registered_name(snapshot, under_way).sort("by_on", "matter_id", "awaited"),
        missing=[*_missing_publicity(current, persons, calendar, until), *_missing_law_files(settings)],
        until=until,
        is_counted=is_counted,
        objections=_objections(snapshot, settings),
        holds=_holds(snapshot),
    )


def _end_of_deadlines(day: date, calendar: Calendar | None) -> tuple[date, bool]:
    """The tenth working day after `day`, and whether the calendar reaches it; past its end two weeks are taken.

    calendar: None where no law is applied.
    """
    if calendar is None:
        return day + timedelta(days=14), True
    try:
        return working_days_after(day, WORKING_DAYS_AHEAD, calendar), True
    except CalendarGap:
        return day + timedelta(days=14), False


def _objections(snapshot: Snapshot, settings: Settings) -> pl.DataFrame:
    """OBJECTION of objections that were raised and are not settled, those due first."""
    decisions = snapshot.current_records("decision").collect()
    if settings.law == "none" or not decisions["decision_type"].is_in(_OBJECTION_STEPS).any():
        return OBJECTION_TABLE.empty()
    empty = {kind: snapshot.current_records(kind).clear() for kind in LAW_RECORD_KINDS if kind != "decision"}
    records = {**empty, "decision": decisions.lazy()}
    log = law_state_on(settings, records, snapshot.context.as_of).decision_log
    taken = log.steps.filter(~pl.col("is_refused")).join(
        decisions.select("record_id", "reason"), on="record_id", how="left"
    )
    raised = taken.sort("on", "record_id").group_by("matter_id", maintain_order=True).first()
    matters = log.matters.lazy().filter(pl.col("matter") == "objection", pl.col("state") != "settled")
    terms = log.terms.select("matter_id", "awaited_title", "who", "by_on", "basis", "confidence")
    rows = (
        _with_registered_name(snapshot, matters)
        .join(raised.lazy().select("matter_id", "decision_no", "reason"), on="matter_id", how="left")
        .join(terms.lazy(), on="matter_id", how="left")
        .select(list(OBJECTION_TABLE.schema))
    )
    return rows.sort("by_on", "since_on", "matter_id", nulls_last=True).collect()


def _holds(snapshot: Snapshot) -> pl.DataFrame:
    """HOLD of decisions that hold a tier, in force or to come; those that end first come first."""
    day = pl.lit(snapshot.context.as_of)
    holds = snapshot.current_records("decision").filter(
        pl.col("decision_type") == "hold_tier", pl.col("ends_on").is_null() | (pl.col("ends_on") >= day)
    )
    named = _with_registered_name(snapshot, holds).collect()
    ids = named[_ID].drop_nulls().unique()
    selection = Selection.of_enterprises(ids, snapshot.context.buckets)
    ratings = selection.filter(snapshot.rows("ratings", selection.buckets)).filter(pl.col("valid_from_on") <= day)
    rows = with_hold_notes(named.lazy(), ratings).select(list(HOLD_TABLE.schema))
    return rows.sort("ends_on", "decided_on", "decision_no", "record_id", nulls_last=True).collect()


def _with_registered_name(snapshot: Snapshot, rows: pl.LazyFrame) -> pl.LazyFrame:
    """With the registered name as party_name, where the enterprise register has one."""
    found = rows.collect()
    ids = found[_ID].drop_nulls().unique()
    names = snapshot.current_records("enterprise", Selection(ids=ids)).select(_ID, _name="name")
    joined = found.lazy().join(names, on=_ID, how="left")
    return joined.with_columns(party_name=pl.coalesce("_name", "party_name")).drop("_name")


def _details(name: str, state: FramesByTable) -> pl.LazyFrame:
    return state[name].select(list(LAW_DETAILS[name].schema))


def _law_state_of_persons(snapshot: Snapshot, settings: Settings) -> LawState | None:
    """The legal state of natural persons; None where no record of them has one."""
    if settings.law == "none":
        return None
    persons = Selection.of_enterprises(NO_ENTERPRISE, snapshot.context.buckets)
    found = {
        kind: snapshot.current_records(kind, persons).filter(is_relevant).collect()
        for kind, is_relevant in RELEVANT_RECORDS.items()
    }
    if all(rows.is_empty() for rows in found.values()):
        return None
    records = {
        kind: found[kind].lazy() if kind in found else snapshot.current_records(kind, persons).clear()
        for kind in LAW_RECORD_KINDS
    }
    return law_state_on(settings, records, snapshot.context.as_of)


def _missing_publicity(
    state: FramesByTable, persons: LawState | None, calendar: Calendar | None, until: date
) -> Iterator[str]:
    """Sentences on penalties whose publicity period cannot be determined."""
    found = [state["law"].select(gap=pl.col("gaps").explode()).drop_nulls()]
    if persons:
        found.append(undetermined_publicity(persons, None).lazy().select("gap"))
    gaps = pl.concat(found).collect()
    if calendar is None or gaps.is_empty():
        return
    relevant = gaps.filter((pl.col("gap") == "low_fine") | pl.lit(until > calendar.last_on))
    for gap, count in relevant.group_by("gap").len().sort("gap").iter_rows():
        yield f"{PUBLICITY_GAPS[gap]}，{count} 件处罚的公示期不能确定"


def _missing_law_files(settings: Settings) -> list[str]:
    """What the office's law leaves out; that no law is applied at all is shown elsewhere."""
    return [] if settings.law == "none" else absent_file_messages(absent_law_files(settings.policy_dir))


def _list_changes(
    snapshot: Snapshot, settings: Settings, previous_run: Run | None, previous: FramesByTable, current: FramesByTable
) -> pl.DataFrame:
    """Listings that are in force and were not before the run, or the other way round."""
    is_listed = pl.col("state") == "standing"
    changed = snapshot.context.staged("law").select(_ID).collect()
    now = _details("law_listings", current).join(changed.lazy(), on=_ID, how="semi").collect()
    before = previous["law_listings"]
    if previous_run is not None and "law" not in previous_run.versions:  # a run of an earlier release
        before = law_state_of_run(settings, snapshot.store, previous_run).decision_log.listings.lazy()
    listed = before.filter(is_listed).join(now.lazy(), on="record_id", how="semi").collect()["record_id"]
    was_listed = pl.col("record_id").is_in(listed.implode())
    return now.filter(was_listed != is_listed).sort("listed_on", "decision_no", _ID, "record_id")


def enterprise_legal_states(snapshot: Snapshot, enterprises: pl.Series) -> dict[str, EnterpriseLegalState]:
    """The view of each of these enterprises that has a legal state."""
    selection = Selection.of_enterprises(enterprises, snapshot.context.buckets)
    state = snapshot.current_legal_state(snapshot.previous_legal_state(selection), selection)
    names = ("law_listings", "law_repair", "law_coming")
    heads, *details = pl.collect_all([state[name] for name in ("law", *names)])
    parts = {name: rows.partition_by(_ID, as_dict=True) for name, rows in zip(names, details, strict=True)}

    def view_of(key: str) -> EnterpriseLegalState:
        rows = (part.get((key,), LAW_TABLES[name].empty()) for name, part in parts.items())
        return enterprise_legal_state(EnterpriseLegalFrames(*map(detail_rows, names, (one.lazy() for one in rows))))

    return {key: view_of(key) for key in heads.filter(pl.col("record_count") > 0)[_ID].sort()}
