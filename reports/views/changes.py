"""Tier changes with the evidence behind each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from reports import show
from reports.grid import Field, Frame, Grid, Value, collected, field_of, fields_of, grid_of
from reports.views.outlook import Outlook
from reports.views.scheme import SchemeFacts
from transforms.tables import KINDS, TABLES
from transforms.tables.outputs import UNKNOWN_VALUE

_CHANGES, _TRACE = TABLES["changes"], TABLES["change_trace"]
KIND_WORDS = {name: kind.label for name, kind in KINDS.items()}


@dataclass(frozen=True)
class Change:
    """One tier change. Scores in centipoints; `evidence` holds the rows in which the two traces differ."""

    enterprise_id: str
    name: str
    tier_before: str
    tier_after: str
    index_before: int
    index_after: int
    score_before: int
    score_after: int
    cause: str
    causes: tuple[str, ...]
    decided_by: str
    rule: str
    basis: str
    outlook: str
    evidence: Grid
    page: str = ""

    @property
    def is_downgrade(self) -> bool:
        """Whether it is for the worse."""
        return self.index_after > self.index_before

    @property
    def score_text(self) -> str:
        """The score before and now."""
        return f"{show.points(self.score_before)} → {show.points(self.score_after)}"


def changes_of(  # noqa: PLR0913, PLR0917 - the tables of a night, and how they are shown
    changes: Frame, trace: Frame, ratings: Frame, scheme: SchemeFacts, pages: Mapping[str, str], outlook: Frame
) -> tuple[Change, ...]:
    """Changes in the order an officer reads them: downgrades before upgrades, worst tier, longest fall, name.

    outlook: rows of OUTLOOK that tell a change to come.
    """
    joined = collected(changes).join(_rules(changes, ratings), on="enterprise_id", how="left")
    evidence = _evidence(collected(trace))
    none = evidence_grid(_TRACE.empty())
    rows = joined.iter_rows(named=True)
    ahead = {row["enterprise_id"]: row for row in collected(outlook).iter_rows(named=True)}
    made = [
        _change(row, evidence.get(row["enterprise_id"], none), scheme, pages, ahead.get(row["enterprise_id"]))
        for row in rows
    ]
    return tuple(sorted(made, key=_reading_order))


def _rules(changes: Frame, ratings: Frame) -> pl.DataFrame:
    wanted = ratings.lazy().select("enterprise_id", "decided_by_id", "decided_by_basis")
    return collected(wanted.join(changes.lazy().select("enterprise_id"), on="enterprise_id", how="semi"))


def _reading_order(change: Change) -> tuple[bool, int, int, str, str]:
    fall = change.index_after - change.index_before
    return (not change.is_downgrade, -change.index_after, -fall, change.name, change.enterprise_id)


def _evidence(trace: pl.DataFrame) -> dict[str, Grid]:
    """The evidence of each enterprise. Cut up in Python: a frame for each would take a hundred times as long."""
    whole = evidence_grid(trace.sort("enterprise_id", "position"))
    parts: dict[str, list[tuple[Value, ...]]] = {}
    for key, row in zip(trace["enterprise_id"].sort(), whole.rows, strict=True):
        parts.setdefault(key, []).append(row)
    return {key: replace(whole, rows=tuple(rows)) for key, rows in parts.items()}


def evidence_grid(trace: pl.DataFrame) -> Grid:
    """Rows of `change_trace` as they are shown under a change."""
    names = ("cause", "title", "record_kind", "record_no", "event_on", "value_used")
    points = {"points_before_centipoints": "原计分", "points_after_centipoints": "现计分"}
    shown = (Field(name, label, "delta") for name, label in points.items())
    fields = (*fields_of(_TRACE, *names), *shown, *fields_of(_TRACE, "basis"))
    worded = traced(trace)
    return grid_of("change_trace", "变化依据", worded, fields, "计分明细无差异：等级由判定规则变化所致")


def traced(trace: pl.DataFrame) -> pl.DataFrame:
    """Rows of a trace with the kind of record and the value used as an officer reads them."""
    used = [_used(kind, text) for kind, text in trace.select("record_kind", "value_used").iter_rows()]
    return trace.with_columns(pl.col("record_kind").replace(KIND_WORDS), pl.Series("value_used", used, pl.String()))


def _used(kind: str | None, text: str | None) -> str:
    """`fine_fen=630069` as an officer reads it: "罚款金额（元） 6,300.69"; an unknown value is 不明."""
    name, _, value = (text or "").partition("=")
    if kind not in KINDS or name not in KINDS[kind].table.schema:
        return text or ""
    shown = field_of(KINDS[kind].column(name))
    if value == UNKNOWN_VALUE:
        return f"{shown.label} 不明"
    if not value.lstrip("-").isdecimal():
        return text or ""
    return f"{shown.label} {shown.text(int(value))}" if shown.is_number else f"{shown.label} {value}"


def _change(
    row: Mapping[str, Any],
    evidence: Grid,
    scheme: SchemeFacts,
    pages: Mapping[str, str],
    ahead: Mapping[str, Any] | None,
) -> Change:
    key, causes = row["enterprise_id"], _CHANGES.column("cause").words
    return Change(
        enterprise_id=show.clean(key),
        name=show.clean(row["name"]),
        **{name: row[name] for name in ("tier_before", "tier_after", "index_before", "index_after")},
        score_before=row["score_before_centipoints"],
        score_after=row["score_after_centipoints"],
        cause=causes.get(row["cause"], row["cause"]),
        causes=tuple(_words(row["causes"], causes)),
        decided_by=_CHANGES.column("decided_by").words.get(row["decided_by"], row["decided_by"]),
        rule=show.clean(scheme.rule(row["decided_by"], row["decided_by_id"])),
        basis=show.redact(show.clean(row["decided_by_basis"] or "")),
        outlook=Outlook(row["as_of"], ahead).text(scheme),
        evidence=evidence,
        page=pages.get(key, ""),
    )


def _words(codes: Iterable[str], words: Mapping[str, str]) -> list[str]:
    return [words.get(code, code) for code in codes]
