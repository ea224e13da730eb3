"""What the publicity of penalties asks to be done on a day: due, overdue, ending; and what cannot be told."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Literal

import polars as pl

from transforms.tables.law.publicity import PUBLICITY

Asked = Literal["due", "overdue", "ending"]
_OPEN = pl.col("state").is_in(["awaiting", "overdue"])
_SHOWN = pl.col("state").is_in(["awaiting", "overdue", "public"])
_PUSHED = _OPEN & pl.col("push_by_on").is_not_null()
_REPAIRED = pl.col("state") == "repaired"
_ON_DISPLAY = pl.col("taken_down_on").is_null() & pl.col("unpublished_on").is_null()
_TO_WITHDRAW = (pl.col("state") == "to_withdraw") | (_SHOWN & (pl.col("stop_cause") == "annulled"))
# Task to its last day and to what is open; nobody records that a push was made.
_TASKS: dict[str, tuple[str, pl.Expr]] = {
    "push": ("push_by_on", _PUSHED),
    "publish": ("publish_by_on", _OPEN),
    "withdraw": ("withdraw_by_on", _TO_WITHDRAW),
    "take_down": ("take_down_by_on", _REPAIRED & _ON_DISPLAY & pl.col("take_down_by_on").is_not_null()),
    "push_repair": ("repair_push_by_on", _REPAIRED & pl.col("repair_push_by_on").is_not_null()),
}
_UNRECORDED = ("push", "push_repair")


def open_tasks(found: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Rows of PUBLICITY with `task` and `by_on`, its last day: everything that is still to be done on `as_of`.

    An empty last day is not stated. That a push was made is nowhere recorded: it is open up to its last day.
    """
    return pl.concat([_open(found, task, *one, as_of) for task, one in _TASKS.items()])


def _open(found: pl.LazyFrame, task: str, by: str, is_open: pl.Expr, as_of: date) -> pl.LazyFrame:
    in_time = pl.col(by) >= as_of
    test = is_open & in_time if task in _UNRECORDED else is_open
    # Nothing is overdue for want of a day, but a withdrawal: whoever revoked should have said when.
    stated = test & (pl.col(by).is_not_null() | pl.lit(task == "withdraw") & (pl.col("state") == "to_withdraw"))
    return found.filter(stated.fill_null(False)).with_columns(task=pl.lit(task), by_on=pl.col(by))


def duties(found: pl.LazyFrame, asked: Asked, as_of: date) -> pl.LazyFrame:
    """Rows of PUBLICITY with `task` and `by_on`, its last day, sorted by day.

    due: to be pushed, published, withdrawn, or taken down after a repair, on `as_of` at the latest. overdue: the last
    day is over, or not stated. ending: the last day of publicity lies in the month of `as_of`, from that day on.
    """
    if asked == "ending":
        is_near = _SHOWN & pl.col("last_day_on").is_between(as_of, _month_end(as_of))
        rows = found.filter(is_near.fill_null(False)).with_columns(task=pl.lit("end"), by_on=pl.col("last_day_on"))
    else:
        by = pl.col("by_on")
        is_asked = by == as_of if asked == "due" else (by < as_of).fill_null(True)
        rows = open_tasks(found, as_of).filter(is_asked)
    return rows.sort("by_on", *PUBLICITY.key, "task", nulls_last=True)


def unanswered(found: pl.LazyFrame, asked: Asked, as_of: date, known_until: date) -> pl.LazyFrame:
    """Rows of PUBLICITY that may belong to the answer of `duties`, but the policy or the calendar cannot tell.

    known_until: last day of the calendar; what it cannot tell comes after it.
    """
    is_unknown = pl.col("state") == "unknown"
    if asked == "due":
        may_belong = is_unknown & pl.col("publish_by_on").is_null()
    elif asked == "overdue":
        may_belong = is_unknown & ~(pl.col("publish_by_on") >= as_of).fill_null(False)
    else:
        is_near = (pl.col("gap") == "low_fine") | pl.lit(_month_end(as_of) > known_until)
        may_belong = (is_unknown | _SHOWN) & pl.col("last_day_on").is_null() & pl.col("gap").is_not_null() & is_near
    return found.filter(may_belong).sort(PUBLICITY.key)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
