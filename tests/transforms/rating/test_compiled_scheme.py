"""A scheme is compiled for a day on which each of its values is in force."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.transforms.rating.rating_examples import dated, penalty_item, scheme
from transforms.policy_model.document import PolicyGap
from transforms.rating.compiled_scheme import compile_scheme

_BEGINS = date(2024, 1, 1)
_NEED = {"id": "seen", "title": "检查", "kind": "inspection", "when": "true", "at_least": 1}
_OPTIONAL = {
    "best_tier_needs": dated([_NEED | {"window": {"rolling": {"years": 1}}}]),
    "limits": dated({"lowest": 0}),
    "movement": dated({"tiers_per_clean_year": 1}),
    "sections": dated([{"id": "all", "title": "全部", "base": 10}]),
}
_ITEMS = [penalty_item("fine", "fine", -1, section="all")]


@pytest.mark.parametrize("name", [*_OPTIONAL, "base", "heaviest_per_act", "rounding", "tiers", "window"])
def test_a_value_that_has_not_begun_is_named_with_its_first_day(name: str) -> None:
    of = scheme(items=_ITEMS, **_OPTIONAL)
    value = getattr(of, name)
    late = value.model_copy(update={"values": {_BEGINS: value.on(_BEGINS)}})
    of = of.model_copy(update={name: late})

    with pytest.raises(PolicyGap, match=f"^{name} has no value on 2023-12-31; its first date is 2024-01-01$"):
        compile_scheme(of, _BEGINS - timedelta(days=1))
    compile_scheme(of, _BEGINS)
