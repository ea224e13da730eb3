"""A cell's text decides how long a pattern searches: none of ours may search longer than in proportion to it."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants, _parser  # type: ignore[attr-defined] # the only way to see a pattern as it is built

import pytest

import flows.ingest
import reports
import transforms
from transforms.person_numbers import redact_text
from transforms.records.text import stated_amounts

_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)


def patterns() -> Iterator[tuple[str, re.Pattern]]:
    for package in (transforms, flows.ingest, reports):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(found.name)).items():
                yield from ((f"{found.name}.{name}", pattern) for pattern in patterns_in(value))


def patterns_in(value: object) -> Iterator[re.Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict | tuple | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from patterns_in(each)


def bodies(operation, argument) -> list:
    """The patterns within a part that is no repeat."""
    if operation is _constants.BRANCH:
        return argument[1]
    if operation in (_constants.SUBPATTERN, _constants.ASSERT, _constants.ASSERT_NOT):
        return [argument[-1]]
    return []


def repeats_within_repeats(tree, is_within=False) -> bool:
    """Whether an unbounded repeat holds another of no fixed length, and both may give back what they took."""
    for operation, argument in tree:
        if operation in _REPEATS:
            least, most, body = argument
            if is_within and least != most:
                return True
            if repeats_within_repeats(body, is_within or most == _constants.MAXREPEAT):
                return True
        elif any(repeats_within_repeats(inner, is_within) for inner in bodies(operation, argument)):
            return True
    return False


@pytest.mark.parametrize(
    ("pattern", "is_unbounded"), [("(?:a+b*)+c", True), ("(?:a++b*+)++c", False), ("(ab)+", False)]
)
def test_a_repeat_within_a_repeat_is_seen(pattern: str, is_unbounded: bool):
    assert repeats_within_repeats(_parser.parse(pattern)) is is_unbounded


def test_no_pattern_can_try_a_text_in_exponentially_many_ways():
    every = list(patterns())
    assert len(every) > 30
    assert [name for name, pattern in every if repeats_within_repeats(_parser.parse(pattern.pattern))] == []


@pytest.mark.parametrize("unit", ["1", "1 ", "1万", "1,", "1.", "万", "一", "亿", "1余 ", "零十"])
def test_a_cell_full_of_figures_is_read_at_once(unit: str):
    text = unit * (32_000 // len(unit))
    assert stated_amounts(f"罚款，请缴至账号{text}") == ()
    assert stated_amounts(f"{text}，罚款五千元") == (500_000,)
    assert redact_text(f"甲{text}", is_torn=True)
