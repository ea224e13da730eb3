"""Which nights are due: none is missed, none is run out of order, none before its day."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from flows.night.plan import FutureNight, PastNight, nights_due
from flows.store import Store

LAST = date(2026, 3, 1)
TODAY = date(2026, 3, 20)
RUN = SimpleNamespace(as_of=LAST, run_id="nightly-2026-03-01-1")


def after(days):
    return LAST + timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "due"),
    [(0, [0]), (1, [1]), (2, [1, 2]), (4, [1, 2, 3, 4])],
    ids=["the last one again", "the next", "one missed", "three missed"],
)
def test_every_night_after_the_last_is_due_in_order(days, due):
    assert nights_due(RUN, after(days), TODAY) == [after(n) for n in due]


def test_the_first_night_of_a_store_is_due_alone():
    assert nights_due(None, LAST, TODAY) == [LAST]


def test_a_past_night_is_refused_and_told_what_to_do_instead():
    with pytest.raises(PastNight) as told:
        nights_due(RUN, after(-1), TODAY)
    words = str(told.value)
    assert "the night of 2026-03-01 is committed already (nightly-2026-03-01-1)" in words
    assert "yaoxin explain ID --as-of 2026-02-28" in words
    assert "--store" in words


@pytest.mark.parametrize("last", [None, RUN])
def test_a_night_may_be_todays_but_not_tomorrows(last):
    assert nights_due(last, TODAY, TODAY)[-1] == TODAY
    with pytest.raises(FutureNight, match=r"as_of 2026-03-21: that day has not come; today is 2026-03-20"):
        nights_due(last, TODAY + timedelta(days=1), TODAY)


def test_a_refused_night_and_runs_of_other_flows_do_not_count_as_done(tmp_path):
    store = Store(tmp_path)
    for flow, day, state in (("nightly", 0, "passed"), ("nightly", 1, "refused"), ("approve", 5, "passed")):
        with store.begin(flow, after(day), datetime(2026, 3, 2, tzinfo=UTC)) as writing:
            writing.commit(state, {})
    assert nights_due(store.last("nightly"), after(2), TODAY) == [after(1), after(2)]
