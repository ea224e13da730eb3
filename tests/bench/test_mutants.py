"""The mutation run: what it changes, which mutants it draws, and what it makes of the tests' answer."""

import pytest

from bench.mutants.__main__ import measuring_flags, mutants_page, row_again, row_of
from bench.mutants.campaign import Equivalent, MutatedPackage, Outcome, run_campaign, try_again
from bench.mutants.mutations import Mutations

PACKAGE = MutatedPackage("app", ("tests",))
CODE = """\
from __future__ import annotations


def is_due(day: int | None, limit: int) -> bool:
    return day is not None and day >= limit


def is_late(day: int, limit: int) -> bool:
    return day > limit
"""
TESTS = """\
from app.dates import is_due


def test_due_from_the_limit_on():
    assert is_due(10, 10)
    assert not is_due(9, 10)
    assert not is_due(None, 10)
"""


def changes_of(code):
    mutations = Mutations("app/dates.py", code)
    return [mutations.mutant(name) for name in mutations.names]


def test_operators_change_and_annotations_stay():
    added = [mutant.added for mutant in changes_of(CODE)]
    assert ("return day is not None and day > limit",) in added
    assert ("return day is not None or day >= limit",) in added
    assert ("return day is None and day >= limit",) in added
    assert ("return day >= limit",) in added
    assert not [lines for lines in added if any("def " in line for line in lines)]


def test_names_of_mutants_do_not_change_with_the_lines_above():
    moved = CODE.replace("def is_due", "LIMIT = 3\n\n\ndef is_due")
    before = set(Mutations("app/dates.py", CODE).names)
    assert before < set(Mutations("app/dates.py", moved).names)


@pytest.fixture
def checkout(tmp_path):
    root = tmp_path / "checkout"
    (root / "app").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / "app/dates.py").write_text(CODE, encoding="utf-8")
    (root / "tests/test_dates.py").write_text(TESTS, encoding="utf-8")
    return root


def campaign(checkout, scratch, **changes):
    arguments = {"seed": 1, "wanted": None, "known": [], "log": lambda text: None} | changes
    return list(run_campaign(PACKAGE, checkout, scratch, **arguments))[-1]


UNTESTED = Equivalent("app/dates.py", "return day > limit", "return day >= limit", "no one asks on the day itself")


def test_a_mutant_survives_where_no_test_fails(checkout, tmp_path):
    outcome = campaign(checkout, tmp_path / "scratch", known=[UNTESTED])
    assert len(outcome.killed) == 3
    assert outcome.survived == []
    assert [reason for _, reason in outcome.equivalent] == ["no one asks on the day itself"]
    tests = TESTS.replace("is_due(10, 10)", "is_due(11, 10)")
    (checkout / "tests/test_dates.py").write_text(tests, encoding="utf-8")
    outcome = campaign(checkout, tmp_path / "again")
    added = {mutant.added for mutant in outcome.survived}
    assert added == {("return day is not None and day > limit",), ("return day >= limit",)}  # no test runs the latter
    assert (len(outcome.survived), outcome.tried) == (2, 4)
    assert (checkout / "app/dates.py").read_text(encoding="utf-8") == CODE


def test_tests_that_fail_without_a_mutant_are_no_measure(checkout, tmp_path):
    (checkout / "tests/test_dates.py").write_text(TESTS.replace("is_due(9", "is_due(11"), encoding="utf-8")
    with pytest.raises(RuntimeError, match="without any mutant"):
        campaign(checkout, tmp_path / "scratch")


def test_survivors_are_tried_again_with_the_tests_that_are_named(checkout, tmp_path):
    survivor = "app/dates.py:  > limit ->  >= limit #1"
    more = "from app.dates import is_late\n\n\ndef test_late_after_the_limit():\n    assert not is_late(10, 10)\n"
    (checkout / "tests/test_late.py").write_text(more, encoding="utf-8")
    for test, names in (("test_dates", []), ("test_late", [survivor])):
        (*_, outcome) = try_again(
            PACKAGE,
            checkout,
            tmp_path / test,
            names=[survivor, "app/dates.py: code that is no longer there -> None #1"],
            tests=[f"tests/{test}.py"],
            known=[],
            log=lambda text: None,
        )
        assert [mutant.name for mutant in outcome.killed] == names
        assert (outcome.tried, len(outcome.gone)) == (1, 1)


def test_the_page_says_what_survived_at_first_and_what_after_the_survivors_were_tried_again():
    names = Mutations("app/dates.py", CODE).names
    mutants = [Mutations("app/dates.py", CODE).mutant(name) for name in names]
    row = row_of(Outcome("app", 4, killed=mutants[:1], survived=mutants[1:]), 1) | {"commands": ["first"]}
    again = row_again(row, Outcome("app", 4, killed=mutants[1:2], survived=mutants[2:3], gone=names[3:]))
    page = mutants_page({"flows/store": again | {"package": "flows/store"}})
    cells = [cell.strip() for cell in next(line for line in page.splitlines() if "| flows/store" in line).split("|")]
    assert cells[2:7] == ["4", "3 of 4 (75.0 %)", "1 of 3 (33.3 %)", "0", "1"]
    assert list(again["survivors"]) == names[2:3]


def test_a_command_is_recorded_without_where_the_record_went():
    given = ["--only", "flows/store", "--seed", "2", "--docs", "/elsewhere", "--remark", "stopped", "--again", "a", "b"]
    assert measuring_flags(given) == ["--only", "flows/store", "--seed", "2", "--again", "a", "b"]
