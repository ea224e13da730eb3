"""Current ratings, those of a day, and the history of an enterprise."""

from datetime import date

import pytest

from flows.store.store import Store, current_ratings, rating_history, ratings_on
from tests.flows.store.store_runs import KNOWN_AT, rows

FIRST, SECOND, THIRD = date(2026, 3, 1), date(2026, 3, 5), date(2026, 3, 9)


@pytest.fixture
def store(tmp_path):
    """a: rated by the first run and by the third; b: by the second; a loses its trace on the third."""
    store = Store(tmp_path)
    runs = {FIRST: {"a": "A"}, SECOND: {"b": "B"}, THIRD: {"a": "D"}}
    for day, tiers in runs.items():
        with store.begin("nightly", day, KNOWN_AT) as writing:
            ratings = [{"enterprise_id": key, "valid_from_on": day, "tier": tier} for key, tier in tiers.items()]
            trace = [{"enterprise_id": key, "valid_from_on": day, "position": 1} for key in tiers if day != THIRD]
            writing.append("ratings", rows("ratings", *ratings))
            writing.append("trace", rows("trace", *trace))
            writing.commit("passed", {})
    return store


def tiers(found):
    return dict(found.ratings.select("enterprise_id", "tier").collect().iter_rows())


def traced(found):
    return found.trace.collect()["enterprise_id"].to_list()


def test_current_is_the_latest_of_each_enterprise_with_its_own_trace(store):
    assert tiers(current_ratings(store)) == {"a": "D", "b": "B"}
    assert traced(current_ratings(store)) == ["b"]
    assert tiers(current_ratings(store, enterprise_id="a")) == {"a": "D"}


@pytest.mark.parametrize(
    ("day", "expected", "with_trace"),
    [
        (date(2026, 2, 28), {}, []),
        (FIRST, {"a": "A"}, ["a"]),
        (date(2026, 3, 2), {"a": "A"}, ["a"]),
        (date(2026, 3, 4), {"a": "A"}, ["a"]),
        (SECOND, {"a": "A", "b": "B"}, ["a", "b"]),
        (date(2026, 3, 8), {"a": "A", "b": "B"}, ["a", "b"]),
        (THIRD, {"a": "D", "b": "B"}, ["b"]),
    ],
)
def test_on_a_day_is_what_the_runs_up_to_it_left(store, day, expected, with_trace):
    assert tiers(ratings_on(store, day)) == expected
    assert traced(ratings_on(store, day)) == with_trace


def test_history_is_every_rating_oldest_first(store):
    assert rating_history(store, "a").collect()["tier"].to_list() == ["A", "D"]
    assert rating_history(store, "nobody").collect().is_empty()
