"""Which days are due: none is missed, none is run out of order, none before it has come."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from flows.run.due_days import ClockInDoubt, FutureDay, PastDay, days_due
from flows.store.store import Store

LAST = date(2026, 3, 1)
NOW = datetime(2026, 3, 20, 2, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
FINISHED = datetime(2026, 3, 1, 18, 5, tzinfo=UTC)
RUN = SimpleNamespace(as_of=LAST, run_id="nightly-2026-03-01-1", finished_at=FINISHED)


def after(days):
    return LAST + timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "due"),
    [(0, [0]), (1, [1]), (2, [1, 2]), (4, [1, 2, 3, 4])],
    ids=["the last one again", "the next", "one missed", "three missed"],
)
def test_every_day_after_the_last_run_is_due_in_order(days, due):
    assert days_due(RUN, after(days), NOW) == [after(n) for n in due]


def test_the_first_day_of_a_store_is_due_alone():
    assert days_due(None, LAST, NOW) == [LAST]


def test_a_past_day_is_refused_with_what_to_do_instead():
    with pytest.raises(PastDay) as told:
        days_due(RUN, after(-1), NOW)
    words = str(told.value)
    assert "the run for 2026-03-01 is committed already (nightly-2026-03-01-1)" in words
    assert "yaoxin explain ID --as-of 2026-02-28" in words
    assert "--store" in words


@pytest.mark.parametrize("last", [None, RUN])
def test_today_may_be_run_but_not_tomorrow(last):
    assert days_due(last, TODAY, NOW)[-1] == TODAY
    with pytest.raises(FutureDay, match=r"as_of 2026-03-21: that day has not come; today is 2026-03-20"):
        days_due(last, TODAY + timedelta(days=1), NOW)


@pytest.mark.parametrize(("missed", "most"), [(4, 3), (8, 7), (18, 7), (18, 0), (1, 0)])
def test_a_clock_far_ahead_commits_nothing_unasked(missed, most):
    with pytest.raises(ClockInDoubt) as told:
        days_due(RUN, after(missed + 1), NOW, most)
    words = str(told.value)
    assert f"there are {missed} runs to catch up, more than the {most}" in words
    assert "the clock of this machine says 2026-03-20 02:00" in words
    assert f"yaoxin nightly --catch-up {missed}" in words
    assert words.isascii()
    assert len(days_due(RUN, after(missed + 1), NOW, missed)) == missed + 1


@pytest.mark.parametrize("most", [0, 7])
def test_days_without_a_gap_are_never_in_doubt(most):
    for days in (0, 1):
        assert len(days_due(RUN, after(days), NOW, most)) == 1


@pytest.mark.parametrize(
    "clock",
    [datetime(2026, 2, 20, 2, tzinfo=UTC), datetime(2026, 3, 1, 0, tzinfo=UTC), FINISHED - timedelta(minutes=11)],
    ids=["days", "hours", "minutes"],
)
def test_a_clock_behind_the_last_run_is_reported_with_the_way_back(clock):
    with pytest.raises(ClockInDoubt) as told:
        days_due(RUN, clock.date(), clock)
    words = str(told.value)
    assert "the run for 2026-03-01 was committed at 2026-03-01 18:05 (nightly-2026-03-01-1)" in words
    assert "yaoxin rewind RUN_ID" in words
    assert words.isascii()


def test_clocks_of_two_machines_may_differ_by_minutes():
    assert days_due(RUN, LAST, FINISHED - timedelta(minutes=9)) == [LAST]


def test_a_refused_run_and_runs_of_other_flows_do_not_count_as_done(tmp_path):
    store = Store(tmp_path)
    for flow, day, state in (("nightly", 0, "passed"), ("nightly", 1, "refused"), ("approve", 5, "passed")):
        with store.begin(flow, after(day), datetime(2026, 3, 2, tzinfo=UTC)) as writing:
            writing.commit(state, {})
    assert days_due(store.last("nightly"), after(2), datetime.now(UTC)) == [after(1), after(2)]
