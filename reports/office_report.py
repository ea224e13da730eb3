"""The office report of a run: view model, page and workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from reports import formatting
from reports import office_tables as tables
from reports.atomic_files import write_atomically
from reports.exports import xlsx_bytes
from reports.grid import Frame, Grid, GridField, collected, grid_fields, grid_from_frame, grid_from_rows
from reports.html import render_page
from reports.legal_tables import MAX_DUE_ROWS, deadline_grid, due_command, finding_grid
from reports.office_tables import Migration, TierChange, explained_changes, migration_of
from reports.scheme_facts import BETTER, WORSE, SchemeFacts
from reports.trade_tables import coverage_grid, trade_change_grid
from transforms.rating.tier import HOLD_NOTES
from transforms.schemas import KINDS, Column, Table
from transforms.schemas.base import TEXT, TEXT_LIST
from transforms.schemas.law import (
    APPLICATION,
    CANDIDATE,
    CASE_FIGURE,
    FINDING,
    LISTING,
    MATTER_TABLE,
    STEP_TABLE,
    TERM_TABLE,
)
from transforms.schemas.run_tables import OUTLOOK_DAYS
from transforms.schemas.vocabularies import LISTING_STATES

MAX_DETAILS_ON_PAGE = 200  # changes of a direction shown with their evidence; the workbook has all
MAX_ROWS_ON_PAGE = 200
QUARANTINED_ROWS = "隔离行数"
DUE_TODAY, OVERDUE_MATTERS = "今日到期", "逾期事项"
ROW_OUTCOMES = ("accepted", "duplicate", "superseded", "quarantined", "ignored")
OUTLOOK_PERIOD = timedelta(days=OUTLOOK_DAYS)
_BALANCE = "＝接受＋重复＋被取代＋隔离＋不计"
_LIST_CHANGES = {**LISTING_STATES, "standing": "列入或者恢复"}
_DECISION = KINDS["decision"].table
_PARTY_NAME = Column(
    "party_name", MATTER_TABLE.column("party_name").dtype, "当事人", "registered name, else as the record has it"
)
OBJECTION_TABLE = Table(
    "objections",
    "未处理完的异议",
    "Objections raised and not settled yet, with what is awaited by when.",
    (
        *(MATTER_TABLE.column(name) for name in ("matter_id", "since_on", "state_title", "system", "target")),
        _PARTY_NAME,
        *(_DECISION.column(name) for name in ("decision_no", "reason")),
        *(TERM_TABLE.column(name) for name in ("awaited_title", "who", "by_on", "basis", "confidence")),
    ),
    ("matter_id", "awaited_title"),
)
_HOLD_DECISION = ("tier", "decided_on", "ends_on", "decision_no", "reason", "proposed_by", "decided_by", "record_id")
HOLD_TABLE = Table(
    "holds",
    "等级暂缓变动",
    "Decisions that hold a tier: of whom, which tier, until when, who decided, and what must be checked.",
    (
        _PARTY_NAME,
        *(_DECISION.column(name) for name in _HOLD_DECISION),
        Column("tier_before", TEXT, "决定前等级", "tier on the day before the decision; empty: not rated then"),
        Column("notes", TEXT_LIST, "须核对", "what a person must check", codes=HOLD_NOTES),
    ),
    ("record_id",),
)


@dataclass(frozen=True)
class OfficeLegalFrames:
    """Input of `office_legal_tables`.

    deadlines: DEADLINE rows up to `until`, the tenth working day (is_counted: by the calendar of working days).
    list_changes: LISTING rows that entered or left the list in this run. candidates: CANDIDATE, the newest of
    candidate_count. refused: STEP_TABLE rows of this run. applications: APPLICATION rows under way. objections:
    OBJECTION_TABLE. holds: HOLD_TABLE. case_figures: CASE_FIGURE. missing: sentences on what the policy does not
    settle, with counts.
    """

    deadlines: Frame
    list_changes: Frame
    candidates: Frame
    refused: Frame
    applications: Frame
    missing: Sequence[str] = ()
    candidate_count: int = 0
    until: date | None = None
    is_counted: bool = True
    objections: Frame = field(default_factory=OBJECTION_TABLE.empty)
    holds: Frame = field(default_factory=HOLD_TABLE.empty)
    findings: Frame = field(default_factory=lambda: FINDING.empty().with_columns(party_name=pl.lit(None, TEXT)))
    case_figures: Frame = field(default_factory=CASE_FIGURE.empty)


@dataclass(frozen=True)
class OfficeTradeFrames:
    """ratings: TRADE_RATINGS of every enterprise, at least COVERAGE_COLUMNS. changes: TRADE_CHANGES of the run."""

    ratings: Frame
    changes: Frame


@dataclass(frozen=True)
class OfficeFrames:
    """Input of `office_view`, in the shapes of the stored tables.

    previous_ratings, current_ratings: enterprise_id, tier, …, one row per enterprise: before this run, and after it.
    changes, change_trace, accounts, files, quarantine: of this run. outlook: OUTLOOK rows with a change of tier.
    enterprises: enterprise_id, name. unknown_amounts: trace rows not counted because their amount is unknown.
    legal: what the law asks for and brings; None where no law is in force. trades: None where one scheme rates all.
    """

    previous_ratings: Frame
    current_ratings: Frame
    changes: Frame
    change_trace: Frame
    accounts: Frame
    files: Frame
    quarantine: Frame
    outlook: Frame
    enterprises: Frame
    unknown_amounts: Frame
    legal: OfficeLegalFrames | None = None
    trades: OfficeTradeFrames | None = None


@dataclass(frozen=True)
class ReportContext:
    """The run that is reported on.

    warnings: of the gate, as (severity, place, finding) in Chinese. workbooks: links to the correction workbooks by
    (source, sender). pages: links to enterprise pages by enterprise_id.
    """

    office: str
    as_of: date
    run_id: str
    warnings: Sequence[tuple[str, str, str]] = ()
    workbooks: Mapping[tuple[str, str], str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """A key number in large type, with its label and a remark."""

    label: str
    value: int
    note: str = ""

    @property
    def text(self) -> str:
        """The number with thousands separators."""
        return formatting.count(self.value)


@dataclass(frozen=True)
class OfficeLegalTables:
    """What the law asks for, as grids; overdue, today, ending: late, due today, due in the next ten working days."""

    overdue: Grid
    today: Grid
    ending: Grid
    list_changes: Grid
    candidates: Grid
    refused: Grid
    applications: Grid
    objections: Grid
    holds: Grid
    findings: Grid
    case_figures: Grid
    missing: tuple[str, ...] = ()

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Every grid, in the order of the workbook."""
        due = (self.overdue, self.today, self.ending)
        waiting = (self.findings, self.objections, self.holds, self.applications)
        return (*due, self.case_figures, *waiting, self.list_changes, self.candidates, self.refused)


