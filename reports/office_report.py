"""The office report of a run: view model, page and workbook."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from reports import formatting
from reports import office_tables as tables
from reports.atomic_files import write_atomically
from reports.enterprise_page import FONTS, INK, RULE, EnterpriseView, history_svg
from reports.exports import xlsx_bytes
from reports.grid import Frame, Grid, GridField, collected, grid_fields, grid_from_frame
from reports.html import render_page
from reports.legal_state import MAX_DUE_ROWS, deadline_grid, due_command
from reports.office_tables import Migration, TierChange, explained_changes, migration_of
from reports.scheme_facts import BETTER, OUTLOOK_DAYS, WORSE, SchemeFacts
from transforms.rating.holds import HOLD_NOTES
from transforms.schemas import KINDS, Column, Table
from transforms.schemas.base import TEXT, TEXT_LIST
from transforms.schemas.law import APPLICATION, CANDIDATE, LISTING, MATTER_TABLE, STEP_TABLE, TERM_TABLE
from transforms.schemas.vocabularies import LISTING_STATES

MAX_DETAILS_ON_PAGE = 200  # changes of a direction shown with their evidence; the workbook has all

MAX_ROWS_ON_PAGE = 200

MIN_PLOTTED_RATINGS = 3  # ratings; of fewer the page says in a sentence what a line would hardly show


def write_office_report(view: OfficeView, folder: Path) -> tuple[Path, Path]:
    """Write the report of a night as `office.html` and `office.xlsx` into `folder`; the paths of both."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / "office.html", folder / "office.xlsx")
    write_atomically(paths[0], office_html(view))
    write_atomically(paths[1], office_xlsx(view))
    return paths


def office_html(view: OfficeView, details: int = MAX_DETAILS_ON_PAGE, rows: int = MAX_ROWS_ON_PAGE) -> str:
    """The report as a page. Beyond `details` changes and `rows` rows it says how many more the workbook has."""
    return render_page(
        "office.html",
        view.scheme.notices,
        view=view,
        headline=headline(view),
        picture=migration_svg(view.migration),
        limit=details,
        table_limit=rows,
    )


def office_xlsx(view: OfficeView) -> bytes:
    """The report as a workbook: every table whole, but for those that say how many rows they leave out."""
    title = f"信用办晨报 {view.night.as_of}"
    facts = f"{view.night.office}　评价标准：{view.scheme.title}　运行编号：{view.night.run_id}"
    return xlsx_bytes(view.grids, title, (*view.scheme.notices, facts))


def headline(view: OfficeView) -> str:
    """The night in one sentence."""
    turned_away = next(figure.text for figure in view.figures if figure.label == QUARANTINED_ROWS)
    moved = f"等级下调 {formatting.count(len(view.downgrades))} 家、上调 {formatting.count(len(view.upgrades))} 家"
    warned = f"；质量检查提示 {len(view.warnings)} 项" if view.warnings.rows else ""
    law = f"；今日到期 {view.law.today.total} 项、逾期 {view.law.overdue.total} 项" if view.law else ""
    soon = f"今后 {OUTLOOK_DAYS} 天如无新记录，预计{_ahead(view)}"
    return f"本夜{moved}；隔离 {turned_away} 行{law}；{soon}{warned}。"


def headline_in_english(view: OfficeView) -> str:
    """The same for an operator who reads no Chinese."""
    turned_away = next(figure.text for figure in view.figures if figure.label == QUARANTINED_ROWS)
    down, up = formatting.count(len(view.downgrades)), formatting.count(len(view.upgrades))
    warned = f"; {len(view.warnings)} warnings of the gate" if view.warnings.rows else ""
    law = f"; due today {view.law.today.total}, overdue {view.law.overdue.total}" if view.law else ""
    ahead = f"; in {OUTLOOK_DAYS} days without news {formatting.count(view.due.total)} tiers will change"
    return f"Tiers: {down} down, {up} up; {turned_away} rows quarantined{law}{ahead}{warned}."


def _ahead(view: OfficeView) -> str:
    ways = [row[_at(view.due, "direction")] for row in view.due.rows]
    if not view.due.total:
        return "没有企业的等级变化"
    if view.due.left_out:
        return f"等级变化 {formatting.count(view.due.total)} 家"
    return f"等级下调 {formatting.count(ways.count(WORSE))} 家、上调 {formatting.count(ways.count(BETTER))} 家"


def _at(grid: Grid, name: str) -> int:
    return next(at for at, shown in enumerate(grid.fields) if shown.name == name)


