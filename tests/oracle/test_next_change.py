"""Until `next_change_on` a rating and its trace stay the same, checked day by day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given

from tests.oracle.comparison import (
    SEEDS,
    RatingAndTrace,
    RecordsByEnterprise,
    as_yaml,
    fewer_examples,
    pipeline_ratings,
)
from tests.oracle.random_records import random_enterprises
from tests.oracle.random_schemes import random_rating_day, random_scheme
from transforms.policy_model import Scheme, load_scheme

pytestmark = pytest.mark.timeout(3600)  # a campaign takes its time
SCHEMES = Path(__file__).parents[2] / "policy" / "schemes"


@fewer_examples(40)
@given(seed=SEEDS)
def test_reference_scheme(seed: int) -> None:
    text = (SCHEMES / "reference.yaml").read_text(encoding="utf-8")
    chance = Random(seed)
    as_of = random_rating_day(chance, yaml.safe_load(text))
    records_by_enterprise = random_enterprises(chance, yaml.safe_load(text), as_of, 150)
    _walk(load_scheme(text, "reference.yaml"), records_by_enterprise, _days(as_of, 3), chance)


@fewer_examples(6)
@given(seed=SEEDS)
def test_made_schemes(seed: int) -> None:
    chance = Random(seed)
    scheme = random_scheme(chance)
    as_of = random_rating_day(chance, scheme)
    records_by_enterprise = random_enterprises(chance, scheme, as_of, 60)
    _walk(load_scheme(as_yaml(scheme), "made.yaml"), records_by_enterprise, _days(as_of, 5), chance)


def _days(middle: date, around: int) -> list[date]:
    """Every day about the one around which the records were made."""
    return [middle + timedelta(days=n) for n in range(-around, around + 2)]


def _walk(scheme: Scheme, records_by_enterprise: RecordsByEnterprise, days: list[date], chance: Random) -> None:
    ratings = {day: pipeline_ratings(scheme, records_by_enterprise, day) for day in days}
    next_changes = [ratings[days[-1]][name][0]["next_change_on"] for name in records_by_enterprise]
    eves = sorted({day - timedelta(days=1) for day in next_changes if day is not None} - set(days))
    for day in sorted([*chance.sample(eves, min(3, len(eves))), days[-1] + timedelta(days=4000)]):
        ratings[day] = pipeline_ratings(scheme, records_by_enterprise, day)
    for earlier, later in pairwise(ratings):
        for name in records_by_enterprise:
            _check_unchanged(ratings[earlier][name], ratings[later][name], name, earlier, later)


def _check_unchanged(before: RatingAndTrace, now: RatingAndTrace, name: str, earlier: date, later: date) -> None:
    change_on = before[0]["next_change_on"]
    assert change_on is None or change_on > earlier, f"{name} on {earlier}: {change_on} is not to come"
    if change_on is None or change_on > later:
        assert now == before, f"{name}: on {earlier} nothing was to change before {change_on}, yet by {later} it has"
