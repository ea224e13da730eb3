"""What the publicity of penalties asks to be done on a day: due, overdue, ending; and what cannot be told."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Literal

import polars as pl

from transforms.law.words import PUBLICITY

Asked = Literal["due", "overdue", "ending"]
_OPEN = pl.col("state").is_in(["awaiting", "overdue"])
_SHOWN = pl.col("state").is_in(["awaiting", "overdue", "public"])
_BY = {
    "push": "push_by_on",
    "publish": "publish_by_on",
    "withdraw": "withdraw_by_on",
    "end": "last_day_on",
    "take_down": "take_down_by_on",
    "push_repair": "repair_push_by_on",
}
_TO_TAKE_DOWN = (pl.col("state") == "repaired") & pl.col("taken_down_on").is_null() & pl.col("unpublished_on").is_null()


def duties(found: pl.LazyFrame, asked: Asked, as_of: date) -> pl.LazyFrame:
    """Rows of PUBLICITY with `task` and `by_on`, its last day, sorted by day.

    due: to be pushed, published, withdrawn, or taken down after a repair, on `as_of` at the latest. overdue: not
    published, withdrawn or taken down though the day is over, or its day is not stated (that a push was made is
    nowhere recorded). ending: the last day of publicity lies in the month of `as_of`, from that day on.
    """
    made = {"due": _due, "overdue": _overdue, "ending": _ending}[asked](as_of)
    tasks = [
        found.filter(test.fill_null(False)).with_columns(task=pl.lit(task), by_on=pl.col(_BY[task]))
        for task, test in made
    ]
    return pl.concat(tasks).sort("by_on", *PUBLICITY.key, "task", nulls_last=True)


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


def _due(as_of: date) -> Iterator[tuple[str, pl.Expr]]:
    yield "push", _OPEN & (pl.col("push_by_on") == as_of)
    yield "publish", _OPEN & (pl.col("publish_by_on") == as_of)
    yield "withdraw", (pl.col("state") == "to_withdraw") & (pl.col("withdraw_by_on") == as_of)
    yield "take_down", _TO_TAKE_DOWN & (pl.col("take_down_by_on") == as_of)
    yield "push_repair", (pl.col("state") == "repaired") & (pl.col("repair_push_by_on") == as_of)


def _overdue(as_of: date) -> Iterator[tuple[str, pl.Expr]]:
    yield "publish", pl.col("state") == "overdue"
    is_late = (pl.col("withdraw_by_on") < as_of) | pl.col("withdraw_by_on").is_null()
    yield "withdraw", (pl.col("state") == "to_withdraw") & is_late
    yield "take_down", _TO_TAKE_DOWN & (pl.col("take_down_by_on") < as_of)


def _ending(as_of: date) -> Iterator[tuple[str, pl.Expr]]:
    yield "end", _SHOWN & pl.col("last_day_on").is_between(as_of, _month_end(as_of))


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
