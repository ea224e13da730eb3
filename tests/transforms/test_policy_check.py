"""One door for any policy file, and the files that ship."""

import re
from pathlib import Path

import pytest

from transforms.policy_check import check_policy_file
from transforms.policy_model import load_scheme
from transforms.schemas import KINDS

ROOT = Path(__file__).parents[2]
SCHEMES = {
    path.stem: load_scheme(path.read_text("utf-8"), path.name) for path in (ROOT / "policy" / "schemes").glob("*.yaml")
}


SHIPPED = [
    *((path, "scheme") for path in sorted((ROOT / "policy" / "schemes").glob("*.yaml"))),
    *((path, "law") for path in sorted((ROOT / "policy" / "law").glob("*.yaml"))),
    *((path, "source") for path in sorted((ROOT / "policy" / "sources").glob("[!_]*.yaml"))),
    (ROOT / "policy" / "sources" / "_common.yaml", "common"),
    *((path, "paper") for path in sorted((ROOT / "policy" / "papers").glob("[!_]*.yaml"))),
    (ROOT / "policy" / "papers" / "_common.yaml", "paragraphs"),
    (ROOT / "policy" / "withdrawals.yaml", "withdrawals"),
    (ROOT / "policy" / "incentives.yaml", "incentives"),
]


@pytest.mark.parametrize(("path", "kind"), SHIPPED, ids=lambda value: getattr(value, "name", value))
def test_every_file_that_ships_is_recognised_by_its_content_and_passes(path: Path, kind: str):
    check = check_policy_file(path.read_text("utf-8"), path.name, SCHEMES)
    assert (str(check), check.kind, check.is_passed) == (f"{path.name}: {check.summary}", kind, True)


def test_failing_cases_are_reported():
    text = "scheme: wuhan-2017\ncases: [{name: 没有处罚, as_of: 2018-01-01, expected: {tier: B}}]"
    check = check_policy_file(text, "c.yaml", SCHEMES)
    assert (check.kind, check.is_passed, str(check)) == (
        "cases",
        False,
        "没有处罚 (2018-01-01): tier should be B, found A",
    )


def test_holding_cases_are_counted():
    text = "scheme: wuhan-2017\ncases: [{name: 没有处罚, as_of: 2018-01-01, expected: {tier: A}}]"
    assert str(check_policy_file(text, "c.yaml", SCHEMES)) == "c.yaml: 1 case of scheme wuhan-2017 checked"


def test_a_file_of_no_kind_says_what_is_wanted():
    check = check_policy_file("tiers: []", "c.yaml", SCHEMES)
    assert str(check) == (
        "c.yaml:1: nothing at the top says what this file is; "
        "expected one of cases, incentives, law, paper, plausible, rating, scheme, shared_paragraphs, source, "
        "withdrawals as a word at the top"
    )


def test_mistakes_are_in_the_answer():
    check = check_policy_file("scheme: x", "c.yaml", SCHEMES)
    assert not check.is_passed
    assert "c.yaml:1: 'tiers' is missing" in str(check)


def test_wuhan_is_no_illustration_and_the_reference_is_marked_as_one():
    assert not SCHEMES["wuhan-2017"].illustrative
    assert SCHEMES["reference"].illustrative
    assert "示例标准" in SCHEMES["reference"].title


def test_the_reference_uses_every_kind_of_record_that_says_how_one_acted():
    """A register entry, a licence and a post are neither good nor bad: they say who may trade, and for whom.

    What others listed, and what is exchanged with them, is shown and left to each scheme. A case counts by the penalty
    it leads to, a complaint by the signal it is.
    """
    reference = SCHEMES["reference"]
    nobody = {name for name, kind in KINDS.items() if not kind.names_party}
    needs = [need for value in reference.best_tier_needs.values.values() for need in value or ()]
    used = {rule.kind for rule in (*reference.items, *reference.direct, *needs)}
    elsewhere = {"external_listing", "push", "inspector_conflict", "case", "case_transfer", "complaint"}
    assert used == set(KINDS) - {"enterprise", "licence", "post"} - elsewhere - nobody


