"""The policy folder as read from disk: what outputs get of a scheme, and a folder law/ with some of its files."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from flows.cli.policy import check_policy_path
from flows.legal_state import read_law_policy
from flows.policy_folder import read_scheme, scheme_facts
from flows.wording import describe_check
from tests.realdata import REPOSITORY
from transforms.law.policy_gaps import OPTIONAL_LAW_FILES, absent_file_messages
from transforms.policy_model import PolicyProblems

POLICY = REPOSITORY / "policy"
DAY = date(2026, 3, 10)
SCHEME_DAY = date(2026, 1, 5)
LEFT_OUT = [
    (),
    *(
        (name,)
        for name in (
            "repair_gsxt",
            "repair_credit_china",
            "spot_checks",
            "check_results",
            "bans",
            "measures",
            "licences",
            "external_lists",
            "pushes",
            "cases",
        )
    ),
    ("publicity_credit_china", "repair_credit_china"),
    (*OPTIONAL_LAW_FILES, "low_fines"),
]


@pytest.fixture
def policy(tmp_path):
    """A policy folder with all of law/, to be changed."""
    shutil.copytree(REPOSITORY / "policy" / "law", tmp_path / "policy" / "law")
    return tmp_path / "policy"


def _without(policy, *names):
    for name in names:
        (policy / "law" / f"{name}.yaml").unlink()


@pytest.mark.parametrize("names", LEFT_OUT)
def test_parts_that_nothing_rests_on_may_be_left_out(policy, names):
    _without(policy, *names)
    law = read_law_policy(policy, DAY)
    left_out = {name for name in names if name in OPTIONAL_LAW_FILES}
    assert set(law.absent) == left_out
    for name in ("bans", "spot_checks", "licences", "external_lists", "pushes", "cases"):
        assert (getattr(law, name) is None) == (name in names), name
    told = "".join(absent_file_messages(law.absent))
    *_, whole = check_policy_path(policy / "law")
    assert whole.is_passed
    assert [name for name in left_out if f"law/{name}.yaml" not in told or name not in describe_check(whole)] == []


@pytest.mark.parametrize(
    "gone", ["calendar", "serious_list", "procedure", "low_fines", "publicity_credit_china", "publicity_gsxt"]
)
def test_a_part_that_others_rest_on_is_named(policy, gone):
    _without(policy, gone)
    with pytest.raises(PolicyProblems, match=f"law/{gone}.yaml"):
        read_law_policy(policy, DAY)
    *_, whole = check_policy_path(policy / "law")
    assert not whole.is_passed
    assert f"law/{gone}.yaml" in describe_check(whole)


def test_all_files_that_are_missing_are_named_at_once(policy):
    _without(policy, "calendar", "procedure")
    with pytest.raises(PolicyProblems) as found:
        read_law_policy(policy, DAY)
    assert [one.file for one in found.value.problems] == ["policy/law/calendar.yaml", "policy/law/procedure.yaml"]


@pytest.mark.parametrize(
    "name", ["bans", "spot_checks", "repair_gsxt", "measures", "licences", "external_lists", "pushes", "cases"]
)
def test_a_mistake_in_a_file_that_is_there_is_refused(policy, name):
    path = policy / "law" / f"{name}.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nnonsense: 1\n", encoding="utf-8")
    assert str(path) in [one.file for one in check_policy_path(policy) if not one.is_passed]
    with pytest.raises(PolicyProblems, match="nonsense"):
        read_law_policy(policy, DAY)


def test_the_frequency_of_inspection_of_each_tier_is_reported_in_words():
    facts = scheme_facts(read_scheme(POLICY, "reference"), SCHEME_DAY)
    assert facts.supervision["A"].startswith("每2年不少于1次；")
    assert facts.supervision["C"].startswith("每年不少于2次；")
    assert list(facts.supervision) == [tier for tier, _ in facts.tiers]


@pytest.mark.parametrize(("name", "is_illustrative"), [("reference", True), ("wuhan-2017", False)])
def test_both_shipped_schemes_deduct_and_only_ours_is_marked(name: str, is_illustrative: bool):
    facts = scheme_facts(read_scheme(POLICY, name), SCHEME_DAY)
    assert (facts.is_higher_better, facts.is_illustrative) == (True, is_illustrative)
    assert bool(facts.notices) == is_illustrative


def test_an_accumulating_scheme_is_reported_as_one_where_less_is_better(tmp_path: Path):
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
    assert policy.version_on(SCHEME_DAY) != read_scheme(POLICY, "wuhan-2017").version_on(SCHEME_DAY)


def test_a_scheme_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(PolicyProblems, match="one of reference, wuhan-2017"):
        read_scheme(POLICY, "wuhan")
