"""Which causes the run may use: only causes that the list knows, and each from its day on."""

from datetime import date
from pathlib import Path

import pytest

from reports.public_lists import LIST_SPECS
from transforms.policy_model.law import load_withdrawals

FILE = Path(__file__).parents[3] / "policy" / "withdrawals.yaml"
SHIPPED = load_withdrawals(FILE.read_text(encoding="utf-8"), "withdrawals.yaml")
PEOPLE_ONLY = {"off", "corrected", "held", "unknown", "taken_off"}


def test_every_cause_is_one_that_the_list_knows():
    assert SHIPPED.lists.keys() == LIST_SPECS.keys()
    for name, causes in SHIPPED.lists.items():
        assert causes.keys() <= LIST_SPECS[name].causes.keys(), name


@pytest.mark.parametrize("name", LIST_SPECS)
def test_what_is_no_cause_in_law_is_for_people(name: str):
    used = set(SHIPPED.lists[name])
    assert not used & PEOPLE_ONLY
    assert not used & set(LIST_SPECS[name].usual.values())
    assert SHIPPED.cause(name, None, date(2026, 3, 1)) is None


def test_a_cause_holds_from_its_day_on():
    found = [
        SHIPPED.cause("penalties", "deregistered", day) is not None
        for day in (date(2025, 12, 24), date(2025, 12, 25), date(2025, 12, 26))
    ]
    assert found == [False, True, True]
    text = FILE.read_text(encoding="utf-8").replace("{2025-12-25: true}", "{2025-12-25: true, 2026-01-01: false}")
    ended = load_withdrawals(text, "withdrawals.yaml")
    assert ended.cause("penalties", "deregistered", date(2025, 12, 31)) is not None
    assert ended.cause("penalties", "deregistered", date(2026, 1, 1)) is None