ENTRY_ITEM = """items:
  - id: abnormal
    title: 在经营异常名录中
    kind: external_listing
    when: list_type = 'abnormal'
    award: {values: {2017-01-01: {fixed: -3}}, basis: 试验, confidence: I}
"""
ENTRY_CASES = """scheme: wuhan-2017
cases:
  - name: 移出前一日，仍扣分
    as_of: 2018-06-30
    records: {外部名单: [{名单类别: 经营异常名录, 列入日期: 2018-03-01, 移出日期: 2018-07-01}]}
    expected: {tier: B, score: 7, trace: {abnormal: -3}, next_change_on: 2018-07-01}
  - name: 移出当日，不再扣分
    as_of: 2018-07-01
    records: {外部名单: [{名单类别: 经营异常名录, 列入日期: 2018-03-01, 移出日期: 2018-07-01}]}
    expected: {tier: A, score: 10, trace: {}, not_counted: {abnormal: 处罚已撤销或者已移出名单，自该日起不再计入}}
  - name: 别的名单不扣分
    as_of: 2018-06-30
    records: {外部名单: [{名单类别: 失信被执行人名单, 列入日期: 2018-03-01}]}
    expected: {tier: A, score: 10, trace: {}}
"""


def test_a_scheme_may_name_the_lists_of_others_and_an_entry_counts_until_its_removal():
    text = (ROOT / "policy" / "schemes" / "wuhan-2017.yaml").read_text("utf-8")
    scheme = load_scheme(text.replace("items:\n", ENTRY_ITEM, 1), "wuhan-2017.yaml")
    check = check_policy_file(ENTRY_CASES, "c.yaml", {scheme.scheme: scheme})
    assert str(check) == "c.yaml: 3 cases of scheme wuhan-2017 checked"


def test_the_example_of_the_authors_page_is_a_scheme_whose_cases_hold():
    page = (ROOT / "docs" / "policy-authors.md").read_text("utf-8")
    scheme_text, cases_text = re.findall(r"```yaml\n(# (?:policy/schemes|policy/cases)/.*?)```", page, flags=re.S)
    scheme = load_scheme(scheme_text, "policy-authors.md")
    check = check_policy_file(cases_text, "policy-authors.md", {scheme.scheme: scheme})
    assert (str(check), check.kind) == (f"policy-authors.md: 3 cases of scheme {scheme.scheme} checked", "cases")


def test_the_example_of_schemes_by_trade_on_the_authors_page_passes():
    page = (ROOT / "docs" / "policy-authors.md").read_text("utf-8")
    (text,) = re.findall(r"```yaml\n(# policy/rating.yaml.*?)```", page, flags=re.S)
    check = check_policy_file(text, "policy-authors.md", SCHEMES)
    assert (str(check), check.kind) == (f"policy-authors.md: {check.summary}", "rating")


def test_incentives_name_schemes_and_tiers_that_exist():
    text = (ROOT / "policy" / "incentives.yaml").read_text("utf-8")
    for old, new, said in (
        ("{reference: [A, B]}", "{reference: [A, Z]}", "items[0].tiers.values.2019-07-09.reference[1]: no tier 'Z' on"),
        ("{reference: [A]}", "{referense: [A]}", "no such scheme"),
        ("id: honours", "id: fewer_visits", "id 'fewer_visits' is given twice"),
        (
            "withheld_while: {values: {2019-07-09",
            "withheld_while: {values: {2019-07-10",
            "has no value before 2019-07-10",
        ),
        ("[listing, lock]", "[listing, whim]", "whim"),
    ):
        assert old in text
        check = check_policy_file(text.replace(old, new, 1), "incentives.yaml", SCHEMES)
        assert any(said in str(problem) for problem in check.problems), check


def test_the_example_of_a_source_on_the_authors_page_is_a_source():
    page = (ROOT / "docs" / "policy-authors.md").read_text("utf-8")
    (text,) = re.findall(r"```yaml\n(# policy/sources/.*?)```", page, flags=re.S)
    assert check_policy_file(text, "policy-authors.md", {}).kind == "source"
