"""The view of one night: what came in, what changed and why, what waits, what falls due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from reports import show
from reports.grid import Frame, Grid, collected
from reports.views import night_tables as tables
from reports.views.changes import Change, changes_of
from reports.views.migration import Migration, migration_of
from reports.views.office_law import OfficeLaw, OfficeLawFrames, office_law
from reports.views.outlook import OUTLOOK_DAYS
from reports.views.scheme import SchemeFacts

QUARANTINED = "隔离行数"
PARTS = ("accepted", "duplicate", "superseded", "quarantined", "ignored")
_BALANCE = "＝接受＋重复＋被取代＋隔离＋不计"
DUE_TODAY, OVERDUE = "今日到期", "逾期事项"
DUE_WITHIN = timedelta(days=OUTLOOK_DAYS)


@dataclass(frozen=True)
class NightFrames:
    """What the view is made from, in the shapes of the stored tables.

    before, after: ratings (enterprise_id, tier, …) that stood before the night and that stand now, one row per
    enterprise. changes, change_trace: of the night. accounts, files, quarantine: of the night.
    outlook: rows of OUTLOOK that tell a change of tier.
    enterprises: enterprise_id, name. unknown_amounts: rows of the trace that do not count because nobody knows the
    amount. law: what the law asks for and brings, where it was worked out.
    """

    before: Frame
    after: Frame
    changes: Frame
    change_trace: Frame
    accounts: Frame
    files: Frame
    quarantine: Frame
    outlook: Frame
    enterprises: Frame
    unknown_amounts: Frame
    law: OfficeLawFrames | None = None


@dataclass(frozen=True)
class Night:
    """Which night it is. `warnings` are the gate's: (severity, where, what) in Chinese."""

    office: str
    as_of: date
    run_id: str
    warnings: Sequence[tuple[str, str, str]] = ()
    # By source and sending office the link to the workbook of the rows that it is to correct.
    workbooks: Mapping[tuple[str, str], str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)  # enterprise_id: link to its page


@dataclass(frozen=True)
class Figure:
    """A number of the night in large type, with what it is and what to know of it."""

    label: str
    value: int
    note: str = ""

    @property
    def text(self) -> str:
        """The number as it is read."""
        return show.count(self.value)


@dataclass(frozen=True)
class NightView:
    """Everything the office report shows, whatever its format. `changes`: downgrades first, the worst first."""

    night: Night
    scheme: SchemeFacts
    figures: tuple[Figure, ...]
    is_account_closed: bool
    distribution: Grid
    changes: tuple[Change, ...]
    change_list: Grid
    evidence: Grid
    migration: Migration
    accounts: Grid
    files: Grid
    quarantine: Grid
    due_days: Grid
    due: Grid
    warnings: Grid
    unknown_amounts: Grid
    law: OfficeLaw | None = None
    lists: Grid | None = None

    @property
    def downgrades(self) -> tuple[Change, ...]:
        """Changes for the worse."""
        return tuple(change for change in self.changes if change.is_downgrade)

    @property
    def upgrades(self) -> tuple[Change, ...]:
        """Changes for the better."""
        return tuple(change for change in self.changes if not change.is_downgrade)

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Every table whole, in the order of the workbook's sheets."""
        figures = tables.figures_grid([(figure.label, figure.value, figure.note) for figure in self.figures])
        intake = (self.accounts, self.files, self.quarantine)
        changed = (self.change_list, self.evidence, self.migration.grid)
        law = self.law.grids if self.law else ()
        law = law if self.lists is None else (self.lists, *law)
        ahead = (self.due_days, self.due)
        return (figures, self.distribution, *changed, *law, *intake, *ahead, self.unknown_amounts, self.warnings)


