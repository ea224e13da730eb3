"""Which tiers differ between two ratings, and the cause, shown by what differs in the traces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from transforms.rating.causes import causes_of_enterprises
from transforms.rating.rate import Rating
from transforms.rating.row_causes import Night, causes_of_rows
from transforms.rating.totals import ROLES
from transforms.tables.outputs import CAUSES, CHANGE_TRACE, CHANGES

_KEY = ("enterprise_id", "role", "item_id", "record_id")
_SHOWN = ("position", "title", "record_kind", "record_no", "event_on", "basis")
_COMPARED = ("value_used", "raw_centipoints", "points_centipoints", "is_counted", "reason", "stops_counting_on")
_OF_RATING = ("tier", "tier_index", "score_centipoints", "score_tier", "decided_by", "next_change_on")


@dataclass(frozen=True)
class Changes:
    """Tier changes and the rows behind them, in the columns of their tables, sorted by key."""

    changes: pl.LazyFrame
    change_trace: pl.LazyFrame


def changed_tiers(before: pl.LazyFrame, after: pl.LazyFrame) -> pl.LazyFrame:
    """Enterprises rated both times whose tier differs: columns of ratings with _before and _after."""
    columns = ("enterprise_id", *_OF_RATING, "base_centipoints", "next_change_why", "decided_by_id")
    first = before.select(pl.col(columns[0]), pl.col(columns[1:]).name.suffix("_before"))
    second = after.select(pl.col(columns[0]), pl.col(columns[1:]).name.suffix("_after"))
    both = first.join(second, on="enterprise_id")
    return both.filter(pl.col("tier_index_before") != pl.col("tier_index_after"))


def _side(trace: pl.LazyFrame, changed: pl.LazyFrame, suffix: str) -> pl.LazyFrame:
    of_changed = trace.join(changed.select("enterprise_id"), on="enterprise_id", how="semi")
    kept = of_changed.select(*_KEY, pl.col(*_SHOWN, *_COMPARED).name.suffix(suffix))
    return kept.with_columns(pl.lit(True).alias(f"is_there{suffix}"))


def trace_difference(before: pl.LazyFrame, after: pl.LazyFrame, changed: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of the changed enterprises that are not the same both times, side by side.

    Adds is_there_, is_counted_ and points of each side, is_seen (the record stood in the trace before)
    and is_shown (the row contributes otherwise: the evidence of the change).
    """
    first, second = _side(before, changed, "_before"), _side(after, changed, "_after")
    both = first.join(second, on=list(_KEY), how="full", coalesce=True, nulls_equal=True)
    seen = first.select("enterprise_id", "record_id").unique().with_columns(is_seen=pl.lit(True))
    filled = both.join(seen, on=["enterprise_id", "record_id"], how="left").with_columns(
        pl.col("is_there_before", "is_there_after", "is_counted_before", "is_counted_after", "is_seen").fill_null(
            False
        ),
        pl.col("points_centipoints_before", "points_centipoints_after").fill_null(0),
    )
    is_shown = _differs("points_centipoints") | _differs("is_counted")
    is_other = is_shown | _differs("is_there") | _differs("reason")
    return filled.with_columns(is_shown=is_shown).filter(is_other)


def _differs(column: str) -> pl.Expr:
    return pl.col(f"{column}_before").ne_missing(pl.col(f"{column}_after"))


def _either(column: str) -> pl.Expr:
    return pl.coalesce(f"{column}_after", f"{column}_before").alias(column)


def _change_trace(rows: pl.LazyFrame, caused: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """The rows as stored; adjustments bear the weightiest cause of the enterprise."""
    roles = {role: number for number, role in enumerate(ROLES)}
    role = pl.col("role").replace_strict(roles, return_dtype=pl.Int8)
    shown = rows.filter("is_shown").join(caused.select("enterprise_id", "row_cause", "main"), on="enterprise_id")
    number = pl.coalesce("cause", "row_cause", "main")
    named = shown.with_columns(
        *(_either(name) for name in (*_SHOWN, "value_used")),
        role_number=role,
        cause=number.replace_strict(dict(enumerate(CAUSES)), return_dtype=pl.String),
        as_of=pl.lit(as_of, dtype=pl.Date()),
        points_before_centipoints="points_centipoints_before",
        points_after_centipoints="points_centipoints_after",
    ).sort("enterprise_id", "role_number", "position", "item_id", "record_id", nulls_last=True)
    position = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("enterprise_id")
    return named.with_columns(position=position).select(CHANGE_TRACE.schema.names())


def _changes(caused: pl.LazyFrame, enterprises: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    words = dict(enumerate(CAUSES))
    code = pl.element().replace_strict(words, return_dtype=pl.String)
    named = caused.join(enterprises.select("enterprise_id", "name"), on="enterprise_id", how="left")
    return (
        named.select(
            pl.lit(as_of, dtype=pl.Date()).alias("as_of"),
            "enterprise_id",
            pl.col("name").fill_null(pl.col("enterprise_id")),
            "tier_before",
            "tier_after",
            pl.col("tier_index_before").alias("index_before"),
            pl.col("tier_index_after").alias("index_after"),
            pl.col("score_centipoints_before").alias("score_before_centipoints"),
            pl.col("score_centipoints_after").alias("score_after_centipoints"),
            pl.col("main").replace_strict(words, return_dtype=pl.String).alias("cause"),
            pl.col("causes").list.eval(code).list.sort().alias("causes"),
            pl.col("decided_by_after").alias("decided_by"),
        )
        .select(CHANGES.schema.names())
        .sort("enterprise_id")
    )


def tier_changes(  # noqa: PLR0913, PLR0917 - two nights, what was known, and whose: all are needed
    before: Rating,
    after: Rating,
    records: Mapping[str, pl.LazyFrame],
    enterprises: pl.LazyFrame,
    as_of: date,
    is_policy_changed: bool,
    received_after: datetime | None = None,
) -> Changes:
    """Enterprises in both ratings whose tier differs, each with at least one cause and the rows behind it.

    records: current versions by kind, as the rating after had them; enterprises: enterprise_id, name.
    received_after: the instant the rating before knew of; without it a record is told to be new by not
    standing in the trace before. Both ratings are gone through several times: give them stored or collected.
    """
    night = Night(as_of, is_policy_changed, received_after)
    # Few enterprises change: what they are is found first, and once, so that all else looks at them alone.
    changed = changed_tiers(before.ratings, after.ratings).collect().lazy()
    difference = trace_difference(before.trace, after.trace, changed).collect().lazy()
    rows = causes_of_rows(difference, records, night).collect().lazy()
    caused = causes_of_enterprises(changed, rows, records, night).collect().lazy()
    return Changes(_changes(caused, enterprises, as_of), _change_trace(rows, caused, as_of))
