"""The tables of the office report: tier changes with their evidence, migration, files, quarantine, outlook, lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from reports import formatting
from reports.grid import (
    Frame,
    Grid,
    GridField,
    Value,
    collected,
    grid_field,
    grid_fields,
    grid_from_frame,
    grid_from_rows,
)
from reports.legal_state import MAX_DUE_ROWS, due_command
from reports.scheme_facts import BETTER, WORSE, Outlook, SchemeFacts
from transforms.schemas import KINDS, TABLES
from transforms.schemas.run_tables import UNKNOWN_VALUE

_CHANGES_changes, _TRACE_changes = TABLES["changes"], TABLES["change_trace"]

KIND_LABELS = {name: kind.label for name, kind in KINDS.items()}


@dataclass(frozen=True)
class TierChange:
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
        return f"{formatting.points(self.score_before)} → {formatting.points(self.score_after)}"


def explained_changes(  # noqa: PLR0913, PLR0917 - the tables of a night, and how they are shown
    changes: Frame, trace: Frame, ratings: Frame, scheme: SchemeFacts, pages: Mapping[str, str], outlook: Frame
) -> tuple[TierChange, ...]:
    """Changes in the order an officer reads them: downgrades before upgrades, worst tier, longest fall, name.

    outlook: rows of OUTLOOK that tell a change to come.
    """
    joined = collected(changes).join(_rules(changes, ratings), on="enterprise_id", how="left")
    evidence = _evidence(collected(trace))
    none = evidence_grid(_TRACE_changes.empty())
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


def _reading_order(change: TierChange) -> tuple[bool, int, int, str, str]:
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
    shown = (GridField(name, label, "delta") for name, label in points.items())
    fields = (*grid_fields(_TRACE_changes, *names), *shown, *grid_fields(_TRACE_changes, "basis"))
    worded = worded_trace(trace)
    return grid_from_frame("change_trace", "变化依据", worded, fields, "计分明细无差异：等级由判定规则变化所致")


def worded_trace(trace: pl.DataFrame) -> pl.DataFrame:
    """Rows of a trace with the kind of record and the value used as an officer reads them."""
    used = [_used(kind, text) for kind, text in trace.select("record_kind", "value_used").iter_rows()]
    return trace.with_columns(pl.col("record_kind").replace(KIND_LABELS), pl.Series("value_used", used, pl.String()))


def _used(kind: str | None, text: str | None) -> str:
    """`fine_fen=630069` as an officer reads it: "罚款金额（元） 6,300.69"; an unknown value is 不明."""
    name, _, value = (text or "").partition("=")
    if kind not in KINDS or name not in KINDS[kind].table.schema:
        return text or ""
    shown = grid_field(KINDS[kind].column(name))
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
) -> TierChange:
    key, causes = row["enterprise_id"], _CHANGES_changes.column("cause").codes
    return TierChange(
        enterprise_id=formatting.clean(key),
        name=formatting.clean(row["name"]),
        **{name: row[name] for name in ("tier_before", "tier_after", "index_before", "index_after")},
        score_before=row["score_before_centipoints"],
        score_after=row["score_after_centipoints"],
        cause=causes.get(row["cause"], row["cause"]),
        causes=tuple(_words(row["causes"], causes)),
        decided_by=_CHANGES_changes.column("decided_by").codes.get(row["decided_by"], row["decided_by"]),
        rule=formatting.clean(scheme.rule(row["decided_by"], row["decided_by_id"])),
        basis=formatting.redact(formatting.clean(row["decided_by_basis"] or "")),
        outlook=Outlook(row["as_of"], ahead).text(scheme),
        evidence=evidence,
        page=pages.get(key, ""),
    )


def _words(codes: Iterable[str], words: Mapping[str, str]) -> list[str]:
    return [words.get(code, code) for code in codes]


@dataclass(frozen=True)
class Migration:
    """`counts[i][j]`: enterprises that stood in tier i and stand in tier j, tiers as in `tiers`, best first.

    arrivals[j]: rated for the first time. leavers[i]: no longer rated.
    """

    tiers: tuple[str, ...]
    words: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    arrivals: tuple[int, ...]
    leavers: tuple[int, ...]

    @property
    def before(self) -> tuple[int, ...]:
        """Enterprises by tier before the night."""
        return tuple(sum(row) + left for row, left in zip(self.counts, self.leavers, strict=True))

    @property
    def after(self) -> tuple[int, ...]:
        """Enterprises by tier now."""
        columns = zip(*self.counts, strict=True)
        return tuple(sum(column) + new for column, new in zip(columns, self.arrivals, strict=True))

    @property
    def rated(self) -> int:
        """Enterprises rated now."""
        return sum(self.after)

    @property
    def first_rated(self) -> int:
        """Enterprises rated for the first time."""
        return sum(self.arrivals)

    @property
    def grid(self) -> Grid:
        """The matrix as a table: a row per former tier, a column per present one."""
        present = [GridField(f"to_{i}", f"现 {word}", "count") for i, word in enumerate(self.words)]
        fields = [GridField("tier_before", "原等级"), *present, GridField("left", "不再评价", "count")]
        rows = [(w, *row, left) for w, row, left in zip(self.words, self.counts, self.leavers, strict=True)]
        return grid_from_rows("migration", "等级迁移", fields, [*rows, ("首次评价", *self.arrivals, 0)])


def migration_of(before: pl.LazyFrame, after: pl.LazyFrame, scheme: SchemeFacts) -> Migration:
    """Count the pairs of former and present tier. Both frames: enterprise_id, tier, one row per enterprise."""
    former = before.rename({"tier": "tier_before"})
    pairs = former.join(after, on="enterprise_id", how="full", coalesce=True).group_by("tier_before", "tier").len()
    counts = {(was, now): number for was, now, number in pairs.collect().iter_rows()}
    seen = {tier for pair in counts for tier in pair if tier is not None}
    # A tier that only the scheme of yesterday had still has to stand somewhere: after those of today.
    tiers = sorted(seen | set(scheme.words), key=lambda tier: (scheme.index(tier), tier))
    return Migration(
        tiers=tuple(tiers),
        words=tuple(scheme.words.get(tier, tier) for tier in tiers),
        counts=tuple(tuple(counts.get((was, now), 0) for now in tiers) for was in tiers),
        arrivals=tuple(counts.get((None, now), 0) for now in tiers),
        leavers=tuple(counts.get((was, None), 0) for was in tiers),
    )


UNCLASSIFIED_LABEL = {"": "不能归类"}  # rows that no kind could read

_OUTLOOK, _TRACE_night_tables, _CHANGES_night_tables, _QUARANTINE = (
    TABLES[name] for name in ("outlook", "trace", "changes", "quarantine")
)

_PARTY = (GridField("name", "企业名称", width=36), GridField("enterprise_id", "企业标识", "id"))

PAST_DISPLAY_PERIOD = "公示超期"  # still public, and may not be any more

LIST_STATE_LABELS = {
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
    fields = (GridField("label", "项目"), GridField("value", "数值", "count"), GridField("note", "说明"))
    return grid_from_rows("figures", "本夜数字", fields, figures)


def distribution_grid(migration: Migration, scheme: SchemeFacts) -> Grid:
    """Enterprises by tier now, their share, and how many more or fewer than before."""
    fields = (
        GridField("tier", "等级", "words", scheme.words),
        GridField("count", "企业数", "count"),
        GridField("share", "占比", "share"),
        GridField("before", "前次", "count"),
        GridField("difference", "增减", "count"),
    )
    rows = [
        (tier, now, formatting.basis_points(now, migration.rated), was, now - was)
        for tier, now, was in zip(migration.tiers, migration.after, migration.before, strict=True)
    ]
    return grid_from_rows("distribution", "等级分布", fields, rows)


def change_grid(changes: Sequence[TierChange], scheme: SchemeFacts) -> Grid:
    """Every change on a row of its own."""
    fields = (
        *_PARTY,
        GridField("tier_before", "原等级", "words", scheme.words),
        GridField("tier_after", "现等级", "words", scheme.words),
        GridField("score_before_centipoints", "原得分", "points"),
        GridField("score_after_centipoints", "现得分", "points"),
        GridField("score_difference", "得分增减", "delta"),
        *(GridField(name, _CHANGES_night_tables.column(name).label) for name in ("cause", "causes", "decided_by")),
        GridField("rule", "判定规则"),
        GridField("basis", "条款"),
        GridField("outlook", "今后 30 天", width=40),
    )
    return grid_from_rows("changes", "等级变化", fields, [_change_row(change) for change in changes])


def _change_row(change: TierChange) -> tuple[object, ...]:
    scores = (change.score_before, change.score_after, change.score_after - change.score_before)
    why = (change.cause, "；".join(change.causes), change.decided_by, change.rule, change.basis)
    tiers = (change.tier_before, change.tier_after)
    return (change.name, change.enterprise_id, *tiers, *scores, *why, change.outlook)


def change_evidence_grid(changes: Sequence[TierChange]) -> Grid:
    """The rows behind every change, in the order of the changes."""
    fields = (*_PARTY, *changes[0].evidence.fields) if changes else _PARTY
    rows = [(change.name, change.enterprise_id, *row) for change in changes for row in change.evidence.rows]
    return grid_from_rows("change_trace", "变化依据", fields, rows)


def _sources(fields: Iterable[GridField], titles: Mapping[str, str]) -> tuple[GridField, ...]:
    """The fields, a source read by its title."""
    return tuple(replace(each, form="words", words=titles) if each.name == "source" else each for each in fields)


def account_grid(frame: pl.DataFrame, titles: Mapping[str, str]) -> Grid:
    """The account of each file and kind."""
    table = TABLES["accounts"]
    parts = ("read", "accepted", "duplicate", "superseded", "quarantined", "ignored", "record")
    named = _sources(grid_fields(table, "file_name", "source", "kind"), titles)
    fields = [*named, *grid_fields(table, *(f"{part}_count" for part in parts))]
    filled = frame.with_columns(
        pl.col("ignored_count").fill_null(0), pl.col("kind").replace(KIND_LABELS | UNCLASSIFIED_LABEL)
    )
    return grid_from_frame(
        "accounts", "收件账（按类别）", filled.sort("file_name", "file_id", "kind"), fields, "本夜没有来件"
    )


def file_grid(frame: pl.DataFrame, titles: Mapping[str, str]) -> Grid:
    """Every file of the night, what became of its rows, and what is wrong with it or was noticed of it."""
    counts = [f"{part}_count" for part in ("read", "accepted", "duplicate", "superseded", "quarantined", "ignored")]
    names = ("file_name", "source", *counts, "finding", "notes", "attempt_no", "encoding", "size_bytes", "received_at")
    fields = _sources(grid_fields(TABLES["files"], *names, received_at="收到时间（北京）"), titles)
    filled = frame.with_columns(pl.col("attempt_no").fill_null(1))
    return grid_from_frame("files", "来件", filled.sort("file_name", "file_id", "attempt_no"), fields, "本夜没有来件")


def quarantine_grid(frame: pl.DataFrame, workbooks: Mapping[tuple[str, str], str], titles: Mapping[str, str]) -> Grid:
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
        pl.col("kind").replace(KIND_LABELS | UNCLASSIFIED_LABEL),
        pl.format("{} 第 {} 行", "file_name", "row_no").alias("place"),
    )
    table = _sources(grid_fields(_QUARANTINE, "source", "sender", "kind", "column"), titles)
    reasons = grid_fields(_QUARANTINE, "reason", "expected")
    extra = (GridField("place", "首例位置"), GridField("workbook", "更正表", "link"))
    return grid_from_frame("quarantine", "隔离", shown, (*table, GridField("count", "行数", "count"), *reasons, *extra))


def outlook_rows(outlook: Frame, enterprises: Frame, after: date, until: date) -> pl.DataFrame:
    """Rows of OUTLOOK that tell a change after `after` and not later than `until`, with name and `direction`."""
    names = enterprises.lazy().select("enterprise_id", "name")
    soon = outlook.lazy().filter(pl.col("changes_on") > after, pl.col("changes_on") <= until)
    is_worse = pl.col("index_after") > pl.col("index_before")
    told = soon.join(names, on="enterprise_id", how="left").with_columns(
        pl.col("name").fill_null("（未登记名称）"),
        direction=pl.when(is_worse).then(pl.lit(WORSE)).otherwise(pl.lit(BETTER)),
    )
    return told.sort(~is_worse, "changes_on", "name", "enterprise_id").collect()


def outlook_day_grid(frame: pl.DataFrame) -> Grid:
    """How many enterprises change their tier on each day, which way and why."""
    grouped = frame.group_by("changes_on", "direction", "cause").agg(pl.len().cast(pl.Int64).alias("count"))
    day, why = grid_fields(_OUTLOOK, "changes_on", "cause", changes_on="日期")
    ordered = grouped.sort("changes_on", "direction", "cause", nulls_last=True)
    fields = (day, GridField("direction", "方向"), why, GridField("count", "企业数", "count"))
    return grid_from_frame("due_days", "预计等级变化（按日）", ordered, fields, "没有预计的等级变化")


def outlook_grid(frame: pl.DataFrame, scheme: SchemeFacts, as_of: date) -> Grid:
    """The first MOST_DUE enterprises whose tier changes, those that fall first."""
    tiers = (GridField(name, label, "words", scheme.words) for name, label in _TIERS.items())
    score, day, why = grid_fields(_OUTLOOK, "score_after_centipoints", "changes_on", "cause")
    fields = (*_PARTY, *tiers, GridField("direction", "方向"), score, day, why)
    return grid_from_frame("due", "预计等级变化", frame.head(MAX_DUE_ROWS), fields).of(frame.height, due_command(as_of))


_TIERS = {"tier_before": "现等级", "tier_after": "预计等级"}


def unknown_amount_grid(trace: Frame, enterprises: Frame) -> Grid:
    """Records that give no points because nobody knows their amount, with the enterprise they are of."""
    names = enterprises.lazy().select("enterprise_id", "name")
    rows = (
        trace.lazy()
        .join(names, on="enterprise_id", how="left")
        .with_columns(pl.col("name").fill_null("（未登记名称）"))
    )
    ordered = rows.sort("name", "enterprise_id", "event_on", "record_no", "item_id").collect()
    worded = ordered.with_columns(pl.col("record_kind").replace(KIND_LABELS))
    fields = (
        *_PARTY,
        *grid_fields(
            _TRACE_night_tables, "title", "record_kind", "record_no", "event_on", "stops_counting_on", "reason"
        ),
    )
    shown = grid_from_frame(
        "unknown_amounts", "金额不明、未计分的记录", worded.head(MAX_DUE_ROWS), fields, "没有金额不明的记录"
    )
    return shown.of(ordered.height, "yaoxin explain")


def warning_grid(rows: Iterable[tuple[str, str, str]]) -> Grid:
    """What the gate let pass with a warning."""
    fields = (GridField("severity", "程度"), GridField("where", "位置"), GridField("what", "说明", width=60))
    return grid_from_rows("warnings", "质量检查提示", fields, rows, "质量检查全部通过，没有提示")


def list_state_grid(answers: Iterable[Mapping[str, Any]]) -> Grid:
    """What became of each published list, and of each entry that went or should have gone."""
    fields = (
        GridField("title", "名单", width=22),
        GridField("state", "状态", "words", LIST_STATE_LABELS),
        GridField("latest", "最新版本", "id", width=16),
        GridField("decision_no", "决定书文号", "id"),
        GridField("what", "事项", width=16),
        GridField("why", "原因和办法", width=70),
    )
    return grid_from_rows("lists", "对外名单", fields, (row for answer in answers for row in _list_rows(answer)))


def _list_rows(answer: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    title, version = answer["title"], answer.get("latest") or answer.get("version") or ""
    yield title, answer["state"], version, "", "办理情况", answer["message"]
    for one in answer.get("withdrawn", ()):
        yield title, "withdrawn", version, one["decision_no"], "已由系统撤下", one["why"]
    for one in answer.get("beyond", ()):
        yield title, "waiting", version, one["decision_no"], PAST_DISPLAY_PERIOD, one["why"]
