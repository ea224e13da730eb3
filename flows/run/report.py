"""The fourth step of a run: the office report, the pages of enterprises, the workbooks of quarantined rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from flows.correction_workbooks import with_sender, write_correction_workbooks
from flows.policy_folder import PolicyInForce, read_sources, scheme_facts
from flows.run.context import RunContext
from flows.run.law_report import enterprise_legal_states, office_legal_frames
from flows.run.run_folder import write_scheme_facts
from flows.run.snapshot import Selection, Snapshot
from flows.run.validate import Validation
from flows.settings import Settings
from flows.store import stored_names
from flows.store.ledger import Run
from flows.store.store import Store
from reports import office_report
from reports.enterprise_page import EnterpriseFrames, enterprise_page_name, enterprise_view, write_enterprise_page
from reports.office_report import (
    OfficeFrames,
    OfficeView,
    ReportContext,
    headline,
    headline_in_english,
    office_view,
    with_list_outcomes,
    write_office_report,
)
from reports.scheme_facts import Outlook, SchemeFacts
from transforms.schemas import KINDS, TABLES

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
    workbooks = write_correction_workbooks(quarantine, sources, inputs.folder / "quarantine")
    frames = _office_frames(snapshot, inputs.previous_run, quarantine)
    frames = replace(frames, legal=office_legal_frames(snapshot, settings, inputs.previous_run))
    changed = frames.changes.lazy().select(_ID).collect()[_ID]
    pages = {key: f"enterprises/{enterprise_page_name(key)}" for key in changed}
    about = ReportContext(
        settings.office_name,
        context.as_of,
        context.folder.name,
        warnings=_warnings(inputs.validation),
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
    return write_correction_workbooks(rows, read_sources(settings.policy_dir), context.folder / "quarantine")


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
    )


def _warnings(validation: Validation) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (_SEVERITIES[finding.severity], "：".join(filter(None, (verdict.label, finding.label))), finding.zh)
        for verdict in validation.verdicts
        for finding in verdict.findings
    )


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
    ratings, trace = (selection.filter(context.staged(name, selection.numbers)) for name in ("ratings", "trace"))
    frames = {
        **snapshot.current_records_by_kind(selection),
        "ratings": pl.concat([earlier, ratings]),
        "trace": trace,
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
        )
        write_enterprise_page(enterprise_view(page, context.as_of, facts), folder / enterprise_page_name(key))
