"""Which days are due: those after the last run, unless the clock or the day asked for cannot be right."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flows.store.ledger import Run

_CLOCK_TOLERANCE = timedelta(minutes=10)  # between the clocks of two machines that take turns


class PastDay(ValueError):
    """A run was asked for a day before one that is committed already."""


class FutureDay(ValueError):
    """A run was asked for a day that has not come."""


class ClockInDoubt(ValueError):
    """The clock of the machine does not fit the last run: nothing is done before a person has looked at it."""


def days_due(last: Run | None, as_of: date, now: datetime, most_missed: int | None = None) -> list[date]:
    """The days after the last run, up to `as_of`, in order. The day of the last run itself is run again.

    now: the clock of the office. most_missed: how many days before `as_of` are caught up without asking; None for any
    number. Raises ClockInDoubt where the clock is behind the last run or too far beyond it, PastDay for a day before
    the last run's, FutureDay after today (every true day would then be past).
    """
    today = now.date()
    if last is not None and (today < last.as_of or now + _CLOCK_TOLERANCE < last.finished_at):
        raise ClockInDoubt(_clock_behind(last, now))
    if as_of > today:
        raise FutureDay(f"as_of {as_of}: that day has not come; today is {today}. Runs go in order, up to today.")
    if last is None or as_of == last.as_of:
        return [as_of]
    if as_of < last.as_of:
        raise PastDay(
            f"as_of {as_of}: the run for {last.as_of} is committed already ({last.run_id}), and runs go in order. "
            f"For a rating as of that day use: yaoxin explain ID --as-of {as_of}. To rate the past anew use an empty "
            "store (--store)."
        )
    due = [last.as_of + timedelta(days=n + 1) for n in range((as_of - last.as_of).days)]
    if most_missed is not None and len(due) - 1 > most_missed:
        raise ClockInDoubt(_clock_far_ahead(last, due, now, most_missed))
    return due


def _clock_behind(last: Run, now: datetime) -> str:
    clock, then = (f"{instant:%Y-%m-%d %H:%M}" for instant in (now, last.finished_at.astimezone(now.tzinfo)))
    return (
        f"The clock of this machine says {clock}, but the run for {last.as_of} was committed at {then} "
        f"({last.run_id}). Nothing was done. If the clock is wrong now, set it right. "
        "If it was wrong then, go back to the last true run (yaoxin runs): yaoxin rewind RUN_ID --reason TEXT; then "
        "run again."
    )


def _clock_far_ahead(last: Run, due: list[date], now: datetime, most_missed: int) -> str:
    missed, clock = len(due) - 1, f"{now:%Y-%m-%d %H:%M}"
    return (
        f"The last committed run is for {last.as_of} ({last.run_id}), and the clock of this machine says {clock}: "
        f"before {due[-1]} there are {missed} runs to catch up, more than the {most_missed} that are without asking "
        "(setting catch_up). Nothing was done. If the clock is wrong, set it right. If it is right and all these "
        f"runs are wanted: yaoxin nightly --catch-up {missed}."
    )