def write_enterprise_page(view: EnterpriseView, path: Path) -> Path:
    """Write the page of an enterprise to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(enterprise_html(view), encoding="utf-8")
    return path


def enterprise_html(view: EnterpriseView) -> str:
    """The page that explains an enterprise's tier."""
    return render_page(
        "enterprise.html",
        view.scheme.notices,
        view=view,
        score=formatting.points(view.score),
        base=formatting.points(view.base),
        counted=formatting.delta(view.counted_sum),
        picture=_history(view),
        told=_history_told(view),
        title_at=lambda grid: _at(grid, "title"),
    )


def _history(view: EnterpriseView) -> str:
    if len(view.standings) < MIN_PLOTTED_RATINGS:
        return ""
    words = [view.scheme.words[tier] for tier, _ in view.scheme.tiers]
    return history_svg(view.standings, words, max(view.as_of, view.standings[-1].from_on))


def _history_told(view: EnterpriseView) -> str:
    """A history too short for a picture."""
    if not view.standings or len(view.standings) >= MIN_PLOTTED_RATINGS:
        return ""
    words = [view.scheme.words[tier] for tier, _ in view.scheme.tiers]
    parts = (
        f"{one.from_on} 起为 {words[one.index]}（{formatting.points(one.score_centipoints)} 分）"
        for one in view.standings
    )
    return "，".join(parts) + "。"


def enterprise_page_name(enterprise_id: str) -> str:
    """The file name of an enterprise's page: its identifier where plain, else with a hash that keeps it apart."""
    if re.fullmatch(r"[0-9A-Za-z]{1,40}", enterprise_id):
        return f"{enterprise_id}.html"
    plain = re.sub(r"[^0-9A-Za-z]+", "-", enterprise_id)[:40]
    return f"{plain}-{hashlib.sha256(enterprise_id.encode()).hexdigest()[:12]}.html"


QUARANTINED_ROWS = "隔离行数"

ROW_OUTCOMES = ("accepted", "duplicate", "superseded", "quarantined", "ignored")

_BALANCE = "＝接受＋重复＋被取代＋隔离＋不计"

DUE_TODAY, OVERDUE_MATTERS = "今日到期", "逾期事项"

OUTLOOK_PERIOD = timedelta(days=OUTLOOK_DAYS)

_DECISION = KINDS["decision"].table

_PARTY = Column(
    "party_name", MATTER_TABLE.column("party_name").dtype, "当事人", "registered name, else as the record has it"
)

OBJECTION_TABLE = Table(
    "objections",
    "未处理完的异议",
    "Objections raised and not settled yet, with what is awaited by when.",
    (
        *(MATTER_TABLE.column(name) for name in ("matter_id", "since_on", "state_title", "system", "target")),
        _PARTY,
        *(_DECISION.column(name) for name in ("decision_no", "reason")),
        *(TERM_TABLE.column(name) for name in ("awaited_title", "who", "by_on", "basis", "confidence")),
    ),
    ("matter_id", "awaited_title"),
)

HOLD_TABLE = Table(
    "holds",
    "等级暂缓变动",
    "Decisions of the office that hold a tier: whose, which, until when, who decided, and what is to be looked at.",
    (
        _PARTY,
        *(
            _DECISION.column(name)
            for name in (
                "tier",
                "decided_on",
                "ends_on",
                "decision_no",
                "reason",
                "proposed_by",
                "decided_by",
                "record_id",
            )
        ),
        Column("tier_before", TEXT, "决定前等级", "tier on the day before the decision; empty: not rated then"),
        Column("notes", TEXT_LIST, "须核对", "what a person must look at", codes=HOLD_NOTES),
    ),
    ("record_id",),
)


@dataclass(frozen=True)
class OfficeLegalFrames:
    """coming: COMING up to `until`, the tenth working day (is_counted: by the calendar).
    list_changes: LISTING rows that came on the list or left it tonight.

    objections: OBJECTION. holds: HOLD.
    candidates: CANDIDATE, the newest of candidate_count. refused: STEP_TABLE rows of tonight. applications: APPLICATION
    of those under way. missing: what the policy does not say yet, and how many penalties are concerned.
    """

    coming: Frame
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


@dataclass(frozen=True)
class OfficeFrames:
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
    law: OfficeLegalFrames | None = None


@dataclass(frozen=True)
class ReportContext:
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
        return formatting.count(self.value)


