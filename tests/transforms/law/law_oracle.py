"""Dates of the law by datetime alone: holidays written down from the notices, months by hand, displays day by day.

Shares no code with the product: its own calendar, its own classes, and no formula for an end, only the question
"is it on display today?".
"""

from calendar import monthrange
from datetime import date, timedelta

DAY = timedelta(days=1)


def _days(year, *spans):
    found = set()
    for first, last in spans:
        day = date(year, *first)
        while day <= date(year, *last):
            found.add(day)
            day += DAY
    return found


# Notices of the General Office of the State Council for 2024, 2025, 2026.
REST = (
    _days(2024, ((1, 1), (1, 1)), ((2, 10), (2, 17)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((6, 10), (6, 10)))
    | _days(2024, ((9, 15), (9, 17)), ((10, 1), (10, 7)))
    | _days(2025, ((1, 1), (1, 1)), ((1, 28), (2, 4)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((5, 31), (6, 2)))
    | _days(2025, ((10, 1), (10, 8)))
    | _days(2026, ((1, 1), (1, 3)), ((2, 15), (2, 23)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((6, 19), (6, 21)))
    | _days(2026, ((9, 25), (9, 27)), ((10, 1), (10, 7)))
)
WORK = (
    {date(2024, m, d) for m, d in ((2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12))}
    | {date(2025, m, d) for m, d in ((1, 26), (2, 8), (4, 27), (9, 28), (10, 11))}
    | {date(2026, m, d) for m, d in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}
)


WITH_TERM = {"gsxt": {"stop_order"}, "credit_china": {"stop_order", "suspend_licence"}}
GRAVE = {system: kinds | {"revoke_licence"} for system, kinds in WITH_TERM.items()}


def is_working(day):
    return day in WORK or (day.weekday() < 5 and day not in REST)


def working_days_after(day, n):
    while n:
        day += DAY
        n -= is_working(day)
    return day


def months_after(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def is_low_in_hubei(p):
    return p["penalty_kinds"] == ["fine"] and p["fine_fen"] < 10_000_000


def is_low_nationally(p):
    return p["penalty_kinds"] == ["fine"] and p["discretion"] in ("reduced", "light") and p["fine_fen"] <= 5_000_000


def months_shown(p, system, day):
    """How many months of display the rules in force on `day` give the penalty; 0: it is not to be seen."""
    kinds = set(p["penalty_kinds"])
    if not kinds - {"warning", "criticism"}:
        return 0 if kinds == {"warning"} or system != "gsxt" else 3
    is_new = is_under_new_rules(system, day)
    if is_new and is_low_nationally(p):
        return 3 if system == "gsxt" else 0
    if not is_new:
        return 3 if system == "gsxt" and is_low_in_hubei(p) else 36
    return 36 if p["field"] != "other" or kinds & GRAVE[system] else 12


def is_under_new_rules(system, day):
    return day >= (date(2025, 12, 25) if system == "gsxt" else date(2026, 4, 1))


def first_day_off(p, system, start):
    """Looks at every day from `start` until the penalty is not to be seen; None: it never was.

    What was not to be shown under the rules of the decision's day never comes on display.
    """
    if months_shown(p, system, p["decided_on"]) == 0:
        return None
    day = start
    while True:
        months = months_shown(p, system, day)
        if months == 0 or day > _last_day(p, system, start, day):
            return day
        day += DAY


def _last_day(p, system, start, day):
    end = months_after(start, months_shown(p, system, day))
    has_term = WITH_TERM[system] & set(p["penalty_kinds"]) and p["valid_until_on"]
    return max(end, p["valid_until_on"]) if has_term and is_under_new_rules(system, day) else end


def wait_months(p, system, day):
    """How many months must have passed before repair may be asked for under the rules of `day`; None: never early."""
    kinds, shown = set(p["penalty_kinds"]), months_shown(p, system, day)
    if shown <= 3:
        return None  # not to be seen, or over by itself
    if is_under_new_rules(system, day):
        is_never = system == "gsxt" and "revoke_licence" in kinds
        return None if is_never else 12 if shown == 36 else 3
    if system == "gsxt" and kinds & {"stop_order", "revoke_licence"}:
        return None
    return 12 if p["field"] != "other" else 6 if system == "gsxt" else 3


def first_day_askable(p, system, start, day):
    """Looks at every day from `day` until one on which nothing stands against asking; None: off display before that.

    What is not stated stands against nothing here.
    """
    off = first_day_off(p, system, start)
    while off is not None and day < off:
        months = wait_months(p, system, day)
        if months is not None and day > _wait_over(p, system, start, day, months) and _is_done(p, system, day):
            return day
        day += DAY
    return None


def _wait_over(p, system, start, day, months):
    end = months_after(start, months)
    has_term = WITH_TERM[system] & set(p["penalty_kinds"]) and p["valid_until_on"]
    return max(end, p["valid_until_on"]) if has_term and is_under_new_rules(system, day) else end


def _is_done(p, system, day):
    asks_harm = system == "gsxt" or is_under_new_rules(system, day)
    facts = [p["performed_on"], p["harm_removed_on"] if asks_harm else None]
    return all(fact is None or fact <= day for fact in facts)