@dataclass(frozen=True)
class OfficeView:
    """Everything the office report shows, whatever its format. changes: downgrades first, the worst first."""

    context: ReportContext
    scheme: SchemeFacts
    figures: tuple[Figure, ...]
    is_account_closed: bool
    distribution: Grid
    changes: tuple[TierChange, ...]
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
    legal: OfficeLegalTables | None = None
    lists: Grid | None = None
    trades: tuple[Grid, ...] = ()

    @property
    def downgrades(self) -> tuple[TierChange, ...]:
        """Changes for the worse."""
        return tuple(change for change in self.changes if change.is_downgrade)

    @property
    def upgrades(self) -> tuple[TierChange, ...]:
        """Changes for the better."""
        return tuple(change for change in self.changes if not change.is_downgrade)

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Every table with all its rows, in the order of the workbook's sheets."""
        fields = (GridField("label", "项目"), GridField("value", "数值", "count"), GridField("note", "说明"))
        figures = [(figure.label, figure.value, figure.note) for figure in self.figures]
        return (
            grid_from_rows("figures", "本次运行数字", fields, figures),
            self.distribution,
            *self.trades,
            *(self.change_list, self.evidence, self.migration.grid),
            *([self.lists] if self.lists else []),
            *(self.legal.grids if self.legal else ()),
            *(self.accounts, self.files, self.quarantine),
            *(self.due_days, self.due),
            self.unknown_amounts,
            self.warnings,
        )


