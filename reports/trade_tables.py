"""Ratings of trades as tables: of one enterprise, the coverage of each trade, and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from reports import formatting
from reports.grid import Frame, Grid, GridField, collected, grid_fields, grid_from_frame, grid_from_rows
from reports.office_tables import worded_trace
from reports.scheme_facts import SchemeFacts
from transforms.schemas.run_tables import (
    TRADE_CHANGES,
    TRADE_FIELDS,
    TRADE_RATINGS,
    TRADE_ROLES,
    TRADE_TRACE,
    UNRATED_REASONS,
)

_ORDER = {code: place for place, code in enumerate((*TRADE_FIELDS, *TRADE_ROLES))}
_TRADE = ("field", "role")
COVERAGE_COLUMNS = ("enterprise_id", *_TRADE, "scheme", "tier", "unrated")  # that `coverage_grid` needs


def in_trade_order(rows: Frame) -> pl.DataFrame:
    """The rows by enterprise, and by field and role as the vocabularies have them."""
    order = [pl.col(name).replace_strict(_ORDER, default=len(_ORDER), return_dtype=pl.Int64) for name in _TRADE]
    return collected(rows).sort("enterprise_id", *order)


def trade_text(row: Mapping[str, Any], scheme: SchemeFacts) -> str:
    """The tier of a trade and its scheme, or why there is none, as one line."""
    if row["tier"] is None:
        return f"未评价：{UNRATED_REASONS.get(row['unrated'], row['unrated'])}"
    of_trade = scheme.of(row["scheme"])
    whole = row["whole_tier"]
    alike = "" if of_trade.name == scheme.name else f"，相当于整体 {scheme.words.get(whole, whole)}"
    decisive = "，整体等级以此为准" if row["is_decisive"] else ""
    tier = of_trade.words.get(row["tier"], row["tier"])
    return f"{tier}（{of_trade.title}，得分 {formatting.points(row['score_centipoints'])}{alike}{decisive}）"


def trade_name(row: Mapping[str, Any]) -> str:
    """Field and role: 药品·零售."""
    return f"{TRADE_FIELDS.get(row['field'], row['field'])}·{TRADE_ROLES.get(row['role'], row['role'])}"


def trade_grid(rows: Frame, scheme: SchemeFacts) -> Grid:
    """The trades of one enterprise: TRADE_RATINGS."""
    ordered = in_trade_order(rows)
    tiers = [scheme.of(name).words.get(tier, tier) for name, tier in ordered.select("scheme", "tier").iter_rows()]
    titles = [scheme.of(name).title if name else None for name in ordered["scheme"]]
    shown = ordered.with_columns(
        tier=pl.Series(tiers, dtype=pl.String()),
        scheme=pl.Series(titles, dtype=pl.String()),
    )
    result = ("scheme", "score_centipoints", "decided_by", "decided_by_basis", "locked_until_on", "next_change_on")
    fields = (
        *grid_fields(TRADE_RATINGS, *_TRADE, "tier"),
        GridField("whole_tier", TRADE_RATINGS.column("whole_tier").label, "words", scheme.words),
        *grid_fields(TRADE_RATINGS, "is_decisive", *result, "unrated"),
    )
    return grid_from_frame("trade_ratings", "各领域信用等级", shown, fields, "没有分领域评价")


def trade_trace_grids(ratings: Frame, trace: Frame, scheme: SchemeFacts) -> tuple[Grid, ...]:
    """The trace of each field and scheme but the one that decides, whose trace is that of the whole.

    ratings: TRADE_RATINGS of one enterprise. trace: TRADE_TRACE of it.
    """
    rated = in_trade_order(ratings).drop_nulls("tier").filter(~pl.col("is_decisive"))
    rows = collected(trace).sort("position")
    names = ("title", "record_kind", "record_no", "event_on", "value_used")
    points = (GridField("raw_centipoints", "规则分", "delta"), GridField("points_centipoints", "计入分", "delta"))
    fields = (
        *grid_fields(TRADE_TRACE, "position", *names),
        *points,
        *grid_fields(TRADE_TRACE, "reason", "stops_counting_on", "basis"),
    )
    grids = []
    for field, name in rated.select("field", "scheme").unique(maintain_order=True).iter_rows():
        of_unit = worded_trace(rows.filter(field=field, scheme=name))
        title = f"{TRADE_FIELDS.get(field, field)}（{scheme.of(name).title}）计分明细"
        grids.append(grid_from_frame(f"trade_trace_{field}_{name}", title, of_unit, fields, "没有计分的记录"))
    return tuple(grids)


def coverage_grid(rows: Frame, scheme: SchemeFacts) -> Grid:
    """Of each trade how many enterprises are to be rated and how many are, their tiers, and why the others are not."""
    ordered = in_trade_order(rows)
    fields = (
        *grid_fields(TRADE_RATINGS, *_TRADE),
        GridField("due", "应评", "count"),
        GridField("rated", "已评", "count"),
        GridField("share", "覆盖率", "share"),
        GridField("tiers", "各等级企业数", "texts"),
        GridField("unrated", "未评原因", "texts"),
    )
    parts = ordered.partition_by(list(_TRADE), as_dict=True, maintain_order=True)
    order = sorted(parts, key=lambda trade: tuple(_ORDER.get(code, len(_ORDER)) for code in trade))
    cells = [(*trade, *_coverage(parts[trade], scheme)) for trade in order]
    return grid_from_rows("coverage", "分领域评价覆盖", fields, cells, "没有应分领域评价的企业")


def _coverage(rows: pl.DataFrame, scheme: SchemeFacts) -> tuple[object, ...]:
    rated = rows.drop_nulls("tier")
    share = formatting.basis_points(rated.height, rows.height)
    return rows.height, rated.height, share, tuple(_tier_counts(rated, scheme)), tuple(_reason_counts(rows))


def _tier_counts(rated: pl.DataFrame, scheme: SchemeFacts) -> Iterator[str]:
    counts = Counter(rated.select("scheme", "tier").iter_rows())
    for name, tier in sorted(counts, key=lambda one: (one[0], scheme.of(one[0]).index(one[1]), one[1])):
        yield f"{scheme.of(name).words.get(tier, tier)} {formatting.count(counts[name, tier])}"


def _reason_counts(rows: pl.DataFrame) -> Iterator[str]:
    for reason, count in sorted(Counter(rows["unrated"].drop_nulls()).items()):
        yield f"{UNRATED_REASONS.get(reason, reason)} {formatting.count(count)}"


def trade_change_grid(rows: Frame, scheme: SchemeFacts, title: str = "分领域等级变化") -> Grid:
    """TRADE_CHANGES, by enterprise and trade."""
    ordered = collected(rows).sort("as_of", maintain_order=True)
    ordered = ordered.sort(
        "as_of", "enterprise_id", *(pl.col(name).replace_strict(_ORDER, default=99) for name in _TRADE)
    )
    shown = ordered.with_columns(
        *(
            pl.Series(
                name,
                [scheme.of(one).words.get(tier, tier) for one, tier in ordered.select("scheme", name).iter_rows()],
                pl.String(),
            )
            for name in ("tier_before", "tier_after")
        ),
        scheme=pl.Series([scheme.of(name).title for name in ordered["scheme"]], dtype=pl.String()),
    )
    names = ("enterprise_id", "name", *_TRADE, "tier_before", "tier_after", "scheme", "cause", "causes")
    fields = grid_fields(TRADE_CHANGES, "as_of", *names)
    return grid_from_frame("trade_changes", title, shown, fields, "没有分领域等级变化")
