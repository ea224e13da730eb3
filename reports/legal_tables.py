"""The legal state of an enterprise and its deadlines, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from reports import formatting
from reports.grid import Frame, Grid, GridField, collected, grid_fields, grid_from_frame
from transforms.schemas.law import CONDITION_STATES, DEADLINE, DEADLINE_KINDS, FINDING, LICENCE_ON_DAY, LISTING, REPAIR
from transforms.schemas.vocabularies import LISTING_STATES

MAX_DUE_ROWS = 1000  # rows of a list of what is due, the most urgent; `yaoxin due` has all
BY_ITSELF = "itself"
_WHO = {**DEADLINE.column("who").codes, BY_ITSELF: "自行发生"}
_DEADLINE_FIELDS = ("on", "what", "who", "matter", "party_name", "decision_no", "system", "basis", "confidence", "note")


def due_command(as_of: date, until: date | None = None) -> str:
    """The command that shows everything due up to `until`, or in the days a report looks ahead."""
    return f"yaoxin due --as-of {as_of}" + (f" --until {until}" if until else "")


def deadline_grid(
    title: str, rows: pl.DataFrame, empty: str = "无", name: str = "coming", with_party: bool = True
) -> Grid:
    """DEADLINE rows in their order. with_party: False where all are of one enterprise."""
    shown = [column for column in _DEADLINE_FIELDS if with_party or column != "party_name"]
    fields = [replace(each, words=_WHO) if each.name == "who" else each for each in grid_fields(DEADLINE, *shown)]
    return grid_from_frame(name, title, rows.with_columns(pl.col("who").fill_null(BY_ITSELF)), fields, empty)


_LISTING_FIELDS = (
    *("decision_no", "listed_on", "state", "procedure_title", "last_day_on", "stop_on", "left_on", "reason", "target"),
    *("basis", "confidence", "notes"),
)
_REPAIR = ("decision_no", "matter", "system_title", "state_title", "verdict", "earliest_on")
_REPAIR_LAST = ("stop_on", "basis", "confidence", "notes")


_FINDING_FIELDS = (
    *("finding", "state", "record_no", "post", "person_name", "person_masked", "bar_kind", "bar_no", "since_on"),
    *("until_on", "basis", "confidence", "notes"),
)
_LICENCE_FIELDS = (
    *("licence_no", "licence_type", "state", "issued_on", "valid_until_on", "suspended_on", "resumed_on"),
    *("revoked_on", "cancelled_on", "is_by_commitment", "authority", "other_authorities"),
)


@dataclass(frozen=True)
class EnterpriseLegalFrames:
    """Rows of one enterprise. listings: LISTING. repair: REPAIR. findings: FINDING.

    coming: DEADLINE, however far ahead.
    """

    listings: Frame
    repair: Frame
    coming: Frame
    findings: Frame


@dataclass(frozen=True)
class NextDeadline:
    """The next day on which the law requires or effects something."""

    on: date | None
    what: str
    number: str
    basis: str
    is_overdue: bool

    @property
    def text(self) -> str:
        """As one line."""
        late = "（已逾期）" if self.is_overdue else ""
        basis = f"（{self.basis}）" if self.basis else ""
        parts = (formatting.day(self.on) if self.on else "", f"{self.what}{late}", f"{self.number}{basis}")
        return "　".join(part for part in parts if part)


@dataclass(frozen=True)
class EnterpriseLegalState:
    """The legal state of an enterprise. list_text: whether it is on the serious-violation list, in Chinese."""

    is_listed: bool
    list_text: str
    next: NextDeadline | None
    listings: Grid
    repair: Grid
    coming: Grid
    findings: Grid

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Every table that has rows."""
        return tuple(grid for grid in (self.listings, self.findings, self.repair, self.coming) if grid.rows)