def office_view(frames: OfficeFrames, context: ReportContext, scheme: SchemeFacts) -> OfficeView:
    """The view of a run under `scheme`. Collects every frame once; rows come out in total order."""
    accounts, files = collected(frames.accounts), collected(frames.files)
    migration = migration_of(frames.previous_ratings, frames.current_ratings, scheme)
    changes = explained_changes(
        frames.changes, frames.change_trace, frames.current_ratings, scheme, context.pages, frames.outlook
    )
    due = tables.outlook_rows(frames.outlook, frames.enterprises, context.as_of, context.as_of + OUTLOOK_PERIOD)
    legal = office_legal_tables(frames.legal, context.as_of) if frames.legal else None
    trades: tuple[Grid, ...] = ()
    if frames.trades:
        trades = (coverage_grid(frames.trades.ratings, scheme), trade_change_grid(frames.trades.changes, scheme))
    unknown_amounts = tables.unknown_amount_grid(frames.unknown_amounts, frames.enterprises)
    rejected = files.filter(pl.col("finding").fill_null("") != "").height
    # Of files that an earlier release ingested only the accounts by kind have counts.
    is_counted = pl.col("accepted_count").is_not_null()
    by_kind = accounts.join(files.filter(~is_counted).select("file_id"), on="file_id", how="semi")
    balance = [files.filter(is_counted), by_kind]
    sums = {name: sum(int(frame[f"{name}_count"].sum()) for frame in balance) for name in ("read", *ROW_OUTCOMES)}
    again = int(files.filter(pl.col("attempt_no") > 1)["read_count"].sum())
    note = f"{_BALANCE}；其中重新读取 {formatting.count(again)} 行" if again else _BALANCE
    down = sum(change.is_downgrade for change in changes)
    figures = [
        Figure("来件", files.height, f"整件退回 {formatting.count(rejected)} 件" if rejected else "全部可读"),
        Figure("读取行数", sums["read"], note),
        Figure("接受行数", sums["accepted"]),
        Figure("重复行数", sums["duplicate"], "与已知内容相同"),
        Figure("被取代行数", sums["superseded"], "另有更新的报送"),
        Figure(QUARANTINED_ROWS, sums["quarantined"], "须由报送单位更正" if sums["quarantined"] else ""),
        Figure("不计行数", sums["ignored"], "来源规则载明不读取"),
        Figure("已评价企业", migration.rated, f"其中首次评价 {formatting.count(migration.first_rated)} 家"),
        Figure("等级下调", down),
        Figure("等级上调", len(changes) - down),
        Figure("金额不明", unknown_amounts.total, "未计分，须补报金额" if unknown_amounts.rows else ""),
    ]
    if legal:
        figures.append(Figure(DUE_TODAY, legal.today.total))
        figures.append(Figure(OVERDUE_MATTERS, legal.overdue.total, "须立即办理" if legal.overdue.rows else ""))
    parts = pl.sum_horizontal(pl.col(f"{part}_count").fill_null(0) for part in ROW_OUTCOMES)
    return OfficeView(
        context=context,
        scheme=scheme,
        figures=tuple(figures),
        is_account_closed=accounts.filter(pl.col("read_count") != parts).is_empty(),
        distribution=tables.distribution_grid(migration, scheme),
        changes=changes,
        change_list=tables.change_grid(changes, scheme),
        evidence=tables.change_evidence_grid(changes),
        migration=migration,
        accounts=tables.account_grid(accounts, scheme.sources),
        files=tables.file_grid(files, scheme.sources),
        quarantine=tables.quarantine_grid(
            collected(frames.quarantine), collected(frames.files), context.workbooks, scheme.sources
        ),
        due_days=tables.outlook_day_grid(due),
        due=tables.outlook_grid(due, scheme, context.as_of),
        warnings=tables.warning_grid(context.warnings),
        unknown_amounts=unknown_amounts,
        legal=legal,
        trades=trades,
    )