@dataclass(frozen=True)
class OfficeLegalTables:
    """The same as grids; overdue, today, ending: what is late, due today, due or over in the next ten working days."""

    overdue: Grid
    today: Grid
    ending: Grid
    list_changes: Grid
    candidates: Grid
    refused: Grid
    applications: Grid
    objections: Grid
    holds: Grid
    missing: tuple[str, ...] = ()

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Every table, in the order of the page."""
        due = (self.overdue, self.today, self.ending)
        waiting = (self.objections, self.holds, self.applications)
        return (*due, *waiting, self.list_changes, self.candidates, self.refused)


@dataclass(frozen=True)
class OfficeView:
    """Everything the office report shows, whatever its format. `changes`: downgrades first, the worst first."""

    night: ReportContext
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
    law: OfficeLegalTables | None = None
    lists: Grid | None = None

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
        """Every table whole, in the order of the workbook's sheets."""
        figures = tables.figures_grid([(figure.label, figure.value, figure.note) for figure in self.figures])
        intake = (self.accounts, self.files, self.quarantine)
        changed = (self.change_list, self.evidence, self.migration.grid)
        law = self.law.grids if self.law else ()
        law = law if self.lists is None else (self.lists, *law)
        ahead = (self.due_days, self.due)
        return (figures, self.distribution, *changed, *law, *intake, *ahead, self.unknown_amounts, self.warnings)


def office_view(frames: OfficeFrames, night: ReportContext, scheme: SchemeFacts) -> OfficeView:
    """The view of the night `night` under `scheme`. Reads every frame once; rows come out in total order."""
    before, after = (frame.lazy().select("enterprise_id", "tier") for frame in (frames.before, frames.after))
    migration = migration_of(before, after, scheme)
    changes = explained_changes(frames.changes, frames.change_trace, frames.after, scheme, night.pages, frames.outlook)
    accounts, files = collected(frames.accounts), collected(frames.files)
    due = tables.outlook_rows(frames.outlook, frames.enterprises, night.as_of, night.as_of + OUTLOOK_PERIOD)
    law = office_legal_tables(frames.law, night.as_of) if frames.law else None
    unknown_amounts = tables.unknown_amount_grid(frames.unknown_amounts, frames.enterprises)
    return OfficeView(
        night=night,
        scheme=scheme,
        figures=(
            *_figures(files, accounts, migration, changes),
            Figure("金额不明", unknown_amounts.total, "未计分，须补报金额" if unknown_amounts.rows else ""),
            *_law_figures(law),
        ),
        is_account_closed=_is_closed(accounts),
        distribution=tables.distribution_grid(migration, scheme),
        changes=changes,
        change_list=tables.change_grid(changes, scheme),
        evidence=tables.change_evidence_grid(changes),
        migration=migration,
        accounts=tables.account_grid(accounts, scheme.sources),
        files=tables.file_grid(files, scheme.sources),
        quarantine=tables.quarantine_grid(collected(frames.quarantine), night.workbooks, scheme.sources),
        due_days=tables.outlook_day_grid(due),
        due=tables.outlook_grid(due, scheme, night.as_of),
        warnings=tables.warning_grid(night.warnings),
        unknown_amounts=unknown_amounts,
        law=law,
    )


def with_list_outcomes(view: OfficeView, answers: Sequence[Mapping[str, Any]]) -> OfficeView:
    """The view with what became of the published lists: `list`, `title`, `state`, `message`, and where there is any
    `withdrawn`, `beyond` (entries that may not be public any more, each with why it waits) and `problems`.
    """
    beyond = sum(len(answer.get("beyond", ())) for answer in answers)
    unread = [answer["title"] for answer in answers if answer["state"] in ("damaged", "refused", "busy")]
    notes = ["须两人签发撤下"] if beyond else []
    notes += [f"未能全部核对：{'、'.join(unread)}"] if unread else []
    figure = Figure(tables.PAST_DISPLAY_PERIOD, beyond, "；".join(notes) or "应为 0")
    return replace(view, figures=(*view.figures, figure), lists=tables.list_state_grid(answers))


def _law_figures(law: OfficeLegalTables | None) -> tuple[Figure, ...]:
    if law is None:
        return ()
    return (
        Figure(DUE_TODAY, law.today.total),
        Figure(OVERDUE_MATTERS, law.overdue.total, "须立即办理" if law.overdue.rows else ""),
    )


