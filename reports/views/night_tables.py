"""The tables of the office report, each a grid in total order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from reports import show
from reports.grid import Field, Frame, Grid, fields_of, grid_from, grid_of
from reports.views.changes import KIND_WORDS, Change
from reports.views.coming import MOST_DUE, all_due
from reports.views.migration import Migration
from reports.views.outlook import BETTER, WORSE
from reports.views.scheme import SchemeFacts
from transforms.tables import TABLES

NO_KIND = {"": "不能归类"}  # rows that no kind could read
_OUTLOOK, _TRACE, _CHANGES, _QUARANTINE = (TABLES[name] for name in ("outlook", "trace", "changes", "quarantine"))
_PARTY = (Field("name", "企业名称", width=36), Field("enterprise_id", "企业标识", "id"))


BEYOND = "公示超期"  # still public, and may not be any more
LIST_STATES = {
    "nothing": "没有可发布的内容",
    "unchanged": "与最新版本相同",
    "withdrawn": "系统已撤下",
    "waiting": "待签名",
    "published": "已发布",
    "damaged": "最新版本有问题",
    "refused": "不能拟定",
    "busy": "库被占用",
    "sound": "相符",
    "unverified": "无法核对",
}


def figures_grid(figures: Iterable[tuple[str, int, str]]) -> Grid:
    """The numbers of the night."""
    fields = (Field("label", "项目"), Field("value", "数值", "count"), Field("note", "说明"))
    return grid_from("figures", "本夜数字", fields, figures)


def distribution(migration: Migration, scheme: SchemeFacts) -> Grid:
    """Enterprises by tier now, their share, and how many more or fewer than before."""
    fields = (
        Field("tier", "等级", "words", scheme.words),
        Field("count", "企业数", "count"),
        Field("share", "占比", "share"),
        Field("before", "前次", "count"),
        Field("difference", "增减", "count"),
    )
    rows = [
        (tier, now, show.basis_points(now, migration.rated), was, now - was)
        for tier, now, was in zip(migration.tiers, migration.after, migration.before, strict=True)
    ]
    return grid_from("distribution", "等级分布", fields, rows)


def change_list(changes: Sequence[Change], scheme: SchemeFacts) -> Grid:
    """Every change on a row of its own."""
    fields = (
        *_PARTY,
        Field("tier_before", "原等级", "words", scheme.words),
        Field("tier_after", "现等级", "words", scheme.words),
        Field("score_before_centipoints", "原得分", "points"),
        Field("score_after_centipoints", "现得分", "points"),
        Field("score_difference", "得分增减", "delta"),
        *(Field(name, _CHANGES.column(name).label) for name in ("cause", "causes", "decided_by")),
        Field("rule", "判定规则"),
        Field("basis", "条款"),
        Field("outlook", "今后 30 天", width=40),
    )
    return grid_from("changes", "等级变化", fields, [_change_row(change) for change in changes])


def _change_row(change: Change) -> tuple[object, ...]:
    scores = (change.score_before, change.score_after, change.score_after - change.score_before)
    why = (change.cause, "；".join(change.causes), change.decided_by, change.rule, change.basis)
    tiers = (change.tier_before, change.tier_after)
    return (change.name, change.enterprise_id, *tiers, *scores, *why, change.outlook)


def evidence(changes: Sequence[Change]) -> Grid:
    """The rows behind every change, in the order of the changes."""
    fields = (*_PARTY, *changes[0].evidence.fields) if changes else _PARTY
    rows = [(change.name, change.enterprise_id, *row) for change in changes for row in change.evidence.rows]
    return grid_from("change_trace", "变化依据", fields, rows)


def _sources(fields: Iterable[Field], titles: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields, a source read by its title."""
    return tuple(replace(each, form="words", words=titles) if each.name == "source" else each for each in fields)


def accounts(frame: pl.DataFrame, titles: Mapping[str, str]) -> Grid:
    """The account of each file and kind."""
    table = TABLES["accounts"]
    parts = ("read", "accepted", "duplicate", "superseded", "quarantined", "ignored", "record")
    named = _sources(fields_of(table, "file_name", "source", "kind"), titles)
    fields = [*named, *fields_of(table, *(f"{part}_count" for part in parts))]
    filled = frame.with_columns(pl.col("ignored_count").fill_null(0), pl.col("kind").replace(KIND_WORDS | NO_KIND))
    return grid_of("accounts", "收件账（按类别）", filled.sort("file_name", "file_id", "kind"), fields, "本夜没有来件")


def files(frame: pl.DataFrame, titles: Mapping[str, str]) -> Grid:
    """Every file of the night, what became of its rows, and what is wrong with it or was noticed of it."""
    counts = [f"{part}_count" for part in ("read", "accepted", "duplicate", "superseded", "quarantined", "ignored")]
    names = ("file_name", "source", *counts, "finding", "notes", "attempt_no", "encoding", "size_bytes", "received_at")
    fields = _sources(fields_of(TABLES["files"], *names, received_at="收到时间（北京）"), titles)
    filled = frame.with_columns(pl.col("attempt_no").fill_null(1))
    return grid_of("files", "来件", filled.sort("file_name", "file_id", "attempt_no"), fields, "本夜没有来件")


