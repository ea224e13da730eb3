"""A tier in the outlook comes on its day and not before; a change that is not in the outlook does not come."""

from __future__ import annotations

from collections.abc import Mapping
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
from transforms.rating import RatingResult, rate_enterprises, tier_outlook
from transforms.rating.compiled_scheme import next_scheme_change

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
    records_by_enterprise = random_enterprises(chance, plain, as_of, count)
    scheme = load_scheme(as_yaml(plain), "made.yaml")
    until = as_of + timedelta(days=AHEAD)
    records, released = record_frames(records_by_enterprise), release_frame(records_by_enterprise)
    ids = pl.LazyFrame({"enterprise_id": list(records_by_enterprise)})

    def rate(
        some: Mapping[str, pl.LazyFrame], of: pl.LazyFrame, day: date, releases: pl.DataFrame | None
    ) -> RatingResult:
        return rate_enterprises(some, of, scheme, day, releases)

    rating = rate(records, ids, as_of, released)
    found = tier_outlook(
        records, rating, rate, next_scheme_change(scheme, as_of), until, lambda _records, _day: released
    )
    outlook_rows = {row["enterprise_id"]: row for row in found.iter_rows(named=True)}
    now = {row["enterprise_id"]: row for row in rating.ratings.iter_rows(named=True)}
    near = {name for name, row in now.items() if row["next_change_on"] and row["next_change_on"] <= until}
    assert outlook_rows.keys() == near
    _check_changes(plain, records_by_enterprise, outlook_rows, now)
    for day in _days(chance, outlook_rows, as_of, until):
        for name, (then, _) in pipeline_ratings(scheme, records_by_enterprise, day).items():
            row = outlook_rows.get(name)
            is_changed = row is not None and row["changes_on"] is not None and row["changes_on"] <= day
            if is_changed and row is not None and row["changes_on"] < day:
                continue  # the outlook has the first change only
            expected = row["index_after"] if is_changed and row is not None else now[name]["tier_index"]
            assert then["tier_index"] == expected, f"{name} on {day}, outlook of {as_of}: {row}"


def _check_changes(
    plain: dict[str, Any], records_by_enterprise: RecordsByEnterprise, outlook_rows: dict[str, Any], now: dict[str, Any]
) -> None:
    """By the oracle: the tier is unchanged on the eve and differs on the day; the cause is one of the outlook."""
    for name, row in outlook_rows.items():
        if row["changes_on"] is None:
            continue
        eve = oracle_rating(plain, name, records_by_enterprise[name], row["changes_on"] - timedelta(days=1))[0]
        day = oracle_rating(plain, name, records_by_enterprise[name], row["changes_on"])[0]
        assert eve["tier_index"] == now[name]["tier_index"] == row["index_before"], row
        assert (day["tier"], day["tier_index"]) == (row["tier_after"], row["index_after"])
        assert day["score_centipoints"] == row["score_after_centipoints"]
        assert row["cause"] not in (None, "correction")


def _days(chance: Random, outlook_rows: dict[str, Any], as_of: date, until: date) -> list[date]:
    change_days = {row["changes_on"] for row in outlook_rows.values() if row["changes_on"]}
    eves = {day - timedelta(days=1) for day in change_days} - {as_of}
    some = sorted(change_days | eves)
    others = [as_of + timedelta(days=n) for n in range(1, AHEAD + 1)]
    return sorted({*chance.sample(some, min(MOST_DAYS, len(some))), *chance.sample(others, 2), until})
