"""The gate as the flows use it: table specs, the office's limits, and the frames that are derived for it.

`read_gate(policy folder).validate("penalty", frame)` answers for every table of `transforms.schemas`, and for
the frames derived here: `gate_accounts`, `gate_amounts`, `gate_ratings` and `gate_trades`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import Field, PositiveInt, model_validator

from expectations import ColumnSpec, GateLimits, TableSpec, Verdict, validate
from expectations.suites import ColumnKind
from transforms.policy_model import load_document
from transforms.policy_model.document import PolicyModel
from transforms.records.text import disagreeing_amount, stated_amounts
from transforms.schemas import KINDS, LAW_TABLES, TABLES, Column, Table
from transforms.schemas.base import BOOLEAN, DATE, INTEGER, TEXT, TEXT_LIST, TIMESTAMP
from transforms.schemas.law import CONDITIONS

Frame = pl.LazyFrame | pl.DataFrame

_KINDS_OF_COLUMN: dict[pl.DataType, ColumnKind] = {
    TEXT: "text",
    TEXT_LIST: "texts",
    INTEGER: "count",
    BOOLEAN: "flag",
    DATE: "day",
    TIMESTAMP: "instant",
    CONDITIONS: "parts",
}
# Columns besides the key by which a person finds a row.
_NAMING_COLUMNS = {
    "accounts": ("file_name",),
    "night_accounts": ("file_name",),
    "files": ("file_name",),
    "quarantine": ("file_name",),
    "quarantine_outcomes": ("file_name",),
    "penalty_amounts": ("decision_no", "source", "row_no"),
    "ratings": ("tier",),
    "outlook": ("changes_on", "tier_after"),
    "trace": ("item_id", "record_id"),
    **dict.fromkeys(LAW_TABLES, ("record_id", "decision_no")),
    "changes": ("name",),
    "change_trace": ("item_id", "record_id"),
}
# What rows are called where they are counted, in English and in Chinese, if not rows.
_COUNTED_AS = {
    "files": ("files", "件"),
    "accounts": ("accounts", "笔"),
    "night_accounts": ("accounts", "笔"),
}

GATE_ACCOUNTS = Table(
    "night_accounts",
    "本次收件账",
    "The files of a run by kind of record, beside the sums of their group: rows of a kind, or, for rows that no kind "
    "could read, the rows of the source. Without rejected files and rows that were tried again.",
    (
        Column("kind", TEXT, "记录类别", "kind of record; empty for rows no kind could read", True),
        Column("file_name", TEXT, "文件名", "path below the inbox", True),
        Column("file_id", TEXT, "文件指纹", "the file", True),
        Column("source", TEXT, "来源", "source", True),
        Column("read_count", INTEGER, "读取", "rows read; of rows no kind could read all rows of the file", True),
        Column("quarantined_count", INTEGER, "隔离", "quarantined rows", True),
        Column("group_read_count", INTEGER, "同类读取", "the same of all files of the group", True),
        Column("group_quarantined_count", INTEGER, "同类隔离", "the same of all files of the group", True),
    ),
    ("kind", "file_id"),
)
GATE_AMOUNTS = Table(
    "penalty_amounts",
    "处罚金额",
    "Versions of penalties that impose a sum of money, and whether the sum can be believed.",
    (
        Column("record_id", TEXT, "记录标识", "the penalty", True),
        Column("version_no", INTEGER, "版本", "its version", True),
        Column("decision_no", TEXT, "决定书文号", "number of the decision as written", True),
        Column("source", TEXT, "来源", "source", True),
        Column("row_no", INTEGER, "行号", "row as a spreadsheet numbers it", True),
        Column("fine_fen", INTEGER, "罚款金额（分）", "fine, fen"),
        Column("confiscated_fen", INTEGER, "没收金额（分）", "confiscated, fen"),
        Column(
            "stated_fen", INTEGER, "处罚内容所载金额（分）", "sum in the text, where the fine is far from each of them"
        ),
        Column(
            "is_fine_unknown", BOOLEAN, "罚款金额是否不明", "whether a fine is imposed and its sum is unknown", True
        ),
        Column("is_confiscation_unknown", BOOLEAN, "没收金额是否不明", "the same of a confiscation", True),
    ),
    ("record_id", "version_no"),
)
GATE_RATINGS = Table(
    "present_ratings",
    "现行信用等级",
    "Every enterprise of the register and every rating that stands, beside its trace and the tiers of the scheme.",
    (
        Column("enterprise_id", TEXT, "企业标识", "the enterprise", True),
        Column("tier", TEXT, "等级", "tier"),
        Column("tier_index", INTEGER, "等级序", "place of the tier as stored"),
        Column("scheme_index", INTEGER, "标准中的等级序", "place of that tier in the scheme; empty for no such tier"),
        Column("score_centipoints", INTEGER, "得分（百分之一分）", "score"),
        Column("base_centipoints", INTEGER, "基础分（百分之一分）", "base"),
        Column("trace_centipoints", INTEGER, "明细合计（百分之一分）", "sum of the trace", True),
        Column("is_rated", BOOLEAN, "是否已评级", "whether a rating stands", True),
        Column("is_traced", BOOLEAN, "是否有明细", "whether trace rows stand", True),
        Column("is_registered", BOOLEAN, "是否在册", "whether the register holds the enterprise", True),
        Column("is_known", BOOLEAN, "是否已知", "whether the register held it by the run's known_at", True),
        Column(
            "is_overdue", BOOLEAN, "是否逾期未变", "whether its day to change has come and it stands unchanged", True
        ),
    ),
    ("enterprise_id",),
)

GATE_TRADES = Table(
    "new_trade_ratings",
    "本次分领域评价",
    "Each new rating of an enterprise in a field by a scheme, beside the sum of its trace, and each trace without one.",
    (
        Column("enterprise_id", TEXT, "企业标识", "the enterprise", True),
        Column("field", TEXT, "领域", "field of the trade", True),
        Column("scheme", TEXT, "评价标准", "grading scheme", True),
        Column("score_centipoints", INTEGER, "得分（百分之一分）", "score; empty for a trace without a rating", True),
        Column("base_centipoints", INTEGER, "基础分（百分之一分）", "base", True),
        Column("trace_centipoints", INTEGER, "明细合计（百分之一分）", "sum of the trace", True),
    ),
    ("enterprise_id", "field", "scheme"),
)


class PlausibleDates(PolicyModel):
    """The first and last day that a date may be."""

    from_: date = Field(alias="from")
    to: date
    why: str = Field(min_length=1)


class VolumeLimits(PolicyModel):
    """Row count in percent of the previous run's: fewer refuse, more warn."""

    minimum_percent: int = Field(ge=0, le=100)
    maximum_percent: int = Field(ge=100)
    why: str = Field(min_length=1)