def _is_closed(accounts: pl.DataFrame) -> bool:
    parts = [f"{part}_count" for part in ROW_OUTCOMES]
    sums = pl.sum_horizontal(pl.col(parts).fill_null(0))
    return accounts.filter(pl.col("read_count") != sums).is_empty()


def _figures(
    files: pl.DataFrame, accounts: pl.DataFrame, migration: Migration, changes: Sequence[TierChange]
) -> tuple[Figure, ...]:
    turned_away = files.filter(pl.col("finding").fill_null("") != "").height
    # A file of an earlier release is counted by kind alone.
    is_counted = pl.col("accepted_count").is_not_null()
    older = accounts.join(files.filter(~is_counted).select("file_id"), on="file_id", how="semi")
    balance = [files.filter(is_counted), older]
    sums = {name: sum(int(frame[f"{name}_count"].sum()) for frame in balance) for name in ("read", *ROW_OUTCOMES)}
    again = int(files.filter(pl.col("attempt_no") > 1)["read_count"].sum())
    note = f"{_BALANCE}；其中重新读取 {formatting.count(again)} 行" if again else _BALANCE
    down = sum(change.is_downgrade for change in changes)
    return (
        Figure("来件", files.height, f"整件退回 {formatting.count(turned_away)} 件" if turned_away else "全部可读"),
        Figure("读取行数", sums["read"], note),
        Figure("接受行数", sums["accepted"]),
        Figure("重复行数", sums["duplicate"], "与已知内容相同"),
        Figure("被取代行数", sums["superseded"], "另有更新的报送"),
        Figure(QUARANTINED_ROWS, sums["quarantined"], "须由报送单位更正" if sums["quarantined"] else ""),
        Figure("不计行数", sums["ignored"], "来源规则载明不读取"),
        Figure("已评价企业", migration.rated, f"其中首次评价 {formatting.count(migration.first_rated)} 家"),
        Figure("等级下调", down),
        Figure("等级上调", len(changes) - down),
    )


_CHANGES = {**LISTING_STATES, "standing": "列入或者恢复"}

_OBJECTION = tuple(name for name in OBJECTION_TABLE.schema if name != "matter_id")

_HOLD = tuple(name for name in HOLD_TABLE.schema if name != "record_id")


def office_legal_tables(frames: OfficeLegalFrames, as_of: date) -> OfficeLegalTables:
    """The view of the night's law."""
    coming, proposed = collected(frames.coming), collected(frames.candidates)
    # A removal is known by the number of its listing, as in what falls due.
    under_way = collected(frames.applications).with_columns(target=pl.coalesce("listing_no", "target"))
    is_late, is_today = pl.col("is_overdue"), pl.col("on") == as_of
    listed = ("decision_no", "name", "uscc", "listed_on", "left_on", "last_day_on", "reason", "basis")
    change = GridField("state", "变化", "words", _CHANGES)
    names = ("decided_on", "decision_no", "name", "situation", "penalty_kinds", "situation_basis", "notes")
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
    return OfficeLegalTables(
        overdue=_due("已逾期", coming.filter(is_late), "没有逾期的事项", "overdue", as_of),
        today=_due("今日到期", coming.filter(~is_late & is_today), "今日没有到期的事项", "today", as_of),
        ending=_due(
            "今后十个工作日",
            coming.filter(~is_late & ~is_today.fill_null(False)),
            _nothing_until(frames),
            "ending",
            as_of,
        ),
        list_changes=grid_from_frame(
            "list_changes",
            "名单变化",
            collected(frames.list_changes),
            (change, *grid_fields(LISTING, *listed)),
            "名单没有变化",
        ),
        candidates=grid_from_frame("candidates", "列入候选", proposed, grid_fields(CANDIDATE, *names), "没有候选").of(
            frames.candidate_count, "yaoxin list --candidates"
        ),
        refused=grid_from_frame(
            "refused",
            "不予认可、须核对的环节",
            collected(frames.refused),
            grid_fields(STEP_TABLE, *step),
            "没有不予认可或者须核对的环节",
        ),
        applications=grid_from_frame(
            "applications",
            "办理中的修复和移出",
            under_way.head(MAX_DUE_ROWS),
            grid_fields(APPLICATION, *applied),
            "没有办理中的申请",
        ).of(under_way.height, due_command(as_of, until=max(under_way["by_on"].to_list(), default=as_of))),
        objections=grid_from_frame(
            "objections",
            "未处理完的异议",
            collected(frames.objections),
            grid_fields(OBJECTION_TABLE, *_OBJECTION),
            "没有未处理完的异议",
        ),
        holds=grid_from_frame(
            "holds", "等级暂缓变动", collected(frames.holds), grid_fields(HOLD_TABLE, *_HOLD), "没有等级暂缓变动的企业"
        ),
        missing=(*frames.missing, *_uncounted(frames)),
    )


