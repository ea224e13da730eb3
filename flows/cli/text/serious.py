"""The serious-violation list, in Chinese: entries, candidates with what is to be weighed, bans, refused steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from flows.cli.answers.serious import Answer, Asked
from flows.cli.text.columns import table
from reports.grid import Field, fields_of, grid_of
from transforms.tables.law.listing import BAN, CANDIDATE, CHECKLIST, LISTING, MEASURE, OF_PERSON
from transforms.tables.law.procedure import MATTER_TABLE, STEP_TABLE, TERM_TABLE
from transforms.tables.shape import Table

_TITLES = {
    "listings": "严重违法失信名单",
    "matters": "严重违法失信名单办理事项",
    "candidates": "列入严重违法失信名单候选",
    "bans": "行业禁入",
    "refused": "不予认可、须核对的办理环节",
}
_EMPTY = {
    "listings": "没有符合条件的列入",
    "matters": "没有处于该状态的事项",
    "candidates": "没有候选",
    "bans": "没有行业禁入",
    "refused": "没有不予认可或者须核对的办理环节",
}
_ENDS = {
    "listings": "提示和可信度不是“已核对”的，须由人工确认。",
    "matters": "提示和可信度不是“已核对”的，须由人工确认。",
    "candidates": "候选不是列入：性质、情节和社会危害由人工判断，经告知、听证后作出决定。空白处由人工填写。",
    "bans": "提示所列事项须核对决定书。",
    "refused": "不予认可的环节不改变事项的状态；登记有误的，请更正登记后重新报送。",
}
_NAMED_MATTER = replace(MATTER_TABLE, columns=(*MATTER_TABLE.columns, LISTING.column("name")))
_SHOWN: Mapping[Asked, tuple[Table, tuple[str, ...], tuple[str, ...]]] = {
    "listings": (
        LISTING,
        ("listed_on", "decision_no", "name", "state", "procedure_title", "last_day_on", "stop_on"),
        (
            *("uscc", "situation", "situation_basis", "reason", "target", "listed_by", "push_by_on", "publish_by_on"),
            *("published_on", "counts_from_on", "basis", "confidence", "term_on", "is_lifelong", "stop_earliest_on"),
            *("stop_latest_on", "stop_other_transition_on", "left_on", "annulled_on", "revoke_by_on", "revoke_basis"),
            *("stayed_on", "credit_china_stop_on", "credit_china_basis", "credit_china_confidence"),
            *("restored_on", "barred_until_on", "is_final", "proposed_by", "decided_by", "notes", "gap"),
        ),
    ),
    "matters": (
        _NAMED_MATTER,
        ("since_on", "state_title", "name", "target", "listing_no"),
        ("opened_on", "applied_on", "released_on", "restored_on", "barred_until_on", "notes"),
    ),
    "candidates": (
        CANDIDATE,
        ("decided_on", "decision_no", "name", "situation", "penalty_kinds"),
        (
            *("uscc", "violation_type", "authority", "situation_basis", "situation_confidence", "other_situations"),
            *("heavier_basis", "notes"),
        ),
    ),
    "bans": (
        BAN,
        ("decided_on", "ban_no", "party", "name", "barred", "starts_on", "ends_on", "is_lifelong", "is_in_force"),
        ("masked", "employer", "basis", "article", "article_confidence", "authority", "field", "notes"),
    ),
    "refused": (
        STEP_TABLE,
        ("on", "decision_no", "matter", "step_title", "target"),
        ("system", "refusal", "notes", "basis", "proposed_by", "decided_by"),
    ),
}


def serious_text(found: Answer, name: str) -> list[str]:
    """Lines for the answer; `name` is that of the enterprise asked for."""
    asked = found.question.asked
    title = f"{_TITLES[asked]}：{found.question.as_of}，共 {found.rows.height} 项{f'（{name}）' if name else ''}"
    below = _BELOW.get(asked) if name or asked == "matters" else None
    if below is None or found.rows.is_empty():
        lines = [title, *_lines(asked, title, found.rows)]
    else:
        lines = [title]
        for row in found.rows.iter_slices(1):
            lines += [*_lines(asked, title, row), *_part(below, found.part(row.row(0, named=True)))]
    if found.history is not None:
        lines += _part(_HISTORY, found.history)
    if found.persons is not None:
        lines += [f"{row['listing_no']}（{row['party_name']}）：{OF_PERSON}。" for row in found.persons.to_dicts()]
    return [*lines, *found.absent, _ENDS[asked]]


def _lines(asked: Asked, title: str, rows: pl.DataFrame) -> list[str]:
    columns, shown, notes = _SHOWN[asked]
    told = _told(rows) if asked == "listings" else rows
    return table(grid_of(asked, title, told, fields_of(columns, *shown, *notes), _EMPTY[asked]), shown, notes)


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Without what adds nothing: another date that is the same, and what is not the case."""
    is_other = pl.col("stop_other_transition_on") != pl.col("stop_on")
    flags = [pl.when(flag).then(flag).alias(flag) for flag in ("is_lifelong", "is_final")]
    return rows.with_columns(*flags, pl.when(is_other).then("stop_other_transition_on"))


@dataclass(frozen=True)
class _Below:
    """A table below a row."""

    title: str
    empty: str
    fields: tuple[Field, ...]


_CHECKED = fields_of(CHECKLIST, "title", "question", "evidence", "basis")
_HELD = fields_of(MEASURE, "title", "who", "from_on", "until_on", "basis", "confidence")
_AWAITED = fields_of(TERM_TABLE, "awaited_title", "who", "from_on", "by_on", "is_extended", "basis", "confidence")
_STEPS = fields_of(STEP_TABLE, "on", "step_title", "decision_no", "target", "proposed_by", "decided_by", "refusal")
_HISTORY = _Below("办理经过", "没有登记的环节", _STEPS)
_BELOW: Mapping[str, _Below] = {
    "listings": _Below("管理措施", "没有在施的管理措施", _HELD),
    "matters": _Below("办理期限", "没有待办的期限", _AWAITED),
    "candidates": _Below("核对表", "没有需要核对的因素", _CHECKED),
}


def _part(below: _Below, rows: pl.DataFrame) -> Iterator[str]:
    if "evidence" in rows.columns:
        rows = rows.with_columns(pl.col("evidence").fill_null("〔待填〕"))
    yield f"  {below.title}："
    yield from (f"    {line}" for line in table(grid_of(below.title, below.title, rows, below.fields, below.empty)))
