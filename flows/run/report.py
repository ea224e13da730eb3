"""The fourth step of a run: the office report, pages of enterprises, workbooks of quarantined rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from flows.correction_workbooks import with_sender, write_correction_workbooks
from flows.policy_folder import PolicyInForce, read_sources, scheme_facts
from flows.run import snapshot
from flows.run.due_days import RunContext
from flows.run.law_report import enterprise_legal_states, office_legal_frames
from flows.run.run_folder import write_scheme_facts
from flows.run.snapshot import Selection, Snapshot, current_outlook, current_records, current_records_by_kind, new_rows
from flows.run.validate import Validation
from flows.settings import Settings
from flows.store.ledger import Run
from flows.store.store import Store
from reports import office_report
from reports import office_report as views
from reports.enterprise_page import EnterpriseFrames, enterprise_page_name, enterprise_view, write_enterprise_page
from reports.office_report import write_office_report
from reports.scheme_facts import Outlook, SchemeFacts
from transforms.schemas import KINDS, TABLES

_SEVERITIES = {"critical": "严重", "warning": "提示", "info": "参考"}


@dataclass(frozen=True)
class Report:
    """Where a night is told, in one sentence (Chinese and English) and in numbers.

    view: from which the page is written again.
    """

    page: Path
    summary: str
    facts: dict[str, Any]
    summary_in_english: str = ""
    view: views.OfficeView | None = None


@dataclass(frozen=True)
class ReportInputs:
    """What the report of a night is made from: the night, its policy, what the gate said, the night before."""

    night: RunContext
    policy: PolicyInForce
    checked: Validation
    former: Run | None

    @property
    def folder(self) -> Path:
        """Where the report goes."""
        return self.night.folder / "report"


def write_report(store: Store, settings: Settings, telling: ReportInputs) -> Report:
    """Write the report into the run's folder."""
    night = telling.night
    titles = {source.source: source.title for source in read_sources(settings.policy_dir)}
    facts = replace(scheme_facts(telling.policy, night.as_of), sources=titles)
    write_scheme_facts(night.folder, facts)
    frames = _frames(store, telling)
    sources = read_sources(settings.policy_dir)
    quarantine = with_sender(frames.quarantine.lazy().collect(), sources)
    law = office_legal_frames(Snapshot.by(night, store), settings, telling.former)
    frames = replace(frames, legal=law, quarantine=quarantine)
    workbooks = write_correction_workbooks(quarantine, sources, telling.folder / "quarantine")
    changed = frames.changes.lazy().collect()["enterprise_id"].to_list()
    pages = {key: f"enterprises/{enterprise_page_name(key)}" for key in changed}
    about = views.ReportContext(
        settings.office_name,
        night.as_of,
        night.folder.name,
        warnings=_warnings(telling.checked),
        workbooks={key: f"quarantine/{path.name}" for key, path in workbooks.items()},
        pages=pages,
    )
    view = views.office_view(frames, about, facts)
    _write_pages(store, telling, _shown(view, pages), facts)
    page, _ = write_office_report(view, telling.folder)
    numbers = {figure.label: figure.value for figure in view.figures}
    facts_told = {**telling.checked.facts, "numbers": numbers}
    return Report(page, office_report.headline(view), facts_told, office_report.headline_in_english(view), view)


def add_list_outcomes(report: Report, answers: Sequence[Mapping[str, Any]]) -> None:
    """Write the report again with what became of the published lists, which are brought up to date after the commit."""
    if report.view is not None:
        write_office_report(views.with_list_outcomes(report.view, answers), report.page.parent)


def write_refused_workbooks(
    store: Store, settings: Settings, night: RunContext, former: Run | None
) -> dict[tuple[str, str], Path]:
    """The workbooks of a night that was refused, written into the run's folder: their senders need not wait for it."""
    rows = new_rows(Snapshot.by(night, store), "quarantine", former).collect()
    return write_correction_workbooks(rows, read_sources(settings.policy_dir), night.folder / "quarantine")


