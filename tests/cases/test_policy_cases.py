"""Every case of policy/cases holds: one test each, named by its sentence."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from transforms.policy_check import run_cases
from transforms.policy_model import load_scheme
from transforms.policy_model.scheme_cases import CaseFile, load_cases

POLICY = Path(__file__).parents[2] / "policy"
SCHEMES = {path.stem: load_scheme(path.read_text("utf-8"), path.name) for path in POLICY.glob("schemes/*.yaml")}


@cache
def read(name: str) -> CaseFile:
    path = POLICY / "cases" / f"{name}.yaml"
    return load_cases(path.read_text("utf-8"), f"policy/cases/{path.name}", SCHEMES)


@cache
def differences(name: str) -> list[list[str]]:
    """All cases of a file are rated together, once; each test looks at its own."""
    return run_cases(read(name).cases, SCHEMES[read(name).scheme])


def all_cases() -> Iterator[object]:
    for path in sorted(POLICY.glob("cases/*.yaml")):
        for number, case in enumerate(read(path.stem).cases):
            yield pytest.param(path.stem, number, id=f"{path.stem}: {case.name}")


@pytest.mark.parametrize(("name", "number"), list(all_cases()))
def test_case(name: str, number: int) -> None:
    assert differences(name)[number] == []


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_every_scheme_is_named_as_its_file_and_has_cases(name: str) -> None:
    assert SCHEMES[name].scheme == name
    assert read(name).scheme == name
