"""What outputs are told of a scheme, from its file."""

from datetime import date
from pathlib import Path

import pytest

from flows.policy_folder import read_scheme, scheme_facts
from transforms.policy_model import PolicyProblems

POLICY = Path(__file__).parents[2] / "policy"
DAY = date(2026, 1, 5)


def test_the_frequency_of_inspection_of_each_tier_is_told_in_words():
    facts = scheme_facts(read_scheme(POLICY, "reference"), DAY)
    assert facts.supervision["A"].startswith("每2年不少于1次；")
    assert facts.supervision["C"].startswith("每年不少于2次；")
    assert list(facts.supervision) == [tier for tier, _ in facts.tiers]


@pytest.mark.parametrize(("name", "is_illustrative"), [("reference", True), ("wuhan-2017", False)])
def test_both_shipped_schemes_deduct_and_only_ours_is_marked(name: str, is_illustrative: bool):
    facts = scheme_facts(read_scheme(POLICY, name), DAY)
    assert (facts.is_higher_better, facts.is_illustrative) == (True, is_illustrative)
    assert bool(facts.notices) == is_illustrative


def test_an_accumulating_scheme_is_told_as_one_where_less_is_better(tmp_path: Path):
    folder = tmp_path / "schemes"
    folder.mkdir()
    fixture = next((POLICY.parent / "tests").rglob("like-shandong.yaml"))
    (folder / "like-shandong.yaml").write_bytes(fixture.read_bytes())
    policy = read_scheme(tmp_path, "like-shandong")
    assert not scheme_facts(policy, max(policy.scheme.tiers.values)).is_higher_better


def test_the_version_of_a_policy_changes_with_its_text_and_on_the_days_its_values_change():
    policy = read_scheme(POLICY, "reference")
    first = min(policy.scheme.change_days())
    assert policy.version_on(first).endswith(first.isoformat())
    assert policy.version_on(DAY) != read_scheme(POLICY, "wuhan-2017").version_on(DAY)


def test_a_scheme_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(PolicyProblems, match="one of reference, wuhan-2017"):
        read_scheme(POLICY, "wuhan")
