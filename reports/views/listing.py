"""The serious-violation list (严重违法失信名单) as it is published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import polars as pl

from reports import show
from reports.grid import Field, Frame, Grid, collected, grid_from


@dataclass(frozen=True)
class Entry:
    """One entry, in the order of the list: oldest listing first. The key is (decision_no, enterprise_id)."""

    listed_on: date
    decision_no: str
    enterprise_id: str
    name: str
    uscc: str = ""
    reason: str = ""
    listed_by: str = ""
    removal_reason: str = ""
    removed_on: date | None = None
    removed_by: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the entry from one version to the next."""
        return (self.decision_no, self.enterprise_id)

    @property
    def place(self) -> tuple[date, str, str]:
        """Where it stands in the list."""
        return (self.listed_on, self.decision_no, self.enterprise_id)


ENTRY_SCHEMA = pl.Schema(
    {field.name: pl.Date() if field.name.endswith("_on") else pl.String() for field in fields(Entry)}
)
LIST_FIELDS = (
    Field("position", "序号", "count", width=7),
    Field("name", "企业名称", width=36),
    Field("uscc", "统一社会信用代码", "id", width=22),
    Field("decision_no", "决定书文号", "id", width=26),
    Field("reason", "列入原因", width=44),
    Field("listed_on", "列入日期", "day"),
    Field("listed_by", "作出决定机关（列入）", width=26),
    Field("removal_reason", "移出原因", width=26),
    Field("removed_on", "移出日期", "day"),
    Field("removed_by", "作出决定机关（移出）", width=26),
)
_LABELS = {shown.name: shown.label for shown in LIST_FIELDS}


class ListProblem(ValueError):
    """Entries that cannot stand in one list; the message names them."""


@dataclass(frozen=True)
class ListHead:
    """What a version of a list says of itself. `notices` stand visibly on every output."""

    title: str
    office: str
    as_of: date
    version: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListView:
    """The list of one version. `issues`: what a person should look at, in Chinese."""

    head: ListHead
    entries: tuple[Entry, ...]
    issues: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of entries."""
        return len(self.entries)

    @property
    def grid(self) -> Grid:
        """The published columns, numbered in order."""
        names = [shown.name for shown in LIST_FIELDS[1:]]
        rows = [(number, *(getattr(entry, name) for name in names)) for number, entry in enumerate(self.entries, 1)]
        return grid_from("list", self.head.title, LIST_FIELDS, rows, "截至本版日期，名单为空：没有列入的企业。")


def list_view(entries: Frame, head: ListHead) -> ListView:
    """The view of `entries` (ENTRY_SCHEMA; see `entries_of`)."""
    made, issues = entries_of(entries)
    return ListView(head, made, issues)


def entries_of(frame: Frame) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Entries in order of listing day, decision number, enterprise; and the issues found. Missing columns are empty.

    Identity numbers are masked wherever they stand, and every masking is an issue.
    Raises ListProblem for an entry without name, number, enterprise or day, or two with one key.
    """
    given = collected(frame)
    lacking = [pl.lit(None, ENTRY_SCHEMA[name]).alias(name) for name in ENTRY_SCHEMA if name not in given.columns]
    rows = [_entry(row) for row in given.with_columns(lacking).select(list(ENTRY_SCHEMA)).iter_rows(named=True)]
    made = tuple(sorted((entry for entry, _ in rows), key=lambda entry: entry.place))
    _distinct(made)
    return made, tuple(sorted(issue for _, issues in rows for issue in issues))


def _entry(row: dict[str, Any]) -> tuple[Entry, list[str]]:
    missing = [name for name in ("listed_on", "decision_no", "enterprise_id", "name") if not row[name]]
    if missing:
        raise ListProblem(f"entry {row['decision_no']!r} of {row['name']!r} lacks {', '.join(missing)}")
    cleaned = {name: show.clean(row[name] or "") for name, dtype in ENTRY_SCHEMA.items() if dtype == pl.String()}
    texts = {name: show.redact(text) for name, text in cleaned.items()}
    masked = [_LABELS.get(name, name) for name, text in texts.items() if text != cleaned[name]]
    issues = [f"决定书文号 {texts['decision_no']}：“{label}”中含身份证件号码，已隐去" for label in masked]
    return Entry(**{**row, **texts}), issues


def _distinct(entries: Iterable[Entry]) -> None:
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        if entry.key in seen:
            raise ListProblem(f"two entries have the key {entry.key}: decision number and enterprise must be unique")
        seen.add(entry.key)
