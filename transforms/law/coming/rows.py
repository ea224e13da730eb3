"""Rows of COMING, whatever they are made from."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.law.calendar import Calendar, missing_notice
from transforms.tables.law.coming import COMING
from transforms.tables.shape import FLAG, TEXT


def automatic(frame: pl.LazyFrame, what: str | pl.Expr, on: pl.Expr, **columns: pl.Expr) -> pl.LazyFrame:
    """`frame` as rows of what happens by itself on the day `on`. columns: those that it does not have by that name."""
    event = pl.lit(what) if isinstance(what, str) else what
    flags = {"is_overdue": pl.lit(False), "is_automatic": pl.lit(True), "who": pl.lit(None, dtype=TEXT)}
    return _shaped(frame, {"what": event, "on": on, **flags, **columns}).filter(pl.col("on").is_not_null())


def to_be_done(
    frame: pl.LazyFrame,
    what: pl.Expr,
    by: pl.Expr,
    as_of: date,
    calendar: Calendar | None = None,
    /,
    **columns: pl.Expr,
) -> pl.LazyFrame:
    """`frame` as rows of what must be done by the day `by`; the office's duty unless `who` says otherwise.

    calendar: given where an empty `by` is a day that it does not reach: not overdue, and the note says what is missing.
    Elsewhere an empty `by` is not stated, and overdue.
    """
    overdue = (by < as_of).fill_null(calendar is None)
    flags = {"is_overdue": overdue, "is_automatic": pl.lit(False, dtype=FLAG), "who": pl.lit("office")}
    if calendar is not None:
        beyond = pl.when(by.is_null()).then(pl.lit(missing_notice(calendar)))
        columns["note"] = joined(columns["note"], beyond) if "note" in columns else beyond
    return _shaped(frame, {"what": what, "on": by, **flags, **columns})


def _shaped(frame: pl.LazyFrame, given: dict[str, pl.Expr]) -> pl.LazyFrame:
    has = frame.collect_schema()
    nothing = {name: pl.lit(None, dtype=dtype) for name, dtype in COMING.schema.items() if name not in has}
    made = {**nothing, **given}
    return frame.select(made.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in COMING.schema.items())


def other_day(day: str, earliest: str, latest: str, transition: str | None = None) -> pl.Expr:
    """The other days that the law leaves open, in words; null where all readings agree."""
    readings = [("最早口径", earliest), ("最迟口径", latest)]
    if transition is not None:
        readings.append(("另一衔接口径", transition))
    told = [pl.when(pl.col(other) != pl.col(day)).then(pl.format(f"{word}{{}}", other)) for word, other in readings]
    return joined(*told)


def joined(*texts: pl.Expr) -> pl.Expr:
    """The texts that are there, one after the other; null for none."""
    whole = pl.concat_str(list(texts), separator="；", ignore_nulls=True)
    return pl.when(whole != "").then(whole)