class QuarantineLimits(PolicyModel):
    """Share of quarantined rows: of a file's rows of a kind (warns); of a run's rows of a kind, and of a source's rows
    those that are unreadable (refuses, from `night_least_rows` rows on).
    """

    file_notice_percent: int = Field(ge=0, le=100)
    night_refusal_percent: int = Field(ge=0, le=100)
    night_least_rows: PositiveInt
    why: str = Field(min_length=1)


class AmountLimits(PolicyModel):
    """Amounts that are warned of: above `most_fen`, or `times` times (or that part of) what 处罚内容 states."""

    most_fen: PositiveInt
    times: int = Field(ge=2)
    why: str = Field(min_length=1)


class GatePolicy(PolicyModel):
    """`policy/gate.yaml`: limits for tables as a whole, which may look wrong though every row passes."""

    plausible_dates: PlausibleDates
    amounts: AmountLimits
    volumes: dict[str, VolumeLimits]
    quarantine: QuarantineLimits

    @model_validator(mode="after")
    def _known_tables(self) -> GatePolicy:
        unknown = sorted(set(self.volumes) - set(_tables()))
        if unknown:
            raise ValueError(f"volumes names no table: {', '.join(unknown)}; tables are {', '.join(_tables())}")
        return self

    def limits(self, table: str) -> GateLimits:
        """The limits of one table."""
        volume = self.volumes.get(table)
        return GateLimits(
            earliest_on=self.plausible_dates.from_,
            latest_on=self.plausible_dates.to,
            quarantine_notice_percent=self.quarantine.file_notice_percent,
            quarantine_refusal_percent=self.quarantine.night_refusal_percent,
            quarantine_least_rows=self.quarantine.night_least_rows,
            amount_most_fen=self.amounts.most_fen,
            minimum_percent=volume.minimum_percent if volume else None,
            maximum_percent=volume.maximum_percent if volume else None,
        )


