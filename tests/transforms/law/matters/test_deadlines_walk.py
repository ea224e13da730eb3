"""What was said to come is what later days show, day by day, across the changes of the rules."""

import os
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.transforms.law.matters import deadlines_walk as walk
from tests.transforms.law.matters.crowd import crowd
from tests.transforms.law.matters.law_state_examples import ahead, day, legal
from transforms.law.matters.deadlines import deadlines

pytestmark = pytest.mark.long
IS_CAMPAIGN = os.environ.get("HYPOTHESIS_PROFILE") == "campaign"
DAYS = timedelta(days=400 if IS_CAMPAIGN else 3)


def walked(start, until, records):
    """Asserts day by day that nothing changed but what was said, and all of that."""
    before = legal(start, **records)
    rows = deadlines(before, until).collect()
    states, late = walk.states(before), walk.overdue(before)
    assert late == walk.said_overdue(rows)
    while before.as_of < until:
        after = walk.on(before, before.as_of + walk.DAY)
        new_states, new_late = walk.states(after), walk.overdue(after)
        assert walk.happened(states, new_states) == walk.foretold(rows, after.as_of), after.as_of
        assert new_late - late == walk.said_overdue(rows, before.as_of), after.as_of
        before, states, late = after, new_states, new_late


# The days before the rules change, a month's end, the last of February, and before the long holiday.
@pytest.mark.parametrize("start", ["2021-08-30", "2025-12-23", "2026-02-26", "2026-03-30", "2026-09-28"])
def test_a_crowd_of_firms_fares_as_was_said(start):
    upto = day(start)
    walked(upto, upto + DAYS, crowd(1, 400 if IS_CAMPAIGN else 100, upto))


@settings(max_examples=60 if IS_CAMPAIGN else 4)
@given(
    seed=st.integers(0, 10**6),
    start=st.dates(date(2021, 8, 1), date(2026, 8, 1)),
    ahead_by=st.integers(1, 90),
)
@example(seed=3, start=date(2025, 12, 20), ahead_by=5)
@example(seed=4, start=date(2026, 3, 25), ahead_by=7)
def test_any_firm_fares_as_was_said_in_the_end(seed, start, ahead_by):
    """One step from the first day to the last: what is otherwise then was said, with a day in between."""
    records = crowd(seed, 12, start)
    until = start + timedelta(days=ahead_by)
    before = legal(start, **records)
    after = walk.on(before, until)
    said = walk.all_foretold(deadlines(before, until).collect())
    happened = walk.happened(walk.states(before), walk.states(after))
    firm = {one for one in happened if one[0] in walk.LASTING}
    assert firm == {one for one in said if one[0] in walk.LASTING}


def test_what_is_said_sooner_is_the_beginning_of_what_is_said_later():
    """Whoever looks less far ahead is told the same of the days both look at, and from a later day the same again."""
    start = date(2025, 11, 20)
    records = crowd(2, 80, start)
    far = ahead(start, start + timedelta(days=150), **records)
    near = ahead(start, start + timedelta(days=30), **records)
    assert near.equals(far.filter((far["on"] <= start + timedelta(days=30)).fill_null(True)))
