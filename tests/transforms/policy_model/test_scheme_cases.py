"""Cases: how an officer may write them, and what is said when they do not hold."""

from pathlib import Path

import pytest

from transforms.policy_check import run_case, run_cases
from transforms.policy_model import PolicyProblems, load_scheme
from transforms.policy_model.scheme_cases import load_cases

FIXTURES = Path(__file__).parents[2] / "fixtures" / "policy"
WUHAN = load_scheme(
    (Path(__file__).parents[3] / "policy" / "schemes" / "wuhan-2017.yaml").read_text("utf-8"), "wuhan-2017.yaml"
)
HEAD = "scheme: wuhan-2017\ncases:\n  - name: 一次罚款\n    as_of: 2018-06-30\n"


def test_chinese_words_and_codes_say_the_same():
    chinese = "    records: {行政处罚: [{处罚决定日期: 2018-01-01, 处罚类别: [罚款]}]}\n    expected: {tier: A}"
    codes = "    records: {penalty: [{decided_on: 2018-01-01, penalty_kinds: [fine]}]}\n    expected: {tier: A}"
    schemes = {"wuhan-2017": WUHAN}
    assert load_cases(HEAD + chinese, "c.yaml", schemes) == load_cases(HEAD + codes, "c.yaml", schemes)


def test_a_case_that_does_not_hold_says_what_was_expected_and_found():
    records = "    records: {penalty: [{decided_on: 2018-01-01, penalty_kinds: [fine, warning]}]}\n"
    expected = (
        "    expected: {tier: B, score: 8.5, decided_by: direct, next_change_on: null,"
        " trace: {warning: -0.5}, not_counted: {fine: revoked}}"
    )
    case = load_cases(HEAD + records + expected, "c.yaml", {"wuhan-2017": WUHAN}).cases[0]
    assert run_case(case, WUHAN) == [
        "一次罚款 (2018-06-30): tier should be B, found A",
        "一次罚款 (2018-06-30): score should be 8.5, found 9",
        "一次罚款 (2018-06-30): decided_by should be direct, found cut_point",
        "一次罚款 (2018-06-30): next_change_on should be None, found 2019-01-01",
        "一次罚款 (2018-06-30): fine should give 0 points, found -1",
        "一次罚款 (2018-06-30): warning should give -0.5 points, found 0",
        "一次罚款 (2018-06-30): fine should not count because of revoked, found nothing left out",
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("    records: {penalti: []}\n    expected: {tier: A}",
         ["no record kind 'penalti'", "did you mean 'penalty'?"]),
        ("    records: {行政处分: []}\n    expected: {tier: A}", ["did you mean 'penalty'?"]),
        ("    records: {penalty: [{decided: 2018-01-01}]}\n    expected: {tier: A}",
         ["penalty has no column 'decided'", "did you mean 'decided_on'?", "'penalty_kinds' (处罚类别) is missing"]),
        ("    records: {penalty: [{decided_on: 2018-01-01, penalty_kinds: [罚款金]}]}\n    expected: {tier: A}",
         ["penalty_kinds[0]: unknown word '罚款金'", "did you mean 'fine'?"]),
        ("    records: {penalty: [{decided_on: 二月, penalty_kinds: [fine], fine_fen: 1.5}]}\n    expected: {tier: A}",
         ["'二月' does not fit decided_on", "'1.5' does not fit fine_fen", "a whole number (money in fen)"]),
        ("    expected: {tier: E}", ["c.yaml:5: cases[0].expected.tier: no tier 'E'", "one of A, B, C, D"]),
        ("    expected: {tier: A, trace: {fined: -1}}", ["the scheme has no 'fined'", "did you mean 'fine'?"]),
        ("    expected: {tier: A, decided_by: 分数}", ["expected.decided_by: unknown word '分数'"]),
        ("    expected: {tire: A}", ["unknown word 'tire'", "did you mean 'tier'?"]),
        ("    expected: {tier: A}\n  - {name: 一次罚款, as_of: 2016-12-31, expected: {tier: A}}",
         ["c.yaml:6: cases[1].name: the name '一次罚款' is given twice, first on line 3",
          "2016-12-31 is before the scheme"]),
    ],
)  # fmt: skip
def test_a_wrong_case_is_refused_in_these_words(body: str, words: list[str]):
    with pytest.raises(PolicyProblems) as refused:
        load_cases(HEAD + body, "c.yaml", {"wuhan-2017": WUHAN})
    assert [word for word in words if word not in str(refused.value)] == [], str(refused.value)


def test_an_unknown_scheme_is_refused_with_the_nearest():
    text = "scheme: wuhan-2018\ncases: [{name: x, as_of: 2018-01-01, expected: {tier: A}}]"
    with pytest.raises(PolicyProblems, match=r"c.yaml:1: scheme: no scheme 'wuhan-2018'.*did you mean 'wuhan-2017'"):
        load_cases(text, "c.yaml", {"wuhan-2017": WUHAN})


@pytest.mark.parametrize("name", ["like-shaanxi", "like-shandong"])
def test_other_regions_shapes_can_be_said(name: str):
    scheme = load_scheme((FIXTURES / f"{name}.yaml").read_text("utf-8"), f"{name}.yaml")
    cases = load_cases((FIXTURES / f"{name}-cases.yaml").read_text("utf-8"), f"{name}-cases.yaml", {name: scheme}).cases
    assert [line for lines in run_cases(cases, scheme) for line in lines] == []
