"""What the law makes of a night, for the office: what is to be done by when, and what became of the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from reports.grid import Field, Frame, Grid, collected, fields_of, grid_of
from reports.views.coming import MOST_DUE, all_due, coming_grid
from transforms.rating.decision import HOLD_NOTES
from transforms.tables import KINDS, Column, Table
from transforms.tables.law.listing import CANDIDATE, LISTING
from transforms.tables.law.procedure import MATTER_TABLE, STEP_TABLE, TERM_TABLE
from transforms.tables.law.repair import APPLICATION
from transforms.tables.shape import TEXT, TEXTS
from transforms.tables.words import LISTING_STATES

_CHANGES = {**LISTING_STATES, "standing": "列入或者恢复"}

_DECISION = KINDS["decision"].table
_PARTY = Column(
    "party_name", MATTER_TABLE.column("party_name").dtype, "当事人", "registered name, else as the record has it"
)
OBJECTION = Table(
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
_OBJECTION = tuple(name for name in OBJECTION.schema if name != "matter_id")
HOLD = Table(
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
        Column("notes", TEXTS, "须核对", "what a person must look at", words=HOLD_NOTES),
    ),
    ("record_id",),
)
_HOLD = tuple(name for name in HOLD.schema if name != "record_id")


@dataclass(frozen=True)
class OfficeLawFrames:
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
    objections: Frame = field(default_factory=OBJECTION.empty)
    holds: Frame = field(default_factory=HOLD.empty)


@dataclass(frozen=True)
class OfficeLaw:
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


def office_law(frames: OfficeLawFrames, as_of: date) -> OfficeLaw:
    """The view of the night's law."""
    coming, proposed = collected(frames.coming), collected(frames.candidates)
    # A removal is known by the number of its listing, as in what falls due.
    under_way = collected(frames.applications).with_columns(target=pl.coalesce("listing_no", "target"))
    is_late, is_today = pl.col("is_overdue"), pl.col("on") == as_of
    listed = ("decision_no", "name", "uscc", "listed_on", "left_on", "last_day_on", "reason", "basis")
    change = Field("state", "变化", "words", _CHANGES)
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
    return OfficeLaw(
        overdue=_due("已逾期", coming.filter(is_late), "没有逾期的事项", "overdue", as_of),
        today=_due("今日到期", coming.filter(~is_late & is_today), "今日没有到期的事项", "today", as_of),
        ending=_due(
            "今后十个工作日",
            coming.filter(~is_late & ~is_today.fill_null(False)),
            _nothing_until(frames),
            "ending",
            as_of,
        ),
        list_changes=grid_of(
            "list_changes",
            "名单变化",
            collected(frames.list_changes),
            (change, *fields_of(LISTING, *listed)),
            "名单没有变化",
        ),
        candidates=grid_of("candidates", "列入候选", proposed, fields_of(CANDIDATE, *names), "没有候选").of(
            frames.candidate_count, "yaoxin list --candidates"
        ),
        refused=grid_of(
            "refused",
            "不予认可、须核对的环节",
            collected(frames.refused),
            fields_of(STEP_TABLE, *step),
            "没有不予认可或者须核对的环节",
        ),
        applications=grid_of(
            "applications",
            "办理中的修复和移出",
            under_way.head(MOST_DUE),
            fields_of(APPLICATION, *applied),
            "没有办理中的申请",
        ).of(under_way.height, all_due(as_of, until=max(under_way["by_on"].to_list(), default=as_of))),
        objections=grid_of(
            "objections",
            "未处理完的异议",
            collected(frames.objections),
            fields_of(OBJECTION, *_OBJECTION),
            "没有未处理完的异议",
        ),
        holds=grid_of(
            "holds", "等级暂缓变动", collected(frames.holds), fields_of(HOLD, *_HOLD), "没有等级暂缓变动的企业"
        ),
        missing=(*frames.missing, *_uncounted(frames)),
    )


def _nothing_until(frames: OfficeLawFrames) -> str:
    return f"至 {frames.until} 没有到期的事项" if frames.until else "没有到期的事项"


def _uncounted(frames: OfficeLawFrames) -> tuple[str, ...]:
    if frames.is_counted:
        return ()
    return (f"工作日历不足，“今后十个工作日”暂按至 {frames.until} 列出",)


def _due(title: str, rows: pl.DataFrame, empty: str, name: str, as_of: date) -> Grid:
    """The first MOST_DUE rows. Ten working days lie within the days that `yaoxin due` looks ahead."""
    return coming_grid(title, rows.head(MOST_DUE), empty, name).of(rows.height, all_due(as_of))
