"""What the law makes of a night, for the office: what is to be done by when, and what became of the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from reports.grid import Field, Frame, Grid, collected, fields_of, grid_of
from reports.views.coming import MOST_DUE, all_due, coming_grid
from transforms.tables.law.listing import CANDIDATE, LISTING
from transforms.tables.law.procedure import STEP_TABLE
from transforms.tables.law.repair import APPLICATION
from transforms.tables.words import LISTING_STATES

_CHANGES = {**LISTING_STATES, "standing": "列入或者恢复"}


@dataclass(frozen=True)
class OfficeLawFrames:
    """coming: COMING up to the end of the month. list_changes: LISTING rows that came on the list or left it tonight.

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


@dataclass(frozen=True)
class OfficeLaw:
    """The same as grids; overdue, today, ending: what is late, due today, and due or over by the month's end."""

    overdue: Grid
    today: Grid
    ending: Grid
    list_changes: Grid
    candidates: Grid
    refused: Grid
    applications: Grid
    missing: tuple[str, ...] = ()

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Every table, in the order of the page."""
        due = (self.overdue, self.today, self.ending)
        return (*due, self.list_changes, self.candidates, self.refused, self.applications)


def office_law(frames: OfficeLawFrames, as_of: date) -> OfficeLaw:
    """The view of the night's law."""
    coming, proposed = collected(frames.coming), collected(frames.candidates)
    under_way = collected(frames.applications)
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
            "本月将届满", coming.filter(~is_late & ~is_today.fill_null(False)), "本月没有将届满的事项", "ending", as_of
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
        missing=tuple(frames.missing),
    )


def _due(title: str, rows: pl.DataFrame, empty: str, name: str, as_of: date) -> Grid:
    """The first MOST_DUE rows. The month ends within the days that `yaoxin due` looks ahead."""
    return coming_grid(title, rows.head(MOST_DUE), empty, name).of(rows.height, all_due(as_of))
