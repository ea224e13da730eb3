"""The mutation run: what it changes, which mutants it draws, and what it makes of the tests' answer."""

import pytest

from bench.mutants.campaign import Equivalent, MutatedPackage, run_campaign
from bench.mutants.mutations import Mutations

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
    return run_campaign(MutatedPackage("app", ("tests",)), checkout, scratch, **arguments)


UNTESTED = Equivalent("app/dates.py", "return day > limit", "return day >= limit", "no one asks on the day itself")


def test_a_mutant_survives_where_no_test_fails(checkout, tmp_path):
    outcome = campaign(checkout, tmp_path / "scratch", known=[UNTESTED])
    assert len(outcome.killed) == 3
    assert outcome.survived == []
    assert [reason for _, reason in outcome.equivalent] == ["no one asks on the day itself"]
    tests = TESTS.replace("is_due(10, 10)", "is_due(11, 10)")
    (checkout / "tests/test_dates.py").write_text(tests, encoding="utf-8")
    outcome = campaign(checkout, tmp_path / "again", known=[UNTESTED])
    assert [mutant.added for mutant in outcome.survived] == [("return day is not None and day > limit",)]
    assert outcome.survival == pytest.approx(1 / 3)
    assert (checkout / "app/dates.py").read_text(encoding="utf-8") == CODE


def test_code_that_no_test_runs_survives(checkout, tmp_path):
    outcome = campaign(checkout, tmp_path / "scratch", known=[])
    assert [mutant.removed for mutant in outcome.survived] == [("return day > limit",)]


def test_tests_that_fail_without_a_mutant_are_no_measure(checkout, tmp_path):
    (checkout / "tests/test_dates.py").write_text(TESTS.replace("is_due(9", "is_due(11"), encoding="utf-8")
    with pytest.raises(RuntimeError, match="without any mutant"):
        campaign(checkout, tmp_path / "scratch")
