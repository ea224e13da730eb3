"""The ratings and an independent oracle agree, to the last row of the trace."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given

from tests.oracle.comparison import SEEDS, as_yaml, fewer_examples, find_disagreement
from tests.oracle.random_records import random_enterprises
from tests.oracle.random_schemes import random_rating_day, random_scheme

pytestmark = pytest.mark.timeout(3600)  # a campaign takes its time
SCHEMES = Path(__file__).parents[2] / "policy" / "schemes"


@pytest.mark.parametrize("name", ["wuhan-2017", "reference"])
@fewer_examples(8)
@given(seed=SEEDS)
def test_shipped_schemes(name: str, seed: int) -> None:
    text = (SCHEMES / f"{name}.yaml").read_text(encoding="utf-8")
    chance = Random(seed)
    scheme = yaml.safe_load(text)
    as_of = random_rating_day(chance, scheme)
    assert not find_disagreement(text, random_enterprises(chance, scheme, as_of, 100), as_of)


@fewer_examples(1)
@given(seed=SEEDS)
def test_made_schemes(seed: int) -> None:
    chance = Random(seed)
    scheme = random_scheme(chance)
    as_of = random_rating_day(chance, scheme)
    assert not find_disagreement(as_yaml(scheme), random_enterprises(chance, scheme, as_of, 60), as_of)
