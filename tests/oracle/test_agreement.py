"""The ratings and an independent oracle agree, to the last row of the trace."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import given

from tests.oracle.comparison import SEEDS, as_text, disagreement, examples
from tests.oracle.made_records import some_firms
from tests.oracle.made_schemes import day_to_rate, some_scheme

pytestmark = pytest.mark.timeout(3600)  # a campaign takes its time
SCHEMES = Path(__file__).parents[2] / "policy" / "schemes"


@pytest.mark.parametrize("name", ["wuhan-2017", "reference"])
@examples(8)
@given(seed=SEEDS)
def test_shipped_schemes(name: str, seed: int) -> None:
    text = (SCHEMES / f"{name}.yaml").read_text(encoding="utf-8")
    chance = Random(seed)
    scheme = yaml.safe_load(text)
    as_of = day_to_rate(chance, scheme)
    assert not disagreement(text, some_firms(chance, scheme, as_of, 100), as_of)


@examples(1)
@given(seed=SEEDS)
def test_made_schemes(seed: int) -> None:
    chance = Random(seed)
    scheme = some_scheme(chance)
    as_of = day_to_rate(chance, scheme)
    assert not disagreement(as_text(scheme), some_firms(chance, scheme, as_of, 60), as_of)
