"""The fourth step of a run: the office report with its legal part, the pages of enterprises, correction workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from flows.correction_workbooks import correction_workbooks, with_sender, write_correction_workbooks
from flows.legal_state import law_state_of_persons, law_state_of_run, law_state_on
from flows.policy_folder import (
    PolicyInForce,
    absent_law_files,
    read_calendar_law,
    read_case_law,
    read_sources,
    scheme_facts,
)
from flows.run.context import RunContext, write_scheme_facts
from flows.run.rate import STAGED_REFUSED_STEPS, refused_steps
from flows.run.snapshot import NO_ENTERPRISE, FramesByTable, Selection, Snapshot
from flows.run.validate import Validation
from flows.settings import Settings
from flows.store import stored_names
from flows.store.ledger import Run
from flows.store.store import Store
from reports import office_report
from reports.enterprise_page import EnterpriseFrames, enterprise_page_name, enterprise_view, write_enterprise_page
from reports.legal_tables import EnterpriseLegalFrames, EnterpriseLegalState, enterprise_legal_state
from reports.office_report import (
    HOLD_TABLE,
    OBJECTION_TABLE,
    OfficeFrames,
    OfficeLegalFrames,
    OfficeTradeFrames,
    OfficeView,
    ReportContext,
    headline,
    headline_in_english,
    office_view,
    with_list_outcomes,
    write_office_report,
)
from reports.scheme_facts import Outlook, SchemeFacts
from reports.trade_tables import COVERAGE_COLUMNS
from transforms.law.calendar.working_days import Calendar, CalendarGap, calendar_of, working_days_after
from transforms.law.law_state import LAW_RECORD_KINDS, LawState
from transforms.law.listing.candidates import sort_candidates
from transforms.law.matters.cases import case_figures
from transforms.law.matters.deadlines import deadlines, is_repair_opportunity, sort_deadlines, undetermined_publicity
from transforms.law.policy_gaps import absent_file_messages
from transforms.rating.tier import with_hold_notes
from transforms.schemas import KINDS, LAW_TABLES, TABLES
from transforms.schemas.law import CASE_FIGURE, LAW_DETAILS, PUBLICITY_GAPS, STEP_TABLE, detail_rows
from transforms.schemas.run_tables import TRADE_CHANGES, TRADE_RATINGS, TRADE_TRACE

WORKING_DAYS_AHEAD = 10  # for deadlines in the report
MAX_CANDIDATES = 200  # in the report, the newest; `yaoxin list --candidates` shows all
_OBJECTION_STEPS = ("object", "push_objection", "objection")
_SEVERITIES = {"critical": "严重", "warning": "提示", "info": "参考"}
_ID = "enterprise_id"


@dataclass(frozen=True)
class Report:
    """The office report: its page, a summary in one sentence (Chinese and English), and facts for the ledger.

    view: from which the page can be written again.
    """

    page: Path
    summary: str
    facts: dict[str, Any]
    summary_in_english: str = ""
    view: OfficeView | None = None


@dataclass(frozen=True)
class ReportInputs:
    """What the report of a run is made from. previous_run: the last committed run of an earlier day."""

    context: RunContext
    policy: PolicyInForce
    validation: Validation
    previous_run: Run | None

    @property
    def folder(self) -> Path:
        """The folder of the report."""
        return self.context.folder / "report"


def write_report(store: Store, settings: Settings, inputs: ReportInputs) -> Report:
    """Write the report into the run's folder."""
    context, snapshot = inputs.context, Snapshot.of(inputs.context, store)
    sources = read_sources(settings.policy_dir)
    titles = {source.source: source.title for source in sources}
    facts = replace(scheme_facts(inputs.policy, context.as_of), sources=titles)
    write_scheme_facts(context.folder, facts)
    quarantine = with_sender(snapshot.new_rows("quarantine", inputs.previous_run).collect(), sources)
    workbooks = write_correction_workbooks(correction_workbooks(quarantine, sources), inputs.folder / "quarantine")
    frames = _office_frames(snapshot, inputs.previous_run, quarantine)
    frames = replace(frames, legal=office_legal_frames(snapshot, settings, inputs.previous_run))
    changed = frames.changes.lazy().select(_ID).collect()[_ID]
    pages = {key: f"enterprises/{enterprise_page_name(key)}" for key in changed}
    warnings = tuple(
        (_SEVERITIES[finding.severity], "：".join(filter(None, (verdict.label, finding.label))), finding.zh)
        for verdict in inputs.validation.verdicts
        for finding in verdict.findings
    )
    about = ReportContext(
        settings.office_name,
        context.as_of,
        context.folder.name,
        warnings=warnings,
        workbooks={key: f"quarantine/{path.name}" for key, path in workbooks.items()},
        pages=pages,
    )
    view = office_view(frames, about, facts)
    _write_enterprise_pages(snapshot, inputs.folder / "enterprises", _linked_enterprises(view, pages), facts)
    page, _ = write_office_report(view, inputs.folder)
    numbers = {figure.label: figure.value for figure in view.figures}
    return Report(
        page,
        headline(view),
        {**inputs.validation.facts, stored_names.NUMBERS: numbers},
        headline_in_english(view),
        view,
    )