def enterprise_legal_state(frames: EnterpriseLegalFrames) -> EnterpriseLegalState:
    """The legal state of one enterprise, as grids."""
    listings, coming = collected(frames.listings), collected(frames.coming)
    repair = collected(frames.repair).sort("matter", "decided_on", "decision_no", "record_id", "system")
    unmet = GridField("unmet", "尚未具备的条件", width=40)
    against = [_against(row) for row in repair.iter_rows(named=True)]
    texts = pl.DataFrame(against, {"unmet": pl.String(), "basis": pl.String()}, orient="row")
    explained = repair.drop("basis").hstack(texts)
    fields = (*grid_fields(REPAIR, *_REPAIR), unmet, *grid_fields(REPAIR, *_REPAIR_LAST))
    # A change of tier is no deadline of the law: the outlook shows it.
    row = next(coming.filter(pl.col("matter") != "rating").iter_rows(named=True), None)
    first = None
    if row is not None:
        number, basis = (formatting.redact(formatting.clean(row[name] or "")) for name in ("decision_no", "basis"))
        first = NextDeadline(row["on"], DEADLINE_KINDS.get(row["what"], row["what"]), number, basis, row["is_overdue"])
    return EnterpriseLegalState(
        is_listed=bool((listings["state"] == "standing").any()),
        list_text=_list_text(listings.iter_rows(named=True)),
        next=first,
        listings=grid_from_frame(
            "listings", "严重违法失信名单", listings, grid_fields(LISTING, *_LISTING_FIELDS), "没有列入严重违法失信名单"
        ),
        repair=grid_from_frame("repair", "公示与信用修复", explained, fields, "没有可修复的事项"),
        coming=deadline_grid("今后到期", coming, "没有到期的事项", with_party=False),
        findings=finding_grid(collected(frames.findings)),
    )


def finding_grid(rows: pl.DataFrame, with_party: bool = False) -> Grid:
    """FINDING rows; with_party: with party_name, where they are of several enterprises."""
    party = (GridField("party_name", "企业名称", width=36),) if with_party else ()
    fields = grid_fields(FINDING, *_FINDING_FIELDS)
    return grid_from_frame("findings", FINDING.label, rows, (*fields[:2], *party, *fields[2:]), "没有须核查的情形")


def licence_grid(rows: pl.DataFrame) -> Grid:
    """LICENCE_ON_DAY rows of one enterprise."""
    words = {"true": "有", "false": "没有登记"}
    shown = grid_fields(LICENCE_ON_DAY, *_LICENCE_FIELDS)
    looked_up = GridField("lookup", LICENCE_ON_DAY.column("has_lookup").label, "words", words)
    worded = rows.with_columns(lookup=pl.col("has_lookup").cast(pl.String()))
    return grid_from_frame("licences", LICENCE_ON_DAY.label, worded, (*shown, looked_up), "没有许可证记录")


def _list_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """The current listing, else the state of the last one."""
    last: Mapping[str, Any] | None = None
    for row in rows:
        if row["state"] == "standing":
            until = f"，至 {row['last_day_on']}" if row["last_day_on"] else ""
            return f"在列（{formatting.clean(row['decision_no'])}，{row['listed_on']} 列入{until}）"
        last = row
    if last is None:
        return "未列入"
    return f"不在列（{formatting.clean(last['decision_no'])}：{LISTING_STATES[last['state']]}）"


def _against(row: Mapping[str, Any]) -> tuple[str, str]:
    """Why repair is not possible, or the conditions not met with the day each could be; and their articles."""
    if row["why"]:
        return str(row["why"]), str(row["basis"] or "")
    open_ = [one for one in row["conditions"] or () if one["state"] != "met"]
    texts = []
    for one in open_:
        is_dated = one["state"] == "unmet" and one["earliest_on"] is not None
        since = f"，{one['earliest_on']} 起" if is_dated else ""
        texts.append(f"{one['title']}（{CONDITION_STATES[one['state']]}{since}）")
    articles = "；".join(dict.fromkeys(one["basis"] for one in open_))
    return "；".join(texts), articles or str(row["basis"] or "")