def quarantine(frame: pl.DataFrame, workbooks: Mapping[tuple[str, str], str], titles: Mapping[str, str]) -> Grid:
    """Rows turned away by source, sending office and reason: how many, an example, and the workbook to send back."""
    keys = ("source", "sender", "kind", "column", "code")
    first = [pl.col(name).first() for name in ("reason", "expected", "file_name", "row_no")]
    rows = pl.struct("file_id", "row_no").n_unique()  # a row with two faults in one column is one row
    ordered = frame.sort(*keys, "file_name", "row_no")
    grouped = ordered.group_by(*keys, maintain_order=True).agg(rows.cast(pl.Int64).alias("count"), *first)
    links = [workbooks.get((source, sender), "") for source, sender in grouped.select("source", "sender").iter_rows()]
    shown = grouped.with_columns(pl.Series("workbook", links, dtype=pl.String)).sort(
        "source", "sender", -pl.col("count"), *keys[2:], nulls_last=True
    )
    shown = shown.with_columns(
        pl.col("kind").replace(KIND_WORDS | NO_KIND),
        pl.format("{} 第 {} 行", "file_name", "row_no").alias("place"),
    )
    table = _sources(fields_of(_QUARANTINE, "source", "sender", "kind", "column"), titles)
    reasons = fields_of(_QUARANTINE, "reason", "expected")
    extra = (Field("place", "首例位置"), Field("workbook", "更正表", "link"))
    return grid_of("quarantine", "隔离", shown, (*table, Field("count", "行数", "count"), *reasons, *extra))


def due(outlook: Frame, enterprises: Frame, after: date, until: date) -> pl.DataFrame:
    """Rows of OUTLOOK that tell a change after `after` and not later than `until`, with name and `direction`."""
    names = enterprises.lazy().select("enterprise_id", "name")
    soon = outlook.lazy().filter(pl.col("changes_on") > after, pl.col("changes_on") <= until)
    is_worse = pl.col("index_after") > pl.col("index_before")
    told = soon.join(names, on="enterprise_id", how="left").with_columns(
        pl.col("name").fill_null("（未登记名称）"),
        direction=pl.when(is_worse).then(pl.lit(WORSE)).otherwise(pl.lit(BETTER)),
    )
    return told.sort(~is_worse, "changes_on", "name", "enterprise_id").collect()


def due_days(frame: pl.DataFrame) -> Grid:
    """How many enterprises change their tier on each day, which way and why."""
    grouped = frame.group_by("changes_on", "direction", "cause").agg(pl.len().cast(pl.Int64).alias("count"))
    day, why = fields_of(_OUTLOOK, "changes_on", "cause", changes_on="日期")
    ordered = grouped.sort("changes_on", "direction", "cause", nulls_last=True)
    fields = (day, Field("direction", "方向"), why, Field("count", "企业数", "count"))
    return grid_of("due_days", "预计等级变化（按日）", ordered, fields, "没有预计的等级变化")


def due_list(frame: pl.DataFrame, scheme: SchemeFacts, as_of: date) -> Grid:
    """The first MOST_DUE enterprises whose tier changes, those that fall first."""
    tiers = (Field(name, label, "words", scheme.words) for name, label in _TIERS.items())
    score, day, why = fields_of(_OUTLOOK, "score_after_centipoints", "changes_on", "cause")
    fields = (*_PARTY, *tiers, Field("direction", "方向"), score, day, why)
    return grid_of("due", "预计等级变化", frame.head(MOST_DUE), fields).of(frame.height, all_due(as_of))


_TIERS = {"tier_before": "现等级", "tier_after": "预计等级"}


def unknown_amounts(trace: Frame, enterprises: Frame) -> Grid:
    """Records that give no points because nobody knows their amount, with the enterprise they are of."""
    names = enterprises.lazy().select("enterprise_id", "name")
    rows = (
        trace.lazy()
        .join(names, on="enterprise_id", how="left")
        .with_columns(pl.col("name").fill_null("（未登记名称）"))
    )
    ordered = rows.sort("name", "enterprise_id", "event_on", "record_no", "item_id").collect()
    worded = ordered.with_columns(pl.col("record_kind").replace(KIND_WORDS))
    fields = (
        *_PARTY,
        *fields_of(_TRACE, "title", "record_kind", "record_no", "event_on", "stops_counting_on", "reason"),
    )
    shown = grid_of("unknown_amounts", "金额不明、未计分的记录", worded.head(MOST_DUE), fields, "没有金额不明的记录")
    return shown.of(ordered.height, "yaoxin explain")


def warnings(rows: Iterable[tuple[str, str, str]]) -> Grid:
    """What the gate let pass with a warning."""
    fields = (Field("severity", "程度"), Field("where", "位置"), Field("what", "说明", width=60))
    return grid_from("warnings", "质量检查提示", fields, rows, "质量检查全部通过，没有提示")


def lists(answers: Iterable[Mapping[str, Any]]) -> Grid:
    """What became of each published list, and of each entry that went or should have gone."""
    fields = (
        Field("title", "名单", width=22),
        Field("state", "状态", "words", LIST_STATES),
        Field("latest", "最新版本", "id", width=16),
        Field("decision_no", "决定书文号", "id"),
        Field("what", "事项", width=16),
        Field("why", "原因和办法", width=70),
    )
    return grid_from("lists", "对外名单", fields, (row for answer in answers for row in _list_rows(answer)))


def _list_rows(answer: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    title, version = answer["title"], answer.get("latest") or answer.get("version") or ""
    yield title, answer["state"], version, "", "办理情况", answer["message"]
    for one in answer.get("withdrawn", ()):
        yield title, "withdrawn", version, one["decision_no"], "已由系统撤下", one["why"]
    for one in answer.get("beyond", ()):
        yield title, "waiting", version, one["decision_no"], BEYOND, one["why"]
