"""The office report of a night, the pages of enterprises whose tier changed, the workbooks to be corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from flows.night import standing
from flows.night.arrived import arrived
from flows.night.check import Checked
from flows.night.legal import of_enterprises, office_frames
from flows.night.outlook import outlook_after
from flows.night.plan import Night
from flows.night.records import Seen, Whose, known, known_records
from flows.policies import PolicyInForce, read_sources, scheme_facts
from flows.scheme_kept import keep_scheme
from flows.settings import Settings
from flows.store import Run, Store
from flows.workbooks import with_sender, write_workbooks
from reports import office
from reports.office import page_name, write_enterprise, write_office
from reports.views import night as views
from reports.views.enterprise import EnterpriseFrames, enterprise_view
from reports.views.outlook import Outlook
from reports.views.scheme import SchemeFacts
from transforms.tables import KINDS, TABLES

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
    view: views.NightView | None = None


@dataclass(frozen=True)
class Telling:
    """What the report of a night is made from: the night, its policy, what the gate said, the night before."""

    night: Night
    policy: PolicyInForce
    checked: Checked
    former: Run | None

    @property
    def folder(self) -> Path:
        """Where the report goes."""
        return self.night.folder / "report"


def tell(store: Store, settings: Settings, telling: Telling) -> Report:
    """Write the report into the run's folder."""
    night = telling.night
    titles = {source.source: source.title for source in read_sources(settings.policy_dir)}
    facts = replace(scheme_facts(telling.policy, night.as_of), sources=titles)
    keep_scheme(night.folder, facts)
    frames = _frames(store, telling)
    sources = read_sources(settings.policy_dir)
    quarantine = with_sender(frames.quarantine.lazy().collect(), sources)
    law = office_frames(Seen.by(night, store), settings, telling.former)
    frames = replace(frames, law=law, quarantine=quarantine)
    workbooks = write_workbooks(quarantine, sources, telling.folder / "quarantine")
    changed = frames.changes.lazy().collect()["enterprise_id"].to_list()
    pages = {key: f"enterprises/{page_name(key)}" for key in changed}
    about = views.Night(
        settings.office_name,
        night.as_of,
        night.folder.name,
        warnings=_warnings(telling.checked),
        workbooks={key: f"quarantine/{path.name}" for key, path in workbooks.items()},
        pages=pages,
    )
    view = views.office_view(frames, about, facts)
    _write_pages(store, telling, _shown(view, pages), facts)
    page, _ = write_office(view, telling.folder)
    numbers = {figure.label: figure.value for figure in view.figures}
    facts_told = {**telling.checked.facts, "numbers": numbers}
    return Report(page, office.headline(view), facts_told, office.headline_in_english(view), view)


def tell_lists(report: Report, answers: Sequence[Mapping[str, Any]]) -> None:
    """Write the report again with what became of the published lists, which are brought up to date after the commit."""
    if report.view is not None:
        write_office(views.with_lists(report.view, answers), report.page.parent)


def send_back(store: Store, settings: Settings, night: Night, former: Run | None) -> dict[tuple[str, str], Path]:
    """The workbooks of a night that was refused, written into the run's folder: their senders need not wait for it."""
    rows = arrived(Seen.by(night, store), "quarantine", former).collect()
    return write_workbooks(rows, read_sources(settings.policy_dir), night.folder / "quarantine")


def _shown(view: views.NightView, pages: Mapping[str, str]) -> list[str]:
    """The enterprises that the report's page leads to. After a change of policy a page for each would fill the disk;
    `yaoxin explain --html` writes any other.
    """
    keys = {page: key for key, page in pages.items()}
    changes = (*view.downgrades[: office.DETAILS_ON_PAGE], *view.upgrades[: office.DETAILS_ON_PAGE])
    return [keys[change.page] for change in changes]


def _frames(store: Store, telling: Telling) -> views.NightFrames:
    night, former = telling.night, telling.former
    after = standing.after(night).collect().lazy()
    seen = Seen.by(night, store)
    soon = outlook_after(seen).collect()
    unknown_amounts = standing.trace_after(seen, "unknown_amount").collect()
    shown = pl.concat([soon["enterprise_id"], unknown_amounts["enterprise_id"]]).unique()
    named = known("enterprise", seen, Whose(ids=shown))
    return views.NightFrames(
        before=standing.before(night),
        after=after,
        changes=night.staged("changes"),
        change_trace=night.staged("change_trace"),
        accounts=arrived(seen, "accounts", former),
        files=arrived(seen, "files", former),
        quarantine=arrived(seen, "quarantine", former),
        outlook=soon,
        enterprises=named.select("enterprise_id", "name"),
        unknown_amounts=unknown_amounts,
    )


def _warnings(checked: Checked) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (_SEVERITIES[finding.severity], "：".join(filter(None, (verdict.label, finding.label))), finding.zh)
        for verdict in checked.verdicts
        for finding in verdict.findings
    )


def _write_pages(store: Store, telling: Telling, enterprises: list[str], facts: SchemeFacts) -> None:
    """A page for each of these enterprises; their part of every table is read once for all of them."""
    if not enterprises:
        return
    night = telling.night
    asked = pl.Series("enterprise_id", enterprises, dtype=pl.String)
    parts = {name: _by_enterprise(frame) for name, frame in _page_frames(store, night, asked).items()}
    kinds = [kind for kind in KINDS if kind != "enterprise"]
    seen, whose = Seen.by(night, store), Whose.these(asked, night.buckets)
    law = of_enterprises(seen, asked)
    ahead = {row["enterprise_id"]: row for row in outlook_after(seen, whose).collect().iter_rows(named=True)}
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
            law=law.get(key),
            outlook=Outlook(night.as_of, ahead.get(key)),
        )
        write_enterprise(enterprise_view(frames, night.as_of, facts), telling.folder / "enterprises" / page_name(key))


def _page_frames(store: Store, night: Night, asked: pl.Series) -> Mapping[str, pl.LazyFrame]:
    """Records and results of the enterprises as they will stand; a tier that changed has a rating of this night."""
    seen, whose = Seen.by(night, store), Whose.these(asked, night.buckets)
    earlier = seen.stored("ratings", whose.part).filter(pl.col("valid_from_on") < night.as_of)
    written = {name: whose.among(night.staged(name, whose.part.buckets)) for name in ("ratings", "trace")}
    history = pl.concat([whose.among(earlier), written["ratings"]])
    return {**known_records(seen, whose), "ratings": history, "trace": written["trace"]}


def _by_enterprise(frame: pl.LazyFrame) -> dict[str, pl.DataFrame]:
    return {str(key): part for (key,), part in frame.collect().partition_by("enterprise_id", as_dict=True).items()}