def office_view(frames: NightFrames, night: Night, scheme: SchemeFacts) -> NightView:
    """The view of the night `night` under `scheme`. Reads every frame once; rows come out in total order."""
    before, after = (frame.lazy().select("enterprise_id", "tier") for frame in (frames.before, frames.after))
    migration = migration_of(before, after, scheme)
    changes = changes_of(frames.changes, frames.change_trace, frames.after, scheme, night.pages, frames.outlook)
    accounts, files = collected(frames.accounts), collected(frames.files)
    due = tables.due(frames.outlook, frames.enterprises, night.as_of, night.as_of + DUE_WITHIN)
    law = office_law(frames.law, night.as_of) if frames.law else None
    unknown_amounts = tables.unknown_amounts(frames.unknown_amounts, frames.enterprises)
    return NightView(
        night=night,
        scheme=scheme,
        figures=(
            *_figures(files, accounts, migration, changes),
            Figure("金额不明", unknown_amounts.total, "未计分，须补报金额" if unknown_amounts.rows else ""),
            *_law_figures(law),
        ),
        is_account_closed=_is_closed(accounts),
        distribution=tables.distribution(migration, scheme),
        changes=changes,
        change_list=tables.change_list(changes, scheme),
        evidence=tables.evidence(changes),
        migration=migration,
        accounts=tables.accounts(accounts, scheme.sources),
        files=tables.files(files, scheme.sources),
        quarantine=tables.quarantine(collected(frames.quarantine), night.workbooks, scheme.sources),
        due_days=tables.due_days(due),
        due=tables.due_list(due, scheme, night.as_of),
        warnings=tables.warnings(night.warnings),
        unknown_amounts=unknown_amounts,
        law=law,
    )


def with_lists(view: NightView, answers: Sequence[Mapping[str, Any]]) -> NightView:
    """The view with what became of the published lists: `list`, `title`, `state`, `message`, and where there is any
    `withdrawn`, `beyond` (entries that may not be public any more, each with why it waits) and `problems`.
    """
    beyond = sum(len(answer.get("beyond", ())) for answer in answers)
    unread = [answer["title"] for answer in answers if answer["state"] in ("damaged", "refused", "busy")]
    notes = ["须两人签发撤下"] if beyond else []
    notes += [f"未能全部核对：{'、'.join(unread)}"] if unread else []
    figure = Figure(tables.BEYOND, beyond, "；".join(notes) or "应为 0")
    return replace(view, figures=(*view.figures, figure), lists=tables.lists(answers))


def _law_figures(law: OfficeLaw | None) -> tuple[Figure, ...]:
    if law is None:
        return ()
    return (
        Figure(DUE_TODAY, law.today.total),
        Figure(OVERDUE, law.overdue.total, "须立即办理" if law.overdue.rows else ""),
    )


def _is_closed(accounts: pl.DataFrame) -> bool:
    parts = [f"{part}_count" for part in PARTS]
    sums = pl.sum_horizontal(pl.col(parts).fill_null(0))
    return accounts.filter(pl.col("read_count") != sums).is_empty()


def _figures(
    files: pl.DataFrame, accounts: pl.DataFrame, migration: Migration, changes: Sequence[Change]
) -> tuple[Figure, ...]:
    turned_away = files.filter(pl.col("finding").fill_null("") != "").height
    # A file of an earlier release is counted by kind alone.
    is_counted = pl.col("accepted_count").is_not_null()
    older = accounts.join(files.filter(~is_counted).select("file_id"), on="file_id", how="semi")
    balance = [files.filter(is_counted), older]
    sums = {name: sum(int(frame[f"{name}_count"].sum()) for frame in balance) for name in ("read", *PARTS)}
    again = int(files.filter(pl.col("attempt_no") > 1)["read_count"].sum())
    note = f"{_BALANCE}；其中重新读取 {show.count(again)} 行" if again else _BALANCE
    down = sum(change.is_downgrade for change in changes)
    return (
        Figure("来件", files.height, f"整件退回 {show.count(turned_away)} 件" if turned_away else "全部可读"),
        Figure("读取行数", sums["read"], note),
        Figure("接受行数", sums["accepted"]),
        Figure("重复行数", sums["duplicate"], "与已知内容相同"),
        Figure("被取代行数", sums["superseded"], "另有更新的报送"),
        Figure(QUARANTINED, sums["quarantined"], "须由报送单位更正" if sums["quarantined"] else ""),
        Figure("不计行数", sums["ignored"], "来源规则载明不读取"),
        Figure("已评价企业", migration.rated, f"其中首次评价 {show.count(migration.first_rated)} 家"),
        Figure("等级下调", down),
        Figure("等级上调", len(changes) - down),
    )
