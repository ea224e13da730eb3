"""Why a row of the trace differs between two ratings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from transforms.tables.outputs import CAUSES

_REVOKED = ("revoked", "revoked_undated")
CAUSE_NUMBERS = {cause: number for number, cause in enumerate(CAUSES)}  # weightiest first
_FACTS = pl.Schema({"record_id": pl.String(), "version_no": pl.Int64(), "received_at": pl.Datetime("us", "UTC")})


@dataclass(frozen=True)
class Night:
    """What is known of the night the two ratings are compared for."""

    as_of: date
    is_policy_changed: bool
    received_after: datetime | None


def cause_number(cause: str) -> pl.Expr:
    """A cause as a number: the smaller, the more it weighs."""
    return pl.lit(CAUSE_NUMBERS[cause], dtype=pl.Int8)


def versions_of(records: Mapping[str, pl.LazyFrame], wanted: pl.LazyFrame, by: str) -> pl.LazyFrame:
    """version_no and received_at of the records that `wanted` names by its column `by`."""
    columns = list(dict.fromkeys([by, *_FACTS.names()]))
    empty = pl.LazyFrame(schema={name: _FACTS.get(name, pl.String()) for name in columns})
    kinds = (records[name].select(columns) for name in sorted(records))
    return pl.concat([empty, *kinds]).join(wanted.select(by).unique(), on=by, how="semi")


def _came_with(night: Night) -> tuple[pl.Expr, pl.Expr]:
    """Whether a row's record is a correction, and whether a fact first heard of, since the rating before."""
    is_later = pl.col("version_no") > 1
    if night.received_after is None:
        return is_later, ~is_later & ~pl.col("is_seen")
    is_received = pl.col("received_at") > night.received_after
    return is_later & is_received, ~is_later & is_received


def _ended_by_itself(night: Night) -> pl.Expr:
    is_over = pl.col("reason_after").is_in(["aged_out", "expired"])
    return pl.col("is_counted_before") & is_over & (pl.col("stops_counting_on_before") <= night.as_of)


def _has_become(reason: str) -> pl.Expr:
    """Whether a row that stood before does not count for this reason now, and did not for it before."""
    is_now = (pl.col("reason_after") == reason).fill_null(False)
    return is_now & pl.col("reason_before").ne_missing(reason) & pl.col("is_there_before")


def _is_other_content() -> pl.Expr:
    is_there = pl.col("is_there_before") & pl.col("is_there_after")
    same_day = pl.col("event_on_before") == pl.col("event_on_after")
    return is_there & ~(same_day & (pl.col("value_used_before") == pl.col("value_used_after")))


def _of_new_row(night: Night) -> pl.Expr:
    """A row that was not there. A record seen before under another rule follows from other rows."""
    is_corrected, is_new = _came_with(night)
    otherwise = cause_number("policy") if night.is_policy_changed else _none()
    ahead = pl.when(~pl.col("is_seen")).then(cause_number("new_record")).otherwise(_none())
    return (
        pl.when(is_corrected)
        .then(cause_number("correction"))
        .when(is_new)
        .then(cause_number("new_record"))
        .otherwise(otherwise if night.is_policy_changed else ahead)
    )


def _none() -> pl.Expr:
    return pl.lit(None, dtype=pl.Int8)


def _policy_or(cause: str, night: Night) -> pl.Expr:
    return cause_number("policy" if night.is_policy_changed else cause)


def _of_lost_row(night: Night) -> pl.Expr:
    """A row that is there no more. A placement by several records goes when another of them goes.

    A record that is not among those given stands elsewhere now: it had been entered for the wrong enterprise.
    """
    is_corrected, _ = _came_with(night)
    is_placement = pl.col("role") == "direct"
    return (
        pl.when(is_corrected.fill_null(True))
        .then(cause_number("correction"))
        .when(is_placement & pl.lit(not night.is_policy_changed))
        .then(_none())
        .otherwise(_policy_or("correction", night))
    )


def _of_kept_row(night: Night) -> pl.Expr:
    """A row that is there both times and counts otherwise, neither corrected nor ended by itself."""
    reasons = (pl.col("reason_before"), pl.col("reason_after"))
    is_of_act = (reasons[0] == "lighter_in_act").fill_null(False) | (reasons[1] == "lighter_in_act").fill_null(False)
    is_decay = reasons[0].is_null() & reasons[1].is_null()
    is_decay = is_decay & (pl.col("raw_centipoints_before") == pl.col("raw_centipoints_after"))
    return (
        pl.when(reasons[0].is_in(_REVOKED).fill_null(False))
        .then(cause_number("correction"))
        .when((reasons[0] == "released").fill_null(False))  # a repair or removal is undone by decision alone
        .then(_policy_or("decision", night))
        .when(is_of_act)
        .then(_none())
        .when(is_decay)
        .then(_policy_or("decayed", night))
        .otherwise(_policy_or("correction", night))
    )


def _row_cause(night: Night) -> pl.Expr:
    """The cause of one differing row; null where it follows from others: adjustments, lighter in the act."""
    is_placement = pl.col("role") == "direct"
    ended = pl.when(is_placement).then(cause_number("lock_ended")).otherwise(cause_number("aged_out"))
    return (
        pl.when(pl.col("record_id").is_null())
        .then(_none())
        .when(pl.any_horizontal(_has_become(reason) for reason in _REVOKED))
        .then(cause_number("revocation"))
        .when(_has_become("released"))
        .then(cause_number("repair"))
        .when(_ended_by_itself(night).fill_null(False))
        .then(ended)
        .when(_is_other_content().fill_null(False))
        .then(
            pl.when(_came_with(night)[0].fill_null(True))
            .then(cause_number("correction"))
            .otherwise(_policy_or("correction", night))
        )
        .when(~pl.col("is_there_before"))
        .then(_of_new_row(night))
        .when(~pl.col("is_there_after"))
        .then(_of_lost_row(night))
        .otherwise(_of_kept_row(night))
    )


def causes_of_rows(rows: pl.LazyFrame, records: Mapping[str, pl.LazyFrame], night: Night) -> pl.LazyFrame:
    """Adds `cause` (number, null to follow the enterprise's other rows) to differing trace rows.

    rows: both sides of the trace with is_seen, whether the record stood in the trace before.
    """
    versions = versions_of(records, rows, "record_id")
    return rows.join(versions, on="record_id", how="left").with_columns(cause=_row_cause(night))
