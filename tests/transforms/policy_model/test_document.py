"""Reading YAML: exact points, strict words, every mistake at once, the right lines."""

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.policy_model import PolicyProblems, Problem, load_document
from transforms.policy_model.document import Dated, Points, PolicyModel, read_document


class Small(PolicyModel):
    points: Points
    words: Dated[str] | None = None
    other: dict[str, int] | None = None


def problems_of(text: str) -> list[str]:
    with pytest.raises(PolicyProblems) as refused:
        load_document(text, "p.yaml", Small)
    return str(refused.value).splitlines()


@given(st.integers(-(10**9), 10**9))
def test_every_hundredth_of_a_point_arrives_exactly(centipoints: int):
    text = f"points: {Decimal(centipoints) / 100:.2f}"
    assert load_document(text, "p.yaml", Small).points == centipoints


@pytest.mark.parametrize(("written", "centipoints"), [("-0.5", -50), ("40", 4000), ("0.07", 7), ("1_000", 100_000)])
def test_points_as_people_write_them(written: str, centipoints: int):
    assert load_document(f"points: {written}", "p.yaml", Small).points == centipoints


@pytest.mark.parametrize("written", ["-0.555", "true", "null", "[1]", ".inf", "Infinity", "NaN", "1e400", "'' "])
def test_what_is_no_number_of_points_is_refused(written: str):
    assert "points: " in problems_of(f"points: {written}")[0]


def test_words_that_yaml_1_1_takes_for_truth_or_numbers_stay_words():
    document = read_document("a: no\nb: on\nc: 1:30\nd: 007\ne: y\n2020-01-01: x\n1: y", "p.yaml")
    assert document.value == {"a": "no", "b": "on", "c": "1:30", "d": "007", "e": "y", "2020-01-01": "x", "1": "y"}


def test_quoted_values_stay_text_and_days_become_dates():
    document = read_document("a: '12'\nb: 2020-02-29\nc: '2020-02-29'\nd: 2021-02-29", "p.yaml")
    assert document.value == {"a": "12", "b": date(2020, 2, 29), "c": "2020-02-29", "d": "2021-02-29"}


def test_all_mistakes_come_at_once_each_on_its_line():
    found = problems_of("points: x\nword: 1\nother:\n  a: b\n  a: 2\n")
    assert [line.split(": ")[0] for line in found] == ["p.yaml:1", "p.yaml:2", "p.yaml:4", "p.yaml:5"]


def test_a_date_before_the_first_is_a_gap_and_null_ends():
    text = "points: 1\nwords: {values: {2020-01-01: a, 2021-01-01: null}, basis: b, confidence: C}"
    words = load_document(text, "p.yaml", Small).words
    assert words is not None
    assert [words.on(date(2020, 12, 31)), words.on(date(2021, 1, 1))] == ["a", None]
    with pytest.raises(LookupError, match=r"words has no value on 2019-12-31; its first date is 2020-01-01"):
        words.on(date(2019, 12, 31), "words")


@pytest.mark.parametrize(
    "text",
    ["", "# only a comment", "[1, 2]", "just text", "a: [", "a: &x 1", "a: !!python/object:os.system x",
     "a: 1\n---\nb: 2", "[" * 5000, "a: \x01", "\ta: 1", "{a: b}: c", "? [a]\n: b", "points: 1\n<<: {points: 2}"],
)  # fmt: skip
def test_what_is_no_policy_at_all_is_refused_with_a_line(text: str):
    assert all(line.startswith("p.yaml:") for line in problems_of(text))


@given(st.text(max_size=60))
def test_any_text_ends_in_a_model_or_in_problems_with_lines(text: str):
    assert all(problem.line >= 1 for problem in outcome(text))


def outcome(text: str) -> tuple[Problem, ...]:
    try:
        load_document(text, "p.yaml", Small)
    except PolicyProblems as error:
        return error.problems
    return ()


def test_problems_of_one_place_have_one_order():
    problems = [Problem("a.yaml", 1, "x", "v", expected, "", "m") for expected in ("c", "a", "b")]
    for each in permutations(problems):
        assert [problem.expected for problem in PolicyProblems(each).problems] == ["a", "b", "c"]