def _nothing_until(frames: OfficeLegalFrames) -> str:
    return f"至 {frames.until} 没有到期的事项" if frames.until else "没有到期的事项"


def _uncounted(frames: OfficeLegalFrames) -> tuple[str, ...]:
    if frames.is_counted:
        return ()
    return (f"工作日历不足，“今后十个工作日”暂按至 {frames.until} 列出",)


def _due(title: str, rows: pl.DataFrame, empty: str, name: str, as_of: date) -> Grid:
    """The first MOST_DUE rows. Ten working days lie within the days that `yaoxin due` looks ahead."""
    return deadline_grid(title, rows.head(MAX_DUE_ROWS), empty, name).of(rows.height, due_command(as_of))


WORSE_COLOUR, BETTER_COLOUR, STAYED_COLOUR = "#b3402e", "#2d6a8e", "#8a939b"

Drawn = Any  # matplotlib's own types are partial

_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "yaoxin", "font.family": ["DejaVu Sans"], "font.size": 10}

_LOCK = threading.Lock()  # matplotlib's settings and Python's warning filters are shared by all threads


def migration_svg(migration: Migration) -> str:
    """The matrix of moves: a row per former tier, a column per present one; worse to the right of the diagonal."""
    size = len(migration.tiers)
    with _axes((1.5 + 1.15 * size, 0.7 + 0.62 * size), migration.words) as (axes, figure):
        for i, row in enumerate(migration.counts):
            for j, count in enumerate(row):
                _move(axes, (j, i), count, max(max(r) for r in migration.counts))
        axes.set_xlim(-0.5, size - 0.5)
        axes.set_ylim(size - 0.5, -0.5)
        axes.set_xticks(range(size), [f"现 {word}" for word in migration.words])
        axes.set_yticks(range(size), [f"原 {word}" for word in migration.words])
        axes.xaxis.tick_top()
        axes.figure.subplots_adjust(bottom=0.04)
        return _svg(figure)


def _move(axes: Drawn, place: tuple[int, int], count: int, most: int) -> None:
    column, row = place
    colour = STAYED_COLOUR if column == row else WORSE_COLOUR if column > row else BETTER_COLOUR
    # Moves are rare beside those who stay: the square root keeps them visible.
    strength = 0.12 + 0.5 * (count / most) ** 0.5 if count else 0.0
    axes.add_patch(_patch((column - 0.47, row - 0.44), 0.94, 0.88, colour, strength))
    style = {"ha": "center", "va": "center", "color": INK if count else "#9aa3ab"}
    axes.text(column, row, formatting.count(count) if count else "·", fontsize=12, **style)


def _patch(corner: tuple[float, float], width: float, height: float, colour: str, strength: float) -> Drawn:
    from matplotlib.patches import Rectangle

    fill = (*_rgb(colour), strength) if strength else "none"
    return Rectangle(corner, width, height, facecolor=fill, edgecolor=RULE, linewidth=0.8)


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


@contextmanager
def _axes(size: tuple[float, float], words: tuple[str, ...]) -> Iterator[tuple[Drawn, Drawn]]:
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with _LOCK, matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        # The layout font has no Chinese glyphs, and need not: the browser's font draws them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure = Figure(figsize=size)
        FigureCanvasSVG(figure)
        # Room for the words on the left, counted rather than measured: their font is the reader's.
        left = 0.42 + 0.15 * max(sum(1 if ord(char) > 0x2E80 else 0.55 for char in word) for word in words)
        axes = figure.subplots(gridspec_kw={"left": left / size[0], "right": 1 - 0.08 / size[0]})
        figure.subplots_adjust(top=1 - 0.4 / size[1], bottom=0.36 / size[1])
        axes.tick_params(length=0, colors=INK)
        for spine in axes.spines.values():
            spine.set_visible(False)
        yield axes, figure


def _svg(figure: Drawn) -> str:
    buffer = io.StringIO()
    plain = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=plain, transparent=True)
    text = buffer.getvalue()
    inner = text[text.index("<svg") :].replace("'DejaVu Sans'", FONTS).replace("DejaVu Sans", FONTS)
    # Fixed lengths would push a narrow window wide: the view box alone keeps the shape.
    return re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", inner, count=1))
