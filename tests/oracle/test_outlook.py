"""The tier that is foretold comes, on its day and not before, and a change that is not foretold does not come."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given

from tests.oracle.comparison import (
    SEEDS,
    RecordsByEnterprise,
    as_yaml,
    fewer_examples,
    oracle_rating,
    pipeline_ratings,
    record_frames,
    release_frame,
)
from tests.oracle.random_records import random_enterprises
from tests.oracle.random_schemes import random_rating_day, random_scheme
from transforms.policy_model import load_scheme
from transforms.rating import rate_enterprises, tier_outlook

pytestmark = pytest.mark.timeout(3600)  # a campaign takes its time
SCHEMES = Path(__file__).parents[2] / "policy" / "schemes"
AHEAD = 30
MOST_DAYS = 6  # walked one by one: those on which something may change


@fewer_examples(40)
@given(seed=SEEDS)
def test_reference_scheme(seed: int) -> None:
    plain = yaml.safe_load((SCHEMES / "reference.yaml").read_text(encoding="utf-8"))
    _check(plain, Random(seed), 150)


@fewer_examples(13)
@given(seed=SEEDS)
def test_made_schemes(seed: int) -> None:
    chance = Random(seed)
    _check(random_scheme(chance), chance, 60)


def _check(plain: dict[str, Any], chance: Random, count: int) -> None:
    as_of = random_rating_day(chance, plain)
    firms = random_enterprises(chance, plain, as_of, count)
    scheme = load_scheme(as_yaml(plain), "made.yaml")
    until = as_of + timedelta(days=AHEAD)
    known, released = record_frames(firms), release_frame(firms)
    ids = pl.LazyFrame({"enterprise_id": list(firms)})
    rating = rate_enterprises(known, ids, scheme, as_of, released)
    found = tier_outlook(known, rating, scheme, as_of, until, lambda _records, _day: released)
    told = {row["enterprise_id"]: row for row in found.iter_rows(named=True)}
    now = {row["enterprise_id"]: row for row in rating.ratings.iter_rows(named=True)}
    near = {name for name, row in now.items() if row["next_change_on"] and row["next_change_on"] <= until}
    assert told.keys() == near
    _changes_come(plain, firms, told, now)
    for day in _days(chance, told, as_of, until):
        for name, (then, _) in pipeline_ratings(scheme, firms, day).items():
            row = told.get(name)
            is_changed = row is not None and row["changes_on"] is not None and row["changes_on"] <= day
            if is_changed and row is not None and row["changes_on"] < day:
                continue  # what comes after the first change is not foretold
            expected = row["index_after"] if is_changed and row is not None else now[name]["tier_index"]
            assert then["tier_index"] == expected, f"{name} on {day}, foretold on {as_of}: {row}"


def _changes_come(plain: dict[str, Any], firms: RecordsByEnterprise, told: dict[str, Any], now: dict[str, Any]) -> None:
    """By the second opinion: the tier stands on the eve and is another on the day; the cause is one that is known."""
    for name, row in told.items():
        if row["changes_on"] is None:
            continue
        eve = oracle_rating(plain, name, firms[name], row["changes_on"] - timedelta(days=1))[0]
        day = oracle_rating(plain, name, firms[name], row["changes_on"])[0]
        assert eve["tier_index"] == now[name]["tier_index"] == row["index_before"], row
        assert (day["tier"], day["tier_index"]) == (row["tier_after"], row["index_after"])
        assert day["score_centipoints"] == row["score_after_centipoints"]
        assert row["cause"] not in (None, "correction")


def _days(chance: Random, told: dict[str, Any], as_of: date, until: date) -> list[date]:
    turns = {row["changes_on"] for row in told.values() if row["changes_on"]}
    eves = {day - timedelta(days=1) for day in turns} - {as_of}
    some = sorted(turns | eves)
    others = [as_of + timedelta(days=n) for n in range(1, AHEAD + 1)]
    return sorted({*chance.sample(some, min(MOST_DAYS, len(some))), *chance.sample(others, 2), until})
