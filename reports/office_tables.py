"""The tables of the office report: tier changes with their evidence, migration, files, quarantine, outlook, lists.

Each is a grid in total order. They need neither Jinja nor XlsxWriter: the command line prints some of them as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from reports.legal_tables import MAX_DUE_ROWS, due_command
from reports.scheme_facts import BETTER, WORSE, Outlook, SchemeFacts
from transforms.schemas import KINDS, TABLES
from transforms.schemas.run_tables import UNKNOWN_VALUE

KIND_LABELS = {name: kind.label for name, kind in KINDS.items()}
UNCLASSIFIED_LABEL = {"": "不能归类"}  # rows that belong to no record kind
PAST_DISPLAY_PERIOD = "公示超期"  # public beyond the last day on which it may be
REJECTED_FILE = "整件退回"
LIST_STATE_LABELS = {  # the most urgent state first
    "damaged": "最新版本有问题",
    "unverified": "无法核对",
    "refused": "不能拟定",
    "busy": "库被占用",
    "waiting": "待签名",
    "published": "已发布",
    "withdrawn": "系统已撤下",
    "sound": "相符",
    "unchanged": "与最新版本相同",
    "nothing": "还没有发布过",
}
_CHANGES, _CHANGE_TRACE, _TRACE, _OUTLOOK, _QUARANTINE = (
    TABLES[name] for name in ("changes", "change_trace", "trace", "outlook", "quarantine")
)
_PARTY = (GridField("name", "企业名称", width=36), GridField("enterprise_id", "企业标识", "id"))
_TIERS_AHEAD = {"tier_before": "现等级", "tier_after": "预计等级"}
_NAMELESS = "（未登记名称）"


@dataclass(frozen=True)
class TierChange:
    """A change of tier. Scores in centipoints; evidence: the rows in which the two traces differ."""

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


def explained_changes(  # noqa: PLR0913, PLR0917 - the tables of a run, and how they are shown
    changes: Frame, trace: Frame, ratings: Frame, scheme: SchemeFacts, pages: Mapping[str, str], outlook: Frame
) -> tuple[TierChange, ...]:
    """Tier changes in the order an officer reads them: downgrades first, worst tier, longest fall, name.

    changes, trace: tables `changes` and `change_trace`. ratings: of these enterprises at least. pages: link by
    enterprise_id. outlook: OUTLOOK rows with a change of tier.
    """
    rules = ratings.lazy().select("enterprise_id", "scheme", "decided_by_id", "decided_by_basis")
    of_changed = collected(rules.join(changes.lazy().select("enterprise_id"), on="enterprise_id", how="semi"))
    joined = collected(changes).join(of_changed, on="enterprise_id", how="left")
    ahead = {row["enterprise_id"]: row for row in collected(outlook).iter_rows(named=True)}
    none = evidence_grid(_CHANGE_TRACE.empty())
    # Cut up in Python: a frame for each enterprise would take a hundred times as long.
    ordered = collected(trace).sort("enterprise_id", "position")
    all_evidence = evidence_grid(ordered)
    evidence: dict[str, list[tuple[Value, ...]]] = {}
    for key, values in zip(ordered["enterprise_id"], all_evidence.rows, strict=True):
        evidence.setdefault(key, []).append(values)
    labels, deciders = _CHANGES.column("cause").codes, _CHANGES.column("decided_by").codes
    made = []
    for row in joined.iter_rows(named=True):
        key = row["enterprise_id"]
        change = TierChange(
            enterprise_id=formatting.clean(key),
            name=formatting.clean(row["name"]),
            **{name: row[name] for name in ("tier_before", "tier_after", "index_before", "index_after")},
            score_before=row["score_before_centipoints"],
            score_after=row["score_after_centipoints"],
            cause=labels.get(row["cause"], row["cause"]),
            causes=tuple(labels.get(cause, cause) for cause in row["causes"]),
            decided_by=deciders.get(row["decided_by"], row["decided_by"]),
            rule=formatting.clean(scheme.of(row["scheme"]).rule(row["decided_by"], row["decided_by_id"])),
            basis=formatting.redact(formatting.clean(row["decided_by_basis"] or "")),
            outlook=Outlook(row["as_of"], ahead.get(key)).text(scheme),
            evidence=replace(all_evidence, rows=tuple(evidence[key])) if key in evidence else none,
            page=pages.get(key, ""),
        )
        made.append(change)

    def reading_order(change: TierChange) -> tuple[bool, int, int, str, str]:
        fall = change.index_after - change.index_before
        return (not change.is_downgrade, -change.index_after, -fall, change.name, change.enterprise_id)

    return tuple(sorted(made, key=reading_order))


def evidence_grid(trace: pl.DataFrame) -> Grid:
    """Rows of `change_trace` as they are shown under a change."""
    names = ("cause", "title", "record_kind", "record_no", "event_on", "value_used")
    points = {"points_before_centipoints": "原计分", "points_after_centipoints": "现计分"}
    shown = (GridField(name, label, "delta") for name, label in points.items())
    fields = (*grid_fields(_CHANGE_TRACE, *names), *shown, *grid_fields(_CHANGE_TRACE, "basis"))
    empty = "计分明细无差异：等级由判定规则变化所致"
    return grid_from_frame("change_trace", "变化依据", worded_trace(trace), fields, empty)


def worded_trace(trace: pl.DataFrame) -> pl.DataFrame:
    """Trace rows with the record kind and the value used as an officer reads them."""
    used = [_value_used(kind, text) for kind, text in trace.select("record_kind", "value_used").iter_rows()]
    return trace.with_columns(pl.col("record_kind").replace(KIND_LABELS), pl.Series("value_used", used, pl.String()))


def _value_used(kind: str | None, text: str | None) -> str:
    """`fine_fen=630069` as "罚款金额（元） 6,300.69"; an unknown value as 不明."""
    name, _, value = (text or "").partition("=")
    if kind not in KINDS or name not in KINDS[kind].table.schema:
        return text or ""
    shown = grid_field(KINDS[kind].column(name))
    if value == UNKNOWN_VALUE:
        return f"{shown.label} 不明"
    if not value.lstrip("-").isdecimal():
        return text or ""
    return f"{shown.label} {shown.text(int(value))}" if shown.is_number else f"{shown.label} {value}"


@dataclass(frozen=True)
class Migration:
    """Who moved from which tier to which, the unmoved included.

    counts[i][j]: enterprises in tier i before and in tier j now, tiers as in `tiers`, best first. words: their titles.
    arrivals[j]: rated for the first time. leavers[i]: no longer rated.
    """

    tiers: tuple[str, ...]
    words: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    arrivals: tuple[int, ...]
    leavers: tuple[int, ...]

    @property
    def before(self) -> tuple[int, ...]:
        """Enterprises by tier before the run."""
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
        """The matrix as a table: a row per tier before, a column per tier now."""
        present = [GridField(f"to_{i}", f"现 {word}", "count") for i, word in enumerate(self.words)]
        fields = [GridField("tier_before", "原等级"), *present, GridField("left", "不再评价", "count")]
        rows = [(w, *row, left) for w, row, left in zip(self.words, self.counts, self.leavers, strict=True)]
        return grid_from_rows("migration", "等级迁移", fields, [*rows, ("首次评价", *self.arrivals, 0)])

    @property
    def shades(self) -> tuple[tuple[str, ...], ...]:
        """For each cell of `counts` its colour as CSS; empty where nobody made that move.

        Those who moved are few beside those who stayed: the square root of the count keeps them visible.
        """
        most = max((count for row in self.counts for count in row), default=0)

        def shade(i: int, j: int, count: int) -> str:
            colour = "138,147,155" if i == j else "179,64,46" if j > i else "45,106,142"
            return f"rgba({colour},{0.12 + 0.5 * (count / most) ** 0.5:.2f})" if count else ""

        return tuple(tuple(shade(i, j, count) for j, count in enumerate(row)) for i, row in enumerate(self.counts))


def migration_of(previous: Frame, current: Frame, scheme: SchemeFacts) -> Migration:
    """Count the pairs of tiers before and now. Both frames: enterprise_id, tier, one row per enterprise."""
    before = previous.lazy().select("enterprise_id", tier_before="tier")
    after = current.lazy().select("enterprise_id", "tier")
    pairs = before.join(after, on="enterprise_id", how="full", coalesce=True).group_by("tier_before", "tier").len()
    counts = {(was, now): number for was, now, number in pairs.collect().iter_rows()}
    present = {tier for pair in counts for tier in pair if tier is not None}
    # Tiers that only the previous scheme had come after those of the present one.
    tiers = sorted(present | set(scheme.words), key=lambda tier: (scheme.index(tier), tier))
    return Migration(
        tiers=tuple(tiers),
        words=tuple(scheme.words.get(tier, tier) for tier in tiers),
        counts=tuple(tuple(counts.get((was, now), 0) for now in tiers) for was in tiers),
        arrivals=tuple(counts.get((None, now), 0) for now in tiers),
        leavers=tuple(counts.get((was, None), 0) for was in tiers),
    )


def distribution_grid(migration: Migration, scheme: SchemeFacts) -> Grid:
    """Enterprises by tier now, their share, and the difference to the previous run."""
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
    """One row per change."""
    fields = (
        *_PARTY,
        GridField("tier_before", "原等级", "words", scheme.words),
        GridField("tier_after", "现等级", "words", scheme.words),
        GridField("score_before_centipoints", "原得分", "points"),
        GridField("score_after_centipoints", "现得分", "points"),
        GridField("score_difference", "得分增减", "delta"),
        *(GridField(name, _CHANGES.column(name).label) for name in ("cause", "causes", "decided_by")),
        GridField("rule", "判定规则"),
        GridField("basis", "条款"),
        GridField("outlook", "今后 30 天", width=40),
    )
    rows = [
        (
            *(change.name, change.enterprise_id, change.tier_before, change.tier_after),
            *(change.score_before, change.score_after, change.score_after - change.score_before),
            *(change.cause, "；".join(change.causes), change.decided_by, change.rule, change.basis, change.outlook),
        )
        for change in changes
    ]
    return grid_from_rows("changes", "等级变化", fields, rows)


def change_evidence_grid(changes: Sequence[TierChange]) -> Grid:
    """The rows behind every change, in the order of the changes."""
    fields = (*_PARTY, *changes[0].evidence.fields) if changes else _PARTY
    rows = [(change.name, change.enterprise_id, *row) for change in changes for row in change.evidence.rows]
    return grid_from_rows("change_trace", "变化依据", fields, rows)


def account_grid(frame: pl.DataFrame, titles: Mapping[str, str]) -> Grid:
    """Table `accounts`: the balance of each file and record kind. titles: of the sources."""
    table = TABLES["accounts"]
    parts = ("read", "accepted", "duplicate", "superseded", "quarantined", "ignored", "record")
    named = _with_source_titles(grid_fields(table, "file_name", "source", "kind"), titles)
    fields = [*named, *grid_fields(table, *(f"{part}_count" for part in parts))]
    kinds = pl.col("kind").replace(KIND_LABELS | UNCLASSIFIED_LABEL)
    filled = frame.with_columns(kinds, pl.col("ignored_count").fill_null(0)).sort("file_name", "file_id", "kind")
    return grid_from_frame("accounts", "收件账（按类别）", filled, fields, "本次运行没有来件")


def file_grid(frame: pl.DataFrame, titles: Mapping[str, str]) -> Grid:
    """Table `files`: each file of the run, what became of its rows, and what is wrong with it or was noted."""
    counts = [f"{part}_count" for part in ("read", "accepted", "duplicate", "superseded", "quarantined", "ignored")]
    names = ("file_name", "source", *counts, "finding", "notes", "attempt_no", "encoding", "size_bytes", "received_at")
    fields = _with_source_titles(grid_fields(TABLES["files"], *names, received_at="收到时间（北京）"), titles)
    filled = frame.with_columns(pl.col("attempt_no").fill_null(1))
    return grid_from_frame(
        "files", "来件", filled.sort("file_name", "file_id", "attempt_no"), fields, "本次运行没有来件"
    )


def _with_source_titles(fields: Iterable[GridField], titles: Mapping[str, str]) -> tuple[GridField, ...]:
    return tuple(replace(each, form="words", words=titles) if each.name == "source" else each for each in fields)


def quarantine_grid(
    frame: pl.DataFrame, files: pl.DataFrame, workbooks: Mapping[tuple[str, str], str], titles: Mapping[str, str]
) -> Grid:
    """Quarantined rows by source, sender and reason: how many, an example, and a link to the correction workbook.

    Of `files` each one that was rejected whole has a row, so that the numbers sum to the rows that are quarantined.
    """
    keys = ("source", "sender", "kind", "column", "code")
    first = [pl.col(name).first() for name in ("reason", "expected", "file_name", "row_no")]
    rows = pl.struct("file_id", "row_no").n_unique()  # a row with two problems in one column is one row
    ordered = frame.sort(*keys, "file_name", "row_no")
    grouped = ordered.group_by(*keys, maintain_order=True).agg(rows.cast(pl.Int64).alias("count"), *first)
    links = [workbooks.get((source, sender), "") for source, sender in grouped.select("source", "sender").iter_rows()]
    shown = (
        grouped.with_columns(pl.Series("workbook", links, dtype=pl.String))
        .sort("source", "sender", -pl.col("count"), *keys[2:], nulls_last=True)
        .with_columns(
            pl.col("kind").replace(KIND_LABELS | UNCLASSIFIED_LABEL),
            pl.format("{} 第 {} 行", "file_name", "row_no").alias("place"),
        )
    )
    rejected = files.filter(pl.col("finding").fill_null("") != "").select(
        "source", kind=pl.lit(REJECTED_FILE), count="quarantined_count", reason="finding", place="file_name"
    )
    shown = pl.concat([shown, rejected.sort("place")], how="diagonal")
    place = _with_source_titles(grid_fields(_QUARANTINE, "source", "sender", "kind", "column"), titles)
    reasons = grid_fields(_QUARANTINE, "reason", "expected")
    extra = (GridField("place", "首例位置"), GridField("workbook", "更正表", "link"))
    return grid_from_frame("quarantine", "隔离", shown, (*place, GridField("count", "行数", "count"), *reasons, *extra))


def outlook_rows(outlook: Frame, enterprises: Frame, after: date, until: date) -> pl.DataFrame:
    """OUTLOOK rows with a change after `after`, up to `until`, with `name` and `direction`; falls first."""
    names = enterprises.lazy().select("enterprise_id", "name")
    ahead = outlook.lazy().filter(pl.col("changes_on") > after, pl.col("changes_on") <= until)
    is_worse = pl.col("index_after") > pl.col("index_before")
    named = ahead.join(names, on="enterprise_id", how="left").with_columns(
        pl.col("name").fill_null(_NAMELESS),
        direction=pl.when(is_worse).then(pl.lit(WORSE)).otherwise(pl.lit(BETTER)),
    )
    return named.sort(~is_worse, "changes_on", "name", "enterprise_id").collect()


def outlook_day_grid(frame: pl.DataFrame) -> Grid:
    """How many enterprises of `outlook_rows` change on each day, which way and why."""
    grouped = frame.group_by("changes_on", "direction", "cause").agg(pl.len().cast(pl.Int64).alias("count"))
    day, why = grid_fields(_OUTLOOK, "changes_on", "cause", changes_on="日期")
    ordered = grouped.sort("changes_on", "direction", "cause", nulls_last=True)
    fields = (day, GridField("direction", "方向"), why, GridField("count", "企业数", "count"))
    return grid_from_frame("due_days", "预计等级变化（按日）", ordered, fields, "没有预计的等级变化")


def outlook_grid(frame: pl.DataFrame, scheme: SchemeFacts, as_of: date) -> Grid:
    """The first MAX_DUE_ROWS of `outlook_rows`."""
    tiers = (GridField(name, label, "words", scheme.words) for name, label in _TIERS_AHEAD.items())
    score, day, why = grid_fields(_OUTLOOK, "score_after_centipoints", "changes_on", "cause")
    fields = (*_PARTY, *tiers, GridField("direction", "方向"), score, day, why)
    return grid_from_frame("due", "预计等级变化", frame.head(MAX_DUE_ROWS), fields).of(frame.height, due_command(as_of))


def unknown_amount_grid(trace: Frame, enterprises: Frame) -> Grid:
    """Trace rows not counted because their amount is unknown, with their enterprise."""
    names = enterprises.lazy().select("enterprise_id", "name")
    named = trace.lazy().join(names, on="enterprise_id", how="left").with_columns(pl.col("name").fill_null(_NAMELESS))
    ordered = named.sort("name", "enterprise_id", "event_on", "record_no", "item_id").collect()
    worded = ordered.head(MAX_DUE_ROWS).with_columns(pl.col("record_kind").replace(KIND_LABELS))
    record = ("title", "record_kind", "record_no", "event_on", "stops_counting_on", "reason")
    fields = (*_PARTY, *grid_fields(_TRACE, *record))
    shown = grid_from_frame("unknown_amounts", "金额不明、未计分的记录", worded, fields, "没有金额不明的记录")
    return shown.of(ordered.height, "yaoxin explain")


def warning_grid(rows: Iterable[tuple[str, str, str]]) -> Grid:
    """Findings of the gate that did not stop the run: severity, place, finding."""
    fields = (GridField("severity", "程度"), GridField("where", "位置"), GridField("what", "说明", width=60))
    return grid_from_rows("warnings", "质量检查提示", fields, rows, "质量检查全部通过，没有提示")


def list_state_grid(outcomes: Iterable[Mapping[str, Any]]) -> Grid:
    """The outcome of each published list, and each entry that was withdrawn or should have been."""
    fields = (
        GridField("title", "名单", width=22),
        GridField("state", "状态", "words", LIST_STATE_LABELS),
        GridField("latest", "最新版本", "id", width=16),
        GridField("decision_no", "决定书文号", "id"),
        GridField("what", "事项", width=16),
        GridField("why", "原因和办法", width=70),
    )
    rows = []
    for outcome in outcomes:
        title, version = outcome["title"], outcome.get("latest") or outcome.get("version") or ""
        rows.append((title, outcome["state"], version, "", "办理情况", outcome["message"]))
        for entry in outcome.get("withdrawn", ()):
            rows.append((title, "withdrawn", version, entry["decision_no"], "已由系统撤下", entry["why"]))
        for entry in outcome.get("beyond", ()):
            rows.append((title, "waiting", version, entry["decision_no"], PAST_DISPLAY_PERIOD, entry["why"]))
    return grid_from_rows("lists", "对外名单", fields, rows)