def _shown(view: views.OfficeView, pages: Mapping[str, str]) -> list[str]:
    """The enterprises that the report's page leads to. After a change of policy a page for each would fill the disk;
    `yaoxin explain --html` writes any other.
    """
    keys = {page: key for key, page in pages.items()}
    changes = (
        *view.downgrades[: office_report.MAX_DETAILS_ON_PAGE],
        *view.upgrades[: office_report.MAX_DETAILS_ON_PAGE],
    )
    return [keys[change.page] for change in changes]


def _frames(store: Store, telling: ReportInputs) -> views.OfficeFrames:
    night, former = telling.night, telling.former
    after = snapshot.current_ratings(night).collect().lazy()
    seen = Snapshot.by(night, store)
    soon = current_outlook(seen).collect()
    unknown_amounts = snapshot.current_trace(seen, "unknown_amount").collect()
    shown = pl.concat([soon["enterprise_id"], unknown_amounts["enterprise_id"]]).unique()
    named = current_records("enterprise", seen, Selection(ids=shown))
    return views.OfficeFrames(
        previous_ratings=snapshot.previous_ratings(night),
        current_ratings=after,
        changes=night.staged("changes"),
        change_trace=night.staged("change_trace"),
        accounts=new_rows(seen, "accounts", former),
        files=new_rows(seen, "files", former),
        quarantine=new_rows(seen, "quarantine", former),
        outlook=soon,
        enterprises=named.select("enterprise_id", "name"),
        unknown_amounts=unknown_amounts,
    )


def _warnings(checked: Validation) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (_SEVERITIES[finding.severity], "：".join(filter(None, (verdict.label, finding.label))), finding.zh)
        for verdict in checked.verdicts
        for finding in verdict.findings
    )


def _write_pages(store: Store, telling: ReportInputs, enterprises: list[str], facts: SchemeFacts) -> None:
    """A page for each of these enterprises; their part of every table is read once for all of them."""
    if not enterprises:
        return
    night = telling.night
    asked = pl.Series("enterprise_id", enterprises, dtype=pl.String)
    parts = {name: _by_enterprise(frame) for name, frame in _page_frames(store, night, asked).items()}
    kinds = [kind for kind in KINDS if kind != "enterprise"]
    seen, whose = Snapshot.by(night, store), Selection.these(asked, night.buckets)
    law = enterprise_legal_states(seen, asked)
    ahead = {row["enterprise_id"]: row for row in current_outlook(seen, whose).collect().iter_rows(named=True)}
    nothing = {name: TABLES[name].empty() for name in parts}

    def part(name: str, key: str) -> pl.DataFrame:
        return parts[name].get(key, nothing[name])

    for key in enterprises:
        frames = EnterpriseFrames(
            enterprise=part("enterprise", key),
            rating=part("ratings", key).filter(pl.col("valid_from_on") == night.as_of),
            trace=part("trace", key),
            history=part("ratings", key),
            records={kind: part(kind, key) for kind in kinds},
            legal_state=law.get(key),
            outlook=Outlook(night.as_of, ahead.get(key)),
        )
        write_enterprise_page(
            enterprise_view(frames, night.as_of, facts), telling.folder / "enterprises" / enterprise_page_name(key)
        )


def _page_frames(store: Store, night: RunContext, asked: pl.Series) -> Mapping[str, pl.LazyFrame]:
    """Records and results of the enterprises as they will stand; a tier that changed has a rating of this night."""
    seen, whose = Snapshot.by(night, store), Selection.these(asked, night.buckets)
    earlier = seen.stored("ratings", whose.part).filter(pl.col("valid_from_on") < night.as_of)
    written = {name: whose.among(night.staged(name, whose.part.buckets)) for name in ("ratings", "trace")}
    history = pl.concat([whose.among(earlier), written["ratings"]])
    return {**current_records_by_kind(seen, whose), "ratings": history, "trace": written["trace"]}


def _by_enterprise(frame: pl.LazyFrame) -> dict[str, pl.DataFrame]:
    return {str(key): part for (key,), part in frame.collect().partition_by("enterprise_id", as_dict=True).items()}