@dataclass(frozen=True)
class Gate:
    """The spec of every table that the gate validates, by name, and the office's limits."""

    specs: Mapping[str, TableSpec]
    policy: GatePolicy

    def validate(self, table: str, frame: Frame, *, previous_count: int | None = None) -> Verdict:
        """Check `frame` as `table`; see `expectations.validate`. Raises KeyError for an unknown table."""
        if table not in self.specs:
            raise KeyError(f"the gate knows no table {table}; it knows {', '.join(self.specs)}")
        return validate(self.specs[table], frame, previous_count=previous_count)


def read_gate(folder: Path) -> Gate:
    """The gate with the limits of `folder`/gate.yaml. Raises PolicyProblems."""
    path = folder / "gate.yaml"
    policy = load_document(path.read_text(encoding="utf-8"), f"{folder.name}/{path.name}", GatePolicy)
    return Gate({name: table_spec_of(table, policy.limits(name)) for name, table in _tables().items()}, policy)


def table_spec_of(table: Table, limits: GateLimits) -> TableSpec:
    """The spec of a table. A finding names rows by the key and, for people, some more columns."""
    kind = KINDS.get(table.name)
    beside = (kind.number, "enterprise_id", "source", "row_no") if kind else _NAMING_COLUMNS.get(table.name, ())
    columns = tuple(
        ColumnSpec(c.name, _KINDS_OF_COLUMN[c.dtype], c.label, c.required, tuple(c.codes)) for c in table.columns
    )
    named = (*table.key, *(name for name in beside if name in table.schema))
    counted_as = _COUNTED_AS.get(table.name, ("rows", "行"))
    return TableSpec(table.name, table.label, columns, table.key, tuple(dict.fromkeys(named)), limits, counted_as)


def gate_accounts(accounts: Frame, files: Frame) -> pl.LazyFrame:
    """GATE_ACCOUNTS of a run's rows of TABLES["accounts"] and TABLES["files"]; enterprise registers come first."""
    is_first = pl.col("attempt_no").fill_null(1) == 1
    whole = files.lazy().filter(is_first).select("file_id", file_rows="read_count").unique("file_id")
    rows = accounts.lazy().filter(is_first).join(whole, on="file_id", how="left")
    is_of_no_kind = pl.col("kind") == ""
    rows = rows.with_columns(
        read_count=pl.when(is_of_no_kind).then(pl.coalesce("file_rows", "read_count")).otherwise("read_count")
    )
    group = pl.when(is_of_no_kind).then("source").otherwise(pl.lit(""))
    sums = [
        pl.col(name).sum().over("kind", group).alias(f"group_{name}") for name in ("read_count", "quarantined_count")
    ]
    # The register first: where it is unreadable, other rows are quarantined for want of it.
    order = ~(pl.col("kind") == "enterprise"), "kind", "file_name", "file_id"
    return rows.with_columns(sums).sort(*order).select(GATE_ACCOUNTS.schema.names())