def add_list_outcomes(report: Report, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Write the report again with what became of the published lists, which are updated after the commit."""
    if report.view is not None:
        write_office_report(with_list_outcomes(report.view, outcomes), report.page.parent)


def write_refused_workbooks(
    store: Store, settings: Settings, context: RunContext, previous_run: Run | None
) -> dict[tuple[str, str], Path]:
    """The correction workbooks of a run that the gate refused: their senders need not wait for the next one."""
    rows = Snapshot.of(context, store).new_rows("quarantine", previous_run).collect()
    made = correction_workbooks(rows, read_sources(settings.policy_dir))
    return write_correction_workbooks(made, context.folder / "quarantine")


def _office_frames(snapshot: Snapshot, previous_run: Run | None, quarantine: pl.DataFrame) -> OfficeFrames:
    context = snapshot.context
    outlook = snapshot.current_outlook()
    unknown_amounts = snapshot.current_trace("unknown_amount").collect()
    named = Selection(ids=pl.concat([outlook[_ID], unknown_amounts[_ID]]).unique())
    return OfficeFrames(
        previous_ratings=snapshot.previous_ratings(),
        current_ratings=snapshot.current_ratings().collect(),
        changes=context.staged("changes"),
        change_trace=context.staged("change_trace"),
        accounts=snapshot.new_rows("accounts", previous_run),
        files=snapshot.new_rows("files", previous_run),
        quarantine=quarantine,
        outlook=outlook,
        enterprises=snapshot.current_records("enterprise", named).select(_ID, "name"),
        unknown_amounts=unknown_amounts,
        trades=_trade_frames(snapshot),
    )


def _trade_frames(snapshot: Snapshot) -> OfficeTradeFrames | None:
    """None where one scheme rates all."""
    ratings = snapshot.current_trade_ratings().select(COVERAGE_COLUMNS).collect()
    changes = snapshot.context.staged(TRADE_CHANGES.name)
    return None if ratings.is_empty() else OfficeTradeFrames(ratings, changes.collect())


def _linked_enterprises(view: OfficeView, pages: Mapping[str, str]) -> list[str]:
    """The enterprises whose pages the report links to.

    After a change of policy a page for every changed enterprise would fill the disk; `yaoxin explain --html` writes any
    other.
    """
    keys = {page: key for key, page in pages.items()}
    most = office_report.MAX_DETAILS_ON_PAGE
    return [keys[change.page] for change in (*view.downgrades[:most], *view.upgrades[:most])]


def _write_enterprise_pages(snapshot: Snapshot, folder: Path, enterprises: list[str], facts: SchemeFacts) -> None:
    """A page for each of these enterprises, whose tier changed; every table is read once for all of them."""
    if not enterprises:
        return
    context = snapshot.context
    ids = pl.Series(_ID, enterprises, dtype=pl.String)
    selection = Selection.of_enterprises(ids, context.buckets)
    earlier = selection.filter(snapshot.stored("ratings", selection.buckets))
    earlier = earlier.filter(pl.col("valid_from_on") < context.as_of)
    staged = {
        name: selection.filter(context.staged(name, selection.numbers))
        for name in ("ratings", "trace", TRADE_RATINGS.name, TRADE_TRACE.name)
    }
    frames = {
        **snapshot.current_records_by_kind(selection),
        **staged,
        "ratings": pl.concat([earlier, staged["ratings"]]),
        "changes": selection.filter(snapshot.current_changes()),
    }
    parts = {name: frame.collect().partition_by(_ID, as_dict=True) for name, frame in frames.items()}
    states = enterprise_legal_states(snapshot, ids)
    outlooks = {row[_ID]: row for row in snapshot.current_outlook(selection).iter_rows(named=True)}

    def rows_of(name: str, key: str) -> pl.DataFrame:
        return parts[name].get((key,), TABLES[name].empty())

    for key in enterprises:
        history = rows_of("ratings", key)
        page = EnterpriseFrames(
            enterprise=rows_of("enterprise", key),
            rating=history.filter(pl.col("valid_from_on") == context.as_of),
            trace=rows_of("trace", key),
            history=history,
            records={kind: rows_of(kind, key) for kind in KINDS if kind != "enterprise"},
            legal_state=states.get(key),
            outlook=Outlook(context.as_of, outlooks.get(key)),
            trades=rows_of(TRADE_RATINGS.name, key),
            trade_trace=rows_of(TRADE_TRACE.name, key),
            changes=rows_of("changes", key),
        )
        write_enterprise_page(enterprise_view(page, context.as_of, facts), folder / enterprise_page_name(key))


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
    nobody = Selection.of_enterprises(NO_ENTERPRISE, context.buckets)
    persons = law_state_of_persons(settings, lambda kind: snapshot.current_records(kind, nobody), context.as_of)
    details = {name: _details(name, current) for name in ("law_coming", "law_applications", "law_candidates")}
    found = _details("law_findings", current).filter(pl.col("state") != "over")
    refused = context.staged(STAGED_REFUSED_STEPS, table=STEP_TABLE)
    is_near = ~is_repair_opportunity() & (pl.col("on") <= until).fill_null(True)
    details["law_coming"] = details["law_coming"].filter(is_near)
    if persons:
        details["law_coming"] = pl.concat([details["law_coming"], deadlines(persons, until, with_repair=False)])
        details["law_applications"] = pl.concat([details["law_applications"], persons.applications.lazy()])
        refused = pl.concat([refused, refused_steps(persons).lazy()])
    new_decisions = snapshot.new_rows("decision", previous_run).select("record_id").unique()
    under_way = details["law_applications"].filter(pl.col("by_on").is_not_null())
    # That no law is applied at all is shown elsewhere.
    absent = [] if settings.law == "none" else absent_file_messages(absent_law_files(settings.policy_dir))
    return OfficeLegalFrames(
        deadlines=sort_deadlines(details["law_coming"]),
        list_changes=_list_changes(snapshot, settings, previous_run, previous, current),
        candidates=sort_candidates(details["law_candidates"]).head(MAX_CANDIDATES),
        candidate_count=details["law_candidates"].select(pl.len()).collect().item(),
        refused=refused.join(new_decisions, on="record_id", how="semi").sort(
            "on", "decision_no", "record_id", "matter_id"
        ),
        applications=_with_registered_name(snapshot, under_way).sort("by_on", "matter_id", "awaited"),
        missing=[*_missing_publicity(current, persons, calendar, until), *absent],
        until=until,
        is_counted=is_counted,
        objections=_objections(snapshot, settings),
        holds=_holds(snapshot),
        findings=_with_registered_name(snapshot, found.with_columns(party_name=pl.lit(None, pl.String()))).sort(
            "since_on", "enterprise_id", "finding", "record_id", "bar_id", descending=[True, *[False] * 4]
        ),
        case_figures=_case_figures(snapshot, settings),
    )


def _case_figures(snapshot: Snapshot, settings: Settings) -> pl.DataFrame:
    """CASE_FIGURE of the calendar year to date; empty where no law of cases is applied, or no case is known."""
    law = None if settings.law == "none" else read_case_law(settings.policy_dir)
    cases = snapshot.current_records("case").collect()
    if law is None or cases.is_empty():
        return CASE_FIGURE.empty()
    as_of = snapshot.context.as_of
    return case_figures(cases.lazy(), law, as_of.replace(month=1, day=1), as_of)


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
    """OBJECTION_TABLE of objections that were raised and are not settled, those due first."""
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
    """HOLD_TABLE of decisions that hold a tier, in force or to come; those that end first come first."""
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
    names = ("law_listings", "law_repair", "law_coming", "law_findings")
    heads, *details = pl.collect_all([state[name] for name in ("law", *names)])
    parts = {name: rows.partition_by(_ID, as_dict=True) for name, rows in zip(names, details, strict=True)}

    def view_of(key: str) -> EnterpriseLegalState:
        rows = (part.get((key,), LAW_TABLES[name].empty()) for name, part in parts.items())
        return enterprise_legal_state(EnterpriseLegalFrames(*map(detail_rows, names, (one.lazy() for one in rows))))

    return {key: view_of(key) for key in heads.filter(pl.col("record_count") > 0)[_ID].sort()}