def with_list_outcomes(view: OfficeView, outcomes: Sequence[Mapping[str, Any]]) -> OfficeView:
    """The view with the outcome of each published list.

    An outcome has `list`, `title`, `state`, `message`, and where there is any `withdrawn`, `beyond` (entries public
    beyond their last day, each with why it waits) and `problems`.
    """
    beyond = sum(len(outcome.get("beyond", ())) for outcome in outcomes)
    unchecked = [outcome["title"] for outcome in outcomes if outcome["state"] in ("damaged", "refused", "busy")]
    notes = ["须两人签发撤下"] if beyond else []
    notes += [f"未能全部核对：{'、'.join(unchecked)}"] if unchecked else []
    figure = Figure(tables.PAST_DISPLAY_PERIOD, beyond, "；".join(notes) or "应为 0")
    return replace(view, figures=(*view.figures, figure), lists=tables.list_state_grid(outcomes))


def write_office_report(view: OfficeView, folder: Path) -> tuple[Path, Path]:
    """Write `office.html` and `office.xlsx` into `folder`; the paths of both."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / "office.html", folder / "office.xlsx")
    write_atomically(paths[0], office_html(view))
    write_atomically(paths[1], office_xlsx(view))
    return paths


def office_html(view: OfficeView, details: int = MAX_DETAILS_ON_PAGE, rows: int = MAX_ROWS_ON_PAGE) -> str:
    """The report as a page. Beyond `details` changes and `rows` rows it says how many more the workbook has."""
    return render_page(
        "office.html", view.scheme.notices, view=view, headline=headline(view), limit=details, table_limit=rows
    )


def office_xlsx(view: OfficeView) -> bytes:
    """The report as a workbook: every row of every table, but for tables that say how many rows they leave out."""
    title = f"信用办晨报 {view.context.as_of}"
    facts = f"{view.context.office}　评价标准：{view.scheme.title}　运行编号：{view.context.run_id}"
    return xlsx_bytes(view.grids, title, (*view.scheme.notices, facts))


def headline(view: OfficeView) -> str:
    """The run in one sentence."""
    quarantined = next(figure.text for figure in view.figures if figure.label == QUARANTINED_ROWS)
    moved = f"等级下调 {formatting.count(len(view.downgrades))} 家、上调 {formatting.count(len(view.upgrades))} 家"
    warned = f"；质量检查提示 {len(view.warnings)} 项" if view.warnings.rows else ""
    legal = f"；今日到期 {view.legal.today.total} 项、逾期 {view.legal.overdue.total} 项" if view.legal else ""
    if not view.due.total:
        ahead = "没有企业的等级变化"
    elif view.due.left_out:
        ahead = f"等级变化 {formatting.count(view.due.total)} 家"
    else:
        directions = [row[view.due.position("direction")] for row in view.due.rows]
        worse, better = (formatting.count(directions.count(way)) for way in (WORSE, BETTER))
        ahead = f"等级下调 {worse} 家、上调 {better} 家"
    soon = f"今后 {OUTLOOK_DAYS} 天如无新记录，预计{ahead}"
    return f"本次运行{moved}；隔离 {quarantined} 行{legal}；{soon}{warned}。"


def headline_in_english(view: OfficeView) -> str:
    """The run in one English sentence, for operators."""
    quarantined = next(figure.text for figure in view.figures if figure.label == QUARANTINED_ROWS)
    down, up = formatting.count(len(view.downgrades)), formatting.count(len(view.upgrades))
    warned = f"; {len(view.warnings)} warnings of the gate" if view.warnings.rows else ""
    legal = f"; due today {view.legal.today.total}, overdue {view.legal.overdue.total}" if view.legal else ""
    ahead = f"; in {OUTLOOK_DAYS} days without news {formatting.count(view.due.total)} tiers will change"
    return f"Tiers: {down} down, {up} up; {quarantined} rows quarantined{legal}{ahead}{warned}."


def office_legal_tables(frames: OfficeLegalFrames, as_of: date) -> OfficeLegalTables:
    """What the law asks of the office on `as_of`, as grids."""
    deadlines = collected(frames.deadlines)
    # A removal is known by the number of its listing, as among the deadlines.
    under_way = collected(frames.applications).with_columns(target=pl.coalesce("listing_no", "target"))
    is_late, is_today = pl.col("is_overdue"), pl.col("on") == as_of
    listed = ("decision_no", "name", "uscc", "listed_on", "left_on", "last_day_on", "reason", "basis")
    candidate = ("decided_on", "decision_no", "name", "situation", "penalty_kinds", "situation_basis", "notes")
    step = ("on", "decision_no", "matter", "step_title", "target", "refusal", "notes", "proposed_by")
    applied = (
        "matter",
        "target",
        "party_name",
        "system",
        "state_title",
        "applied_on",
        "awaited_title",
        "by_on",
        "basis",
    )
    objection = [name for name in OBJECTION_TABLE.schema if name != "matter_id"]
    hold = [name for name in HOLD_TABLE.schema if name != "record_id"]

    def due(name: str, title: str, rows: pl.DataFrame, empty: str) -> Grid:
        # Ten working days lie within the days that `yaoxin due` looks ahead.
        return deadline_grid(title, rows.head(MAX_DUE_ROWS), empty, name).of(rows.height, due_command(as_of))

    found = collected(frames.findings)
    ahead = deadlines.filter(~is_late & ~is_today.fill_null(False))
    nothing_ahead = f"至 {frames.until} 没有到期的事项" if frames.until else "没有到期的事项"
    changes = (GridField("state", "变化", "words", _LIST_CHANGES), *grid_fields(LISTING, *listed))
    candidates = grid_from_frame(
        "candidates", "列入候选", collected(frames.candidates), grid_fields(CANDIDATE, *candidate), "没有候选"
    )
    applications = grid_from_frame(
        "applications",
        "办理中的修复和移出",
        under_way.head(MAX_DUE_ROWS),
        grid_fields(APPLICATION, *applied),
        "没有办理中的申请",
    )
    last_day = max(under_way["by_on"].to_list(), default=as_of)
    missing = [*frames.missing]
    if not frames.is_counted:
        missing.append(f"工作日历不足，“今后十个工作日”暂按至 {frames.until} 列出")
    return OfficeLegalTables(
        overdue=due("overdue", "已逾期", deadlines.filter(is_late), "没有逾期的事项"),
        today=due("today", "今日到期", deadlines.filter(~is_late & is_today), "今日没有到期的事项"),
        ending=due("ending", "今后十个工作日", ahead, nothing_ahead),
        list_changes=grid_from_frame(
            "list_changes", "名单变化", collected(frames.list_changes), changes, "名单没有变化"
        ),
        candidates=candidates.of(frames.candidate_count, "yaoxin list --candidates"),
        refused=grid_from_frame(
            "refused",
            "不予认可、须核对的环节",
            collected(frames.refused),
            grid_fields(STEP_TABLE, *step),
            "没有不予认可或者须核对的环节",
        ),
        applications=applications.of(under_way.height, due_command(as_of, until=last_day)),
        objections=grid_from_frame(
            "objections",
            "未处理完的异议",
            collected(frames.objections),
            grid_fields(OBJECTION_TABLE, *objection),
            "没有未处理完的异议",
        ),
        holds=grid_from_frame(
            "holds", "等级暂缓变动", collected(frames.holds), grid_fields(HOLD_TABLE, *hold), "没有等级暂缓变动的企业"
        ),
        findings=finding_grid(found.head(MAX_DUE_ROWS), with_party=True).of(found.height, "yaoxin explain"),
        case_figures=_case_figure_grid(collected(frames.case_figures)),
        missing=tuple(missing),
    )


def _case_figure_grid(figures: pl.DataFrame) -> Grid:
    """CASE_FIGURE with the share, cut to a tenth of a per cent, so that no share below all reads 100%."""
    tenths = 1000 * pl.col("met_count") // pl.col("of_count")
    share = pl.when(pl.col("of_count") > 0).then(pl.format("{}.{}%", tenths // 10, tenths % 10)).otherwise(pl.lit("—"))
    fields = [*grid_fields(CASE_FIGURE, *CASE_FIGURE.schema), GridField("share", "比率")]
    return grid_from_frame("case_figures", "案件办理指标", figures.with_columns(share=share), fields, "没有案件指标")
