"""The source's own word on which report of a fact is newer, as an instant."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from transforms.instants import instant_of, kept_text
from transforms.records.mapping import Terms
from transforms.records.problems import shown
from transforms.records.text import halfwidth
from transforms.tables.shape import INSTANT, TEXT


def stamps(frame: pl.DataFrame, name: str | None, terms: Terms) -> pl.Series:
    """`version_by` of each row: the field `name` as a kept instant (UTC); null where it is empty or cannot be read.

    A stamp outside the plausible days, or later than the receipt by more than a sender's clock may be ahead, is none:
    it would hold its row above every later correction.
    """
    if name is None:
        return pl.Series("version_by", [None], dtype=TEXT).new_from_index(0, frame.height)
    text = halfwidth(pl.col(name).cast(TEXT))
    instant = instant_of(text, terms.common.dates, terms.zone)
    ahead = timedelta(days=terms.common.plausible.days_ahead)
    first = datetime.combine(terms.common.plausible.earliest, time(), ZoneInfo(terms.zone)).astimezone(UTC)
    last = terms.received_at.astimezone(UTC) + ahead
    is_plausible = instant.is_between(pl.lit(first, dtype=INSTANT), pl.lit(last, dtype=INSTANT))
    return frame.select(version_by=pl.when(is_plausible).then(kept_text(instant))).to_series()


def unread_stamps(frame: pl.DataFrame, name: str | None, version_by: pl.Series, heading: str) -> str | None:
    """What a person is told of rows (row_no) whose stamp could not be used; null where there is none."""
    if name is None:
        return None
    odd = frame.filter(pl.col(name).is_not_null() & version_by.is_null()).sort("row_no")
    if odd.is_empty():
        return None
    first = odd.select("row_no", value=shown(pl.col(name))).row(0, named=True)
    return (
        f"“{heading}”有{odd.height}行不能识别为时间（如第{first['row_no']}行“{first['value']}”），"
        "这些行按收到的先后判定新旧。应写为2026-10-08 09:00:00这样的形式"
    )