def gate_amounts(penalties: Frame, times: int) -> pl.LazyFrame:
    """GATE_AMOUNTS of rows of TABLES["penalty"] that impose or state an amount.

    times: from which factor on a fine disagrees with every amount in 处罚内容; see `disagreeing_amount`.
    """
    kinds, fine = pl.col("penalty_kinds"), pl.col("fine_fen")
    confiscations = [kinds.list.contains(kind) for kind in ("confiscation_gains", "confiscation_goods")]
    is_confiscation = pl.any_horizontal(*confiscations)
    rows = penalties.lazy().filter(kinds.list.contains("fine") | is_confiscation | fine.is_not_null())
    # Most texts contain the very amount, and to find it is many times faster than to parse them.
    whole = (fine // 100).cast(pl.String())
    exact = whole + "." + (fine % 100).cast(pl.String()).str.zfill(2) + "元"
    holds = [pl.col("content").str.contains(sum_, literal=True) for sum_ in (exact, whole + "元")]
    asked = pl.when(fine.is_not_null() & ~pl.any_horizontal(*holds)).then(pl.struct("fine_fen", "content"))

    def disagreeing(row: Mapping[str, Any]) -> int | None:
        return disagreeing_amount(row["fine_fen"], stated_amounts(row["content"]), times)

    return (
        rows.with_columns(
            stated_fen=asked.map_elements(disagreeing, return_dtype=INTEGER),
            is_fine_unknown=kinds.list.contains("fine") & fine.is_null(),
            is_confiscation_unknown=is_confiscation & pl.col("confiscated_fen").is_null(),
        )
        .select(GATE_AMOUNTS.schema.names())
        .sort("record_id", "version_no")
    )


def gate_ratings(ratings: Frame, trace: Frame, register: Frame, tiers: Sequence[str], as_of: date) -> pl.LazyFrame:
    """GATE_RATINGS of the current ratings and trace rows on `as_of`, the register (enterprise_id, is_known), and the
    scheme's tiers, best first. A trace or an enterprise of the register without a rating is a row of its own, so that
    the gate finds it.
    """
    is_overdue = (pl.col("next_change_on") <= as_of).alias("is_overdue")
    score = ["enterprise_id", "tier", "tier_index", "score_centipoints", "base_centipoints"]
    rated = ratings.lazy().select(*score, is_overdue, is_rated=pl.lit(True))
    sums = (
        trace.lazy()
        .group_by("enterprise_id")
        .agg(trace_centipoints=pl.col("points_centipoints").sum(), is_traced=pl.lit(True))
    )
    entries = register.lazy().select("enterprise_id", "is_known", is_registered=pl.lit(True))
    places = pl.LazyFrame(
        {"tier": tiers, "scheme_index": range(len(tiers))}, schema={"tier": TEXT, "scheme_index": INTEGER}
    )
    truths = pl.col("is_rated", "is_traced", "is_registered", "is_known", "is_overdue")
    return (
        rated.join(sums, on="enterprise_id", how="full", coalesce=True)
        .join(entries, on="enterprise_id", how="full", coalesce=True)
        .join(places, on="tier", how="left")
        .with_columns(pl.col("trace_centipoints").fill_null(0), truths.fill_null(False))
        .select(GATE_RATINGS.schema.names())
        .sort("enterprise_id", "tier", nulls_last=True)
    )


def gate_trades(ratings: Frame, trace: Frame) -> pl.LazyFrame:
    """GATE_TRADES of new rows of `trade_ratings` and `trade_trace`."""
    key = list(GATE_TRADES.key)
    rated = ratings.lazy().filter(pl.col("tier").is_not_null()).unique(key)
    scores = rated.select(*key, "score_centipoints", "base_centipoints")
    sums = trace.lazy().group_by(key).agg(trace_centipoints=pl.col("points_centipoints").sum())
    joined = scores.join(sums, on=key, how="full", coalesce=True)
    filled = joined.with_columns(pl.col("trace_centipoints").fill_null(0))
    return filled.select(list(GATE_TRADES.schema)).sort(key)


def _tables() -> dict[str, Table]:
    derived = (GATE_ACCOUNTS, GATE_AMOUNTS, GATE_RATINGS, GATE_TRADES)
    return {**TABLES, **{table.name: table for table in derived}}
